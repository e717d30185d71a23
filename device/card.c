/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * See card.h. Who answers is looked up in lists: a request by its type, GET by the
 * setting that it names, SET by those that it has. All settings of a SET have one owner:
 * they are set wholly or not at all, and no two owners can promise that together.
 *
 * A restart waits until the host has its answer, or RESTART_US. In safe mode (boots.h)
 * nothing is asked of the radio, which may be what fails.
 */
#include <pigtail/card.h>

#include <string.h>

#define RESTART_US 500000u

/* ---- the card's own ---- */

static const uint8_t own_requests[] = {PTL_M_RESTART, 0};
static const uint8_t own_settings[] = {PTL_F_TIME, 0};

static enum ptl_status restart(struct device_card *card, const struct ptl_control *message,
			       const char **reason)
{
	uint64_t how = ptl_control_uint(message, PTL_F_HOW, 0);

	if (!card->config.restart || how > card->config.restart_most) {
		*reason = how ? "this board has no such boot loader" : "this board cannot";
		return PTL_STATUS_UNSUPPORTED;
	}
	card->restart_how = (uint8_t)how;
	card->restart_at = card->config.control->now + RESTART_US;
	return PTL_STATUS_DONE;
}

static enum ptl_status stats(struct device_card *card, struct ptl_control_writer *answer)
{
	ptl_put_uint(answer, PTL_F_UPTIME, card->config.control->now - card->started);
	if (card->config.heap)
		ptl_put_uint(answer, PTL_F_HEAP, card->config.heap(card->config.user));
	return PTL_STATUS_DONE;
}

static enum ptl_status tell_time(struct device_card *card, struct ptl_control_writer *answer,
				 const char **reason)
{
	uint64_t utc;

	if (!device_card_utc(card, card->config.control->now, &utc)) {
		*reason = "nobody has told it the time";
		return PTL_STATUS_STATE;
	}
	ptl_put_uint(answer, PTL_F_TIME, utc);
	return PTL_STATUS_DONE;
}

static enum ptl_status own_request(void *user, const struct ptl_control *message,
				   struct ptl_control_writer *answer, const char **reason)
{
	struct device_card *card = user;

	switch (ptl_control_type(message)) {
	case PTL_M_RESTART:
		return restart(card, message, reason);
	case PTL_M_STATS:
		return stats(card, answer);
	case PTL_M_GET:
		return tell_time(card, answer, reason);
	default:
		card->utc =
			ptl_control_uint(message, PTL_F_TIME, 0) - card->config.control->now;
		return PTL_STATUS_DONE;
	}
}

bool device_card_utc(const struct device_card *card, ptl_time now, uint64_t *utc)
{
	*utc = card->utc + now;
	return card->utc != 0;
}

/* ---- who answers ---- */

static bool safe(const struct device_card *card)
{
	return card->config.boot == PTL_BOOT_SAFE;
}

static enum ptl_status ask_radio(struct device_card *card, const struct ptl_control *message,
				 struct ptl_control_writer *answer, const char **reason)
{
	if (!safe(card))
		return card->radio.request(card->radio.user, message, answer, reason);
	*reason = "safe mode, after starts that failed: update or restart it";
	return PTL_STATUS_STATE;
}

static bool listed(const uint8_t *list, uint8_t value)
{
	return list && value && strchr((const char *)list, value);
}

/* NULL: the radio. */
static const struct device_owner *owner_of(const struct device_card *card, uint8_t request,
					   uint8_t setting)
{
	for (unsigned i = 0; i < card->config.owner_count; i++) {
		const struct device_owner *owner = &card->config.owners[i];

		if (listed(owner->requests, request) || listed(owner->settings, setting))
			return owner;
	}
	return NULL;
}

static enum ptl_status ask(struct device_card *card, uint8_t request, uint8_t setting,
			   const struct ptl_control *message, struct ptl_control_writer *answer,
			   const char **reason)
{
	const struct device_owner *owner = owner_of(card, request, setting);

	if (listed(own_requests, request) || listed(own_settings, setting))
		return own_request(card, message, answer, reason);
	return owner ? owner->request(owner->user, message, answer, reason)
		     : ask_radio(card, message, answer, reason);
}

static bool same_owner(const struct device_card *card, uint8_t one, uint8_t other)
{
	return owner_of(card, 0, one) == owner_of(card, 0, other) &&
	       listed(own_settings, one) == listed(own_settings, other);
}

/* The first setting that a SET has; 0: none. false: they are of several owners. */
static bool first_setting(const struct device_card *card, const struct ptl_control *message,
			  uint8_t *first)
{
	const uint8_t *may = ptl_message_info(PTL_M_SET)->may;

	*first = 0;
	for (; *may; may++) {
		if (!ptl_control_has(message, *may))
			continue;
		if (*first && !same_owner(card, *first, *may))
			return false;
		if (!*first)
			*first = *may;
	}
	return true;
}

static enum ptl_status on_request(void *user, const struct ptl_control *message,
				  struct ptl_control_writer *answer, const char **reason)
{
	struct device_card *card = user;
	uint8_t type = ptl_control_type(message), setting;

