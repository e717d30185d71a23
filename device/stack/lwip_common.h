/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * lwIP's options that all devices have in common: how it runs, and what is in it. How
 * large its pools are is in the lwipopts.h of each.
 */
#ifndef PIGTAIL_DEVICE_STACK_LWIP_COMMON_H
#define PIGTAIL_DEVICE_STACK_LWIP_COMMON_H

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

/* ---- memory: all static; how much is each device's own ---- */

#define MEM_LIBC_MALLOC 0
#define MEMP_MEM_MALLOC 0
#if UINTPTR_MAX > UINT32_MAX
#define MEM_ALIGNMENT	     8
#define IPV6_FRAG_COPYHEADER 1 /* pointers don't fit in the place of the header */
#else
#define MEM_ALIGNMENT 4
#endif

/* What stands behind the 14 bytes of Ethernet is aligned. */
#define ETH_PAD_SIZE 2

#define LWIP_CHKSUM_ALGORITHM 3 /* 32 bytes a turn, by words */

/* ---- TCP ---- */

#define LWIP_TCP_KEEPALIVE 1
#define TCP_MSL		   5000u /* so far as one wire, and a user's own network */
#define LWIP_TCP_SACK_OUT  0

/* A connection after a restart is another one. */
#define LWIP_HOOK_TCP_ISN(local_ip, local_port, remote_ip, remote_port) stack_random()

#define LWIP_HOOK_FILENAME "reopen.h"

/* ---- what can be seen from outside ---- */

#define LWIP_STATS 1
#define MEM_STATS  1
#define SYS_STATS  0

#endif
