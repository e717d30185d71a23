/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * lwIP's options for a bridge: the size of each pool with its reason. All memory is static.
 *
 * Four clients, each as fast as a UART can be, on a network that answers within 20 ms:
 * 250 bytes on the way at 115200 baud, 2 KB at 1 Mbaud. Small segments keep many clients
 * small. What TLS needs comes on top, see DESIGN.
 */
#ifndef PIGTAIL_DEVICE_BRIDGE_LWIPOPTS_H
#define PIGTAIL_DEVICE_BRIDGE_LWIPOPTS_H

#include "lwip_common.h"

/* ---- memory ---- */

/* Of each client what is on its way, with lwIP's headers (1.3 KB); and acknowledgements,
 * answers to pings, datagrams. */
#define MEM_SIZE 5632

/* Each client can keep two segments waiting (tcp_stream.c); one is for what else comes. */
#define PBUF_POOL_BUFSIZE (ETH_PAD_SIZE + 14 + 40 + 20 + TCP_MSS + 2)
#define PBUF_POOL_SIZE	  9

#define MEMP_NUM_PBUF 4

/* ---- TCP ---- */

#define TCP_MSS		   536
#define TCP_WND		   (2 * TCP_MSS)
#define TCP_SND_BUF	   (2 * TCP_MSS)
#define TCP_SND_QUEUELEN   8
#define TCP_LISTEN_BACKLOG 1 /* they have one at all */

/* Four clients, those that are refused at the moment, and some that are closing, of which
 * lwIP ends the oldest for a new one. */
#define MEMP_NUM_TCP_PCB	8
#define MEMP_NUM_TCP_PCB_LISTEN 4
#define MEMP_NUM_TCP_SEG	36 /* four clients' full queues */
#define TCP_QUEUE_OOSEQ		0

#define MEMP_NUM_UDP_PCB 2 /* DHCP, multicast DNS */

/* ---- IP ---- */

#define IP_REASSEMBLY	    0
#define IP_FRAG		    0
#define LWIP_IPV6_REASS	    0
#define LWIP_IPV6_FRAG	    0
#define MEMP_NUM_ND6_QUEUE  2
#define MEMP_NUM_ARP_QUEUE  2
#define ARP_QUEUEING	    1
#define MEMP_NUM_MLD6_GROUP 4
#define LWIP_IGMP	    1 /* for multicast DNS */
#define MEMP_NUM_IGMP_GROUP 2 /* that one's, and of all systems */

/* ---- statistics: of the heap, which is asked before it is used; and of frames ---- */

#define MEMP_STATS     0
#define TCP_STATS      0
#define UDP_STATS      0
#define IP_STATS       0
#define ICMP_STATS     0
#define IGMP_STATS     0
#define IPFRAG_STATS   0
#define ETHARP_STATS   0
#define IP6_STATS      0
#define ICMP6_STATS    0
#define IP6_FRAG_STATS 0
#define MLD6_STATS     0
#define ND6_STATS      0

#endif
