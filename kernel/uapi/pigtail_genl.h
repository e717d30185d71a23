/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The generic netlink family "pigtail": what a program asks of the radio at the other end of
 * a link that the driver has, beside what nl80211 is for. It carries the control messages of
 * SPEC 8 as they are, both ways. All of it needs CAP_NET_ADMIN (not of a user namespace),
 * and sees the links whose interface is in the socket's network namespace.
 *
 *	program                                     kernel
 *	LINK, as a dump              ----->
 *	                             <-----   a LINK each
 *	OPEN ifindex                 ----->
 *	                             <-----   LINK, now and whenever its state has changed
 *	MESSAGE a request            ----->
 *	                             <-----   MESSAGE with the answer to it, by its id
 *	                             <-----   MESSAGE: READY, CHANGED
 *	MESSAGE of a stream          ---->
 *	                             <----    MESSAGE of it
 *
 * A socket is the client of one link, until it is closed; its streams are closed with it.
 * Ids of requests and numbers of streams are its own: other clients', and the kernel's, don't
 * meet them. A program has the even numbers of streams below 8.
 *
 * Errors of OPEN: ENODEV, no such link here; EALREADY; EUSERS, it has 8 clients. Of MESSAGE:
 * ENOTCONN, the socket has not opened a link, or it is gone; EINVAL, no message of SPEC 8;
 * EOPNOTSUPP, nl80211 or ip link does that, or the kernel for itself; ENETDOWN, no radio at
 * the other end; EAGAIN, no room: ROOM follows, to be tried again then; ENOENT, no such
 * stream of the socket; EBUSY, all streams are in use. There are words with them.
 */
#ifndef PIGTAIL_GENL_H
#define PIGTAIL_GENL_H

#define PTL_GENL_NAME	 "pigtail"
#define PTL_GENL_VERSION 1

enum ptl_genl_command {
	PTL_GENL_LINK = 1,
	PTL_GENL_OPEN = 2,
	PTL_GENL_MESSAGE = 3,
	PTL_GENL_ROOM = 4, /* to who was told EAGAIN */
	PTL_GENL_LOG = 5,  /* the radio's firmware says a line */
	PTL_GENL_GONE = 6, /* the link is; the socket is nobody's client any more */
};

enum ptl_genl_attribute {
	PTL_GENL_A_PAD,
	PTL_GENL_A_IFINDEX, /* u32; of LINK: absent while the interface is being made */
	PTL_GENL_A_BUS,	    /* string: ttyS1 */
	PTL_GENL_A_RATE,    /* u32: bits/s, now */
	PTL_GENL_A_UP,	    /* flag: the other end is there, and takes control messages */
	PTL_GENL_A_READY,   /* binary: what it said as READY; absent: not yet */
	PTL_GENL_A_MESSAGE, /* binary, 3 to 512 bytes */
	PTL_GENL_A_TEXT,    /* binary, as it came: not to be trusted, not terminated */
	PTL_GENL_A_END,
};

#endif
