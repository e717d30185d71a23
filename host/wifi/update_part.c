/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * See update_part.h. The client has the file and goes step by step; here is what the radio
 * has to be asked for each of them:
 *
 *	update.begin   UPDATE_BEGIN, and if bytes are missing the stream is opened
 *	update.data    bytes into the stream; answered when the link has taken them
 *	update.end     the stream is closed, then UPDATE_END
 *	update.abort   UPDATE_ABORT
 *
 *	IDLE --begin--> BEGINNING --> OPENING --> OPEN --end--> CLOSING --> ENDING --> IDLE
 *	                         \_______________/  \_____________________/
 *	                      nothing is missing     there was no stream
 *
 * One client at a time waits; begin always begins anew. What ends with the session ends as
 * "interrupted": the client begins again, and the radio says from where.
 */
#include "host/wifi/update_part.h"

#include "host/wifi/wifi_ask.h"

#include <pigtail/image.h>

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#define SERVICE	   "update"
#define DATA_MOST  3072u /* bytes of one update.data */
#define PATIENCE_S 600

enum step {
	IDLE,
	BEGINNING,
	OPENING,
	OPEN,
	CLOSING,
	ENDING,
	ABORTING,
};

/* A stream, until both sides have closed it: also one that is not the present one. */
struct use {
	struct update_part *part;
	bool busy;
	unsigned number;
};

struct update_part {
	struct wifi_asked asked; /* first: it is known by it */
	bool asking;
	struct control_part part;
	struct control *control;
	struct wifi *wifi;
	struct control_call *call; /* that waits, or NULL */
	enum step step;
	struct use *use; /* the present stream, or NULL */
	struct use uses[PTL_STREAMS];
	uint8_t digest[PTL_IMAGE_DIGEST];
	uint32_t size, offset;	/* offset: of what the link has taken */
	enum ptl_status broken; /* the stream ended, and nobody has been told yet */
	char broken_text[PTL_WIFI_TEXT];
	size_t at, n; /* of bytes */
	uint8_t bytes[DATA_MOST];
};

/* ---- the client ---- */

/* Nobody waits any more. What the radio has is there for the next one that begins. */
static void on_cancelled(void *user)
{
	struct update_part *part = user;

	part->call = NULL;
	part->n = part->at = 0;
}

static void wait(struct update_part *part, struct control_call *call)
{
	part->call = call;
	control_later(call, on_cancelled, part);
}

static void answer_offset(struct update_part *part)
{
	struct control_call *call = part->call;
	cJSON *result;

	part->call = NULL;
	if (!call)
		return;
	result = cJSON_CreateObject();
	cJSON_AddNumberToObject(result, "offset", part->offset);
	control_answer(call, result);
}

static void refuse(const struct update_part *part, struct control_call *call,
		   enum ptl_status status, const char *text)
{
	if (status == PTL_STATUS_ABORTED || status == PTL_STATUS_TIMEOUT)
		control_fail(call, "interrupted",
			     "the update was interrupted; begun again, it goes on from there");
	else
		wifi_ask_refuse(part->wifi, call, status, text);
}

/* ---- the radio ---- */

static void close_stream(struct update_part *part, struct use *use, enum ptl_status status)
{
	ptl_stream_close(&part->wifi->streams, use->number, status, NULL);
	wifi_stream_pushed(part->wifi);
}

static void drop(struct update_part *part)
{
	struct use *use = part->use;

	if (part->asking)
		wifi_forget(part->wifi, &part->asked);
	part->asking = false;
	part->use = NULL;
	part->n = part->at = 0;
	part->broken = PTL_STATUS_DONE;
	part->step = IDLE;
	if (use)
		close_stream(part, use, PTL_STATUS_ABORTED);
}

/* The end of all, told to who waits for it. */
static void fail(struct update_part *part, enum ptl_status status, const char *text)
{
	struct control_call *call = part->call;

	part->call = NULL;
	drop(part);
	if (call)
		refuse(part, call, status, text);
}

static void ask(struct update_part *part, enum step step, struct ptl_control_writer *message)
{
	enum ptl_status status = wifi_ask(part->wifi, message, &part->asked);

	part->step = step;
	part->asking = status == PTL_STATUS_DONE;
	if (!part->asking)
		fail(part, status, "");
}

static void ask_end(struct update_part *part)
{
	struct ptl_control_writer message;

	ptl_control_begin(&message, PTL_M_UPDATE_END, 0, PTL_IF_RADIO);
	ptl_put_bytes(&message, PTL_F_DIGEST, part->digest, sizeof(part->digest));
	ask(part, ENDING, &message);
}

