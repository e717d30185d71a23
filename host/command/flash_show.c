// SPDX-License-Identifier: GPL-2.0-only
/* Progress goes to standard error, the outcome to standard output. */
#include "host/command/flash_show.h"

#include "host/base/exit_status.h"
#include "host/base/log.h"
#include "host/base/timer.h"

#include <cjson/cJSON.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

void flash_show_begin(struct flash_show *show, const char *place, bool json)
{
	*show = (struct flash_show){
		.place = place,
		.json = json,
		.terminal = isatty(STDERR_FILENO) && !json,
		.began = timer_now(),
	};
}

static void clear_line(const struct flash_show *show)
{
	if (show->terminal)
		(void)fputs("\r\033[K", stderr);
}

void flash_show_progress(struct flash_show *show, const struct flash_progress *progress)
{
	unsigned percent =
		progress->total ? (unsigned)(progress->done * UINT64_C(100) / progress->total)
				: 0;
	bool is_new = strcmp(progress->phase, show->phase) != 0;
	const char *chip = progress->chip ? progress->chip : "";

	if (progress->broke && !show->told) {
		show->told = true;
		clear_line(show);
		log_line("%s; all is done anew", progress->broke);
	}
	if (!is_new && percent == show->percent)
		return;
	if (show->terminal)
		(void)fprintf(stderr, "\r%-8s %3u %%  %s\033[K", progress->phase, percent,
			      chip);
	else if (is_new && strcmp(progress->phase, "done") != 0)
		log_line("%s%s%s", progress->phase, *chip ? ": " : "", chip);
	(void)snprintf(show->phase, sizeof(show->phase), "%s", progress->phase);
	show->percent = percent;
}

static void print_json(const struct flash_show *show, const struct flash_progress *progress,
		       const char *why)
{
	cJSON *json = cJSON_CreateObject();
	char *text;

	cJSON_AddBoolToObject(json, "verified", !why);
	if (why)
		cJSON_AddStringToObject(json, "error", why);
	cJSON_AddStringToObject(json, "target", progress->target);
	if (progress->chip)
		cJSON_AddStringToObject(json, "chip", progress->chip);
	if (progress->broke)
		cJSON_AddStringToObject(json, "broke", progress->broke);
	cJSON_AddNumberToObject(json, "bytes", progress->total);
	cJSON_AddNumberToObject(json, "written", progress->written);
	cJSON_AddNumberToObject(json, "seconds", (double)(timer_now() - show->began) / 1000000);
	text = cJSON_Print(json);
	if (text)
		(void)puts(text);
	cJSON_free(text);
	cJSON_Delete(json);
}

int flash_show_done(struct flash_show *show, const struct flash_progress *progress,
		    const char *why)
{
	clear_line(show);
	if (why)
		log_line("%s: %s", show->place, why);
	else if (!show->json)
		(void)printf("%s: %u bytes written and verified in %.1f s\n", progress->chip,
			     (unsigned)progress->total,
			     (double)(timer_now() - show->began) / 1000000);
	if (show->json)
		print_json(show, progress, why);
	return why ? EXIT_FAILED : EXIT_DONE;
}
