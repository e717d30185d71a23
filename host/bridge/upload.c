// SPDX-License-Identifier: GPL-2.0-only
/*
 * Requests of a bridge that program its target:
 *
 *	image.begin ... image.write ... image.write ... flash
 *
 * An image is files: Intel hex, or bytes with an offset. Each is announced with its size and
 * its SHA-256, comes in pieces in order, and can be gone on with after a connection broke:
 * image.begin and image.write answer how much is here, and a piece for another place is not
 * taken. flash checks the hashes and reads all files before the target is touched; then the
 * event "flash" tells how it goes, and flash.state to who asks. There is one image in a bridge,
 * as there is one target.
 */
#include "host/bridge/upload.h"

#include "host/base/log.h"
#include "host/bridge/pins_options.h"

#include <glib.h>
#include <string.h>

#define FILES_MAX     16u
#define TOTAL_MAX     (16u * 1024 * 1024) /* bytes of all files */
#define FILE_NAME_MAX 64

struct file {
	char name[FILE_NAME_MAX + 1];
	char sha256[65];
	bool has_offset;
	uint32_t offset;
	size_t size;
	GByteArray *bytes;
};

struct upload {
	struct server *server;
	struct control *control;
	struct control_part part;
	struct file file[FILES_MAX];
	size_t files;
	enum ptl_target target;
	struct image *image; /* while it is written */
	struct ptl_flasher_state state;
	bool running, tried;
	char why[256]; /* "": it went well */
	int percent;   /* as it was told last */
};

/* ---- files ---- */

static void forget_from(struct upload *upload, size_t first)
{
	for (size_t i = first; i < upload->files; i++)
		g_byte_array_unref(upload->file[i].bytes);
	if (upload->files > first)
		upload->files = first;
}

static size_t total_of(const struct upload *upload)
{
	size_t total = 0;

	for (size_t i = 0; i < upload->files; i++)
		total += upload->file[i].size;
	return total;
}

static struct file *last_of(struct upload *upload)
{
	return upload->files ? &upload->file[upload->files - 1] : NULL;
}

static bool is_same(const struct file *a, const struct file *b)
{
	return a->size == b->size && !strcmp(a->sha256, b->sha256) &&
	       a->has_offset == b->has_offset && a->offset == b->offset;
}

static bool is_whole(const struct file *file)
{
	gchar *sum;
	bool whole = file->bytes->len == file->size;

	if (!whole)
		return false;
	sum = g_compute_checksum_for_data(G_CHECKSUM_SHA256, file->bytes->data,
					  file->bytes->len);
	whole = !strcmp(sum, file->sha256);
	g_free(sum);
	return whole;
}

static void answer_have(struct upload *upload, struct control_call *call)
{
	cJSON *json = cJSON_CreateObject();

	cJSON_AddNumberToObject(json, "have", last_of(upload)->bytes->len);
	control_answer(call, json);
}

static void answer_begin(void *user, const cJSON *arguments, struct control_call *call)
{
	struct upload *upload = user;
	struct file file = {
		.has_offset = cJSON_HasObjectItem(arguments, "offset"),
		.offset = (uint32_t)control_number(arguments, "offset", 0),
		.size = (size_t)control_number(arguments, "size", 0),
	};
	bool appends = control_bool(arguments, "append", false);

	(void)g_strlcpy(file.name, control_string(arguments, "name", "image"),
			sizeof(file.name));
	(void)g_strlcpy(file.sha256, control_string(arguments, "sha256", ""),
			sizeof(file.sha256));
	if (upload->running) {
		control_refuse(call, CONTROL_BUSY,
			       "an image is being written; wait until that is done");
		return;
	}
	/* Gone on with; but a first file is not the last one of an image before. */
	if (last_of(upload) && is_same(last_of(upload), &file) &&
	    (appends || upload->files == 1)) {
		answer_have(upload, call);
		return;
	}
	if (!appends)
		forget_from(upload, 0);
	if (upload->files == FILES_MAX || total_of(upload) + file.size > TOTAL_MAX) {
		control_refuse(call, CONTROL_BAD_ARGUMENT,
			       "an image is at most %u files and %u bytes", FILES_MAX,
			       TOTAL_MAX);
		return;
	}
	file.bytes = g_byte_array_new();
	upload->file[upload->files++] = file;
	upload->tried = false;
	answer_have(upload, call);
}

