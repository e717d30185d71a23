/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A value is kept as it was given, and what its row's set() makes of it in
 * `config`. What depends on several options waits for link_options_finish().
 */
#include "host/config/link_options.h"

#include "host/control/place.h"
#include "host/config/framings.h"
#include "host/config/identity.h"
#include "host/net/interface.h"
#include "host/base/log.h"

#include <pigtail/compat.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MTU_MIN	    68
#define MTU_MAX	    9000
#define MTU_DEFAULT 1500

/* What a network behind `user` would hand out. */
#define USER_LEASE   "10.0.2.15/24"
#define USER_GATEWAY "10.0.2.2"

static int set_port(struct link_options *options, const char *value, char *error,
		    size_t error_size)
{
	(void)error;
	(void)error_size;
	options->config.port = value;
	return 0;
}

static int set_net(struct link_options *options, const char *value, char *error,
		   size_t error_size)
{
	(void)error;
	(void)error_size;
	options->config.net = value;
	return 0;
}

static int set_ap(struct link_options *options, const char *value, char *error,
		  size_t error_size)
{
	(void)error;
	(void)error_size;
	options->config.ap_net = value;
	return 0;
}

static int set_name(struct link_options *options, const char *value, char *error,
		    size_t error_size)
{
	(void)options;
	if (control_name_ok(value))
		return 0;
	return complain_usage(error, error_size,
			      "name '%s': a name has 1 to %d letters, digits, '_', '-', '.'",
			      value, CONTROL_NAME_MAX);
}

static int set_framing(struct link_options *options, const char *value, char *error,
		       size_t error_size)
{
	options->config.framing = framing_by_name(value);
	if (options->config.framing)
		return 0;
	return complain_usage(error, error_size, "no such framing '%s'", value);
}

static int set_capture(struct link_options *options, const char *value, char *error,
		       size_t error_size)
{
	(void)error;
	(void)error_size;
	options->config.capture = value;
	return 0;
}

static int set_mtu(struct link_options *options, const char *value, char *error,
		   size_t error_size)
{
	char *end;
	long mtu = strtol(value, &end, 10);

	if (!*value || *end || mtu < MTU_MIN || mtu > MTU_MAX)
		return complain_usage(error, error_size, "mtu '%s': must be %d to %d", value,
				      MTU_MIN, MTU_MAX);
	options->config.mtu = (uint16_t)mtu;
	return 0;
}

static int set_mac(struct link_options *options, const char *value, char *error,
		   size_t error_size)
{
	uint8_t *mac = options->config.mac;

	/* sscanf() alone takes blanks and signs as well. */
	if (strlen(value) != 17 || strspn(value, "0123456789abcdefABCDEF:") != 17 ||
	    sscanf(value, "%2hhx:%2hhx:%2hhx:%2hhx:%2hhx:%2hhx", &mac[0], &mac[1], &mac[2],
		   &mac[3], &mac[4], &mac[5]) != 6 ||
	    mac[0] & 1 || !memcmp(mac, (const uint8_t[6]){0}, 6))
		return complain_usage(error, error_size,
				      "mac '%s': it is 02:00:00:00:00:01, of one station",
				      value);
	return 0;
}

static int set_ip(struct link_options *options, const char *value, char *error,
		  size_t error_size)
{
	options->config.address = value;
	if (interface_address_ok(value))
		return 0;
	return complain_usage(error, error_size, "ip '%s': it is ADDR/LEN, IPv4 or IPv6",
			      value);
}

static int set_peer(struct link_options *options, const char *value, char *error,
		    size_t error_size)
{
	(void)error;
	(void)error_size;
	options->config.peer = value;
	return 0;
}

static int set_default_route(struct link_options *options, const char *value, char *error,
			     size_t error_size)
{
	options->config.default_route = !strcmp(value, "on");
	if (options->config.default_route || !strcmp(value, "off"))
		return 0;
	return complain_usage(error, error_size, "default-route '%s': it is on or off", value);
}

