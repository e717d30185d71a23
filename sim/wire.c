/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Two rings. The line ring holds what is in the sender's buffer and what is on
 * the way, in three absolute positions: arrived <= begun <= head. The FIFO ring
 * holds what has arrived. When the bytes on the way arrive is kept in runs of
 * bytes that follow each other without a gap.
 *
 * Everything is lazy: wire_run(now) begins all bytes whose start bit is due,
 * then passes all that have arrived through the faults into the FIFO. Without
 * RTS/CTS these two don't depend on each other, so it goes by runs; where the
 * FIFO might reach its mark within a run, byte by byte in order of time.
 *
 * The modem lines act at once, whatever the delay of the data is. The byte that
 * is being sent when RTS drops still comes, and what is on the way with it;
 * this is what the quarter of the FIFO above the mark is for.
 */
#include "sim/wire.h"

#include <stdlib.h>
#include <string.h>

#define BUFFER_BYTES 4096u
#define FIFO_BYTES   65536u
#define RUN_BYTES    65536u
#define RUNS	     4096u

/* Rates closer than 1 / RATE_SAME are not misread. */
#define RATE_SAME 66u
/* Bit errors above the highest working rate. */
#define BER_ABOVE      0.02
#define BER_ABOVE_MORE 0.3
#define BER_ABOVE_MAX  0.5

/* Ten bits last 10^13 / millibaud nanoseconds. */
#define BYTE_SCALE UINT64_C(10000000000000)

/* A moment, exactly: ns + part / rate nanoseconds, part < rate. */
struct moment {
	uint64_t ns;
	uint64_t part;
};

struct run {
	struct moment first; /* arrival of its first byte */
	uint64_t rate;	     /* millibaud */
	uint32_t n;
};

struct wire {
	struct wire_config config;
	uint64_t rate;	  /* millibaud */
	uint64_t rx_rate; /* 0: the sender's */
	struct misread misread;

	uint8_t *line;
	size_t line_size; /* powers of two, both */
	uint64_t head, begun, arrived;
	struct moment free; /* when the next start bit can be sent */
	bool stopped;

	struct run runs[RUNS];
	uint32_t run_head, run_tail;

	uint8_t *fifo;
	size_t fifo_size;
	uint64_t fifo_in, fifo_out;
	size_t high, low;

	enum wire_line state;
	struct faults faults;
	struct wire_counters counters;
};

static struct moment moment_after(struct moment moment, uint64_t rate, uint64_t n)
{
	uint64_t part = moment.part + n * BYTE_SCALE;

	return (struct moment){moment.ns + part / rate, part % rate};
}

/* Of n bytes, the first at a moment and the others behind it without a gap:
 * how many have come by now. n up to RUN_BYTES. */
static uint32_t count_until(struct moment first, uint64_t rate, uint32_t n, uint64_t now)
{
	uint64_t parts;

	if (!n || first.ns > now)
		return 0;
	if (moment_after(first, rate, n - 1).ns <= now)
		return n;
	parts = (now - first.ns + 1) * rate - first.part;
	return (uint32_t)((parts + BYTE_SCALE - 1) / BYTE_SCALE);
}

static uint64_t rate_of(uint32_t baud, int32_t ppm)
{
	return baud * (uint64_t)(1000000 + ppm) / 1000;
}

static size_t power_of_two(uint64_t n)
{
	size_t size = 64;

	while (size < n)
		size *= 2;
	return size;
}

static bool config_is_good(const struct wire_config *config)
{
	return config->baud >= WIRE_BAUD_MIN && config->baud <= WIRE_BAUD_MAX &&
	       (config->rx_baud == 0 ||
		(config->rx_baud >= WIRE_BAUD_MIN && config->rx_baud <= WIRE_BAUD_MAX)) &&
	       config->rx_ppm > -500000 && config->rx_ppm < 500000 &&
	       config->delay_ns <= WIRE_DELAY_MAX_NS && config->ppm > -500000 &&
	       config->ppm < 500000 && config->buffer <= WIRE_BUFFER_MAX &&
	       config->fifo <= WIRE_BUFFER_MAX;
}

/* What the line does at its present rate. */
static bool set_faults(struct wire *wire, const struct fault_rates *rates)
{
	struct fault_rates all = *rates;
	double above;

	if (wire->config.max_baud && wire->rate > wire->config.max_baud * UINT64_C(1000)) {
		above = (double)wire->rate / 1000.0 / wire->config.max_baud - 1;
		above = BER_ABOVE + above * BER_ABOVE_MORE;
		if (above > all.ber)
			all.ber = above < BER_ABOVE_MAX ? above : BER_ABOVE_MAX;
	}
	if (!faults_set_rates(&wire->faults, &all))
		return false;
	wire->config.faults = *rates;
	return true;
}

