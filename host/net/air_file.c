/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a file of an air means; how it is read, ini_file.h knows. A table of keys for each
 * kind of section. What a section leaves out is made up: an SSID of its name, an address
 * of its number, the usual security for a network with or without a key.
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
	struct air_ap *ap;	     /* of this section, or NULL */
	struct air_visitor *visitor; /* likewise */
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

static int take_ssid(char ssid[33], uint8_t *ssid_n, const char *value, char *why, size_t size)
{
	size_t n = strlen(value);

	if (n < 1 || n > 32)
		return complain_usage(why, size, "ssid '%s': it has 1 to 32 bytes", value);
	memcpy(ssid, value, n + 1);
	*ssid_n = (uint8_t)n;
	return 0;
}

static int take_key(char key[64], const char *value, char *why, size_t size)
{
	size_t n = strlen(value);

	if (n < KEY_LEAST || n > KEY_MOST)
		return complain_usage(why, size, "a key has %d to %d characters", KEY_LEAST,
				      KEY_MOST);
	memcpy(key, value, n + 1);
	return 0;
}

static int take_net(char net[256], const char *value, char *why, size_t size)
{
	if (strlen(value) >= 256)
		return complain_usage(why, size, "the net is too long");
	(void)strcpy(net, value);
	return 0;
}

static int take_mac(uint8_t mac[6], const char *name, const char *value, char *why, size_t size)
{
	struct ether_addr address;

	if (!ether_aton_r(value, &address) || (address.ether_addr_octet[0] & 1))
		return complain_usage(why, size,
				      "%s '%s': it is an address as 02:00:00:00:00:01", name,
				      value);
	memcpy(mac, address.ether_addr_octet, 6);
	return 0;
}

static int take_loss(uint32_t *loss, const char *value, char *why, size_t size)
{
	if (!take_chance(value, loss))
		return complain_usage(why, size, "loss '%s': it is 0%% to 100%%", value);
	return 0;
}

/* ---- [ap NAME] ---- */

static int set_ssid(const struct reader *reader, const char *value, char *why, size_t size)
{
	return take_ssid(reader->ap->ssid, &reader->ap->ssid_n, value, why, size);
}

static int set_bssid(const struct reader *reader, const char *value, char *why, size_t size)
{
	return take_mac(reader->ap->bssid, "bssid", value, why, size);
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
	return take_key(reader->ap->key, value, why, size);
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
	return take_loss(&reader->ap->loss, value, why, size);
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
	return take_net(reader->script->nets[reader->ap - reader->script->aps], value, why,
			size);
}

struct key {
	const char *name; /* NULL ends a table */
	int (*set)(const struct reader *reader, const char *value, char *why, size_t size);
};

static const struct key ap_keys[] = {
	{"ssid", set_ssid},	{"bssid", set_bssid},	    {"channel", set_channel},
	{"key", set_key},	{"security", set_security}, {"hidden", set_hidden},
	{"signal", set_signal}, {"period", set_period},	    {"loss", set_loss},
	{"fails", set_fails},	{"net", set_net},	    {NULL, NULL},
};

static int begin_ap(struct reader *reader, const char *name, char *why, size_t size)
{
	struct air_script *script = reader->script;
	struct air *air = &script->air;

	if (air->ap_count == AIR_APS)
		return complain_usage(why, size, "more than %d access points", AIR_APS);
	reader->ap = &script->aps[air->ap_count];
	*reader->ap = (struct air_ap){
		.bssid = {0x02, 'a', 'i', 'r', 0, (uint8_t)(air->ap_count + 1)},
		.channel = 1,
		.points = {{0, SIGNAL_USUAL}},
		.point_count = 1,
		.net = strcpy(script->nets[air->ap_count++], "user"),
	};
	return set_ssid(reader, name, why, size);
}

