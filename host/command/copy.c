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
#include <limits.h>
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

/* Where a copy goes here: standard output, or a file that takes PATH's place when it is whole;
 * what is no file, a pipe or a device, cannot be replaced and is written as it comes. */
struct target {
	FILE *file;
	char path[PATH_MAX], temporary[PATH_MAX + 8]; /* "": it is written itself */
};

/* TO, or a place in it if it is a folder; not a link, but what it leads to. */
static bool target_name(struct target *target, const char *to, const char *from)
{
	struct stat about;
	char name[PATH_MAX];
	bool folder = stat(to, &about) == 0 && S_ISDIR(about.st_mode);

	if (snprintf(name, sizeof(name), "%s%s%s", to, folder ? "/" : "",
		     folder ? last_part(from) : "") >= (int)sizeof(name)) {
		errno = ENAMETOOLONG;
		return false;
	}
	if (!realpath(name, target->path))
		(void)strcpy(target->path, name);
	return true;
}

static bool target_make(struct target *target)
{
	struct stat about;
	bool there = stat(target->path, &about) == 0;
	mode_t mask;
	int fd;

	if (there && !S_ISREG(about.st_mode)) {
		target->file = fopen(target->path, "wb");
		return target->file != NULL;
	}
	(void)snprintf(target->temporary, sizeof(target->temporary), "%s.XXXXXX", target->path);
	fd = mkstemp(target->temporary);
	if (fd < 0)
		return false;
	/* As open() would have it: mkstemp() gives it to nobody else. */
	(void)umask(mask = umask(0));
	(void)fchmod(fd, there ? about.st_mode & 0777 : 0666 & ~mask);
	target->file = fdopen(fd, "wb");
	if (!target->file)
		(void)close(fd);
	return target->file != NULL;
}

static bool target_open(struct target *target, const char *to, const char *from)
{
	*target = (struct target){.file = stdout};
	if (!strcmp(to, "-"))
		return true;
	if (target_name(target, to, from) && target_make(target))
		return true;
	log_line("cannot write %s: %s", *target->path ? target->path : to, strerror(errno));
	return false;
}

/* Returns the copy's status in the end. */
static int target_close(struct target *target, int status)
{
	bool well = target->file == stdout ? !fflush(stdout) : !fclose(target->file);

	if (well && !status && *target->temporary)
		well = rename(target->temporary, target->path) == 0;
	if (!well && !status) {
		log_line("cannot write %s: %s", target->path, strerror(errno));
		status = EXIT_FAILED;
	}
	if (status && *target->temporary)
		(void)unlink(target->temporary);
	return status;
}

static int get(const struct options *options, struct radio *radio)
{
	static struct far_stream stream;
	static struct target target;
	const char *far = options->from + 1;
	int status = far_stream_open(&stream, radio, "get", far);

	if (status)
		return status;
	if (!target_open(&target, options->to, far))
		return EXIT_FAILED;
	return target_close(&target, receive(&stream, far, target.file));
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
		if (!strcmp(options->from, ":"))
			command_misused(state, "which file? ':' alone is a place for one");
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

/* A name is of the radio's choice, and a terminal obeys what is no character. */
static void make_printable(char *name)
{
	for (; *name; name++)
		if ((unsigned char)*name < 0x20 || *name == 0x7f)
			*name = '?';
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
	make_printable(name);
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
