/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* Two tables: what can be asked, and what can be told, part by part. What is about Wi-Fi is in
 * wifi_desk.c, if at all. */
#include "desk.h"
#include "device_bridge.h"
#include "wifi_desk.h"

#include <mbedtls/base64.h>

#include <stddef.h>
#include <string.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static const char parities[] = "?NOEMS";
static const char *const stops[] = {"?", "1", "2", "1.5"};

/* ---- what is told ---- */

static void add(struct writer *out, const char *name, const char *value)
{
	write_key(out, name, 1);
	write_string(out, value);
}

static void add_number(struct writer *out, const char *name, uint64_t value)
{
	write_key(out, name, 1);
	write_decimal(out, value);
}

static void add_bool(struct writer *out, const char *name, bool is)
{
	write_key(out, name, 1);
	write_text(out, is ? "true" : "false");
}

struct row {
	const char *name;
	size_t at;
};

static void add_rows(struct writer *out, const struct row *rows, size_t n, const void *counters)
{
	for (size_t i = 0; i < n; i++) {
		uint64_t value;

		memcpy(&value, (const char *)counters + rows[i].at, sizeof(value));
		add_number(out, rows[i].name, value);
	}
}

static void empty_part(const struct desk *desk, ptl_time now, struct desk_answer *answer,
		       struct writer *out)
{
	(void)desk;
	(void)now;
	(void)answer;
	write_text(out, "null");
}

static void error_part(const struct desk *desk, ptl_time now, struct desk_answer *answer,
		       struct writer *out)
{
	(void)desk;
	(void)now;
	write_text(out, "{\"code\":");
	write_string(out, answer->code);
	add(out, "reason", answer->reason);
	write_text(out, "}");
}

/* How large a piece may be is ours to say. */
static void have_part(const struct desk *desk, ptl_time now, struct desk_answer *answer,
		      struct writer *out)
{
	(void)now;
	(void)answer;
	write_text(out, "{\"have\":");
	write_decimal(out, desk->upload->have);
	add_number(out, "piece", UPLOAD_PIECE);
	write_text(out, "}");
}

/* ---- status ---- */

static void add_format(struct writer *out, const struct ptl_serial_format *format)
{
	char text[3] = {(char)('0' + format->data_bits % 10),
			parities[format->parity <= PTL_PARITY_SPACE ? format->parity : 0], 0};

	write_key(out, "format", 1);
	write_text(out, "\"");
	write_text(out, text);
	write_text(out, stops[format->stop <= PTL_STOP_1_5 ? format->stop : 0]);
	write_text(out, "\"");
}

static void add_port(const struct desk *desk, ptl_time now, struct writer *out)
{
	const struct ptl_serial_format *format = ptl_bridge_format(desk->bridge);

	write_text(out, "{\"name\":\"pigtail\",\"role\":\"bridge\",\"state\":\"up\"");
	add_number(out, "seconds", now / 1000000u);
	write_text(out, ",\"port\":{\"name\":\"UART\",\"open\":true");
	add_number(out, "baud", format->baud);
	add_format(out, format);
	add_bool(out, "rtscts", format->flow_out == PTL_FLOW_HARDWARE);
	add_bool(out, "dtr", ptl_bridge_line(desk->bridge, PTL_LINE_DTR));
	add_bool(out, "rts", ptl_bridge_line(desk->bridge, PTL_LINE_RTS));
	write_text(out, "}");
}

static void add_target(const struct desk *desk, struct writer *out)
{
	static const char *const names[] = {"reset", "boot"};
	const struct ptl_target_pins_seam *pins = &desk->programming->pins;
	unsigned n = 0;

	add(out, "target", ptl_target_name(desk->target));
	write_text(out, ",\"pins\":{");
	for (unsigned i = 0; i < PTL_TARGET_PINS; i++)
		if (pins->set && pins->has[i]) {
			write_key(out, names[i], n++);
			write_string(out, "a pin of the module");
		}
	write_text(out, "}");
	if (desk->wifi)
		add(out, "radio", "own");
	write_text(out, ",\"write\":\"all\",\"clients\":[");
}

