/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What is asked of a wlan interface's kernel directly, by nl80211 (the kernel's
 * include/uapi/linux/nl80211.h): what wpa_supplicant has no words for. Each call waits
 * for the kernel's answer, which is a matter of microseconds.
 *
 * Functions return 0, or -1 with errno.
 */
#ifndef PIGTAIL_HOST_NET_NL80211_H
#define PIGTAIL_HOST_NET_NL80211_H

#include <stdbool.h>
#include <stdint.h>

struct nl80211;
struct nl_msg;

/* NULL with errno: ENODEV, the kernel has no Wi-Fi. */
struct nl80211 *nl80211_open(void);

bool nl80211_is_wlan(struct nl80211 *nl80211, const char *name);

/* Another interface of the same radio, of the kind of an access point. */
int nl80211_add_ap(struct nl80211 *nl80211, const char *beside, const char *name,
		   const uint8_t mac[6]);
int nl80211_remove(struct nl80211 *nl80211, const char *name);

int nl80211_set_power_save(struct nl80211 *nl80211, const char *name, bool on);
int nl80211_get_power_save(struct nl80211 *nl80211, const char *name, bool *on);

/* dBm, at most. */
int nl80211_set_tx_power(struct nl80211 *nl80211, const char *name, int dbm);
int nl80211_get_tx_power(struct nl80211 *nl80211, const char *name, int *dbm);

/* For what has a file of its own (nl80211_ap.c): a request about an interface, to which
 * attributes are added; NULL with errno. And that it is sent, its answer waited for, and
 * freed: put is what adding them came to, message may be NULL. */
struct nl_msg *nl80211_request(struct nl80211 *nl80211, uint8_t command, const char *name);
int nl80211_carry_out(struct nl80211 *nl80211, struct nl_msg *message, int put);

/* NULL does nothing. */
void nl80211_close(struct nl80211 *nl80211);

#endif
