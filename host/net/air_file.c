/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a file of an air means; how it is read, ini_file.h knows. One table of keys. What
 * a section leaves out is made up at its end: an SSID of its name, a BSSID of its number,
 * the usual security for a network with or without a key.
 */
#include "host/net/air_file.h"

#include "host/base/ini_file.h"
#include "host/base/log.h"
#include "host/net/pmk.h"

#include <netinet/ether.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define BLANKS	     " \t"
#define SIGNAL_USUAL (-50)
#define CHANNELS     13
#define SECONDS_MOST 34359 /* as sim/air.h counts */
#define KEY_LEAST    8
#define KEY_MOST     63

struct reader {
	struct air_script *script;
	struct air_ap *ap; /* of this section; NULL: before the first one */
};

static const struct {
	const char *name;
	uint8_t akms;
} securities[] = {
	{"open", PTL_AKM_OPEN}, {"wpa", PTL_AKM_WPA1},
	{"wpa2", PTL_AKM_PSK},	{"wpa2-sha256", PTL_AKM_PSK_SHA256},
	{"wpa3", PTL_AKM_SAE},	{"wpa2+wpa3", PTL_AKM_PSK | PTL_AKM_SAE},
};

static const struct {
	const char *name;
	enum air_failure failure;
} failures[] = {
	{"authentication", AIR_FAILS_AUTHENTICATION},
	{"association", AIR_FAILS_ASSOCIATION},
	{"silent", AIR_FAILS_SILENT},
};

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* A number at the front of text, from least to most; *rest is what stands behind it. */
static bool take_number(const char *text, double least, double most, double *value,
			const char **rest)
{
	char *end;

	*value = strtod(text, &end);
	*rest = end;
	return end != text && *value >= least && *value <= most;
}

/* "2.5%", as a chance. */
static bool take_chance(const char *text, uint32_t *chance)
{
	const char *rest;
	double share;

	if (!take_number(text, 0, 100, &share, &rest) || strcmp(rest, "%") != 0)
		return false;
	*chance = (uint32_t)(share / 100 * AIR_ALWAYS);
	return true;
}

static int set_ssid(const struct reader *reader, const char *value, char *why, size_t size)
{
	struct air_ap *ap = reader->ap;
	size_t n = strlen(value);

	if (n < 1 || n > 32)
		return complain_usage(why, size, "ssid '%s': it has 1 to 32 bytes", value);
	memcpy(ap->ssid, value, n + 1);
	ap->ssid_n = (uint8_t)n;
	return 0;
}

static int set_bssid(const struct reader *reader, const char *value, char *why, size_t size)
{
	struct air_ap *ap = reader->ap;
	struct ether_addr address;

	if (!ether_aton_r(value, &address) || (address.ether_addr_octet[0] & 1))
		return complain_usage(
			why, size, "bssid '%s': it is an address as 02:00:00:00:00:01", value);
	memcpy(ap->bssid, address.ether_addr_octet, sizeof(ap->bssid));
	return 0;
}

static int set_channel(const struct reader *reader, const char *value, char *why, size_t size)
{
	struct air_ap *ap = reader->ap;
	const char *rest;
	double channel;

	if (!take_number(value, 1, CHANNELS, &channel, &rest) || *rest ||
	    channel != (uint8_t)channel)
		return complain_usage(why, size, "channel '%s': it is 1 to %d", value,
				      CHANNELS);
	ap->channel = (uint8_t)channel;
	return 0;
}

static int set_security(const struct reader *reader, const char *value, char *why, size_t size)
{
	struct air_ap *ap = reader->ap;
	for (size_t i = 0; i < COUNT(securities); i++) {
		if (strcmp(securities[i].name, value) != 0)
			continue;
		ap->akms = securities[i].akms;
		return 0;
	}
	return complain_usage(why, size,
			      "security '%s': it is open, wpa, wpa2, wpa2-sha256, wpa3 or "
			      "wpa2+wpa3",
			      value);
}

