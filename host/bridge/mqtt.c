/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * libmosquitto without its thread: its socket is watched here, and a timer gives it the time
 * that it wants for keep-alives, and for another try when the broker is gone. While there
 * is none, lines are lost and counted; so are they beyond WAITING, when it takes none.
 *
 * By TLS the library goes on with a connection that has just opened, and with the handshake,
 * only when it is told to read; and as long as it shakes hands it says that it wants to write.
 * So whatever happens it is told to do both, and while there is no broker yet only the opening
 * is waited for. A connection that is refused or reset then it takes for one that opens still,
 * for ever. That, and a broker that says nothing, is found out here.
 */
#include "host/bridge/mqtt.h"

#include "host/base/log.h"
#include "host/base/poller.h"
#include "host/base/secret.h"
#include "host/base/timer.h"
#include "host/bridge/mosquitto_library.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define KEEP_ALIVE_S 30
#define TICK_US	     1000000u
#define RETRY_MAX    32u /* ticks */
#define TURNS_MAX    64	 /* of reading at one go */
#define PATIENCE     10u /* ticks, until the broker has answered */
#define WAITING	     1000

struct mqtt {
	uv_loop_t *loop;
	const struct mosquitto_library *library;
	struct mosquitto *client;
	struct poller *poller; /* of its socket, NULL: it has none */
	struct timer *timer;
	char host[256], topic[256];
	int port, waiting;
	unsigned lost, retry, ticks;
	bool tls, connected, told;
	bool opening; /* nothing has happened on its socket yet */
	bool given_up;
};

static void on_ready(void *user, int events);

/* After each call of the library: its socket may be another one, or gone. */
static void settle(struct mqtt *mqtt)
{
	int fd = mqtt->library->socket(mqtt->client);
	bool writes = mqtt->opening || mqtt->connected || !mqtt->tls;

	if (fd < 0 || mqtt->given_up) {
		poller_free(mqtt->poller);
		mqtt->poller = NULL;
		return;
	}
	if (!mqtt->poller)
		mqtt->poller = poller_new(mqtt->loop, fd, on_ready, mqtt);
	if (mqtt->poller)
		poller_want(mqtt->poller,
			    UV_READABLE | (writes && mqtt->library->want_write(mqtt->client)
						   ? UV_WRITABLE
						   : 0));
}

/* The library has closed its socket by now. */
static void on_disconnected(struct mosquitto *client, void *user, int why)
{
	struct mqtt *mqtt = user;

	(void)client;
	poller_free(mqtt->poller);
	mqtt->poller = NULL;
	mqtt->connected = false;
	mqtt->waiting = 0;
	if (!mqtt->told)
		log_line("mqtt: lost %s: %s; trying again", mqtt->host,
			 why == MOSQ_ERR_KEEPALIVE ? "it says nothing any more"
						   : mqtt->library->strerror(why));
	mqtt->told = true;
}

/* It has a socket, and no broker at the other end. */
static void give_up(struct mqtt *mqtt, const char *why)
{
	mqtt->given_up = true;
	mqtt->ticks = 0;
	if (!mqtt->told)
		log_line("mqtt: %s %s; trying again", mqtt->host, why);
	mqtt->told = true;
}

/* Of a handshake that fails as it writes the library says nothing more than this. */
static void judge(struct mqtt *mqtt, int status)
{
	if (status && mqtt->library->socket(mqtt->client) < 0)
		on_disconnected(mqtt->client, mqtt, status);
}

/* A socket that opens still isn't either, but on that nothing happens. */
static bool is_connected(int fd)
{
	struct sockaddr_storage peer;
	socklen_t size = sizeof(peer);

	return getpeername(fd, (struct sockaddr *)&peer, &size) == 0;
}

