/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* The link as one framing among others: see endpoint.h. */
#include <pigtail/link.h>

static struct ptl_link *link_of(struct ptl_endpoint *endpoint)
{
	return (struct ptl_link *)(void *)endpoint;
}

static const struct ptl_link *const_link_of(const struct ptl_endpoint *endpoint)
{
	return (const struct ptl_link *)(const void *)endpoint;
}

static enum ptl_error init(void *memory, size_t size, const struct ptl_config *config,
			   const struct ptl_events *events, ptl_time now,
			   struct ptl_endpoint **endpoint)
{
	struct ptl_link *link;
	enum ptl_error error = ptl_link_init(memory, size, config, events, now, &link);

	if (error == PTL_OK)
		*endpoint = (struct ptl_endpoint *)(void *)link;
	return error;
}

static void receive(struct ptl_endpoint *endpoint, ptl_time now, const uint8_t *bytes, size_t n)
{
	ptl_link_receive(link_of(endpoint), now, bytes, n);
}

static size_t transmit(struct ptl_endpoint *endpoint, ptl_time now, uint8_t *out, size_t room)
{
	return ptl_link_transmit(link_of(endpoint), now, out, room);
}

static enum ptl_error send(struct ptl_endpoint *endpoint, ptl_time now, const uint8_t *packet,
			   size_t n)
{
	return ptl_link_send(link_of(endpoint), now, packet, n);
}

static enum ptl_error send_control(struct ptl_endpoint *endpoint, ptl_time now,
				   const uint8_t *message, size_t n, uint32_t *number)
{
	return ptl_link_send_control(link_of(endpoint), now, message, n, number);
}

static ptl_time deadline(const struct ptl_endpoint *endpoint)
{
	return ptl_link_deadline(const_link_of(endpoint));
}

static void resume(struct ptl_endpoint *endpoint, ptl_time now)
{
	ptl_link_resume(link_of(endpoint), now);
}

static void set_baud(struct ptl_endpoint *endpoint, uint32_t baud)
{
	ptl_link_set_baud(link_of(endpoint), baud);
}

static void rate_done(struct ptl_endpoint *endpoint, ptl_time now, uint32_t rate)
{
	ptl_link_rate_done(link_of(endpoint), now, rate);
}

static void wire_reset(struct ptl_endpoint *endpoint, ptl_time now)
{
	ptl_link_wire_reset(link_of(endpoint), now);
}

static void log_text(struct ptl_endpoint *endpoint, ptl_time now, const char *text, size_t n)
{
	ptl_link_log(link_of(endpoint), now, text, n);
}

static const struct ptl_counters *counters(const struct ptl_endpoint *endpoint)
{
	return ptl_link_counters(const_link_of(endpoint));
}

static void info(const struct ptl_endpoint *endpoint, struct ptl_info *to)
{
	ptl_link_info(const_link_of(endpoint), to);
}

const struct ptl_framing ptl_framing_pigtail = {
	.name = "pigtail",
	.what = "reliable Ethernet with priorities: both ends run Pigtail",
	.payload = PTL_ETHERNET,
	.size = ptl_link_size,
	.init = init,
	.receive = receive,
	.transmit = transmit,
	.send = send,
	.send_control = send_control,
	.deadline = deadline,
	.resume = resume,
	.set_baud = set_baud,
	.log = log_text,
	.rate_done = rate_done,
	.wire_reset = wire_reset,
	.counters = counters,
	.info = info,
};
