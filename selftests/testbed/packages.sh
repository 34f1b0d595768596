# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash disable=SC2154
#
# A suite's packages, unpacked into a tree: from an apt root of its own, so that
# neither the host's release nor what is installed there matters, and nothing of
# the host's package state changes.  Which mirrors, proxies and keys to use is
# the host's choice.  Sourced by dom0; no maintainer script ever runs.

# host_mirror SUFFIX: where the host gets Debian's main archive (SUFFIX empty)
# or its security updates (-security) from.
host_mirror()
{
	local codename

	# shellcheck disable=SC1091
	codename=$(. /etc/os-release && echo "${VERSION_CODENAME-}")
	# shellcheck disable=SC2016 # apt expands these
	apt-get indextargets --format '$(RELEASE) $(COMPONENT) $(REPO_URI)' \
		'Created-By: Packages' |
	awk -v release="$codename$1" \
		'$1 == release && $2 == "main" { print $3; exit }'
}

# one_source URI RELEASE
one_source()
{
	printf 'Types: deb\nURIs: %s\nSuites: %s\nComponents: main\n' "$1" "$2"
	printf 'Signed-By: %s\n\n' \
		/usr/share/keyrings/debian-archive-keyring.gpg
}

write_sources()
{
	local main security

	main=${TESTBED_MIRROR-$(host_mirror '')}
	security=${TESTBED_SECURITY_MIRROR-$(host_mirror -security)}
	[ -n "$main" ] ||
		die "no Debian archive in apt's sources; set TESTBED_MIRROR"
	one_source "$main" "$RELEASE"
	if [ -n "$SECURITY" ] && [ -n "$security" ]; then
		one_source "$security" "$SECURITY"
	fi
}

# The host's apt configuration is read first, which is how its proxies get
# here; its hooks are not for an apt root that isn't the host's.
write_apt_conf()
{
	local hook

	for hook in APT::Update::Pre-Invoke APT::Update::Post-Invoke \
		    APT::Update::Post-Invoke-Success \
		    DPkg::Pre-Install-Pkgs; do
		echo "#clear $hook;"
	done
	cat <<-EOT
	Dir "$1";
	Dir::State "$1/state";
	Dir::State::status "$1/status";
	Dir::Cache "$1/cache";
	Dir::Etc::sourcelist "/dev/null";
	Dir::Etc::sourceparts "$1/sources";
	Dir::Etc::preferences "/dev/null";
	Dir::Etc::preferencesparts "/dev/null";
	APT::Architecture "amd64";
	APT::Architectures { "amd64"; };
	APT::Install-Recommends "false";
	APT::Sandbox::User "root";
	Acquire::Languages "none";
	EOT
}

suite_apt()
{
	apt-get -qq -y -c "$cache/apt/conf" "$@" </dev/null
}

# fetch_packages: leaves the .debs in $cache/apt/debs.
fetch_packages()
{
	local apt=$cache/apt uris

	mkdir -p "$apt/state/lists/partial" "$apt/cache/archives/partial" \
		"$apt/sources"
	: >"$apt/status"
	write_apt_conf "$apt" >"$apt/conf"
	write_sources >"$apt/sources/suite.sources"

	say "$suite: reading package lists"
	suite_apt update >&2 || die "apt-get update for $suite failed"
	# All of them, also those in the cache: apt must not find that.
	# shellcheck disable=SC2086 # a list
	uris=$(suite_apt -o Dir::Cache::archives=/dev/null/ \
		--print-uris install $PACKAGES)
	awk '{ n++; size += $3 } END {
		printf "testbed: fetching %d packages (%d MB)\n", n, size / 1e6
	}' <<<"$uris" >&2
	# shellcheck disable=SC2086 # a list
	suite_apt --download-only install $PACKAGES >&2 ||
		die "can't download the packages of $suite"
	awk '{ print $2 }' <<<"$uris" >"$apt/debs"
}

# fetch_other_qemu: one package of the suite's other release, and nothing of what that
# would have with it.  Not every mirror has such a release: then there is no other QEMU.
fetch_other_qemu()
{
	local apt=$cache/apt

	rm -f "$apt"/qemu-system-xen_*.deb
	[ -n "$OTHER_RELEASE" ] || return 0
	one_source "${TESTBED_MIRROR-$(host_mirror '')}" "$OTHER_RELEASE" \
		>"$apt/sources/other.sources"
	if ! suite_apt update >&2 ||
	   ! (cd "$apt" && suite_apt download "qemu-system-xen/$OTHER_RELEASE" >&2); then
		say "$suite: no QEMU of $OTHER_RELEASE"
	fi
	rm "$apt/sources/other.sources"
}

# unpack_other_qemu TREE: beside the suite's own, from where it finds the same files.
unpack_other_qemu()
{
	local deb

	for deb in "$cache"/apt/qemu-system-xen_*.deb; do
		[ -e "$deb" ] || return 0
		dpkg-deb --fsys-tarfile "$deb" |
		tar -C "$1" -xf - --transform "s/\$/-$OTHER_RELEASE/" ".$QEMU"
	done
}

# mend_links TREE: absolute ones lead out of it for whoever isn't chrooted, as a
# linker isn't.
mend_links()
{
	local link

	find "$1/usr/lib" "$1/usr/lib64" -type l -lname '/*' |
	while read -r link; do
		ln -sfnr "$1$(readlink "$link")" "$link"
	done
}

# unpack_packages TREE: /bin, /sbin and /lib are links into /usr in every
# suite, also where the packages don't say so yet.
unpack_packages()
{
	local tree=$1 deb

	mkdir -p "$tree"/usr/{bin,sbin,lib,lib64}
	for deb in bin sbin lib lib64; do
		ln -s "usr/$deb" "$tree/$deb"
	done
	say "$suite: unpacking $(wc -l <"$cache/apt/debs") packages"
	while read -r deb; do
		dpkg-deb --fsys-tarfile "$cache/apt/cache/archives/$deb" |
		tar -C "$tree" --keep-directory-symlink -xf - \
			--exclude='./usr/share/doc/*' \
			--exclude='./usr/share/man/*' \
			--exclude='./usr/share/locale/*'
	done <"$cache/apt/debs"
	mend_links "$tree"
}

# build_tree: $cache/tree is the suite's packages, or there is none.
build_tree()
{
	fetch_packages
	fetch_other_qemu
	rm -rf "$cache/tree" "$cache/tree.new"
	unpack_packages "$cache/tree.new"
	unpack_other_qemu "$cache/tree.new"
	mv "$cache/tree.new" "$cache/tree"
}
