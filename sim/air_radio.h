/* SPDX-License-Identifier: GPL-2.0-only */
/* Inside of the air: signals (air.c), the station (air_station.c), the access point
 * (air_own.c), the radio that has them (air_radio.c), and all radios (air_space.c). */
#ifndef PIGTAIL_SIM_AIR_RADIO_H
#define PIGTAIL_SIM_AIR_RADIO_H

#include "sim/air.h"

/* Milliseconds since a moment; from 9.5 hours on it stands still. */
uint32_t air_ms(const struct air_radio *radio, ptl_time since);

/* The access points that a radio may hear have numbers from 0 to air_count() - 1: those of
 * the script, then those of the radios of its space. NULL: no such one now, or its own. */
unsigned air_count(const struct air_radio *radio);
const struct air_ap *air_ap_at(const struct air_radio *radio, unsigned ap);
/* Whose it is; NULL: the script's. */
struct air_radio *air_ap_owner(const struct air_radio *radio, unsigned ap);

/* Hundredths of a dBm of an access point at this moment, and as a message says it. */
int32_t air_heard(const struct air_radio *radio, unsigned ap);
int8_t air_dbm(int32_t signal);

/* air_radio_poll() has become due by what another radio did. */
void air_due(const struct air_radio *radio);

/* The access point of another radio does not have its station any more. */
void air_station_sent_away(struct air_radio *radio, uint16_t reason);

/* Whether both are the key of this network. */
bool air_same_key(const struct air *air, const struct air_ap *ap, const struct air_secret *a,
		  const struct air_secret *b);
/* Of the fields PMK and PASSPHRASE; false: a PMK, which this air takes none of. */
bool air_take_secret(const struct air *air, const struct ptl_control *message,
		     struct air_secret *secret);
void air_text_secret(struct air_secret *secret, const char *key);

/* air_station.c. Requests: JOIN, LEAVE. */
enum ptl_status air_join(struct air_radio *radio, const struct ptl_control *message,
			 const char **reason);
enum ptl_status air_leave(struct air_radio *radio);
ptl_time air_poll_station(struct air_radio *radio, ptl_time now);

/* air_own.c. Requests: AP_START, AP_STOP, STATION_KICK. */
enum ptl_status air_own_start(struct air_radio *radio, const struct ptl_control *message,
			      const char **reason);
enum ptl_status air_own_stop(struct air_radio *radio);
enum ptl_status air_own_kick(struct air_radio *radio, const struct ptl_control *message);
ptl_time air_own_poll(struct air_radio *radio, ptl_time now);
/* A station comes: NULL, there is no place for one more. It leaves. */
struct air_client *air_own_add(struct air_radio *owner, const uint8_t mac[6], ptl_time now);
void air_own_remove(struct air_radio *owner, const uint8_t mac[6], uint16_t reason,
		    enum ptl_by by);
/* Whether it is one of its stations, or about to be. */
bool air_own_has(const struct air_radio *owner, const uint8_t mac[6]);
/* dBm, as the access point hears it. */
int8_t air_client_signal(const struct air_radio *owner, const struct air_client *client);
/* One whose frames pass; NULL: none. */
const struct air_client *air_own_client(const struct air_radio *owner, const uint8_t mac[6]);

#endif
