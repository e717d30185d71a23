// SPDX-License-Identifier: GPL-2.0-only
/*
 * The image goes to the bridge first, in pieces, and then into the target, which the bridge
 * does alone: no round trip of the network is between. A connection that breaks before is made
 * again, and the upload goes on where it was; one that breaks after takes nothing from it.
 */
#include "host/command/flash_far.h"

#include "host/base/exit_status.h"
#include "host/base/log.h"
#include "host/bridge/image.h"
#include "host/command/bridge_password.h"

#include <errno.h>
#include <glib.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define PIECE	   1200u /* bytes: 2 KB of a request; a bridge on a chip says a smaller one */
#define LOOK_US	   150000u
#define STUCK_MOST 8 /* times that the bridge may have no more than before */

static volatile sig_atomic_t interrupted;

static void on_signal(int number)
{
	(void)number;
	interrupted = 1;
}

static void watch_signals(void)
{
	const struct sigaction action = {.sa_handler = on_signal};

	(void)sigaction(SIGINT, &action, NULL);
	(void)sigaction(SIGTERM, &action, NULL);
}

static const char *string_of(const cJSON *json, const char *name)
{
	return cJSON_GetStringValue(cJSON_GetObjectItem(json, name));
}

static uint32_t number_of(const cJSON *json, const char *name)
{
	const cJSON *item = cJSON_GetObjectItem(json, name);

	return cJSON_IsNumber(item) && item->valuedouble >= 0 && item->valuedouble <= UINT32_MAX
		       ? (uint32_t)item->valuedouble
		       : 0;
}

/* ---- the image ---- */

static cJSON *piece_of(const char *bytes, size_t at, size_t n)
{
	cJSON *arguments = cJSON_CreateObject();
	gchar *data = g_base64_encode((const guchar *)bytes + at, n);

	cJSON_AddNumberToObject(arguments, "offset", (double)at);
	cJSON_AddStringToObject(arguments, "data", data);
	g_free(data);
	return arguments;
}

/* Some pieces from there on; returns how much of the file is there then, or -1 with a line in
 * error. */
static int64_t send_pieces(struct caller *caller, const char *bytes, size_t n, size_t at,
			   size_t piece, char *error, size_t error_size)
{
	cJSON *arguments[CALLER_AHEAD], *answer;
	size_t pieces = 0;
	int64_t have;

	for (; pieces < CALLER_AHEAD && at < n; at += piece)
		arguments[pieces++] = piece_of(bytes, at, MIN(n - at, piece));
	answer = caller_ask_all(caller, "image.write", arguments, pieces, error, error_size);
	have = answer ? (int64_t)number_of(answer, "have") : -1;
	cJSON_Delete(answer);
	return have;
}

/* Likewise, from the beginning; and how large a piece may be. */
static int64_t announce(struct caller *caller, const char *name, const char *bytes, size_t n,
			const uint32_t *offset, bool append, size_t *piece, char *error,
			size_t error_size)
{
	cJSON *arguments = cJSON_CreateObject(), *answer;
	gchar *sum = g_compute_checksum_for_data(G_CHECKSUM_SHA256, (const guchar *)bytes, n);
	gchar *base = g_path_get_basename(name);
	int64_t have;

	base[MIN(strlen(base), 60)] = 0;
	cJSON_AddNumberToObject(arguments, "size", (double)n);
	cJSON_AddStringToObject(arguments, "sha256", sum);
	cJSON_AddStringToObject(arguments, "name", base);
	if (offset)
		cJSON_AddNumberToObject(arguments, "offset", *offset);
	cJSON_AddBoolToObject(arguments, "append", append);
	g_free(sum);
	g_free(base);
	answer = caller_ask(caller, "image.begin", arguments, true, error, error_size);
	have = answer ? (int64_t)number_of(answer, "have") : -1;
	*piece = number_of(answer, "piece");
	if (!*piece || *piece > PIECE)
		*piece = PIECE;
	cJSON_Delete(answer);
	return have;
}

static int send_bytes(struct caller *caller, struct flash_show *show, const char *name,
		      const char *bytes, size_t n, const uint32_t *offset, bool append,
		      char *error, size_t error_size)
{
	size_t piece;
	int64_t have =
		announce(caller, name, bytes, n, offset, append, &piece, error, error_size);
	int64_t most = have;
	int stuck = 0;

	while (have >= 0 && (size_t)have < n) {
		const struct flash_progress progress = {
			.phase = "send", .done = (uint32_t)have, .total = (uint32_t)n};

		flash_show_progress(show, &progress);
		if (interrupted)
			return complain(error, error_size, "interrupted");
		have = send_pieces(caller, bytes, n, (size_t)have, piece, error, error_size);
		stuck = have > most ? 0 : stuck + 1;
		most = MAX(have, most);
		if (have >= 0 && stuck == STUCK_MOST)
			return complain(error, error_size,
					"the bridge takes no more than %u of %u bytes; does "
					"somebody else upload?",
					(unsigned)most, (unsigned)n);
	}
	return have < 0 ? -1 : 0;
}

