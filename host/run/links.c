/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A link is open, or waits to be opened again:
 *
 *	         runner_open()                  interface deleted
 *	CLOSED ---------------> OPEN ------------------------------+
 *	   ^  \                   \                                |
 *	   |   +-- failed, said    +-- not in the file any more    |
 *	   |       and tried again     or changed: closed          |
 *	   +-- every RETRY_US <------------------------------------+
 *
 * Its control socket answers in either state. One tick a second serves all of them:
 * it looks for trouble and opens what is due.
 */
#include "host/run/links.h"

#include "host/base/exit_status.h"
#include "host/control/control.h"
#include "host/control/place.h"
#include "host/config/link_file.h"
#include "host/base/log.h"
#include "host/base/standard.h"
#include "host/run/card.h"
#include "host/run/privileges.h"
#include "host/run/report.h"
#include "host/wifi/wifi_json.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#define NAMES_TRIED 100
#define TICK_MS	    1000
#define RETRY_US    5000000u

struct links;

struct link {
	struct link *next;
	struct links *links;
	struct link_options *options;
	struct runner runner;
	struct card card;
	struct control *control; /* NULL: it has no name yet */
	struct control_part part;
	bool open;
	bool introduced;
	bool failed;	 /* by itself, while open */
	ptl_time retry;	 /* when it is tried again */
	char error[384]; /* why it is not open, as was said */
};

struct links {
	uv_loop_t loop;
	uv_timer_t tick;
	uv_signal_t signals[3];
	struct link *first;
	enum ptl_role role;
	const char *path; /* of the file, or NULL */
	int status;
};

/* ---- one link ---- */

static cJSON *status_now(void *user)
{
	const struct link *link = user;
	cJSON *status = link->open ? report_status(&link->runner)
				   : report_failed_status(link->options->values[LINK_NAME],
							  link->links->role, link->error);

	cJSON_AddStringToObject(status, "control", control_path(link->control));
	cJSON_AddItemToObject(status, "radio",
			      link->card.wifi ? wifi_json(link->card.wifi)
					      : cJSON_CreateNull());
	if (link->card.ap.net)
		cJSON_AddItemToObject(
			status, "ap_net",
			report_net(link->card.ap.net, net_mtu(link->card.ap.net)));
	return status;
}

static cJSON *stats_now(void *user)
{
	const struct link *link = user;

	return link->open ? report_stats(&link->runner)
			  : report_failed_stats(link->options->values[LINK_NAME]);
}

static void answer_status(void *user, const cJSON *arguments, struct control_call *call)
{
	(void)arguments;
	control_answer(call, status_now(user));
}

static void answer_stats(void *user, const cJSON *arguments, struct control_call *call)
{
	(void)arguments;
	control_answer(call, stats_now(user));
}

static const struct control_request requests[] = {
	{"status", "what the link is doing; pigtail(1) lists the keys", NULL, answer_status, 0},
	{"stats", "its counters", NULL, answer_stats, 0},
	{0},
};

static const struct control_event events[] = {
	{"status", "the link's status, when its state has changed", status_now},
	{"stats", "its counters", stats_now},
	{"log", "a line of text that the other end's firmware says", NULL},
	{0},
};

static void on_said(void *user, const char *text)
{
	const struct link *link = user;
	cJSON *data = cJSON_CreateObject();

	cJSON_AddStringToObject(data, "text", text);
	control_publish(link->control, "log", data);
}

static void on_changed(void *user)
{
	struct link *link = user;

	if (link->open)
		control_publish(link->control, "status", NULL);
}

static void on_failed(void *user)
{
	struct link *link = user;

	/* It is closed later: this comes from inside of it. */
	link->failed = true;
	if (link->links->path)
		return;
	link->links->status = EXIT_FAILED;
	uv_stop(&link->links->loop);
}

/* The interface's name, or what is telling of the port's: of "pty:/tmp/radio"
 * "radio", of "tcp:localhost:5556" "tcp-localhost-5556". */
static void default_name(const struct runner *runner, char *name, size_t size)
{
	const char *interface = net_interface(runner->net);

	control_name_from(interface ? interface : port_name(runner->port), name, size);
}

/* 0; -1 and 1 (taken) with a line in error. */
static int claim(struct link *link, const char *name, char *error, size_t error_size)
{
	int status;

	runner_set_name(&link->runner, name);
	status =
		control_open(&link->links->loop, name, NULL, &link->control, error, error_size);
	if (status)
		return status;
	link->part = (struct control_part){requests, events, link, NULL};
	control_add(link->control, &link->part);
	return 0;
}

