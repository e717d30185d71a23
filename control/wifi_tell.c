// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * What an owner is told when something happened to a machine: one function a machine,
 * which takes from the message what it says, and from the cause what it does not.
 */
#include "wifi_tell.h"

enum ptl_failure ptl_wifi_failure(enum ptl_status status)
{
	switch (status) {
	case PTL_STATUS_CHANNEL:
		return PTL_FAILURE_CHANNEL;
	case PTL_STATUS_TIMEOUT:
		return PTL_FAILURE_TIMEOUT;
	case PTL_STATUS_UNKNOWN:
	case PTL_STATUS_UNSUPPORTED:
		return PTL_FAILURE_UNSUPPORTED;
	default:
		return PTL_FAILURE_ABORTED;
	}
}

static void text_of(const struct cause *cause, char text[PTL_WIFI_TEXT])
{
	text[0] = '\0';
	if (cause->message)
		ptl_control_words(cause->message, PTL_F_TEXT, text, PTL_WIFI_TEXT);
}

static uint64_t said(const struct cause *cause, enum ptl_field field, uint64_t otherwise)
{
	return cause->message ? ptl_control_uint(cause->message, field, otherwise) : otherwise;
}

static void tell_scan(const struct ptl_wifi_events *events, enum tell tell,
		      const struct cause *cause, const char *text)
{
	unsigned status = (unsigned)said(cause, PTL_F_STATUS, cause->status);

	if ((tell == TELL_DONE || tell == TELL_FAILED) && events->scan_done)
		events->scan_done(events->user, (enum ptl_status)status, text);
}

static void tell_station(struct ptl_wifi *wifi, enum tell tell, const struct cause *cause,
			 const char *text)
{
	const struct ptl_wifi_events *events = &wifi->events;
	struct ptl_association association;

	switch (tell) {
	case TELL_DONE:
	case TELL_MOVED:
		ptl_wifi_read_association(wifi, cause->message, &association);
		if (tell == TELL_DONE && events->joined)
			events->joined(events->user, &association);
		if (tell == TELL_MOVED && events->roamed)
			events->roamed(events->user, &association);
		break;
	case TELL_FAILED:
		if (events->failed)
			events->failed(
				events->user,
				(enum ptl_failure)said(cause, PTL_F_FAILURE, cause->failure),
				(uint16_t)said(cause, PTL_F_CODE, 0), text);
		break;
	case TELL_LEFT:
		if (events->left)
			events->left(events->user,
				     (uint16_t)said(cause, PTL_F_REASON, cause->reason),
				     (enum ptl_by)said(cause, PTL_F_BY, cause->by), text);
		break;
	default:
		break;
	}
}

static void tell_ap(const struct ptl_wifi_events *events, enum tell tell,
		    const struct cause *cause, const char *text)
{
	if (tell == TELL_STARTED && events->ap_started)
		events->ap_started(events->user, PTL_STATUS_DONE, text);
	if (tell == TELL_FAILED && events->ap_started)
		events->ap_started(events->user, cause->status, text);
	if (tell == TELL_LEFT && events->ap_stopped)
		events->ap_stopped(events->user,
				   (uint16_t)said(cause, PTL_F_REASON, cause->reason), text);
}

void ptl_wifi_tell(struct ptl_wifi *wifi, unsigned machine, enum tell tell,
		   const struct cause *cause)
{
	char text[PTL_WIFI_TEXT];

	if (tell == TELL_NOTHING)
		return;
	text_of(cause, text);
	if (machine == PTL_WIFI_SCAN)
		tell_scan(&wifi->events, tell, cause, text);
	else if (machine == PTL_WIFI_STATION)
		tell_station(wifi, tell, cause, text);
	else
		tell_ap(&wifi->events, tell, cause, text);
}
