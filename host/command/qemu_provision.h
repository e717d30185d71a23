/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a bridge on a device is to be, put into its flash from outside: a file that only its
 * owner can read, with lines KEY = VALUE:
 *
 *	user = NAME            who logs in (admin)
 *	password = PASSWORD    8 to 64 characters; without one it doesn't listen
 *	plain = ADDRESS        from there, ports 23 and 2323 are open without password or TLS
 *	baud = N               of the UART at the start (115200)
 *	format = 8N1
 *	target = avr           as of `pigtail bridge --target` (any)
 */
#ifndef PIGTAIL_HOST_QEMU_PROVISION_H
#define PIGTAIL_HOST_QEMU_PROVISION_H

/* What the file doesn't name is as if it were not set. 0; or with a line on standard error
 * -1, or -2: the file is wrong. */
int qemu_provision(const char *flash, const char *path);

#endif
