/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * vm_hostile_radio TTY SECONDS SEED: a Wi-Fi radio that keeps the link's rules and breaks
 * those of SPEC 8, for a guest. The link is link/'s own, so that all of it arrives. To a
 * request it answers as it should, most times, so that its host goes on to each state; and
 * all the while it says what does not fit: a table of lies below, in random order. Now and
 * then it says nothing for seconds, or restarts.
 */
#include "sim/prng.h"

#include <pigtail/link.h>
#include <pigtail/wifi.h>

#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define FLOOD 10000 /* results of one scan */

static int tty;
static struct prng prng;
static void *memory;
static struct ptl_endpoint *endpoint;
static bool up;
static uint64_t silent_until;
static unsigned long said, requests, flooding;

static uint64_t now_us(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000 + (uint64_t)now.tv_nsec / 1000;
}

static size_t below(size_t n)
{
	return prng_below(&prng, n);
}

static bool chance(unsigned percent)
{
	return below(100) < percent;
}

/* ---- what it says ---- */

/* Also what ptl_control_end() calls bad: that is the point. */
static bool say(const struct ptl_control_writer *message)
{
	bool sent = up && ptl_framing_pigtail.send_control(endpoint, now_us(), message->bytes,
							   message->n, NULL) == PTL_OK;
	said += sent;
	return sent;
}

static const uint8_t known_ap[6] = {2, 0, 0, 0, 1, 1};

static void put_mac(struct ptl_control_writer *to, enum ptl_field field)
{
	static const uint8_t odd[3][6] = {
		{0}, {0xff, 0xff, 0xff, 0xff, 0xff, 0xff}, {1, 0, 0x5e, 0, 0, 1}};
	uint8_t mac[6] = {2, 0, 0, 0, 2, (uint8_t)below(256)};

	if (chance(20))
		memcpy(mac, odd[below(3)], 6);
	if (chance(50))
		memcpy(mac, known_ap, 6);
	ptl_put_bytes(to, field, mac, 6);
}

/* Elements with lengths that lie, or SSIDs that are too long, or what belongs there. */
static size_t make_elements(uint8_t *to, size_t room)
{
	size_t n = below(room);

	for (size_t i = 0; i < n; i++)
		to[i] = (uint8_t)below(256);
	if (n > 40 && chance(60)) {
		to[0] = 0;
		to[1] = (uint8_t)(chance(70) ? 3 : below(256));
		memcpy(to + 2, "pig", 3);
	}
	if (n > 80 && chance(30)) {
		to[5] = 48;
		to[6] = (uint8_t)below(40);
	}
	return n;
}

static void put_elements(struct ptl_control_writer *to)
{
	uint8_t elements[300];

	ptl_put_bytes(to, PTL_F_ELEMENTS, elements, make_elements(elements, sizeof(elements)));
}

static void say_bss(bool honest)
{
	struct ptl_control_writer bss;

	ptl_control_begin(&bss, PTL_M_BSS, 0, PTL_IF_STATION);
	if (honest)
		ptl_put_bytes(&bss, PTL_F_BSSID, known_ap, 6);
	else
		put_mac(&bss, PTL_F_BSSID);
	ptl_put_uint(&bss, PTL_F_CHANNEL, honest ? 1 : below(256));
	ptl_put_int(&bss, PTL_F_SIGNAL, (int64_t)below(256) - 128);
	ptl_put_bytes(&bss, PTL_F_SSID, "pig", 3);
	ptl_put_uint(&bss, PTL_F_AKM, honest ? PTL_AKM_OPEN : below(32));
	if (!honest) {
		ptl_put_uint(&bss, PTL_F_BSS_CAPABILITY, below(65536));
		ptl_put_uint(&bss, PTL_F_BEACON_INTERVAL, below(65536));
		put_elements(&bss);
		if (chance(30))
			ptl_put_uint(&bss, PTL_F_PART, below(65536));
		if (chance(30))
			ptl_put_flag(&bss, PTL_F_MORE);
	}
	say(&bss);
}

