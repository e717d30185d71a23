/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * The endpoint personality: an IP stack (lwIP) on the device itself, in the place of
 * a radio, and a few services on it:
 *
 *	80   HTTP: a page with the link's counters, and what http_pages.c lists
 *	7    echo, TCP and UDP
 *	9    discard, TCP and UDP; 5001 the same, for iperf (version 2) as a client
 *	19   a stream of bytes without end
 *
 * One per program, for lwIP is. No allocation; all runs in device_poll().
 *
 *	config.radio = endpoint_radio();
 *	device_init(memory, size, &config, &device);
 *	endpoint_start(device, &config, address);
 */
#ifndef PIGTAIL_DEVICE_ENDPOINT_H
#define PIGTAIL_DEVICE_ENDPOINT_H

#include <pigtail/device.h>

/* Counters beyond those of the link, the device and the stack. */
#define ENDPOINT_COUNTERS(X)                                                                   \
	X(http_connections, "HTTP connections")                                                \
	X(http_waits, "of them that waited for one of the four places")                        \
	X(http_requests, "requests answered as asked")                                         \
	X(http_errors, "requests answered by an error")                                        \
	X(http_timeouts, "HTTP connections ended because nothing went on")                     \
	X(stream_connections, "connections to the other services")                             \
	X(stream_timeouts, "of them ended because nothing went on")

struct endpoint_counters {
#define ENDPOINT_COUNTER_FIELD(name, what) uint32_t name;
	ENDPOINT_COUNTERS(ENDPOINT_COUNTER_FIELD)
#undef ENDPOINT_COUNTER_FIELD
};

/* For device_config.radio. */
struct ptl_radio endpoint_radio(void);

/*
 * Once, after device_init() with the same config. address: NULL or "" for DHCP, else
 * "10.0.0.2/24" or "10.0.0.2/24,10.0.0.1" with a gateway. false: it makes no sense, or
 * memory is too small for the services.
 */
bool endpoint_start(struct device *device, const struct device_config *config,
		    const char *address);

#endif
