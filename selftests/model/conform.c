// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * The model answers as Xen does: the table of conform_table.c, row by row, on
 * the model or on a real Xen, by whatever this is linked with.  A row that
 * fails on a real Xen is a mistake in the table, and thus in the model.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "conform.h"
#include "ksft.h"

#include <xen/hvm/ioreq.h>
#include <xen/memory.h>

#define PAGE		4096
#define FRAMES_MAX	65536
struct conform conform;

static xen_pfn_t list[FRAMES_MAX];
static int err[FRAMES_MAX];
static uint64_t *held_page;
static uint64_t interrupts;	/* while the last row was done */

static uint64_t *map(uint64_t gfn, uint64_t nr, int *errors)
{
	for (uint64_t i = 0; i < nr; i++)
		list[i] = gfn + i;
	return xenforeignmemory_map2(conform.fmem, conform.domid, NULL, PROT_READ | PROT_WRITE, 0,
				     nr, list, errors);
}

static bool mark(uint64_t gfn, uint64_t nr)
{
	uint64_t *pages = map(gfn, nr, NULL);

	for (uint64_t i = 0; pages && i < nr; i++)
		pages[i * PAGE / sizeof(*pages)] = gfn + i;
	return pages && !xenforeignmemory_unmap(conform.fmem, pages, nr);
}

static int populate_frames(const struct conform_row *r)
{
	for (uint64_t i = 0; i < r->b; i++)
		list[i] = r->a + (i << r->c);
	if (xc_domain_populate_physmap_exact(conform.xch, conform.domid, r->b, r->c, 0, list))
		return -1;
	for (uint64_t i = 0; i < r->b << r->c; i += 512)
		if (!mark(r->a + i, (r->b << r->c) - i < 512 ? (r->b << r->c) - i : 512))
			return -1;
	return 0;
}

/* To be populated on demand, of 2 MiB each; how many Xen took. */
static int claim(const struct conform_row *r)
{
	int done;

	for (uint64_t i = 0; i < r->b; i++)
		list[i] = r->a + 512 * i;
	done = xc_domain_populate_physmap(conform.xch, conform.domid, r->b, 9,
					  XENMEMF_populate_on_demand, list);
	if (done == (int)r->c)
		return 0;
	ksft_print_msg("%d extents", done);
	return -1;
}

static int give_back(const struct conform_row *r)
{
	for (uint64_t i = 0; i < r->b; i++)
		list[i] = r->a + (i << r->c);
	return xc_domain_decrease_reservation_exact(conform.xch, conform.domid, r->b, r->c, list);
}

static int add_range(const struct conform_row *r)
{
	struct xen_add_to_physmap *arg = xencall_alloc_buffer(conform.xcall, sizeof(*arg));
	int rc;

	*arg = (struct xen_add_to_physmap){
		.domid = conform.domid, .size = r->c, .space = XENMAPSPACE_gmfn_range,
		.idx = r->a, .gpfn = r->b,
	};
	rc = xencall2(conform.xcall, __HYPERVISOR_memory_op, XENMEM_add_to_physmap,
		      (uintptr_t)arg);
	xencall_free_buffer(conform.xcall, arg);
	return rc;
}

/* As many questions as there are frames, in one hypercall. */
static int types_are(const struct conform_row *r)
{
	struct multicall_entry *call = xencall_alloc_buffer(conform.xcall, r->b * sizeof(*call));
	struct xen_hvm_get_mem_type *arg = xencall_alloc_buffer(conform.xcall,
								r->b * sizeof(*arg));
	int rc;

	for (uint64_t i = 0; i < r->b; i++) {
		arg[i] = (struct xen_hvm_get_mem_type){
			.domid = conform.domid, .mem_type = UINT16_MAX, .pfn = r->a + i,
		};
		call[i] = (struct multicall_entry){
			.op = __HYPERVISOR_hvm_op,
			.args = { HVMOP_get_mem_type, (uintptr_t)&arg[i] },
		};
	}
	rc = xencall2(conform.xcall, __HYPERVISOR_multicall, (uintptr_t)call, r->b);
	for (uint64_t i = 0; i < r->b && !rc; i++) {
		if (!call[i].result && arg[i].mem_type == r->c)
			continue;
		ksft_print_msg("frame %#" PRIx64 ": type %u", r->a + i, arg[i].mem_type);
		rc = -1;
	}
	xencall_free_buffer(conform.xcall, arg);
	xencall_free_buffer(conform.xcall, call);
	return rc;
}