struct wire *wire_new(const struct wire_config *config)
{
	struct wire *wire;
	uint64_t delay_bytes = config->delay_ns / (UINT64_C(10000000000) / WIRE_BAUD_MAX);

	if (!config_is_good(config))
		return NULL;
	wire = calloc(1, sizeof(*wire));
	if (!wire)
		return NULL;
	wire->config = *config;
	if (!wire->config.buffer)
		wire->config.buffer = BUFFER_BYTES;
	if (!wire->config.fifo)
		wire->config.fifo = FIFO_BYTES;
	wire->rate = rate_of(config->baud, config->ppm);
	if (config->rx_baud)
		wire->rx_rate = rate_of(config->rx_baud, config->rx_ppm);
	misread_init(&wire->misread, config->seed);
	wire->high = wire->config.fifo - wire->config.fifo / 4;
	wire->low = wire->config.fifo / 2;
	wire->line_size = power_of_two(wire->config.buffer + delay_bytes * 2 + 64);
	wire->fifo_size = power_of_two(wire->config.fifo);
	wire->line = malloc(wire->line_size);
	wire->fifo = malloc(wire->fifo_size);
	if (!wire->line || !wire->fifo ||
	    !faults_init(&wire->faults, &config->faults, config->seed)) {
		wire_free(wire);
		return NULL;
	}
	set_faults(wire, &config->faults);
	return wire;
}

void wire_free(struct wire *wire)
{
	if (!wire)
		return;
	free(wire->line);
	free(wire->fifo);
	free(wire);
}

size_t wire_level(const struct wire *wire)
{
	return (size_t)(wire->fifo_in - wire->fifo_out);
}

size_t wire_fifo(const struct wire *wire)
{
	return wire->config.fifo;
}

static void fifo_push(struct wire *wire, const uint8_t *bytes, size_t n)
{
	size_t room = wire->config.fifo - wire_level(wire);
	size_t at = (size_t)wire->fifo_in & (wire->fifo_size - 1);
	size_t first;

	if (n > room) {
		wire->counters.overruns += n - room;
		n = room;
	}
	first = wire->fifo_size - at < n ? wire->fifo_size - at : n;
	memcpy(wire->fifo + at, bytes, first);
	memcpy(wire->fifo, bytes + first, n - first);
	wire->fifo_in += n;
	if (wire->config.rtscts && !wire->stopped && wire_level(wire) >= wire->high) {
		wire->stopped = true;
		wire->counters.stops++;
	}
}

static bool fits(const struct wire *wire, uint64_t rate)
{
	uint64_t rx = wire->rx_rate;

	return rx == 0 || (rate > rx ? rate - rx : rx - rate) < rx / RATE_SAME;
}

/* What the line has made of bytes, as the receiver sees it. */
static void receive(struct wire *wire, uint64_t rate, const uint8_t *bytes, size_t n)
{
	uint8_t out[MISREAD_MAX];

	if (fits(wire, rate)) {
		fifo_push(wire, bytes, n);
		return;
	}
	wire->counters.misread += n;
	for (size_t i = 0; i < n; i++)
		fifo_push(wire, out,
			  misread_byte(&wire->misread, bytes[i], rate, wire->rx_rate, out));
}

static void arrive_bytes(struct wire *wire, uint64_t rate, const uint8_t *bytes, size_t n)
{
	uint8_t out[2];

	if (wire->state != WIRE_LINE_OK) {
		wire->counters.stuck += n;
		return;
	}
	while (n) {
		size_t clear = faults_clear(&wire->faults, n);

		if (clear) {
			receive(wire, rate, bytes, clear);
			faults_skip(&wire->faults, clear);
			bytes += clear;
			n -= clear;
			continue;
		}
		receive(wire, rate, out, faults_pass(&wire->faults, *bytes++, out));
		n--;
	}
}

static uint64_t arrival_due(const struct wire *wire)
{
	if (wire->run_tail == wire->run_head)
		return WIRE_NEVER;
	return wire->runs[wire->run_tail % RUNS].first.ns;
}

