// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * See wifi.h. What may happen stands in one table of rules: which machine, in which
 * state, at which event, goes to which state and tells its owner what. An event without
 * a rule is counted and ignored: that is how a radio that lies, or answers late, is met.
 *
 * Answers belong to requests by id, so a late one cannot be taken for another's. The
 * answer to a LEAVE or AP_STOP is the radio's last word of what it ends (SPEC 8.3):
 * whatever comes after it is of what was asked for later.
 */
#include <pigtail/wifi.h>

#include "wifi_tell.h"

#ifdef __KERNEL__
#include <linux/string.h>
#else
#include <string.h>
#endif

enum event {
	ASK,  /* the owner wants it */
	STOP, /* the owner does not want it any more */
	YES,
	NO,    /* the answer to ASK */
	OVER,  /* any answer to STOP */
	DONE,  /* SCAN_DONE, JOINED */
	FAIL,  /* FAILED */
	MOVE,  /* ROAMED */
	END,   /* LEFT, AP_STOPPED */
	LATE,  /* patience is at its end */
	GONE,  /* the radio has lost its state */
	STRAY, /* it has what nobody asked for */
};

#define SCAN	 (1 << PTL_WIFI_SCAN)
#define STATION	 (1 << PTL_WIFI_STATION)
#define AP	 (1 << PTL_WIFI_AP)
#define EACH	 (SCAN | STATION | AP)
#define IDLE	 PTL_WIFI_IDLE
#define ASKING	 PTL_WIFI_ASKING
#define WORKING	 PTL_WIFI_WORKING
#define ACTIVE	 PTL_WIFI_ACTIVE
#define STOPPING PTL_WIFI_STOPPING

#define LEAVING 3 /* 802.11 reason code: the station is leaving */

/* clang-format off */
static const struct rule {
	uint8_t machines, from, event, to, tell;
} rules[] = {
	{EACH,		IDLE,	  ASK,	ASKING,	  TELL_NOTHING},
	{STATION,	ACTIVE,	  ASK,	ASKING,	  TELL_LEFT},	 /* the radio leaves by itself */
	{STATION | AP,	STOPPING, ASK,	ASKING,	  TELL_NOTHING}, /* in order behind the stop */

	{SCAN | STATION, ASKING,  YES,	WORKING,  TELL_NOTHING},
	{AP,		ASKING,	  YES,	ACTIVE,	  TELL_STARTED},
	{SCAN | AP,	ASKING,	  NO,	IDLE,	  TELL_FAILED},
	{STATION,	ASKING,	  NO,	STOPPING, TELL_FAILED},	 /* what was joined before */
	{STATION | AP,	ASKING,	  LATE, STOPPING, TELL_FAILED},
	{SCAN,		ASKING,	  LATE, IDLE,	  TELL_FAILED},
	{STATION | AP,	ASKING,	  STOP, STOPPING, TELL_FAILED},
	{SCAN,		ASKING,	  STOP, STOPPING, TELL_NOTHING},

	{SCAN,		WORKING,  DONE, IDLE,	  TELL_DONE},
	{STATION,	WORKING,  DONE, ACTIVE,	  TELL_DONE},
	{STATION,	WORKING,  FAIL, IDLE,	  TELL_FAILED},
	{STATION,	WORKING,  LATE, STOPPING, TELL_FAILED},
	{SCAN,		WORKING,  LATE, IDLE,	  TELL_FAILED},
	{STATION,	WORKING,  STOP, STOPPING, TELL_FAILED},
	{SCAN,		WORKING,  STOP, STOPPING, TELL_NOTHING},

	{STATION,	ACTIVE,	  MOVE, ACTIVE,	  TELL_MOVED},
	{STATION | AP,	ACTIVE,	  END,	IDLE,	  TELL_LEFT},
	{STATION | AP,	ACTIVE,	  STOP, STOPPING, TELL_LEFT},

	{STATION | AP,	STOPPING, OVER, IDLE,	  TELL_NOTHING},
	{STATION | AP,	STOPPING, LATE, IDLE,	  TELL_NOTHING},
	/* What was on its way when we stopped. */
	{STATION,	STOPPING, DONE, STOPPING, TELL_NOTHING},
	{STATION,	STOPPING, FAIL, STOPPING, TELL_NOTHING},
	{STATION,	STOPPING, MOVE, STOPPING, TELL_NOTHING},
	{STATION | AP,	STOPPING, END,	STOPPING, TELL_NOTHING},
	/* A scan that is stopped ends by its own end. */
	{SCAN,		STOPPING, YES,	STOPPING, TELL_NOTHING},
	{SCAN,		STOPPING, NO,	IDLE,	  TELL_FAILED},
	{SCAN,		STOPPING, DONE, IDLE,	  TELL_DONE},
	{SCAN,		STOPPING, LATE, IDLE,	  TELL_FAILED},

	/* What was asked of a radio that had lost its state, and did not know of us yet. */
	{STATION | AP,	IDLE,	  STRAY, STOPPING, TELL_NOTHING},

	{EACH,		IDLE,	  GONE, IDLE,	  TELL_NOTHING},
	{EACH,		ASKING,	  GONE, IDLE,	  TELL_FAILED},
	{EACH,		WORKING,  GONE, IDLE,	  TELL_FAILED},
	{EACH,		ACTIVE,	  GONE, IDLE,	  TELL_LEFT},
	{SCAN,		STOPPING, GONE, IDLE,	  TELL_FAILED},
	{STATION | AP,	STOPPING, GONE, IDLE,	  TELL_NOTHING},
};
/* clang-format on */

