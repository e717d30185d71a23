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

static void add_string(struct text *text, const char *value)
{
	text_add(text, "\"");
	text_add(text, value);
	text_add(text, "\"");
}

static void add_u64_at(struct text *text, const void *counters, unsigned int i)
{
	uint64_t value;

	memcpy(&value, (const uint8_t *)counters + i * sizeof(value), sizeof(value));
	text_decimal(text, value);
}

/* ---- system ---- */

static void add_ip6(struct text *text, unsigned int i)
{
	bool valid = ip6_addr_isvalid(netif_ip6_addr_state(&endpoint.netif, (s8_t)i));

	add_string(text, valid ? ip6addr_ntoa(netif_ip6_addr(&endpoint.netif, i)) : "");
}

static void system_row(struct text *text, unsigned int i)
{
	static const char *const names[] = {
		"uptime_ms", "address", "address_source", "ipv6_link_local", "ipv6",
	};

	text_key(text, names[i], i);
	switch (i) {
	case 0:
		(void)sys_now();
		text_decimal(text, endpoint.ms);
		break;
	case 1:
		add_string(text, ip4addr_ntoa(netif_ip4_addr(&endpoint.netif)));
		break;
	case 2:
		add_string(text, address_source());
		break;
	default:
		add_ip6(text, i - 3);
	}
}

/* ---- the link, the device, the endpoint ---- */

static void link_row(struct text *text, unsigned int i)
{
	text_key(text, ptl_counter_names[i].name, i);
	add_u64_at(text, device_link_counters(endpoint.device), i);
}

static void line_row(struct text *text, unsigned int i)
{
	static const char *const names[] = {"rtt_us", "loss_ppm", "frame_limit", "queued"};
	struct ptl_info info;

	device_link_info(endpoint.device, &info);
	text_key(text, names[i], i);
	text_decimal(text, i == 0   ? info.rtt_us
			   : i == 1 ? info.loss_ppm
			   : i == 2 ? info.frame_limit
				    : info.queued);
}

#define NAME(name, what) #name,

static const char *const device_names[] = {DEVICE_COUNTERS(NAME)};

static void device_row(struct text *text, unsigned int i)
{
	text_key(text, device_names[i], i);
	add_u64_at(text, device_counters(endpoint.device), i);
}

static const char *const endpoint_names[] = {ENDPOINT_COUNTERS(NAME)};

static void endpoint_row(struct text *text, unsigned int i)
{
	uint32_t value;

	memcpy(&value, (const uint8_t *)&endpoint.counters + i * sizeof(value), sizeof(value));
	text_key(text, endpoint_names[i], i);
	text_decimal(text, value);
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

static void protocol_row(struct text *text, unsigned int i)
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

	text_key(text, protocols[i].name, i);
	for (unsigned int k = 0; k < COUNT(members); k++) {
		STAT_COUNTER value;

		memcpy(&value, (const uint8_t *)protocols[i].counters + members[k].at,
		       sizeof(value));
		text_add(text, k ? "" : "{");
		text_key(text, members[k].name, k);
		text_decimal(text, value);
	}
	text_add(text, "}");
}

/* The heap first, then each pool. */
static void memory_row(struct text *text, unsigned int i)
{
	static const char *const names[] = {
		"heap",
#define LWIP_MEMPOOL(name, count, size, what) #name,
#include <lwip/priv/memp_std.h>
	};
	const struct stats_mem *memory = i == 0 ? &lwip_stats.mem : lwip_stats.memp[i - 1];

	text_key(text, names[i], i);
	text_add(text, "{");
	text_key(text, "size", 0);
	text_decimal(text, memory->avail);
	text_key(text, "used", 1);
	text_decimal(text, memory->used);
	text_key(text, "max", 1);
	text_decimal(text, memory->max);
	text_key(text, "err", 1);
	text_decimal(text, memory->err);
	text_add(text, "}");
}

/* ---- streams with a check ---- */

void stats_checked_text(struct text *text, enum stats_stream stream)
{
	text_key(text, "bytes", 0);
	text_decimal(text, stats_checked[stream].bytes);
	text_key(text, "crc32c", 1);
	text_add(text, "\"");
	text_hex(text, stats_checked[stream].crc);
	text_add(text, "\"");
}

static void checked_row(struct text *text, unsigned int i)
{
	text_key(text, i == STATS_SOURCE ? "source" : "sink", i);
	text_add(text, "{");
	stats_checked_text(text, (enum stats_stream)i);
	text_add(text, "}");
}

/* ---- all of it ---- */

static const struct {
	const char *name;
	unsigned int rows;
	void (*row)(struct text *text, unsigned int i);
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

bool stats_piece(struct text *text, unsigned int *section, unsigned int *row)
{
	if (*section == COUNT(sections))
		return false;
	if (*row == 0) {
		text_add(text, *section ? ",\n" : "{\n");
		text_key(text, sections[*section].name, 0);
		text_add(text, "{");
	}
	sections[*section].row(text, *row);
	if (++*row < sections[*section].rows)
		return true;
	*row = 0;
	text_add(text, "}");
	if (++*section == COUNT(sections))
		text_add(text, "}\n");
	return true;
}