static int maximum_is(const struct conform_row *r)
{
	struct {
		struct multicall_entry call;
		domid_t domid;
	} *q = xencall_alloc_buffer(conform.xcall, sizeof(*q));
	uint64_t maximum;
	int rc;

	q->domid = conform.domid;
	q->call = (struct multicall_entry){
		.op = __HYPERVISOR_memory_op,
		.args = { XENMEM_maximum_gpfn, (uintptr_t)&q->domid },
	};
	rc = xencall2(conform.xcall, __HYPERVISOR_multicall, (uintptr_t)&q->call, 1);
	maximum = q->call.result;
	xencall_free_buffer(conform.xcall, q);
	if (rc || maximum == r->a)
		return rc;
	ksft_print_msg("maximum %#" PRIx64, maximum);
	return -1;
}

/* Tables are per 512 frames: take one after the other until there is none. */
static int use_up_pool(const struct conform_row *r)
{
	for (uint64_t i = 0; i < 1024; i++)
		if (xendevicemodel_set_mem_type(conform.dmod, conform.domid, HVMMEM_mmio_dm,
						r->a + 512 * i, 1))
			return errno == ENOMEM ? 0 : -1;
	errno = 0;
	return -1;
}

static int many_pins(const struct conform_row *r)
{
	int rc = 0;

	for (uint64_t i = 0; i < r->b && !rc; i++)
		rc = xendevicemodel_pin_memory_cacheattr(conform.dmod, conform.domid,
							 r->a + 2 * i, r->a + 2 * i, 6);
	return rc;
}

static int compare_bits(const struct conform_row *r, unsigned long bits)
{
	if (bits == r->c)
		return 0;
	ksft_print_msg("bits %#lx", bits);
	errno = 0;
	return -1;
}

static int track_frames(const struct conform_row *r)
{
	static unsigned long bits[FRAMES_MAX / 64];
	int rc;

	bits[0] = 0;
	rc = xendevicemodel_track_dirty_vram(conform.dmod, conform.domid, r->a, r->b, bits);
	return rc ? rc : compare_bits(r, bits[0]);
}

static int track_by_call(const struct conform_row *r)
{
	size_t size = (r->b + 63) / 64 * 8;
	struct xen_dm_op *op = xencall_alloc_buffer(conform.xcall, sizeof(*op));
	struct xen_dm_op_buf *bufs = xencall_alloc_buffer(conform.xcall, 2 * sizeof(*bufs));
	unsigned long *bits = xencall_alloc_buffer(conform.xcall, size);
	int rc;

	memset(op, 0, sizeof(*op));
	op->op = XEN_DMOP_track_dirty_vram;
	op->u.track_dirty_vram.first_pfn = r->a;
	op->u.track_dirty_vram.nr = r->b;
	set_xen_guest_handle_raw(bufs[0].h, op);
	bufs[0].size = sizeof(*op);
	set_xen_guest_handle_raw(bufs[1].h, bits);
	bufs[1].size = size;
	rc = xencall3(conform.xcall, __HYPERVISOR_dm_op, conform.domid, 2, (uintptr_t)bufs);
	if (!rc)
		rc = compare_bits(r, bits[0]);
	xencall_free_buffer(conform.xcall, bits);
	xencall_free_buffer(conform.xcall, bufs);
	xencall_free_buffer(conform.xcall, op);
	return rc;
}

/* Every frame has the page that was marked so, or none has any. */
static int look(const struct conform_row *r)
{
	uint64_t *pages = map(r->a, r->b, err);
	bool good = pages;

	for (uint64_t i = 0; good && i < r->b; i++) {
		bool there = !err[i];

		good = there == (r->op == FRAMES) && (there || err[i] == -EINVAL) &&
		       (!there || pages[i * PAGE / sizeof(*pages)] == r->c + i);
		if (!good)
			ksft_print_msg("frame %#" PRIx64 ": error %d, page of %#" PRIx64,
				       r->a + i, err[i],
				       there ? pages[i * PAGE / sizeof(*pages)] : 0);
	}
	if (pages)
		xenforeignmemory_unmap(conform.fmem, pages, r->b);
	errno = 0;
	return good ? 0 : -1;
}

static int hold_page(const struct conform_row *r)
{
	if (held_page)
		xenforeignmemory_unmap(conform.fmem, held_page, 1);
	held_page = map(r->a, 1, NULL);
	return held_page ? 0 : -1;
}

