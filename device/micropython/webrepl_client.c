/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* See webrepl_client.h. */
#include "webrepl_client.h"
#include "webrepl_page.h"
#include "script.h"
#include "tls_hooks.h"

#include "py/mperrno.h"
#include "py/runtime.h"
#include "py/stream.h"

#include <mbedtls/base64.h>
#include <mbedtls/platform_util.h>
#include <mbedtls/sha1.h>

#include <string.h>

#define LOGIN_US    60000000u /* from the first byte to the password's last */
#define CLOSING_US  2000000u
#define PATIENCE_US 1000000u
#define STEPS	    64u /* at once */

/* ---- bytes ---- */

static void turn_to(struct webrepl_client *client, int state, ptl_time now)
{
	client->state = state;
	client->since = now;
}

static void flush(struct webrepl_client *client)
{
	const mp_stream_p_t *stream = mp_get_stream(client->stream);

	while (client->out_at < client->out_n) {
		size_t n = client->tried ? client->tried : client->out_n - client->out_at;
		int error = 0;
		mp_uint_t took =
			stream->write(client->stream, client->out + client->out_at, n, &error);

		client->tried = n;
		if (took == MP_STREAM_ERROR && !mp_is_nonblocking_error(error))
			client->state = WEBREPL_CLIENT_GONE;
		if (took == MP_STREAM_ERROR || took == 0)
			return;
		client->tried = 0;
		client->out_at += took;
	}
	client->out_at = client->out_n = 0;
	client->patient = true;
}

static size_t room(struct webrepl_client *client)
{
	if (client->out_at > 0 && client->out_at < client->out_n)
		memmove(client->out, client->out + client->out_at,
			client->out_n - client->out_at);
	client->out_n -= client->out_at;
	client->out_at = 0;
	return sizeof(client->out) - client->out_n;
}

/* There is room for it. */
static void put(struct webrepl_client *client, const void *bytes, size_t n)
{
	memcpy(client->out + client->out_n, bytes, n);
	client->out_n += n;
}

static void say(struct webrepl_client *client, enum websocket_opcode opcode, const void *bytes,
		size_t n)
{
	client->out_n += websocket_head(client->out + client->out_n, opcode, true, n);
	put(client, bytes, n);
}

static void say_text(struct webrepl_client *client, const char *text)
{
	say(client, WEBSOCKET_TEXT, text, strlen(text));
}

/* Whether something came. */
static bool fill(struct webrepl_client *client, ptl_time now)
{
	int error = 0;
	unsigned served = tls_served;
	mp_uint_t n = mp_get_stream(client->stream)
			      ->read(client->stream, client->in, sizeof(client->in), &error);

	if (!client->begun && tls_served != served) {
		client->begun = true;
		client->since = now;
	}
	client->in_at = client->in_n = 0;
	if (n == MP_STREAM_ERROR && mp_is_nonblocking_error(error))
		return false;
	if (n == MP_STREAM_ERROR || n == 0) {
		client->state = WEBREPL_CLIENT_GONE;
		return false;
	}
	client->in_n = n;
	return true;
}

void webrepl_client_close(struct webrepl_client *client, ptl_time now, const char *why)
{
	static const uint8_t normal[] = {1000 >> 8, 1000 & 0xff};

	if (client->state >= WEBREPL_CLIENT_CLOSING)
		return;
	if (client->state >= WEBREPL_CLIENT_PASSWORD &&
	    room(client) >= 2 * WEBREPL_HEAD + strlen(why) + sizeof(normal)) {
		say_text(client, why);
		say(client, WEBSOCKET_CLOSE, normal, sizeof(normal));
	}
	turn_to(client, WEBREPL_CLIENT_CLOSING, now);
}

/* ---- HTTP ---- */

static int on_header(void *user, const char *name, const char *value, bool cut)
{
	struct webrepl_client *client = user;

	if (http_is_word(name, "upgrade"))
		client->upgrade = http_is_word(value, "websocket");
	else if (http_is_word(name, "sec-websocket-key")) {
		if (cut || strlen(value) != sizeof(client->key) - 1)
			return 400;
		strcpy(client->key, value);
	}
	return HTTP_MORE;
}

