/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * The framings of other systems, each an endpoint as endpoint.h has it, in both
 * roles, so that --framing chooses one.
 *
 * None of them has a checksum, an acknowledgement or a session: what the wire
 * damages is lost, or worse, delivered damaged. What can be checked is checked
 * (lengths, IPv4 header checksums); everything else is for the layers above.
 *
 * They cannot preempt, so they queue in order, at most about 200 ms of line at
 * config.baud, but never fewer than four packets. events.frame gets a frame as
 * it stands on the wire, with its length field and end byte; of SLIP it gets
 * the decoded packet. Bytes skipped while alignment was lost come as frames
 * with ok = false.
 */
#ifndef PIGTAIL_COMPAT_H
#define PIGTAIL_COMPAT_H

#include <pigtail/endpoint.h>

/*
 * u16 big endian length, Ethernet frame. Takes frames of 14 to 1518 bytes; sends
 * up to config.max_packet. Up at once: there is no handshake.
 * The reference's device refuses frames over 1500 bytes, header included: set
 * max_packet to 1500 (MTU 1486) for it. Its MACs are fixed: 02:00:00:00:00:01
 * for the host, 02:00:00:00:00:02 for itself.
 */
extern const struct ptl_framing ptl_framing_len16;

/*
 * u16 little endian length, IPv4 packet, 55h. Takes and sends packets of 20 to
 * 1500 bytes. Comes up when its start-up exchange is through: the host says SSID
 * and password (both from config, required), the device answers with an address
 * (info.ip_address), the host returns it.
 */
extern const struct ptl_framing ptl_framing_esp8266_hosted;

/*
 * RFC 1055: IPv4 and IPv6 packets of up to 1500 bytes (or config.max_packet, if
 * less). Up at once: there is no handshake.
 */
extern const struct ptl_framing ptl_framing_slip;

#endif