static int map_whole(const struct conform_row *r)
{
	void *pages = map(r->a, r->b, NULL);

	return pages ? xenforeignmemory_unmap(conform.fmem, pages, r->b) : -1;
}

static int new_server(const struct conform_row *r)
{
	ioservid_t id = ~0;

	if (xendevicemodel_create_ioreq_server(conform.dmod, conform.domid, 2, &id))
		return -1;
	errno = 0;
	return id == r->a ? 0 : -1;
}

/* As many as a domain may have vcpus, and none has asked for anything. */
static int look_at_requests(const struct conform_row *r)
{
	xenforeignmemory_resource_handle *res;
	const struct shared_iopage *page;
	void *addr = NULL;
	int rc;

	res = xenforeignmemory_map_resource(conform.fmem, conform.domid,
					    XENMEM_resource_ioreq_server, r->a,
					    XENMEM_resource_ioreq_server_frame_ioreq(0), 1, &addr,
					    PROT_READ, 0);
	if (!res)
		return -1;
	page = addr;
	rc = page->vcpu_ioreq[0].state == STATE_IOREQ_NONE ? 0 : -1;
	return xenforeignmemory_unmap_resource(conform.fmem, res) ? -1 : rc;
}

static int do_row(const struct conform_row *r)
{
	xendevicemodel_handle *dmod = conform.dmod;
	domid_t domid = r->whom == CONFORM_SELF ? 0 : r->whom == CONFORM_NOBODY ? 0x7000 : conform.domid;

	switch (r->op) {
	case POPULATE:
		return populate_frames(r);
	case CLAIM:
		return claim(r);
	case GIVE_BACK:
		return give_back(r);
	case RELOCATE:
		return xendevicemodel_relocate_memory(dmod, domid, r->c, r->a, r->b);
	case PREEMPTED:
		return interrupts >= CONFORM_PREEMPTED ? 0 : -1;
	case RANGE:
		return add_range(r);
	case ADD:
		return xc_domain_add_to_physmap(conform.xch, domid, XENMAPSPACE_gmfn, r->a, r->b);
	case TYPE:
		return xendevicemodel_set_mem_type(dmod, domid, r->c, r->a, r->b);
	case SHARED_INFO:
		return xc_domain_add_to_physmap(conform.xch, domid, XENMAPSPACE_shared_info, 0,
						r->a);
	case TYPE_IS:
		return types_are(r);
	case MAXIMUM:
		return maximum_is(r);
	case USE_UP_POOL:
		return use_up_pool(r);
	case PIN:
		return xendevicemodel_pin_memory_cacheattr(dmod, domid, r->a, r->b, r->c);
	case PINS:
		return many_pins(r);
	case TRACK:
		return track_frames(r);
	case TRACK_CALL:
		return track_by_call(r);
	case MODIFIED:
		return xendevicemodel_modified_memory(dmod, domid, r->a, r->b);
	case SERVER:
		return new_server(r);
	case DESTROY:
		return xendevicemodel_destroy_ioreq_server(dmod, domid, r->a);
	case ENABLE:
		return xendevicemodel_set_ioreq_server_state(dmod, domid, r->a, r->b);
	case MAP_IO:
		return xendevicemodel_map_io_range_to_ioreq_server(dmod, domid, r->c, 1, r->a,
								   r->b);
	case UNMAP_IO:
		return xendevicemodel_unmap_io_range_from_ioreq_server(dmod, domid, r->c, 1, r->a,
								       r->b);
	case MAP_PCI:
		return xendevicemodel_map_pcidev_to_ioreq_server(dmod, domid, r->c, 0, 0, r->a, 0);
	case REQUESTS:
		return look_at_requests(r);
	case HOLD:
		return hold_page(r);
	case HELD:
		return *held_page == r->a ? 0 : -1;
	case MAP_ALL:
		return map_whole(r);
	default:
		return look(r);
	}
}

static bool expected(const struct conform_row *r, int rc, int error)
{
	if (r->error == NO_SUCH_FRAME)
		return rc == -1 && (error == EINVAL || error == ENOENT);
	return r->error ? rc == -1 && error == r->error : !rc;
}

/* Until the next group; the number of rows that were answered otherwise. */
static unsigned int do_group(const struct conform_row *r)
{
	unsigned int wrong = 0;

	for (; r->op != NEXT_GROUP && r->op != END; r++) {
		uint64_t before = conform_interrupts();
		int rc, error;

		errno = 0;
		rc = do_row(r);
		error = errno;
		interrupts = conform_interrupts() - before;
		if (expected(r, rc, error))
			continue;
		ksft_print_msg("%s(%#" PRIx64 ", %#" PRIx64 ", %#" PRIx64 "): expected error %d, "
			       "seen %d, %s", r->name, r->a, r->b, r->c, r->error, rc,
			       strerror(error));
		wrong++;
	}
	return wrong;
}