static void say_ready(bool honest)
{
	struct ptl_control_writer ready;
	uint8_t channels[64];
	static const uint8_t mac[6] = {2, 0, 0, 0, 3, 1}, ap_mac[6] = {2, 0, 0, 0, 3, 2};
	size_t n = 1 + below(sizeof(channels));

	for (size_t i = 0; i < n; i++)
		channels[i] = (uint8_t)(honest ? 1 + i : below(256));
	ptl_control_begin(&ready, PTL_M_READY, 0, PTL_IF_RADIO);
	ptl_put_uint(&ready, PTL_F_VERSION, 1);
	ptl_put_uint(&ready, PTL_F_CAPABILITIES, honest ? 0xffff : below(0xffffffff));
	ptl_put_text(&ready, PTL_F_BOARD, "liar");
	ptl_put_text(&ready, PTL_F_FIRMWARE, "%s%n");
	if (honest)
		ptl_put_bytes(&ready, PTL_F_MAC, mac, 6);
	else
		put_mac(&ready, PTL_F_MAC);
	ptl_put_bytes(&ready, PTL_F_AP_MAC, honest ? ap_mac : mac, 6);
	ptl_put_bytes(&ready, PTL_F_CHANNELS, channels, honest ? 13 : n);
	ptl_put_uint(&ready, PTL_F_AKM, honest ? 0x1f : below(256));
	ptl_put_uint(&ready, PTL_F_STATIONS, below(256));
	say(&ready);
}

static void simple(enum ptl_control_type type)
{
	struct ptl_control_writer event;

	ptl_control_begin(&event, type, 0, PTL_IF_STATION);
	ptl_put_uint(&event, PTL_F_STATUS, below(256));
	say(&event);
}

static void say_joined(enum ptl_control_type type, bool honest)
{
	struct ptl_control_writer joined;

	ptl_control_begin(&joined, type, 0, PTL_IF_STATION);
	if (honest)
		ptl_put_bytes(&joined, PTL_F_BSSID, known_ap, 6);
	else
		put_mac(&joined, PTL_F_BSSID);
	ptl_put_uint(&joined, PTL_F_CHANNEL, honest ? 1 : below(256));
	if (chance(50))
		ptl_put_int(&joined, PTL_F_SIGNAL, (int64_t)below(256) - 128);
	if (chance(50))
		put_elements(&joined);
	say(&joined);
}

/* ---- lies ---- */

static void anything(void)
{
	struct ptl_control_writer message;

	message.n = 1 + below(sizeof(message.bytes));
	for (size_t i = 0; i < message.n; i++)
		message.bytes[i] = (uint8_t)below(256);
	if (chance(70))
		message.bytes[0] = (uint8_t)(0xc0 + below(0x31));
	say(&message);
}

static void answer_to_nothing(void)
{
	struct ptl_control_writer answer;

	ptl_control_begin(&answer, PTL_M_ANSWER, (uint8_t)below(256), (uint8_t)below(256));
	ptl_put_uint(&answer, PTL_F_STATUS, below(256));
	say(&answer);
}

static void bss_uncalled(void)
{
	say_bss(false);
}

static void joined_uncalled(void)
{
	say_joined(PTL_M_JOINED, chance(50));
}

static void roamed(void)
{
	say_joined(PTL_M_ROAMED, chance(30));
}

static void scan_done(void)
{
	simple(PTL_M_SCAN_DONE);
}

static void failed(void)
{
	struct ptl_control_writer event;

	ptl_control_begin(&event, PTL_M_FAILED, 0, PTL_IF_STATION);
	ptl_put_uint(&event, PTL_F_FAILURE, below(256));
	ptl_put_uint(&event, PTL_F_CODE, below(65536));
	ptl_put_text(&event, PTL_F_TEXT, "%s\n\x1b[31m");
	say(&event);
}

static void ended(void)
{
	struct ptl_control_writer event;

	ptl_control_begin(&event, chance(50) ? PTL_M_LEFT : PTL_M_AP_STOPPED, 0,
			  PTL_IF_STATION);
	ptl_put_uint(&event, PTL_F_REASON, below(65536));
	if (event.bytes[0] == PTL_M_LEFT)
		ptl_put_uint(&event, PTL_F_BY, below(256));
	say(&event);
}

static void station(void)
{
	struct ptl_control_writer event;
	bool joined = chance(60);

	ptl_control_begin(&event, joined ? PTL_M_STATION_JOINED : PTL_M_STATION_LEFT, 0,
			  PTL_IF_AP);
	put_mac(&event, PTL_F_MAC);
	if (joined)
		put_elements(&event);
	else
		ptl_put_uint(&event, PTL_F_REASON, below(65536));
	say(&event);
}

static void signal_of_nothing(void)
{
	struct ptl_control_writer event;

	ptl_control_begin(&event, PTL_M_SIGNAL, 0, PTL_IF_STATION);
	ptl_put_int(&event, PTL_F_SIGNAL, (int64_t)below(256) - 128);
	ptl_put_uint(&event, PTL_F_TX_RATE, below(0xffffffff));
	say(&event);
}

static void ready_again(void)
{
	say_ready(chance(85));
}

static void silence(void)
{
	if (chance(5))
		silent_until = now_us() + 1000000 * (1 + below(12));
}

static void flood(void)
{
	if (chance(5))
		flooding = FLOOD;
}