/* How long a machine may stay in a state; 0: for ever; KEEP: the last state's time goes on. */
#define KEEP UINT32_MAX
static const uint32_t patience[PTL_WIFI_MACHINES][PTL_WIFI_STOPPING + 1] = {
	[PTL_WIFI_SCAN] = {[ASKING] = PTL_WIFI_ANSWER_US,
			   [WORKING] = PTL_WIFI_SCAN_US,
			   [STOPPING] = PTL_WIFI_ANSWER_US},
	[PTL_WIFI_STATION] = {[ASKING] = PTL_WIFI_JOIN_US,
			      [WORKING] = KEEP,
			      [STOPPING] = PTL_WIFI_ANSWER_US},
	[PTL_WIFI_AP] = {[ASKING] = PTL_WIFI_AP_US, [STOPPING] = PTL_WIFI_ANSWER_US},
};

static const uint8_t stop_type[PTL_WIFI_MACHINES] = {
	[PTL_WIFI_SCAN] = PTL_M_SCAN_STOP,
	[PTL_WIFI_STATION] = PTL_M_LEAVE,
	[PTL_WIFI_AP] = PTL_M_AP_STOP,
};

static const struct rule *rule_for(const struct ptl_wifi *wifi, unsigned machine,
				   enum event event)
{
	for (size_t i = 0; i < sizeof(rules) / sizeof(rules[0]); i++)
		if (rules[i].machines >> machine & 1 && rules[i].event == event &&
		    rules[i].from == wifi->state[machine])
			return &rules[i];
	return NULL;
}

/* false: no rule, nothing happened. The state is the new one before the owner is told. */
static bool happen(struct ptl_wifi *wifi, ptl_time now, unsigned machine, enum event event,
		   const struct cause *cause)
{
	const struct rule *rule = rule_for(wifi, machine, event);
	uint32_t time;

	if (!rule)
		return false;
	if (rule->to != rule->from) {
		wifi->state[machine] = (enum ptl_wifi_state)rule->to;
		time = patience[machine][rule->to];
		if (time != KEEP)
			wifi->deadline[machine] = time ? now + time : PTL_NEVER;
	}
	ptl_wifi_tell(wifi, machine, (enum tell)rule->tell, cause);
	return true;
}

/* ---- requests ---- */

