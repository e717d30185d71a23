/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * pigtail wire PORT PORT: a simulated UART cable between two ports, in real
 * time. A relay (sim/relay.h) each way does the work; here are the loop that gives
 * the relays their turns, and the counters at the end; the options are in
 * wire_options.c.
 *
 * A relay has a turn when its input has bytes, its output takes bytes again, or
 * the time has come that it asked for; one timer serves both. What arrives at a
 * port that is not open is gone, as on a UART that nobody reads.
 *
 * With --baud auto each end has the rate that its user set the pty to, looked up at
 * each turn: what it sends goes at that rate, and what it hears at another one is
 * misread.
 */
#include "host/command/commands.h"
#include "host/base/log.h"
#include "host/port/port.h"
#include "host/base/timer.h"
#include "host/command/wire_options.h"

#include "sim/relay.h"

#include <cjson/cJSON.h>
#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

struct direction {
	struct cable *cable;
	struct relay relay;
	struct port *in, *out;
	uint64_t wake;	 /* ns */
	uint64_t unread; /* arrived while the output was not open */
};

struct cable {
	const struct wire_options *options;
	uv_loop_t loop;
	struct port *port[2];
	struct direction direction[2]; /* [i]: from port i to the other */
	uint32_t rate[2];	       /* of the ports, with --baud auto */
	size_t changes;		       /* of the highest rate, that have come */
	struct timer *timer;
	uv_signal_t signals[4];
	ptl_time began;
};

/* ---- the loop ---- */

static size_t read_input(void *user, uint8_t *bytes, size_t n)
{
	struct direction *direction = user;

	return port_read(direction->in, bytes, n);
}

static size_t write_output(void *user, const uint8_t *bytes, size_t n)
{
	struct direction *direction = user;

	if (port_is_open(direction->out))
		return port_write(direction->out, bytes, n);
	direction->unread += n;
	return n;
}

/* When the line changes as --max-baud-after says, ns. */
static uint64_t next_change(const struct cable *cable)
{
	if (!cable->began || cable->changes == cable->options->changes_n)
		return WIRE_NEVER;
	return (cable->began + cable->options->changes[cable->changes].after_us) * 1000;
}

static void change_line(struct cable *cable, uint64_t now)
{
	while (next_change(cable) <= now) {
		uint32_t baud = cable->options->changes[cable->changes++].baud;

		for (size_t i = 0; i < 2; i++)
			wire_set_max_baud(cable->direction[i].relay.wire, now, baud);
		log_line("wire: carries up to %u baud now", (unsigned int)baud);
	}
}

/* What the ends have set their ptys to, and make of that. */
static void follow_rates(struct cable *cable, uint64_t now)
{
	for (size_t i = 0; i < 2 && cable->options->follow; i++) {
		uint32_t rate = port_peer_baud(cable->port[i]);
		uint32_t made = ptl_uart_rate(&cable->options->uart[i], rate);

		if (rate == cable->rate[i])
			continue;
		cable->rate[i] = rate;
		if (!made)
			made = rate;
		(void)wire_set_baud(cable->direction[i].relay.wire, now, made);
		(void)wire_set_rx_baud(cable->direction[!i].relay.wire, now, made);
		log_detail("wire: %s is at %u baud", port_name(cable->port[i]),
			   (unsigned int)rate);
	}
}

static void arm(struct cable *cable)
{
	uint64_t wake = cable->direction[0].wake;

	if (cable->direction[1].wake < wake)
		wake = cable->direction[1].wake;
	if (next_change(cable) < wake)
		wake = next_change(cable);
	timer_set(cable->timer, wake == WIRE_NEVER ? PTL_NEVER : (wake + 999) / 1000);
}

static void turn(struct direction *direction)
{
	uint64_t now = timer_now() * 1000;
	struct relay_wish wish;

	change_line(direction->cable, now);
	follow_rates(direction->cable, now);
	wish = relay_turn(&direction->relay, now);
	port_want_read(direction->in, wish.read);
	direction->wake = wish.wake;
	arm(direction->cable);
}

static void on_time(void *user)
{
	struct cable *cable = user;

	turn(&cable->direction[0]);
	turn(&cable->direction[1]);
}

/* The ports' events; user is the direction that leads from the port. */

static struct direction *opposite(struct direction *direction)
{
	struct direction *both = direction->cable->direction;

	return direction == &both[0] ? &both[1] : &both[0];
}

static void on_readable(void *user)
{
	turn(user);
}

static void on_writable(void *user)
{
	turn(opposite(user));
}

static void on_opened(void *user)
{
	turn(user);
	turn(opposite(user));
}

static void on_lost(void *user, const char *why)
{
	struct direction *direction = user;

	log_line("wire: lost %s: %s; waiting for it", port_name(direction->in), why);
	turn(opposite(direction));
}

static void set_line(struct cable *cable, enum wire_line line)
{
	uint64_t now = timer_now() * 1000;

	for (size_t i = 0; i < 2; i++)
		wire_set_line(cable->direction[i].relay.wire, now, line);
	log_line("wire: %s", line == WIRE_LINE_OK ? "mended" : "cut");
}

