/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * A table of sections, each an object with a row for each of its members; the names come
 * from where the counters are declared. Rows are made one at a time, so the whole needs
 * no memory; a reader may see a counter move between two of them.
 */
#include "stats.h"
#include "state.h"

#include <lwip/memp.h>
#include <lwip/stats.h>
#include <lwip/sys.h>

#include <string.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

struct stats_checked stats_checked[STATS_STREAMS];

static void add_count_at(struct writer *out, const void *counters, unsigned int i)
{
	ptl_count value;

	memcpy(&value, (const uint8_t *)counters + i * sizeof(value), sizeof(value));
	write_decimal(out, value);
}

/* ---- system ---- */

static void add_ip6(struct writer *out, unsigned int i)
{
	bool valid = ip6_addr_isvalid(netif_ip6_addr_state(&stack_link.netif, (s8_t)i));

	write_string(out, valid ? ip6addr_ntoa(netif_ip6_addr(&stack_link.netif, i)) : "");
}

static void system_row(struct writer *out, unsigned int i)
{
	static const char *const names[] = {
		"uptime_ms", "address", "address_source", "ipv6_link_local", "ipv6",
	};

	write_key(out, names[i], i);
	switch (i) {
	case 0:
		write_decimal(out, stack_uptime());
		break;
	case 1:
		write_string(out, ip4addr_ntoa(netif_ip4_addr(&stack_link.netif)));
		break;
	case 2:
		write_string(out, address_source(&stack_link.netif));
		break;
	default:
		add_ip6(out, i - 3);
	}
}

/* ---- the link, the device, the endpoint ---- */

static void link_row(struct writer *out, unsigned int i)
{
	write_key(out, ptl_counter_names[i].name, i);
	add_count_at(out, device_link_counters(stack_link.device), i);
}

static void line_row(struct writer *out, unsigned int i)
{
	static const char *const names[] = {"rtt_us", "loss_ppm", "frame_limit", "queued"};
	struct ptl_info info;

	device_link_info(stack_link.device, &info);
	write_key(out, names[i], i);
	write_decimal(out, i == 0   ? info.rtt_us
			   : i == 1 ? info.loss_ppm
			   : i == 2 ? info.frame_limit
				    : info.queued);
}

#define NAME(name, what) #name,

static const char *const device_names[] = {DEVICE_COUNTERS(NAME)};

static void device_row(struct writer *out, unsigned int i)
{
	write_key(out, device_names[i], i);
	add_count_at(out, device_counters(stack_link.device), i);
}

/* The stack's first. */
static const char *const endpoint_names[] = {STACK_LINK_COUNTERS(NAME) ENDPOINT_COUNTERS(NAME)};

#define OF_STACK (sizeof(stack_link.counters) / sizeof(uint32_t))

static void endpoint_row(struct writer *out, unsigned int i)
{
	const uint8_t *counters = i < OF_STACK ? (const uint8_t *)&stack_link.counters
					       : (const uint8_t *)&endpoint.counters;
	unsigned int at = i < OF_STACK ? i : i - (unsigned int)OF_STACK;
	uint32_t value;

	memcpy(&value, counters + at * sizeof(value), sizeof(value));
	write_key(out, endpoint_names[i], i);
	write_decimal(out, value);
}

/* ---- lwIP ---- */

static const struct {
	const char *name;
	const struct stats_proto *counters;
} protocols[] = {
	{"ethernet", &lwip_stats.link}, {"arp", &lwip_stats.etharp},
	{"ip", &lwip_stats.ip},		{"ip_fragments", &lwip_stats.ip_frag},
	{"icmp", &lwip_stats.icmp},	{"udp", &lwip_stats.udp},
	{"tcp", &lwip_stats.tcp},	{"ip6", &lwip_stats.ip6},
	{"icmp6", &lwip_stats.icmp6},	{"nd6", &lwip_stats.nd6},
};

#define AT(member) offsetof(struct stats_proto, member)

static void protocol_row(struct writer *out, unsigned int i)
{
	static const struct {
		const char *name;
		size_t at;
	} members[] = {
		{"sent", AT(xmit)},
		{"received", AT(recv)},
		{"dropped", AT(drop)},
		{"bad_checksum", AT(chkerr)},
		{"bad_length", AT(lenerr)},
		{"no_memory", AT(memerr)},
		{"bad_protocol", AT(proterr)},
		{"errors", AT(err)},
	};

	write_key(out, protocols[i].name, i);
	for (unsigned int k = 0; k < COUNT(members); k++) {
		STAT_COUNTER value;

		memcpy(&value, (const uint8_t *)protocols[i].counters + members[k].at,
		       sizeof(value));
		write_text(out, k ? "" : "{");
		write_key(out, members[k].name, k);
		write_decimal(out, value);
	}
	write_text(out, "}");
}

/* The heap first, then each pool. */
static void memory_row(struct writer *out, unsigned int i)
{
	static const char *const names[] = {
		"heap",
#define LWIP_MEMPOOL(name, count, size, what) #name,
#include <lwip/priv/memp_std.h>
	};
	const struct stats_mem *memory = i == 0 ? &lwip_stats.mem : lwip_stats.memp[i - 1];

	write_key(out, names[i], i);
	write_text(out, "{");
	write_key(out, "size", 0);
	write_decimal(out, memory->avail);
	write_key(out, "used", 1);
	write_decimal(out, memory->used);
	write_key(out, "max", 1);
	write_decimal(out, memory->max);
	write_key(out, "err", 1);
	write_decimal(out, memory->err);
	write_text(out, "}");
}

/* ---- streams with a check ---- */

void stats_checked_text(struct writer *out, enum stats_stream stream)
{
	write_key(out, "bytes", 0);
	write_decimal(out, stats_checked[stream].bytes);
	write_key(out, "crc32c", 1);
	write_text(out, "\"");
	write_hex(out, stats_checked[stream].crc);
	write_text(out, "\"");
}

static void checked_row(struct writer *out, unsigned int i)
{
	write_key(out, i == STATS_SOURCE ? "source" : "sink", i);
	write_text(out, "{");
	stats_checked_text(out, (enum stats_stream)i);
	write_text(out, "}");
}

/* ---- all of it ---- */

static const struct {
	const char *name;
	unsigned int rows;
	void (*row)(struct writer *out, unsigned int i);
} sections[] = {
	{"system", 5, system_row},
	{"line", 4, line_row},
	{"link", PTL_COUNTER_COUNT, link_row},
	{"device", COUNT(device_names), device_row},
	{"endpoint", COUNT(endpoint_names), endpoint_row},
	{"stack", COUNT(protocols), protocol_row},
	{"memory", 1 + MEMP_MAX, memory_row},
	{"streams", STATS_STREAMS, checked_row},
};

bool stats_piece(struct writer *out, unsigned int *section, unsigned int *row)
{
	if (*section == COUNT(sections))
		return false;
	if (*row == 0) {
		write_text(out, *section ? ",\n" : "{\n");
		write_key(out, sections[*section].name, 0);
		write_text(out, "{");
	}
	sections[*section].row(out, *row);
	if (++*row < sections[*section].rows)
		return true;
	*row = 0;
	write_text(out, "}");
	if (++*section == COUNT(sections))
		write_text(out, "}\n");
	return true;
}
