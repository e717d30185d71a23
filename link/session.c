/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * Sessions (SPEC 7). Each end has a nonce, new whenever it lost its state. It
 * says HELLO with its nonce and the peer's, until the peer's HELLO names ours:
 * then both know each other, and data may flow.
 *
 *	nonce of the peer changed   it restarted: our state of the link is cleared
 *	nothing heard for 1 s       PING, every 200 ms
 *	nothing heard for 3 s       it is gone: cleared, and a new nonce for us
 *	heard, but no progress      after 10 s the same: one of the two is wrong
 *
 * The wire is first in, first out. So nothing of an old session can arrive
 * after the HELLO that began the new one, and frames need no nonce.
 */
#include "state.h"
#include "bytes.h"

/* Numbers begin anew. What is on the way is dropped; of control messages all, for they
 * are the session's: their owner learns which. */
static void reset_senders(struct ptl_link *link)
{
	uint16_t messages = link->queue.messages;

	for (int i = 0; i < DATA_CLASSES; i++)
		ptl_sender_reset(&link->senders[i], &link->sending,
				 link->session.peer_windows[i], link->now);
	link->counters.drop_control += ptl_queue_flush_control(&link->queue);
	if (messages > 0 && link->events.control_lost)
		link->events.control_lost(link->events.user,
					  link->queue.message_number - messages, messages);
}

static void flush_flying(struct ptl_link *link)
{
	reset_senders(link);
	for (int i = 0; i < DATA_CLASSES; i++)
		ptl_receiver_reset(&link->receivers[i]);
	link->resume_due = false;
	/* What is on the wire now belongs to the old session: end it there. */
	if (link->tx.at < link->tx.n && link->tx.class != PTL_CLASS_LINK) {
		link->tx.n = link->tx.at + 1;
		link->tx.bytes[link->tx.at] = PTL_DELIMITER;
		link->tx.final = true;
		link->tx.length = 0;
	}
}

static void announce(struct ptl_link *link, bool up, enum ptl_reason reason)
{
	link->session.announced = up;
	if (link->events.state)
		link->events.state(link->events.user, up ? PTL_STATE_UP : PTL_STATE_DOWN,
				   reason);
}

static void greet(struct ptl_link *link)
{
	link->session.hellos = 0;
	link->session.hello_at = link->now;
}

void ptl_session_start(struct ptl_link *link, uint32_t nonce)
{
	memset(&link->session, 0, sizeof(link->session));
	link->session.nonce = nonce;
	link->session.heard = link->now;
	link->session.ping_at = PTL_NEVER;
	greet(link);
}

void ptl_session_end(struct ptl_link *link, enum ptl_reason reason)
{
	struct session *session = &link->session;
	bool announced = session->announced;
	uint32_t nonce = session->nonce * 1664525u + 1013904223u;

	flush_flying(link);
	link->counters.drop_flushed += ptl_queue_flush(&link->queue);
	ptl_session_start(link, nonce ? nonce : 1);
	link->max_packet = link->own_max_packet;
	if (announced)
		announce(link, false, reason);
}

static bool stuck(struct ptl_link *link)
{
	for (int i = 0; i < DATA_CLASSES; i++)
		/* What has arrived and waits for a slow reader is not stuck. */
		if (link->senders[i].flying + link->senders[i].lost > 0 &&
		    link->now - link->senders[i].progress > PTL_STUCK_AFTER_US)
			return true;
	return false;
}

void ptl_session_timers(struct ptl_link *link)
{
	struct session *session = &link->session;

	if ((session->up || session->announced) &&
	    link->now - session->heard >= PTL_SILENT_AFTER_US) {
		link->counters.peer_silences++;
		ptl_session_end(link, PTL_REASON_PEER_SILENT);
	} else if (session->up && stuck(link)) {
		ptl_session_end(link, PTL_REASON_STUCK);
	}
	if (session->up && link->now >= session->ping_at) {
		session->ping_due = true;
		session->ping_at = link->now + PTL_PING_AGAIN_US;
	}
	if (!session->up && link->now >= session->hello_at) {
		session->hello_due = true;
		if (session->hellos < PTL_HELLO_FAST_MAX)
			session->hellos++;
		session->hello_at =
			link->now + (session->hellos < PTL_HELLO_FAST_MAX ? PTL_HELLO_FAST_US
									  : PTL_HELLO_SLOW_US);
	}
}

