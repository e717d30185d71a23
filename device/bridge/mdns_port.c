/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * One pcb for both families. What addresses there are is looked at in each turn: lwIP has one
 * callback for that, which is the owner's. A message is sent from lwIP's heap, when that has
 * room beside what the clients need, else a little later.
 */
#include "mdns_port.h"

#include <lwip/igmp.h>
#include <lwip/mld6.h>
#include <lwip/netif.h>
#include <lwip/udp.h>
#include <mdns.h>
#include <stack.h>

#include <string.h>

#define TTL	 255
#define RESERVE	 2048u /* of the heap, for the clients */
#define HEADERS	 96u
#define RETRY_US 100000u

#if LWIP_IPV6
#define V6_ADDRESSES LWIP_IPV6_NUM_ADDRESSES
#else
#define V6_ADDRESSES 0
#endif
_Static_assert(1 + V6_ADDRESSES <= MDNS_ADDRESSES, "an address more than can be told");

static const char *const console_text[] = {"access=tls", NULL};
static const char *const plain_text[] = {"access=armed", NULL};
static const char *const program_text[] = {"ssh_upload=no", "tcp_check=no", "auth_upload=no",
					   "access=armed", NULL};

static struct {
	struct mdns_port_config config;
	struct mdns_service service[MDNS_SERVICES];
	struct mdns_config names;
	struct mdns mdns;
	struct udp_pcb *pcb; /* NULL: it tells nothing */
	unsigned told;	     /* 1 and the number in the name that was logged; 0: none */
} port;

/* ---- what is told ---- */

/* What a user can open with the login is told as well, as Linux does with armed ports. */
static void choose_services(const struct mdns_port_config *config)
{
	struct mdns_service *next = port.service;

	if (config->secure)
		*next++ = (struct mdns_service){"_telnets", console_text, 992};
	if (config->secure || config->plain) {
		*next++ = (struct mdns_service){"_telnet", plain_text, 23};
		*next++ = (struct mdns_service){"_arduino", program_text, 2323};
	}
	port.names.service = port.service;
	port.names.services = (size_t)(next - port.service);
}

static void choose_name(const char *name)
{
	static const char base[] = "pigtail-", digits[] = "0123456789abcdef";
	char *to = port.names.host;

	if (*name) {
		strcpy(to, name);
		return;
	}
	memcpy(to, base, sizeof(base) - 1);
	to += sizeof(base) - 1;
	for (size_t i = 3; i < 6; i++) {
		*to++ = digits[netif_default->hwaddr[i] >> 4];
		*to++ = digits[netif_default->hwaddr[i] & 15];
	}
	*to = 0;
}

static size_t find_addresses(struct mdns_address to[MDNS_ADDRESSES])
{
	const struct netif *netif = netif_default;
	size_t n = 0;

	if (!netif_is_up(netif) || !netif_is_link_up(netif))
		return 0;
	if (!ip4_addr_isany_val(*netif_ip4_addr(netif))) {
		to[n].n = 4;
		memcpy(to[n++].bytes, netif_ip4_addr(netif), 4);
	}
#if LWIP_IPV6
	for (s8_t i = 0; i < V6_ADDRESSES; i++) {
		if (!ip6_addr_isvalid(netif_ip6_addr_state(netif, i)))
			continue;
		to[n].n = 16;
		memcpy(to[n++].bytes, netif_ip6_addr(netif, i)->addr, 16);
	}
#endif
	return n;
}

static void log_name(void)
{
	static const char words[] = "mdns: found as ";
	char line[sizeof(words) + MDNS_HOST + 6];
	size_t n = sizeof(words) - 1;

	if (port.mdns.state != MDNS_TELLS || port.told == port.mdns.number + 1)
		return;
	port.told = port.mdns.number + 1;
	memcpy(line, words, n);
	strcpy(line + n, port.mdns.host);
	strcpy(line + strlen(line), ".local");
	port.config.log(line);
}

/* ---- messages ---- */

static ptl_time now_is(void)
{
	return port.config.clock.now(port.config.clock.user);
}

/* Multicast comes from no further than the network; what came to us alone might. */
static bool is_near(const ip_addr_t *from)
{
	if (ip_addr_ismulticast(ip_current_dest_addr()))
		return true;
#if LWIP_IPV6
	if (IP_IS_V6(from))
		return ip6_addr_islinklocal(ip_2_ip6(from));
#endif
	return ip4_addr_netcmp(ip_2_ip4(from), netif_ip4_addr(netif_default),
			       netif_ip4_netmask(netif_default));
}

