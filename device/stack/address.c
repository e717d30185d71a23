/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * A device's addresses: a given one, or by DHCP with a link-local one where no server
 * answers; IPv6 link-local and by router advertisements.
 *
 * When the link comes back, it may be another net, so DHCP asks again. A link-local
 * address would be given up for that, and its connections with it: after a short absence
 * it stays, and neighbours are only told.
 */
#include "address.h"

#include <lwip/autoip.h>
#include <lwip/dhcp.h>
#include <lwip/etharp.h>
#include <lwip/ip4_addr.h>
#include <lwip/nd6.h>

#include <string.h>

#define SHORT_ABSENCE_US 10000000u

static address_told tell;
static ptl_time down_at;
static bool other_net;

const char *address_source(struct netif *netif)
{
	if (dhcp_supplied_address(netif))
		return "dhcp";
	if (autoip_supplied_address(netif))
		return "link-local";
	return ip4_addr_isany_val(*netif_ip4_addr(netif)) ? "none" : "static";
}

/* It is called for changes of the IPv6 addresses as well. */
static void on_change(struct netif *netif)
{
	static ip4_addr_t told;

	if (ip4_addr_cmp(&told, netif_ip4_addr(netif)))
		return;
	ip4_addr_copy(told, *netif_ip4_addr(netif));
	if (ip4_addr_isany_val(told))
		return;
	tell(ip4addr_ntoa(netif_ip4_addr(netif)), address_source(netif));
}

/* Of "10.0.0.2/24,10.0.0.1" the part before stop; moves on behind it. */
static bool part(const char **from, char stop, char *to, size_t size)
{
	const char *end = strchr(*from, stop);
	size_t n = end ? (size_t)(end - *from) : strlen(*from);

	if (n >= size)
		return false;
	memcpy(to, *from, n);
	to[n] = 0;
	*from += end ? n + 1 : n;
	return true;
}

static bool parse_length(const char *digits, ip4_addr_t *netmask)
{
	unsigned int length = 0;

	if (!*digits || strlen(digits) > 2)
		return false;
	for (; *digits; digits++) {
		if (*digits < '0' || *digits > '9')
			return false;
		length = length * 10 + (unsigned int)(*digits - '0');
	}
	if (length < 1 || length > 32)
		return false;
	ip4_addr_set_u32(netmask, lwip_htonl(UINT32_MAX << (32 - length)));
	return true;
}

static bool parse(const char *text, ip4_addr_t *address, ip4_addr_t *netmask,
		  ip4_addr_t *gateway)
{
	char one[16];

	ip4_addr_set_zero(gateway);
	if (!part(&text, '/', one, sizeof(one)) || !ip4addr_aton(one, address) ||
	    !part(&text, ',', one, sizeof(one)) || !parse_length(one, netmask))
		return false;
	return !*text || ip4addr_aton(text, gateway);
}

bool address_start(struct netif *netif, const char *text, bool link, address_told told)
{
	bool given = text && *text;
	ip4_addr_t address, netmask, gateway;

	tell = told;
	if (given && !parse(text, &address, &netmask, &gateway))
		return false;
	netif_set_default(netif);
	netif_set_status_callback(netif, on_change);
	netif_create_ip6_linklocal_address(netif, 1);
	netif_set_ip6_autoconfig_enabled(netif, 1);
	if (given)
		netif_set_addr(netif, &address, &netmask, &gateway);
	netif_set_up(netif);
	if (link)
		netif_set_link_up(netif);
	return given || dhcp_start(netif) == ERR_OK;
}

void address_link(struct netif *netif, ptl_time now, bool up)
{
	if (!up) {
		if (netif_is_link_up(netif))
			down_at = now;
		netif_set_link_down(netif);
		return;
	}
	if (autoip_supplied_address(netif) && now - down_at < SHORT_ABSENCE_US && !other_net) {
		netif_set_flags(netif, NETIF_FLAG_LINK_UP);
		etharp_gratuitous(netif);
		nd6_restart_netif(netif);
		return;
	}
	/* It may have restarted without having been down. */
	other_net = false;
	netif_set_link_down(netif);
	netif_set_link_up(netif);
}

void address_other_net(void)
{
	other_net = true;
}
