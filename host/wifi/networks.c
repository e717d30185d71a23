/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Read line by line, not as INI: a password may have blanks, '#' and ';' in it. No line is
 * ever shown in an error, since it may be the password.
 *
 * Saving writes a new file beside the old one, which it then replaces: a machine that stops
 * meanwhile has one or the other. What else is in the file stays as it is.
 */
#include "host/wifi/networks.h"

#include "host/base/log.h"
#include "host/base/secret.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define FILE_BYTES 16384
#define HEX	   "0123456789abcdefABCDEF"

/* ---- values ---- */

bool network_key_ok(const char *key)
{
	size_t n = strlen(key);

	return (n >= 8 && n <= 63) || (n == 64 && strspn(key, HEX) == n);
}

bool network_set_security(struct wifi_network *network, const char *word)
{
	static const struct {
		const char *word;
		uint8_t akms;
	} words[] = {
		{"open", PTL_AKM_OPEN},
		{"wpa2", PTL_AKM_PSK | PTL_AKM_PSK_SHA256},
		{"wpa3", PTL_AKM_SAE},
		{"wpa2-wpa3", PTL_AKM_PSK | PTL_AKM_PSK_SHA256 | PTL_AKM_SAE},
	};

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (!strcmp(words[i].word, word)) {
			network->akms = words[i].akms;
			return true;
		}
	return false;
}

bool network_set_ssid_hex(struct wifi_network *network, const char *digits)
{
	size_t n = strlen(digits);
	unsigned int byte;

	if (n % 2 || n < 2 || n > 2 * sizeof(network->ssid) || strspn(digits, HEX) != n)
		return false;
	for (size_t i = 0; i < n / 2; i++) {
		(void)sscanf(digits + 2 * i, "%2x", &byte);
		network->ssid[i] = (uint8_t)byte;
	}
	network->ssid_n = (uint8_t)(n / 2);
	return true;
}

bool network_set_mac(uint8_t mac[6], const char *text)
{
	/* sscanf() alone takes blanks and signs as well. */
	return strlen(text) == 17 && strspn(text, HEX ":") == 17 &&
	       sscanf(text, "%2hhx:%2hhx:%2hhx:%2hhx:%2hhx:%2hhx", &mac[0], &mac[1], &mac[2],
		      &mac[3], &mac[4], &mac[5]) == 6;
}

static bool take_ssid(struct known_network *known, const char *value)
{
	size_t n = strlen(value);

	if (n < 1 || n > sizeof(known->network.ssid))
		return false;
	memcpy(known->network.ssid, value, n);
	known->network.ssid_n = (uint8_t)n;
	return true;
}

static bool take_ssid_hex(struct known_network *known, const char *value)
{
	return network_set_ssid_hex(&known->network, value);
}

static bool take_key(struct known_network *known, const char *value)
{
	if (!network_key_ok(value))
		return false;
	known->network.has_key = true;
	(void)snprintf(known->network.key, sizeof(known->network.key), "%s", value);
	return true;
}

static bool take_priority(struct known_network *known, const char *value)
{
	char *end;
	long priority = strtol(value, &end, 10);

	known->priority = (int)priority;
	return *value && !*end && priority >= -1000 && priority <= 1000;
}

static bool take_security(struct known_network *known, const char *value)
{
	return network_set_security(&known->network, value);
}

static bool take_bssid(struct known_network *known, const char *value)
{
	known->network.has_bssid = network_set_mac(known->network.bssid, value);
	return known->network.has_bssid;
}

static bool take_hidden(struct known_network *known, const char *value)
{
	known->network.hidden = !strcmp(value, "yes");
	return known->network.hidden || !strcmp(value, "no");
}

static const struct {
	const char *key;
	bool (*take)(struct known_network *known, const char *value);
	const char *what;
} keys[] = {
	{"ssid", take_ssid, "it has 1 to 32 bytes"},
	{"ssid_hex", take_ssid_hex, "it is 1 to 32 bytes as hex digits"},
	{"passphrase", take_key, "it has 8 to 63 bytes, or is 64 hex digits"},
	{"password", take_key, "it has 8 to 63 bytes, or is 64 hex digits"},
	{"priority", take_priority, "it is -1000 to 1000"},
	{"security", take_security, "it is open, wpa2, wpa3 or wpa2-wpa3"},
	{"bssid", take_bssid, "it is 02:00:00:00:00:01"},
	{"hidden", take_hidden, "it is yes or no"},
};

/* ---- reading ---- */

struct reading {
	const char *path;
	struct networks *networks;
	struct known_network *at; /* NULL: before the first */
	unsigned int line, begun; /* begun: where the present one did */
	char *error;
	size_t error_size;
};

