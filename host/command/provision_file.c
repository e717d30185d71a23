/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * See provision_file.h. The login's password is not stored, but what checks one: PBKDF2 with
 * as many rounds as a chip of 80 MHz makes in two seconds. A network's passphrase is, for its
 * radio has to show that it knows it.
 */
#include "host/command/provision_file.h"

#include "host/base/ini_file.h"
#include "host/base/log.h"
#include "host/base/secret.h"
#include "host/bridge/format.h"
#include "host/bridge/pins_options.h"
#include "host/bridge/users.h"
#include "host/command/provision_identity.h"

#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define ITERATIONS   1000u
#define PASSWORD_MIN 8u

struct reading {
	struct provision *provision;
	char user[PTL_LOGIN_NAME];
	char password[PTL_LOGIN_PASSWORD];
};

static int set_user(struct reading *reading, const char *value, char *why, size_t why_size)
{
	if (!ptl_password_name_ok(value, strlen(value)))
		return complain_usage(why, why_size, "'%s' is no name", value);
	(void)strcpy(reading->user, value);
	return 0;
}

static int set_password(struct reading *reading, const char *value, char *why, size_t why_size)
{
	size_t n = strlen(value);

	if (n < PASSWORD_MIN || n >= sizeof(reading->password))
		return complain_usage(why, why_size, "a password has %u to %zu characters",
				      PASSWORD_MIN, sizeof(reading->password) - 1);
	(void)strcpy(reading->password, value);
	return 0;
}

static int set_plain(struct reading *reading, const char *value, char *why, size_t why_size)
{
	uint8_t address[16];

	if (inet_pton(AF_INET, value, address) != 1 && inet_pton(AF_INET6, value, address) != 1)
		return complain_usage(why, why_size, "plain = '%s': it is one IP address",
				      value);
	(void)strcpy(reading->provision->bridge.plain, value);
	return 0;
}

static int set_name(struct reading *reading, const char *value, char *why, size_t why_size)
{
	if (!bridge_name_ok(value))
		return complain_usage(why, why_size,
				      "name = '%s': it is 1 to %u letters, digits and '-', "
				      "which is neither first nor last",
				      value, BRIDGE_NAME_MAX);
	(void)strcpy(reading->provision->bridge.name, value);
	return 0;
}

static int set_baud(struct reading *reading, const char *value, char *why, size_t why_size)
{
	char *end;
	unsigned long baud = strtoul(value, &end, 10);

	if (*end || baud < PTL_SERIAL_BAUD_MIN || baud > PTL_SERIAL_BAUD_MAX)
		return complain_usage(why, why_size, "baud = '%s': it is %u to %u", value,
				      PTL_SERIAL_BAUD_MIN, PTL_SERIAL_BAUD_MAX);
	reading->provision->bridge.format.baud = (uint32_t)baud;
	return 0;
}

static int set_format(struct reading *reading, const char *value, char *why, size_t why_size)
{
	if (format_parse(value, &reading->provision->bridge.format) < 0)
		return complain_usage(why, why_size, "format = '%s': it is like 8N1 or 7E2",
				      value);
	return 0;
}

static int set_target(struct reading *reading, const char *value, char *why, size_t why_size)
{
	return pins_target_parse(&reading->provision->bridge.target, value, why, why_size);
}

/* ---- of a network ---- */

static int set_ssid(struct reading *reading, const char *value, char *why, size_t why_size)
{
	if (strlen(value) > WIRELESS_SSID_MAX)
		return complain_usage(why, why_size, "ssid = '%s': it has 1 to %u bytes", value,
				      WIRELESS_SSID_MAX);
	(void)strcpy(reading->provision->wireless.ssid, value);
	return 0;
}

static int set_passphrase(struct reading *reading, const char *value, char *why,
			  size_t why_size)
{
	size_t n = strlen(value);

	if (n < WIRELESS_PASSPHRASE_MIN || n > WIRELESS_PASSPHRASE_MAX)
		return complain_usage(why, why_size, "a passphrase has %u to %u characters",
				      WIRELESS_PASSPHRASE_MIN, WIRELESS_PASSPHRASE_MAX);
	(void)strcpy(reading->provision->wireless.passphrase, value);
	return 0;
}

static bool is_capital(char c)
{
	return c >= 'A' && c <= 'Z';
}

static int set_country(struct reading *reading, const char *value, char *why, size_t why_size)
{
	if (!is_capital(value[0]) || !is_capital(value[1]) || value[2])
		return complain_usage(why, why_size, "country = '%s': it is like DE or US",
				      value);
	(void)strcpy(reading->provision->wireless.country, value);
	return 0;
}

