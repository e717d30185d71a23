/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The socket ioctls do all that is needed here, in old kernels and new ones.
 * Each call makes its socket: these are rare.
 */
#include "host/net/interface.h"

#include <arpa/inet.h>
#include <errno.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <net/if_arp.h>
#include <net/route.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <linux/ethtool.h>
#include <linux/if_addr.h>
#include <linux/ipv6.h>
#include <linux/sockios.h>

#define NETMASK_OF_CLASS_A 0xff000000u
#define NETMASK_OF_TWO	   0xfffffffeu

static int request(int family, unsigned long what, void *argument)
{
	int fd = socket(family, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	int status;
	int saved;

	if (fd < 0)
		return -1;
	status = ioctl(fd, what, argument);
	saved = errno;
	(void)close(fd);
	errno = saved;
	return status < 0 ? -1 : 0;
}

static struct ifreq named(const char *name)
{
	struct ifreq ifr = {0};

	(void)snprintf(ifr.ifr_name, sizeof(ifr.ifr_name), "%s", name);
	return ifr;
}

int interface_set_mac(const char *name, const uint8_t mac[6])
{
	struct ifreq ifr = named(name);

	ifr.ifr_hwaddr.sa_family = ARPHRD_ETHER;
	memcpy(ifr.ifr_hwaddr.sa_data, mac, 6);
	return request(AF_INET, SIOCSIFHWADDR, &ifr);
}

int interface_get_mac(const char *name, uint8_t mac[6])
{
	struct ifreq ifr = named(name);

	if (request(AF_INET, SIOCGIFHWADDR, &ifr) < 0)
		return -1;
	memcpy(mac, ifr.ifr_hwaddr.sa_data, 6);
	return 0;
}

int interface_get_permanent_mac(const char *name, uint8_t mac[6])
{
	static const uint8_t none[6];
	union {
		struct ethtool_perm_addr head;
		uint8_t bytes[sizeof(struct ethtool_perm_addr) + 6];
	} answer = {.head = {.cmd = ETHTOOL_GPERMADDR, .size = 6}};
	struct ifreq ifr = named(name);

	ifr.ifr_data = (char *)&answer;
	if (request(AF_INET, SIOCETHTOOL, &ifr) < 0)
		return -1;
	memcpy(mac, answer.bytes + sizeof(answer.head), 6);
	if (answer.head.size == 6 && memcmp(mac, none, 6) != 0)
		return 0;
	errno = ENODATA;
	return -1;
}

int interface_set_mtu(const char *name, int mtu)
{
	struct ifreq ifr = named(name);

	ifr.ifr_mtu = mtu;
	return request(AF_INET, SIOCSIFMTU, &ifr);
}

int interface_get_mtu(const char *name)
{
	struct ifreq ifr = named(name);

	return request(AF_INET, SIOCGIFMTU, &ifr) < 0 ? -1 : ifr.ifr_mtu;
}

int interface_set_queue(const char *name, int packets)
{
	struct ifreq ifr = named(name);

	ifr.ifr_qlen = packets;
	return request(AF_INET, SIOCSIFTXQLEN, &ifr);
}

bool interface_is_up(const char *name)
{
	struct ifreq ifr = named(name);

	return !request(AF_INET, SIOCGIFFLAGS, &ifr) && ifr.ifr_flags & IFF_UP;
}

/* Sets flags and clears others. */
static int change_flags(const char *name, int on, int off)
{
	struct ifreq ifr = named(name);

	if (request(AF_INET, SIOCGIFFLAGS, &ifr) < 0)
		return -1;
	ifr.ifr_flags = (short)((ifr.ifr_flags | on) & ~off);
	return request(AF_INET, SIOCSIFFLAGS, &ifr);
}

int interface_set_up(const char *name)
{
	return change_flags(name, IFF_UP, 0);
}

int interface_set_down(const char *name)
{
	return change_flags(name, 0, IFF_UP);
}

bool interface_is_blocked(const char *name)
{
	if (interface_is_up(name))
		return false;
	if (interface_set_up(name) < 0)
		return errno == ERFKILL;
	(void)interface_set_down(name);
	return false;
}

bool interface_has_arp(const char *name)
{
	struct ifreq ifr = named(name);

	return !request(AF_INET, SIOCGIFFLAGS, &ifr) && !(ifr.ifr_flags & IFF_NOARP);
}

int interface_set_arp(const char *name, bool on)
{
	return change_flags(name, on ? 0 : IFF_NOARP, on ? IFF_NOARP : 0);
}

void interface_join_no_packets(const char *name)
{
	struct ethtool_value off = {.cmd = ETHTOOL_SGRO};
	struct ifreq ifr = named(name);

	ifr.ifr_data = (char *)&off;
	(void)request(AF_INET, SIOCETHTOOL, &ifr);
}

int interface_join_bridge(const char *name, const char *bridge)
{
	struct ifreq ifr = named(bridge);

	ifr.ifr_ifindex = (int)if_nametoindex(name);
	if (!ifr.ifr_ifindex)
		return -1;
	return request(AF_INET, SIOCBRADDIF, &ifr);
}

static size_t ipv4_addresses(const char *name, struct interface_address *addresses, size_t most)
{
	struct ifaddrs *list;
	size_t count = 0;

	if (getifaddrs(&list) < 0)
		return 0;
	for (const struct ifaddrs *each = list; each && count < most; each = each->ifa_next) {
		struct sockaddr_in in;

		if (!each->ifa_addr || each->ifa_addr->sa_family != AF_INET ||
		    strncmp(each->ifa_name, name, IFNAMSIZ) != 0)
			continue;
		memcpy(&in, each->ifa_addr, sizeof(in));
		memcpy(addresses[count].bytes, &in.sin_addr, 4);
		addresses[count++].n = 4;
	}
	freeifaddrs(list);
	return count;
}

/* From /proc, which unlike getifaddrs() tells those that cannot be used yet. */
static size_t ipv6_addresses(const char *name, struct interface_address *addresses, size_t most)
{
	FILE *file = fopen("/proc/net/if_inet6", "re");
	unsigned int flags;
	char interface[32];
	char hex[33];
	size_t count = 0;

	if (!file)
		return 0;
	while (count < most &&
	       fscanf(file, "%32s %*x %*x %*x %x %31s", hex, &flags, interface) == 3) {
		if (strcmp(interface, name) != 0 || flags & (IFA_F_TENTATIVE | IFA_F_DADFAILED))
			continue;
		for (int i = 0; i < 16; i++)
			(void)sscanf(hex + 2 * i, "%2hhx", &addresses[count].bytes[i]);
		addresses[count++].n = 16;
	}
	(void)fclose(file);
	return count;
}

size_t interface_addresses(const char *name, struct interface_address *addresses, size_t most)
{
	size_t count = ipv4_addresses(name, addresses, most);

	return count + ipv6_addresses(name, addresses + count, most - count);
}

/* A setting of IPv6, or -1: there is none. */
static int ipv6_setting(const char *name, const char *setting)
{
	char path[128];
	FILE *file;
	int value;

	(void)snprintf(path, sizeof(path), "/proc/sys/net/ipv6/conf/%s/%s", name, setting);
	file = fopen(path, "re");
	if (!file)
		return -1;
	if (fscanf(file, "%d", &value) != 1)
		value = -1;
	(void)fclose(file);
	return value;
}

bool interface_ipv6_is_off(const char *name)
{
	return ipv6_setting(name, "disable_ipv6") != 0;
}

int interface_set_ipv6(const char *name, bool on)
{
	char path[128];
	FILE *file;
	bool bad;

	(void)snprintf(path, sizeof(path), "/proc/sys/net/ipv6/conf/%s/disable_ipv6", name);
	file = fopen(path, "we");
	if (!file)
		return -1;
	bad = fputs(on ? "0" : "1", file) < 0;
	return fclose(file) || bad ? -1 : 0;
}

bool interface_forwards_ipv6(const char *name)
{
	return ipv6_setting(name, "forwarding") > 0;
}

static void put_ipv4(struct sockaddr *to, uint32_t address)
{
	struct sockaddr_in in = {
		.sin_family = AF_INET,
		.sin_addr.s_addr = htonl(address),
	};

	memcpy(to, &in, sizeof(in));
}

int interface_set_ipv4(const char *name, uint32_t address, uint32_t netmask)
{
	struct ifreq ifr = named(name);

	put_ipv4(&ifr.ifr_addr, address);
	if (request(AF_INET, SIOCSIFADDR, &ifr) < 0)
		return -1;
	put_ipv4(&ifr.ifr_netmask, netmask);
	if (request(AF_INET, SIOCSIFNETMASK, &ifr) < 0)
		return -1;
	/* In a network of two or of one nobody is left for a broadcast (RFC 3021); the
	 * kernel's is that of the address' class. */
	if (netmask < NETMASK_OF_TWO)
		return 0;
	put_ipv4(&ifr.ifr_broadaddr, 0);
	return request(AF_INET, SIOCSIFBRDADDR, &ifr);
}

int interface_set_peer(const char *name, const char *text)
{
	struct ifreq ifr = named(name);
	uint32_t netmask;
	uint32_t address;

	if (ipv4_parse(text, &address, &netmask) < 0) {
		errno = EINVAL;
		return -1;
	}
	put_ipv4(&ifr.ifr_dstaddr, address);
	return request(AF_INET, SIOCSIFDSTADDR, &ifr);
}

int interface_set_default_route(const char *name, uint32_t gateway)
{
	char device[IFNAMSIZ];
	struct rtentry route = {.rt_flags = RTF_UP, .rt_dev = device};

	(void)snprintf(device, sizeof(device), "%s", name);
	put_ipv4(&route.rt_dst, 0);
	put_ipv4(&route.rt_genmask, 0);
	/* An earlier one, by any router. */
	(void)request(AF_INET, SIOCDELRT, &route);
	route.rt_flags |= RTF_GATEWAY;
	put_ipv4(&route.rt_gateway, gateway);
	return request(AF_INET, SIOCADDRT, &route);
}

bool ipv4_is_host(uint32_t address, uint32_t netmask)
{
	uint32_t first = address >> 24;
	uint32_t rest = ~netmask;

	if (first == 0 || first == 127 || first >= 224)
		return false;
	if (rest & (rest + 1) || netmask < NETMASK_OF_CLASS_A)
		return false;
	return netmask >= NETMASK_OF_TWO || ((address & rest) && (address & rest) != rest);
}

/* The number after the slash, up to most; -1: none or a bad one. */
static int prefix_length(const char *slash, int most)
{
	char *end;
	long length;

	if (!slash || slash[1] < '0' || slash[1] > '9')
		return -1;
	length = strtol(slash + 1, &end, 10);
	return *end || length > most ? -1 : (int)length;
}

/* Copies what stands before the slash. */
static int before_slash(const char *text, char *out, size_t size)
{
	size_t n = strcspn(text, "/");

	if (n >= size)
		return -1;
	memcpy(out, text, n);
	out[n] = 0;
	return 0;
}

int ipv4_parse(const char *text, uint32_t *address, uint32_t *netmask)
{
	const char *slash = strchr(text, '/');
	char host[INET_ADDRSTRLEN];
	int length = slash ? prefix_length(slash, 32) : 32;
	struct in_addr in;

	if (length < 0 || before_slash(text, host, sizeof(host)) < 0 ||
	    inet_pton(AF_INET, host, &in) != 1)
		return -1;
	*address = ntohl(in.s_addr);
	*netmask = length ? UINT32_MAX << (32 - length) : 0;
	return 0;
}

static int ipv6_parse(const char *text, struct in6_addr *address, uint32_t *prefix)
{
	char host[INET6_ADDRSTRLEN];
	const char *slash = strchr(text, '/');
	int length = slash ? prefix_length(slash, 128) : 128;

	if (length < 0 || before_slash(text, host, sizeof(host)) < 0 ||
	    inet_pton(AF_INET6, host, address) != 1)
		return -1;
	*prefix = (uint32_t)length;
	return 0;
}

bool interface_address_ok(const char *text)
{
	struct in6_addr six;
	uint32_t address;
	uint32_t rest;

	return !ipv4_parse(text, &address, &rest) || !ipv6_parse(text, &six, &rest);
}

bool interface_prefix_of(const char *text, uint8_t to[8])
{
	struct in6_addr six;
	uint32_t length;

	if (ipv6_parse(text, &six, &length) < 0 || length != 64)
		return false;
	memcpy(to, &six, 8);
	return true;
}

int interface_set_address(const char *name, const char *text)
{
	struct in6_ifreq six = {0};
	uint32_t netmask;
	uint32_t address;

	if (!ipv4_parse(text, &address, &netmask))
		return interface_set_ipv4(name, address, netmask);
	if (ipv6_parse(text, &six.ifr6_addr, &six.ifr6_prefixlen) < 0) {
		errno = EINVAL;
		return -1;
	}
	six.ifr6_ifindex = (int)if_nametoindex(name);
	return request(AF_INET6, SIOCSIFADDR, &six);
}