static void answer_write(void *user, const cJSON *arguments, struct control_call *call)
{
	struct upload *upload = user;
	struct file *file = last_of(upload);
	const char *text = control_string(arguments, "data", "");
	gsize n;
	guchar *bytes;

	if (!file || upload->running) {
		control_refuse(call, CONTROL_NOT_READY, "no image was begun: image.begin");
		return;
	}
	if ((size_t)control_number(arguments, "offset", 0) != file->bytes->len) {
		answer_have(upload, call);
		return;
	}
	bytes = g_base64_decode(text, &n);
	if (n > file->size - file->bytes->len) {
		control_refuse(call, CONTROL_BAD_ARGUMENT, "it is more than was announced");
	} else {
		g_byte_array_append(file->bytes, bytes, (guint)n);
		answer_have(upload, call);
	}
	g_free(bytes);
}

/* ---- into the target ---- */

static const char *state_name(const struct upload *upload)
{
	if (upload->running)
		return "running";
	if (upload->tried)
		return *upload->why ? "failed" : "verified";
	return upload->files ? "uploading" : "none";
}

static cJSON *state_now(void *user)
{
	struct upload *upload = user;
	const struct ptl_flasher_state *state = &upload->state;
	cJSON *json = cJSON_CreateObject();

	cJSON_AddStringToObject(json, "state", state_name(upload));
	if (last_of(upload)) {
		cJSON_AddStringToObject(json, "name", last_of(upload)->name);
		cJSON_AddNumberToObject(json, "size", (double)last_of(upload)->size);
		cJSON_AddNumberToObject(json, "have", last_of(upload)->bytes->len);
	}
	if (!upload->running && !upload->tried)
		return json;
	cJSON_AddStringToObject(json, "target", ptl_target_name(upload->target));
	cJSON_AddStringToObject(json, "phase", ptl_flasher_phase_name(state->phase));
	if (state->chip)
		cJSON_AddStringToObject(json, "chip", state->chip);
	cJSON_AddNumberToObject(json, "total", state->total);
	cJSON_AddNumberToObject(json, "written", state->written);
	cJSON_AddNumberToObject(json, "verified", state->verified);
	if (state->broke)
		cJSON_AddStringToObject(json, "broke", ptl_flasher_error_name(state->broke));
	if (*upload->why)
		cJSON_AddStringToObject(json, "error", upload->why);
	return json;
}

static int percent_of(const struct ptl_flasher_state *state)
{
	uint64_t done = (uint64_t)state->written + state->verified;

	return state->total ? (int)(done * 50 / state->total) : 0;
}

static void on_progress(void *user, const struct ptl_flasher_state *state)
{
	struct upload *upload = user;
	bool changed =
		state->phase != upload->state.phase || percent_of(state) != upload->percent;

	if (state->broke && !upload->state.broke)
		log_line("%s, at 0x%x; all is done anew", ptl_flasher_error_name(state->broke),
			 (unsigned)state->broke_at);
	upload->state = *state;
	upload->percent = percent_of(state);
	if (changed)
		control_publish(upload->control, "flash", NULL);
}

static void on_done(void *user, const struct ptl_flasher_state *state, const char *why)
{
	struct upload *upload = user;

	upload->state = *state;
	upload->running = false;
	(void)g_strlcpy(upload->why, why ? why : "", sizeof(upload->why));
	image_free(upload->image);
	upload->image = NULL;
	control_publish(upload->control, "flash", NULL);
}

/* Reads all files; false, and why in error. */
static bool read_files(struct upload *upload, char *error, size_t error_size)
{
	for (size_t i = 0; i < upload->files; i++) {
		const struct file *file = &upload->file[i];

		if (!is_whole(file)) {
			(void)complain(error, error_size,
				       "%s: %u of %zu bytes are here, or it was damaged on "
				       "its way; send it again",
				       file->name, file->bytes->len, file->size);
			return false;
		}
		if (image_add_bytes(&upload->image, file->name, (const char *)file->bytes->data,
				    file->size, file->has_offset ? &file->offset : NULL,
				    image_base(upload->target), error, error_size) < 0)
			return false;
	}
	return true;
}