/* ADDR/LEN[,GATEWAY], as the device's address.c reads it. */
static bool is_address(char *text)
{
	char *length = strchr(text, '/'), *gateway = strchr(text, ','), *end;
	struct in_addr parsed;
	unsigned long n;

	if (!length || (gateway && gateway < length))
		return false;
	*length++ = 0;
	if (gateway)
		*gateway++ = 0;
	n = strtoul(length, &end, 10);
	return inet_pton(AF_INET, text, &parsed) == 1 && *length >= '1' && *length <= '9' &&
	       strlen(length) <= 2 && !*end && n <= 32 &&
	       (!gateway || inet_pton(AF_INET, gateway, &parsed) == 1);
}

static int set_address(struct reading *reading, const char *value, char *why, size_t why_size)
{
	char copy[WIRELESS_ADDRESS_MAX + 1];

	if (strlen(value) < sizeof(copy) && is_address(strcpy(copy, value))) {
		(void)strcpy(reading->provision->wireless.address, value);
		return 0;
	}
	return complain_usage(why, why_size,
			      "address = '%s': it is like 10.0.0.2/24 or 10.0.0.2/24,10.0.0.1, "
			      "the gateway",
			      value);
}

/* ---- the file ---- */

static const struct {
	const char *name;
	int (*set)(struct reading *reading, const char *value, char *why, size_t why_size);
} keys[] = {
	{"user", set_user},	  {"password", set_password},
	{"plain", set_plain},	  {"baud", set_baud},
	{"format", set_format},	  {"target", set_target},
	{"ssid", set_ssid},	  {"passphrase", set_passphrase},
	{"country", set_country}, {"address", set_address},
	{"name", set_name},
};

static int on_section(void *user, const char *section, unsigned int line, char *why,
		      size_t why_size)
{
	(void)user;
	(void)line;
	return complain_usage(why, why_size, "there are no sections, as [%s]", section);
}

static int on_pair(void *user, const char *key, const char *value, char *why, size_t why_size)
{
	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
		if (strcmp(key, keys[i].name) == 0)
			return keys[i].set(user, value, why, why_size);
	return complain_usage(why, why_size,
			      "unknown key '%s'; known are user, password, plain, name, "
			      "baud, format, target, ssid, passphrase, country and address",
			      key);
}

static int on_end(void *user, char *why, size_t why_size)
{
	(void)user;
	(void)why;
	(void)why_size;
	return 0;
}

static int check(const struct reading *reading, const char *path, char *error,
		 size_t error_size)
{
	const struct wireless_settings *wireless = &reading->provision->wireless;

	if (!*reading->password)
		return complain_usage(error, error_size,
				      "%s has no password; without one the bridge lets "
				      "nobody in",
				      path);
	if (!*wireless->ssid &&
	    (*wireless->passphrase || *wireless->country || *wireless->address))
		return complain_usage(error, error_size,
				      "%s has no ssid; passphrase, country and address are of "
				      "one",
				      path);
	return 0;
}

/* ---- both ---- */

int provision_read(struct provision *provision, const char *path)
{
	struct reading reading = {.provision = provision, .user = "admin"};
	const struct ini_reader reader = {&reading, on_section, on_pair, on_end};
	struct ptl_password entry;
	char error[384];
	int status, fd;

	*provision = (struct provision){
		.bridge = {.format = PTL_SERIAL_FORMAT_DEFAULT, .target = PTL_TARGET_ANY},
	};
	fd = secret_open(path, error, sizeof(error));
	status = fd < 0 ? -1 : ini_file_read(path, &reader, error, sizeof(error));
	if (fd >= 0)
		(void)close(fd);
	if (!status)
		status = check(&reading, path, error, sizeof(error));
	if (!status) {
		users_make(&entry, reading.user, reading.password, ITERATIONS);
		ptl_password_format(&entry, provision->bridge.password);
	}
	explicit_bzero(reading.password, sizeof(reading.password));
	if (!status)
		return 0;
	provision_wipe(provision);
	log_line("%s", error);
	return status;
}

bool provision_put(struct ptl_store *store, const struct provision *provision)
{
	return bridge_settings_write(store, &provision->bridge) &&
	       wireless_settings_write(store, &provision->wireless) &&
	       provision_identity_put(store) == 0;
}

void provision_wipe(struct provision *provision)
{
	explicit_bzero(provision, sizeof(*provision));
}