	switch (type) {
	case PTL_M_GET:
		setting = (uint8_t)ptl_control_uint(message, PTL_F_SETTING, 0);
		return ask(card, 0, setting, message, answer, reason);
	case PTL_M_SET:
		if (!first_setting(card, message, &setting)) {
			*reason = "these settings want a request each";
			return PTL_STATUS_BAD_VALUE;
		}
		return setting ? ask(card, 0, setting, message, answer, reason)
			       : PTL_STATUS_DONE;
	case PTL_M_STATS:
		if (ptl_control_interface(message) == PTL_IF_RADIO)
			return own_request(card, message, answer, reason);
		return ask(card, type, 0, message, answer, reason);
	default:
		return ask(card, type, 0, message, answer, reason);
	}
}

/* ---- the radio's part behind it ---- */

static bool on_send(void *user, const uint8_t *message, size_t n)
{
	struct device_card *card = user;

	return device_send_control(card->device, message, n, NULL) == PTL_OK;
}

static void on_info(void *user, struct ptl_control_writer *to)
{
	struct device_card *card = user;

	card->radio.info(card->radio.user, to);
	ptl_put_uint(to, PTL_F_BOOT, card->config.boot);
	if (card->config.boots)
		ptl_put_uint(to, PTL_F_BOOTS, card->config.boots);
	for (unsigned i = 0; i < card->config.owner_count; i++)
		if (card->config.owners[i].info)
			card->config.owners[i].info(card->config.owners[i].user, to);
}

static void on_reset(void *user)
{
	struct device_card *card = user;

	if (!safe(card))
		card->radio.reset(card->radio.user);
}

void device_card_init(struct device_card *card, const struct device_card_config *config)
{
	uint32_t capabilities =
		config->boot == PTL_BOOT_SAFE ? 0 : config->control->ops.capabilities;

	for (unsigned i = 0; i < config->owner_count; i++)
		capabilities |= config->owners[i].capabilities;
	if (config->streams)
		capabilities |= PTL_CAN_STREAMS;
	*card = (struct device_card){
		.config = *config,
		.radio = config->control->ops,
		.restart_at = PTL_NEVER,
	};
	config->control->ops = (struct ptl_radio_ops){
		.user = card,
		.board = config->board,
		.firmware = config->firmware,
		.capabilities = capabilities,
		.send = on_send,
		.info = on_info,
		.request = on_request,
		.reset = on_reset,
	};
}

/* ---- the device's control channel ---- */

static bool on_message(void *user, ptl_time now, const uint8_t *bytes, size_t n)
{
	const struct ptl_message_info *info = ptl_message_info(bytes[0]);
	struct device_card *card = user;
	struct ptl_control message = {bytes, n};

	if (card->config.streams && info && info->kind == PTL_KIND_STREAM &&
	    ptl_control_check(&message) == PTL_STATUS_DONE) {
		ptl_streams_message(card->config.streams, &message);
		return true;
	}
	card->refused = !ptl_radio_message(card->config.control, now, bytes, n);
	return !card->refused;
}

static void on_session(void *user, ptl_time now, bool up)
{
	struct device_card *card = user;

	card->refused = false;
	if (card->config.streams)
		ptl_streams_session(card->config.streams);
	for (unsigned i = 0; i < card->config.owner_count; i++)
		if (card->config.owners[i].session)
			card->config.owners[i].session(card->config.owners[i].user, now, up);
	ptl_radio_session(card->config.control, now, up);
}

static ptl_time sooner(ptl_time a, ptl_time b)
{
	return a < b ? a : b;
}

static ptl_time on_poll(void *user, ptl_time now)
{
	struct device_card *card = user;
	ptl_time wake = PTL_NEVER;
	struct ptl_info info;

	device_link_info(card->device, &info);
	ptl_share_set(&card->share, info.rate, info.waiting > 0, info.messages);
	if (ptl_radio_poll(card->config.control) && card->refused) {
		card->refused = false;
		device_resume_control(card->device);
	}
	if (card->config.streams)
		wake = ptl_streams_poll(card->config.streams, now);
	for (unsigned i = 0; i < card->config.owner_count; i++)
		if (card->config.owners[i].poll)
			wake = sooner(wake, card->config.owners[i].poll(
						    card->config.owners[i].user, now));
	if (card->restart_at == PTL_NEVER)
		return wake;
	if (now >= card->restart_at || (info.messages == 0 && card->config.control->count == 0))
		card->config.restart(card->config.user, card->restart_how);
	return sooner(wake, sooner(card->restart_at, now + RESTART_US / 50));
}

struct device_control device_card_control(struct device_card *card)
{
	return (struct device_control){
		.user = card,
		.message = on_message,
		.session = on_session,
		.poll = on_poll,
	};
}

void device_card_attach(struct device_card *card, struct device *device, ptl_time now)
{
	card->device = device;
	card->started = now;
	ptl_share_set(&card->share, 0, false, 0);
}
