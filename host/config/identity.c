/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The address is a part of HMAC-SHA256, whose key is what the machine is known by, and
 * whose message tells its links apart. So nobody who sees the address learns the key.
 *
 * A machine is known by all that it has of
 *
 *	/etc/machine-id		of its system; cards written from one image share it
 *	serial numbers		of its board; root alone may read those of DMI
 *
 * A container often has no machine-id and sees the board of its host: there the host
 * name goes in too. What has neither is known by its boot: its address is another one
 * when it has booted anew, and the same while it runs.
 *
 * A bridge has the lowest address of its ports, and with another one the machine would
 * lose its connections: a port's begins with fe, as with virtual machines.
 */
#include "host/config/identity.h"

#include <fcntl.h>
#include <glib.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <sys/random.h>
#include <unistd.h>

#define TEXT_MAX       128
#define MACHINE_ID_MIN 32
#define SERIAL_MIN     4

static const char *const serials[] = {
	"/proc/device-tree/serial-number",
	"/sys/devices/soc0/serial_number",
	"/sys/class/dmi/id/product_uuid",
	"/sys/class/dmi/id/board_serial",
};

/* What vendors leave there: it tells nothing apart. */
static const char *const placeholders[] = {
	"to be filled",
	"default string",
	"not specified",
	"not applicable",
	"none",
	"n/a",
	"unknown",
	"system serial number",
	"base board serial number",
	"0123456789",
	"1234567890",
	"123456789",
	"03000200-0400-0500-0006-000700080009",
};

/* A text file's first line; its length, 0: there is none. */
static size_t read_line(const char *root, const char *path, char text[TEXT_MAX])
{
	char whole[PATH_MAX];
	ssize_t n;
	int fd;

	(void)snprintf(whole, sizeof(whole), "%s%s", root, path);
	fd = open(whole, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return 0;
	n = read(fd, text, TEXT_MAX - 1);
	(void)close(fd);
	text[n > 0 ? n : 0] = 0;
	text[strcspn(text, "\r\n")] = 0;
	return strlen(text);
}

static bool tells_apart(const char *serial)
{
	if (strlen(serial) < SERIAL_MIN)
		return false;
	for (size_t i = 0; i < G_N_ELEMENTS(placeholders); i++)
		if (!strncasecmp(serial, placeholders[i], strlen(placeholders[i])))
			return false;
	/* One digit again and again, as 00000000-0000-...: */
	return strspn(serial, (char[]){serial[0], '-', ' ', 0}) < strlen(serial);
}

/* With its NUL, so that "a", "bc" is not "ab", "c". */
static void add(GHmac *hmac, const char *text)
{
	g_hmac_update(hmac, (const guchar *)text, (gssize)strlen(text) + 1);
}

/* All that is known of the machine, into key; false: nothing. */
static bool know_machine(const char *root, GString *key)
{
	char text[TEXT_MAX];
	bool system;
	bool board = false;

	/* "uninitialized" and the like are no ids. */
	system = read_line(root, "/etc/machine-id", text) >= MACHINE_ID_MIN;
	if (system)
		g_string_append_printf(key, "system %s\n", text);
	for (size_t i = 0; i < G_N_ELEMENTS(serials); i++) {
		if (!read_line(root, serials[i], text) || !tells_apart(text))
			continue;
		g_string_append_printf(key, "board %s\n", text);
		board = true;
	}
	if (!system && read_line(root, "/proc/sys/kernel/hostname", text))
		g_string_append_printf(key, "name %s\n", text);
	if (system || board)
		return true;
	if (!read_line(root, "/proc/sys/kernel/random/boot_id", text))
		return false;
	g_string_append_printf(key, "boot %s\n", text);
	return true;
}

static bool is_bridge(const char *net)
{
	return !strncmp(net, "bridge:", strlen("bridge:"));
}

int identity_mac(const char *root, enum ptl_role role, const char *port, const char *net,
		 uint8_t mac[6])
{
	GString *key = g_string_new(NULL);
	guint8 digest[32];
	gsize size = sizeof(digest);
	bool known = know_machine(root, key);
	GHmac *hmac;

	if (!known && getrandom(digest, sizeof(digest), 0) != (ssize_t)sizeof(digest)) {
		(void)g_string_free(key, TRUE);
		return -1;
	}
	if (known) {
		hmac = g_hmac_new(G_CHECKSUM_SHA256, (const guchar *)key->str, key->len);
		add(hmac, "pigtail MAC");
		add(hmac, role == PTL_HOST ? "host" : "device");
		add(hmac, port);
		add(hmac, net);
		g_hmac_get_digest(hmac, digest, &size);
		g_hmac_unref(hmac);
	}
	(void)g_string_free(key, TRUE);
	memcpy(mac, digest, 6);
	mac[0] = is_bridge(net) ? 0xfe : (uint8_t)((mac[0] & 0xfc) | 2);
	return 0;
}
