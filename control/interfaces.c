// SPDX-License-Identifier: GPL-2.0-only OR MIT
/* See interfaces.h. */
#include <pigtail/interfaces.h>

#ifdef __KERNEL__
#include <linux/string.h>
#else
#include <string.h>
#endif

#define ADDRESS 6 /* bytes; a frame begins with destination and source */

static bool same(const uint8_t *a, const uint8_t *b)
{
	return memcmp(a, b, ADDRESS) == 0;
}

void ptl_interfaces_init(struct ptl_interfaces *interfaces, const uint8_t station[6],
			 const uint8_t ap[6])
{
	memset(interfaces, 0, sizeof(*interfaces));
	memcpy(interfaces->station, station, ADDRESS);
	memcpy(interfaces->ap, ap, ADDRESS);
}

void ptl_interfaces_set(struct ptl_interfaces *interfaces, uint8_t interface,
			const uint8_t mac[6])
{
	memcpy(interface == PTL_IF_AP ? interfaces->ap : interfaces->station, mac, ADDRESS);
}

void ptl_interfaces_ap(struct ptl_interfaces *interfaces, bool up)
{
	interfaces->ap_up = up;
	interfaces->count = 0;
}

/* Its place in the list, or count. */
static uint8_t place_of(const struct ptl_interfaces *interfaces, const uint8_t *mac)
{
	uint8_t at = 0;

	while (at < interfaces->count && !same(interfaces->stations[at], mac))
		at++;
	return at;
}

bool ptl_interfaces_has(const struct ptl_interfaces *interfaces, const uint8_t mac[6])
{
	return place_of(interfaces, mac) < interfaces->count;
}

bool ptl_interfaces_joined(struct ptl_interfaces *interfaces, const uint8_t mac[6])
{
	if (!interfaces->ap_up)
		return false;
	if (ptl_interfaces_has(interfaces, mac))
		return true;
	if (interfaces->count == PTL_STATIONS_MAX)
		return false;
	memcpy(interfaces->stations[interfaces->count++], mac, ADDRESS);
	return true;
}

void ptl_interfaces_left(struct ptl_interfaces *interfaces, const uint8_t mac[6])
{
	uint8_t at = place_of(interfaces, mac);

	if (at == interfaces->count)
		return;
	interfaces->count--;
	memcpy(interfaces->stations[at], interfaces->stations[interfaces->count], ADDRESS);
}

uint8_t ptl_interfaces_to_host(const struct ptl_interfaces *interfaces, const uint8_t *frame,
			       size_t n)
{
	if (!interfaces->ap_up || n < 2 * ADDRESS || same(frame, interfaces->station))
		return PTL_IF_STATION;
	return same(frame, interfaces->ap) || ptl_interfaces_has(interfaces, frame + ADDRESS)
		       ? PTL_IF_AP
		       : PTL_IF_STATION;
}

uint8_t ptl_interfaces_to_radio(const struct ptl_interfaces *interfaces, const uint8_t *frame,
				size_t n)
{
	if (!interfaces->ap_up || n < 2 * ADDRESS || same(frame + ADDRESS, interfaces->station))
		return PTL_IF_STATION;
	return PTL_IF_AP;
}
