/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Settings of a network interface of this machine, by its name. Each function
 * returns 0 (or what it was asked for), or -1 with errno.
 */
#ifndef PIGTAIL_HOST_INTERFACE_H
#define PIGTAIL_HOST_INTERFACE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

int interface_set_mac(const char *name, const uint8_t mac[6]);
int interface_get_mac(const char *name, uint8_t mac[6]);
/* That it was made with. */
int interface_get_permanent_mac(const char *name, uint8_t mac[6]);
int interface_set_mtu(const char *name, int mtu);
int interface_get_mtu(const char *name);
int interface_set_queue(const char *name, int packets);
int interface_set_up(const char *name);
int interface_set_down(const char *name);
bool interface_is_up(const char *name);
/* By rfkill; for a moment one that is down is up. */
bool interface_is_blocked(const char *name);
int interface_join_bridge(const char *name, const char *bridge);

/* Host order. */
int interface_set_ipv4(const char *name, uint32_t address, uint32_t netmask);

/* Is it ADDR[/LEN], IPv4 or IPv6? Without LEN it is a single address. */
bool interface_address_ok(const char *text);

/* Whether it is an IPv6 address in a /64; then to is its network's 64 bits. */
bool interface_prefix_of(const char *text, uint8_t to[8]);

/* text: as above; EINVAL when it is not. */
int interface_set_address(const char *name, const char *text);

/* The address at the other end of a point-to-point interface (IPv4). */
int interface_set_peer(const char *name, const char *text);

struct interface_address {
	size_t n; /* 4 or 16 */
	uint8_t bytes[16];
};

/* Its addresses that can be used, of which at most `most` are returned; how many. */
size_t interface_addresses(const char *name, struct interface_address *addresses, size_t most);

/* Whether it can have no IPv6 address. */
bool interface_ipv6_is_off(const char *name);
int interface_set_ipv6(const char *name, bool on);

/* Whether this machine asks and answers there where addresses are. */
bool interface_has_arp(const char *name);
int interface_set_arp(const char *name, bool on);

/* Packets that came are not joined to longer ones any more (GRO), if they were. */
void interface_join_no_packets(const char *name);

/* Whether it passes IPv6 packets on for others. */
bool interface_forwards_ipv6(const char *name);

/* Makes this IPv4 router, host order, the way to everywhere through it. */
int interface_set_default_route(const char *name, uint32_t gateway);

/* Whether it is an address that one host can have in a network of at most a /8, host
 * order: no loopback, no group, not the network's own nor its broadcast. */
bool ipv4_is_host(uint32_t address, uint32_t netmask);

/* Parses ADDR[/LEN] as IPv4, host order; -1: it is none. */
int ipv4_parse(const char *text, uint32_t *address, uint32_t *netmask);

#endif
