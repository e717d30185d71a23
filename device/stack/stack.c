/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * What lwIP asks of its system: time, random numbers; and its interface.
 *
 * Time is what the clock says, in milliseconds, counted on without 64-bit division.
 */
#include "stack.h"

#include <lwip/etharp.h>
#include <lwip/ethip6.h>
#include <lwip/init.h>
#include <lwip/stats.h>
#include <lwip/sys.h>
#include <lwip/timeouts.h>
#include <netif/ethernet.h>

#include <string.h>

#define HOSTNAME "pigtail"

static struct {
	struct ptl_clock clock;
	ptl_time ms_at; /* the microsecond in which `ms` began */
	uint64_t ms;	/* since the start */
	uint32_t random;
} stack;

uint64_t stack_uptime(void)
{
	uint64_t passed = stack.clock.now(stack.clock.user) - stack.ms_at;

	while (passed >= 1000u) {
		uint32_t piece = passed > UINT32_MAX ? UINT32_MAX : (uint32_t)passed;

		stack.ms += piece / 1000u;
		stack.ms_at += piece / 1000u * 1000u;
		passed -= piece / 1000u * 1000u;
	}
	return stack.ms;
}

u32_t sys_now(void)
{
	return (u32_t)stack_uptime();
}

/* xorshift: for ports and the like, which an eavesdropper on the wire sees anyway. */
uint32_t stack_random(void)
{
	stack.random ^= stack.random << 13;
	stack.random ^= stack.random >> 17;
	stack.random ^= stack.random << 5;
	return stack.random;
}

bool stack_heap_has(size_t n, size_t reserve)
{
	return lwip_stats.mem.used + n + reserve <= lwip_stats.mem.avail;
}

bool stack_take(struct netif *netif, const uint8_t *frame, size_t n)
{
	struct pbuf *copy = pbuf_alloc(PBUF_RAW, (u16_t)(n + ETH_PAD_SIZE), PBUF_POOL);

	if (!copy)
		return false;
	(void)pbuf_take_at(copy, frame, (u16_t)n, ETH_PAD_SIZE);
	LINK_STATS_INC(link.recv);
	if (netif->input(copy, netif) != ERR_OK)
		(void)pbuf_free(copy);
	return true;
}

ptl_time stack_poll(ptl_time now)
{
	uint32_t sleep;

	sys_check_timeouts();
	sleep = sys_timeouts_sleeptime();
	return sleep == SYS_TIMEOUTS_SLEEPTIME_INFINITE ? PTL_NEVER
							: now + (ptl_time)sleep * 1000u;
}

static err_t init_netif(struct netif *netif)
{
	const struct stack_config *config = netif->state;

	netif->name[0] = 'p';
	netif->name[1] = 't';
	netif->hostname = HOSTNAME;
	netif->output = etharp_output;
#if LWIP_IPV6
	netif->output_ip6 = ethip6_output;
#endif
	netif->linkoutput = config->output;
	netif->hwaddr_len = ETH_HWADDR_LEN;
	memcpy(netif->hwaddr, config->mac, ETH_HWADDR_LEN);
	netif->mtu = config->mtu;
	netif->flags = NETIF_FLAG_BROADCAST | NETIF_FLAG_ETHARP | NETIF_FLAG_ETHERNET;
#if LWIP_IPV6
	netif->flags |= NETIF_FLAG_MLD6;
#endif
#if LWIP_IGMP
	netif->flags |= NETIF_FLAG_IGMP;
#endif
	return ERR_OK;
}

bool stack_begin(struct netif *netif, const struct stack_config *config)
{
	struct stack_config given = *config;
	bool made;

	stack.clock = config->clock;
	stack.ms_at = stack.clock.now(stack.clock.user);
	while (stack.random == 0)
		stack.random = stack.clock.entropy(stack.clock.user);
	lwip_init();
	made = netif_add(netif, NULL, NULL, NULL, &given, init_netif, ethernet_input) != NULL;
	netif->state = NULL;
	return made;
}
