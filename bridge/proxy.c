// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 *	client: first bytes --> ENTERING: swallowed ------> answered --> PASSING: passed on
 *	target:                 reset, asked by entry.c ------^
 *
 * Programmers ask again and again and throw away what comes in between, each at its own
 * pace; an answer that arrives late is taken for the answer to something else, and all is
 * lost. So none of it reaches the boot loader, and nothing of the boot loader reaches the
 * client, until both are in step: the target when entry.c says so, the client when it has
 * been silent for a while, since then it waits for an answer to its last question. It gets
 * that one answer.
 *
 * A network that pauses makes silence where there was none: questions may come after the
 * answer that were asked before it (crossing). They are not passed on, for a second answer
 * would be taken for that of the next command. One that was thrown away after all is asked
 * for again, seconds later.
 *
 * A boot loader that leaves when nobody speaks for a second (optiboot) would leave between
 * two commands that come from far away. So when it has answered and nothing follows, it is
 * asked something in between (KEEPING); what the client says meanwhile waits, and that
 * answer is not the client's.
 *
 * esptool is never silent, but takes an answer to any of its questions: there each whole
 * question is answered (ANSWERING), until something else comes.
 *
 * A target that doesn't answer ends its programmer by a reset of the connection. avrdude
 * must not wait for an answer then: it would take the error for one, and what follows,
 * which is an end, for silence, for ever. So it is refused just before (GIVING_UP).
 *
 * One whose turn it is to speak, and who is silent for STALL_US, gives way to the next. While
 * the target has the word, it may be erasing itself for a minute.
 *
 * The end of a programmer's work is known by its last command; then the boot loader starts
 * the program by itself. Else the target is reset when the client is gone.
 */
#include <pigtail/proxy.h>

#include "dance.h"
#include "entry.h"

#include <string.h>

#define LAST_US	 1000000u /* after the last command, all is over */
#define RETRY_US 1000u	  /* until there is room */
#define DROP_US	 200000u  /* from a refusal to the reset of the connection */
#define KEEP_US	 3000000u /* for an answer that only tells that the boot loader is there */
#define LATE_US	 50000u	  /* one that is polled so late was asleep */
#define STALL_US 5000000u /* programmers go on at once, but their network may pause */

enum state {
	IDLE,
	ENTERING,
	ANSWERING,
	PASSING,
	KEEPING,
	GIVING_UP,
};

struct ptl_proxy {
	struct ptl_proxy_config config;
	struct ptl_bridge *bridge;
	struct ptl_pin_player pins;
	struct ptl_dance dance;
	enum state state;
	unsigned client;
	unsigned holder; /* whose lines hold pins; PTL_BRIDGE_CLIENTS_MAX: nobody's */
	const struct ptl_loader *matched; /* by the last bytes that match() saw */
	const struct ptl_loader *loader;
	struct ptl_entry entry;
	ptl_time heard;	  /* the client, last */
	ptl_time drops;	  /* GIVING_UP: when */
	ptl_time crosses; /* until then questions may have been asked before the answer came */
	ptl_time spoke;	  /* the target, last; KEEPING: when it was asked */
	ptl_time told;	  /* the client, last; PTL_NEVER: the target has the word */
	bool answered;	  /* that was all of an answer, and no command came since */
	bool full;	  /* the client said more than the UART takes */
	bool slept;	  /* in the client's silence, while it may have spoken */
	uint8_t tail[PTL_PATTERN_MAX];
	uint8_t tail_n;	 /* the client's last bytes */
	uint8_t asked_n; /* ANSWERING: bytes of the question that is on its way */
	uint8_t replies; /* answers that are owed */
	size_t reply_at; /* bytes of the first of them that were said */
};

static void tell(struct ptl_proxy *proxy, enum ptl_proxy_event event)
{
	if (proxy->config.event)
		proxy->config.event(proxy->config.user, event, proxy->loader->target);
}

static void keep_tail(struct ptl_proxy *proxy, const uint8_t *bytes, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (proxy->tail_n == sizeof(proxy->tail)) {
			proxy->tail_n--;
			memmove(proxy->tail, proxy->tail + 1, proxy->tail_n);
		}
		proxy->tail[proxy->tail_n++] = bytes[i];
	}
}