static void accept_upgrade(struct webrepl_client *client, ptl_time now)
{
	static const char head[] = "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n"
				   "Connection: Upgrade\r\nSec-WebSocket-Accept: ";
	static const char guid[] = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"; /* RFC 6455, 1.3 */
	uint8_t text[sizeof(client->key) - 1 + sizeof(guid) - 1], hash[20];
	uint8_t accepted[29];
	size_t n = 0;

	memcpy(text, client->key, sizeof(client->key) - 1);
	memcpy(text + sizeof(client->key) - 1, guid, sizeof(guid) - 1);
	(void)mbedtls_sha1_ret(text, sizeof(text), hash);
	(void)mbedtls_base64_encode(accepted, sizeof(accepted), &n, hash, sizeof(hash));
	put(client, head, sizeof(head) - 1);
	put(client, accepted, n);
	put(client, "\r\n\r\n", 4);
	websocket_init(&client->socket);
	say_text(client, "Password: ");
	turn_to(client, WEBREPL_CLIENT_PASSWORD, now);
}

static void give_page(struct webrepl_client *client, int status, ptl_time now)
{
	char head[WEBREPL_PAGE_HEAD];

	client->page = webrepl_page_open(&client->http.request, status, head);
	put(client, head, strlen(head));
	turn_to(client, client->page ? WEBREPL_CLIENT_PAGE : WEBREPL_CLIENT_CLOSING, now);
}

static void take_head(struct webrepl_client *client, ptl_time now)
{
	client->in_at += http_parse(&client->http, client->in + client->in_at,
				    client->in_n - client->in_at);
	if (client->http.status == HTTP_MORE)
		return;
	if (client->http.status == HTTP_COMPLETE && client->upgrade && client->key[0] &&
	    client->http.request.method == HTTP_GET)
		accept_upgrade(client, now);
	else
		give_page(client, client->http.status, now);
}

static bool step_page(struct webrepl_client *client, ptl_time now)
{
	size_t n;

	if (client->out_n > 0)
		return false;
	n = webrepl_page_read(client->page, client->out, sizeof(client->out));
	client->out_n = n;
	client->since = now;
	if (n == 0)
		turn_to(client, WEBREPL_CLIENT_CLOSING, now);
	return true;
}

/* ---- messages of the client ---- */

static size_t take_password(struct webrepl_client *client, const uint8_t *bytes, size_t n,
			    ptl_time now)
{
	for (size_t i = 0; i < n; i++) {
		if (bytes[i] == '\r' || bytes[i] == '\n') {
			turn_to(client, WEBREPL_CLIENT_JUDGED, now);
			return i + 1;
		}
		if (client->password_n == sizeof(client->password)) {
			webrepl_client_deny(client, now);
			return n;
		}
		client->password[client->password_n++] = (char)bytes[i];
	}
	return n;
}

/* Nothing may be typed ahead for longer than a while: it is thrown away, for what comes
 * behind it may be Ctrl-C. */
static size_t take_typed(struct webrepl_client *client, const uint8_t *bytes, size_t n,
			 ptl_time now, webrepl_typed *typed)
{
	size_t took = typed(bytes, n);

	if (took > 0)
		client->typed_at = now;
	return took == 0 && now - client->typed_at > PATIENCE_US ? n : took;
}

static void say_file(void *user, const uint8_t *message, size_t n)
{
	say(user, WEBSOCKET_BINARY, message, n);
}

static size_t take_file(struct webrepl_client *client, const uint8_t *bytes, size_t n,
			ptl_time now)
{
	size_t took = webrepl_files_take(&client->files, bytes, n, say_file, client);

	if (took > 0)
		return took;
	webrepl_client_close(client, now, "\r\nThat is no request for a file.\r\n");
	return n;
}

