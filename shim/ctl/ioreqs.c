// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Ioreq servers.  They belong to a domain, dom0, and not to a process: what a
 * QEMU that is killed leaves behind is still a server to Xen, and keeps its two
 * pages.  That is a leak, and here also a blessing, see ioreqs_sweep().
 */
#include <errno.h>
#include <stdbool.h>
#include <sys/mman.h>

#include "ioreqs.h"

/* after xenctrl.h, which they count on */
#include <xen/hvm/ioreq.h>
#include <xen/memory.h>

/* MAX_NR_IOREQ_SERVERS of Xen, which no header tells. */
#define SERVERS_MAX	8

int ioreqs_open(struct ioreqs *io, uint32_t domid, unsigned int vcpus)
{
	const unsigned int page = XC_PAGE_SIZE / sizeof(struct ioreq);

	*io = (struct ioreqs){
		.domid = domid,
		.vcpus = vcpus < page ? vcpus : page,
		.dmod = xendevicemodel_open(NULL, 0),
		.fmem = xenforeignmemory_open(NULL, 0),
	};
	return io->dmod && io->fmem ? 0 : -errno;
}

void ioreqs_close(struct ioreqs *io)
{
	xendevicemodel_close(io->dmod);
	xenforeignmemory_close(io->fmem);
}

/*
 * There may be other emulators with servers of their own.  QEMU's is the one
 * that answers for the host bridge, and Xen says so when asked to add it again.
 */
static bool is_qemus(struct ioreqs *io, ioservid_t id)
{
	if (xendevicemodel_map_pcidev_to_ioreq_server(io->dmod, io->domid, id, 0, 0, 0, 0))
		return errno == EEXIST;
	xendevicemodel_unmap_pcidev_from_ioreq_server(io->dmod, io->domid, id, 0, 0, 0, 0);
	return false;
}

unsigned int ioreqs_servers(struct ioreqs *io)
{
	unsigned int servers = 0;

	for (ioservid_t id = 0; id < SERVERS_MAX; id++)
		if (is_qemus(io, id))
			servers |= 1U << id;
	return servers;
}

static enum ioreqs_state state_of(const struct ioreqs *io, const volatile void *pages)
{
	const volatile struct buffered_iopage *buffered = pages;
	const volatile struct shared_iopage *shared =
		(const volatile void *)((const volatile char *)pages + XC_PAGE_SIZE);
	enum ioreqs_state worst = IOREQS_NONE;

	if (buffered->read_pointer != buffered->write_pointer)
		return IOREQS_ASKED;
	for (unsigned int i = 0; i < io->vcpus; i++) {
		switch (shared->vcpu_ioreq[i].state) {
		case STATE_IOREQ_NONE:
			break;
		case STATE_IORESP_READY:
			worst = IOREQS_ANSWERED;
			break;
		default:
			return IOREQS_ASKED;
		}
	}
	return worst;
}

static int server_state(struct ioreqs *io, ioservid_t id)
{
	xenforeignmemory_resource_handle *res;
	void *pages = NULL;
	int rc;

	res = xenforeignmemory_map_resource(io->fmem, io->domid, XENMEM_resource_ioreq_server, id,
					    XENMEM_resource_ioreq_server_frame_bufioreq, 2, &pages,
					    PROT_READ, 0);
	if (!res)
		return -errno;
	rc = state_of(io, pages);
	xenforeignmemory_unmap_resource(io->fmem, res);
	return rc;
}

int ioreqs_state(struct ioreqs *io)
{
	unsigned int servers = ioreqs_servers(io);
	int worst = servers ? IOREQS_NONE : -ENXIO;

	for (ioservid_t id = 0; id < SERVERS_MAX; id++) {
		int rc = (servers & 1U << id) ? server_state(io, id) : worst;

		if (rc < 0)
			return rc;
		if (rc > worst)
			worst = rc;
	}
	return worst;
}

int ioreqs_sweep(struct ioreqs *io, unsigned int *dead)
{
	for (ioservid_t id = 0; id < SERVERS_MAX; id++) {
		int rc;

		if (!(*dead & 1U << id))
			continue;
		rc = server_state(io, id);
		if (rc < 0)
			return rc;
		if (rc != IOREQS_NONE)
			continue;
		if (xendevicemodel_destroy_ioreq_server(io->dmod, io->domid, id))
			return -errno;
		*dead &= ~(1U << id);
	}
	return 0;
}