/* Its meaning depends on others: see prepare_hosted(). */
static int set_later(struct link_options *options, const char *value, char *error,
		     size_t error_size)
{
	(void)options;
	(void)value;
	(void)error;
	(void)error_size;
	return 0;
}

const struct link_option_row link_option_rows[LINK_OPTION_COUNT] = {
	[LINK_PORT] = {"port", 0, NULL, NULL, false, set_port, NULL},
	[LINK_NET] = {"net", 0, NULL, NULL, true, set_net, NULL},
	[LINK_AP] = {"ap", 0, "NET", "Another NET, for the network that the radio makes itself",
		     false, set_ap, NULL},
	[LINK_NAME] = {"name", 'n', "NAME",
		       "Name of the link for status and stats (default: the interface's)",
		       false, set_name, NULL},
	[LINK_FRAMING] = {"framing", 'f', "FRAMING", "What is spoken on the wire:", true,
			  set_framing, NULL},
	[LINK_CAPTURE] = {"capture", 0, "FILE", "Record packets and frames (pcapng)", false,
			  set_capture, NULL},
	[LINK_MTU] = {"mtu", 0, "BYTES", "Longest IP packet, 68 to 9000 (default 1500)", true,
		      set_mtu, NULL},
	[LINK_MAC] = {"mac", 0, "MAC",
		      "Of the tap interface (default: one made up, always the same)", false,
		      set_mac, NULL},
	[LINK_IP] = {"ip", 0, "ADDR/LEN",
		     "Address for the interface; of an esp8266-hosted device: the one it "
		     "hands out",
		     false, set_ip, NULL},
	[LINK_PEER] = {"peer", 0, "ADDR", "Address at the other end of a tun", false, set_peer,
		       NULL},
	[LINK_GATEWAY] = {"gateway", 0, "ADDR",
			  "Gateway that an esp8266-hosted device hands out", true, set_later,
			  NULL},
	[LINK_DEFAULT_ROUTE] = {"default-route", 0, "on|off",
				"Send all through the gateway that an esp8266-hosted radio "
				"assigns (default off)",
				true, set_default_route, "on"},
	[LINK_WIFI_FILE] = {"wifi-file", 0, "FILE",
			    "Networks to join, mode 0600: lines ssid=... and passphrase=...; "
			    "see pigtail(1)",
			    true, set_later, NULL},
};

struct link_options *link_options_new(enum ptl_role role)
{
	struct link_options *options = calloc(1, sizeof(*options));

	if (!options)
		return NULL;
	options->config.role = role;
	options->config.framing = framings[0];
	options->config.mtu = MTU_DEFAULT;
	return options;
}

int link_options_set(struct link_options *options, enum link_option option, const char *value,
		     char *error, size_t error_size)
{
	free(options->values[option]);
	options->values[option] = strdup(value);
	if (!options->values[option])
		return complain(error, error_size, "out of memory");
	return link_option_rows[option].set(options, options->values[option], error,
					    error_size);
}

/* ---- what the framing esp8266-hosted wants beyond ---- */

static int prepare_lease(struct link_options *options, char *error, size_t error_size)
{
	struct link_config *config = &options->config;
	const char *address = options->values[LINK_IP];
	const char *gateway = options->values[LINK_GATEWAY];
	uint32_t netmask;

	if (!address && !strncmp(config->net, "user", 4)) {
		address = USER_LEASE;
		gateway = gateway ? gateway : USER_GATEWAY;
	}
	if (!address)
		return complain_usage(
			error, error_size,
			"an esp8266-hosted device hands out an address: give it by "
			"--ip ADDR/LEN, and --gateway ADDR");
	if (ipv4_parse(address, &config->lease_address, &config->lease_netmask) < 0)
		return complain_usage(error, error_size,
				      "--ip %s: it is an IPv4 address and /LEN", address);
	if (!ipv4_is_host(config->lease_address, config->lease_netmask))
		return complain_usage(error, error_size,
				      "--ip %s is no host's address in a network of at most "
				      "a /8",
				      address);
	if (gateway && ipv4_parse(gateway, &config->lease_gateway, &netmask) < 0)
		return complain_usage(error, error_size, "--gateway %s is no IPv4 address",
				      gateway);
	config->address = NULL;
	return 0;
}