static bool tail_is(const struct ptl_proxy *proxy, const struct ptl_pattern *pattern)
{
	return pattern->n && proxy->tail_n >= pattern->n &&
	       ptl_pattern_begins(pattern, proxy->tail + proxy->tail_n - pattern->n,
				  pattern->n) == pattern->n;
}

/* ---- recognising ---- */

static enum ptl_match match_one(const struct ptl_loader *loader, const uint8_t *bytes, size_t n)
{
	const struct ptl_pattern *first = &loader->first;

	if (ptl_pattern_begins(first, bytes, n) < 0)
		return PTL_MATCH_NO;
	if (n < first->n)
		return PTL_MATCH_MAYBE;
	for (size_t at = first->n; loader->repeats && at < n; at += first->n)
		if (ptl_pattern_begins(first, bytes + at, n - at) < 0)
			return PTL_MATCH_NO;
	return PTL_MATCH_YES;
}

/* The first loader that these bytes are for, or may be for. */
static enum ptl_match match_any(const struct ptl_proxy *proxy, const uint8_t *bytes, size_t n,
				bool console, const struct ptl_loader **found)
{
	enum ptl_match best = PTL_MATCH_NO;

	for (int target = PTL_TARGET_AVR; target < PTL_TARGETS; target++) {
		const struct ptl_loader *loader = ptl_loader_of((enum ptl_target)target);
		enum ptl_match match;

		if (proxy->config.target != PTL_TARGET_ANY &&
		    proxy->config.target != loader->target)
			continue;
		if (console && loader->typed)
			continue;
		match = match_one(loader, bytes, n);
		if (match > best) {
			best = match;
			*found = loader;
		}
	}
	return best;
}

static enum ptl_match match(void *user, const uint8_t *bytes, size_t n, bool console)
{
	struct ptl_proxy *proxy = user;

	return match_any(proxy, bytes, n, console, &proxy->matched);
}

/* ---- its work ---- */

/* esptool takes a faster rate when it has told the chip; the parity is the boot loader's. */
static bool take_format(void *user, struct ptl_serial_format *format)
{
	const struct ptl_proxy *proxy = user;

	if (proxy->loader->parity) {
		format->data_bits = 8;
		format->parity = proxy->loader->parity;
	}
	return proxy->state == PASSING;
}

static void set_parity(struct ptl_proxy *proxy)
{
	struct ptl_serial_format format = *ptl_bridge_format(proxy->bridge);

	if (!proxy->loader->parity)
		return;
	(void)take_format(proxy, &format);
	proxy->config.serial.set_format(proxy->config.serial.user, &format);
}

/* Lines hold nothing any more. */
static void let_go(struct ptl_proxy *proxy)
{
	static const bool none[PTL_TARGET_PINS] = {false};

	if (proxy->holder == PTL_BRIDGE_CLIENTS_MAX)
		return;
	proxy->holder = PTL_BRIDGE_CLIENTS_MAX;
	proxy->dance = (struct ptl_dance){0};
	ptl_pin_player_hold(&proxy->pins, none);
}

static void begin(void *user, ptl_time now, unsigned client)
{
	struct ptl_proxy *proxy = user;

	proxy->state = ENTERING;
	proxy->loader = proxy->matched;
	proxy->client = client;
	proxy->heard = now;
	proxy->told = PTL_NEVER;
	proxy->full = false;
	proxy->answered = false;
	proxy->crosses = 0;
	proxy->slept = false;
	proxy->tail_n = 0;
	proxy->asked_n = 0;
	proxy->replies = 0;
	proxy->reply_at = 0;
	let_go(proxy);
	set_parity(proxy);
	ptl_entry_begin(&proxy->entry, now, proxy->loader, &proxy->config.serial, &proxy->pins);
	tell(proxy, PTL_PROXY_BEGINS);
}

static void end(void *user, ptl_time now)
{
	struct ptl_proxy *proxy = user;
	bool done = proxy->state == PASSING && tail_is(proxy, &proxy->loader->last);

	if (proxy->state == IDLE) {
		let_go(proxy);
		return;
	}
	if (!done)
		ptl_pin_player_play(&proxy->pins, now, ptl_loader_run, proxy->loader->pulse);
	if (proxy->entry.state != PTL_ENTRY_FAILED)
		tell(proxy, done ? PTL_PROXY_ENDS : PTL_PROXY_LEFT);
	proxy->state = IDLE;
}

