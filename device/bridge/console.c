/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * A WebSocket (RFC 6455): binary messages are the UART's bytes, text messages are requests,
 * their answers, and events, as of the program for Linux.
 *
 * One message to the browser at a time: an answer's parts are fragments of one, and nothing but
 * pongs and a close may come between. One request at a time as well: while it is not answered,
 * nothing more is read, and TCP holds the browser back. But for one that waits for a radio:
 * that is put aside, and what comes meanwhile goes before it.
 */
#include "visitor.h"

#include <mbedtls/base64.h>
#include <mbedtls/sha1.h>

#include <string.h>

#define GUID	"258EAFA5-E914-47DA-95CA-C5AB0DC85B11" /* 1.3 */
#define GIVE_UP 1001u				       /* going away */
#define SECOND	UINT64_C(1000000)

void console_begin(struct visitor *visitor)
{
	uint8_t hash[20], text[30];
	struct writer out = visitor_out(visitor);
	char key[24 + sizeof(GUID)];
	size_t n;

	memcpy(key, visitor->http.key, 24);
	memcpy(key + 24, GUID, sizeof(GUID));
	if (mbedtls_sha1_ret((const uint8_t *)key, sizeof(key) - 1, hash) ||
	    mbedtls_base64_encode(text, sizeof(text), &n, hash, sizeof(hash)))
		return;
	write_text(&out, "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n"
			 "Connection: Upgrade\r\nSec-WebSocket-Accept: ");
	write_text(&out, (const char *)text);
	write_text(&out, "\r\n\r\n");
	visitor->out_n = (uint16_t)(visitor->out_n + out.n);
	visitor->text_n = 0;
	visitor->until = PTL_NEVER;
	visitor->state = VISITOR_CONSOLE;
	memset(&visitor->console, 0, sizeof(visitor->console));
	websocket_init(&visitor->console.socket);
}

/* ---- to the browser ---- */

static void send_frame(struct visitor *visitor, enum websocket_opcode opcode, bool final,
		       const void *bytes, size_t n)
{
	uint8_t *out = visitor->out + visitor->out_n;
	size_t head = websocket_head(out, opcode, final, n);

	memcpy(out + head, bytes, n);
	visitor->out_n = (uint16_t)(visitor->out_n + head + n);
}

/* A pong, or the close that is the last thing we say. */
static void send_control(struct visitor *visitor)
{
	send_frame(visitor, (enum websocket_opcode)visitor->console.due, true,
		   visitor->console.control, visitor->console.control_n);
	visitor->console.ended = visitor->console.due == WEBSOCKET_CLOSE;
	visitor->console.due = visitor->console.control_n = 0;
}

static void close_with(struct visitor *visitor, unsigned code)
{
	visitor->console.control[0] = (uint8_t)(code >> 8);
	visitor->console.control[1] = (uint8_t)code;
	visitor->console.control_n = 2;
	visitor->console.due = WEBSOCKET_CLOSE;
}

static void tell_part(struct visitor *visitor, ptl_time now)
{
	struct desk_answer *answer = &visitor->answer;
	bool first = answer->part == 0;
	char text[DESK_PART];
	struct writer out = writer_on(text, sizeof(text));

	visitor->console.telling = desk_part(visitor->desk, now, answer, &out);
	send_frame(visitor, first ? WEBSOCKET_TEXT : WEBSOCKET_CONTINUED,
		   !visitor->console.telling, text, out.n);
}

/* ---- requests and events ---- */

static void subscribe(struct visitor *visitor, ptl_time now, struct json arguments)
{
	uint32_t every = 0;
	char name[8] = "";
	enum desk_kind kind;

	(void)json_string(json_member(arguments, "event"), name, sizeof(name));
	(void)json_number(json_member(arguments, "every"), &every);
	kind = desk_event(name);
	if (kind == DESK_KINDS || every > 3600) {
		desk_refuse(&visitor->answer, "bad-argument",
			    "an event is status, stats or flash; every is 1 to 3600 s");
		return;
	}
	if (!every && kind != DESK_FLASH)
		every = 1;
	visitor->console.event[kind].on = true;
	visitor->console.event[kind].every = every * SECOND;
	visitor->console.event[kind].next = every ? now : PTL_NEVER;
}

/* Whether there is something to say of the one that was there already. */
static bool put_aside(struct visitor *visitor)
{
	struct desk_answer last = visitor->console.later;

	visitor->console.later = visitor->answer;
	if (!last.waits)
		return false;
	last.waits = false;
	desk_refuse(&last, "busy", "another request has taken its place");
	visitor->answer = last;
	return true;
}

static void ask(struct visitor *visitor, ptl_time now)
{
	struct json all;
	char name[12] = "";

	if (!json_object(&all, visitor->text, visitor->text_n)) {
		visitor->answer = (struct desk_answer){0};
		desk_refuse(&visitor->answer, "bad-request", "it is no JSON object");
	} else if (json_string(json_member(all, "request"), name, sizeof(name)) &&
		   !strcmp(name, "subscribe")) {
		visitor->answer = (struct desk_answer){0};
		visitor->answer.has_id =
			json_number(json_member(all, "id"), &visitor->answer.id);
		subscribe(visitor, now, json_member(all, "arguments"));
	} else {
		desk_ask(visitor->desk, now, all, &visitor->answer);
	}
	visitor_wipe(visitor);
	visitor->text_n = 0;
	visitor->console.asked = false;
	visitor->console.telling = !visitor->answer.waits || put_aside(visitor);
}

