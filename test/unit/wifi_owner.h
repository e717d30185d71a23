/* SPDX-License-Identifier: GPL-2.0-only */
/* The host's side of the control channel, an owner that keeps what it hears, and a radio's
 * messages by hand. */
#ifndef TEST_WIFI_OWNER_H
#define TEST_WIFI_OWNER_H

#include "story.h"

#include <pigtail/wifi.h>

/* An owner that counts, and a link that takes or refuses. */
struct owner {
	struct ptl_wifi wifi;
	bool refuses; /* the link has no room */
	uint8_t last[PTL_CONTROL_MAX];
	size_t last_n;
	unsigned sent, ready, gone, bss, station;
	unsigned scans, scans_done, joins, joined, failed, left, roamed;
	unsigned aps, aps_started, aps_refused, aps_stopped, asked, answers;
	enum ptl_status status;
	enum ptl_failure failure;
	uint16_t reason;
	enum ptl_by by;
	char text[PTL_WIFI_TEXT];
	struct ptl_bss found;
	uint8_t elements[PTL_ELEMENTS_MAX];
};

static inline bool on_send(void *user, const uint8_t *message, size_t n)
{
	struct owner *owner = user;

	if (owner->refuses)
		return false;
	memcpy(owner->last, message, n);
	owner->last_n = n;
	owner->sent++;
	return true;
}

static inline void on_ready(void *user, const struct ptl_radio_info *info)
{
	struct owner *owner = user;

	if (info)
		owner->ready++;
	else
		owner->gone++;
}

static inline void on_bss(void *user, const struct ptl_bss *bss)
{
	struct owner *owner = user;

	owner->bss++;
	owner->found = *bss;
	memcpy(owner->elements, bss->elements, bss->elements_n);
	assert_int_equal(ptl_elements_whole(bss->elements, bss->elements_n), bss->elements_n);
	assert_true(bss->ssid_n <= 32);
}

static inline void on_scan_done(void *user, enum ptl_status status, const char *text)
{
	struct owner *owner = user;

	owner->scans_done++;
	owner->status = status;
	strcpy(owner->text, text);
}

static inline void on_joined(void *user, const struct ptl_association *association)
{
	((struct owner *)user)->joined++;
	assert_int_equal(ptl_elements_whole(association->elements, association->elements_n),
			 association->elements_n);
}

static inline void on_failed(void *user, enum ptl_failure failure, uint16_t code,
			     const char *text)
{
	struct owner *owner = user;

	(void)code;
	owner->failed++;
	owner->failure = failure;
	strcpy(owner->text, text);
}

static inline void on_left(void *user, uint16_t reason, enum ptl_by by, const char *text)
{
	struct owner *owner = user;

	(void)text;
	owner->left++;
	owner->reason = reason;
	owner->by = by;
}

static inline void on_roamed(void *user, const struct ptl_association *association)
{
	(void)association;
	((struct owner *)user)->roamed++;
}

static inline void on_ap_started(void *user, enum ptl_status status, const char *text)
{
	struct owner *owner = user;

	(void)text;
	owner->status = status;
	if (status == PTL_STATUS_DONE)
		owner->aps_started++;
	else
		owner->aps_refused++;
}

static inline void on_ap_stopped(void *user, uint16_t reason, const char *text)
{
	(void)reason;
	(void)text;
	((struct owner *)user)->aps_stopped++;
}

static inline void on_station(void *user, bool joined, const uint8_t mac[6], uint16_t reason,
			      const uint8_t *elements, size_t n)
{
	(void)joined;
	(void)mac;
	(void)reason;
	assert_int_equal(ptl_elements_whole(elements, n), n);
	((struct owner *)user)->station++;
}

static inline void on_answer(void *user, void *token, enum ptl_status status,
			     const struct ptl_control *message)
{
	struct owner *owner = user;

	(void)message;
	assert_ptr_equal(token, owner);
	owner->answers++;
	owner->status = status;
}

static inline void begin(struct owner *owner)
{
	const struct ptl_wifi_events events = {
		.user = owner,
		.send = on_send,
		.ready = on_ready,
		.bss = on_bss,
		.scan_done = on_scan_done,
		.joined = on_joined,
		.failed = on_failed,
		.left = on_left,
		.roamed = on_roamed,
		.ap_started = on_ap_started,
		.ap_stopped = on_ap_stopped,
		.station = on_station,
		.answer = on_answer,
	};

	memset(owner, 0, sizeof(*owner));
	ptl_wifi_init(&owner->wifi, &events);
}