/* Pings and closes are whole before they are answered. */
static size_t take_control(struct webrepl_client *client, const struct websocket_piece *piece,
			   ptl_time now)
{
	memcpy(client->control + client->control_n, piece->bytes, piece->n);
	client->control_n = (uint8_t)(client->control_n + piece->n);
	if (!piece->last)
		return piece->n;
	if (piece->opcode == WEBSOCKET_PING)
		say(client, WEBSOCKET_PONG, client->control, client->control_n);
	if (piece->opcode == WEBSOCKET_CLOSE) {
		say(client, WEBSOCKET_CLOSE, client->control, client->control_n ? 2 : 0);
		turn_to(client, WEBREPL_CLIENT_CLOSING, now);
	}
	client->control_n = 0;
	return piece->n;
}

/* Whether it went on. */
static bool take_piece(struct webrepl_client *client, ptl_time now, webrepl_typed *typed)
{
	struct websocket_piece *piece = &client->piece;
	size_t took;

	if (piece->opcode > WEBSOCKET_BINARY)
		took = take_control(client, piece, now);
	else if (client->state == WEBREPL_CLIENT_PASSWORD)
		took = take_password(client, piece->bytes, piece->n, now);
	else if (client->state != WEBREPL_CLIENT_TERMINAL)
		took = 0;
	else if (piece->n == 0)
		took = 0;
	else if (piece->opcode == WEBSOCKET_TEXT)
		took = take_typed(client, piece->bytes, piece->n, now, typed);
	else
		took = take_file(client, piece->bytes, piece->n, now);
	piece->bytes += took;
	piece->n -= took;
	if (piece->n == 0)
		piece->bytes = NULL;
	return took > 0 || !piece->bytes;
}

static void next_piece(struct webrepl_client *client, ptl_time now)
{
	uint8_t why[2];

	client->in_at += websocket_read(&client->socket, client->in + client->in_at,
					client->in_n - client->in_at, &client->piece);
	if (!client->socket.error)
		return;
	why[0] = (uint8_t)(client->socket.error >> 8);
	why[1] = (uint8_t)client->socket.error;
	say(client, WEBSOCKET_CLOSE, why, sizeof(why));
	turn_to(client, WEBREPL_CLIENT_CLOSING, now);
}

/* ---- what goes on ---- */

void webrepl_client_init(struct webrepl_client *client, mp_obj_t stream, bool tls, ptl_time now)
{
	client->begun = !tls;
	client->stream = stream;
	client->since = now;
	client->patient = true;
	http_parser_init(&client->http);
	client->http.user = client;
	client->http.header = on_header;
}

/* Whether something was done. */
static bool step(struct webrepl_client *client, ptl_time now, webrepl_typed *typed)
{
	flush(client);
	if (client->state == WEBREPL_CLIENT_PAGE)
		return step_page(client, now);
	if (client->state == WEBREPL_CLIENT_JUDGED || client->state >= WEBREPL_CLIENT_CLOSING ||
	    room(client) < WEBREPL_ANSWER + 2 * WEBREPL_HEAD)
		return false;
	if (client->piece.bytes)
		return take_piece(client, now, typed);
	if (client->in_at == client->in_n && !fill(client, now))
		return false;
	if (client->state == WEBREPL_CLIENT_HEAD)
		take_head(client, now);
	else
		next_piece(client, now);
	return true;
}

static bool is_late(const struct webrepl_client *client, ptl_time now)
{
	static const ptl_time limits[] = {
		[WEBREPL_CLIENT_HEAD] = LOGIN_US,
		[WEBREPL_CLIENT_PAGE] = LOGIN_US,
		[WEBREPL_CLIENT_PASSWORD] = LOGIN_US,
		[WEBREPL_CLIENT_JUDGED] = LOGIN_US,
		[WEBREPL_CLIENT_TERMINAL] = 0,
		[WEBREPL_CLIENT_CLOSING] = CLOSING_US,
		[WEBREPL_CLIENT_GONE] = 0,
	};

	return limits[client->state] && now - client->since > limits[client->state];
}

