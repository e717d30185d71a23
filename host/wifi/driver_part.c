/* SPDX-License-Identifier: GPL-2.0-only */
/*
 *	command -- socket pair -- control -- parts -- wifi -- driver -- pigtail.ko
 *	\_________/             \____________________________________/
 *	 our parent                  a process of its own
 *
 * The parts are this one, update_part and stream_part.
 *
 * wifi.c is the same as in `pigtail up`: it has its own state of the radio, which begins with
 * the READY that the driver has kept. What is on the air is cfg80211's, and not known here:
 * who asks for it is told so. A connection that has become a stream ends with that.
 */
#include "host/wifi/driver_part.h"

#include "host/base/log.h"
#include "host/control/control.h"
#include "host/wifi/driver.h"
#include "host/wifi/stream_part.h"
#include "host/wifi/update_part.h"
#include "host/wifi/wifi_arguments.h"
#include "host/wifi/wifi_ask.h"
#include "host/wifi/wifi_json.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define LINKS_MAX 64
#define CLOSE_US  10000000u /* for a radio to close the streams of a client that has gone */

struct served {
	uv_loop_t loop;
	char name[IF_NAMESIZE];
	struct driver *driver;
	struct control *control;
	struct control_part part;
	struct wifi *wifi;
	struct wifi_ask *asks;
	struct update_part *update;
	struct stream_part *streams;
	bool up;
	uint32_t rate;
};

/* ---- requests ---- */

static cJSON *status_now(void *user)
{
	const struct served *served = user;
	cJSON *status = cJSON_CreateObject();

	cJSON_AddStringToObject(status, "name", served->name);
	cJSON_AddStringToObject(status, "role", "host");
	cJSON_AddStringToObject(status, "state", served->up ? "up" : "down");
	cJSON_AddBoolToObject(status, "driver", true);
	cJSON_AddNumberToObject(status, "baud", served->rate);
	cJSON_AddItemToObject(status, "radio", wifi_json(served->wifi));
	return status;
}

static void answer_status(void *user, const cJSON *arguments, struct control_call *call)
{
	(void)arguments;
	control_answer(call, status_now(user));
}

static void handle_info(void *user, const cJSON *arguments, struct control_call *call)
{
	struct served *served = user;

	(void)arguments;
	wifi_ask_info(served->asks, call);
}

static void handle_set(void *user, const cJSON *arguments, struct control_call *call)
{
	struct served *served = user;

	wifi_ask_set(served->asks, arguments, call);
}

static void handle_get(void *user, const cJSON *arguments, struct control_call *call)
{
	struct served *served = user;

	wifi_ask_get(served->asks, arguments, call);
}

static void handle_restart(void *user, const cJSON *arguments, struct control_call *call)
{
	struct served *served = user;

	wifi_ask_restart(served->asks, arguments, call);
}

static void refuse_air(void *user, const cJSON *arguments, struct control_call *call)
{
	const struct served *served = user;

	(void)arguments;
	control_refuse(call, CONTROL_FAILED,
		       "the kernel driver has this link: use iw, nmcli, wpa_supplicant or "
		       "hostapd, as for any Wi-Fi card (interface %s)",
		       served->name);
}

static const struct control_request requests[] = {
	{"status", "what the link is doing", NULL, answer_status, 0},
	{"wifi.scan", "refused: by nl80211", wifi_scan_arguments, refuse_air, 0},
	{"wifi.networks", "refused: by nl80211", NULL, refuse_air, 0},
	{"wifi.join", "refused: by nl80211", wifi_join_arguments, refuse_air, 0},
	{"wifi.leave", "refused: by nl80211", NULL, refuse_air, 0},
	{"wifi.ap_start", "refused: by nl80211", wifi_ap_arguments, refuse_air, 0},
	{"wifi.ap_stop", "refused: by nl80211", NULL, refuse_air, 0},
	{"wifi.stations", "refused: by nl80211", NULL, refuse_air, 0},
	{"wifi.kick", "refused: by nl80211", wifi_kick_arguments, refuse_air, 0},
	{"wifi.info", "what the radio is and does", NULL, handle_info, 0},
	{"wifi.set", "settings, but for those of nl80211", wifi_set_arguments, handle_set, 0},
	{"wifi.get", "one setting", wifi_get_arguments, handle_get, 0},
	{"wifi.restart", "restarts the radio", wifi_restart_arguments, handle_restart, 0},
	{0},
};

static const struct control_event events[] = {
	{"status", "the link's status, when its state has changed", status_now},
	{"wifi", "nothing: by nl80211", NULL},
	{"log", "a line of text that the other end's firmware says", NULL},
	{0},
};