static void answer(const uint8_t *message, size_t n, uint32_t asked, const ip_addr_t *to,
		   u16_t to_port)
{
	struct pbuf *p;
	size_t length;

	if (!stack_heap_has(MDNS_MESSAGE + HEADERS, RESERVE))
		return;
	p = pbuf_alloc(PBUF_TRANSPORT, MDNS_MESSAGE, PBUF_RAM);
	if (!p)
		return;
	length = mdns_answer(&port.mdns, message, n, asked, p->payload, MDNS_MESSAGE);
	pbuf_realloc(p, (u16_t)length);
	if (length)
		(void)udp_sendto(port.pcb, p, to, to_port);
	(void)pbuf_free(p);
}

static void on_message(void *arg, struct udp_pcb *pcb, struct pbuf *p, const ip_addr_t *from,
		       u16_t from_port)
{
	(void)arg;
	(void)pcb;
	/* One that takes several buffers is made one piece, if there is room for that. */
	if (p->next && stack_heap_has((size_t)p->tot_len + HEADERS, RESERVE))
		p = pbuf_coalesce(p, PBUF_RAW);
	if (!p->next && is_near(from)) {
		bool legacy = from_port != MDNS_PORT;
		uint32_t asked = mdns_receive(&port.mdns, now_is(), p->payload, p->len, legacy);

		if (asked)
			answer(p->payload, p->len, asked, from, from_port);
	}
	(void)pbuf_free(p);
}

static void send_one(struct pbuf *p, const ip_addr_t *group)
{
	if (!p)
		return;
	(void)udp_sendto_if(port.pcb, p, group, MDNS_PORT, netif_default);
	(void)pbuf_free(p);
}

/* By each family; what was sent once is not to be touched again. */
static void send(struct pbuf *p)
{
	static const ip_addr_t v4 = IPADDR4_INIT_BYTES(224, 0, 0, 251);
#if LWIP_IPV6
	static const ip_addr_t v6 = IPADDR6_INIT_HOST(0xff020000u, 0, 0, 0xfbu);

	if (stack_heap_has((size_t)p->tot_len + HEADERS, RESERVE))
		send_one(pbuf_clone(PBUF_TRANSPORT, PBUF_RAM, p), &v6);
#endif
	send_one(p, &v4);
}

/* false: there is no memory for it now. */
static bool say(ptl_time now)
{
	struct pbuf *p;
	size_t n;

	if (!stack_heap_has(MDNS_MESSAGE + HEADERS, RESERVE))
		return false;
	p = pbuf_alloc(PBUF_TRANSPORT, MDNS_MESSAGE, PBUF_RAM);
	if (!p)
		return false;
	n = mdns_next(&port.mdns, now, p->payload, MDNS_MESSAGE);
	if (!n) {
		(void)pbuf_free(p);
		return true;
	}
	pbuf_realloc(p, (u16_t)n);
	send(p);
	return true;
}

/* ---- its life ---- */

static bool open_port(void)
{
	static const ip4_addr_t v4 = {PP_HTONL(LWIP_MAKEU32(224, 0, 0, 251))};
#if LWIP_IPV6
	ip_addr_t v6 = IPADDR6_INIT_HOST(0xff020000u, 0, 0, 0xfbu);
#endif

	port.pcb = udp_new_ip_type(IPADDR_TYPE_ANY);
	if (!port.pcb || udp_bind(port.pcb, IP_ANY_TYPE, MDNS_PORT) != ERR_OK)
		return false;
	port.pcb->ttl = TTL;
	udp_set_multicast_ttl(port.pcb, TTL);
	udp_recv(port.pcb, on_message, NULL);
#if LWIP_IPV6
	if (mld6_joingroup_netif(netif_default, ip_2_ip6(&v6)) != ERR_OK)
		return false;
#endif
	return igmp_joingroup_netif(netif_default, &v4) == ERR_OK;
}

bool mdns_port_start(const struct mdns_port_config *config)
{
	choose_services(config);
	if (!port.names.services)
		return true;
	port.config = *config;
	choose_name(config->name);
	port.names.what = "bridge";
	port.names.random = stack_random;
	mdns_init(&port.mdns, &port.names);
	return open_port();
}

ptl_time mdns_port_poll(ptl_time now)
{
	struct mdns_address address[MDNS_ADDRESSES];

	if (!port.pcb)
		return PTL_NEVER;
	mdns_set_addresses(&port.mdns, now, address, find_addresses(address));
	while (mdns_due(&port.mdns) <= now)
		if (!say(now))
			return now + RETRY_US;
	log_name();
	return mdns_due(&port.mdns);
}
