/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * pigtail wire PORT PORT: a simulated UART cable between two ports, in real
 * time. A relay (sim/relay.h) each way does the work; here are the options, the
 * loop that gives the relays their turns, and the counters at the end.
 *
 * A relay has a turn when its input has bytes, its output takes bytes again, or
 * the time has come that it asked for; one timer serves both. What arrives at a
 * port that is not open is gone, as on a UART that nobody reads.
 */
#include "commands.h"
#include "log.h"
#include "port.h"
#include "timer.h"

#include "sim/relay.h"

#include <cjson/cJSON.h>
#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#define BAUD_DEFAULT 921600u
#define FIFO_DEFAULT 4096u
#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

struct options {
	const char *port[2];
	struct wire_config wire;
	bool seeded;
	bool json;
	const char *stats;
};

struct direction {
	struct cable *cable;
	struct relay relay;
	struct port *in, *out;
	uint64_t wake;	 /* ns */
	uint64_t unread; /* arrived while the output was not open */
};

struct cable {
	const struct options *options;
	uv_loop_t loop;
	struct port *port[2];
	struct direction direction[2]; /* [i]: from port i to the other */
	struct timer *timer;
	uv_signal_t signals[4];
	ptl_time began;
};

/* ---- options ---- */

enum {
	KEY_BAUD = 'b',
	KEY_BER = 0x100,
	KEY_DROP,
	KEY_DUP,
	KEY_BURST,
	KEY_FIFO,
	KEY_RTSCTS,
	KEY_DELAY,
	KEY_SEED,
	KEY_STATS,
	KEY_JSON,
};

static const struct argp_option option_list[] = {
	{"baud", KEY_BAUD, "N", 0, "Line rate, bits/s, 8N1: 50 to 10000000 (921600)", 1},
	{"delay", KEY_DELAY, "MS", 0, "Propagation delay, milliseconds (0)", 1},
	{"fifo", KEY_FIFO, "N", 0,
	 "Receive FIFO, bytes (4096): fills while the reader doesn't read, then overruns", 1},
	{"rtscts", KEY_RTSCTS, NULL, 0, "A FIFO that is 3/4 full stops the sender", 1},
	{"ber", KEY_BER, "P", 0, "Chance that a bit flips, start and stop bits included", 2},
	{"drop", KEY_DROP, "P", 0, "Chance that a byte vanishes", 2},
	{"dup", KEY_DUP, "P", 0, "Chance that a byte comes twice", 2},
	{"burst", KEY_BURST, "P,LEN", 0,
	 "Chance per byte that a burst begins, and its mean length: random bytes", 2},
	{"seed", KEY_SEED, "N", 0, "Of the faults; the same bytes get the same faults (random)",
	 2},
	{"stats", KEY_STATS, "FILE", 0, "At the end, write the counters to FILE as JSON", 3},
	{"json", KEY_JSON, NULL, 0, "At the end, print the counters as JSON", 3},
	{0},
};

static double number(struct argp_state *state, const char *option, const char *text,
		     char **rest)
{
	double value;

	errno = 0;
	value = strtod(text, rest);
	if (*rest == text || errno || !isfinite(value))
		command_misused(state, "--%s '%s' is not a number", option, text);
	return value;
}

static double chance(struct argp_state *state, const char *option, const char *text)
{
	char *rest;
	double value = number(state, option, text, &rest);

	if (*rest || value < 0 || value > 1)
		command_misused(state, "--%s '%s': must be a chance from 0 to 1, such as 1e-5",
				option, text);
	return value;
}

static uint64_t integer(struct argp_state *state, const char *option, const char *text,
			uint64_t min, uint64_t max)
{
	char *rest = NULL;
	uint64_t value = 0;

	errno = 0;
	if (*text >= '0' && *text <= '9')
		value = strtoull(text, &rest, 0);
	if (!rest || *rest || errno || value < min || value > max)
		command_misused(state,
				"--%s '%s': must be a number from %" PRIu64 " to %" PRIu64,
				option, text, min, max);
	return value;
}

