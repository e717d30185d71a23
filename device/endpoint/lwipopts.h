/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * lwIP's options for an endpoint: the size of each pool with its reason. All memory is
 * static; a pool that is empty says so in its counter "err", see /stats.json.
 *
 * The sizes follow from this: a line of up to 3 Mbaud, 300 bytes a millisecond, whose
 * other end answers within 10 ms wants 3 KB on the way for full speed, which is three
 * segments; and together with the link (16 KB) and the program it must fit in the
 * 80 KB of an ESP8266.
 */
#ifndef PIGTAIL_DEVICE_ENDPOINT_LWIPOPTS_H
#define PIGTAIL_DEVICE_ENDPOINT_LWIPOPTS_H

#include "lwip_common.h"

/* ---- memory ---- */

/* Of what is sent, and of segments that hold a copy of their data: seven full ones.
 * Streams leave ENDPOINT_HEAP_RESERVE free for acknowledgements (stream.h). */
#define MEM_SIZE (12 * 1024)

/* Frames as they come, each in one piece: one copy from the link's buffer, which
 * costs a hundredth of what else is done with a packet and lets it be kept. Kept can
 * be, at the same time: a window for the echo (3), a segment for each HTTP connection
 * (4), fragments (3); one is for what comes meanwhile. */
#define PBUF_POOL_SIZE	  11
#define PBUF_POOL_BUFSIZE (ETH_PAD_SIZE + 1520)

#define MEMP_NUM_PBUF 12 /* headers of data sent from where it lies: the page */

/* ---- TCP ---- */

#define TCP_MSS		   1460
#define TCP_WND		   (3 * TCP_MSS)
#define TCP_SND_BUF	   (4 * TCP_MSS) /* one more: Linux acknowledges every second */
#define TCP_SND_QUEUELEN   16
#define TCP_LISTEN_BACKLOG 1

/* HTTP 4 and 12 that wait, echo 1, others 2; and some that are closing, of which lwIP
 * ends the oldest for a new one. 200 bytes each. */
#define MEMP_NUM_TCP_PCB	24
#define MEMP_NUM_TCP_PCB_LISTEN 6
#define MEMP_NUM_TCP_SEG	32 /* two connections' full queues */

/* Over the pigtail framing nothing is lost or out of order; over others, one lost
 * segment should not cost the two behind it. */
#define TCP_QUEUE_OOSEQ	    1
#define TCP_OOSEQ_MAX_PBUFS 2

#define MEMP_NUM_UDP_PCB 4 /* DHCP, echo, discard, one spare */

/* ---- IP ---- */

/* Pings of up to 4 KB. */
#define IP_REASSEMBLY	       1
#define IP_FRAG		       1
#define LWIP_IPV6_REASS	       1
#define LWIP_IPV6_FRAG	       1
#define MEMP_NUM_REASSDATA     1
#define IP_REASS_MAX_PBUFS     3
#define MEMP_NUM_IP6_REASSDATA 1
#define MEMP_NUM_FRAG_PBUF     6
#define MEMP_NUM_ND6_QUEUE     4
#define MEMP_NUM_ARP_QUEUE     4
#define ARP_QUEUEING	       1
#define MEMP_NUM_MLD6_GROUP    4

/* ---- what can be seen from outside ---- */

#define LWIP_STATS_LARGE 1
#define MEMP_STATS	 1

#endif