static void on_ready(void *user, int events)
{
	struct mqtt *mqtt = user;

	(void)events;
	mqtt->opening = false;
	judge(mqtt, mqtt->library->loop_read(mqtt->client, TURNS_MAX));
	if (mqtt->library->socket(mqtt->client) >= 0)
		judge(mqtt, mqtt->library->loop_write(mqtt->client, 1));
	if (!mqtt->connected && mqtt->library->socket(mqtt->client) >= 0 &&
	    !is_connected(mqtt->library->socket(mqtt->client)))
		give_up(mqtt, "is not reached");
	settle(mqtt);
}

static void on_connected(struct mosquitto *client, void *user, int answer)
{
	struct mqtt *mqtt = user;

	(void)client;
	if (answer) {
		log_line("mqtt: %s refuses: %s", mqtt->host,
			 mqtt->library->connack_string(answer));
		mqtt->told = true;
		return;
	}
	mqtt->connected = true;
	mqtt->told = false;
	mqtt->retry = 1;
	if (mqtt->lost)
		log_line("mqtt: %u lines were lost while %s was away", mqtt->lost, mqtt->host);
	else
		log_detail("mqtt: %s takes lines, topic %s", mqtt->host, mqtt->topic);
	mqtt->lost = 0;
}

static void on_published(struct mosquitto *client, void *user, int id)
{
	struct mqtt *mqtt = user;

	(void)client;
	(void)id;
	mqtt->waiting -= mqtt->waiting > 0;
}

static void try_again(struct mqtt *mqtt)
{
	int status;

	if (++mqtt->ticks < mqtt->retry)
		return;
	mqtt->ticks = 0;
	mqtt->opening = true;
	mqtt->given_up = false;
	mqtt->retry = mqtt->retry * 2 < RETRY_MAX ? mqtt->retry * 2 : RETRY_MAX;
	status = mqtt->library->connect_async(mqtt->client, mqtt->host, mqtt->port,
					      KEEP_ALIVE_S);
	if (status && !mqtt->told) {
		log_line("mqtt: cannot connect to %s yet: %s; trying again", mqtt->host,
			 mqtt->library->strerror(status));
		mqtt->told = true;
	}
}

static void on_tick(void *user)
{
	struct mqtt *mqtt = user;

	if (mqtt->library->socket(mqtt->client) < 0 || mqtt->given_up)
		try_again(mqtt);
	else if (!mqtt->connected && ++mqtt->ticks >= PATIENCE)
		give_up(mqtt, "does not answer");
	else
		(void)mqtt->library->loop_misc(mqtt->client);
	settle(mqtt);
	timer_set(mqtt->timer, timer_now() + TICK_US);
}

/* ---- its life ---- */

/* mqtt[s]://[USER@]HOST[:PORT][/TOPIC] */
static int parse(struct mqtt *mqtt, const char *url, const char *name, bool *tls, char *user,
		 size_t user_size, char *error, size_t error_size)
{
	const char *at = strstr(url, "://"), *end, *host, *colon;
	size_t n;

	*tls = !strncmp(url, "mqtts://", 8);
	if (!at || (!*tls && strncmp(url, "mqtt://", 7) != 0))
		goto bad;
	at += 3;
	end = at + strcspn(at, "/");
	host = memchr(at, '@', (size_t)(end - at));
	n = host ? (size_t)(host - at) : 0;
	if (n >= user_size || memchr(at, ':', n)) /* a password would be for all to see */
		goto bad;
	memcpy(user, at, n);
	user[n] = 0;
	host = host ? host + 1 : at;
	colon = *host == '[' ? strchr(host, ']') : host;
	colon = colon ? memchr(colon, ':', (size_t)(end - colon)) : NULL;
	n = (size_t)((colon ? colon : end) - host);
	if (*host == '[') {
		host++;
		n -= 2;
	}
	if (!n || n >= sizeof(mqtt->host))
		goto bad;
	memcpy(mqtt->host, host, n);
	mqtt->port = colon ? atoi(colon + 1) : *tls ? 8883 : 1883;
	(void)snprintf(mqtt->topic, sizeof(mqtt->topic), "%s%s",
		       end[0] && end[1] ? "" : "pigtail/", end[0] && end[1] ? end + 1 : name);
	if (mqtt->port > 0 && mqtt->port <= UINT16_MAX &&
	    mqtt->library->pub_topic_check(mqtt->topic) == MOSQ_ERR_SUCCESS)
		return 0;
bad:
	return complain_usage(error, error_size,
			      "--mqtt: it must be mqtt[s]://[USER@]HOST[:PORT][/TOPIC], and a "
			      "password comes by --mqtt-password FILE");
}

