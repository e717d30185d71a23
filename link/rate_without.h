/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* Rate negotiation in a build without it (PTL_WITHOUT_RATE): the calls of rate.h, which
 * do nothing. Included by it. */
#ifndef PIGTAIL_RATE_WITHOUT_H
#define PIGTAIL_RATE_WITHOUT_H

static inline void ptl_rate_init(struct ptl_link *link, const struct ptl_config *config)
{
	(void)link;
	(void)config;
}

static inline size_t ptl_rate_option(const struct ptl_link *link, uint8_t *to)
{
	(void)link;
	(void)to;
	return 0;
}

static inline void ptl_rate_learn(struct ptl_link *link, uint32_t caps, const uint8_t *value,
				  size_t n)
{
	(void)link;
	(void)caps;
	(void)value;
	(void)n;
}

static inline void ptl_rate_forget_peer(struct ptl_link *link)
{
	(void)link;
}

static inline void ptl_rate_session_up(struct ptl_link *link)
{
	(void)link;
}

static inline bool ptl_rate_bytes(struct ptl_link *link, size_t n)
{
	(void)link;
	(void)n;
	return false;
}

static inline void ptl_rate_heard(struct ptl_link *link, enum ptl_class class, uint16_t number,
				  size_t n)
{
	(void)link;
	(void)class;
	(void)number;
	(void)n;
}

static inline bool ptl_rate_take(struct ptl_link *link, uint8_t type, const uint8_t *payload,
				 size_t n)
{
	(void)link;
	(void)type;
	(void)payload;
	(void)n;
	return false;
}

static inline void ptl_rate_timers(struct ptl_link *link)
{
	(void)link;
}

static inline ptl_time ptl_rate_deadline(struct ptl_link *link)
{
	(void)link;
	return PTL_NEVER;
}

static inline enum ptl_rate_lets ptl_rate_lets(const struct ptl_link *link)
{
	(void)link;
	return RATE_LETS_ALL;
}

static inline bool ptl_rate_says(const struct ptl_link *link)
{
	(void)link;
	return false;
}

static inline enum ptl_message ptl_rate_message(struct ptl_link *link, uint8_t *payload,
						size_t *n)
{
	(void)link;
	(void)payload;
	*n = 0;
	return PTL_MSG_ACK;
}

static inline void ptl_rate_turn(struct ptl_link *link)
{
	(void)link;
}

static inline void ptl_rate_done(struct ptl_link *link, uint32_t now)
{
	(void)link;
	(void)now;
}

static inline void ptl_rate_reset(struct ptl_link *link)
{
	(void)link;
}

static inline uint32_t ptl_rate_now(const struct ptl_link *link)
{
	(void)link;
	return 0;
}

#endif
