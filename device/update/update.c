// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * See update.h. What a page programmed twice, after power went in between, gets is the same
 * bytes: bits that had fallen fall again. So only a sector that is entered is erased, and
 * the rest goes on where the store says.
 */
#include <pigtail/update.h>

#include <pigtail/flash_map.h>

#include <string.h>

void ptl_update_init(struct ptl_update *update, const struct ptl_update_config *config)
{
	*update = (struct ptl_update){.config = *config, .stream = -1};
}

static unsigned target(const struct ptl_update *update)
{
	return !update->config.running;
}

/* ---- requests ---- */

static void take_text(const struct ptl_control *message, enum ptl_field field,
		      char to[PTL_IMAGE_TEXT + 1])
{
	ptl_control_words(message, field, to, PTL_IMAGE_TEXT + 1);
}

static void take_bytes(const struct ptl_control *message, enum ptl_field field, uint8_t *to)
{
	size_t n;
	const uint8_t *bytes = ptl_control_bytes(message, field, &n);

	memcpy(to, bytes, n);
}

static void take_image(const struct ptl_control *message, struct ptl_image *image)
{
	take_text(message, PTL_F_BOARD, image->board);
	take_text(message, PTL_F_FIRMWARE, image->firmware);
	image->size = (uint32_t)ptl_control_uint(message, PTL_F_SIZE, 0);
	take_bytes(message, PTL_F_DIGEST, image->digest);
	take_bytes(message, PTL_F_SIGNATURE, image->signature);
}

static bool same_image(const struct ptl_image *one, const struct ptl_image *other)
{
	uint8_t heads[2][PTL_IMAGE_HEAD];

	ptl_image_write(one, heads[0]);
	ptl_image_write(other, heads[1]);
	return memcmp(heads[0], heads[1], PTL_IMAGE_HEAD) == 0;
}

static void stop(struct ptl_update *update, enum ptl_status status, const char *text)
{
	if (update->stream >= 0)
		ptl_stream_close(update->config.streams, (unsigned)update->stream, status,
				 text);
	update->stream = -1;
	update->n = 0;
}

/* Of an image that is signed: what of it has come already. false: the flash fails. */
static bool set_image(struct ptl_update *update, const struct ptl_image *image)
{
	const struct ptl_slots *slots = &update->config.slots;
	struct ptl_image before;

	if (update->begun && same_image(image, &update->image))
		return true;
	update->begun = false;
	if (!ptl_slots_image(slots, target(update), &before) || !same_image(image, &before)) {
		/* What is in the slot goes, so nothing may start it. */
		if (!ptl_slots_keep(slots, (unsigned)update->config.running) ||
		    !ptl_slots_set_image(slots, target(update), image))
			return false;
	}
	update->image = *image;
	update->at = ptl_slots_written(slots, target(update));
	if (update->at > image->size)
		update->at = 0;
	update->begun = true;
	return true;
}

/* What the request that is looked into comes to; told when there is room. */
static void decide(struct ptl_update *update, enum ptl_status status, const char *reason)
{
	update->asked.decided = true;
	update->asked.status = status;
	update->asked.reason = reason;
}

/* Answers it. false: there is no room, all is as it was. */
static bool tell(struct ptl_update *update)
{
	struct ptl_update_asked *asked = &update->asked;
	struct ptl_control_writer answer;

	ptl_radio_begin_answer(&answer, asked->id, PTL_IF_RADIO, asked->status, asked->reason);
	if (asked->type == PTL_M_UPDATE_BEGIN && asked->status == PTL_STATUS_DONE)
		ptl_put_uint(&answer, PTL_F_OFFSET, update->at);
	if (!ptl_radio_end_answer(update->config.control, &answer))
		return false;
	asked->type = 0;
	return true;
}

/* Another request came before this one had its answer. */
static bool give_up(struct ptl_update *update)
{
	if (!update->asked.type)
		return true;
	if (!update->asked.decided)
		decide(update, PTL_STATUS_ABORTED, "another request came");
	return tell(update);
}

/* It is answered by poll(). */
static enum ptl_status look_into(struct ptl_update *update, const struct ptl_control *message)
{
	update->asked.type = ptl_control_type(message);
	update->asked.id = ptl_control_id(message);
	update->asked.decided = false;
	return PTL_STATUS_LATER;
}

