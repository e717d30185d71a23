/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * The pigtail link: Ethernet frames over a serial wire, exactly once and in
 * order per flow, whatever the wire does. docs/SPEC.md describes its bytes,
 * endpoint.h the contract (which see for contexts and ownership).
 */
#ifndef PIGTAIL_LINK_H
#define PIGTAIL_LINK_H

#include <pigtail/endpoint.h>
#include <pigtail/wire.h>

struct ptl_link;

/* Bytes of memory that init needs; 0 when the config is bad. */
size_t ptl_link_size(const struct ptl_config *config);

enum ptl_error ptl_link_init(void *memory, size_t size, const struct ptl_config *config,
			     const struct ptl_events *events, ptl_time now,
			     struct ptl_link **link);

void ptl_link_receive(struct ptl_link *link, ptl_time now, const uint8_t *bytes, size_t n);

size_t ptl_link_transmit(struct ptl_link *link, ptl_time now, uint8_t *out, size_t room);

/* Queues one Ethernet frame, 14 to config.max_packet bytes. PTL_DOWN while
 * there is no peer. Without config.drop_when_full PTL_FULL: try again at events.room.
 * With it PTL_DROPPED: all that is held is on its way and cannot be dropped in its
 * place. */
enum ptl_error ptl_link_send(struct ptl_link *link, ptl_time now, const uint8_t *packet,
			     size_t n);

/* Queues one message of the control channel, 1 to PTL_CONTROL_MAX bytes: see
 * ptl_framing.send_control in endpoint.h. PTL_TOO_LONG also for what a slow line
 * (under 10240 baud) would not carry in half a second. */
enum ptl_error ptl_link_send_control(struct ptl_link *link, ptl_time now,
				     const uint8_t *message, size_t n, uint32_t *number);

/* Sends a line of text for a person's eyes, at most PTL_LOG_MAX bytes, best
 * effort: what does not get through, or finds another one waiting, is lost. */
void ptl_link_log(struct ptl_link *link, ptl_time now, const char *text, size_t n);

/* The same for who has no link any more: a whole frame, delimiters included, for
 * a panic handler that writes to the UART itself. At most PTL_LOG_FRAME bytes. */
#define PTL_LOG_FRAME (PTL_LOG_MAX + 12)
size_t ptl_log_frame(uint8_t out[PTL_LOG_FRAME], const char *text, size_t n);

ptl_time ptl_link_deadline(const struct ptl_link *link);

/* What events.packet and events.control refused is offered again. */
void ptl_link_resume(struct ptl_link *link, ptl_time now);

/* A change of rate that was not negotiated; not with config.rate_auto. */
void ptl_link_set_baud(struct ptl_link *link, uint32_t baud);

/* The UART is at rate now, bits/s: see endpoint.h. */
void ptl_link_rate_done(struct ptl_link *link, ptl_time now, uint32_t rate);

/* Forgets the frame that is half received and the one that is half sent. With
 * config.rate_auto the UART is at config.baud again. */
void ptl_link_wire_reset(struct ptl_link *link, ptl_time now);

const struct ptl_counters *ptl_link_counters(const struct ptl_link *link);
void ptl_link_info(const struct ptl_link *link, struct ptl_info *info);

/* The same functions as a table. */
extern const struct ptl_framing ptl_framing_pigtail;

#endif
