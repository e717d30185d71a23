/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* Between mdns.c and mdns_records.c: our names, and the records that are told of them. */
#ifndef PIGTAIL_MDNS_RECORDS_H
#define PIGTAIL_MDNS_RECORDS_H

#include "mdns.h"
#include "mdns_message.h"

#define TTL_HOST   120u /* seconds; of what goes with an address */
#define TTL_OTHER  4500u
#define TTL_LEGACY 10u
#define INSTANCE   64u

/* Bits of records. */
enum { OF_KIND, OF_PTR, OF_SRV, OF_TXT, OF_SERVICE };
#define BIT_HOST	 1u
#define BIT(service, of) (1u << (1u + OF_SERVICE * (service) + (of)))
#define BITS_ALL(n)	 ((1u << (1u + OF_SERVICE * (n))) - 1u)

extern const struct mdns_name mdns_kinds;

struct mdns_name mdns_host_name(const struct mdns *mdns);
struct mdns_name mdns_type_name(const struct mdns *mdns, size_t i);
void mdns_write_instance(const struct mdns *mdns, char to[INSTANCE]);
struct mdns_name mdns_service_name(const struct mdns *mdns, size_t i,
				   const char instance[INSTANCE]);

/* How records are written: to all, or to who knows nothing of multicast. */
struct form {
	uint16_t unique; /* MDNS_UNIQUE, or 0 */
	uint32_t ttl_most;
	enum mdns_section section;
};

/* Which of these bits' records were written. */
uint32_t mdns_write_all(const struct mdns *mdns, struct mdns_writer *out,
			const struct form *form, uint32_t bits);

#endif