/* ---- between the driver and wifi.c ---- */

static bool send_message(void *user, const uint8_t *message, size_t n)
{
	const struct served *served = user;

	return driver_send(served->driver, message, n);
}

/* Whether packets wait the driver knows, and holds streams back itself. */
static void set_share(void *user, struct ptl_share *share)
{
	const struct served *served = user;

	ptl_share_set(share, served->rate ? served->rate : 115200, false, 0);
}

static void on_link(void *user, bool up, uint32_t rate, const uint8_t *ready, size_t n)
{
	struct served *served = user;

	served->up = up;
	served->rate = rate;
	wifi_session(served->wifi, up);
	if (n)
		wifi_message(served->wifi, ready, n);
	control_publish(served->control, "status", NULL);
}

static void on_message(void *user, const uint8_t *message, size_t n)
{
	const struct served *served = user;

	wifi_message(served->wifi, message, n);
}

static void on_room(void *user)
{
	const struct served *served = user;

	wifi_room(served->wifi);
}

static void on_log(void *user, const uint8_t *bytes, size_t n)
{
	const struct served *served = user;
	char text[PTL_CONTROL_MAX + 1];
	cJSON *data = cJSON_CreateObject();

	for (size_t i = 0; i < n; i++)
		text[i] = (char)(bytes[i] < ' ' || bytes[i] > '~' ? '.' : bytes[i]);
	text[n] = 0;
	cJSON_AddStringToObject(data, "text", text);
	control_publish(served->control, "log", data);
}

static void end(void *user)
{
	struct served *served = user;

	uv_stop(&served->loop);
}

static void end_when_idle(void *user)
{
	struct served *served = user;

	stream_part_when_idle(served->streams, CLOSE_US, end, served);
}

/* ---- the process ---- */

static bool begin(struct served *served, int fd)
{
	const struct wifi_link link = {served, send_message, set_share};
	const struct driver_events driver_events = {
		.user = served,
		.link = on_link,
		.message = on_message,
		.room = on_room,
		.log = on_log,
		.gone = end,
	};

	if (uv_loop_init(&served->loop))
		return false;
	served->control = control_for(&served->loop, served->name, fd, end_when_idle, served);
	served->wifi = wifi_new(&served->loop, &link);
	if (!served->control || !served->wifi)
		return false;
	served->wifi->blind = true;
	served->asks = wifi_ask_new(served->wifi);
	served->update = update_part_new(served->control, served->wifi);
	served->streams = stream_part_new(&served->loop, served->control, served->wifi);
	if (!served->asks || !served->update || !served->streams)
		return false;
	served->part = (struct control_part){requests, events, served, NULL};
	control_add(served->control, &served->part);
	return driver_begin(served->driver, &served->loop, &driver_events) == 0;
}

/* Does not return; the process's memory is what is left. */
static void serve(struct served *served, int fd)
{
	if (begin(served, fd))
		(void)uv_run(&served->loop, UV_RUN_DEFAULT);
	_exit(0);
}

static void say_why(const char *name)
{
	if (errno == EUSERS)
		log_line("%s: too many programs ask this link's radio", name);
	else
		log_line("%s: cannot ask the kernel driver: %s", name, strerror(errno));
}

/* Its socket, -1: said. */
static int connect_to(const struct driver_link *link)
{
	struct served served = {.driver = driver_open(link->index)};
	int pair[2];
	pid_t pid;

	if (!served.driver || socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) < 0) {
		say_why(link->name);
		driver_free(served.driver);
		return -1;
	}
	memcpy(served.name, link->name, sizeof(served.name));
	(void)fflush(NULL);
	pid = fork();
	if (pid == 0) {
		(void)close(pair[0]);
		serve(&served, pair[1]);
	}
	if (pid < 0)
		say_why(link->name);
	driver_free(served.driver);
	(void)close(pair[1]);
	if (pid > 0)
		return pair[0];
	(void)close(pair[0]);
	return -1;
}

enum driver_found driver_find(const char *name,
			      void (*found)(void *user, const char *name, int fd), void *user)
{
	struct driver_link links[LINKS_MAX];
	int count = driver_links(links, LINKS_MAX);
	enum driver_found result = DRIVER_TOLD;

	if (count < 0)
		return errno == ENOENT ? DRIVER_TOLD : DRIVER_HIDES;

	for (int i = 0; i < count; i++) {
		int fd;

		if (name && strcmp(name, links[i].name) != 0)
			continue;
		fd = connect_to(&links[i]);
		if (fd >= 0)
			found(user, links[i].name, fd);
		else
			result = DRIVER_SAID;
	}
	return result;
}
