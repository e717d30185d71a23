/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * The streams of a device (streams.h) shared out by name: a list of services, each of which
 * gets what happens on the streams that the host opened for it.
 *
 * No allocation; called from the main loop only.
 */
#ifndef PIGTAIL_SERVICES_H
#define PIGTAIL_SERVICES_H

#include <pigtail/device.h>
#include <pigtail/streams.h>

/* As in ptl_stream_events; room and closed may be NULL. What the peer closed is closed
 * from this side too, when closed is NULL. */
struct device_service {
	const char *name;
	void *user;
	enum ptl_status (*open)(void *user, unsigned stream, const uint8_t *argument, size_t n);
	void (*data)(void *user, unsigned stream, const uint8_t *bytes, size_t n);
	void (*room)(void *user, unsigned stream);
	void (*closed)(void *user, unsigned stream, enum ptl_status status);
};

struct device_services {
	struct ptl_streams streams;
	const struct device_service *list;
	unsigned count;
	struct device *device;
	const struct device_service *of[PTL_STREAMS]; /* NULL: the stream is not open */
};

/* list stays. window: bytes that the host may send ahead on each stream. share: the card's. */
void device_services_init(struct device_services *services, const struct device_service *list,
			  unsigned count, uint32_t window, struct ptl_share *share);

/* The device is made. */
void device_services_attach(struct device_services *services, struct device *device);

#endif