/* The boot loader's answer as the answer to the client's last question. */
static void owe_reply(struct ptl_proxy *proxy)
{
	struct ptl_entry *entry = &proxy->entry;

	proxy->replies = proxy->loader->copies ? proxy->loader->copies : 1;
	proxy->reply_at = 0;
	if (proxy->loader->target == PTL_TARGET_MEGA && proxy->tail_n >= 7) {
		/* It has the question's sequence number, and a checksum. */
		uint8_t number = proxy->tail[proxy->tail_n - 6];

		entry->answer[entry->answer_n - 1] ^= (uint8_t)(entry->answer[1] ^ number);
		entry->answer[1] = number;
	}
}

/* The last command has been answered. */
static bool has_finished(const struct ptl_proxy *proxy)
{
	return tail_is(proxy, &proxy->loader->last) && proxy->told != PTL_NEVER;
}

/* Returns whether all that is owed was said. */
static bool say_replies(struct ptl_proxy *proxy)
{
	const struct ptl_entry *entry = &proxy->entry;

	while (proxy->replies) {
		size_t n = entry->answer_n - proxy->reply_at;
		size_t taken =
			ptl_bridge_say(proxy->bridge, entry->answer + proxy->reply_at, n);

		proxy->reply_at += taken;
		if (taken < n)
			return false;
		proxy->reply_at = 0;
		proxy->replies--;
	}
	return true;
}

static size_t pass_on(struct ptl_proxy *proxy, const uint8_t *bytes, size_t n)
{
	size_t taken = proxy->config.serial.write(proxy->config.serial.user, bytes, n);

	keep_tail(proxy, bytes, taken);
	proxy->full = taken < n;
	proxy->told = PTL_NEVER;
	return taken;
}

/* How many of these bytes are questions that crossed the answer. What may become one waits. */
static size_t crossed(struct ptl_proxy *proxy, ptl_time now, const uint8_t *bytes, size_t n)
{
	const struct ptl_pattern *first = &proxy->loader->first;
	size_t at = 0;

	if (now >= proxy->crosses)
		return 0;
	while (n - at >= first->n && ptl_pattern_begins(first, bytes + at, n - at) >= 0)
		at += first->n;
	proxy->full = at < n && ptl_pattern_begins(first, bytes + at, n - at) >= 0;
	if (at < n && !proxy->full)
		proxy->crosses = now;
	return at;
}

static size_t pass_on_rest(struct ptl_proxy *proxy, ptl_time now, const uint8_t *bytes,
			   size_t n)
{
	size_t at = crossed(proxy, now, bytes, n);

	if (at == n || now < proxy->crosses)
		return at;
	proxy->answered = false;
	return at + pass_on(proxy, bytes + at, n - at);
}

/* Questions are answered here; what is something else goes to the target, with those of
 * its bytes that might have become a question. */
static size_t answer_each(struct ptl_proxy *proxy, const uint8_t *bytes, size_t n)
{
	const struct ptl_loader *loader = proxy->loader;
	size_t i = 0;

	while (i < n && bytes[i] == loader->ask[proxy->asked_n]) {
		i++;
		if (++proxy->asked_n < loader->ask_n)
			continue;
		proxy->asked_n = 0;
		if (ptl_entry_in_step(&proxy->entry))
			owe_reply(proxy);
	}
	if (i == n)
		return n;
	if (proxy->state != ANSWERING) { /* not a question, and too early */
		proxy->asked_n = 0;
		return n;
	}
	if (pass_on(proxy, loader->ask, proxy->asked_n) < proxy->asked_n) {
		proxy->full = true; /* the UART is stuck, and the client is lost */
		return n;
	}
	proxy->asked_n = 0;
	proxy->state = PASSING;
	return i + pass_on(proxy, bytes + i, n - i);
}

static size_t client(void *user, ptl_time now, const uint8_t *bytes, size_t n)
{
	struct ptl_proxy *proxy = user;

	proxy->heard = now;
	proxy->slept = false;
	if (proxy->state == KEEPING) {
		proxy->full = true;
		return 0;
	}
	if (proxy->state == PASSING && has_finished(proxy)) {
		ptl_bridge_release(proxy->bridge); /* this is of what comes next */
		return 0;
	}
	if (proxy->state == PASSING)
		return pass_on_rest(proxy, now, bytes, n);
	if (!proxy->loader->quiet)
		return answer_each(proxy, bytes, n);
	keep_tail(proxy, bytes, n);
	return n;
}

