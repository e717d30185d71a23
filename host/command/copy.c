/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * pigtail cp, pigtail ls: files of a radio that runs scripts, by its services get, put and
 * list. A path on the radio begins with a colon. What is there under the name of a copy stays
 * until the copy is whole, on both sides.
 */
#include "host/command/commands.h"
#include "host/command/far_stream.h"
#include "host/command/parse.h"
#include "host/base/log.h"

#include <pigtail/control.h>

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define PART	   1024u
#define SILENCE_US 30000000u
#define PATH_BYTES 200u /* that the radio takes */

struct options {
	struct radio_options radio;
	const char *from, *to;
};

static const char *last_part(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

/* ":" and ":lib/" mean a place in that folder. */
static bool place(const char *to, const char *from, char *path, size_t size)
{
	size_t n = strlen(to);
	bool folder = n == 0 || to[n - 1] == '/';

	return snprintf(path, size, "%s%s", to, folder ? last_part(from) : "") < (int)size;
}

struct progress {
	bool shows;
	const char *name;
	double size; /* 0: unknown */
	ptl_time shown;
};

static void show(struct progress *progress, double done)
{
	ptl_time now = timer_now();

	if (!progress->shows || now < progress->shown + 200000)
		return;
	progress->shown = now;
	if (progress->size > 0)
		(void)fprintf(stderr, "\r%s: %3.0f %% of %.1f KB ", progress->name,
			      100 * done / progress->size, progress->size / 1024);
	else
		(void)fprintf(stderr, "\r%s: %.1f KB ", progress->name, done / 1024);
}

static void clear(const struct progress *progress)
{
	if (progress->shown)
		(void)fprintf(stderr, "\r%70s\r", "");
}

/* ---- to the radio ---- */

static int put(const struct options *options, struct radio *radio)
{
	static struct far_stream stream;
	struct progress progress = {.shows = isatty(STDERR_FILENO),
				    .name = last_part(options->from)};
	char path[PATH_BYTES + 1];
	uint8_t bytes[PART];
	struct stat about;
	double done = 0;
	FILE *file;
	size_t n;
	int status;

	if (!place(options->to + 1, options->from, path, sizeof(path))) {
		log_line("a path on a radio has at most %u bytes", PATH_BYTES);
		return EXIT_FAILED;
	}
	file = fopen(options->from, "rb");
	if (!file || fstat(fileno(file), &about) < 0 || !S_ISREG(about.st_mode)) {
		log_line("cannot read %s: %s", options->from,
			 file ? "it is no file" : strerror(errno));
		if (file)
			(void)fclose(file);
		return EXIT_FAILED;
	}
	progress.size = (double)about.st_size;
	status = far_stream_open(&stream, radio, "put", path);
	while (!status && (n = fread(bytes, 1, sizeof(bytes), file)) > 0 &&
	       far_stream_write(&stream, bytes, n)) {
		show(&progress, done += (double)n);
		(void)far_stream_read(&stream, bytes, sizeof(bytes), 0);
	}
	if (!status) {
		far_stream_end(&stream, ferror(file) ? PTL_STATUS_ABORTED : PTL_STATUS_DONE);
		while (!stream.ended && far_stream_read(&stream, bytes, sizeof(bytes),
							timer_now() + SILENCE_US) > 0)
			;
		clear(&progress);
		if (!stream.ended)
			log_line("%s: %s: the radio says nothing", radio_link(radio), path);
		status = stream.ended ? far_stream_result(&stream, path) : EXIT_NO_ANSWER;
	}
	(void)fclose(file);
	return status;
}

/* ---- from the radio ---- */

static int receive(struct far_stream *stream, const char *name, FILE *file)
{
	struct progress progress = {.shows = isatty(STDERR_FILENO), .name = last_part(name)};
	uint8_t bytes[PART];
	double done = 0;

	while (!stream->ended) {
		size_t n =
			far_stream_read(stream, bytes, sizeof(bytes), timer_now() + SILENCE_US);

		if (n == 0 && !stream->ended) {
			clear(&progress);
			log_line("%s: %s: the radio says nothing", radio_link(stream->radio),
				 name);
			return EXIT_NO_ANSWER;
		}
		if (fwrite(bytes, 1, n, file) != n) {
			clear(&progress);
			log_line("cannot write: %s", strerror(errno));
			return EXIT_FAILED;
		}
		show(&progress, done += (double)n);
	}
	clear(&progress);
	return far_stream_result(stream, name);
}

static int get(const struct options *options, struct radio *radio)
{
	static struct far_stream stream;
	const char *far = options->from + 1;
	char path[4096], temporary[4096 + 8];
	struct stat about;
	bool folder = stat(options->to, &about) == 0 && S_ISDIR(about.st_mode);
	FILE *file = NULL;
	mode_t mask;
	int status, fd;

	if (snprintf(path, sizeof(path), "%s%s%s", options->to, folder ? "/" : "",
		     folder ? last_part(far) : "") >= (int)sizeof(path)) {
		log_line("the path is too long");
		return EXIT_FAILED;
	}
	status = far_stream_open(&stream, radio, "get", far);
	if (status)
		return status;
	if (!strcmp(options->to, "-")) {
		status = receive(&stream, far, stdout);
		if (fflush(stdout) && !status) {
			log_line("cannot write: %s", strerror(errno));
			status = EXIT_FAILED;
		}
		return status;
	}
	(void)snprintf(temporary, sizeof(temporary), "%s.XXXXXX", path);
	fd = mkstemp(temporary);
	if (fd >= 0)
		file = fdopen(fd, "wb");
	if (!file) {
		log_line("cannot write %s: %s", path, strerror(errno));
		if (fd >= 0)
			(void)close(fd);
		return EXIT_FAILED;
	}
	/* As if it had been made by open(): mkstemp() gives it to nobody else. */
	(void)umask(mask = umask(0));
	(void)fchmod(fd, 0666 & ~mask);
	status = receive(&stream, far, file);
	if (fclose(file) && !status) {
		log_line("cannot write %s: %s", path, strerror(errno));
		status = EXIT_FAILED;
	}
	if (!status && rename(temporary, path) < 0) {
		log_line("cannot write %s: %s", path, strerror(errno));
		status = EXIT_FAILED;
	}
	if (status)
		(void)unlink(temporary);
	return status;
}

static error_t parse_copy(int key, char *text, struct argp_state *state)
{
	struct options *options = state->input;

	switch (key) {
	case ARGP_KEY_ARG:
		if (options->to)
			command_misused(state, "'%s' is one argument too many", text);
		*(options->from ? &options->to : &options->from) = text;
		return 0;
	case ARGP_KEY_END:
		if (!options->to)
			command_misused(state, "it is FROM TO, one of them a file on the radio "
					       "such as :main.py");
		if ((*options->from == ':') == (*options->to == ':'))
			command_misused(state, "one of FROM and TO is on the radio: :PATH");
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

int cmd_cp(int argc, char **argv)
{
	const struct argp argp = {
		.parser = parse_copy,
		.args_doc = "FROM TO",
		.doc = "Copies a file to or from a radio that runs scripts; :PATH is on the "
		       "radio, - is standard output.",
	};
	struct options options = {0};
	struct radio *radio;
	int status = EXIT_FAILED;

	radio_parse(&argp, argc, argv, &options);
	radio = radio_dial(&options.radio);
	if (radio) {
		status = *options.from == ':' ? get(&options, radio) : put(&options, radio);
		radio_hang_up(radio);
	}
	return status;
}

/* ---- ls ---- */

static error_t parse_list(int key, char *text, struct argp_state *state)
{
	struct options *options = state->input;

	switch (key) {
	case ARGP_KEY_ARG:
		if (options->from)
			command_misused(state, "'%s' is one argument too many", text);
		options->from = *text == ':' ? text + 1 : text;
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

/* "SIZE NAME" or "- NAME". */
static void print_line(char *line, cJSON *json)
{
	char *name = strchr(line, ' ');
	bool folder = *line == '-';
	cJSON *one;

	if (!name)
		return;
	*name++ = 0;
	if (!json) {
		(void)printf("%10s  %s%s\n", folder ? "" : line, name, folder ? "/" : "");
		return;
	}
	one = cJSON_CreateObject();
	cJSON_AddStringToObject(one, "name", name);
	cJSON_AddBoolToObject(one, "folder", folder);
	if (!folder)
		cJSON_AddNumberToObject(one, "bytes", strtod(line, NULL));
	cJSON_AddItemToArray(json, one);
}

static int list(const struct options *options, struct radio *radio)
{
	static struct far_stream stream;
	cJSON *json = options->radio.json ? cJSON_CreateArray() : NULL;
	const char *folder = options->from && *options->from ? options->from : "/";
	char *text = NULL, *rest, *line;
	size_t size = 0;
	FILE *memory = open_memstream(&text, &size);
	int status = memory ? far_stream_open(&stream, radio, "list", folder) : EXIT_FAILED;

	if (!status)
		status = receive(&stream, folder, memory);
	if (memory)
		(void)fclose(memory);
	rest = text;
	while (!status && (line = strsep(&rest, "\n")) != NULL)
		print_line(line, json);
	free(text);
	if (!status && json)
		return radio_print_json(json);
	cJSON_Delete(json);
	return status;
}

int cmd_ls(int argc, char **argv)
{
	const struct argp argp = {
		.parser = parse_list,
		.args_doc = "[:PATH]",
		.doc = "Lists the files of a radio that runs scripts.",
	};
	struct options options = {0};
	struct radio *radio;
	int status = EXIT_FAILED;

	radio_parse(&argp, argc, argv, &options);
	radio = radio_dial(&options.radio);
	if (radio) {
		status = list(&options, radio);
		radio_hang_up(radio);
	}
	return status;
}
