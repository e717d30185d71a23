/* SPDX-License-Identifier: GPL-2.0-only */
/* See nl80211_ap.h. */
#include "host/net/nl80211_ap.h"

#include "host/net/interface.h"
#include "host/net/nl80211.h"
#include "host/net/pmk.h"

#include <errno.h>
#include <linux/nl80211.h>
#include <netlink/genl/genl.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#define BEACON_INTERVAL 100 /* of 1024 us */
#define SUITE_CCMP	0x000fac04u
#define SUITE_PSK	0x000fac02u
#define SSID_MAX	32

/* ---- the beacon: what cfg80211 wants to see; the radio makes its own ---- */

struct beacon {
	uint8_t bytes[128];
	size_t n;
};

static void put(struct beacon *to, const void *bytes, size_t n)
{
	memcpy(to->bytes + to->n, bytes, n);
	to->n += n;
}

static void put_element(struct beacon *to, uint8_t id, const void *value, size_t n)
{
	const uint8_t head[2] = {id, (uint8_t)n};

	put(to, head, sizeof(head));
	put(to, value, n);
}

/* IEEE 802.11 9.3.3.2. Addresses and the timestamp are the sender's business. */
static void make_beacon(struct beacon *to, const struct nl80211_ap *ap)
{
	static const uint8_t type[4] = {0x80}, address[6],
			     broadcast[6] = {255, 255, 255, 255, 255, 255};
	static const uint8_t sequence[2], timestamp[8], interval[2] = {BEACON_INTERVAL};
	static const uint8_t rates[8] = {0x82, 0x84, 0x8b, 0x96, 0x0c, 0x12, 0x18, 0x24};
	const uint8_t capability[2] = {*ap->passphrase ? 0x11 : 0x01};
	const uint8_t channel = (uint8_t)ap->channel;

	to->n = 0;
	put(to, type, sizeof(type));
	put(to, broadcast, sizeof(broadcast));
	put(to, address, sizeof(address));
	put(to, address, sizeof(address));
	put(to, sequence, sizeof(sequence));
	put(to, timestamp, sizeof(timestamp));
	put(to, interval, sizeof(interval));
	put(to, capability, sizeof(capability));
	put_element(to, 0, ap->ssid, strlen(ap->ssid));
	put_element(to, 1, rates, sizeof(rates));
	put_element(to, 3, &channel, 1);
}

/* ---- the access point ---- */

static void make_pmk(uint8_t pmk[PMK_BYTES], const struct nl80211_ap *ap)
{
	unsigned byte;

	if (strlen(ap->passphrase) < 2 * PMK_BYTES) {
		pmk_make(pmk, (const uint8_t *)ap->passphrase, strlen(ap->passphrase),
			 (const uint8_t *)ap->ssid, strlen(ap->ssid));
		return;
	}
	for (size_t i = 0; i < PMK_BYTES; i++) {
		(void)sscanf(ap->passphrase + 2 * i, "%2x", &byte);
		pmk[i] = (uint8_t)byte;
	}
}

static int put_key(struct nl_msg *message, const struct nl80211_ap *ap)
{
	uint8_t pmk[PMK_BYTES];
	int status;

	if (!*ap->passphrase)
		return 0;
	make_pmk(pmk, ap);
	status = nla_put_flag(message, NL80211_ATTR_PRIVACY) ||
		 nla_put_u32(message, NL80211_ATTR_WPA_VERSIONS, NL80211_WPA_VERSION_2) ||
		 nla_put_u32(message, NL80211_ATTR_CIPHER_SUITES_PAIRWISE, SUITE_CCMP) ||
		 nla_put_u32(message, NL80211_ATTR_CIPHER_SUITE_GROUP, SUITE_CCMP) ||
		 nla_put_u32(message, NL80211_ATTR_AKM_SUITES, SUITE_PSK) ||
		 nla_put(message, NL80211_ATTR_PMK, sizeof(pmk), pmk);
	explicit_bzero(pmk, sizeof(pmk));
	return status;
}

static int put_ap(struct nl_msg *message, const struct nl80211_ap *ap)
{
	unsigned frequency = ap->channel == 14 ? 2484 : 2407 + 5 * ap->channel;
	struct beacon beacon;

	make_beacon(&beacon, ap);
	return nla_put_u32(message, NL80211_ATTR_BEACON_INTERVAL, BEACON_INTERVAL) ||
	       nla_put_u32(message, NL80211_ATTR_DTIM_PERIOD, 2) ||
	       nla_put(message, NL80211_ATTR_BEACON_HEAD, (int)beacon.n, beacon.bytes) ||
	       nla_put(message, NL80211_ATTR_SSID, (int)strlen(ap->ssid), ap->ssid) ||
	       nla_put_u32(message, NL80211_ATTR_WIPHY_FREQ, frequency) ||
	       nla_put_u32(message, NL80211_ATTR_HIDDEN_SSID,
			   ap->hidden ? NL80211_HIDDEN_SSID_ZERO_LEN
				      : NL80211_HIDDEN_SSID_NOT_IN_USE) ||
	       put_key(message, ap);
}

static const char *advice(int error)
{
	switch (error) {
	case EOPNOTSUPP:
		return ": is it of the type AP ('iw dev WLAN interface add UAP type __ap'), "
		       "and "
		       "does its card take keys?";
	case EALREADY:
		return ": it is an access point already";
	case EBUSY:
		return ": the station is on another channel";
	case EINVAL:
		return ": is the channel allowed here? 'iw reg get' says";
	case EPERM:
		return ": be root";
	default:
		return "";
	}
}

static int complain(char *error, size_t size, const char *what, const char *ifname, int why)
{
	(void)snprintf(error, size, "cannot %s %s: %s%s", what, ifname, strerror(why),
		       advice(why));
	return -1;
}

int nl80211_start_ap(const char *ifname, const struct nl80211_ap *ap, char *error, size_t size)
{
	struct nl80211 *nl80211;
	struct nl_msg *message;
	int why = 0;

	if (!*ap->ssid || strlen(ap->ssid) > SSID_MAX || ap->channel < 1 || ap->channel > 14)
		return complain(error, size, "make such an access point of", ifname, EDOM);
	if (interface_set_up(ifname) < 0)
		return complain(error, size, "set up", ifname, errno);
	nl80211 = nl80211_open();
	if (!nl80211)
		return complain(error, size, "ask the Wi-Fi of", ifname, errno);
	message = nl80211_request(nl80211, NL80211_CMD_START_AP, ifname);
	if (nl80211_carry_out(nl80211, message, message && put_ap(message, ap) ? -1 : 0) < 0)
		why = errno;
	nl80211_close(nl80211);
	return why ? complain(error, size, "start an access point on", ifname, why) : 0;
}

int nl80211_stop_ap(const char *ifname, char *error, size_t size)
{
	struct nl80211 *nl80211 = nl80211_open();
	int why = 0;

	if (!nl80211)
		return complain(error, size, "ask the Wi-Fi of", ifname, errno);
	if (nl80211_carry_out(nl80211, nl80211_request(nl80211, NL80211_CMD_STOP_AP, ifname),
			      0) < 0)
		why = errno;
	nl80211_close(nl80211);
	return why ? complain(error, size, "stop the access point on", ifname, why) : 0;
}
