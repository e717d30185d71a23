/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a program says to the line discipline. After TIOCSETD with
 * PTL_LDISC, one PTLIOCATTACH makes the network interface; it lives until the
 * discipline is changed, the tty is closed, or it hangs up.
 *
 * Both need CAP_NET_ADMIN. Errors of PTLIOCATTACH: EPERM; EEXIST: there is an
 * interface already, on this tty or of this name; EINVAL: a value out of its range,
 * an unknown framing or flag, a size that is too small for any version, or a newer version's
 * field that is not 0; ENOMEM; EFAULT, and there is no interface then.
 */
#ifndef PIGTAIL_LDISC_H
#define PIGTAIL_LDISC_H

#include <linux/ioctl.h>
#include <linux/types.h>

#define PTL_LDISC 29 /* N_DEVELOPMENT */

#define PTL_ATTACH_DEVICE    0x1u /* the radio's side; else the host's */
#define PTL_ATTACH_RATE_AUTO 0x2u /* the ends find the rate, beginning at baud */
#define PTL_ATTACH_MAC_PEER  0x4u /* takes the peer's MAC, when it has said it */

struct ptl_attach {
	__u32 size;	   /* of this struct, for programs older than the module */
	__u32 flags;	   /* PTL_ATTACH_...; others must be 0 */
	__u32 baud;	   /* bits/s; 0: what the tty is set to */
	__u32 mtu;	   /* 68 to 9000; 0: 1500 */
	char name[16];	   /* in: of the interface, may have %d; out: what it got */
	char framing[16];  /* as --framing; "": pigtail */
	__u8 mac[6];	   /* of the interface; zeros: random */
	__u8 reserved[2];  /* 0 */
	__u32 ifindex;	   /* out */
	__u32 uart_clock;  /* for RATE_AUTO: rates are this over a whole number; 0: any */
	__u32 baud_max;	   /* likewise: the highest */
	char ssid[33];	   /* only for the framing esp8266-hosted */
	char password[65]; /* likewise */
	__u8 reserved2[2]; /* 0 */
};

/* Its argument is a struct ptl_attach, whose size is in it and so not in the number. */
#define PTLIOCATTACH _IO(0xB9, 0x01)

#endif