static void push(struct update_part *part)
{
	while (part->at < part->n) {
		size_t n =
			ptl_stream_write(&part->wifi->streams, timer_now(), part->use->number,
					 part->bytes + part->at, part->n - part->at);

		wifi_stream_pushed(part->wifi);
		if (n == 0)
			return;
		part->at += n;
		part->offset += (uint32_t)n;
	}
	part->n = part->at = 0;
	answer_offset(part);
}

static bool is_present(const struct use *use)
{
	return use == use->part->use;
}

static void on_opened(void *user)
{
	struct use *use = user;

	if (!is_present(use))
		return;
	use->part->step = OPEN;
	answer_offset(use->part);
}

static void on_room(void *user)
{
	struct use *use = user;

	if (is_present(use) && use->part->n > 0)
		push(use->part);
}

/* The service sends nothing. */
static void on_data(void *user, const uint8_t *bytes, size_t n)
{
	(void)user;
	(void)bytes;
	(void)n;
}

static void take_text(char to[PTL_WIFI_TEXT], const uint8_t *text, size_t n)
{
	size_t i;

	for (i = 0; i < n && i < PTL_WIFI_TEXT - 1; i++)
		to[i] = text[i] >= 0x20 && text[i] <= 0x7e ? (char)text[i] : '.';
	to[i] = 0;
}

static void on_closed(void *user, enum ptl_status status, const uint8_t *bytes, size_t n)
{
	struct use *use = user;
	struct update_part *part = use->part;
	bool present = is_present(use);

	use->busy = false;
	if (!present)
		return;
	part->use = NULL;
	close_stream(part, use, PTL_STATUS_DONE);
	if (part->step == CLOSING && status == PTL_STATUS_DONE) {
		ask_end(part);
		return;
	}
	/* It wants no more, and more was to come. */
	take_text(part->broken_text, bytes, n);
	part->broken = status == PTL_STATUS_DONE ? PTL_STATUS_FAILED : status;
	part->step = IDLE;
	if (part->call)
		fail(part, part->broken, part->broken_text);
}

static void open_stream(struct update_part *part)
{
	struct wifi_stream stream = {NULL, on_opened, on_data, on_room, on_closed};
	const uint8_t from[4] = {(uint8_t)part->offset, (uint8_t)(part->offset >> 8),
				 (uint8_t)(part->offset >> 16), (uint8_t)(part->offset >> 24)};
	struct use *use = part->uses;
	int number;

	/* There is one: no more streams are open at once. */
	while (use->busy)
		use++;
	stream.user = use;
	number = wifi_stream_open(part->wifi, SERVICE, from, sizeof(from), &stream);
	if (number < 0) {
		fail(part, PTL_STATUS_BUSY, "no stream is free");
		return;
	}
	*use = (struct use){part, true, (unsigned)number};
	part->use = use;
	part->step = OPENING;
}

static void on_answered(struct wifi_asked *asked, enum ptl_status status,
			const struct ptl_control *message)
{
	struct update_part *part = (struct update_part *)asked;
	char text[PTL_WIFI_TEXT] = "";

	part->asking = false;
	if (status != PTL_STATUS_DONE) {
		if (message)
			ptl_control_words(message, PTL_F_TEXT, text, sizeof(text));
		fail(part, status, text);
		return;
	}
	if (part->step != BEGINNING) {
		part->step = IDLE;
		answer_offset(part);
		return;
	}
	part->offset = (uint32_t)ptl_control_uint(message, PTL_F_OFFSET, 0);
	if (part->offset > part->size) {
		fail(part, PTL_STATUS_FAILED, "it has more of the image than there is");
	} else if (part->offset < part->size) {
		open_stream(part);
	} else {
		part->step = OPEN;
		answer_offset(part);
	}
}

/* ---- requests ---- */

static bool take_hex(const cJSON *arguments, const char *name, uint8_t *to, size_t n)
{
	const char *text = control_string(arguments, name, "");
	size_t got;

	return sodium_hex2bin(to, n, text, strlen(text), NULL, &got, NULL) == 0 && got == n;
}

static bool is_waiting(const struct update_part *part, struct control_call *call)
{
	if (part->call)
		control_refuse(call, CONTROL_BUSY, "another update is under way");
	return part->call != NULL;
}