#define OF_CLIENT(field)                                                                       \
	{                                                                                      \
#field, offsetof(struct ptl_client_counters, field)                            \
	}

static void add_client(const struct desk *desk, unsigned client,
		       const struct ptl_client_state *state, bool first, struct writer *out)
{
	static const struct row rows[] = {OF_CLIENT(received), OF_CLIENT(sent), OF_CLIENT(lost),
					  OF_CLIENT(denied), OF_CLIENT(malformed)};
	const char *peer = desk->peer(client);

	write_text(out, first ? "{\"client\":" : ",{\"client\":");
	write_decimal(out, client);
	add(out, "peer", peer ? peer : "gone");
	add(out, "service", ptl_service_name(state->service));
	add_bool(out, "may_write", state->may_write);
	add_bool(out, "programs", state->programs);
	add_rows(out, rows, COUNT(rows), &state->counters);
	write_text(out, "}");
}

/* Part 0, 1, then each client, then the end. */
static void status_part(const struct desk *desk, ptl_time now, struct desk_answer *answer,
			struct writer *out)
{
	unsigned client = answer->part - 2;
	struct ptl_client_state state;
	bool first = true;

	if (answer->part == 0)
		add_port(desk, now, out);
	else if (answer->part == 1)
		add_target(desk, out);
	else if (client == BRIDGE_CLIENTS)
		write_text(out, "]}");
	if (client >= BRIDGE_CLIENTS || !ptl_bridge_get_client(desk->bridge, client, &state))
		return;
	for (unsigned i = 0; i < client; i++) {
		struct ptl_client_state before;

		first &= !ptl_bridge_get_client(desk->bridge, i, &before);
	}
	add_client(desk, client, &state, first, out);
}

/* ---- stats ---- */

#define OF_BRIDGE(field)                                                                       \
	{                                                                                      \
#field, offsetof(struct ptl_bridge_counters, field)                            \
	}

static void stats_part(const struct desk *desk, ptl_time now, struct desk_answer *answer,
		       struct writer *out)
{
	static const struct row rows[] = {
		OF_BRIDGE(overruns), OF_BRIDGE(parity),	     OF_BRIDGE(framing),
		OF_BRIDGE(breaks),   OF_BRIDGE(connects),    OF_BRIDGE(refused),
		OF_BRIDGE(dropped),  OF_BRIDGE(programmers),
	};
	struct ptl_bridge_counters counters;

	ptl_bridge_get_counters(desk->bridge, &counters);
	if (answer->part == 0) {
		write_text(out, "{\"name\":\"pigtail\",\"role\":\"bridge\"");
		add_number(out, "time_us", now);
		add_number(out, "baud", ptl_bridge_format(desk->bridge)->baud);
		write_text(out, ",\"counters\":{\"from_uart\":");
		write_decimal(out, counters.from_uart);
		add_number(out, "to_uart", counters.to_uart);
		return;
	}
	add_rows(out, rows, COUNT(rows), &counters);
	write_text(out, "}}");
}

/* ---- an image on its way ---- */

static void flash_part(const struct desk *desk, ptl_time now, struct desk_answer *answer,
		       struct writer *out)
{
	const struct upload *upload = desk->upload;
	bool begun = upload->running || upload->tried;

