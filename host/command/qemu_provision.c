/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * See qemu_provision.h. The password is not stored, but what checks one: PBKDF2 with as many
 * rounds as a chip of 80 MHz makes in two seconds. The flash is written in place by the
 * firmware's own store, which outlives a loss of power at any moment.
 */
#include "host/command/qemu_provision.h"

#include "host/base/ini_file.h"
#include "host/base/log.h"
#include "host/base/secret.h"
#include "host/bridge/format.h"
#include "host/bridge/pins_options.h"
#include "host/bridge/users.h"
#include "host/command/qemu_identity.h"

#include <pigtail/bridge_settings.h>
#include <pigtail/flash_map.h>

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define ITERATIONS   1000u
#define PASSWORD_MIN 8u
#define SECTOR	     0x10000u

struct provision {
	struct bridge_settings settings;
	char user[PTL_LOGIN_NAME];
	char password[PTL_LOGIN_PASSWORD];
};

/* ---- a flash in a file ---- */

static bool file_read(void *user, uint32_t at, void *to, size_t n)
{
	return pread(*(int *)user, to, n, at) == (ssize_t)n;
}

static bool file_program(void *user, uint32_t at, const void *from, size_t n)
{
	return pwrite(*(int *)user, from, n, at) == (ssize_t)n;
}

static bool file_erase(void *user, uint32_t at)
{
	uint8_t erased[SECTOR];

	memset(erased, 0xff, sizeof(erased));
	return file_program(user, at, erased, sizeof(erased));
}

static int write_flash(const char *path, const struct bridge_settings *settings)
{
	int fd = open(path, O_RDWR | O_CLOEXEC);
	const struct ptl_flash flash = {&fd,	   PTL_MAP_SIZE, SECTOR,
					file_read, file_program, file_erase};
	struct ptl_store store;
	bool well;

	if (fd < 0) {
		log_line("qemu: cannot open %s: %s", path, strerror(errno));
		return -1;
	}
	well = ptl_store_open(&store, &flash, PTL_MAP_STORE_0, PTL_MAP_STORE_1) &&
	       bridge_settings_write(&store, settings) && qemu_identity_put(&store) == 0 &&
	       fsync(fd) == 0;
	(void)close(fd);
	if (!well)
		log_line("qemu: cannot write the settings into %s", path);
	return well ? 0 : -1;
}

/* ---- the file ---- */

static int set_user(struct provision *provision, const char *value, char *why, size_t why_size)
{
	if (!ptl_password_name_ok(value, strlen(value)))
		return complain_usage(why, why_size, "'%s' is no name", value);
	(void)strcpy(provision->user, value);
	return 0;
}

static int set_password(struct provision *provision, const char *value, char *why,
			size_t why_size)
{
	size_t n = strlen(value);

	if (n < PASSWORD_MIN || n >= sizeof(provision->password))
		return complain_usage(why, why_size, "a password has %u to %zu characters",
				      PASSWORD_MIN, sizeof(provision->password) - 1);
	(void)strcpy(provision->password, value);
	return 0;
}

static int set_plain(struct provision *provision, const char *value, char *why, size_t why_size)
{
	uint8_t address[16];

	if (inet_pton(AF_INET, value, address) != 1 && inet_pton(AF_INET6, value, address) != 1)
		return complain_usage(why, why_size, "plain = '%s': it is one IP address",
				      value);
	(void)strcpy(provision->settings.plain, value);
	return 0;
}

static int set_name(struct provision *provision, const char *value, char *why, size_t why_size)
{
	if (!bridge_name_ok(value))
		return complain_usage(why, why_size,
				      "name = '%s': it is 1 to %u letters, digits and '-', "
				      "which is neither first nor last",
				      value, BRIDGE_NAME_MAX);
	(void)strcpy(provision->settings.name, value);
	return 0;
}

static int set_baud(struct provision *provision, const char *value, char *why, size_t why_size)
{
	char *end;
	unsigned long baud = strtoul(value, &end, 10);

	if (*end || baud < PTL_SERIAL_BAUD_MIN || baud > PTL_SERIAL_BAUD_MAX)
		return complain_usage(why, why_size, "baud = '%s': it is %u to %u", value,
				      PTL_SERIAL_BAUD_MIN, PTL_SERIAL_BAUD_MAX);
	provision->settings.format.baud = (uint32_t)baud;
	return 0;
}

static int set_format(struct provision *provision, const char *value, char *why,
		      size_t why_size)
{
	if (format_parse(value, &provision->settings.format) < 0)
		return complain_usage(why, why_size, "format = '%s': it is like 8N1 or 7E2",
				      value);
	return 0;
}

static int set_target(struct provision *provision, const char *value, char *why,
		      size_t why_size)
{
	return pins_target_parse(&provision->settings.target, value, why, why_size);
}

static const struct {
	const char *name;
	int (*set)(struct provision *provision, const char *value, char *why, size_t why_size);
} keys[] = {
	{"user", set_user},	{"password", set_password}, {"plain", set_plain},
	{"name", set_name},	{"baud", set_baud},	    {"format", set_format},
	{"target", set_target},
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
			      "baud, format and target",
			      key);
}

static int on_end(void *user, char *why, size_t why_size)
{
	(void)user;
	(void)why;
	(void)why_size;
	return 0;
}

/* ---- both ---- */

int qemu_provision(const char *flash, const char *path)
{
	struct provision provision = {
		.settings = {.format = PTL_SERIAL_FORMAT_DEFAULT, .target = PTL_TARGET_ANY},
		.user = "admin",
	};
	const struct ini_reader reader = {&provision, on_section, on_pair, on_end};
	struct ptl_password entry;
	char error[384];
	int status, fd;

	fd = secret_open(path, error, sizeof(error));
	status = fd < 0 ? -1 : ini_file_read(path, &reader, error, sizeof(error));
	if (fd >= 0)
		(void)close(fd);
	if (!status && !*provision.password)
		status = complain_usage(error, sizeof(error),
					"%s has no password; without one the bridge lets "
					"nobody in",
					path);
	if (!status) {
		users_make(&entry, provision.user, provision.password, ITERATIONS);
		ptl_password_format(&entry, provision.settings.password);
	}
	explicit_bzero(provision.password, sizeof(provision.password));
	if (status) {
		log_line("qemu: %s", error);
		return status;
	}
	return write_flash(flash, &provision.settings);
}
