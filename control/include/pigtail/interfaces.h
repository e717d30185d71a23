/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * Which interface of a radio a frame belongs to (SPEC 8.6): the station's or the access
 * point's. A frame on the wire does not say; both ends find out in the same way, from the
 * addresses of the interfaces and the list of the access point's stations. Each end has
 * such an object; what changes it is told by control messages, which come before frames.
 *
 * No allocation, no clock, no OS. The owner serialises calls.
 */
#ifndef PIGTAIL_INTERFACES_H
#define PIGTAIL_INTERFACES_H

#include <pigtail/control.h>

#define PTL_STATIONS_MAX 32 /* of an access point */

struct ptl_interfaces {
	uint8_t station[6], ap[6]; /* addresses of the interfaces; ap 0: it has none */
	bool ap_up;
	uint8_t count;
	uint8_t stations[PTL_STATIONS_MAX][6];
};

/* No access point. The addresses are those of READY: MAC and AP_MAC. */
void ptl_interfaces_init(struct ptl_interfaces *interfaces, const uint8_t station[6],
			 const uint8_t ap[6]);

/* An interface (PTL_IF_STATION, PTL_IF_AP) has another address. */
void ptl_interfaces_set(struct ptl_interfaces *interfaces, uint8_t interface,
			const uint8_t mac[6]);

/* The access point beacons, or does so no more. It has no station then. */
void ptl_interfaces_ap(struct ptl_interfaces *interfaces, bool up);

/* STATION_JOINED. false: there is no access point, or no place for it. */
bool ptl_interfaces_joined(struct ptl_interfaces *interfaces, const uint8_t mac[6]);

/* STATION_LEFT. One that is not on the list is no matter. */
void ptl_interfaces_left(struct ptl_interfaces *interfaces, const uint8_t mac[6]);

bool ptl_interfaces_has(const struct ptl_interfaces *interfaces, const uint8_t mac[6]);

/* Whose a frame is that goes from the radio to the host: PTL_IF_STATION or PTL_IF_AP. One
 * shorter than two addresses is the station's. */
uint8_t ptl_interfaces_to_host(const struct ptl_interfaces *interfaces, const uint8_t *frame,
			       size_t n);

/* And one from the host. A host does not send a frame from an interface that is not the
 * one that this returns: the radio would take it for the other's. */
uint8_t ptl_interfaces_to_radio(const struct ptl_interfaces *interfaces, const uint8_t *frame,
				size_t n);

#endif