ptl_time ptl_session_deadline(const struct ptl_link *link)
{
	const struct session *session = &link->session;
	ptl_time silent = session->heard + PTL_SILENT_AFTER_US;

	if (session->up)
		return session->ping_at < silent ? session->ping_at : silent;
	return session->announced && silent < session->hello_at ? silent : session->hello_at;
}

static size_t put_option(uint8_t *to, uint8_t type, const uint8_t value[PACK_CLASSES])
{
	to[0] = type;
	to[1] = PACK_CLASSES;
	memcpy(to + PTL_OPTION_BYTES, value, PACK_CLASSES);
	return PTL_OPTION_BYTES + PACK_CLASSES;
}

size_t ptl_session_hello_payload(struct ptl_link *link, uint8_t *to)
{
	struct session *session = &link->session;
	uint32_t caps;
	size_t n;

	session->hello_due = false;
	memset(to, 0, PTL_HELLO_BYTES);
	to[PTL_HELLO_VERSION] = PTL_WIRE_VERSION;
	to[PTL_HELLO_VERSION_MIN] = PTL_WIRE_VERSION;
	to[PTL_HELLO_FLAGS] = (uint8_t)((session->up ? 0 : PTL_HELLO_WANT_REPLY) |
					(link->role == PTL_DEVICE ? PTL_HELLO_DEVICE : 0) |
					(link->mac_in_use ? PTL_HELLO_MAC_IN_USE : 0));
	put_le32(to + PTL_HELLO_NONCE, session->nonce);
	put_le32(to + PTL_HELLO_SEEN, session->peer_nonce);
	put_le16(to + PTL_HELLO_MAX_PACKET, link->own_max_packet);
	for (int i = 0; i < DATA_CLASSES; i++)
		put_le16(to + PTL_HELLO_WINDOWS + 2 * i, link->windows[i]);
	memcpy(to + PTL_HELLO_MAC, link->mac, sizeof(link->mac));
	caps = 0;
	n = PTL_HELLO_BYTES;
	if (link->packing.own.contexts[0] > 0) {
		caps |= PTL_CAP_HEADER_COMPRESSION;
		n += put_option(to + n, PTL_OPTION_CONTEXTS, link->packing.own.contexts);
	}
	if (link->packing.own.compresses) {
		caps |= PTL_CAP_PAYLOAD_COMPRESSION;
		n += put_option(to + n, PTL_OPTION_HISTORY, link->packing.own.history);
	}
	if (ptl_rate_option(link, to + n) > 0) {
		caps |= PTL_CAP_RATE;
		n += ptl_rate_option(link, to + n);
	}
	if (link->events.control)
		caps |= PTL_CAP_CONTROL;
	put_le32(to + PTL_HELLO_CAPS, caps);
	return n;
}

/* Whether we can talk to the peer that a hello describes. */
static bool acceptable(const struct ptl_link *link, const uint8_t *hello)
{
	uint16_t max_packet = get_le16(hello + PTL_HELLO_MAX_PACKET);

	if (hello[PTL_HELLO_VERSION] < PTL_WIRE_VERSION ||
	    hello[PTL_HELLO_VERSION_MIN] > PTL_WIRE_VERSION || max_packet < 64)
		return false;
	if (max_packet > link->own_max_packet)
		max_packet = link->own_max_packet;
	for (int i = 0; i < DATA_CLASSES; i++) {
		uint16_t window = get_le16(hello + PTL_HELLO_WINDOWS + 2 * i);

		if (window > PTL_WINDOW_MAX ||
		    window < (i == 0 ? PTL_WINDOW_MIN_CTRL : PTL_WINDOW_MIN(max_packet)))
			return false;
	}
	return true;
}

static void learn_option(struct ptl_link *link, uint32_t caps, uint8_t type,
			 const uint8_t *value, uint8_t n)
{
	struct packing_offer *offer = &link->session.peer_offer;

	if (type == PTL_OPTION_RATE)
		ptl_rate_learn(link, caps, value, n);
	if (n < PACK_CLASSES)
		return;
	if (type == PTL_OPTION_CONTEXTS && (caps & PTL_CAP_HEADER_COMPRESSION))
		memcpy(offer->contexts, value, PACK_CLASSES);
	if (type == PTL_OPTION_HISTORY && (caps & PTL_CAP_PAYLOAD_COMPRESSION))
		memcpy(offer->history, value, PACK_CLASSES);
}