/* What is not the answer is let go by: nothing else was asked. */
static void hear_that_it_is_there(struct ptl_proxy *proxy, ptl_time now, const uint8_t *bytes,
				  size_t n)
{
	struct ptl_entry *entry = &proxy->entry;

	for (; n && entry->heard_n < sizeof(entry->heard); n--)
		entry->heard[entry->heard_n++] = *bytes++;
	if (!proxy->loader->answer(entry->heard, entry->heard_n))
		return;
	proxy->state = PASSING;
	proxy->spoke = now;
}

static bool uart(void *user, ptl_time now, const uint8_t *bytes, size_t n)
{
	struct ptl_proxy *proxy = user;

	if (proxy->state == PASSING) {
		proxy->spoke = proxy->told = now;
		proxy->answered = n && bytes[n - 1] == proxy->loader->ok;
		return true;
	}
	if (proxy->state == KEEPING) {
		hear_that_it_is_there(proxy, now, bytes, n);
		return false;
	}
	ptl_entry_hear(&proxy->entry, now, bytes, n);
	return false;
}

/* The programmer's own client closes its port. */
static void on_closed(struct ptl_proxy *proxy, bool was_open)
{
	if ((proxy->state == PASSING || proxy->state == KEEPING) && was_open &&
	    !proxy->dance.dtr)
		ptl_bridge_release(proxy->bridge);
}

static void hold(struct ptl_proxy *proxy, unsigned client, const bool held[PTL_TARGET_PINS])
{
	proxy->holder = client;
	ptl_pin_player_hold(&proxy->pins, held);
}

static bool line(void *user, ptl_time now, unsigned client, enum ptl_serial_line which, bool on)
{
	struct ptl_proxy *proxy = user;
	const struct ptl_target_pins_seam *pins = &proxy->config.pins;
	const struct ptl_pin_step *moves = NULL;
	ptl_time pulse;
	bool held[PTL_TARGET_PINS], open = proxy->dance.dtr;

	if (!(pins->levels ? ptl_dance_holds(&proxy->dance, proxy->config.target, pins, which,
					     on, held)
			   : ptl_dance_line(&proxy->dance, proxy->config.target, pins, which,
					    on, &moves, &pulse)))
		return proxy->state != IDLE && proxy->client != client;
	if (proxy->state != IDLE && proxy->client == client)
		on_closed(proxy, open);
	else if (proxy->state == IDLE && pins->levels)
		hold(proxy, client, held);
	else if (proxy->state == IDLE && moves)
		ptl_pin_player_play(&proxy->pins, now, moves, pulse);
	return true;
}

static void left(void *user, ptl_time now, unsigned client)
{
	struct ptl_proxy *proxy = user;

	(void)now;
	if (proxy->holder == client)
		let_go(proxy);
}

/* ---- time ---- */

static ptl_time earlier(ptl_time a, ptl_time b)
{
	return a < b ? a : b;
}

static ptl_time poll_entering(struct ptl_proxy *proxy, ptl_time now)
{
	ptl_time due = ptl_entry_poll(&proxy->entry, now), quiet;

	if (proxy->entry.state == PTL_ENTRY_FAILED) {
		tell(proxy, PTL_PROXY_NO_TARGET);
		if (proxy->loader->refusal)
			(void)ptl_bridge_say(proxy->bridge, &proxy->loader->refusal, 1);
		proxy->state = GIVING_UP;
		proxy->drops = now + DROP_US;
		return proxy->drops;
	}
	if (!ptl_entry_in_step(&proxy->entry))
		return due;
	quiet = proxy->heard + proxy->loader->quiet;
	if (now < quiet)
		return earlier(due, quiet);
	if (proxy->loader->quiet && now - quiet >= LATE_US && !proxy->slept) {
		/* What was said meanwhile has not been read: once there is time for it. */
		proxy->slept = true;
		return now + LATE_US;
	}
	proxy->state = proxy->loader->quiet ? PASSING : ANSWERING;
	if (proxy->loader->quiet)
		owe_reply(proxy);
	proxy->spoke = proxy->told = now;
	proxy->crosses = now + proxy->loader->crossing;
	proxy->answered = true;
	tell(proxy, PTL_PROXY_IN_STEP);
	return now;
}

