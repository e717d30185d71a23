// SPDX-License-Identifier: GPL-2.0-only OR MIT
/* See radio_side.h. One place of the outbox is always kept for the answer of a request. */
#include <pigtail/radio_side.h>

#ifdef __KERNEL__
#include <linux/string.h>
#else
#include <string.h>
#endif

#define FIRST_EVENT 0x80 /* below are requests */

void ptl_radio_init(struct ptl_radio_control *radio, const struct ptl_radio_ops *ops,
		    struct ptl_share *share)
{
	memset(radio, 0, sizeof(*radio));
	radio->ops = *ops;
	radio->share = share;
}

bool ptl_radio_poll(struct ptl_radio_control *radio)
{
	while (radio->count > 0) {
		struct ptl_control_writer *first = &radio->outbox[radio->first];

		if (!radio->ops.send(radio->ops.user, first->bytes, first->n))
			return false;
		radio->first = (radio->first + 1) % PTL_RADIO_OUTBOX;
		radio->count--;
	}
	return true;
}

static void queue(struct ptl_radio_control *radio, const struct ptl_control_writer *message)
{
	radio->outbox[(radio->first + radio->count++) % PTL_RADIO_OUTBOX] = *message;
	ptl_radio_poll(radio);
}

bool ptl_radio_say(struct ptl_radio_control *radio, const struct ptl_control_writer *message)
{
	if (!radio->up)
		return false;
	if (radio->count >= PTL_RADIO_OUTBOX - 1 || !ptl_control_end(message)) {
		radio->counters.lost++;
		return false;
	}
	queue(radio, message);
	return true;
}

static void put_info(struct ptl_radio_control *radio, struct ptl_control_writer *to)
{
	ptl_put_uint(to, PTL_F_VERSION, PTL_CONTROL_VERSION);
	ptl_put_uint(to, PTL_F_CAPABILITIES, radio->ops.capabilities);
	ptl_put_text(to, PTL_F_BOARD, radio->ops.board);
	ptl_put_text(to, PTL_F_FIRMWARE, radio->ops.firmware);
	radio->ops.info(radio->ops.user, to);
}

void ptl_radio_session(struct ptl_radio_control *radio, ptl_time now, bool up)
{
	struct ptl_control_writer ready;

	radio->now = now;
	radio->count = 0;
	radio->bss_at = 0;
	radio->up = false; /* what reset says is of the session before */
	radio->ops.reset(radio->ops.user);
	radio->up = up;
	if (!up)
		return;
	ptl_control_begin(&ready, PTL_M_READY, 0, PTL_IF_RADIO);
	put_info(radio, &ready);
	ptl_radio_say(radio, &ready);
}

void ptl_radio_begin_answer(struct ptl_control_writer *answer, uint8_t id, uint8_t interface,
			    enum ptl_status status, const char *reason)
{
	ptl_control_begin(answer, PTL_M_ANSWER, id, interface);
	ptl_put_uint(answer, PTL_F_STATUS, status);
	if (reason)
		ptl_put_text(answer, PTL_F_TEXT, reason);
}

bool ptl_radio_end_answer(struct ptl_radio_control *radio,
			  const struct ptl_control_writer *answer)
{
	if (!radio->up)
		return true;
	if (radio->count >= PTL_RADIO_OUTBOX - 1)
		return false;
	queue(radio, answer);
	return true;
}

bool ptl_radio_answer(struct ptl_radio_control *radio, uint8_t id, uint8_t interface,
		      enum ptl_status status, const char *reason)
{
	struct ptl_control_writer answer;

	ptl_radio_begin_answer(&answer, id, interface, status, reason);
	return ptl_radio_end_answer(radio, &answer);
}

/* The answer's fields begin with its status, which is known when they are there: it is
 * put first, and set at the end. */