	(void)now;
	if (answer->part == 0) {
		write_text(out, "{\"state\":");
		write_string(out, upload_state(upload));
		if (upload->file || begun) {
			add(out, "name", upload->name);
			add_number(out, "size", upload->size);
			add_number(out, "have", upload->have);
		}
		return;
	}
	if (begun && answer->part == 1) {
		add(out, "target", ptl_target_name(upload->target));
		add(out, "phase", ptl_flasher_phase_name(upload->state.phase));
		if (upload->state.chip)
			add(out, "chip", upload->state.chip);
		add_number(out, "total", upload->state.total);
		add_number(out, "written", upload->state.written);
		add_number(out, "verified", upload->state.verified);
	}
	if (answer->part == 1)
		return;
	if (begun && upload->state.broke)
		add(out, "broke", ptl_flasher_error_name(upload->state.broke));
	if (upload->tried && *upload->why)
		add(out, "error", upload->why);
	write_text(out, "}");
}

static const struct {
	const char *event; /* NULL: it is none */
	void (*tell)(const struct desk *desk, ptl_time now, struct desk_answer *answer,
		     struct writer *out);
	unsigned parts;
} kinds[DESK_KINDS] = {
	[DESK_EMPTY] = {NULL, empty_part, 1},
	[DESK_ERROR] = {NULL, error_part, 1},
	[DESK_HAVE] = {NULL, have_part, 1},
	[DESK_STATUS] = {"status", status_part, BRIDGE_CLIENTS + 3},
	[DESK_STATS] = {"stats", stats_part, 2},
	[DESK_FLASH] = {"flash", flash_part, 3},
	/* [DESK_WIFI]: has as many as it has to say. */
};

enum desk_kind desk_event(const char *name)
{
	unsigned kind = 0;

	while (kind < DESK_KINDS && !(kinds[kind].event && !strcmp(kinds[kind].event, name)))
		kind++;
	return (enum desk_kind)kind;
}

static void begin_text(const struct desk_answer *answer, struct writer *out)
{
	if (answer->is_event) {
		write_text(out, "{\"event\":");
		write_string(out, kinds[answer->kind].event);
		write_text(out, ",\"data\":");
		return;
	}
	write_text(out, "{");
	if (answer->has_id) {
		write_key(out, "id", 0);
		write_decimal(out, answer->id);
	}
	write_key(out, answer->kind == DESK_ERROR ? "error" : "result", answer->has_id);
}

bool desk_part(const struct desk *desk, ptl_time now, struct desk_answer *answer,
	       struct writer *out)
{
	bool more = false;

	if (answer->part == 0)
		begin_text(answer, out);
	if (answer->kind == DESK_WIFI)
		more = desk->wifi->tell(now, answer, out);
	else
		kinds[answer->kind].tell(desk, now, answer, out);
	if (++answer->part < kinds[answer->kind].parts || more)
		return true;
	write_text(out, "}");
	return false;
}

bool desk_waits(const struct desk *desk, ptl_time now, struct desk_answer *answer)
{
	if (answer->waits)
		answer->waits = desk->wifi->waits(now, answer);
	return answer->waits;
}

void desk_refuse(struct desk_answer *answer, const char *code, const char *reason)
{
	answer->kind = DESK_ERROR;
	answer->code = code;
	answer->reason = reason;
}

/* ---- what is asked ---- */

static void on_status(struct desk *desk, ptl_time now, struct json arguments,
		      struct desk_answer *answer)
{
	(void)desk;
	(void)now;
	(void)arguments;
	answer->kind = DESK_STATUS;
}

static void on_stats(struct desk *desk, ptl_time now, struct json arguments,
		     struct desk_answer *answer)
{
	(void)desk;
	(void)now;
	(void)arguments;
	answer->kind = DESK_STATS;
}

/* "8N1" */
static bool parse_format(const char *text, struct ptl_serial_format *format)
{
	const char *parity = text[0] && text[1] ? strchr(parities + 1, text[1]) : NULL;

	if (text[0] < '5' || text[0] > '8' || !parity)
		return false;
	for (uint8_t i = PTL_STOP_1; i <= PTL_STOP_1_5; i++)
		if (!strcmp(text + 2, stops[i])) {
			format->data_bits = (uint8_t)(text[0] - '0');
			format->parity = (uint8_t)(parity - parities);
			format->stop = i;
			return true;
		}
	return false;
}