static int end_network(struct reading *reading)
{
	if (!reading->at || reading->at->network.ssid_n)
		return 0;
	return complain_usage(reading->error, reading->error_size,
			      "%s:%u: this network has no ssid=...", reading->path,
			      reading->begun);
}

static int begin_network(struct reading *reading)
{
	struct networks *networks = reading->networks;

	if (networks->count == NETWORKS_MAX)
		return complain_usage(reading->error, reading->error_size,
				      "%s:%u: more than %d networks", reading->path,
				      reading->line, NETWORKS_MAX);
	reading->at = &networks->list[networks->count++];
	reading->begun = reading->line;
	return 0;
}

static int take_pair(struct reading *reading, const char *line)
{
	const char *value = strchr(line, '=');
	size_t n = value ? (size_t)(value - line) : 0;

	while (n && line[n - 1] == ' ')
		n--;
	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
		if (strlen(keys[i].key) != n || strncmp(line, keys[i].key, n) != 0)
			continue;
		if (!reading->at && begin_network(reading) < 0)
			return -2;
		if (keys[i].take(reading->at, value + 1))
			return 0;
		return complain_usage(reading->error, reading->error_size, "%s:%u: %s: %s",
				      reading->path, reading->line, keys[i].key, keys[i].what);
	}
	return complain_usage(reading->error, reading->error_size,
			      "%s:%u: it is neither [NAME], nor KEY=VALUE of a network, nor a "
			      "comment",
			      reading->path, reading->line);
}

static int take_line(struct reading *reading, const char *line)
{
	int status = 0;

	reading->line++;
	if (!*line || *line == '#' || *line == ';')
		return 0;
	if (*line != '[' || !strchr(line, ']'))
		return take_pair(reading, line);
	status = end_network(reading);
	return status < 0 ? status : begin_network(reading);
}

static int by_priority(const void *one, const void *other)
{
	const struct known_network *a = one, *b = other;

	return (b->priority > a->priority) - (b->priority < a->priority);
}

static int read_all(struct networks *networks, char *error, size_t error_size)
{
	struct reading reading = {.path = networks->path,
				  .networks = networks,
				  .error = error,
				  .error_size = error_size};
	char text[FILE_BYTES];
	char *next = text, *line;
	int status;

	if (access(networks->path, F_OK) < 0 && errno == ENOENT)
		return 0;
	status = secret_text(networks->path, text, sizeof(text), error, error_size);
	while (!status && (line = strsep(&next, "\n"))) {
		line[strcspn(line, "\r")] = 0;
		status = take_line(&reading, line);
	}
	explicit_bzero(text, sizeof(text));
	if (!status)
		status = end_network(&reading);
	qsort(networks->list, networks->count, sizeof(networks->list[0]), by_priority);
	return status;
}

int networks_read(const char *path, struct networks **networks, char *error, size_t error_size)
{
	struct networks *new = calloc(1, sizeof(*new));
	int status = 0;

	if (!new || (path && !(new->path = strdup(path)))) {
		networks_free(new);
		return complain(error, error_size, "out of memory");
	}
	if (path)
		status = read_all(new, error, error_size);
	if (status < 0) {
		networks_free(new);
		return status;
	}
	*networks = new;
	return 0;
}

const struct known_network *networks_find(const struct networks *networks, const uint8_t *ssid,
					  size_t ssid_n)
{
	for (unsigned int i = 0; i < networks->count; i++) {
		const struct wifi_network *network = &networks->list[i].network;

		if (network->ssid_n == ssid_n && !memcmp(network->ssid, ssid, ssid_n))
			return &networks->list[i];
	}
	return NULL;
}

/* ---- saving ---- */

static void print_ssid(FILE *to, const struct wifi_network *network)
{
	(void)fprintf(to, "ssid_hex=");
	for (unsigned int i = 0; i < network->ssid_n; i++)
		(void)fprintf(to, "%02x", network->ssid[i]);
	(void)fputc('\n', to);
}

static bool is_plain(const struct wifi_network *network)
{
	for (unsigned int i = 0; i < network->ssid_n; i++)
		if (network->ssid[i] < 0x20 || network->ssid[i] == 0x7f)
			return false;
	return true;
}