/* The oldest run: what of it, but at most max, has arrived by now. */
static bool arrive(struct wire *wire, uint64_t now, uint32_t max)
{
	struct run *run = &wire->runs[wire->run_tail % RUNS];
	uint64_t rate;
	uint8_t last;
	uint32_t n;
	bool idle;

	if (arrival_due(wire) > now)
		return false;
	n = count_until(run->first, run->rate, run->n < max ? run->n : max, now);
	run->first = moment_after(run->first, run->rate, n);
	run->n -= n;
	rate = run->rate;
	idle = !run->n;
	if (idle)
		wire->run_tail++;
	while (n) {
		size_t at = (size_t)wire->arrived & (wire->line_size - 1);
		size_t piece = wire->line_size - at < n ? wire->line_size - at : n;

		arrive_bytes(wire, rate, wire->line + at, piece);
		wire->arrived += piece;
		n -= (uint32_t)piece;
	}
	if (idle && misread_idle(&wire->misread, &last))
		fifo_push(wire, &last, 1);
	return true;
}

static uint64_t start_due(const struct wire *wire)
{
	return wire->begun == wire->head || wire->stopped ? WIRE_NEVER : wire->free.ns;
}

/* Bytes whose first will arrive at that moment follow the last run's? */
static bool continues(const struct wire *wire, struct moment first, uint32_t n)
{
	const struct run *last = &wire->runs[(wire->run_head - 1) % RUNS];
	struct moment end;

	if (wire->run_head == wire->run_tail || last->rate != wire->rate ||
	    last->n + n > RUN_BYTES)
		return false;
	end = moment_after(last->first, last->rate, last->n);
	return end.ns == first.ns && end.part == first.part;
}

/* Begins the bytes, but at most max, whose start bit is due. */
static bool start(struct wire *wire, uint64_t now, uint32_t max)
{
	struct moment first;
	uint32_t n;

	if (start_due(wire) > now)
		return false;
	n = wire->head - wire->begun < max ? (uint32_t)(wire->head - wire->begun) : max;
	n = count_until(wire->free, wire->rate, n, now);
	first = moment_after(wire->free, wire->rate, 1);
	first.ns += wire->config.delay_ns;

	if (continues(wire, first, n))
		wire->runs[(wire->run_head - 1) % RUNS].n += n;
	else
		wire->runs[wire->run_head++ % RUNS] = (struct run){first, wire->rate, n};
	wire->free = moment_after(wire->free, wire->rate, n);
	wire->begun += n;
	wire->counters.bytes_in += n;
	return true;
}

/* True if the FIFO cannot reach its mark by all that was offered so far, even
 * if every byte came twice. */
static bool stays_below_mark(const struct wire *wire)
{
	return wire_level(wire) + 2 * (wire->head - wire->arrived) < wire->high;
}

void wire_run(struct wire *wire, uint64_t now)
{
	bool moved;

	if (!wire->config.rtscts || stays_below_mark(wire)) {
		do {
			moved = start(wire, now, RUN_BYTES);
			moved |= arrive(wire, now, RUN_BYTES);
		} while (moved);
		return;
	}
	do {
		if (arrival_due(wire) <= start_due(wire))
			moved = arrive(wire, now, 1);
		else
			moved = start(wire, now, 1) || arrive(wire, now, 1);
	} while (moved);
}

size_t wire_room(const struct wire *wire)
{
	size_t queued = wire_queued(wire);
	size_t space = wire->line_size - (size_t)(wire->head - wire->arrived);
	size_t room = wire->config.buffer - queued;

	/* What is queued belongs to one run, so this keeps one run free for it. */
	if (wire->run_head - wire->run_tail >= RUNS - 1)
		return 0;
	return room < space ? room : space;
}

size_t wire_queued(const struct wire *wire)
{
	return (size_t)(wire->head - wire->begun);
}

size_t wire_offer(struct wire *wire, uint64_t at, const uint8_t *bytes, size_t n)
{
	size_t room, place, first;

	wire_run(wire, at);
	room = wire_room(wire);
	if (n > room)
		n = room;
	if (!wire_queued(wire) && wire->free.ns < at)
		wire->free = (struct moment){at, 0};
	place = (size_t)wire->head & (wire->line_size - 1);
	first = wire->line_size - place < n ? wire->line_size - place : n;
	memcpy(wire->line + place, bytes, first);
	memcpy(wire->line, bytes + first, n - first);
	wire->head += n;
	return n;
}

uint64_t wire_dry(const struct wire *wire)
{
	return moment_after(wire->free, wire->rate, wire_queued(wire)).ns;
}

bool wire_stopped(const struct wire *wire)
{
	return wire->stopped;
}