static enum ptl_status begin(struct ptl_update *update, const struct ptl_control *message,
			     const char **reason)
{
	const struct ptl_update_config *config = &update->config;
	struct ptl_image *image = &update->asked.image;

	if (config->running == PTL_NO_SLOT) {
		*reason = "this firmware was not started from a slot of the flash";
		return PTL_STATUS_UNSUPPORTED;
	}
	if (ptl_slots_on_trial(&config->slots, (unsigned)config->running)) {
		*reason = "the firmware that runs is on trial";
		return PTL_STATUS_STATE;
	}
	take_image(message, image);
	if (strcmp(image->board, config->board) != 0) {
		*reason = "the image is for another board";
		return PTL_STATUS_DENIED;
	}
	if (image->size == 0 || image->size > PTL_MAP_SLOT_SIZE) {
		*reason = "the image is empty, or too large for a slot of the flash";
		return PTL_STATUS_BAD_VALUE;
	}
	ptl_signature_begin(&update->asked.look.signature, image, config->key);
	return look_into(update, message);
}

static void begin_or_not(struct ptl_update *update, enum ptl_verdict verdict)
{
	if (verdict == PTL_VERDICT_BAD) {
		decide(update, PTL_STATUS_VERIFY,
		       "the image is not signed with this radio's key");
		return;
	}
	stop(update, PTL_STATUS_ABORTED, "begun anew");
	if (set_image(update, &update->asked.image))
		decide(update, PTL_STATUS_DONE, NULL);
	else
		decide(update, PTL_STATUS_FAILED, "the flash fails");
}

/* All of it is to come again. */
static bool forget(struct ptl_update *update)
{
	update->at = 0;
	return ptl_slots_set_written(&update->config.slots, target(update), 0);
}

static enum ptl_status end(struct ptl_update *update, const struct ptl_control *message,
			   const char **reason)
{
	uint8_t digest[PTL_IMAGE_DIGEST];

	take_bytes(message, PTL_F_DIGEST, digest);
	if (!update->begun || memcmp(digest, update->image.digest, sizeof(digest)) != 0) {
		*reason = "that update was not begun";
		return PTL_STATUS_STATE;
	}
	if (update->at != update->image.size) {
		*reason = "the image is not whole";
		return PTL_STATUS_STATE;
	}
	stop(update, PTL_STATUS_DONE, NULL);
	ptl_look_begin(&update->asked.look.slot, &update->config.slots, target(update));
	return look_into(update, message);
}

static void end_or_not(struct ptl_update *update, enum ptl_verdict verdict)
{
	if (verdict == PTL_VERDICT_BAD) {
		(void)forget(update);
		decide(update, PTL_STATUS_VERIFY, "what came is not what was signed");
	} else if (ptl_slots_activate(&update->config.slots, target(update))) {
		update->begun = false;
		decide(update, PTL_STATUS_DONE, NULL);
	} else {
		decide(update, PTL_STATUS_FAILED, "the flash fails");
	}
}

static enum ptl_status abort_update(struct ptl_update *update)
{
	stop(update, PTL_STATUS_ABORTED, NULL);
	update->begun = false;
	return forget(update) ? PTL_STATUS_DONE : PTL_STATUS_FAILED;
}

/* The firmware that runs stays, if it was on trial. */
static enum ptl_status keep(struct ptl_update *update)
{
	const struct ptl_update_config *config = &update->config;

	if (config->running != PTL_NO_SLOT &&
	    ptl_slots_on_trial(&config->slots, (unsigned)config->running) &&
	    !ptl_slots_keep(&config->slots, (unsigned)config->running))
		return PTL_STATUS_FAILED;
	return PTL_STATUS_DONE;
}

static enum ptl_status on_request(void *user, const struct ptl_control *message,
				  struct ptl_control_writer *answer, const char **reason)
{
	struct ptl_update *update = user;

	(void)answer;
	if (ptl_control_type(message) == PTL_M_UPDATE_CONFIRM)
		return keep(update);
	if (!give_up(update))
		return PTL_STATUS_BUSY;
	switch (ptl_control_type(message)) {
	case PTL_M_UPDATE_BEGIN:
		return begin(update, message, reason);
	case PTL_M_UPDATE_END:
		return end(update, message, reason);
	default:
		return abort_update(update);
	}
}

/* One step of what is looked into. */
static void look_on(struct ptl_update *update)
{
	struct ptl_update_asked *asked = &update->asked;
	bool begins = asked->type == PTL_M_UPDATE_BEGIN;
	enum ptl_verdict verdict = begins ? ptl_signature_step(&asked->look.signature)
					  : ptl_look_step(&asked->look.slot);

	if (verdict == PTL_VERDICT_NONE)
		return;
	if (begins)
		begin_or_not(update, verdict);
	else
		end_or_not(update, verdict);
}