static int prepare_hosted(struct link_options *options, char *error, size_t error_size)
{
	struct link_config *config = &options->config;
	const char *file = options->values[LINK_WIFI_FILE];
	int status;

	if (config->framing != &ptl_framing_esp8266_hosted) {
		config->wifi_file = file;
		if (file && (config->role != PTL_HOST || !config->framing->send_control))
			return complain_usage(
				error, error_size,
				"--wifi-file is for 'pigtail up' with --framing pigtail or "
				"esp8266-hosted: there the radio is told its network");
		if (options->values[LINK_GATEWAY])
			return complain_usage(error, error_size,
					      "--gateway is for --framing esp8266-hosted only");
		if (config->default_route)
			return complain_usage(
				error, error_size,
				"--default-route is for --framing esp8266-hosted, "
				"whose radio assigns a gateway; a DHCP client "
				"sets its own");
		return 0;
	}
	if (file) {
		status = wifi_secret_read(file, &options->secret, error, error_size);
		if (status < 0)
			return status;
		config->ssid = options->secret.ssid;
		config->password = options->secret.password;
	}
	if (config->role == PTL_DEVICE)
		return prepare_lease(options, error, error_size);
	if (!file)
		return complain_usage(
			error, error_size,
			"the framing esp8266-hosted needs --wifi-file FILE with the "
			"lines ssid=... and password=...");
	return 0;
}

int link_options_finish(struct link_options *options, char *error, size_t error_size)
{
	struct link_config *config = &options->config;
	int status;

	if (!config->port || !config->net)
		return complain_usage(error, error_size, "%s missing",
				      config->port  ? "NET is"
				      : config->net ? "PORT is"
						    : "PORT and NET are");
	status = prepare_hosted(options, error, error_size);
	if (status < 0)
		return status;
	if (config->ap_net && (config->role != PTL_HOST || !config->framing->send_control))
		return complain_usage(error, error_size,
				      "--ap is for 'pigtail up' with --framing pigtail: no "
				      "other radio can be told to be an access point");
	config->mtu_asked = options->values[LINK_MTU] != NULL;
	config->mac_asked = options->values[LINK_MAC] != NULL;
	if (!config->mac_asked &&
	    identity_mac("", config->role, config->port, config->net, config->mac) < 0)
		return complain(error, error_size, "the kernel gives no random numbers");
	if (config->ap_net &&
	    identity_mac("", config->role, config->port, config->ap_net, config->ap_mac) < 0)
		return complain(error, error_size, "the kernel gives no random numbers");
	if (!memcmp(config->ap_mac, config->mac, sizeof(config->mac)))
		config->ap_mac[5] ^= 1;
	return 0;
}

bool link_options_equal(const struct link_options *a, const struct link_options *b)
{
	for (int i = 0; i < LINK_OPTION_COUNT; i++) {
		const char *one = a->values[i];
		const char *other = b->values[i];

		if (!one != !other || (one && strcmp(one, other) != 0))
			return false;
	}
	return !memcmp(&a->secret, &b->secret, sizeof(a->secret));
}

void link_options_free(struct link_options *options)
{
	if (!options)
		return;
	for (int i = 0; i < LINK_OPTION_COUNT; i++)
		free(options->values[i]);
	wifi_secret_wipe(&options->secret);
	free(options);
}

void link_options_free_all(struct link_options *first)
{
	while (first) {
		struct link_options *next = first->next;

		link_options_free(first);
		first = next;
	}
}