static int set_key(const struct reader *reader, const char *value, char *why, size_t size)
{
	struct air_ap *ap = reader->ap;
	size_t n = strlen(value);

	if (n < KEY_LEAST || n > KEY_MOST)
		return complain_usage(why, size, "a key has %d to %d characters", KEY_LEAST,
				      KEY_MOST);
	memcpy(ap->key, value, n + 1);
	return 0;
}

static int set_hidden(const struct reader *reader, const char *value, char *why, size_t size)
{
	struct air_ap *ap = reader->ap;
	ap->hidden = strcmp(value, "yes") == 0;
	if (!ap->hidden && strcmp(value, "no") != 0)
		return complain_usage(why, size, "hidden '%s': it is yes or no", value);
	return 0;
}

/* "-50 -85@20 -50@40": dBm, and from the second on at how many seconds. */
static int set_signal(const struct reader *reader, const char *value, char *why, size_t size)
{
	struct air_ap *ap = reader->ap;
	struct air_point *point = ap->points;
	const char *at = value;
	double signal, seconds;

	for (ap->point_count = 0; *at; ap->point_count++, point++) {
		if (ap->point_count == AIR_POINTS)
			return complain_usage(why, size, "signal: more than %d points",
					      AIR_POINTS);
		seconds = 0;
		if (!take_number(at, -100, 0, &signal, &at))
			break;
		if (*at == '@' && !take_number(at + 1, 0, SECONDS_MOST, &seconds, &at))
			break;
		*point = (struct air_point){(uint32_t)(seconds * 1000), (int16_t)signal};
		if (ap->point_count > 0 && point->at <= point[-1].at)
			return complain_usage(why, size,
					      "signal '%s': each point is later than the one "
					      "before",
					      value);
		if (*at && !strchr(BLANKS, *at))
			break;
		at += strspn(at, BLANKS);
	}
	if (*at || ap->point_count == 0)
		return complain_usage(why, size,
				      "signal '%s': it is a list of DBM@SECONDS, -100 to 0 dBm",
				      value);
	return 0;
}

static int set_period(const struct reader *reader, const char *value, char *why, size_t size)
{
	struct air_ap *ap = reader->ap;
	const char *rest;
	double seconds;

	if (!take_number(value, 0.1, SECONDS_MOST, &seconds, &rest) || *rest)
		return complain_usage(why, size, "period '%s': it is in seconds, 0.1 or more",
				      value);
	ap->period = (uint32_t)(seconds * 1000);
	return 0;
}

static int set_loss(const struct reader *reader, const char *value, char *why, size_t size)
{
	struct air_ap *ap = reader->ap;
	if (!take_chance(value, &ap->loss))
		return complain_usage(why, size, "loss '%s': it is 0%% to 100%%", value);
	return 0;
}

/* "association", "association 50%". */
static int set_fails(const struct reader *reader, const char *value, char *why, size_t size)
{
	struct air_ap *ap = reader->ap;
	size_t n = strcspn(value, BLANKS);
	const char *share = value + n + strspn(value + n, BLANKS);

	ap->failure_share = AIR_ALWAYS;
	for (size_t i = 0; i < COUNT(failures); i++)
		if (strlen(failures[i].name) == n && strncmp(failures[i].name, value, n) == 0)
			ap->failure = failures[i].failure;
	if (!ap->failure || (*share && !take_chance(share, &ap->failure_share)))
		return complain_usage(why, size,
				      "fails '%s': it is authentication, association or "
				      "silent, and perhaps how often, as 50%%",
				      value);
	return 0;
}

static int set_net(const struct reader *reader, const char *value, char *why, size_t size)
{
	struct air_script *script = reader->script;

	if (strlen(value) >= sizeof(script->nets[0]))
		return complain_usage(why, size, "the net is too long");
	(void)strcpy(script->nets[reader->ap - script->aps], value);
	return 0;
}

