/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* Printable names of what endpoint.h numbers. */
#include <pigtail/endpoint.h>

#define PTL_COUNTER_NAME(name, what) {#name, what},
const struct ptl_counter_name ptl_counter_names[PTL_COUNTER_COUNT] = {
	PTL_COUNTERS(PTL_COUNTER_NAME)};
#undef PTL_COUNTER_NAME

static const char *const error_names[] = {
	[PTL_OK] = "ok",
	[PTL_FULL] = "full",
	[PTL_DROPPED] = "dropped",
	[PTL_TOO_LONG] = "too long",
	[PTL_TOO_SHORT] = "too short",
	[PTL_DOWN] = "down",
	[PTL_REFUSED] = "refused",
	[PTL_BAD_CONFIG] = "bad config",
	[PTL_NO_MEMORY] = "no memory",
};

static const char *const reason_names[] = {
	[PTL_REASON_START] = "start",
	[PTL_REASON_PEER_BACK] = "peer back",
	[PTL_REASON_PEER_RESTARTED] = "peer restarted",
	[PTL_REASON_PEER_SILENT] = "peer silent",
	[PTL_REASON_PEER_VERSION] = "peer version",
	[PTL_REASON_OUT_OF_STEP] = "out of step",
	[PTL_REASON_STUCK] = "stuck",
};

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

const char *ptl_error_name(enum ptl_error error)
{
	return (size_t)error < COUNT(error_names) ? error_names[error] : "unknown";
}

const char *ptl_reason_name(enum ptl_reason reason)
{
	return (size_t)reason < COUNT(reason_names) ? reason_names[reason] : "unknown";
}
