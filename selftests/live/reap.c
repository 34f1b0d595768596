// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * reap DOMID: ends what a device model that was killed has left in Xen:
 * its ioreq server, and the guest's processors that wait for an answer from it.
 * They get one: a write is lost, and a read says all ones.  For a domain that is
 * paused, before its next device model is started.
 */
#include <err.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>

#include <xenctrl.h>	/* without it the next one is empty before 4.15 */
#include <xendevicemodel.h>
#include <xenevtchn.h>
#include <xenforeignmemory.h>
#include <xen/memory.h>
#include <xen/hvm/ioreq.h>

#define SERVERS		8	/* MAX_NR_IOREQ_SERVERS */
#define VCPUS		(4096 / sizeof(ioreq_t))

static void wake(xenevtchn_handle *xce, domid_t domid, evtchn_port_t remote)
{
	xenevtchn_port_or_error_t port = xenevtchn_bind_interdomain(xce, domid, remote);

	if (port < 0 || xenevtchn_notify(xce, port))
		err(1, "event channel %u of domain %u", remote, domid);
	xenevtchn_unbind(xce, port);
}

static unsigned int answer_all(xenevtchn_handle *xce, domid_t domid, shared_iopage_t *page)
{
	unsigned int answered = 0;

	for (unsigned int i = 0; i < VCPUS; i++) {
		volatile ioreq_t *req = &page->vcpu_ioreq[i];

		if (req->state == STATE_IOREQ_NONE)
			continue;
		printf("vcpu %u: %s of %u bytes at 0x%llx\n", i,
		       req->dir == IOREQ_WRITE ? "write" : "read", (unsigned int)req->size,
		       (unsigned long long)req->addr);
		/* it may have been answered, and not told */
		if (req->state != STATE_IORESP_READY) {
			req->data = -1;
			__sync_synchronize();
			req->state = STATE_IORESP_READY;
		}
		wake(xce, domid, req->vp_eport);
		answered++;
	}
	return answered;
}

int main(int argc, char **argv)
{
	xendevicemodel_handle *dmod = xendevicemodel_open(NULL, 0);
	xenforeignmemory_handle *fmem = xenforeignmemory_open(NULL, 0);
	xenevtchn_handle *xce = xenevtchn_open(NULL, 0);
	unsigned int servers = 0, answered = 0;
	domid_t domid;

	if (argc != 2)
		errx(2, "usage: reap DOMID");
	if (!dmod || !fmem || !xce)
		err(1, "no access to Xen");
	domid = atoi(argv[1]);
	for (ioservid_t id = 0; id < SERVERS; id++) {
		void *page = NULL;
		xenforeignmemory_resource_handle *res = xenforeignmemory_map_resource(
			fmem, domid, XENMEM_resource_ioreq_server, id,
			XENMEM_resource_ioreq_server_frame_ioreq(0), 1, &page,
			PROT_READ | PROT_WRITE, 0);

		if (!res)
			continue;
		answered += answer_all(xce, domid, page);
		xenforeignmemory_unmap_resource(fmem, res);
		if (xendevicemodel_destroy_ioreq_server(dmod, domid, id))
			err(1, "ioreq server %u of domain %u", id, domid);
		servers++;
	}
	printf("servers=%u answered=%u\n", servers, answered);
	return !servers;
}