static void handle_begin(void *user, const cJSON *arguments, struct control_call *call)
{
	struct update_part *part = user;
	uint8_t signature[PTL_IMAGE_SIGNATURE];
	struct ptl_control_writer message;

	if (is_waiting(part, call))
		return;
	drop(part);
	if (!take_hex(arguments, "digest", part->digest, sizeof(part->digest)) ||
	    !take_hex(arguments, "signature", signature, sizeof(signature))) {
		control_refuse(call, CONTROL_BAD_ARGUMENT,
			       "digest and signature are 64 and 128 hex digits");
		return;
	}
	part->size = (uint32_t)control_number(arguments, "size", 0);
	ptl_control_begin(&message, PTL_M_UPDATE_BEGIN, 0, PTL_IF_RADIO);
	ptl_put_uint(&message, PTL_F_SIZE, part->size);
	ptl_put_bytes(&message, PTL_F_DIGEST, part->digest, sizeof(part->digest));
	ptl_put_bytes(&message, PTL_F_SIGNATURE, signature, sizeof(signature));
	ptl_put_text(&message, PTL_F_BOARD, control_string(arguments, "board", ""));
	ptl_put_text(&message, PTL_F_FIRMWARE, control_string(arguments, "firmware", ""));
	wait(part, call);
	ask(part, BEGINNING, &message);
}

/* Whether the next step may be asked for. */
static bool is_open(struct update_part *part, struct control_call *call)
{
	enum ptl_status broken = part->broken;

	if (is_waiting(part, call))
		return false;
	if (part->step == OPEN)
		return true;
	part->broken = PTL_STATUS_DONE;
	if (broken != PTL_STATUS_DONE)
		refuse(part, call, broken, part->broken_text);
	else
		control_refuse(call, CONTROL_NOT_READY, "no update was begun");
	return false;
}

static void handle_data(void *user, const cJSON *arguments, struct control_call *call)
{
	const char *data = control_string(arguments, "data", "");
	struct update_part *part = user;
	size_t n;

	if (!is_open(part, call))
		return;
	if (sodium_base642bin(part->bytes, sizeof(part->bytes), data, strlen(data), NULL, &n,
			      NULL, sodium_base64_VARIANT_ORIGINAL) ||
	    n > part->size - part->offset) {
		control_refuse(call, CONTROL_BAD_ARGUMENT,
			       "data is base64, and no more than the rest of the image");
		return;
	}
	part->at = 0;
	part->n = n;
	wait(part, call);
	push(part);
}

static void handle_end(void *user, const cJSON *arguments, struct control_call *call)
{
	struct update_part *part = user;

	(void)arguments;
	if (!is_open(part, call))
		return;
	wait(part, call);
	if (!part->use) {
		ask_end(part);
		return;
	}
	part->step = CLOSING;
	close_stream(part, part->use, PTL_STATUS_DONE);
}

static void handle_abort(void *user, const cJSON *arguments, struct control_call *call)
{
	struct update_part *part = user;
	struct ptl_control_writer message;

	(void)arguments;
	if (is_waiting(part, call))
		return;
	drop(part);
	ptl_control_begin(&message, PTL_M_UPDATE_ABORT, 0, PTL_IF_RADIO);
	wait(part, call);
	ask(part, ABORTING, &message);
}

static const struct control_argument begin_arguments[] = {
	{"size", CONTROL_INTEGER, true, 1, UINT32_MAX, "bytes of the image"},
	{"digest", CONTROL_STRING, true, 64, 64, "its SHA-256, hex"},
	{"signature", CONTROL_STRING, true, 128, 128, "Ed25519 of its head, hex"},
	{"board", CONTROL_STRING, true, 1, PTL_IMAGE_TEXT, "that it is for"},
	{"firmware", CONTROL_STRING, true, 1, PTL_IMAGE_TEXT, "its name and version"},
	{0},
};

static const struct control_argument data_arguments[] = {
	{"data", CONTROL_STRING, true, 4, DATA_MOST / 3 * 4, "the next bytes, base64"},
	{0},
};

static const struct control_request requests[] = {
	{"update.begin", "a new firmware; says from which offset on it is wanted",
	 begin_arguments, handle_begin, PATIENCE_S},
	{"update.data", "more of it; answered when the link has taken it", data_arguments,
	 handle_data, PATIENCE_S},
	{"update.end", "the radio verifies it, and starts it next time", NULL, handle_end,
	 PATIENCE_S},
	{"update.abort", "what came is forgotten", NULL, handle_abort, 0},
	{0},
};

struct update_part *update_part_new(struct control *control, struct wifi *wifi)
{
	struct update_part *part = calloc(1, sizeof(*part));

	if (!part)
		return NULL;
	part->asked.answered = on_answered;
	part->part = (struct control_part){requests, NULL, part, NULL};
	part->control = control;
	part->wifi = wifi;
	control_add(control, &part->part);
	return part;
}

void update_part_free(struct update_part *part)
{
	if (!part)
		return;
	control_remove(part->control, &part->part);
	drop(part);
	free(part);
}