/* A default name that is taken gets a number. */
static int claim_default(struct link *link, char *error, size_t error_size)
{
	char base[CONTROL_NAME_MAX - 3];
	char name[CONTROL_NAME_MAX + 1];
	int status;

	default_name(&link->runner, base, sizeof(base));
	status = claim(link, base, error, error_size);
	for (int i = 2; i < NAMES_TRIED && status == 1; i++) {
		(void)snprintf(name, sizeof(name), "%s-%d", base, i);
		status = claim(link, name, error, error_size);
	}
	return status;
}

static void introduce(struct link *link)
{
	const struct runner *runner = &link->runner;
	const char *interface = net_interface(runner->net);

	link->introduced = true;
	log_line("%s: %s%s%s, %s%s%s, framing %s, %u baud", runner->name,
		 port_name(runner->port), *port_detail(runner->port) == '/' ? " at " : "",
		 *port_detail(runner->port) == '/' ? port_detail(runner->port) : "",
		 net_kind(runner->net), interface ? " " : "", interface ? interface : "",
		 runner->framing->name, port_baud(runner->port));
}

static void link_close(struct link *link)
{
	/* What somebody waits for is ended, which is said to the radio. */
	card_end(&link->card);
	runner_close(&link->runner);
	link->open = false;
	link->failed = false;
}

/* Returns 0, or with a line in error -1 or -2 as runner_open(). */
static int link_open(struct link *link, char *error, size_t error_size)
{
	const char *name = link->options->values[LINK_NAME];
	int status = 0;

	memset(&link->runner, 0, sizeof(link->runner));
	link->runner.failed = on_failed;
	link->runner.state_changed = on_changed;
	link->runner.said = on_said;
	link->runner.user = link;
	if (name && !link->control && claim(link, name, error, error_size))
		return -1;
	status = card_begin(&link->card, &link->links->loop, &link->runner,
			    &link->options->config, error, error_size);
	if (!status)
		status = runner_open(&link->runner, &link->links->loop, &link->options->config,
				     error, error_size);
	if (status < 0) {
		card_end(&link->card);
		return status;
	}
	if (name)
		runner_set_name(&link->runner, name);
	else if (claim_default(link, error, error_size)) {
		link_close(link);
		return -1;
	}
	card_offer(&link->card, link->control);
	link->open = true;
	link->introduced = false;
	*link->error = 0;
	control_publish(link->control, "status", NULL);
	return 0;
}

/* Opens a link of the file; a failure is said once. */
static int link_try(struct link *link)
{
	char error[sizeof(link->error)];
	int status = link_open(link, error, sizeof(error));

	/* What is asked wrongly stays wrong. */
	link->retry = status == -2 ? PTL_NEVER : timer_now() + RETRY_US;
	if (!status || !strcmp(error, link->error))
		return status;
	if (status == -2)
		log_line("%s:%u: %s", link->links->path, link->options->line, error);
	else
		log_line("%s: %s", link->options->values[LINK_NAME], error);
	(void)snprintf(link->error, sizeof(link->error), "%s", error);
	if (link->control)
		control_publish(link->control, "status", NULL);
	return status;
}

static struct link *link_new(struct links *links, struct link_options *options)
{
	struct link *link = calloc(1, sizeof(*link));

	if (!link) {
		log_line("out of memory");
		link_options_free(options);
		return NULL;
	}
	link->links = links;
	link->options = options;
	options->next = NULL;
	return link;
}

static void link_free(struct link *link)
{
	link_close(link);
	control_close(link->control);
	link_options_free(link->options);
	free(link);
}

/* ---- all of them ---- */

static void introduce_new(struct links *links)
{
	for (struct link *link = links->first; link; link = link->next)
		if (link->open && !link->introduced)
			introduce(link);
}

static void on_tick(uv_timer_t *tick)
{
	struct links *links = tick->data;
	ptl_time now = timer_now();

	for (struct link *link = links->first; link; link = link->next) {
		if (link->control)
			control_tick(link->control);
		if (link->open && !link->failed) {
			runner_tick(&link->runner);
		} else if (links->path && (link->failed || link->retry <= now)) {
			link_close(link);
			(void)link_try(link);
		}
	}
	introduce_new(links);
	log_flush();
}

/* Takes the one of this name out of the list. */
static struct link_options *take_options(struct link_options **list, const char *name)
{
	for (; *list; list = &(*list)->next) {
		struct link_options *options = *list;

		if (strcmp(options->values[LINK_NAME], name) != 0)
			continue;
		*list = options->next;
		return options;
	}
	return NULL;
}

/* Ends the links that the list doesn't have, or has otherwise; takes those out of it
 * that stay. */