static void set_burst(struct argp_state *state, const char *text, struct fault_rates *faults)
{
	char *rest;
	double p = number(state, "burst", text, &rest);

	if (*rest != ',' || p < 0 || p > 1)
		command_misused(state,
				"--burst '%s': must be a chance and a length, such as "
				"1e-6,50",
				text);
	faults->burst = p;
	faults->burst_bytes = (uint32_t)integer(state, "burst", rest + 1, 1, 1000000);
}

static void set_delay(struct argp_state *state, const char *text, struct wire_config *wire)
{
	char *rest;
	double ms = number(state, "delay", text, &rest);

	if (*rest || ms < 0 || ms * 1e6 > (double)WIRE_DELAY_MAX_NS)
		command_misused(state, "--delay '%s': must be milliseconds from 0 to 10000",
				text);
	wire->delay_ns = (uint64_t)(ms * 1e6);
}

static error_t parse_option(int key, char *text, struct argp_state *state)
{
	struct options *options = state->input;
	struct wire_config *wire = &options->wire;

	switch (key) {
	case KEY_BAUD:
		wire->baud =
			(uint32_t)integer(state, "baud", text, WIRE_BAUD_MIN, WIRE_BAUD_MAX);
		return 0;
	case KEY_DELAY:
		set_delay(state, text, wire);
		return 0;
	case KEY_FIFO:
		wire->fifo = (uint32_t)integer(state, "fifo", text, 1, WIRE_BUFFER_MAX);
		return 0;
	case KEY_RTSCTS:
		wire->rtscts = true;
		return 0;
	case KEY_BER:
		wire->faults.ber = chance(state, "ber", text);
		return 0;
	case KEY_DROP:
		wire->faults.drop = chance(state, "drop", text);
		return 0;
	case KEY_DUP:
		wire->faults.dup = chance(state, "dup", text);
		return 0;
	case KEY_BURST:
		set_burst(state, text, &wire->faults);
		return 0;
	case KEY_SEED:
		wire->seed = integer(state, "seed", text, 0, UINT64_MAX);
		options->seeded = true;
		return 0;
	case KEY_STATS:
		options->stats = text;
		return 0;
	case KEY_JSON:
		options->json = true;
		return 0;
	case ARGP_KEY_ARG:
		if (state->arg_num >= 2)
			command_misused(state, "too many arguments: '%s'", text);
		options->port[state->arg_num] = text;
		return 0;
	case ARGP_KEY_END:
		if (state->arg_num < 2)
			command_misused(state, "two ports are needed");
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static const struct argp argp = {
	.options = option_list,
	.parser = parse_option,
	.args_doc = "PORT PORT",
	.doc = "A simulated UART cable between two ports, paced to the byte, with faults."
	       "\v"
	       "PORT is pty:LINK, /dev/ttyX, tcp:HOST:PORT, tcp-listen:[HOST:]PORT, unix:PATH "
	       "or unix-listen:PATH. Faults and rate are those of each direction.\n\n"
	       "SIGUSR1 cuts the cable: all is lost on the way. SIGUSR2 mends it. SIGINT and "
	       "SIGTERM end it, and print what happened on it: the counters of each "
	       "direction.\n\n"
	       "  pigtail wire pty:/tmp/a pty:/tmp/b --baud 115200 --ber 1e-5",
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

static void arm(struct cable *cable)
{
	uint64_t wake = cable->direction[0].wake;

	if (cable->direction[1].wake < wake)
		wake = cable->direction[1].wake;
	timer_set(cable->timer, wake == WIRE_NEVER ? PTL_NEVER : (wake + 999) / 1000);
}

static void turn(struct direction *direction)
{
	struct relay_wish wish = relay_turn(&direction->relay, timer_now() * 1000);

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

static int run(const struct options *options, FILE *stats)
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
		log_line("wire: %s to %s at %u baud%s", port_name(cable.port[0]),
			 port_name(cable.port[1]), (unsigned int)options->wire.baud, seed);
		cable.began = timer_now();
		(void)uv_run(&cable.loop, UV_RUN_DEFAULT);
		status = tell_counters(&cable, stats);
	}
	stop(&cable);
	return status;
}

int cmd_wire(int argc, char **argv)
{
	struct options options = {.wire = {.baud = BAUD_DEFAULT, .fifo = FIFO_DEFAULT}};
	FILE *stats = NULL;
	int status;

	command_parse(&argp, argc, argv, &options);
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