/* By three questions, so that the same program fits every Xen. */
static enum fakexen_release release_of_xen(void)
{
	static const struct conform_row page = { POPULATE, "", 0x100, 2, 0, 0, 0 };
	static const struct conform_row moved_once = { MAP_ALL, "", 0x101, 1, 0, 0, 0 };
	enum fakexen_release release = FAKEXEN_4_17;

	conform_new_domain(release);
	if (populate_frames(&page))
		perror("populate");
	if (xendevicemodel_relocate_memory(conform.dmod, conform.domid, 1, 0x900, 0x901) &&
	    errno == EACCES)
		release = FAKEXEN_4_19;
	/* upwards, the first page is moved twice, and the second one is freed */
	xendevicemodel_relocate_memory(conform.dmod, conform.domid, 2, 0x100, 0x101);
	if (!map_whole(&moved_once))
		release = FAKEXEN_4_22;
	if (xendevicemodel_relocate_memory(conform.dmod, conform.domid, 1, 0x102, 0x102))
		release = FAKEXEN_4_14;
	conform_end_domain();
	return release;
}

static bool is_about(enum conform_about about, enum fakexen_release release)
{
	switch (about) {
	case UNCHECKED:
		return release == FAKEXEN_4_14;
	case CHECKED:
		return release > FAKEXEN_4_14;
	case LENIENT:
		return release < FAKEXEN_4_19;
	case STRICT:
		return release >= FAKEXEN_4_19;
	case UPWARDS:
		return release < FAKEXEN_4_22;
	case DOWNWARDS:
		return release >= FAKEXEN_4_22;
	default:
		return true;
	}
}

static const char *const release_name[] = { "4.14", "4.17", "4.19", "4.22" };

static enum fakexen_release release_named(const char *name)
{
	for (size_t i = 0; i < sizeof(release_name) / sizeof(*release_name); i++)
		if (!strcmp(release_name[i], name))
			return FAKEXEN_4_14 + i;
	fprintf(stderr, "no release %s is known\n", name);
	exit(1);
}

static void do_table(enum fakexen_release release)
{
	for (const struct conform_row *r = conform_rows; r->op != END; r++) {
		char full[80];
		unsigned int wrong;

		if (r->op != NEXT_GROUP || !is_about(r->a, release))
			continue;
		snprintf(full, sizeof(full), "%s.%s", release_name[release - FAKEXEN_4_14],
			 r->name);
		conform_new_domain(release);
		wrong = do_group(r + 1);
		if (held_page)
			xenforeignmemory_unmap(conform.fmem, held_page, 1);
		held_page = NULL;
		conform_end_domain();
		ksft_test_result(wrong ? KSFT_FAIL : KSFT_PASS, full, NULL);
	}
}

static unsigned int count_groups(enum fakexen_release release)
{
	unsigned int groups = 0;

	for (const struct conform_row *r = conform_rows; r->op != END; r++)
		groups += r->op == NEXT_GROUP && is_about(r->a, release);
	return groups;
}

/* Of the releases that the model knows one can be named: the others take their time. */
int main(int argc, char *argv[])
{
	enum fakexen_release first = FAKEXEN_4_14, last = FAKEXEN_4_22;
	unsigned int plan = 0;

	conform.xch = xc_interface_open(NULL, NULL, 0);
	conform.xcall = xencall_open(NULL, 0);
	conform.dmod = xendevicemodel_open(NULL, 0);
	conform.fmem = xenforeignmemory_open(NULL, 0);
	if (!conform.xch || !conform.xcall || !conform.dmod || !conform.fmem)
		ksft_exit_skip("no Xen here");
	ksft_print_header();
	if (!conform_can_choose())
		first = last = release_of_xen();
	else if (argc > 1)
		first = last = release_named(argv[1]);
	for (enum fakexen_release r = first; r <= last; r++)
		plan += count_groups(r);
	ksft_set_plan(plan);
	for (enum fakexen_release r = first; r <= last; r++)
		do_table(r);
	xc_interface_close(conform.xch);
	xencall_close(conform.xcall);
	xendevicemodel_close(conform.dmod);
	xenforeignmemory_close(conform.fmem);
	return ksft_finished();
}
