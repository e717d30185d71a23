/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Each stream has a user, who opened it; what happens on it is passed on to him. The radio
 * opens none: there is no service here that it could want.
 */
#include "host/wifi/wifi_streams.h"

#define STREAM_WINDOW 4096u

static bool send_message(void *user, const uint8_t *message, size_t n)
{
	const struct wifi *wifi = user;

	return wifi->link.send(wifi->link.user, message, n);
}

static enum ptl_status on_open(void *user, unsigned stream, const uint8_t *name, size_t name_n,
			       const uint8_t *argument, size_t argument_n)
{
	(void)user;
	(void)stream;
	(void)name;
	(void)name_n;
	(void)argument;
	(void)argument_n;
	return PTL_STATUS_NO_SUCH;
}

static void on_opened(void *user, unsigned stream)
{
	const struct wifi_stream *who = &((struct wifi *)user)->stream_users[stream];

	if (who->opened)
		who->opened(who->user);
}

static void on_data(void *user, unsigned stream, const uint8_t *bytes, size_t n)
{
	const struct wifi_stream *who = &((struct wifi *)user)->stream_users[stream];

	who->data(who->user, bytes, n);
}

static void on_room(void *user, unsigned stream)
{
	const struct wifi_stream *who = &((struct wifi *)user)->stream_users[stream];

	if (who->room)
		who->room(who->user);
}

static void on_closed(void *user, unsigned stream, enum ptl_status status, const uint8_t *text,
		      size_t n)
{
	const struct wifi_stream *who = &((struct wifi *)user)->stream_users[stream];

	who->closed(who->user, status, text, n);
}

int wifi_stream_open(struct wifi *wifi, const char *name, const void *argument, size_t n,
		     const struct wifi_stream *stream)
{
	int number = -1;

	if (wifi->session)
		number = ptl_stream_open(&wifi->streams, name, argument, n);
	if (number >= 0)
		wifi->stream_users[number] = *stream;
	return number;
}

void wifi_streams_begin(struct wifi *wifi)
{
	const struct ptl_stream_events events = {
		.user = wifi,
		.send = send_message,
		.open = on_open,
		.opened = on_opened,
		.data = on_data,
		.room = on_room,
		.closed = on_closed,
	};

	ptl_streams_init(&wifi->streams, PTL_HOST, STREAM_WINDOW, &events, &wifi->share);
}