static void on_signal(uv_signal_t *handle, int number)
{
	struct cable *cable = handle->data;

	if (number == SIGUSR1)
		set_line(cable, WIRE_LINE_STUCK);
	else if (number == SIGUSR2)
		set_line(cable, WIRE_LINE_OK);
	else
		uv_stop(&cable->loop);
}

/* ---- the counters ---- */

#define WIRE_COUNTER(field) offsetof(struct wire_counters, field)

static const struct counter {
	const char *name;
	const char *what;
	size_t offset;
} counter_list[] = {
	{"bytes_in", "bytes sent", WIRE_COUNTER(bytes_in)},
	{"bytes_out", "bytes received", WIRE_COUNTER(bytes_out)},
	{"bits_flipped", "bits flipped", WIRE_COUNTER(faults.bits_flipped)},
	{"start_errors", "lost to a flipped start bit", WIRE_COUNTER(faults.start_errors)},
	{"framing_errors", "came as 00, stop bit flipped", WIRE_COUNTER(faults.framing_errors)},
	{"dropped", "dropped", WIRE_COUNTER(faults.dropped)},
	{"duplicated", "came twice", WIRE_COUNTER(faults.duplicated)},
	{"bursts", "bursts", WIRE_COUNTER(faults.bursts)},
	{"burst_bytes", "bytes replaced by them", WIRE_COUNTER(faults.burst_bytes)},
	{"overruns", "lost, FIFO full", WIRE_COUNTER(overruns)},
	{"cut_bytes", "lost, cable cut", WIRE_COUNTER(stuck)},
	{"misread", "read at another rate than sent", WIRE_COUNTER(misread)},
	{"stops", "times that RTS stopped the sender", WIRE_COUNTER(stops)},
};

static uint64_t counter_value(const struct wire_counters *counters,
			      const struct counter *counter)
{
	uint64_t value;

	memcpy(&value, (const char *)counters + counter->offset, sizeof(value));
	return value;
}

static cJSON *counters_json(const struct cable *cable)
{
	const struct wire_config *config = &cable->options->wire;
	cJSON *json = cJSON_CreateObject();
	cJSON *directions;
	char seed[24];

	/* A number of JSON would round a seed of 64 bits. */
	(void)snprintf(seed, sizeof(seed), "%" PRIu64, config->seed);
	if (cable->options->follow)
		(void)cJSON_AddStringToObject(json, "baud", "auto");
	else
		(void)cJSON_AddNumberToObject(json, "baud", config->baud);
	(void)cJSON_AddStringToObject(json, "seed", seed);
	(void)cJSON_AddNumberToObject(json, "seconds",
				      (double)(timer_now() - cable->began) / 1e6);
	directions = cJSON_AddArrayToObject(json, "directions");
	for (size_t i = 0; i < 2; i++) {
		const struct direction *direction = &cable->direction[i];
		struct wire_counters counters;
		cJSON *one = cJSON_CreateObject();

		wire_get_counters(direction->relay.wire, &counters);
		(void)cJSON_AddStringToObject(one, "from", port_name(direction->in));
		(void)cJSON_AddStringToObject(one, "to", port_name(direction->out));
		for (size_t k = 0; k < COUNT(counter_list); k++)
			(void)cJSON_AddNumberToObject(
				one, counter_list[k].name,
				(double)counter_value(&counters, &counter_list[k]));
		(void)cJSON_AddNumberToObject(one, "unread", (double)direction->unread);
		(void)cJSON_AddItemToArray(directions, one);
	}
	return json;
}

static void print_counters(const struct cable *cable)
{
	for (size_t i = 0; i < 2; i++) {
		const struct direction *direction = &cable->direction[i];
		struct wire_counters counters;

		wire_get_counters(direction->relay.wire, &counters);
		(void)printf("%s to %s:\n", port_name(direction->in),
			     port_name(direction->out));
		for (size_t k = 0; k < COUNT(counter_list); k++) {
			uint64_t value = counter_value(&counters, &counter_list[k]);

			/* The two of bytes always, the others if there are any. */
			if (value || k < 2)
				(void)printf("%12" PRIu64 "  %s\n", value,
					     counter_list[k].what);
		}
		if (direction->unread)
			(void)printf("%12" PRIu64 "  of them to a port that was not open\n",
				     direction->unread);
	}
}

/* At the end; 0 or EXIT_FAILED. */
static int tell_counters(const struct cable *cable, FILE *stats)
{
	cJSON *json = counters_json(cable);
	char *text = cJSON_Print(json);
	int status = EXIT_DONE;

	cJSON_Delete(json);
	if (!text) {
		log_line("wire: out of memory");
		return EXIT_FAILED;
	}
	if (stats && (fprintf(stats, "%s\n", text) < 0 || fflush(stats) != 0)) {
		log_line("wire: cannot write %s: %s", cable->options->stats, strerror(errno));
		status = EXIT_FAILED;
	}
	if (cable->options->json)
		(void)puts(text);
	else
		print_counters(cable);
	free(text);
	return status;
}

/* ---- begin and end ---- */