static struct ptl_wifi_request *request_of(struct ptl_wifi *wifi, uint8_t id)
{
	for (unsigned i = 0; i < PTL_WIFI_REQUESTS; i++)
		if (wifi->requests[i].id == id)
			return &wifi->requests[i];
	return NULL;
}

static void flush_outbox(struct ptl_wifi *wifi)
{
	while (wifi->outbox_count > 0) {
		struct ptl_control_writer *first = &wifi->outbox[wifi->outbox_first];

		if (!wifi->events.send(wifi->events.user, first->bytes, first->n))
			return;
		memset(first, 0, sizeof(*first)); /* it may have held a key */
		wifi->outbox_first = (wifi->outbox_first + 1) % PTL_WIFI_OUTBOX;
		wifi->outbox_count--;
	}
}

/* Gives it an id and a place among the requests, and sends it as soon as may be. */
static enum ptl_status ask(struct ptl_wifi *wifi, ptl_time now,
			   struct ptl_control_writer *message, struct ptl_wifi_request request)
{
	struct ptl_wifi_request *place = request_of(wifi, 0);
	uint8_t type = message->bytes[0];

	if (!ptl_control_end(message))
		return PTL_STATUS_MALFORMED;
	if (!place || wifi->outbox_count == PTL_WIFI_OUTBOX)
		return PTL_STATUS_BUSY;
	do {
		wifi->last_id++;
	} while (wifi->last_id == 0 || request_of(wifi, wifi->last_id));
	message->bytes[1] = wifi->last_id;
	request.id = wifi->last_id;
	request.deadline = now + PTL_WIFI_ANSWER_US;
	if (type == PTL_M_UPDATE_BEGIN || type == PTL_M_UPDATE_END)
		request.deadline = now + PTL_WIFI_UPDATE_US;
	if (request.machine < PTL_WIFI_MACHINES && !request.stop)
		request.deadline = now + patience[request.machine][ASKING];
	*place = request;
	/* A scan's own answer still counts when it is stopped: no SCAN_DONE follows a no. */
	if (request.machine < PTL_WIFI_MACHINES &&
	    !(request.machine == PTL_WIFI_SCAN && request.stop))
		wifi->latest[request.machine] = request.id;
	wifi->outbox[(wifi->outbox_first + wifi->outbox_count++) % PTL_WIFI_OUTBOX] = *message;
	flush_outbox(wifi);
	return PTL_STATUS_DONE;
}

enum ptl_status ptl_wifi_start(struct ptl_wifi *wifi, ptl_time now,
			       enum ptl_wifi_machine machine,
			       struct ptl_control_writer *message)
{
	static const struct cause replaced = {.by = PTL_BY_HOST, .reason = LEAVING};
	struct ptl_wifi_request request = {.machine = (uint8_t)machine};
	enum ptl_status status;

	if (!wifi->ready)
		return PTL_STATUS_STATE;
	if (!rule_for(wifi, machine, ASK))
		return PTL_STATUS_BUSY;
	status = ask(wifi, now, message, request);
	if (status != PTL_STATUS_DONE)
		return status;
	if (machine == PTL_WIFI_SCAN)
		wifi->scan_over = now + PTL_WIFI_SCAN_ALL_US;
	happen(wifi, now, machine, ASK, &replaced);
	return status;
}

static enum ptl_status ask_to_stop(struct ptl_wifi *wifi, ptl_time now, unsigned machine,
				   uint16_t reason)
{
	struct ptl_wifi_request request = {.machine = (uint8_t)machine, .stop = true};
	struct ptl_control_writer message;

	ptl_control_begin(&message, (enum ptl_control_type)stop_type[machine], 0,
			  machine == PTL_WIFI_AP ? PTL_IF_AP : PTL_IF_STATION);
	if (machine == PTL_WIFI_STATION)
		ptl_put_uint(&message, PTL_F_REASON, reason);
	return ask(wifi, now, &message, request);
}