static ptl_time on_poll(void *user, ptl_time now)
{
	struct ptl_update *update = user;

	if (!update->asked.type)
		return PTL_NEVER;
	if (!update->asked.decided)
		look_on(update);
	if (!update->asked.decided)
		return now;
	(void)tell(update); /* else when the link has room */
	return PTL_NEVER;
}

static void on_info(void *user, struct ptl_control_writer *to)
{
	const struct ptl_update *update = user;

	if (update->config.running != PTL_NO_SLOT)
		ptl_put_uint(to, PTL_F_SLOT, (uint64_t)update->config.running);
}

static void on_session(void *user, ptl_time now, bool up)
{
	struct ptl_update *update = user;

	(void)now;
	stop(update, PTL_STATUS_ABORTED, NULL);
	update->asked.type = 0;
	if (up)
		(void)keep(update);
}

struct device_owner ptl_update_owner(struct ptl_update *update)
{
	static const uint8_t requests[] = {PTL_M_UPDATE_BEGIN, PTL_M_UPDATE_END,
					   PTL_M_UPDATE_ABORT, PTL_M_UPDATE_CONFIRM, 0};

	return (struct device_owner){
		.requests = requests,
		.capabilities = PTL_CAN_UPDATE,
		.user = update,
		.request = on_request,
		.info = on_info,
		.session = on_session,
		.poll = on_poll,
	};
}

/* ---- the stream ---- */

enum ptl_status ptl_update_open(void *user, unsigned stream, const uint8_t *name, size_t name_n,
				const uint8_t *argument, size_t argument_n)
{
	struct ptl_update *update = user;
	uint32_t from = 0;

	if (name_n != strlen(PTL_UPDATE_SERVICE) ||
	    memcmp(name, PTL_UPDATE_SERVICE, name_n) != 0)
		return PTL_STATUS_NO_SUCH;
	if (!update->begun)
		return PTL_STATUS_STATE;
	if (update->stream >= 0)
		return PTL_STATUS_BUSY;
	for (size_t i = 0; i < argument_n && i < sizeof(from); i++)
		from |= (uint32_t)argument[i] << 8 * i;
	if (argument_n != sizeof(from) || from != update->at)
		return PTL_STATUS_BAD_VALUE;
	update->stream = (int)stream;
	return PTL_STATUS_DONE;
}

/* The page goes into the flash, and is there. */
static bool write_page(struct ptl_update *update)
{
	const struct ptl_slots *slots = &update->config.slots;
	const struct ptl_flash *flash = slots->flash;
	uint32_t at = PTL_MAP_SLOT(target(update)) + update->at, n = update->n;
	uint8_t is[PTL_UPDATE_PAGE];

	memset(update->page + n, 0xff, sizeof(update->page) - n);
	if (update->at % flash->sector == 0 && !flash->erase(flash->user, at))
		return false;
	if (!flash->program(flash->user, at, update->page, sizeof(update->page)) ||
	    !flash->read(flash->user, at, is, n) || memcmp(is, update->page, n) != 0)
		return false;
	update->at += n;
	update->n = 0;
	if (update->at % PTL_UPDATE_STEP && update->at != update->image.size)
		return true;
	return ptl_slots_set_written(slots, target(update), update->at);
}

void ptl_update_data(void *user, unsigned stream, const uint8_t *bytes, size_t n)
{
	struct ptl_update *update = user;
	size_t all = n;

	if ((int)stream != update->stream)
		return;
	while (n > 0) {
		size_t part = PTL_UPDATE_PAGE - update->n;

		part = part < n ? part : n;
		if (part > update->image.size - update->at - update->n) {
			stop(update, PTL_STATUS_BAD_VALUE, "more than the image has");
			return;
		}
		memcpy(update->page + update->n, bytes, part);
		update->n += (uint32_t)part;
		bytes += part;
		n -= part;
		if (update->n < PTL_UPDATE_PAGE && update->at + update->n < update->image.size)
			continue;
		if (!write_page(update)) {
			/* Sectors that were written half are erased again. */
			(void)forget(update);
			stop(update, PTL_STATUS_FAILED, "the flash fails");
			return;
		}
	}
	ptl_stream_took(update->config.streams, stream, all);
}

void ptl_update_closed(void *user, unsigned stream, enum ptl_status status, const uint8_t *text,
		       size_t n)
{
	struct ptl_update *update = user;

	(void)status;
	(void)text;
	(void)n;
	if ((int)stream == update->stream)
		stop(update, PTL_STATUS_DONE, NULL);
}