static void carry_out(struct ptl_radio_control *radio, const struct ptl_control *message)
{
	uint8_t id = ptl_control_id(message), interface = ptl_control_interface(message);
	struct ptl_control_writer answer;
	const char *reason = NULL;
	enum ptl_status status;

	ptl_radio_begin_answer(&answer, id, interface, PTL_STATUS_DONE, NULL);
	radio->counters.requests++;
	if (ptl_control_type(message) == PTL_M_INFO) {
		put_info(radio, &answer);
		status = PTL_STATUS_DONE;
	} else {
		status = radio->ops.request(radio->ops.user, message, &answer, &reason);
	}
	if (status == PTL_STATUS_LATER)
		return;
	answer.bytes[PTL_CONTROL_HEADER + PTL_FIELD_HEADER] = (uint8_t)status;
	if (reason)
		ptl_put_text(&answer, PTL_F_TEXT, reason);
	if (!ptl_control_end(&answer)) /* a fault of this radio's */
		ptl_radio_begin_answer(&answer, id, interface, PTL_STATUS_FAILED,
				       "the answer could not be made");
	queue(radio, &answer);
}

bool ptl_radio_message(struct ptl_radio_control *radio, ptl_time now, const uint8_t *bytes,
		       size_t n)
{
	struct ptl_control message = {bytes, n};
	enum ptl_status status = ptl_control_check(&message);

	radio->now = now;
	if (!radio->up)
		return true;
	if (n < PTL_CONTROL_HEADER || bytes[0] >= FIRST_EVENT || bytes[1] == 0) {
		radio->counters.malformed++;
		return true;
	}
	if (radio->count == PTL_RADIO_OUTBOX)
		return false;
	if (status == PTL_STATUS_DONE) {
		carry_out(radio, &message);
		return true;
	}
	if (status == PTL_STATUS_UNKNOWN)
		radio->counters.unknown++;
	else
		radio->counters.malformed++;
	{
		struct ptl_control_writer answer;

		ptl_radio_begin_answer(&answer, bytes[1], bytes[2], status, NULL);
		queue(radio, &answer);
	}
	return true;
}

static void put_bss(struct ptl_control_writer *to, const struct ptl_bss *bss, size_t part)
{
	ptl_control_begin(to, PTL_M_BSS, 0, PTL_IF_STATION);
	ptl_put_bytes(to, PTL_F_BSSID, bss->bssid, sizeof(bss->bssid));
	ptl_put_uint(to, PTL_F_CHANNEL, bss->channel);
	ptl_put_int(to, PTL_F_SIGNAL, bss->signal);
	if (part > 0) {
		ptl_put_uint(to, PTL_F_PART, part);
		return;
	}
	ptl_put_bytes(to, PTL_F_SSID, bss->ssid, bss->ssid_n);
	ptl_put_uint(to, PTL_F_AKM, bss->akms);
	ptl_put_uint(to, PTL_F_BSS_CAPABILITY, bss->capability);
	ptl_put_uint(to, PTL_F_BEACON_INTERVAL, bss->beacon_interval);
	if (bss->tsf)
		ptl_put_uint(to, PTL_F_TSF, bss->tsf);
}

bool ptl_radio_bss(struct ptl_radio_control *radio, ptl_time now, const struct ptl_bss *bss,
		   ptl_time *again)
{
	struct ptl_control_writer part;
	size_t most = ptl_share_message(radio->share), room, n;
	bool more;

	radio->now = now;
	*again = PTL_NEVER;
	do {
		if (!ptl_share_free(radio->share, now)) {
			*again = ptl_share_next(radio->share, now);
			return false;
		}
		put_bss(&part, bss, radio->bss_at);
		/* At least some bytes, with the field's head and MORE. */
		room = most > part.n + 16 ? most - part.n - 2 * PTL_FIELD_HEADER : 16;
		if (room > ptl_put_room(&part) - PTL_FIELD_HEADER)
			room = ptl_put_room(&part) - PTL_FIELD_HEADER;
		n = bss->elements_n - radio->bss_at;
		more = n > room;
		if (more)
			n = room;
		if (n > 0)
			ptl_put_bytes(&part, PTL_F_ELEMENTS, bss->elements + radio->bss_at, n);
		if (more)
			ptl_put_flag(&part, PTL_F_MORE);
		if (radio->count > 0 || !ptl_control_end(&part) ||
		    !radio->ops.send(radio->ops.user, part.bytes, part.n))
			return false;
		ptl_share_book(radio->share, now, part.n + PTL_FRAME_OVERHEAD);
		radio->bss_at += n;
	} while (more);
	radio->bss_at = 0;
	return true;
}