static int send_file(struct caller *caller, struct flash_show *show, const char *text,
		     bool append, char *error, size_t error_size)
{
	bool has_offset;
	uint32_t offset;
	char *path = image_split(text, &has_offset, &offset), *bytes;
	GError *why = NULL;
	gsize n;
	int status;

	if (g_file_get_contents(path, &bytes, &n, &why)) {
		status = send_bytes(caller, show, path, bytes, n, has_offset ? &offset : NULL,
				    append, error, error_size);
		g_free(bytes);
	} else {
		status = complain(error, error_size, "%s", why->message);
		g_error_free(why);
	}
	g_free(path);
	return status;
}

/* ---- the target ---- */

static struct flash_progress progress_of(const cJSON *state)
{
	struct flash_progress progress = {
		.phase = string_of(state, "phase"),
		.target = string_of(state, "target"),
		.chip = string_of(state, "chip"),
		.broke = string_of(state, "broke"),
		.total = number_of(state, "total"),
		.written = number_of(state, "written"),
	};

	if (!progress.phase)
		progress.phase = "?";
	if (!progress.target)
		progress.target = "?";
	progress.done = strcmp(progress.phase, "verify") != 0 ? progress.written
							      : number_of(state, "verified");
	return progress;
}

static bool is(const cJSON *state, const char *name)
{
	const char *now = string_of(state, "state");

	return now && !strcmp(now, name);
}

/* Begins, and looks how it goes; its end, or NULL with a line in error. */
static cJSON *write_target(struct caller *caller, const struct flash_far *far,
			   struct flash_show *show, char *error, size_t error_size)
{
	cJSON *arguments = cJSON_CreateObject(), *state;
	bool aborted = false;

	if (far->target)
		cJSON_AddStringToObject(arguments, "target", far->target);
	state = caller_ask(caller, "flash", arguments, false, error, error_size);
	while (state && is(state, "running")) {
		const struct flash_progress progress = progress_of(state);

		flash_show_progress(show, &progress);
		cJSON_Delete(state);
		(void)usleep(LOOK_US);
		state = caller_ask(caller,
				   interrupted && !aborted ? "flash.abort" : "flash.state",
				   NULL, true, error, error_size);
		aborted = interrupted;
	}
	return state;
}

/* ---- all of it ---- */

static int log_in(struct caller *caller, const struct flash_far *far, char *error,
		  size_t error_size)
{
	int wants = caller_wants_login(caller, error, error_size);
	const char *name = far->user ? far->user : getenv("USER");
	char password[PTL_LOGIN_PASSWORD];
	int status;

	if (wants <= 0)
		return wants;
	if (!name)
		return complain_usage(error, error_size, "%s wants a login: --user NAME",
				      far->caller.place);
	status = bridge_password(far->password_file, "Password", false, password, error,
				 error_size);
	if (!status)
		status = caller_log_in(caller, name, password, error, error_size);
	explicit_bzero(password, sizeof(password));
	return status;
}

static cJSON *work(struct caller *caller, const struct flash_far *far, struct flash_show *show,
		   int *status, char *error, size_t error_size)
{
	*status = log_in(caller, far, error, error_size);
	for (size_t i = 0; i < far->n && !*status; i++)
		*status = send_file(caller, show, far->files[i], i > 0, error, error_size);
	return *status ? NULL : write_target(caller, far, show, error, error_size);
}

int flash_far(const struct flash_far *far, struct flash_show *show)
{
	struct flash_progress progress = {.target = far->target ? far->target : "?"};
	const char *why = "it is no bridge of pigtail";
	struct caller *caller = NULL;
	cJSON *state = NULL;
	char error[512];
	int status;

	watch_signals();
	status = caller_open(&far->caller, &caller, error, sizeof(error));
	if (!status)
		state = work(caller, far, show, &status, error, sizeof(error));
	if (state) {
		progress = progress_of(state);
		why = is(state, "verified") ? NULL : string_of(state, "error");
		if (!why && !is(state, "verified"))
			why = "it was not verified";
	} else {
		why = error;
	}
	if (status == -2)
		log_line("%s", error);
	else
		status = flash_show_done(show, &progress, why);
	cJSON_Delete(state);
	if (caller)
		caller_close(caller);
	return status == -2 ? EXIT_USAGE : status;
}
