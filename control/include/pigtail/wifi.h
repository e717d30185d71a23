/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * The host's side of Wi-Fi control (SPEC 8): what the kernel driver and the program both
 * know of a radio. It asks, waits, gives up, and believes nothing that does not fit.
 *
 * Three machines, each with one outstanding operation: the scan, the station, the access
 * point. All have these states (the rules, one a line, are the table in wifi.c):
 *
 *	IDLE --ask--> ASKING --yes--> WORKING --done--> ACTIVE
 *	                                                   |  stop
 *	                            IDLE <--yes-- STOPPING <
 *
 * A scan is never ACTIVE: done is its end. An access point is never WORKING: the yes
 * comes when it beacons. Every operation that was begun is ended by exactly one call:
 * scan_done; joined or failed; ap_started; whatever the radio says or doesn't say. After
 * joined comes exactly one left, after a successful ap_started one ap_stopped. A new
 * session, a READY or the loss of the link ends all of them.
 *
 * No allocation, no clock, no OS. The owner serialises calls; callbacks run inside of
 * ptl_wifi_message(), _poll(), _session() and, where it says so, of a request; they may
 * make requests.
 */
#ifndef PIGTAIL_WIFI_H
#define PIGTAIL_WIFI_H

#include <pigtail/control.h>

#define PTL_WIFI_TEXT (128 + 1)

/* Who has little memory and asks for little may build with fewer of all of these. */
#ifndef PTL_WIFI_REQUESTS
#define PTL_WIFI_REQUESTS 8 /* under way at once */
#endif
#ifndef PTL_WIFI_OUTBOX
#define PTL_WIFI_OUTBOX 4 /* messages that wait for room on the link */
#endif
/* Of a BSS that a scan finds: what has no room is left out. */
#ifndef PTL_WIFI_ELEMENTS
#define PTL_WIFI_ELEMENTS PTL_ELEMENTS_MAX
#endif
#define PTL_WIFI_OTHERS                                                                        \
	(PTL_WIFI_ELEMENTS < PTL_CONTROL_MAX ? PTL_WIFI_ELEMENTS : PTL_CONTROL_MAX)

/* Patience, microseconds. A host's supplicant gives up a join after 10 s. */
#define PTL_WIFI_ANSWER_US   3000000u  /* for an answer */
#define PTL_WIFI_SCAN_US     12000000u /* for a scan's next word; 5 GHz takes 6 s */
#define PTL_WIFI_SCAN_ALL_US 60000000u /* for all of them */
#define PTL_WIFI_JOIN_US     9500000u  /* from asked to joined */
#define PTL_WIFI_AP_US	     5000000u  /* until it beacons */
#define PTL_WIFI_UPDATE_US   20000000u /* for an image to be verified */

struct ptl_radio_info {
	uint8_t version;
	uint32_t capabilities; /* enum ptl_capability */
	char board[33], firmware[33];
	uint8_t mac[6], ap_mac[6];
	uint8_t channels[64], channel_count;
	uint8_t stations; /* most of the access point */
	uint8_t akms;	  /* enum ptl_akm */
	uint8_t boot;	  /* enum ptl_boot */
	uint32_t boots;
	int8_t slot; /* of the flash, that it runs from: 0, 1, or -1: none */
	char country[3];
};

struct ptl_bss {
	uint8_t bssid[6];
	uint8_t ssid[32], ssid_n; /* 0: hidden */
	uint8_t channel;	  /* not 0 */
	int8_t signal;		  /* dBm */
	uint8_t akms;		  /* as the radio understood it; 0: it does not say */
	uint16_t capability, beacon_interval;
	uint64_t tsf;
	const uint8_t *elements; /* each whole: a tail that lied about its length is cut */
	size_t elements_n;
};

struct ptl_association {
	uint8_t bssid[6];
	uint8_t channel;
	uint8_t akms;
	int8_t signal;		 /* dBm; 0: unknown */
	const uint8_t *elements; /* of the association response, each whole */
	size_t elements_n;
};

/* Texts are of the radio, made printable; empty when it gave none. */
struct ptl_wifi_events {
	void *user;

	/* Sends on the control class; false: no room, ptl_wifi_poll() tries again. */
	bool (*send)(void *user, const uint8_t *message, size_t n);

	/* The radio is there; nothing is set or joined. NULL: it is gone. */
	void (*ready)(void *user, const struct ptl_radio_info *info);

	void (*bss)(void *user, const struct ptl_bss *bss);
	void (*scan_done)(void *user, enum ptl_status status, const char *text);
	void (*joined)(void *user, const struct ptl_association *association);
	void (*failed)(void *user, enum ptl_failure failure, uint16_t code, const char *text);
	void (*left)(void *user, uint16_t reason, enum ptl_by by, const char *text);
	void (*roamed)(void *user, const struct ptl_association *association);
	void (*ap_started)(void *user, enum ptl_status status, const char *text);
	void (*ap_stopped)(void *user, uint16_t reason, const char *text);
	/* Of our access point. elements: of its request; reason: when it left. */
	void (*station)(void *user, bool joined, const uint8_t mac[6], uint16_t reason,
			const uint8_t *elements, size_t n);
	/* dBm; kbit/s, 0 where unknown. */
	void (*signal)(void *user, int8_t signal, uint32_t tx_rate, uint32_t rx_rate);
	void (*changed)(void *user, const struct ptl_control *message);
	/* Of ptl_wifi_request(). message: NULL when none came (TIMEOUT, ABORTED). */
	void (*answer)(void *user, void *token, enum ptl_status status,
		       const struct ptl_control *message);
};