static void print_network(FILE *to, const struct wifi_network *network)
{
	static const char *const security[] = {
		[PTL_AKM_OPEN] = "open",
		[PTL_AKM_PSK | PTL_AKM_PSK_SHA256] = "wpa2",
		[PTL_AKM_SAE] = "wpa3",
		[PTL_AKM_PSK | PTL_AKM_PSK_SHA256 | PTL_AKM_SAE] = "wpa2-wpa3",
	};

	(void)fprintf(to, "\n[network]\n");
	if (is_plain(network))
		(void)fprintf(to, "ssid=%.*s\n", network->ssid_n, network->ssid);
	else
		print_ssid(to, network);
	if (network->has_key)
		(void)fprintf(to, "passphrase=%s\n", network->key);
	if (network->akms < sizeof(security) / sizeof(security[0]) && security[network->akms])
		(void)fprintf(to, "security=%s\n", security[network->akms]);
	if (network->has_bssid)
		(void)fprintf(to, "bssid=%02x:%02x:%02x:%02x:%02x:%02x\n", network->bssid[0],
			      network->bssid[1], network->bssid[2], network->bssid[3],
			      network->bssid[4], network->bssid[5]);
}

/* Whether the section at text, up to end, is the network's. */
static bool is_section_of(const char *text, const char *end, const struct wifi_network *network)
{
	struct known_network known = {0};

	for (const char *line = text; line < end;) {
		const char *stop = memchr(line, '\n', (size_t)(end - line));
		char copy[128];
		size_t n = (size_t)((stop ? stop : end) - line);

		if (n < sizeof(copy)) {
			memcpy(copy, line, n);
			copy[n] = 0;
			copy[strcspn(copy, "\r")] = 0;
			if (!strncmp(copy, "ssid=", 5))
				(void)take_ssid(&known, copy + 5);
			if (!strncmp(copy, "ssid_hex=", 9))
				(void)take_ssid_hex(&known, copy + 9);
			explicit_bzero(copy, sizeof(copy));
		}
		line += n + 1;
	}
	return known.network.ssid_n == network->ssid_n &&
	       !memcmp(known.network.ssid, network->ssid, network->ssid_n);
}

/* All of text but the network's own section. */
static void print_others(FILE *to, const char *text, const struct wifi_network *network)
{
	while (*text) {
		const char *end = strstr(text + 1, "\n[");

		end = end ? end + 1 : text + strlen(text);
		if (!is_section_of(text, end, network))
			(void)fwrite(text, 1, (size_t)(end - text), to);
		text = end;
	}
}

static int write_new(const char *path, const char *text, const struct wifi_network *network)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0600);
	FILE *to = fd < 0 ? NULL : fdopen(fd, "w");
	char buffer[FILE_BYTES];
	bool bad;

	if (!to)
		return -1;
	/* Its buffer is ours to wipe. */
	(void)setvbuf(to, buffer, _IOFBF, sizeof(buffer));
	print_others(to, text, network);
	print_network(to, network);
	bad = fflush(to) != 0 || ferror(to) || fsync(fd) < 0;
	explicit_bzero(buffer, sizeof(buffer));
	return fclose(to) || bad ? -1 : 0;
}

static void remember(struct networks *networks, const struct wifi_network *network)
{
	const struct known_network *known =
		networks_find(networks, network->ssid, network->ssid_n);
	unsigned int at = known ? (unsigned int)(known - networks->list) : networks->count++;

	networks->list[at] = (struct known_network){.network = *network};
	qsort(networks->list, networks->count, sizeof(networks->list[0]), by_priority);
}

int networks_save(struct networks *networks, const struct wifi_network *network, char *error,
		  size_t error_size)
{
	char text[FILE_BYTES] = "", path[512];
	int status = 0;

	if (!networks->path)
		return complain(
			error, error_size,
			"there is no file for it; start the link with --wifi-file FILE");
	if (!networks_find(networks, network->ssid, network->ssid_n) &&
	    networks->count == NETWORKS_MAX)
		return complain(error, error_size, "%s has %d networks already", networks->path,
				NETWORKS_MAX);
	if (snprintf(path, sizeof(path), "%s.new", networks->path) >= (int)sizeof(path))
		return complain(error, error_size, "the path %s is too long", networks->path);
	if (access(networks->path, F_OK) == 0)
		status = secret_text(networks->path, text, sizeof(text), error, error_size);
	if (!status &&
	    (write_new(path, text, network) < 0 || rename(path, networks->path) < 0)) {
		status = complain(error, error_size, "cannot write %s: %s", path,
				  strerror(errno));
		(void)unlink(path);
	}
	explicit_bzero(text, sizeof(text));
	if (!status)
		remember(networks, network);
	return status;
}

void networks_free(struct networks *networks)
{
	if (!networks)
		return;
	free(networks->path);
	explicit_bzero(networks, sizeof(*networks));
	free(networks);
}