/* The client has all that was said to it: what follows can be withheld. */
static bool has_all(const struct ptl_proxy *proxy)
{
	struct ptl_client_state client;

	return ptl_bridge_get_client(proxy->bridge, proxy->client, &client) && !client.waits;
}

/* Asks the boot loader whether it is there, so that it stays. */
static ptl_time poll_keeping(struct ptl_proxy *proxy, ptl_time now)
{
	const struct ptl_loader *loader = proxy->loader;
	ptl_time due = proxy->spoke + (proxy->state == KEEPING ? KEEP_US : loader->keep);

	if (!loader->keep || !proxy->answered || tail_is(proxy, &loader->last))
		return PTL_NEVER;
	if (now < due)
		return due;
	if (proxy->state == KEEPING) { /* it is not; the client will find out */
		proxy->state = PASSING;
		proxy->answered = false;
		return PTL_NEVER;
	}
	if (!has_all(proxy))
		return now + RETRY_US;
	proxy->entry.heard_n = 0;
	proxy->spoke = now;
	proxy->state = KEEPING;
	if (proxy->config.serial.write(proxy->config.serial.user, loader->ask, loader->ask_n) <
	    loader->ask_n)
		proxy->full = true; /* the UART is stuck, and the client is lost */
	return now + KEEP_US;
}

static ptl_time poll_passing(struct ptl_proxy *proxy, ptl_time now)
{
	ptl_time gone = proxy->heard + proxy->loader->idle;

	if (!say_replies(proxy) || proxy->full)
		return earlier(now + RETRY_US, gone);
	if (tail_is(proxy, &proxy->loader->last))
		gone = proxy->heard + LAST_US;
	if (now < gone)
		return earlier(gone, poll_keeping(proxy, now));
	ptl_bridge_release(proxy->bridge);
	return PTL_NEVER;
}

static ptl_time poll(void *user, ptl_time now)
{
	struct ptl_proxy *proxy = user;
	ptl_time due = PTL_NEVER;

	if (proxy->state == ENTERING)
		due = poll_entering(proxy, now);
	if (proxy->state == KEEPING)
		due = poll_keeping(proxy, now);
	if (proxy->state == ANSWERING || proxy->state == PASSING)
		due = poll_passing(proxy, now);
	if (proxy->state == GIVING_UP && now >= proxy->drops)
		ptl_bridge_drop(proxy->bridge);
	else if (proxy->state == GIVING_UP)
		due = proxy->drops;
	return earlier(due, ptl_pin_player_poll(&proxy->pins, now));
}

static bool stalled(void *user, ptl_time now)
{
	const struct ptl_proxy *proxy = user;

	return proxy->state != IDLE && proxy->told != PTL_NEVER &&
	       now >= proxy->told + STALL_US && now >= proxy->heard + STALL_US;
}

static void renewed(void *user, ptl_time now)
{
	struct ptl_proxy *proxy = user;

	(void)now;
	proxy->holder = PTL_BRIDGE_CLIENTS_MAX;
	ptl_pin_player_init(&proxy->pins, &proxy->config.pins);
}

/* ---- the seam ---- */

size_t ptl_proxy_size(void)
{
	return sizeof(struct ptl_proxy);
}

struct ptl_proxy *ptl_proxy_init(void *memory, const struct ptl_proxy_config *config)
{
	struct ptl_proxy *proxy = memory;

	memset(proxy, 0, sizeof(*proxy));
	proxy->config = *config;
	renewed(proxy, 0);
	return proxy;
}

struct ptl_programmer_seam ptl_proxy_seam(struct ptl_proxy *proxy)
{
	return (struct ptl_programmer_seam){
		.user = proxy,
		.match = match,
		.begin = begin,
		.end = end,
		.client = client,
		.uart = uart,
		.line = line,
		.left = left,
		.poll = poll,
		.stalled = stalled,
		.renewed = renewed,
		.format = take_format,
		.lines = proxy->config.pins.lines,
	};
}

void ptl_proxy_attach(struct ptl_proxy *proxy, struct ptl_bridge *bridge)
{
	proxy->bridge = bridge;
}
