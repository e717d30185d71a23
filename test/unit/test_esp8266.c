/* SPDX-License-Identifier: GPL-2.0-only */
/* What of the ESP8266's applications knows no chip: the queues between its interrupt,
 * its Wi-Fi task and its main loop (here: threads), what its light says, the divider and the
 * formats of its UART, and the pins of a bridge's target. */
#include "story.h"

#include <pthread.h>
#include <sched.h>

#include <pigtail/control.h>

#include "device/esp8266/main/divider.h"
#include "device/esp8266/main/format.h"
#include "device/espressif/light.h"
#include "device/espressif/ring.h"
#include "device/espressif/serial_bridge/target_pins.h"

/* ---- byte ring ---- */

#define RING_SIZE 256u

static void a_ring_takes_its_size_and_no_more(void **state)
{
	uint8_t store[RING_SIZE], bytes[RING_SIZE + 1] = {0}, out[RING_SIZE + 1];
	struct ring ring;

	(void)state;
	ring_init(&ring, store, RING_SIZE);
	assert_int_equal(ring_read(&ring, out, sizeof(out)), 0);
	assert_int_equal(ring_write(&ring, bytes, sizeof(bytes)), RING_SIZE);
	assert_int_equal(ring_used(&ring), RING_SIZE);
	assert_false(ring_put(&ring, 1));
	assert_int_equal(ring_write(&ring, bytes, 1), 0);
	assert_int_equal(ring_read(&ring, out, sizeof(out)), RING_SIZE);
	assert_false(ring_take(&ring, out));
	assert_int_equal(ring_used(&ring), 0);
}

/* Random steps beside a model that counts; indices begin just below their wrap. */
static void a_ring_keeps_order(void **state)
{
	struct prng prng = story_seed("ring", 71);
	uint8_t store[RING_SIZE], bytes[2 * RING_SIZE];
	struct ring ring;
	uint32_t in = 0, out = 0;

	(void)state;
	ring_init(&ring, store, RING_SIZE);
	atomic_init(&ring.head, UINT32_MAX - 1000);
	atomic_init(&ring.tail, UINT32_MAX - 1000);
	for (int step = 0; step < 20000; step++) {
		size_t n = random_from(&prng, 1, sizeof(bytes)), did;

		if (prng_below(&prng, 2)) {
			for (size_t i = 0; i < n; i++)
				bytes[i] = (uint8_t)((in + i) * 7);
			did = ring_write(&ring, bytes, n);
			assert_int_equal(
				did, n < RING_SIZE - (in - out) ? n : RING_SIZE - (in - out));
			in += (uint32_t)did;
		} else {
			did = ring_read(&ring, bytes, n);
			assert_int_equal(did, n < in - out ? n : in - out);
			for (size_t i = 0; i < did; i++)
				assert_int_equal(bytes[i], (uint8_t)((out + i) * 7));
			out += (uint32_t)did;
		}
		assert_int_equal(ring_used(&ring), in - out);
	}
}

#define STREAM 2000000u

/* As the interrupt does it: byte by byte. */
static void *put_stream(void *user)
{
	struct ring *ring = user;

	for (uint32_t i = 0; i < STREAM; i++)
		while (!ring_put(ring, (uint8_t)(i ^ i >> 8)))
			sched_yield();
	return NULL;
}

static void a_ring_needs_no_lock(void **state)
{
	uint8_t store[RING_SIZE], bytes[100];
	struct ring ring;
	pthread_t producer;
	uint32_t at = 0;

	(void)state;
	ring_init(&ring, store, RING_SIZE);
	assert_int_equal(pthread_create(&producer, NULL, put_stream, &ring), 0);
	while (at < STREAM) {
		size_t n = ring_read(&ring, bytes, sizeof(bytes));

		for (size_t i = 0; i < n; i++, at++)
			assert_int_equal(bytes[i], (uint8_t)(at ^ at >> 8));
		if (n == 0)
			sched_yield();
	}
	assert_int_equal(pthread_join(producer, NULL), 0);
	assert_int_equal(ring_used(&ring), 0);
}

/* ---- frames that the Wi-Fi task lends ---- */

#define LENDINGS 300000u

struct lender {
	struct frames frames;
	uint32_t refused;
};

static void *lend(void *user)
{
	struct lender *lender = user;

	for (uint32_t i = 1; i <= LENDINGS; i++) {
		struct frame frame = {
			.handle = (void *)(uintptr_t)i,
			.length = (uint16_t)i,
		};

		if (!frames_put(&lender->frames, &frame)) {
			lender->refused++;
			sched_yield();
		}
	}
	return NULL;
}

