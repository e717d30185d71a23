/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* Which flow an Ethernet frame belongs to: a keyed hash of its addresses,
 * protocol and ports (for ICMP: type class and identifier; for what is not IP:
 * EtherType and MAC addresses). Anything malformed hashes by what can be read. */
#ifndef PIGTAIL_FLOW_H
#define PIGTAIL_FLOW_H

#include <pigtail/endpoint.h>

/* packet: n bytes, at least 14. */
uint32_t ptl_flow_hash(uint32_t key, const uint8_t *packet, size_t n);

#endif