/* Whether there is an answer now to what was put aside. */
static bool take_later(struct visitor *visitor, ptl_time now)
{
	if (!visitor->console.later.waits ||
	    desk_waits(visitor->desk, now, &visitor->console.later))
		return false;
	visitor->answer = visitor->console.later;
	visitor->console.telling = true;
	return true;
}

static bool has_changed(const struct visitor *visitor)
{
	return visitor->console.event[DESK_FLASH].on &&
	       visitor->console.changes != visitor->desk->upload->changes;
}

/* Whether there is one to tell. */
static bool take_event(struct visitor *visitor, ptl_time now)
{
	unsigned kind = DESK_STATUS;

	while (kind <= DESK_FLASH &&
	       !(visitor->console.event[kind].on && now >= visitor->console.event[kind].next))
		kind++;
	if (kind > DESK_FLASH && !has_changed(visitor))
		return false;
	if (kind >= DESK_FLASH) {
		kind = DESK_FLASH;
		visitor->console.changes = visitor->desk->upload->changes;
	}
	if (visitor->console.event[kind].every)
		visitor->console.event[kind].next = now + visitor->console.event[kind].every;
	visitor->answer = (struct desk_answer){.kind = (enum desk_kind)kind, .is_event = true};
	visitor->console.telling = true;
	return true;
}

/* The next thing to say, into out, which is empty; whether there was any. */
static bool say(struct visitor *visitor, ptl_time now)
{
	if (visitor->console.due) {
		send_control(visitor);
		return true;
	}
	if (visitor->console.ended)
		return false;
	if (!visitor->console.telling && visitor->console.asked)
		ask(visitor, now);
	if (!visitor->console.telling && !take_later(visitor, now) && !take_event(visitor, now))
		return false;
	tell_part(visitor, now);
	return true;
}

enum gate_state console_serve(struct visitor *visitor, ptl_time now)
{
	if (!session_is(visitor->session) && !visitor->console.ended &&
	    !visitor->console.telling && !visitor->console.due)
		close_with(visitor, GIVE_UP);
	while (visitor_flush(visitor) && say(visitor, now))
		continue;
	if (visitor->tls->ended ||
	    (visitor->console.ended && visitor->out_at == visitor->out_n))
		return GATE_SHUT;
	return GATE_PASSED;
}

ptl_time console_due(const struct visitor *visitor)
{
	ptl_time due = PTL_NEVER;

	/* When out is taken there is a turn. */
	if (visitor->out_at < visitor->out_n)
		return PTL_NEVER;
	if (visitor->console.asked || visitor->console.due || has_changed(visitor))
		return 0;
	for (unsigned kind = 0; kind < DESK_KINDS; kind++)
		if (visitor->console.event[kind].on && visitor->console.event[kind].next < due)
			due = visitor->console.event[kind].next;
	return due;
}

size_t console_write(struct visitor *visitor, const uint8_t *bytes, size_t n)
{
	if (!visitor_flush(visitor) || visitor->console.telling || visitor->console.ended)
		return 0;
	if (n > sizeof(visitor->out) - WEBSOCKET_HEAD_MAX)
		n = sizeof(visitor->out) - WEBSOCKET_HEAD_MAX;
	send_frame(visitor, WEBSOCKET_BINARY, true, bytes, n);
	(void)visitor_flush(visitor);
	return n;
}

/* ---- from the browser ---- */

static void hear_text(struct visitor *visitor, const struct websocket_piece *piece)
{
	if (piece->n > DESK_REQUEST - visitor->text_n) {
		close_with(visitor, WEBSOCKET_TOO_BIG);
		visitor->console.socket.error = WEBSOCKET_TOO_BIG;
		return;
	}
	memcpy(visitor->text + visitor->text_n, piece->bytes, piece->n);
	visitor->text_n = (uint16_t)(visitor->text_n + piece->n);
	visitor->console.asked = piece->last;
}

static void hear_control(struct visitor *visitor, const struct websocket_piece *piece)
{
	memcpy(visitor->console.control + visitor->console.control_n, piece->bytes, piece->n);
	visitor->console.control_n = (uint8_t)(visitor->console.control_n + piece->n);
	if (!piece->last)
		return;
	if (piece->opcode == WEBSOCKET_PONG)
		visitor->console.control_n = 0;
	else
		visitor->console.due =
			piece->opcode == WEBSOCKET_PING ? WEBSOCKET_PONG : WEBSOCKET_CLOSE;
}

/* Nothing is read meanwhile. */
static bool is_held(const struct visitor *visitor)
{
	return visitor->console.asked || visitor->console.due || visitor->console.ended ||
	       visitor->console.socket.error;
}

size_t console_read(struct visitor *visitor, uint8_t *to, size_t room)
{
	while (!is_held(visitor) && visitor_has_bytes(visitor)) {
		size_t n = (size_t)(visitor->in_n - visitor->in_at);
		struct websocket_piece piece;

		n = websocket_read(&visitor->console.socket, visitor->in + visitor->in_at,
				   n < room ? n : room, &piece);
		visitor->in_at = (uint16_t)(visitor->in_at + n);
		if (visitor->console.socket.error)
			close_with(visitor, visitor->console.socket.error);
		else if (piece.bytes && piece.opcode == WEBSOCKET_BINARY && piece.n) {
			memcpy(to, piece.bytes, piece.n);
			return piece.n;
		} else if (piece.bytes && piece.opcode == WEBSOCKET_TEXT) {
			hear_text(visitor, &piece);
		} else if (piece.bytes && piece.opcode >= WEBSOCKET_CLOSE) {
			hear_control(visitor, &piece);
		}
	}
	return 0;
}

bool console_ended(const struct visitor *visitor)
{
	return visitor->tls->ended || visitor->console.ended;
}