size_t wire_peek(struct wire *wire, uint64_t now, const uint8_t **bytes)
{
	size_t at, level;

	wire_run(wire, now);
	at = (size_t)wire->fifo_out & (wire->fifo_size - 1);
	level = wire_level(wire);
	*bytes = wire->fifo + at;
	return wire->fifo_size - at < level ? wire->fifo_size - at : level;
}

/* RTS may rise: the sender goes on from here. */
static void fifo_emptied(struct wire *wire, uint64_t now)
{
	if (!wire->stopped || wire_level(wire) > wire->low)
		return;
	wire->stopped = false;
	if (wire->free.ns < now)
		wire->free = (struct moment){now, 0};
}

void wire_consume(struct wire *wire, uint64_t now, size_t n)
{
	wire->fifo_out += n;
	wire->counters.bytes_out += n;
	fifo_emptied(wire, now);
}

size_t wire_take(struct wire *wire, uint64_t now, uint8_t *out, size_t room)
{
	const uint8_t *bytes;
	size_t taken = 0;
	size_t n;

	while (taken < room && (n = wire_peek(wire, now, &bytes))) {
		if (n > room - taken)
			n = room - taken;
		memcpy(out + taken, bytes, n);
		wire_consume(wire, now, n);
		taken += n;
	}
	return taken;
}

uint64_t wire_arrival(const struct wire *wire, size_t k)
{
	uint64_t last = WIRE_NEVER;
	size_t queued = wire_queued(wire);

	for (uint32_t i = wire->run_tail; i != wire->run_head; i++) {
		const struct run *run = &wire->runs[i % RUNS];

		if (k <= run->n)
			return moment_after(run->first, run->rate, k - 1).ns;
		k -= run->n;
		last = moment_after(run->first, run->rate, run->n - 1).ns;
	}
	if (!queued || wire->stopped)
		return last;
	if (k > queued)
		k = queued;
	return moment_after(wire->free, wire->rate, k).ns + wire->config.delay_ns;
}

uint64_t wire_bytes_ns(const struct wire *wire, size_t n)
{
	return n * BYTE_SCALE / wire->rate;
}

size_t wire_ns_bytes(const struct wire *wire, uint64_t ns)
{
	uint64_t us = ns / 1000;
	uint64_t n;

	if (us > UINT64_C(1000000000))
		us = UINT64_C(1000000000);
	n = us * wire->rate / (BYTE_SCALE / 1000);
	return n < 1u << 20 ? (size_t)n : 1u << 20;
}

bool wire_set_baud(struct wire *wire, uint64_t now, uint32_t baud)
{
	if (baud < WIRE_BAUD_MIN || baud > WIRE_BAUD_MAX)
		return false;
	wire_run(wire, now);
	wire->config.baud = baud;
	wire->rate = rate_of(baud, wire->config.ppm);
	wire->free.part = 0;
	set_faults(wire, &wire->config.faults);
	return true;
}

bool wire_set_rx_baud(struct wire *wire, uint64_t now, uint32_t baud)
{
	if (baud < WIRE_BAUD_MIN || baud > WIRE_BAUD_MAX)
		return false;
	wire_run(wire, now);
	wire->config.rx_baud = baud;
	wire->rx_rate = rate_of(baud, wire->config.rx_ppm);
	return true;
}

void wire_set_max_baud(struct wire *wire, uint64_t now, uint32_t baud)
{
	wire_run(wire, now);
	wire->config.max_baud = baud;
	set_faults(wire, &wire->config.faults);
}

bool wire_set_faults(struct wire *wire, uint64_t now, const struct fault_rates *rates)
{
	wire_run(wire, now);
	return set_faults(wire, rates);
}

void wire_set_line(struct wire *wire, uint64_t now, enum wire_line line)
{
	static const uint8_t zero;

	wire_run(wire, now);
	if (line == WIRE_LINE_BREAK && wire->state != WIRE_LINE_BREAK) {
		wire->counters.breaks++;
		fifo_push(wire, &zero, 1);
	}
	wire->state = line;
}

size_t wire_flush_sender(struct wire *wire, uint64_t now)
{
	size_t lost;

	wire_run(wire, now);
	lost = wire_queued(wire);
	wire->head = wire->begun;
	return lost;
}

size_t wire_flush_receiver(struct wire *wire, uint64_t now)
{
	size_t lost;

	wire_run(wire, now);
	lost = wire_level(wire);
	wire->fifo_out = wire->fifo_in;
	fifo_emptied(wire, now);
	return lost;
}

void wire_get_counters(const struct wire *wire, struct wire_counters *counters)
{
	*counters = wire->counters;
	counters->faults = wire->faults.counters;
}