enum ptl_wifi_machine { PTL_WIFI_SCAN, PTL_WIFI_STATION, PTL_WIFI_AP, PTL_WIFI_MACHINES };

enum ptl_wifi_state {
	PTL_WIFI_IDLE,
	PTL_WIFI_ASKING,
	PTL_WIFI_WORKING,
	PTL_WIFI_ACTIVE,
	PTL_WIFI_STOPPING,
};

struct ptl_wifi_counters {
	uint64_t malformed;    /* messages that are none */
	uint64_t unknown;      /* of a type that we do not know */
	uint64_t unexpected;   /* that do not fit the state, or answer nothing */
	uint64_t bad_parts;    /* parts of a BSS without the parts before */
	uint64_t bad_elements; /* elements that lie about their length */
	uint64_t timeouts;
};

struct ptl_wifi_request {
	uint8_t id;	 /* 0: free */
	uint8_t machine; /* PTL_WIFI_MACHINES: of ptl_wifi_request() */
	bool stop;	 /* the machine, not start it */
	void *token;
	ptl_time deadline;
};

struct ptl_wifi {
	struct ptl_wifi_events events;
	struct ptl_wifi_counters counters;
	bool ready;
	uint8_t last_id;
	uint8_t latest[PTL_WIFI_MACHINES]; /* id of the request whose answer counts */
	enum ptl_wifi_state state[PTL_WIFI_MACHINES];
	ptl_time deadline[PTL_WIFI_MACHINES];
	ptl_time scan_over; /* at the latest */
	struct ptl_wifi_request requests[PTL_WIFI_REQUESTS];
	struct ptl_control_writer outbox[PTL_WIFI_OUTBOX];
	unsigned outbox_first, outbox_count;
	/* The BSS whose parts are coming. */
	struct ptl_bss bss;
	bool bss_open;
	uint16_t bss_came; /* bytes of its elements, also of those left out */
	uint8_t elements[PTL_WIFI_ELEMENTS];
	uint8_t others[PTL_WIFI_OTHERS]; /* elements of another event, in its callback */
};

void ptl_wifi_init(struct ptl_wifi *wifi, const struct ptl_wifi_events *events);

/* Whether the radio has said READY in this session. */
static inline bool ptl_wifi_ready(const struct ptl_wifi *wifi)
{
	return wifi->ready;
}

static inline enum ptl_wifi_state ptl_wifi_state(const struct ptl_wifi *wifi,
						 enum ptl_wifi_machine machine)
{
	return wifi->state[machine];
}

/*
 * Requests: message is one of control.h, begun with id 0, which is filled in. PTL_STATUS_DONE:
 * it is under way, and will end as the machine's table says. Otherwise nothing was begun, and
 * no callback comes: STATE (no radio, or nothing to stop), BUSY (that machine has an
 * operation, or too much waits), MALFORMED (ptl_control_end() says so).
 *
 * ptl_wifi_stop() of a station that is joined or joining calls left or failed at once,
 * of an access point ap_stopped, of a scan nothing: scan_done follows. A new join may be
 * started at once after it, and while joined: the radio leaves first.
 */
enum ptl_status ptl_wifi_start(struct ptl_wifi *wifi, ptl_time now,
			       enum ptl_wifi_machine machine,
			       struct ptl_control_writer *message);
/* reason: 802.11's, 3 (leaving) if in doubt. */
enum ptl_status ptl_wifi_stop(struct ptl_wifi *wifi, ptl_time now,
			      enum ptl_wifi_machine machine, uint16_t reason);
/* Any other request; events.answer is called with token, once. */
enum ptl_status ptl_wifi_request(struct ptl_wifi *wifi, ptl_time now,
				 struct ptl_control_writer *message, void *token);
/* Its answer will not be told: token is forgotten. */
void ptl_wifi_forget(struct ptl_wifi *wifi, const void *token);

/* A message of the control class, of any kind but PTL_KIND_STREAM; unchecked. */
void ptl_wifi_message(struct ptl_wifi *wifi, ptl_time now, const uint8_t *bytes, size_t n);

/* The link has a new session, or lost it. */
void ptl_wifi_session(struct ptl_wifi *wifi);

/* Sends what waits, gives up what takes too long. Returns when to call again. */
ptl_time ptl_wifi_poll(struct ptl_wifi *wifi, ptl_time now);

/* The length of the information elements at the front that are whole (IEEE 802.11
 * 9.4.2.1: u8 id, u8 length, value). */
size_t ptl_elements_whole(const uint8_t *elements, size_t n);
/* The first element of this id: its value, *n its length; NULL: none. Only whole ones. */
const uint8_t *ptl_elements_find(const uint8_t *elements, size_t all, uint8_t id, size_t *n);
/* Makes the RSN element of a network with these AKMs (enum ptl_akm), CCMP for all;
 * returns its length, 0 for an open one. */
#define PTL_RSN_MAX 34
size_t ptl_elements_rsn(uint8_t to[PTL_RSN_MAX], uint8_t akms);

#endif