static int set_up(struct mqtt *mqtt, const struct mqtt_options *options, bool tls,
		  const char *user, char *error, size_t error_size)
{
	char password[256] = "";
	int status;

	if (options->password_file && secret_text(options->password_file, password,
						  sizeof(password), error, error_size) < 0)
		return -1;
	password[strcspn(password, "\r\n")] = 0;
	status = *user ? mqtt->library->username_pw_set(mqtt->client, user,
							*password ? password : NULL)
		       : MOSQ_ERR_SUCCESS;
	explicit_bzero(password, sizeof(password));
	if (!status && tls)
		status = mqtt->library->tls_set(mqtt->client, options->ca,
						options->ca ? NULL : "/etc/ssl/certs", NULL,
						NULL, NULL);
	return status ? complain(error, error_size, "--mqtt: %s",
				 mqtt->library->strerror(status))
		      : 0;
}

int mqtt_open(uv_loop_t *loop, const struct mqtt_options *options, const char *name,
	      struct mqtt **out, char *error, size_t error_size)
{
	struct mqtt *mqtt = calloc(1, sizeof(*mqtt));
	char user[128];
	int status;

	if (!mqtt)
		return complain(error, error_size, "out of memory");
	mqtt->library = mosquitto_library(error, error_size);
	if (!mqtt->library) {
		free(mqtt);
		return -1;
	}
	(void)mqtt->library->lib_init();
	mqtt->loop = loop;
	mqtt->retry = 1;
	status = parse(mqtt, options->url, name, &mqtt->tls, user, sizeof(user), error,
		       error_size);
	if (!status) {
		mqtt->client = mqtt->library->new (NULL, true, mqtt);
		mqtt->timer = timer_new(loop, on_tick, mqtt);
		if (!mqtt->client || !mqtt->timer)
			status = complain(error, error_size, "out of memory");
	}
	if (!status)
		status = set_up(mqtt, options, mqtt->tls, user, error, error_size);
	if (status) {
		mqtt_close(mqtt);
		return status;
	}
	mqtt->library->connect_callback_set(mqtt->client, on_connected);
	mqtt->library->disconnect_callback_set(mqtt->client, on_disconnected);
	mqtt->library->publish_callback_set(mqtt->client, on_published);
	timer_set(mqtt->timer, timer_now());
	*out = mqtt;
	return 0;
}

void mqtt_line(void *user, const char *line)
{
	struct mqtt *mqtt = user;

	if (!mqtt->connected || mqtt->waiting >= WAITING ||
	    mqtt->library->publish(mqtt->client, NULL, mqtt->topic, (int)strlen(line), line, 0,
				   false)) {
		mqtt->lost++;
		return;
	}
	mqtt->waiting++;
	settle(mqtt);
}

void mqtt_close(struct mqtt *mqtt)
{
	if (!mqtt)
		return;
	poller_free(mqtt->poller);
	mqtt->poller = NULL;
	timer_free(mqtt->timer);
	if (mqtt->client) {
		mqtt->library->disconnect_callback_set(mqtt->client, NULL);
		(void)mqtt->library->disconnect(mqtt->client);
		mqtt->library->destroy(mqtt->client);
	}
	(void)mqtt->library->lib_cleanup();
	free(mqtt);
}