static int start_direction(struct cable *cable, size_t i)
{
	struct direction *direction = &cable->direction[i];
	struct wire_config config = cable->options->wire;
	struct prng prng = prng_seed(config.seed, i);

	config.seed = prng_next(&prng);
	if (cable->options->follow) {
		config.ppm = cable->options->ppm[i];
		config.rx_ppm = cable->options->ppm[!i];
		config.rx_baud = config.baud;
	}
	direction->cable = cable;
	direction->wake = WIRE_NEVER;
	direction->relay.wire = wire_new(&config);
	direction->relay.user = direction;
	direction->relay.read = read_input;
	direction->relay.write = write_output;
	relay_init(&direction->relay);
	if (direction->relay.wire)
		return EXIT_DONE;
	log_line("wire: out of memory");
	return EXIT_FAILED;
}

static int start_port(struct cable *cable, size_t i)
{
	struct port_events events = {
		.user = &cable->direction[i],
		.readable = on_readable,
		.writable = on_writable,
		.opened = on_opened,
		.lost = on_lost,
	};
	char error[256];
	int status = port_open(&cable->loop, cable->options->port[i], &events, &cable->port[i],
			       error, sizeof(error));

	if (status < 0) {
		log_line("%s", error);
		return -status;
	}
	if (cable->options->follow)
		port_follow_peer(cable->port[i]);
	cable->direction[i].in = cable->port[i];
	cable->direction[!i].out = cable->port[i];
	return EXIT_DONE;
}

static int start(struct cable *cable)
{
	static const int signals[] = {SIGINT, SIGTERM, SIGUSR1, SIGUSR2};
	int status;

	for (size_t i = 0; i < COUNT(signals); i++) {
		(void)uv_signal_init(&cable->loop, &cable->signals[i]);
		cable->signals[i].data = cable;
		(void)uv_signal_start(&cable->signals[i], on_signal, signals[i]);
	}
	cable->timer = timer_new(&cable->loop, on_time, cable);
	if (!cable->timer) {
		log_line("wire: cannot make a timer: %s", strerror(errno));
		return EXIT_FAILED;
	}
	for (size_t i = 0; i < 2; i++) {
		status = start_direction(cable, i);
		if (status)
			return status;
	}
	status = start_port(cable, 0);
	return status ? status : start_port(cable, 1);
}

/* Undoes start(), wherever it stopped. */
static void stop(struct cable *cable)
{
	for (size_t i = 0; i < COUNT(cable->signals); i++)
		uv_close((uv_handle_t *)&cable->signals[i], NULL);
	for (size_t i = 0; i < 2; i++)
		port_close(cable->port[i]);
	if (cable->timer)
		timer_free(cable->timer);
	(void)uv_run(&cable->loop, UV_RUN_DEFAULT);
	for (size_t i = 0; i < 2; i++)
		wire_free(cable->direction[i].relay.wire);
	(void)uv_loop_close(&cable->loop);
}

static bool has_faults(const struct fault_rates *faults)
{
	return faults->ber > 0 || faults->drop > 0 || faults->dup > 0 || faults->burst > 0;
}

static int run(const struct wire_options *options, FILE *stats)
{
	struct cable cable = {.options = options};
	char seed[40] = "";
	int status;

	status = uv_loop_init(&cable.loop);
	if (status < 0) {
		log_line("wire: cannot start: %s", uv_strerror(status));
		return EXIT_FAILED;
	}
	status = start(&cable);
	if (!status) {
		if (has_faults(&options->wire.faults))
			(void)snprintf(seed, sizeof(seed), ", seed %" PRIu64,
				       options->wire.seed);
		if (options->follow)
			log_line("wire: %s to %s at the rates of its ends%s",
				 port_name(cable.port[0]), port_name(cable.port[1]), seed);
		else
			log_line("wire: %s to %s at %u baud%s", port_name(cable.port[0]),
				 port_name(cable.port[1]), (unsigned int)options->wire.baud,
				 seed);
		cable.began = timer_now();
		arm(&cable);
		(void)uv_run(&cable.loop, UV_RUN_DEFAULT);
		status = tell_counters(&cable, stats);
	}
	stop(&cable);
	return status;
}

int cmd_wire(int argc, char **argv)
{
	struct wire_options options;
	FILE *stats = NULL;
	int status;

	wire_options_parse(&options, argc, argv);
	if (!options.seeded && getrandom(&options.wire.seed, sizeof(options.wire.seed), 0) < 0)
		options.wire.seed = timer_now();
	/* Short enough to be typed again. */
	if (!options.seeded)
		options.wire.seed &= 0xffffffff;
	if (options.stats) {
		stats = fopen(options.stats, "we");
		if (!stats) {
			log_line("wire: cannot write %s: %s; choose a place that you may write "
				 "to",
				 options.stats, strerror(errno));
			return EXIT_FAILED;
		}
	}
	status = run(&options, stats);
	if (stats && fclose(stats) != 0 && !status) {
		log_line("wire: cannot write %s: %s", options.stats, strerror(errno));
		status = EXIT_FAILED;
	}
	return status;
}