void webrepl_client_step(struct webrepl_client *client, ptl_time now, webrepl_typed *typed)
{
	for (unsigned i = 0; i < STEPS && step(client, now, typed); i++)
		;
	if (is_late(client, now) ||
	    (client->state == WEBREPL_CLIENT_CLOSING && client->out_n == 0))
		client->state = WEBREPL_CLIENT_GONE;
}

static void wipe(struct webrepl_client *client)
{
	mbedtls_platform_zeroize(client->password, sizeof(client->password));
	mbedtls_platform_zeroize(client->in, client->in_at);
	client->password_n = 0;
}

void webrepl_client_enter(struct webrepl_client *client, ptl_time now)
{
	wipe(client);
	say_text(client, "\r\nWebREPL connected\r\n");
	if (script.left_out) {
		say_text(client, script.left_out);
		say_text(client, "\r\n");
	}
	say_text(client, ">>> ");
	client->typed_at = now;
	turn_to(client, WEBREPL_CLIENT_TERMINAL, now);
}

void webrepl_client_deny(struct webrepl_client *client, ptl_time now)
{
	wipe(client);
	webrepl_client_close(client, now, "\r\nAccess denied\r\n");
}

void webrepl_client_end(struct webrepl_client *client)
{
	nlr_buf_t raised;

	wipe(client);
	client->state = WEBREPL_CLIENT_GONE;
	webrepl_files_end(&client->files);
	if (nlr_push(&raised) == 0) {
		mp_stream_close(client->stream);
		nlr_pop();
	}
}

/* ---- the terminal ---- */

static bool continues(const struct webrepl_character *character, uint8_t byte)
{
	static const struct {
		uint8_t lead, from, to; /* of the second byte; others: 80 to BF */
	} seconds[] = {
		{0xe0, 0xa0, 0xbf}, {0xed, 0x80, 0x9f}, {0xf0, 0x90, 0xbf}, {0xf4, 0x80, 0x8f}};

	for (unsigned i = 0; character->n == 1 && i < sizeof(seconds) / sizeof(*seconds); i++)
		if (seconds[i].lead == character->bytes[0])
			return byte >= seconds[i].from && byte <= seconds[i].to;
	return byte >> 6 == 2;
}

/* One byte further in text that has to be UTF-8 (RFC 6455, 5.6): puts what is whole, and '?'
 * for what is none. Returns how many bytes, at most 4. */
static size_t whole(struct webrepl_character *character, uint8_t byte, uint8_t *to)
{
	size_t n = 0;

	if (character->n > 0) {
		if (continues(character, byte)) {
			character->bytes[character->n++] = byte;
			if (character->n < character->want)
				return 0;
			n = character->n;
			memcpy(to, character->bytes, n);
			character->n = 0;
			return n;
		}
		character->n = 0;
		to[n++] = '?';
	}
	if (byte < 0x80) {
		to[n++] = byte;
	} else if (byte < 0xc2 || byte > 0xf4) {
		to[n++] = '?';
	} else {
		character->want = byte < 0xe0 ? 2 : byte < 0xf0 ? 3 : 4;
		character->bytes[character->n++] = byte;
	}
	return n;
}

/* Whether it takes a message. */
static bool takes(struct webrepl_client *client, void (*wait)(void))
{
	ptl_time until = script_now() + PATIENCE_US;

	flush(client);
	while (client->state == WEBREPL_CLIENT_TERMINAL && client->patient &&
	       room(client) < WEBREPL_HEAD + WEBREPL_PRINTED) {
		if (script_now() >= until)
			client->patient = false;
		wait();
		flush(client);
	}
	return client->state == WEBREPL_CLIENT_TERMINAL && client->patient;
}

void webrepl_client_print(struct webrepl_client *client, const uint8_t *bytes, size_t n,
			  void (*wait)(void))
{
	uint8_t text[WEBREPL_PRINTED];

	while (n > 0 && takes(client, wait)) {
		size_t used = 0;

		while (n > 0 && used + 4 <= sizeof(text)) {
			used += whole(&client->character, *bytes++, text + used);
			n--;
		}
		if (used > 0)
			say(client, WEBSOCKET_TEXT, text, used);
		flush(client);
	}
}
