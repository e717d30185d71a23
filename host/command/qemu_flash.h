/* SPDX-License-Identifier: GPL-2.0-only */
/* The flash that `pigtail qemu --flash FILE` gives the radio: a file of 4 MB. */
#ifndef PIGTAIL_HOST_QEMU_FLASH_H
#define PIGTAIL_HOST_QEMU_FLASH_H

/* Makes the file if it is not there, erased but for the factory's image in slot 0 (NULL:
 * none). One that is there stays as it is. Returns 0; -1 with a line on standard error. */
int qemu_flash_make(const char *path, const char *factory);

#endif