static int end_ap(const struct reader *reader, char *why, size_t size)
{
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

/* ---- [station NAME] ---- */

static int set_its_ssid(const struct reader *reader, const char *value, char *why, size_t size)
{
	return take_ssid(reader->visitor->ssid, &reader->visitor->ssid_n, value, why, size);
}

static int set_its_mac(const struct reader *reader, const char *value, char *why, size_t size)
{
	return take_mac(reader->visitor->mac, "mac", value, why, size);
}

static int set_its_key(const struct reader *reader, const char *value, char *why, size_t size)
{
	return take_key(reader->visitor->key, value, why, size);
}

static int set_its_loss(const struct reader *reader, const char *value, char *why, size_t size)
{
	return take_loss(&reader->visitor->loss, value, why, size);
}

static int set_its_net(const struct reader *reader, const char *value, char *why, size_t size)
{
	struct air_script *script = reader->script;
	char *net = script->nets[AIR_APS + (reader->visitor - script->visitors)];

	reader->visitor->net = net;
	return take_net(net, value, why, size);
}

static int take_seconds(uint32_t *ms, const char *value, char *why, size_t size)
{
	const char *rest;
	double seconds;

	if (!take_number(value, 0, SECONDS_MOST, &seconds, &rest) || *rest)
		return complain_usage(why, size, "'%s' is no number of seconds", value);
	*ms = (uint32_t)(seconds * 1000);
	return 0;
}

static int set_from(const struct reader *reader, const char *value, char *why, size_t size)
{
	return take_seconds(&reader->visitor->from, value, why, size);
}

static int set_until(const struct reader *reader, const char *value, char *why, size_t size)
{
	return take_seconds(&reader->visitor->until, value, why, size);
}

static int set_its_signal(const struct reader *reader, const char *value, char *why,
			  size_t size)
{
	const char *rest;
	double signal;

	if (!take_number(value, -100, 0, &signal, &rest) || *rest)
		return complain_usage(why, size, "signal '%s': it is -100 to 0 dBm", value);
	reader->visitor->signal = (int16_t)signal;
	return 0;
}

static const struct key station_keys[] = {
	{"ssid", set_its_ssid}, {"mac", set_its_mac}, {"key", set_its_key},
	{"from", set_from},	{"until", set_until}, {"signal", set_its_signal},
	{"loss", set_its_loss}, {"net", set_its_net}, {NULL, NULL},
};

static int begin_station(struct reader *reader, const char *name, char *why, size_t size)
{
	struct air_script *script = reader->script;
	struct air *air = &script->air;

	(void)name;
	if (air->visitor_count == AIR_VISITORS)
		return complain_usage(why, size, "more than %d stations", AIR_VISITORS);
	reader->visitor = &script->visitors[air->visitor_count++];
	*reader->visitor = (struct air_visitor){
		.mac = {0x02, 's', 't', 'a', 0, (uint8_t)air->visitor_count},
		.signal = SIGNAL_USUAL,
	};
	return 0;
}

static int end_station(const struct reader *reader, char *why, size_t size)
{
	const struct air_visitor *visitor = reader->visitor;

	if (!visitor->ssid_n)
		return complain_usage(why, size, "a station has an ssid, which it looks for");
	if (visitor->until && visitor->until <= visitor->from)
		return complain_usage(why, size, "it goes before it comes");
	for (const struct air_visitor *other = reader->script->visitors; other < visitor;
	     other++)
		if (memcmp(other->mac, visitor->mac, sizeof(visitor->mac)) == 0)
			return complain_usage(why, size, "another one has this mac");
	return 0;
}

/* ---- all ---- */

static const struct section {
	const char *prefix;
	int (*begin)(struct reader *reader, const char *name, char *why, size_t size);
	int (*end)(const struct reader *reader, char *why, size_t size);
	const struct key *keys;
} sections[] = {
	{"ap ", begin_ap, end_ap, ap_keys},
	{"station ", begin_station, end_station, station_keys},
};

static const struct section *section_of(const struct reader *reader)
{
	return reader->ap ? &sections[0] : reader->visitor ? &sections[1] : NULL;
}

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
	const struct section *section = section_of(reader);

	if (!section && strcmp(key, "seed") == 0)
		return set_seed(&reader->script->air, value, why, size);
	if (!section)
		return complain_usage(why, size,
				      "'%s' is no key of the whole air, which has seed only; "
				      "put it into a section [ap NAME]",
				      key);
	for (const struct key *row = section->keys; row->name; row++)
		if (strcmp(row->name, key) == 0)
			return row->set(reader, value, why, size);
	return complain_usage(why, size, "no such key '%s'; see pigtail-air(5)", key);
}

static int begin_section(void *user, const char *name, unsigned int line, char *why,
			 size_t size)
{
	struct reader *reader = user;

	(void)line;
	reader->ap = NULL;
	reader->visitor = NULL;
	for (size_t i = 0; i < COUNT(sections); i++) {
		size_t n = strlen(sections[i].prefix);

		if (strncmp(name, sections[i].prefix, n) == 0)
			return sections[i].begin(reader, name + n, why, size);
	}
	return complain_usage(why, size,
			      "no such section '%s'; it is [ap NAME] or [station NAME]", name);
}

static int end_section(void *user, char *why, size_t size)
{
	return section_of(user)->end(user, why, size);
}

static void make_pmk(const uint8_t *passphrase, size_t n, const uint8_t *ssid, size_t ssid_n,
		     uint8_t pmk[AIR_PMK])
{
	pmk_make(pmk, passphrase, n, ssid, ssid_n);
}

int air_file_read(const char *path, struct air_script *script, char *error, size_t error_size)
{
	struct reader reader = {.script = script};
	const struct ini_reader ini = {&reader, begin_section, on_pair, end_section};
	int status;

	memset(script, 0, sizeof(*script));
	script->air.aps = script->aps;
	script->air.visitors = script->visitors;
	script->air.pmk = make_pmk;
	status = ini_file_read(path, &ini, error, error_size);
	if (!status && script->air.ap_count + script->air.visitor_count == 0)
		status = complain_usage(
			error, error_size,
			"%s has no section [ap NAME] or [station NAME], so there is no air",
			path);
	return status;
}