static void on_set(struct desk *desk, ptl_time now, struct json arguments,
		   struct desk_answer *answer)
{
	struct ptl_serial_format format = *ptl_bridge_format(desk->bridge);
	struct json baud = json_member(arguments, "baud");
	struct json text = json_member(arguments, "format");
	bool hardware = format.flow_out == PTL_FLOW_HARDWARE;
	char word[8];

	if (baud.at && (!json_number(baud, &format.baud) || format.baud < PTL_SERIAL_BAUD_MIN ||
			format.baud > PTL_SERIAL_BAUD_MAX)) {
		desk_refuse(answer, "bad-argument", "argument baud: it is 50 to 4000000");
		return;
	}
	if (text.at &&
	    !(json_string(text, word, sizeof(word)) && parse_format(word, &format))) {
		desk_refuse(answer, "bad-argument",
			    "argument format: it is like 8N1, 7E2 or 5N1.5");
		return;
	}
	(void)json_bool(json_member(arguments, "rtscts"), &hardware);
	format.flow_out = format.flow_in = hardware ? PTL_FLOW_HARDWARE : PTL_FLOW_NONE;
	ptl_bridge_set_format(desk->bridge, now, &format);
	answer->kind = DESK_STATUS;
}

static void on_line(struct desk *desk, ptl_time now, struct json arguments,
		    struct desk_answer *answer)
{
	static const char *const names[] = {
		[PTL_LINE_DTR] = "dtr",
		[PTL_LINE_RTS] = "rts",
		[PTL_LINE_BREAK] = "break",
	};
	char name[8] = "";
	bool on = false;

	(void)json_string(json_member(arguments, "line"), name, sizeof(name));
	(void)json_bool(json_member(arguments, "on"), &on);
	for (unsigned i = 0; i < COUNT(names); i++)
		if (!strcmp(name, names[i])) {
			ptl_bridge_set_line(desk->bridge, now, (enum ptl_serial_line)i, on);
			answer->kind = DESK_STATUS;
			return;
		}
	desk_refuse(answer, "bad-argument", "argument line: it is dtr, rts or break");
}

static void on_reset(struct desk *desk, ptl_time now, struct json arguments,
		     struct desk_answer *answer)
{
	(void)arguments;
	if (!programming_reset(desk->programming, now))
		desk_refuse(answer, "not-ready",
			    "no pin resets the target, or it is being programmed");
}

static void on_hang_up(struct desk *desk, ptl_time now, struct json arguments,
		       struct desk_answer *answer)
{
	uint32_t client;

	(void)now;
	if (!json_number(json_member(arguments, "client"), &client) || !desk->hang_up(client))
		desk_refuse(answer, "not-ready", "that client is not connected");
}

/* ---- images ---- */

