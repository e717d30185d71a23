/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * A local radio in an air that others share (`pigtail air --listen`), by messages in
 * frames of the Ethernet MAC, as sim/air_wire.h has them. Whether there is one behind the MAC
 * nobody says: it is there when it answers to a session.
 */
#ifndef PIGTAIL_LX60_SHARED_AIR_H
#define PIGTAIL_LX60_SHARED_AIR_H

#include <pigtail/local_radio.h>

/* With the MAC started. */
void shared_air_start(const struct local_radio_events *events, const uint8_t mac[6]);

/* It is asked whether it is there; up: likewise for good. */
void shared_air_session(bool up);

/* Until this it is not known. */
bool shared_air_there(void);

/* A frame that came; *taken: it was of the air itself. false: no room for it now. */
bool shared_air_frame(const uint8_t *frame, size_t n, bool *taken);

/* false: no room now. */
bool shared_air_message(const uint8_t *bytes, size_t n);

/* What found no room is said. */
void shared_air_poll(void);

#endif
