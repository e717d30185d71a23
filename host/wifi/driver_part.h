/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A kernel driver's link as if it were one of `pigtail up`: a process of ours answers on a
 * socket what docs/control-socket.md has for a radio, by the driver's netlink family.
 * So whoever asks a link knows no difference. It ends with the connection.
 */
#ifndef PIGTAIL_HOST_DRIVER_PART_H
#define PIGTAIL_HOST_DRIVER_PART_H

enum driver_found {
	DRIVER_TOLD,  /* of all */
	DRIVER_HIDES, /* those that it may have, for they are not for this user */
	DRIVER_SAID,  /* on standard error, that one cannot be asked */
};

/* Calls found() for the driver's link whose interface is called name, or for all (NULL);
 * found() owns the descriptor. */
enum driver_found driver_find(const char *name,
			      void (*found)(void *user, const char *name, int fd), void *user);

#endif
