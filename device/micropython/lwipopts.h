/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * lwIP's options for MicroPython's sockets (extmod/modlwip.c): what is in it, and the size
 * of each pool. The pools are lwIP's own, apart from the heap of the interpreter: what comes
 * while a script has filled its heap still finds room.
 */
#ifndef PIGTAIL_DEVICE_MICROPYTHON_LWIPOPTS_H
#define PIGTAIL_DEVICE_MICROPYTHON_LWIPOPTS_H

#include <stdint.h>

#define NO_SYS		     1
#define SYS_LIGHTWEIGHT_PROT 0
#define LWIP_SOCKET	     0
#define LWIP_NETCONN	     0
#define LWIP_CALLBACK_API    1
typedef uint32_t sys_prot_t; /* extmod/modlwip.c has the functions all the same */

#define LWIP_ARP	    1
#define LWIP_ETHERNET	    1
#define LWIP_IPV4	    1
#define LWIP_IPV6	    0
#define LWIP_ICMP	    1
#define LWIP_RAW	    1
#define LWIP_UDP	    1
#define LWIP_TCP	    1
#define LWIP_DNS	    1
#define LWIP_IGMP	    1
#define LWIP_HAVE_LOOPIF    1 /* asyncio's tests talk to themselves */
#define LWIP_NETIF_LOOPBACK 1
#define LWIP_NETIF_HOSTNAME 1
#define LWIP_DHCP	    1
#define DHCP_DOES_ARP_CHECK 0 /* the other end of a wire is alone */

#define MEM_LIBC_MALLOC 0
#define MEMP_MEM_MALLOC 0
#define MEM_ALIGNMENT	4
#define MEM_SIZE	(12 * 1024) /* what is sent, until it is acknowledged */

/* Frames as they come, each in one piece. A full window of one socket that nobody reads
 * leaves as many for the others. */
#define ETH_PAD_SIZE	  2
#define PBUF_POOL_SIZE	  10
#define PBUF_POOL_BUFSIZE (ETH_PAD_SIZE + 1520)
#define MEMP_NUM_PBUF	  12

#define TCP_MSS			1460
#define TCP_WND			(3 * TCP_MSS)
#define TCP_SND_BUF		(3 * TCP_MSS)
#define MEMP_NUM_TCP_SEG	32
#define MEMP_NUM_TCP_PCB	12
#define MEMP_NUM_TCP_PCB_LISTEN 6
#define TCP_LISTEN_BACKLOG	1
#define LWIP_TCP_KEEPALIVE	1
#define TCP_MSL			2000u
#define SO_REUSE		1
#define MEMP_NUM_UDP_PCB	6
#define MEMP_NUM_ARP_QUEUE	4
#define ARP_QUEUEING		1

#define LWIP_CHKSUM_ALGORITHM 3
#define LWIP_STATS	      1
#define MEM_STATS	      1
#define MEMP_STATS	      0
#define SYS_STATS	      0

#define LWIP_HOOK_TCP_ISN(local_ip, local_port, remote_ip, remote_port) stack_random()

#define LWIP_HOOK_FILENAME "reopen.h"

#endif
