// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * A program that is linked against libxen and is no device model: it opens and
 * closes what can be had without a hypervisor.
 */
#include <errno.h>
#include <stdio.h>

#include <xenctrl.h>

#include <xendevicemodel.h>
#include <xenforeignmemory.h>
#include <xentoollog.h>

int main(void)
{
	xentoollog_logger_stdiostream *log = xtl_createlogger_stdiostream(stderr, XTL_CRITICAL, 0);
	xentoollog_logger *logger = (xentoollog_logger *)log;
	xc_interface *xch = xc_interface_open(logger, NULL, XC_OPENFLAG_DUMMY);

	if (!log || !xch)
		return 1;
	errno = EXDEV;
	xc_interface_close(xch);
	printf("dummy handle closed%s\n", errno == EXDEV ? "" : ", and errno changed");
	printf("no handle closed: %d %d\n", xendevicemodel_close(NULL),
	       xenforeignmemory_close(NULL));
	xtl_logger_destroy(logger);
	return 0;
}
