/* SPDX-License-Identifier: GPL-2.0-only */
/* A table of the options; each value goes into its field at once. */
#include "host/net/user_options.h"

#include "host/base/log.h"
#include "host/net/interface.h"

#include <string.h>

#define NETWORK	   0x0a000200u /* 10.0.2.0 */
#define NETMASK	   0xffffff00u
#define OPTION_MAX 128

static int set_net(struct user_options *options, const char *value, char *error,
		   size_t error_size)
{
	uint32_t netmask;

	if (ipv4_parse(value, &options->network, &netmask) < 0 || netmask != NETMASK ||
	    (options->network & ~netmask))
		return complain_usage(error, error_size,
				      "net 'user': bad net '%s'; it is net=A.B.C.0/24", value);
	return 0;
}

static int set_loopback(struct user_options *options, const char *value, char *error,
			size_t error_size)
{
	options->loopback = !strcmp(value, "on");
	if (!options->loopback && strcmp(value, "off") != 0)
		return complain_usage(error, error_size,
				      "net 'user': loopback '%s': it is on or off", value);
	return 0;
}

static int add_forward(struct user_options *options, const char *value, char *error,
		       size_t error_size)
{
	if (options->forward_count == USER_FORWARDS_MAX)
		return complain_usage(
			error, error_size,
			"net 'user': more than %d times hostfwd=", USER_FORWARDS_MAX);
	if (hostfwd_parse(value, &options->forwards[options->forward_count++]) < 0)
		return complain_usage(
			error, error_size,
			"bad hostfwd '%s'; it is hostfwd=tcp|udp:[ADDR]:PORT-[ADDR]:PORT",
			value);
	return 0;
}

static const struct row {
	const char *name;
	int (*set)(struct user_options *options, const char *value, char *error,
		   size_t error_size);
} rows[] = {
	{"net=", set_net},
	{"loopback=", set_loopback},
	{"hostfwd=", add_forward},
};

static int set_option(struct user_options *options, const char *text, char *error,
		      size_t error_size)
{
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		size_t n = strlen(rows[i].name);

		if (!strncmp(text, rows[i].name, n))
			return rows[i].set(options, text + n, error, error_size);
	}
	return complain_usage(error, error_size,
			      "net 'user': unknown option '%s'; known are net=, loopback= and "
			      "hostfwd=",
			      text);
}

int user_options_parse(const char *text, struct user_options *options, char *error,
		       size_t error_size)
{
	char option[OPTION_MAX];
	int status = 0;

	*options = (struct user_options){.network = NETWORK};
	while (!status && *text == ',') {
		size_t n = strcspn(++text, ",");

		if (n >= sizeof(option))
			return complain_usage(error, error_size,
					      "net 'user': no option is as long as '%s'", text);
		memcpy(option, text, n);
		option[n] = 0;
		status = set_option(options, option, error, error_size);
		text += n;
	}
	if (!status && *text)
		return complain_usage(error, error_size,
				      "net 'user%s': it is "
				      "user[,net=...][,loopback=on][,hostfwd=...]...",
				      text);
	return status;
}
