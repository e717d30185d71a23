/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* See services.h. */
#include <pigtail/services.h>

#include <string.h>

static bool send(void *user, const uint8_t *message, size_t n)
{
	const struct device_services *services = user;

	return device_send_control(services->device, message, n, NULL) == PTL_OK;
}

static enum ptl_status on_open(void *user, unsigned stream, const uint8_t *name, size_t name_n,
			       const uint8_t *argument, size_t argument_n)
{
	struct device_services *services = user;

	for (unsigned i = 0; i < services->count; i++) {
		const struct device_service *service = &services->list[i];
		enum ptl_status status;

		if (strlen(service->name) != name_n || memcmp(service->name, name, name_n) != 0)
			continue;
		/* It may write at once. */
		services->of[stream] = service;
		status = service->open(service->user, stream, argument, argument_n);
		if (status != PTL_STATUS_DONE)
			services->of[stream] = NULL;
		return status;
	}
	return PTL_STATUS_NO_SUCH;
}

static void on_data(void *user, unsigned stream, const uint8_t *bytes, size_t n)
{
	const struct device_services *services = user;
	const struct device_service *service = services->of[stream];

	if (service)
		service->data(service->user, stream, bytes, n);
}

static void on_room(void *user, unsigned stream)
{
	const struct device_services *services = user;
	const struct device_service *service = services->of[stream];

	if (service && service->room)
		service->room(service->user, stream);
}

static void on_closed(void *user, unsigned stream, enum ptl_status status, const uint8_t *text,
		      size_t n)
{
	struct device_services *services = user;
	const struct device_service *service = services->of[stream];

	(void)text;
	(void)n;
	if (!service)
		return;
	if (service->closed)
		service->closed(service->user, stream, status);
	else if (services->streams.stream[stream].state == PTL_STREAM_ENDED)
		ptl_stream_close(&services->streams, stream, PTL_STATUS_DONE, NULL);
	if (services->streams.stream[stream].state == PTL_STREAM_CLOSED)
		services->of[stream] = NULL;
}

void device_services_init(struct device_services *services, const struct device_service *list,
			  unsigned count, uint32_t window, struct ptl_share *share)
{
	const struct ptl_stream_events events = {
		.user = services,
		.send = send,
		.open = on_open,
		.data = on_data,
		.room = on_room,
		.closed = on_closed,
	};

	*services = (struct device_services){.list = list, .count = count};
	ptl_streams_init(&services->streams, PTL_DEVICE, window, &events, share);
}

void device_services_attach(struct device_services *services, struct device *device)
{
	services->device = device;
}