static void every_frame_is_taken_once_or_refused(void **state)
{
	static struct lender lender;
	pthread_t task;
	uint32_t taken = 0;
	uintptr_t last = 0;
	bool over = false;

	(void)state;
	memset(&lender, 0, sizeof(lender));
	assert_int_equal(pthread_create(&task, NULL, lend, &lender), 0);
	while (!over || frames_first(&lender.frames)) {
		const struct frame *frame = frames_first(&lender.frames);

		if (!frame) {
			over = pthread_tryjoin_np(task, NULL) == 0;
			continue;
		}
		assert_true((uintptr_t)frame->handle > last);
		last = (uintptr_t)frame->handle;
		assert_int_equal(frame->length, (uint16_t)last);
		frames_pop(&lender.frames);
		taken++;
	}
	assert_int_equal(taken + lender.refused, LENDINGS);
	assert_true(taken >= FRAMES_MAX);
}

static void the_fifth_frame_is_refused(void **state)
{
	struct frames frames = {0};
	struct frame frame = {.length = 60};

	(void)state;
	for (unsigned int i = 0; i < FRAMES_MAX; i++)
		assert_true(frames_put(&frames, &frame));
	assert_false(frames_put(&frames, &frame));
	frames_pop(&frames);
	assert_true(frames_put(&frames, &frame));
}

/* ---- the light ---- */

/* Flashes in one period, by the changes that it announces. */
static unsigned int flashes_of(enum light_code code, ptl_time from)
{
	unsigned int flashes = 0;
	ptl_time now = from, next;
	bool was = false;

	while (now < from + LIGHT_PERIOD_US) {
		bool on = light_is_on(code, now, &next);

		flashes += on && !was;
		assert_true(next > now);
		/* It stays so until then. */
		for (ptl_time t = now; t < next; t += 1000) {
			ptl_time again;

			assert_int_equal(light_is_on(code, t, &again), on);
		}
		was = on;
		now = next;
	}
	return flashes;
}

static void the_light_can_be_counted(void **state)
{
	ptl_time next;

	(void)state;
	for (ptl_time period = 0; period < 3; period++) {
		ptl_time from = period * LIGHT_PERIOD_US;

		assert_int_equal(flashes_of(LIGHT_NO_HOST, from), 1);
		assert_int_equal(flashes_of(LIGHT_NO_WIFI, from), 2);
		assert_true(flashes_of(LIGHT_FAILED, from) > 6);
		assert_true(light_is_on(LIGHT_ALL_WELL, from, &next));
		assert_int_equal(next, PTL_NEVER);
	}
}

/* ---- the divider ---- */

static void rates_are_the_nearest(void **state)
{
	static const struct {
		uint32_t baud, made;
	} rates[] = {
		{115200, 115273},   {921600, 919540},	{1000000, 1000000}, {1250000, 1250000},
		{2000000, 2000000}, {3000000, 2962962}, {5000000, 5000000},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rates); i++)
		assert_int_equal(80000000 / divider_for(80000000, rates[i].baud),
				 rates[i].made);
	assert_int_equal(divider_for(80000000, 0), 0);
	assert_int_equal(divider_for(80000000, 50), 0);
	assert_int_equal(divider_for(80000000, 6000000), 0);
	assert_int_equal(divider_for(80000000, UINT32_MAX), 0);
}

/* ---- formats: as asked for, or what is in force instead; and the bits of CONF0 ---- */

#define CLOCK 80000000u

#define FORMAT(baud, bits, parity, stop, flow)                                                 \
	{                                                                                      \
		baud, bits, parity, stop, flow, flow                                           \
	}
#define NO_FLOW(baud, bits, parity, stop) FORMAT(baud, bits, parity, stop, PTL_FLOW_NONE)
#define N_1(baud)			  NO_FLOW(baud, 8, PTL_PARITY_NONE, PTL_STOP_1)
#define E_1(baud)			  NO_FLOW(baud, 8, PTL_PARITY_EVEN, PTL_STOP_1)
#define ODD_2				  NO_FLOW(300, 7, PTL_PARITY_ODD, PTL_STOP_2)
#define FIVE				  NO_FLOW(4000000, 5, PTL_PARITY_NONE, PTL_STOP_1_5)