static void learn_options(struct ptl_link *link, uint32_t caps, const uint8_t *options,
			  size_t n)
{
	while (n >= PTL_OPTION_BYTES && n - PTL_OPTION_BYTES >= options[1]) {
		size_t length = PTL_OPTION_BYTES + options[1];

		learn_option(link, caps, options[0], options + PTL_OPTION_BYTES, options[1]);
		options += length;
		n -= length;
	}
}

static void learn(struct ptl_link *link, const uint8_t *hello, size_t n)
{
	struct session *session = &link->session;
	uint16_t max_packet = get_le16(hello + PTL_HELLO_MAX_PACKET);
	uint32_t caps = get_le32(hello + PTL_HELLO_CAPS);

	session->peer_nonce = get_le32(hello + PTL_HELLO_NONCE);
	memset(&session->peer_offer, 0, sizeof(session->peer_offer));
	ptl_rate_forget_peer(link);
	/* The host leads in negotiation: two of a kind have none. */
	if (!(hello[PTL_HELLO_FLAGS] & PTL_HELLO_DEVICE) == (link->role != PTL_DEVICE))
		caps &= ~PTL_CAP_RATE;
	session->peer_control = caps & PTL_CAP_CONTROL;
	session->peer_offer.compresses = caps & PTL_CAP_PAYLOAD_COMPRESSION;
	learn_options(link, caps, hello + PTL_HELLO_BYTES, n - PTL_HELLO_BYTES);
	for (int i = 0; i < DATA_CLASSES; i++)
		session->peer_windows[i] = get_le16(hello + PTL_HELLO_WINDOWS + 2 * i);
	if (max_packet > link->own_max_packet)
		max_packet = link->own_max_packet;
	/* Some of what waits may be too long for it now. */
	if (max_packet < link->max_packet)
		link->counters.drop_flushed += ptl_queue_flush(&link->queue);
	link->max_packet = max_packet;
}

static enum ptl_reason up_reason(const struct ptl_link *link)
{
	if (link->session.restarted)
		return PTL_REASON_PEER_RESTARTED;
	return link->counters.sessions > 1 ? PTL_REASON_PEER_BACK : PTL_REASON_START;
}

static void come_up(struct ptl_link *link)
{
	struct session *session = &link->session;

	reset_senders(link);
	ptl_packing_begin(&link->packing, &session->peer_offer, link->max_packet);
	session->up = true;
	session->ping_at = link->now + PTL_PING_AFTER_US;
	link->counters.sessions++;
	ptl_rate_session_up(link);
	announce(link, true, up_reason(link));
	session->restarted = false;
	/* What filled the queue may have gone with the old session. */
	ptl_frame_room(link);
}

void ptl_session_hello(struct ptl_link *link, const uint8_t *payload, size_t n)
{
	struct session *session = &link->session;
	uint32_t nonce, seen;

	if (get_le32(payload + PTL_HELLO_NONCE) == 0) {
		link->counters.rx_bad_field++;
		return;
	}
	nonce = get_le32(payload + PTL_HELLO_NONCE);
	seen = get_le32(payload + PTL_HELLO_SEEN);
	if (nonce == session->nonce) {
		link->counters.peer_mismatches++; /* our own echo */
		return;
	}
	if (!acceptable(link, payload)) {
		link->counters.peer_mismatches++;
		/* Not by the peer of this session: who was there is there no more. */
		if (session->announced && nonce != session->peer_nonce)
			ptl_session_end(link, PTL_REASON_PEER_VERSION);
		return;
	}
	session->heard = link->now;
	memcpy(session->peer_mac, payload + PTL_HELLO_MAC, sizeof(session->peer_mac));
	session->peer_mac_in_use = payload[PTL_HELLO_FLAGS] & PTL_HELLO_MAC_IN_USE;
	if (nonce != session->peer_nonce) {
		if (session->up) {
			link->counters.peer_restarts++;
			session->restarted = true;
			session->up = false;
			learn(link, payload, n);
			flush_flying(link);
			greet(link);
			session->hello_at = link->now + PTL_HELLO_FAST_US;
		} else {
			learn(link, payload, n);
		}
		session->hello_due = true;
	}
	if (payload[PTL_HELLO_FLAGS] & PTL_HELLO_WANT_REPLY)
		session->hello_due = true;
	if (seen == session->nonce && !session->up)
		come_up(link);
}
