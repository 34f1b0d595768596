// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Domains, through the calls of libxenctrl that its versions have in common.
 */
#include <errno.h>
#include <stdio.h>

#include "domain.h"

int domain_refresh(struct domain *dom)
{
	xc_domaininfo_t info;
	const uint8_t *u = info.handle;

	if (xc_domain_getinfolist(dom->xch, dom->domid, 1, &info) != 1 ||
	    info.domain != dom->domid)
		return -ESRCH;
	dom->hvm = info.flags & XEN_DOMINF_hvm_guest;
	dom->paused = info.flags & XEN_DOMINF_paused;
	dom->ended = info.flags & (XEN_DOMINF_shutdown | XEN_DOMINF_dying);
	dom->vcpus = info.max_vcpu_id + 1;
	snprintf(dom->uuid, sizeof(dom->uuid),
		 "%02x%02x%02x%02x-%02x%02x-%02x%02x-%02x%02x-%02x%02x%02x%02x%02x%02x",
		 u[0], u[1], u[2], u[3], u[4], u[5], u[6], u[7], u[8], u[9], u[10], u[11], u[12],
		 u[13], u[14], u[15]);
	return 0;
}

int domain_open(struct domain *dom, uint32_t domid)
{
	*dom = (struct domain){ .xch = xc_interface_open(NULL, NULL, 0), .domid = domid };
	return dom->xch ? domain_refresh(dom) : -errno;
}

int domain_pause(struct domain *dom)
{
	return xc_domain_pause(dom->xch, dom->domid) ? -errno : 0;
}

int domain_unpause(struct domain *dom)
{
	return xc_domain_unpause(dom->xch, dom->domid) ? -errno : 0;
}

void domain_close(struct domain *dom)
{
	xc_interface_close(dom->xch);
}