static const struct {
	const char *name;
	int (*set)(const struct reader *reader, const char *value, char *why, size_t size);
} keys[] = {
	{"ssid", set_ssid},	{"bssid", set_bssid},	    {"channel", set_channel},
	{"key", set_key},	{"security", set_security}, {"hidden", set_hidden},
	{"signal", set_signal}, {"period", set_period},	    {"loss", set_loss},
	{"fails", set_fails},	{"net", set_net},
};

static int set_seed(struct air *air, const char *value, char *why, size_t size)
{
	char *end;

	air->seed = strtoull(value, &end, 0);
	if (end == value || *end)
		return complain_usage(why, size, "seed '%s': it is a number", value);
	return 0;
}

static int on_pair(void *user, const char *key, const char *value, char *why, size_t size)
{
	struct reader *reader = user;

	if (!reader->ap && strcmp(key, "seed") == 0)
		return set_seed(&reader->script->air, value, why, size);
	if (!reader->ap)
		return complain_usage(why, size,
				      "'%s' is no key of the whole air, which has seed only; "
				      "put it into a section [ap NAME]",
				      key);
	for (size_t i = 0; i < COUNT(keys); i++)
		if (strcmp(keys[i].name, key) == 0)
			return keys[i].set(reader, value, why, size);
	return complain_usage(why, size, "no such key '%s'; see pigtail-air(5)", key);
}

static int begin_ap(void *user, const char *section, unsigned int line, char *why, size_t size)
{
	struct reader *reader = user;
	struct air_script *script = reader->script;
	struct air *air = &script->air;
	struct air_ap *ap;

	(void)line;
	if (strncmp(section, "ap ", 3) != 0)
		return complain_usage(why, size, "no such section '%s'; it is [ap NAME]",
				      section);
	if (air->ap_count == AIR_APS)
		return complain_usage(why, size, "more than %d access points", AIR_APS);
	ap = reader->ap = &script->aps[air->ap_count];
	*ap = (struct air_ap){
		.bssid = {0x02, 'a', 'i', 'r', 0, (uint8_t)(air->ap_count + 1)},
		.channel = 1,
		.points = {{0, SIGNAL_USUAL}},
		.point_count = 1,
		.net = strcpy(script->nets[air->ap_count++], "user"),
	};
	return set_ssid(reader, section + 3, why, size);
}

static int end_ap(void *user, char *why, size_t size)
{
	const struct reader *reader = user;
	struct air_ap *ap = reader->ap;

	if (!ap->akms)
		ap->akms = *ap->key ? PTL_AKM_PSK : PTL_AKM_OPEN;
	if ((ap->akms == PTL_AKM_OPEN) != !*ap->key)
		return complain_usage(why, size,
				      *ap->key ? "an open network has no key"
					       : "such a network has a key");
	if (ap->period > 0 && ap->period < ap->points[ap->point_count - 1].at)
		return complain_usage(why, size, "the signal's last point is after its period");
	for (const struct air_ap *other = reader->script->aps; other < ap; other++)
		if (memcmp(other->bssid, ap->bssid, sizeof(ap->bssid)) == 0)
			return complain_usage(why, size, "another one has this bssid");
	return 0;
}

static void make_pmk(const uint8_t *passphrase, size_t n, const uint8_t *ssid, size_t ssid_n,
		     uint8_t pmk[AIR_PMK])
{
	pmk_make(pmk, passphrase, n, ssid, ssid_n);
}

int air_file_read(const char *path, struct air_script *script, char *error, size_t error_size)
{
	struct reader reader = {.script = script};
	const struct ini_reader ini = {&reader, begin_ap, on_pair, end_ap};
	int status;

	memset(script, 0, sizeof(*script));
	script->air.aps = script->aps;
	script->air.pmk = make_pmk;
	status = ini_file_read(path, &ini, error, error_size);
	if (!status && script->air.ap_count == 0)
		status =
			complain_usage(error, error_size,
				       "%s has no section [ap NAME], so there is no air", path);
	return status;
}