enum ptl_status ptl_wifi_stop(struct ptl_wifi *wifi, ptl_time now,
			      enum ptl_wifi_machine machine, uint16_t reason)
{
	struct cause cause = {.status = PTL_STATUS_ABORTED,
			      .failure = PTL_FAILURE_ABORTED,
			      .reason = reason,
			      .by = PTL_BY_HOST};
	enum ptl_status status;

	if (!wifi->ready || !rule_for(wifi, machine, STOP))
		return PTL_STATUS_STATE;
	status = ask_to_stop(wifi, now, machine, reason);
	if (status == PTL_STATUS_DONE)
		happen(wifi, now, machine, STOP, &cause);
	return status;
}

enum ptl_status ptl_wifi_request(struct ptl_wifi *wifi, ptl_time now,
				 struct ptl_control_writer *message, void *token)
{
	struct ptl_wifi_request request = {.machine = PTL_WIFI_MACHINES, .token = token};

	if (!wifi->ready)
		return PTL_STATUS_STATE;
	return ask(wifi, now, message, request);
}

void ptl_wifi_forget(struct ptl_wifi *wifi, const void *token)
{
	for (unsigned i = 0; i < PTL_WIFI_REQUESTS; i++)
		if (wifi->requests[i].token == token)
			wifi->requests[i].token = NULL;
}

static void answered(struct ptl_wifi *wifi, const struct ptl_wifi_request *request,
		     enum ptl_status status, const struct ptl_control *message)
{
	if (request->token && wifi->events.answer)
		wifi->events.answer(wifi->events.user, request->token, status, message);
}

/* ---- what the radio says ---- */

static void take_answer(struct ptl_wifi *wifi, ptl_time now, const struct ptl_control *message)
{
	uint8_t id = ptl_control_id(message);
	struct ptl_wifi_request *place = id ? request_of(wifi, id) : NULL, request;
	struct cause cause = {.message = message};
	enum event event;

	if (!place) {
		wifi->counters.unexpected++;
		return;
	}
	request = *place;
	place->id = 0;
	cause.status =
		(enum ptl_status)ptl_control_uint(message, PTL_F_STATUS, PTL_STATUS_FAILED);
	if (request.machine == PTL_WIFI_MACHINES) {
		answered(wifi, &request, cause.status, message);
		return;
	}
	/* Of what was given up, or replaced, nobody wants to know. */
	if (wifi->latest[request.machine] != id)
		return;
	cause.failure = ptl_wifi_failure(cause.status);
	event = request.stop ? OVER : cause.status == PTL_STATUS_DONE ? YES : NO;
	/* The radio still has the network before, of which our owner knows that it left. */
	if (event == NO && request.machine == PTL_WIFI_STATION)
		(void)ask_to_stop(wifi, now, request.machine, LEAVING);
	happen(wifi, now, request.machine, event, &cause);
}

/* The radio has lost its state, or nobody knows what it has. */
static void gone(struct ptl_wifi *wifi)
{
	static const struct cause lost = {.status = PTL_STATUS_ABORTED,
					  .failure = PTL_FAILURE_RESTARTED,
					  .reason = LEAVING,
					  .by = PTL_BY_RADIO};
	bool was_ready = wifi->ready;

	wifi->ready = false;
	wifi->bss_open = false;
	memset(wifi->outbox, 0, sizeof(wifi->outbox));
	wifi->outbox_count = 0;
	for (unsigned i = 0; i < PTL_WIFI_REQUESTS; i++) {
		struct ptl_wifi_request request = wifi->requests[i];

		wifi->requests[i].id = 0;
		if (request.id && request.machine == PTL_WIFI_MACHINES)
			answered(wifi, &request, PTL_STATUS_ABORTED, NULL);
	}
	for (unsigned i = 0; i < PTL_WIFI_MACHINES; i++) {
		wifi->latest[i] = 0;
		happen(wifi, 0, i, GONE, &lost);
	}
	if (was_ready && wifi->events.ready)
		wifi->events.ready(wifi->events.user, NULL);
}

