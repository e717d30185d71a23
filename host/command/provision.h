/* SPDX-License-Identifier: GPL-2.0-only */
/* What a bridge on a device is to be, into the whole flash of one in QEMU. */
#ifndef PIGTAIL_HOST_PROVISION_H
#define PIGTAIL_HOST_PROVISION_H

/* path: see provision_file.h. 0; or with a line on standard error -1, or -2: the file is
 * wrong. */
int provision_flash(const char *flash, const char *path);

#endif