static int digit_of(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static bool read_hash(struct json value, uint8_t hash[32])
{
	char text[65] = "";

	if (!json_string(value, text, sizeof(text)) || strlen(text) != 64)
		return false;
	for (unsigned i = 0; i < 32; i++) {
		int high = digit_of(text[2 * i]), low = digit_of(text[2 * i + 1]);

		if (high < 0 || low < 0)
			return false;
		hash[i] = (uint8_t)(high << 4 | low);
	}
	return true;
}

static void told(const struct desk *desk, bool well, enum desk_kind kind,
		 struct desk_answer *answer)
{
	answer->kind = kind;
	if (!well)
		desk_refuse(answer, "failed", desk->upload->why);
}

static void on_image_begin(struct desk *desk, ptl_time now, struct json arguments,
			   struct desk_answer *answer)
{
	struct json name = json_member(arguments, "name"),
		    offset = json_member(arguments, "offset");
	char text[4 * UPLOAD_NAME];
	struct upload_begin begin = {.name = text, .has_offset = offset.at};

	(void)now;
	if (!json_string(name, text, sizeof(text)))
		strcpy(text, "image");
	(void)json_bool(json_member(arguments, "append"), &begin.append);
	if (!json_number(json_member(arguments, "size"), &begin.size) || !begin.size ||
	    !read_hash(json_member(arguments, "sha256"), begin.sha256) ||
	    (offset.at && !json_number(offset, &begin.offset))) {
		desk_refuse(answer, "bad-argument", "size, sha256 or offset is none");
		return;
	}
	told(desk, upload_begin(desk->upload, &begin), DESK_HAVE, answer);
}

static void on_image_write(struct desk *desk, ptl_time now, struct json arguments,
			   struct desk_answer *answer)
{
	struct json data = json_member(arguments, "data");
	uint8_t bytes[UPLOAD_PIECE];
	uint32_t offset;
	size_t n = 0;

	(void)now;
	/* No digit of base64 is ever escaped. */
	if (!json_number(json_member(arguments, "offset"), &offset) || !data.at || data.n < 2 ||
	    *data.at != '"' ||
	    mbedtls_base64_decode(bytes, sizeof(bytes), &n, (const uint8_t *)data.at + 1,
				  data.n - 2)) {
		desk_refuse(
			answer, "bad-argument",
			"a piece has an offset, and data in base64, not more than was said");
		return;
	}
	told(desk, upload_write(desk->upload, offset, bytes, n), DESK_HAVE, answer);
}

static enum ptl_target target_of(const char *name)
{
	for (int i = 0; i < PTL_TARGETS; i++)
		if (!strcmp(ptl_target_name((enum ptl_target)i), name))
			return (enum ptl_target)i;
	return PTL_TARGET_NONE;
}

static void on_flash(struct desk *desk, ptl_time now, struct json arguments,
		     struct desk_answer *answer)
{
	struct json said = json_member(arguments, "target");
	enum ptl_target target = desk->target;
	char name[8];

	if (said.at)
		target = json_string(said, name, sizeof(name)) ? target_of(name)
							       : PTL_TARGET_NONE;
	told(desk, upload_flash(desk->upload, now, target), DESK_FLASH, answer);
}

static void on_flash_state(struct desk *desk, ptl_time now, struct json arguments,
			   struct desk_answer *answer)
{
	(void)desk;
	(void)now;
	(void)arguments;
	answer->kind = DESK_FLASH;
}

static void on_flash_abort(struct desk *desk, ptl_time now, struct json arguments,
			   struct desk_answer *answer)
{
	(void)arguments;
	upload_abort(desk->upload, now);
	answer->kind = DESK_FLASH;
}

static const struct {
	const char *name;
	void (*ask)(struct desk *desk, ptl_time now, struct json arguments,
		    struct desk_answer *answer);
} requests[] = {
	{"status", on_status},
	{"stats", on_stats},
	{"set", on_set},
	{"line", on_line},
	{"reset", on_reset},
	{"hang-up", on_hang_up},
	{"image.begin", on_image_begin},
	{"image.write", on_image_write},
	{"flash", on_flash},
	{"flash.state", on_flash_state},
	{"flash.abort", on_flash_abort},
};

void desk_ask(struct desk *desk, ptl_time now, struct json request, struct desk_answer *answer)
{
	char name[16] = "";

	*answer = (struct desk_answer){0};
	answer->has_id = json_number(json_member(request, "id"), &answer->id);
	(void)json_string(json_member(request, "request"), name, sizeof(name));
	if (desk->wifi && desk->wifi->ask(now, name, json_member(request, "arguments"), answer))
		return;
	for (size_t i = 0; i < COUNT(requests); i++)
		if (!strcmp(requests[i].name, name)) {
			requests[i].ask(desk, now, json_member(request, "arguments"), answer);
			return;
		}
	desk_refuse(answer, "unknown-request", "there is no such request on this device");
}