static bool choose_target(struct upload *upload, const cJSON *arguments, char *error,
			  size_t error_size)
{
	const char *name = control_string(arguments, "target", NULL);

	upload->target = server_config(upload->server)->target.kind;
	if (name && pins_target_parse(&upload->target, name, error, error_size) < 0)
		return false;
	if (upload->target != PTL_TARGET_NONE && upload->target != PTL_TARGET_ANY)
		return true;
	(void)complain(error, error_size,
		       "what the target is must be said: avr, mega, lpc, stm32 or esp");
	return false;
}

static void answer_flash(void *user, const cJSON *arguments, struct control_call *call)
{
	struct upload *upload = user;
	const struct flashing_events events = {upload, on_progress, on_done};
	char error[256];

	if (upload->running || !upload->files) {
		control_refuse(call, upload->running ? CONTROL_BUSY : CONTROL_NOT_READY,
			       upload->running ? "an image is being written already"
					       : "there is no image: image.begin");
		return;
	}
	if (!choose_target(upload, arguments, error, sizeof(error))) {
		control_refuse(call, CONTROL_BAD_ARGUMENT, "%s", error);
		return;
	}
	if (!read_files(upload, error, sizeof(error)) ||
	    server_flash(upload->server, upload->target, upload->image, &events, error,
			 sizeof(error)) < 0) {
		image_free(upload->image);
		upload->image = NULL;
		control_refuse(call, CONTROL_FAILED, "%s", error);
		return;
	}
	upload->state = (struct ptl_flasher_state){.phase = PTL_FLASHER_ENTER};
	upload->why[0] = 0;
	upload->running = upload->tried = true;
	control_answer(call, state_now(upload));
}

static void answer_state(void *user, const cJSON *arguments, struct control_call *call)
{
	(void)arguments;
	control_answer(call, state_now(user));
}

static void answer_abort(void *user, const cJSON *arguments, struct control_call *call)
{
	struct upload *upload = user;

	(void)arguments;
	server_flash_abort(upload->server);
	control_answer(call, state_now(upload));
}

/* ---- tables ---- */

static const struct control_argument begin_arguments[] = {
	{"size", CONTROL_INTEGER, true, 1, TOTAL_MAX, "bytes of the file"},
	{"sha256", CONTROL_STRING, true, 64, 64, "of the file, in small hexadecimal digits"},
	{"name", CONTROL_STRING, false, 1, FILE_NAME_MAX, "for what is told of it"},
	{"offset", CONTROL_INTEGER, false, 0, UINT32_MAX,
	 "the file is bytes for this address; without, Intel hex, or bytes for the flash's "
	 "beginning"},
	{"append", CONTROL_BOOL, false, 0, 0, "one more file of the same image"},
	{0},
};

static const struct control_argument write_arguments[] = {
	{"offset", CONTROL_INTEGER, true, 0, TOTAL_MAX, "of the piece in the file"},
	{"data", CONTROL_STRING, true, 0, CONTROL_STRING_MAX, "the piece, in base64"},
	{0},
};

static const struct control_argument flash_arguments[] = {
	{"target", CONTROL_STRING, false, 1, 8,
	 "avr, mega, lpc, stm32 or esp; as the bridge was told, if it was"},
	{0},
};

static const struct control_request requests[] = {
	{"image.begin", "announces a file; answers how much of it is here", begin_arguments,
	 answer_begin, 0},
	{"image.write", "a piece of it; answers how much is here", write_arguments,
	 answer_write, 0},
	{"flash", "writes the image into the target, and verifies it", flash_arguments,
	 answer_flash, 0},
	{"flash.state", "how that goes", NULL, answer_state, 0},
	{"flash.abort", "ends it; the target is reset", NULL, answer_abort, 0},
	{0},
};

static const struct control_event events[] = {
	{"flash", "how an image gets into the target", state_now},
	{0},
};

/* ---- its life ---- */

struct upload *upload_new(struct server *server, struct control *control)
{
	struct upload *upload = g_new0(struct upload, 1);

	upload->server = server;
	upload->control = control;
	upload->part = (struct control_part){requests, events, upload, NULL};
	control_add(control, &upload->part);
	return upload;
}

void upload_free(struct upload *upload)
{
	if (!upload)
		return;
	control_remove(upload->control, &upload->part);
	forget_from(upload, 0);
	image_free(upload->image);
	g_free(upload);
}
