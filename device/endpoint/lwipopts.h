/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * lwIP's options for an endpoint: what is in it, and the size of each pool with its
 * reason. All memory is static; a pool that is empty says so in its counter "err",
 * see /stats.json.
 *
 * The sizes follow from this: a line of up to 3 Mbaud, 300 bytes a millisecond, whose
 * other end answers within 10 ms wants 3 KB on the way for full speed, which is three
 * segments; and together with the link (16 KB) and the program it must fit in the
 * 80 KB of an ESP8266.
 */
#ifndef PIGTAIL_DEVICE_ENDPOINT_LWIPOPTS_H
#define PIGTAIL_DEVICE_ENDPOINT_LWIPOPTS_H

#include <stdint.h>

/* ---- how it runs: one thread, callbacks, no interrupts ---- */

#define NO_SYS		     1
#define SYS_LIGHTWEIGHT_PROT 0
#define LWIP_SOCKET	     0
#define LWIP_NETCONN	     0
#define LWIP_CALLBACK_API    1

/* ---- what is in it ---- */

#define LWIP_ARP	  1
#define LWIP_ETHERNET	  1
#define LWIP_IPV4	  1
#define LWIP_IPV6	  1
#define LWIP_ICMP	  1
#define LWIP_ICMP6	  1
#define LWIP_RAW	  0
#define LWIP_UDP	  1
#define LWIP_TCP	  1
#define LWIP_DNS	  0 /* it only answers */
#define LWIP_IGMP	  0
#define LWIP_SINGLE_NETIF 1

/* Its own address: DHCP; after two unanswered tries, about 6 s, a link-local one until
 * a server answers. IPv6 by router advertisements, and link-local. */
#define LWIP_DHCP		    1
#define LWIP_AUTOIP		    1
#define LWIP_DHCP_AUTOIP_COOP	    1
#define LWIP_DHCP_AUTOIP_COOP_TRIES 2
#define DHCP_DOES_ARP_CHECK	    0 /* the other end of a wire is alone */
#define LWIP_DHCP_GET_NTP_SRV	    0
#define LWIP_DHCP_MAX_NTP_SERVERS   0
#define LWIP_IPV6_AUTOCONFIG	    1
#define LWIP_IPV6_DHCP6		    0
#define LWIP_IPV6_NUM_ADDRESSES	    3 /* link-local, and those of two prefixes */
#define LWIP_ND6_NUM_PREFIXES	    2
#define LWIP_ND6_NUM_ROUTERS	    2
#define LWIP_ND6_NUM_NEIGHBORS	    4 /* on a wire there is one; behind a bridge some */
#define LWIP_ND6_NUM_DESTINATIONS   4
#define ARP_TABLE_SIZE		    6
#define LWIP_NETIF_HOSTNAME	    1
#define LWIP_NETIF_STATUS_CALLBACK  1

/* ---- memory ---- */

#define MEM_LIBC_MALLOC 0
#define MEMP_MEM_MALLOC 0
#if UINTPTR_MAX > UINT32_MAX
#define MEM_ALIGNMENT	     8
#define IPV6_FRAG_COPYHEADER 1 /* pointers don't fit in the place of the header */
#else
#define MEM_ALIGNMENT 4
#endif

/* Of what is sent, and of segments that hold a copy of their data: seven full ones.
 * Streams leave ENDPOINT_HEAP_RESERVE free for acknowledgements (stream.h). */
#define MEM_SIZE (12 * 1024)

/* Frames as they come, each in one piece: one copy from the link's buffer, which
 * costs a hundredth of what else is done with a packet and lets it be kept. Kept can
 * be, at the same time: a window for the echo (3), a segment for each HTTP connection
 * (4), fragments (3); one is for what comes meanwhile. */
#define PBUF_POOL_SIZE	  11
#define PBUF_POOL_BUFSIZE (ETH_PAD_SIZE + 1520)
/* So that what stands behind the 14 bytes of Ethernet is aligned. */
#define ETH_PAD_SIZE 2

#define MEMP_NUM_PBUF 12 /* headers of data sent from where it lies: the page */

#define LWIP_CHKSUM_ALGORITHM 3 /* 32 bytes a turn, by words */

/* ---- TCP ---- */

#define TCP_MSS		     1460
#define TCP_WND		     (3 * TCP_MSS)
#define TCP_SND_BUF	     (4 * TCP_MSS) /* one more: Linux acknowledges every second */
#define TCP_SND_QUEUELEN     16
#define TCP_LISTEN_BACKLOG   1
#define LWIP_TCP_KEEPALIVE   1
#define TCP_MSL		     5000u /* so far as one wire, and a user's own network */
#define TCP_FIN_WAIT_TIMEOUT 5000u

/* HTTP 4 and 12 that wait, echo 1, others 2; and some that are closing, of which lwIP
 * ends the oldest for a new one. 200 bytes each. */
#define MEMP_NUM_TCP_PCB	24
#define MEMP_NUM_TCP_PCB_LISTEN 6
#define MEMP_NUM_TCP_SEG	32 /* two connections' full queues */

/* Over the pigtail framing nothing is lost or out of order; over others, one lost
 * segment should not cost the two behind it. */
#define TCP_QUEUE_OOSEQ	    1
#define TCP_OOSEQ_MAX_PBUFS 2
#define LWIP_TCP_SACK_OUT   0

/* A connection after a restart is another one. */
#define LWIP_HOOK_TCP_ISN(local_ip, local_port, remote_ip, remote_port) stack_random()

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

#define LWIP_STATS	 1
#define LWIP_STATS_LARGE 1
#define MEM_STATS	 1
#define MEMP_STATS	 1
#define SYS_STATS	 0

#endif