static void take_ready(struct ptl_wifi *wifi, const struct ptl_control *message)
{
	struct ptl_radio_info info;

	gone(wifi);
	ptl_wifi_read_info(message, &info);
	wifi->ready = true;
	if (wifi->events.ready)
		wifi->events.ready(wifi->events.user, &info);
}

static void take_bss(struct ptl_wifi *wifi, ptl_time now, const struct ptl_control *message)
{
	enum ptl_wifi_state state = wifi->state[PTL_WIFI_SCAN];

	if (state != WORKING && state != STOPPING) {
		wifi->counters.unexpected++;
		return;
	}
	if (state == WORKING)
		wifi->deadline[PTL_WIFI_SCAN] = now + PTL_WIFI_SCAN_US < wifi->scan_over
							? now + PTL_WIFI_SCAN_US
							: wifi->scan_over;
	if (ptl_wifi_read_bss(wifi, message) && wifi->events.bss)
		wifi->events.bss(wifi->events.user, &wifi->bss);
}

/* What does not fit the state. A network that nobody knows of is left, or ended. */
static void take_unexpected(struct ptl_wifi *wifi, ptl_time now, unsigned machine, bool has_one)
{
	wifi->counters.unexpected++;
	if (has_one && wifi->state[machine] == IDLE &&
	    ask_to_stop(wifi, now, machine, LEAVING) == PTL_STATUS_DONE)
		happen(wifi, now, machine, STRAY, NULL);
}

static void take_station(struct ptl_wifi *wifi, ptl_time now, const struct ptl_control *message)
{
	bool joined = ptl_control_type(message) == PTL_M_STATION_JOINED;
	const uint8_t *mac;
	size_t n;

	if (wifi->state[PTL_WIFI_AP] != ACTIVE) {
		take_unexpected(wifi, now, PTL_WIFI_AP, joined);
		return;
	}
	mac = ptl_control_bytes(message, PTL_F_MAC, &n);
	n = ptl_wifi_read_elements(&wifi->counters, message, wifi->others,
				   sizeof(wifi->others));
	if (wifi->events.station)
		wifi->events.station(wifi->events.user, joined, mac,
				     (uint16_t)ptl_control_uint(message, PTL_F_REASON, 0),
				     wifi->others, n);
}

static void take_signal(struct ptl_wifi *wifi, const struct ptl_control *message)
{
	if (wifi->state[PTL_WIFI_STATION] != ACTIVE) {
		wifi->counters.unexpected++;
		return;
	}
	if (wifi->events.signal)
		wifi->events.signal(wifi->events.user,
				    (int8_t)ptl_control_int(message, PTL_F_SIGNAL, 0),
				    (uint32_t)ptl_control_uint(message, PTL_F_TX_RATE, 0),
				    (uint32_t)ptl_control_uint(message, PTL_F_RX_RATE, 0));
}

/* Events that are nothing but a machine's. */
static const struct {
	uint8_t type, machine, event;
} machine_events[] = {
	{PTL_M_SCAN_DONE, PTL_WIFI_SCAN, DONE}, {PTL_M_JOINED, PTL_WIFI_STATION, DONE},
	{PTL_M_FAILED, PTL_WIFI_STATION, FAIL}, {PTL_M_ROAMED, PTL_WIFI_STATION, MOVE},
	{PTL_M_LEFT, PTL_WIFI_STATION, END},	{PTL_M_AP_STOPPED, PTL_WIFI_AP, END},
};

static void take_machine_event(struct ptl_wifi *wifi, ptl_time now,
			       const struct ptl_control *message)
{
	struct cause cause = {.message = message,
			      .status = PTL_STATUS_FAILED,
			      .failure = PTL_FAILURE_ABORTED,
			      .reason = LEAVING,
			      .by = PTL_BY_RADIO};

	for (size_t i = 0; i < sizeof(machine_events) / sizeof(machine_events[0]); i++) {
		unsigned machine = machine_events[i].machine;
		enum event event = (enum event)machine_events[i].event;

		if (machine_events[i].type != ptl_control_type(message))
			continue;
		if (!happen(wifi, now, machine, event, &cause))
			take_unexpected(wifi, now, machine,
					machine == PTL_WIFI_STATION &&
						(event == DONE || event == MOVE));
		return;
	}
	wifi->counters.unexpected++;
}

