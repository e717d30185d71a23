/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The radio at the other end of a link, for `pigtail up`: the owner of the link's control
 * channel (SPEC 8). It holds ptl_wifi, which knows what may be asked when, and ptl_streams;
 * and it keeps what is known of the radio, for whoever asks: the networks of the last scan,
 * the network that it is in, why the last join failed, who is in its own network.
 *
 * Who wants to hear of it is a listener: it is called when something happened, and looks at
 * what it wants to know. All of it runs on the link's loop.
 */
#ifndef PIGTAIL_HOST_WIFI_H
#define PIGTAIL_HOST_WIFI_H

#include "host/base/timer.h"

#include <pigtail/streams.h>
#include <pigtail/wifi.h>

#define WIFI_FOUND_MAX	  256 /* networks of a scan that are kept: the strongest */
#define WIFI_STATIONS_MAX 64

enum wifi_event {
	WIFI_READY, /* the radio is there */
	WIFI_GONE,
	WIFI_SCAN_BEGUN,
	WIFI_FOUND,	/* a network: found_last */
	WIFI_SCAN_DONE, /* scan_status */
	WIFI_JOINING,
	WIFI_JOINED,
	WIFI_FAILED, /* failure */
	WIFI_LEFT,   /* left */
	WIFI_ROAMED,
	WIFI_SIGNAL,
	WIFI_AP_STARTED,
	WIFI_AP_FAILED, /* ap_status */
	WIFI_AP_STOPPED,
	WIFI_STATION_JOINED, /* station_last */
	WIFI_STATION_LEFT,
	WIFI_SET, /* settings */
	WIFI_EVENTS,
};

struct wifi_listener {
	struct wifi_listener *next; /* wifi.c's */
	void *user;
	/* May ask for anything, but not remove a listener. */
	void (*heard)(void *user, enum wifi_event event);
};

/* A network that a scan found. */
struct wifi_found {
	uint8_t bssid[6];
	uint8_t ssid[32], ssid_n; /* 0: hidden */
	uint8_t channel;
	int8_t signal; /* dBm */
	uint8_t akms;  /* enum ptl_akm; 0: unknown */
};

/* A network to join, or to be. */
struct wifi_network {
	uint8_t ssid[32], ssid_n;
	bool has_bssid;
	uint8_t bssid[6];
	uint8_t channel; /* 0: any */
	uint8_t akms;	 /* enum ptl_akm; 0: whatever fits the key */
	bool has_key;
	char key[64 + 1]; /* passphrase of 8 to 63 bytes, or a PMK as 64 hex digits */
	/* Of one that we are: */
	bool hidden;
	uint8_t stations; /* most; 0: as many as it can */
};

struct wifi_station {
	uint8_t mac[6];
	ptl_time since;
};

/* A request of ptl_wifi_request(): in the asker's memory until answered() or
 * wifi_forget(). message: NULL when none came. */
struct wifi_asked {
	void (*answered)(struct wifi_asked *asked, enum ptl_status status,
			 const struct ptl_control *message);
};

/* Who uses a stream: see ptl_stream_events. opened and room may be NULL. */
struct wifi_stream {
	void *user;
	void (*opened)(void *user);
	void (*data)(void *user, const uint8_t *bytes, size_t n);
	void (*room)(void *user);
	void (*closed)(void *user, enum ptl_status status, const uint8_t *text, size_t n);
};

/* The link, as the radio is reached by it. */
struct wifi_link {
	void *user;
	/* Sends a message; false: no room, wifi_room() is called when there is. */
	bool (*send)(void *user, const uint8_t *message, size_t n);
	/* ptl_share_set() for the line as it is now. */
	void (*share)(void *user, struct ptl_share *share);
};

/* What is told again whenever the radio has restarted. */
struct wifi_settings {
	bool has_mac, has_power_save, has_tx_power;
	uint8_t mac[6];
	char country[3];    /* "": not set */
	uint8_t power_save; /* 0 or 1 */
	int8_t tx_power;    /* dBm */
};

/* To be read by everybody, and written by wifi.c, but for settings, which the owner sets at
 * first. */
