/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * lwIP's hook for each TCP segment that has a connection: lets a client use the port again
 * of a connection that waits for its last segments to die. See reopen.c.
 */
#ifndef PIGTAIL_DEVICE_STACK_REOPEN_H
#define PIGTAIL_DEVICE_STACK_REOPEN_H

#include <lwip/err.h>

struct pbuf;
struct tcp_hdr;
struct tcp_pcb;

/* p: what follows the header, which is in host order. ERR_OK: lwIP goes on with it. */
err_t reopen_segment(struct tcp_pcb *pcb, struct tcp_hdr *header, struct pbuf *p);

#define LWIP_HOOK_TCP_INPACKET_PCB(pcb, header, options, options_1, options_2, p)              \
	reopen_segment(pcb, header, p)

#endif
