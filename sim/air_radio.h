/* SPDX-License-Identifier: GPL-2.0-only */
/* Inside of the air: signals (air.c), the station (air_station.c), and the radio that
 * has both (air_radio.c). */
#ifndef PIGTAIL_SIM_AIR_RADIO_H
#define PIGTAIL_SIM_AIR_RADIO_H

#include "sim/air.h"

/* Milliseconds since a moment; from 9.5 hours on it stands still. */
uint32_t air_ms(const struct air_radio *radio, ptl_time since);

/* Hundredths of a dBm of an access point at this moment, and as a message says it. */
int32_t air_heard(const struct air_radio *radio, unsigned ap);
int8_t air_dbm(int32_t signal);

/* Requests: JOIN, LEAVE. */
enum ptl_status air_join(struct air_radio *radio, const struct ptl_control *message,
			 const char **reason);
enum ptl_status air_leave(struct air_radio *radio);

ptl_time air_poll_station(struct air_radio *radio, ptl_time now);

#endif
