/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Foreign mappings, and what they tell about a guest's p2m.  The only object
 * that maps.
 */
#ifndef XENPHYSMAP_SHIM_MAPPING_H
#define XENPHYSMAP_SHIM_MAPPING_H

#include <stdint.h>

#include <xenforeignmemory.h>

/**
 * mapping_empty() - Is there no page in a range of frames?
 * @fmem: borrowed from the device model
 * @domid: the guest
 * @gfn: first frame
 * @nr: frames
 * @hit: the first frame that isn't empty, where the answer is -EBUSY
 *
 * Maps the range for reading and looks at the error of each frame: -EINVAL is
 * an empty frame.  Anything else counts as a page: what can't be understood
 * must not be written over.
 *
 * Return: 0, -EBUSY, or the error that kept us from asking.
 */
int mapping_empty(xenforeignmemory_handle *fmem, uint32_t domid, uint64_t gfn, uint64_t nr,
		  uint64_t *hit);

/**
 * mapping_full() - Does every frame of a range have a page?
 * @fmem: borrowed from the device model
 * @domid: the guest
 * @gfn: first frame
 * @nr: frames
 *
 * Return: 0, -ENOENT, or the error that kept us from asking.
 */
int mapping_full(xenforeignmemory_handle *fmem, uint32_t domid, uint64_t gfn, uint64_t nr);

/**
 * mapping_next() - The next frame of a row that has a page.
 * @fmem: borrowed from the device model
 * @domid: the guest
 * @gfn: first frame of the row
 * @step: from one to the next
 * @end: the row ends before this
 *
 * Return: the frame, or @end: there is none, or it can't be known.
 */
uint64_t mapping_next(xenforeignmemory_handle *fmem, uint32_t domid, uint64_t gfn, uint64_t step,
		      uint64_t end);

/**
 * mapping_moved() - How many of the first frames of a step have arrived?
 * @fmem: borrowed from the device model
 * @domid: the guest
 * @dst: destination of the step, empty before it
 * @nr: frames
 * @moved: the number
 *
 * Xen moves frames upwards, so what has arrived is the start of the range; it
 * is found in log2(@nr) maps of one frame.
 *
 * Return: 0, or the error that kept us from asking.
 */
int mapping_moved(xenforeignmemory_handle *fmem, uint32_t domid, uint64_t dst, uint64_t nr,
		  uint64_t *moved);

#endif