static void (*const lies[])(void) = {
	anything, answer_to_nothing, bss_uncalled, joined_uncalled,
	roamed,	  scan_done,	     failed,	   ended,
	station,  signal_of_nothing, silence,	   flood,
};

static bool say_flood(void)
{
	uint8_t bssid[6] = {2, 1, 0, 0, (uint8_t)(flooding >> 8), (uint8_t)flooding};
	struct ptl_control_writer bss;

	ptl_control_begin(&bss, PTL_M_BSS, 0, PTL_IF_STATION);
	ptl_put_bytes(&bss, PTL_F_BSSID, bssid, 6);
	ptl_put_uint(&bss, PTL_F_CHANNEL, 1 + flooding % 13);
	ptl_put_int(&bss, PTL_F_SIGNAL, -50);
	return say(&bss);
}

/* ---- the part of an honest radio ---- */

static void answer(uint8_t id, uint8_t interface, enum ptl_status status)
{
	struct ptl_control_writer message;

	ptl_control_begin(&message, PTL_M_ANSWER, id, interface);
	ptl_put_uint(&message, PTL_F_STATUS, status);
	say(&message);
}

static void follow(uint8_t type)
{
	if (type == PTL_M_SCAN) {
		say_bss(true);
		if (chance(80))
			simple(PTL_M_SCAN_DONE);
	} else if (type == PTL_M_JOIN) {
		say_joined(PTL_M_JOINED, chance(80));
	}
}

static bool on_control(void *user, const uint8_t *message, size_t n)
{
	(void)user;
	if (n < PTL_CONTROL_HEADER || message[0] >= 0x80)
		return true;
	requests++;
	if (chance(5))
		return true;
	answer(message[1], message[2],
	       chance(90) ? PTL_STATUS_DONE : (enum ptl_status)below(256));
	if (chance(5))
		answer(message[1], message[2], PTL_STATUS_DONE);
	if (chance(85))
		follow(message[0]);
	return true;
}

static bool on_packet(void *user, const uint8_t *packet, size_t n)
{
	(void)user, (void)packet, (void)n;
	return true;
}

static void on_state(void *user, enum ptl_state state, enum ptl_reason reason)
{
	(void)user, (void)reason;
	up = state == PTL_STATE_UP;
	if (up)
		say_ready(true);
}

/* ---- the link ---- */

static void begin(void)
{
	struct ptl_config config;
	const struct ptl_events events = {
		.packet = on_packet, .control = on_control, .state = on_state};
	size_t size;

	ptl_config_default(&config, PTL_PROFILE_HOST);
	config.role = PTL_DEVICE;
	config.nonce = 1 + (uint32_t)below(0x7fffffff);
	size = ptl_framing_pigtail.size(&config);
	up = false;
	memory = memory ? memory : malloc(size);
	if (!memory || ptl_framing_pigtail.init(memory, size, &config, &events, now_us(),
						&endpoint) != PTL_OK)
		exit(1);
}

static void turn(void)
{
	struct pollfd wait = {.fd = tty, .events = POLLIN};
	uint8_t bytes[512];
	ssize_t n;
	size_t out;

	if (poll(&wait, 1, 2) > 0) {
		n = read(tty, bytes, sizeof(bytes));
		if (n > 0)
			ptl_framing_pigtail.receive(endpoint, now_us(), bytes, (size_t)n);
	}
	if (now_us() < silent_until)
		return;
	out = ptl_framing_pigtail.transmit(endpoint, now_us(), bytes, sizeof(bytes));
	if (out > 0 && write(tty, bytes, out) < 0) {
		perror("vm_hostile_radio: write");
		exit(1);
	}
}

int main(int argc, char **argv)
{
	unsigned long sessions = 1;
	time_t until;

	if (argc != 4) {
		(void)fprintf(stderr, "Usage: vm_hostile_radio TTY SECONDS SEED\n");
		return 2;
	}
	tty = open(argv[1], O_RDWR | O_NOCTTY);
	if (tty < 0) {
		perror(argv[1]);
		return 1;
	}
	(void)printf("seed %s\n", argv[3]);
	prng = prng_seed(strtoul(argv[3], NULL, 0), 0);
	begin();
	for (until = time(NULL) + atoi(argv[2]); time(NULL) < until;) {
		turn();
		while (flooding > 0 && say_flood())
			flooding--;
		if (up && chance(4))
			lies[below(sizeof(lies) / sizeof(lies[0]))]();
		if (chance(1) && chance(10))
			ready_again();
		if (chance(1) && chance(20)) {
			begin();
			sessions++;
		}
	}
	(void)printf("%lu messages, %lu requests, %lu sessions\n", said, requests, sessions);
	return 0;
}