static inline void give(struct owner *owner, ptl_time now,
			const struct ptl_control_writer *message)
{
	uint8_t *copy = malloc(message->n);

	assert_true(ptl_control_end(message));
	assert_non_null(copy);
	memcpy(copy, message->bytes, message->n);
	ptl_wifi_message(&owner->wifi, now, copy, message->n);
	free(copy);
}

static inline void say_ready(struct owner *owner, ptl_time now)
{
	struct ptl_control_writer to;

	ptl_control_begin(&to, PTL_M_READY, 0, PTL_IF_RADIO);
	ptl_put_uint(&to, PTL_F_VERSION, PTL_CONTROL_VERSION);
	ptl_put_uint(&to, PTL_F_CAPABILITIES, PTL_CAN_STATION | PTL_CAN_AP);
	ptl_put_text(&to, PTL_F_BOARD, "test");
	ptl_put_text(&to, PTL_F_FIRMWARE, "test 1");
	ptl_put_bytes(&to, PTL_F_MAC, "\2\0\0\0\0\1", 6);
	give(owner, now, &to);
}

static inline void say_answer(struct owner *owner, ptl_time now, uint8_t id,
			      enum ptl_status status)
{
	struct ptl_control_writer to;

	ptl_control_begin(&to, PTL_M_ANSWER, id, PTL_IF_STATION);
	ptl_put_uint(&to, PTL_F_STATUS, status);
	ptl_put_text(&to, PTL_F_TEXT, "because");
	give(owner, now, &to);
}

static inline void say_joined(struct owner *owner, ptl_time now)
{
	struct ptl_control_writer to;

	ptl_control_begin(&to, PTL_M_JOINED, 0, PTL_IF_STATION);
	ptl_put_bytes(&to, PTL_F_BSSID, "\2\0\0\0\0\2", 6);
	ptl_put_uint(&to, PTL_F_CHANNEL, 6);
	give(owner, now, &to);
}

static inline void say_left(struct owner *owner, ptl_time now)
{
	struct ptl_control_writer to;

	ptl_control_begin(&to, PTL_M_LEFT, 0, PTL_IF_STATION);
	ptl_put_uint(&to, PTL_F_REASON, 4);
	ptl_put_uint(&to, PTL_F_BY, PTL_BY_PEER);
	give(owner, now, &to);
}

static inline void say_failed(struct owner *owner, ptl_time now)
{
	struct ptl_control_writer to;

	ptl_control_begin(&to, PTL_M_FAILED, 0, PTL_IF_STATION);
	ptl_put_uint(&to, PTL_F_FAILURE, PTL_FAILURE_WRONG_KEY);
	ptl_put_uint(&to, PTL_F_CODE, 15);
	give(owner, now, &to);
}

static inline enum ptl_status start(struct owner *owner, ptl_time now,
				    enum ptl_wifi_machine machine)
{
	static const enum ptl_control_type types[] = {PTL_M_SCAN, PTL_M_JOIN, PTL_M_AP_START};
	struct ptl_control_writer to;
	enum ptl_status status;

	ptl_control_begin(&to, types[machine], 0, machine == PTL_WIFI_AP);
	if (machine != PTL_WIFI_SCAN)
		ptl_put_text(&to, PTL_F_SSID, "pig");
	if (machine == PTL_WIFI_AP)
		ptl_put_uint(&to, PTL_F_CHANNEL, 6);
	status = ptl_wifi_start(&owner->wifi, now, machine, &to);
	if (status == PTL_STATUS_DONE) {
		owner->scans += machine == PTL_WIFI_SCAN;
		owner->joins += machine == PTL_WIFI_STATION;
		owner->aps += machine == PTL_WIFI_AP;
	}
	return status;
}

static inline void check(const struct owner *owner)
{
	enum ptl_wifi_state scan = ptl_wifi_state(&owner->wifi, PTL_WIFI_SCAN);
	enum ptl_wifi_state station = ptl_wifi_state(&owner->wifi, PTL_WIFI_STATION);
	enum ptl_wifi_state ap = ptl_wifi_state(&owner->wifi, PTL_WIFI_AP);

	assert_int_equal(owner->scans - owner->scans_done, scan != PTL_WIFI_IDLE);
	assert_int_equal(owner->joins - owner->joined - owner->failed,
			 station == PTL_WIFI_ASKING || station == PTL_WIFI_WORKING);
	assert_int_equal(owner->joined - owner->left, station == PTL_WIFI_ACTIVE);
	assert_int_equal(owner->aps - owner->aps_started - owner->aps_refused,
			 ap == PTL_WIFI_ASKING);
	assert_int_equal(owner->aps_started - owner->aps_stopped, ap == PTL_WIFI_ACTIVE);
}

#endif