void ptl_wifi_message(struct ptl_wifi *wifi, ptl_time now, const uint8_t *bytes, size_t n)
{
	struct ptl_control message = {bytes, n};

	switch (ptl_control_check(&message)) {
	case PTL_STATUS_DONE:
		break;
	case PTL_STATUS_UNKNOWN:
		wifi->counters.unknown++;
		return;
	default:
		wifi->counters.malformed++;
		return;
	}
	if (!wifi->ready && bytes[0] != PTL_M_READY) {
		wifi->counters.unexpected++;
		return;
	}
	switch (bytes[0]) {
	case PTL_M_READY:
		take_ready(wifi, &message);
		break;
	case PTL_M_ANSWER:
		take_answer(wifi, now, &message);
		break;
	case PTL_M_BSS:
		take_bss(wifi, now, &message);
		break;
	case PTL_M_STATION_JOINED:
	case PTL_M_STATION_LEFT:
		take_station(wifi, now, &message);
		break;
	case PTL_M_SIGNAL:
		take_signal(wifi, &message);
		break;
	case PTL_M_CHANGED:
		if (wifi->events.changed)
			wifi->events.changed(wifi->events.user, &message);
		break;
	default:
		take_machine_event(wifi, now, &message);
	}
}

void ptl_wifi_session(struct ptl_wifi *wifi)
{
	gone(wifi);
}

/* ---- time ---- */

static void give_up(struct ptl_wifi *wifi, ptl_time now, unsigned machine)
{
	static const struct cause silent = {.status = PTL_STATUS_TIMEOUT,
					    .failure = PTL_FAILURE_SILENT,
					    .reason = LEAVING,
					    .by = PTL_BY_RADIO};

	wifi->counters.timeouts++;
	wifi->latest[machine] = 0;
	/* Without room for it the radio is not told: it says nothing anyway. */
	if (wifi->state[machine] != STOPPING)
		(void)ask_to_stop(wifi, now, machine, LEAVING);
	happen(wifi, now, machine, LATE, &silent);
}

ptl_time ptl_wifi_poll(struct ptl_wifi *wifi, ptl_time now)
{
	ptl_time next = PTL_NEVER;

	flush_outbox(wifi);
	for (unsigned i = 0; i < PTL_WIFI_MACHINES; i++)
		if (wifi->state[i] != IDLE && wifi->deadline[i] <= now)
			give_up(wifi, now, i);
	for (unsigned i = 0; i < PTL_WIFI_REQUESTS; i++) {
		struct ptl_wifi_request request = wifi->requests[i];

		if (request.id == 0 || request.deadline > now)
			continue;
		wifi->requests[i].id = 0;
		if (request.machine == PTL_WIFI_MACHINES) {
			wifi->counters.timeouts++;
			answered(wifi, &request, PTL_STATUS_TIMEOUT, NULL);
		}
	}
	for (unsigned i = 0; i < PTL_WIFI_MACHINES; i++)
		if (wifi->state[i] != IDLE && wifi->deadline[i] < next)
			next = wifi->deadline[i];
	for (unsigned i = 0; i < PTL_WIFI_REQUESTS; i++)
		if (wifi->requests[i].id && wifi->requests[i].deadline < next)
			next = wifi->requests[i].deadline;
	return next;
}

void ptl_wifi_init(struct ptl_wifi *wifi, const struct ptl_wifi_events *events)
{
	memset(wifi, 0, sizeof(*wifi));
	wifi->events = *events;
	for (unsigned i = 0; i < PTL_WIFI_MACHINES; i++)
		wifi->deadline[i] = PTL_NEVER;
}