static void formats_are_possible_and_become_bits(void **state)
{
	static const struct {
		struct ptl_serial_format asked, made;
		uint32_t bits, character;
	} table[] = {
		{N_1(115200), N_1(115200), 0x1c, 11},
		{E_1(57600), E_1(57600), 0x1e, 12},
		{ODD_2, ODD_2, 0x3b, 11},
		{FIVE, FIVE, 0x20, 8},
		{N_1(UINT32_MAX), N_1(5000000), 0x1c, 11},
		/* It has neither of these. */
		{{9600, 9, PTL_PARITY_MARK, 7, PTL_FLOW_XONXOFF, PTL_FLOW_DTR},
		 N_1(9600),
		 0x1c,
		 11},
		{{0, 8, PTL_PARITY_SPACE, PTL_STOP_1, PTL_FLOW_HARDWARE, PTL_FLOW_NONE},
		 FORMAT(76, 8, PTL_PARITY_NONE, PTL_STOP_1, PTL_FLOW_HARDWARE),
		 0x1c,
		 11},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		struct ptl_serial_format format = table[i].asked;

		format_make_possible(&format, CLOCK, true);
		assert_int_equal(format.baud, table[i].made.baud);
		assert_int_equal(format.data_bits, table[i].made.data_bits);
		assert_int_equal(format.parity, table[i].made.parity);
		assert_int_equal(format.stop, table[i].made.stop);
		assert_int_equal(format.flow_out, table[i].made.flow_out);
		assert_int_equal(format.flow_in, table[i].made.flow_in);
		assert_int_equal(format_bits(&format), table[i].bits);
		assert_int_equal(format_character(&format), table[i].character);
		format_make_possible(&format, CLOCK, false);
		assert_int_equal(format.flow_out, PTL_FLOW_NONE); /* no wires */
	}
}

/* ---- the target's pins ---- */

static struct {
	int level[20], mode[20]; /* -1: never set */
	int refused;
} chip;

static bool chip_mode(void *user, uint8_t pin, uint8_t mode)
{
	(void)user;
	assert_int_not_equal(chip.level[pin], -1); /* before it drives anything */
	if (pin == chip.refused)
		return false;
	chip.mode[pin] = mode;
	return true;
}

static void chip_write(void *user, uint8_t pin, bool level)
{
	(void)user;
	chip.level[pin] = level;
}

static void a_target_is_in_reset_only_when_it_is_told_so(void **state)
{
	struct target_pins pins = {
		.gpio = {.set_mode = chip_mode, .write = chip_write},
		.pin = {{12, false}, {14, true}},
	};
	struct ptl_target_pins_seam seam;

	(void)state;
	memset(&chip, 0xff, sizeof(chip));
	seam = target_pins_start(&pins);
	assert_true(seam.has[PTL_TARGET_RESET] && seam.has[PTL_TARGET_BOOT]);
	assert_int_equal(chip.mode[12], PTL_PIN_OPEN_DRAIN);
	assert_int_equal(chip.level[12], 1);
	assert_int_equal(chip.mode[14], PTL_PIN_OUTPUT);
	assert_int_equal(chip.level[14], 0);
	seam.set(seam.user, PTL_TARGET_RESET, true);
	seam.set(seam.user, PTL_TARGET_BOOT, true);
	assert_int_equal(chip.level[12], 0);
	assert_int_equal(chip.level[14], 1);
	seam.set(seam.user, PTL_TARGET_RESET, false);
	assert_int_equal(chip.level[12], 1);
}

static void pins_that_are_not_there_do_nothing(void **state)
{
	struct target_pins pins = {
		.gpio = {.set_mode = chip_mode, .write = chip_write},
		.pin = {{16, false}, {-1, false}},
	};
	struct ptl_target_pins_seam seam;

	(void)state;
	memset(&chip, 0xff, sizeof(chip));
	chip.refused = 16;
	seam = target_pins_start(&pins);
	assert_false(seam.has[PTL_TARGET_RESET] || seam.has[PTL_TARGET_BOOT]);
	chip.level[16] = 1;
	seam.set(seam.user, PTL_TARGET_RESET, true);
	seam.set(seam.user, PTL_TARGET_BOOT, true);
	assert_int_equal(chip.level[16], 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_ring_takes_its_size_and_no_more),
		cmocka_unit_test(a_ring_keeps_order),
		cmocka_unit_test(a_ring_needs_no_lock),
		cmocka_unit_test(every_frame_is_taken_once_or_refused),
		cmocka_unit_test(the_fifth_frame_is_refused),
		cmocka_unit_test(the_light_can_be_counted),
		cmocka_unit_test(rates_are_the_nearest),
		cmocka_unit_test(formats_are_possible_and_become_bits),
		cmocka_unit_test(a_target_is_in_reset_only_when_it_is_told_so),
		cmocka_unit_test(pins_that_are_not_there_do_nothing),
	};

	return cmocka_run_group_tests_name("esp8266", tests, NULL, NULL);
}