static void keep_equal(struct links *links, struct link_options **list)
{
	struct link **at = &links->first;

	while (*at) {
		struct link *link = *at;
		const char *name = link->options->values[LINK_NAME];
		struct link_options *now = take_options(list, name);

		if (now && link_options_equal(now, link->options)) {
			link->options->line = now->line;
			link_options_free(now);
			at = &link->next;
			continue;
		}
		log_line("%s: %s", name, now ? "changed" : "not in the file any more; ended");
		if (now) {
			now->next = *list;
			*list = now;
		}
		*at = link->next;
		link_free(link);
	}
}

/* Adds the links of the list, which becomes theirs, and opens them. Returns -2 when
 * one was asked wrongly. */
static int add_links(struct links *links, struct link_options *list)
{
	struct link **end = &links->first;
	int status = 0;

	while (*end)
		end = &(*end)->next;
	while (list) {
		struct link_options *next = list->next;
		struct link *link = link_new(links, list);

		list = next;
		if (!link)
			continue;
		*end = link;
		end = &link->next;
		if (link_try(link) == -2)
			status = -2;
	}
	return status;
}

static void reload(struct links *links)
{
	struct link_options *list = NULL;
	char error[384];

	if (link_file_read(links->path, links->role, &list, error, sizeof(error)) < 0) {
		log_line("%s; the links stay as they are", error);
		return;
	}
	keep_equal(links, &list);
	(void)add_links(links, list);
	introduce_new(links);
	log_line("%s was read again", links->path);
}

static void on_signal(uv_signal_t *signal, int number)
{
	struct links *links = signal->data;

	if (number == SIGHUP && links->path)
		reload(links);
	else
		uv_stop(&links->loop);
}

static void watch_signals(struct links *links)
{
	static const int numbers[] = {SIGINT, SIGTERM, SIGHUP};

	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
		(void)uv_signal_init(&links->loop, &links->signals[i]);
		links->signals[i].data = links;
		standard_watch(&links->signals[i], on_signal, numbers[i]);
	}
}

/* A link has up to five descriptors. */
static void raise_limit(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) < 0)
		return;
	limit.rlim_cur = limit.rlim_max;
	(void)setrlimit(RLIMIT_NOFILE, &limit);
}

static int start_one(struct links *links, struct link_options *options)
{
	char error[384];
	int status;

	links->first = link_new(links, options);
	if (!links->first)
		return EXIT_FAILED;
	status = -link_open(links->first, error, sizeof(error));
	if (status)
		log_line("%s", error);
	else
		introduce(links->first);
	return status;
}

/* What is asked wrongly is found before any of them has begun. */
static int start_all(struct links *links, struct link_options *list)
{
	raise_limit();
	if (add_links(links, list) < 0)
		return EXIT_USAGE;
	introduce_new(links);
	for (const struct link *link = links->first; link; link = link->next)
		if (link->open)
			return EXIT_DONE;
	return EXIT_FAILED;
}

static void take_down(struct links *links)
{
	while (links->first) {
		struct link *next = links->first->next;

		link_free(links->first);
		links->first = next;
	}
	uv_close((uv_handle_t *)&links->tick, NULL);
	for (size_t i = 0; i < sizeof(links->signals) / sizeof(links->signals[0]); i++)
		uv_close((uv_handle_t *)&links->signals[i], NULL);
	/* A name being looked up can hold the loop, and exit(), for long. */
	for (int i = 0; i < 10 && uv_loop_alive(&links->loop); i++)
		(void)uv_run(&links->loop, UV_RUN_NOWAIT);
	if (uv_loop_close(&links->loop) < 0)
		_exit(links->status);
}

/* All is open that can be now. */
static void drop_privileges(const struct links *links)
{
	struct sandbox sandbox = {0};

	for (const struct link *link = links->first; link; link = link->next)
		privileges_of(&sandbox, link->options, links->path != NULL);
	if (links->path) {
		sandbox.interfaces = true;
		sandbox_will_open(&sandbox, links->path, R_OK);
	}
	if (sandbox_enter(&sandbox) < 0)
		log_line("cannot give up privileges, and goes on with them: %s",
			 strerror(errno));
}

int links_run(struct link_options *first, enum ptl_role role, const char *path)
{
	static struct links links;

	links.role = role;
	links.path = path;
	(void)uv_loop_init(&links.loop);
	watch_signals(&links);
	(void)uv_timer_init(&links.loop, &links.tick);
	links.tick.data = &links;
	(void)uv_timer_start(&links.tick, on_tick, TICK_MS, TICK_MS);
	links.status = path ? start_all(&links, first) : start_one(&links, first);
	if (!links.status) {
		drop_privileges(&links);
		(void)uv_run(&links.loop, UV_RUN_DEFAULT);
	}
	take_down(&links);
	return links.status;
}