struct wifi {
	struct wifi_link link;
	struct wifi_listener *listeners;
	struct timer *timer;
	struct ptl_wifi core;
	struct ptl_share share;
	struct ptl_streams streams;
	struct wifi_stream stream_users[PTL_STREAMS];

	bool session; /* the other end is there, and takes control messages */
	bool blind;   /* air and settings are somebody else's; the owner sets it */
	struct ptl_radio_info info; /* while ptl_wifi_ready() */
	struct wifi_settings settings;

	struct wifi_found found[WIFI_FOUND_MAX];
	unsigned int found_count, found_missed; /* missed: there was no place for them */
	unsigned int found_last;
	bool scanned; /* in this session, once at least */
	enum ptl_status scan_status;
	char scan_text[PTL_WIFI_TEXT];

	struct wifi_network network; /* that it is in, or tries to be; no key */
	bool joined;
	ptl_time joined_at;
	uint8_t bssid[6], channel, akms;
	int8_t signal;		   /* 0: unknown */
	uint32_t tx_rate, rx_rate; /* kbit/s, 0: unknown */

	struct {
		bool is; /* since the last join */
		enum ptl_failure why;
		uint16_t code; /* 802.11 status, or 0 */
		char text[PTL_WIFI_TEXT];
		struct wifi_network network; /* no key */
	} failure;
	struct {
		bool is;
		uint16_t reason; /* 802.11 */
		enum ptl_by by;
		char text[PTL_WIFI_TEXT];
	} left;

	struct wifi_network ap; /* no key */
	bool ap_runs;
	enum ptl_status ap_status;
	char ap_text[PTL_WIFI_TEXT];
	struct wifi_station stations[WIFI_STATIONS_MAX];
	unsigned int station_count;
	struct wifi_station station_last;
};

/* NULL with errno: out of memory or descriptors. */
struct wifi *wifi_new(uv_loop_t *loop, const struct wifi_link *link);
/* NULL does nothing. */
void wifi_free(struct wifi *wifi);

void wifi_listen(struct wifi *wifi, struct wifi_listener *listener);
void wifi_listen_no_more(struct wifi *wifi, struct wifi_listener *listener);

/* ---- from the link ---- */

/* A session began (true again: another one) with an end that takes control messages, or
 * there is none. */
void wifi_session(struct wifi *wifi, bool up);
/* A message of the control channel, unchecked. */
void wifi_message(struct wifi *wifi, const uint8_t *message, size_t n);
/* link.send() may succeed again. */
void wifi_room(struct wifi *wifi);

/* Whether packets pass: true without a radio that joins networks, with it while it is in
 * one. */
bool wifi_on_air(const struct wifi *wifi);

/* ---- requests: PTL_STATUS_DONE when under way, as in wifi.h of control/ ---- */

/* ssid_n 0: all; channels: count of them, 0: all. */
enum ptl_status wifi_scan(struct wifi *wifi, const uint8_t *ssid, size_t ssid_n,
			  const uint8_t *channels, size_t count, bool passive);
enum ptl_status wifi_scan_stop(struct wifi *wifi);
enum ptl_status wifi_join(struct wifi *wifi, const struct wifi_network *network);
enum ptl_status wifi_leave(struct wifi *wifi);
enum ptl_status wifi_ap_start(struct wifi *wifi, const struct wifi_network *network);
enum ptl_status wifi_ap_stop(struct wifi *wifi);
enum ptl_status wifi_ask(struct wifi *wifi, struct ptl_control_writer *message,
			 struct wifi_asked *asked);
/* The radio has taken other settings. */
void wifi_set(struct wifi *wifi, const struct wifi_settings *settings);
void wifi_forget(struct wifi *wifi, const struct wifi_asked *asked);

/* Opens a stream: its number, or -1, as ptl_stream_open(). What is done with it after that
 * goes by streams.h and &wifi->streams, with wifi_stream_pushed() after each call. */
int wifi_stream_open(struct wifi *wifi, const char *name, const void *argument, size_t n,
		     const struct wifi_stream *stream);
void wifi_stream_pushed(struct wifi *wifi);

/* The strongest of that name, or NULL. */
const struct wifi_found *wifi_find(const struct wifi *wifi, const uint8_t *ssid, size_t ssid_n);

#endif
