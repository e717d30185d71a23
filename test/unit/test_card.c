/* SPDX-License-Identifier: GPL-2.0-only */
/* The device's control channel (card.h) with the host's machine (wifi.h) at the other end
 * of a real link: who answers what, what READY says, the time, a restart. */
#include "device_bench.h"

#include <pigtail/boots.h>
#include <pigtail/card.h>

/* The bench comes first: the seams of both ends know it as their user. */
struct desk {
	struct bench bench;
	struct ptl_wifi wifi;
	struct device_card card;
	struct ptl_radio_control control;
	struct ptl_radio_info info;
	unsigned readies, resets;
	/* The last answer. */
	unsigned answers;
	enum ptl_status status;
	char text[PTL_WIFI_TEXT];
	uint64_t heap, uptime, time;
	/* Who was asked last, and for what. */
	const char *asked;
	uint8_t type;
	unsigned owner_sessions, owner_polls;
	/* Restarts. */
	unsigned restarts;
	uint8_t how;
};

/* ---- the host ---- */

static bool host_sends(void *user, const uint8_t *message, size_t n)
{
	struct desk *desk = user;

	return ptl_link_send_control(desk->bench.host, desk->bench.now, message, n, NULL) ==
	       PTL_OK;
}

static bool host_hears(void *user, const uint8_t *message, size_t n)
{
	struct desk *desk = user;

	ptl_wifi_message(&desk->wifi, desk->bench.now, message, n);
	return true;
}

static void on_ready(void *user, const struct ptl_radio_info *info)
{
	struct desk *desk = user;

	if (!info)
		return;
	desk->readies++;
	desk->info = *info;
}

static void on_answer(void *user, void *token, enum ptl_status status,
		      const struct ptl_control *message)
{
	struct desk *desk = user;

	(void)token;
	desk->answers++;
	desk->status = status;
	desk->text[0] = 0;
	if (!message)
		return;
	ptl_control_words(message, PTL_F_TEXT, desk->text, sizeof(desk->text));
	desk->heap = ptl_control_uint(message, PTL_F_HEAP, 0);
	desk->uptime = ptl_control_uint(message, PTL_F_UPTIME, 0);
	desk->time = ptl_control_uint(message, PTL_F_TIME, 0);
}

/* ---- the radio and the owner of the store ---- */

static void radio_info(void *user, struct ptl_control_writer *to)
{
	(void)user;
	ptl_put_bytes(to, PTL_F_MAC, "\2\0\0\0\0\1", 6);
}

static enum ptl_status radio_request(void *user, const struct ptl_control *message,
				     struct ptl_control_writer *answer, const char **reason)
{
	struct desk *desk = user;

	(void)answer;
	(void)reason;
	desk->asked = "radio";
	desk->type = ptl_control_type(message);
	return PTL_STATUS_DONE;
}

static void radio_reset(void *user)
{
	((struct desk *)user)->resets++;
}

static enum ptl_status store_request(void *user, const struct ptl_control *message,
				     struct ptl_control_writer *answer, const char **reason)
{
	struct desk *desk = user;

	(void)answer;
	desk->asked = "store";
	desk->type = ptl_control_type(message);
	*reason = "it is empty";
	return PTL_STATUS_NO_SUCH;
}

static void store_session(void *user, ptl_time now, bool up)
{
	(void)now;
	((struct desk *)user)->owner_sessions += up;
}

static ptl_time store_poll(void *user, ptl_time now)
{
	(void)now;
	((struct desk *)user)->owner_polls++;
	return PTL_NEVER;
}

static void store_info(void *user, struct ptl_control_writer *to)
{
	(void)user;
	ptl_put_uint(to, PTL_F_SLOT, 1);
}

static uint32_t heap(void *user)
{
	(void)user;
	return 4711;
}

static void restart(void *user, uint8_t how)
{
	struct desk *desk = user;

	desk->restarts++;
	desk->how = how;
	desk->card.restart_at = PTL_NEVER; /* a real one does not return */
}

/* ---- the bench ---- */

static void start_as(struct desk *desk, enum ptl_boot boot)
{
	static const uint8_t requests[] = {PTL_M_UPDATE_ABORT, 0};
	static const uint8_t settings[] = {PTL_F_KEY, PTL_F_VALUE, 0};
	static struct device_owner store;
	const struct ptl_wifi_events events = {
		.user = desk,
		.send = host_sends,
		.ready = on_ready,
		.answer = on_answer,
	};
	const struct ptl_radio_ops ops = {
		.user = desk,
		.board = "none",
		.firmware = "none",
		.capabilities = PTL_CAN_STATION,
		.info = radio_info,
		.request = radio_request,
		.reset = radio_reset,
	};
	struct device_card_config card = {
		.control = &desk->control,
		.owners = &store,
		.owner_count = 1,
		.board = "bench",
		.firmware = "test 1",
		.boot = boot,
		.boots = 7,
		.user = desk,
		.heap = heap,
		.restart = restart,
	};
	struct device_config config;

	memset(desk, 0, sizeof(*desk));
	store = (struct device_owner){
		.requests = requests,
		.settings = settings,
		.capabilities = PTL_CAN_STORE,
		.user = desk,
		.request = store_request,
		.info = store_info,
		.session = store_session,
		.poll = store_poll,
	};
	bench_open(&desk->bench, 1);
	desk->bench.host_message = host_hears;
	ptl_wifi_init(&desk->wifi, &events);
	ptl_radio_init(&desk->control, &ops, &desk->card.share);
	device_card_init(&desk->card, &card);
	config = bench_config(&desk->bench);
	config.control = device_card_control(&desk->card);
	bench_start_host(&desk->bench);
	bench_start_device(&desk->bench, &config);
	device_card_attach(&desk->card, desk->bench.device, desk->bench.now);
	bench_meet(&desk->bench);
	bench_run(&desk->bench, 100000);
}

static void start(struct desk *desk)
{
	start_as(desk, PTL_BOOT_WATCHDOG);
}

/* Sends a request that has been begun, and waits for its answer. */
static void ask(struct desk *desk, struct ptl_control_writer *message)
{
	unsigned before = desk->answers;

	desk->asked = "nobody";
	assert_int_equal(ptl_wifi_request(&desk->wifi, desk->bench.now, message, desk),
			 PTL_STATUS_DONE);
	bench_run(&desk->bench, 20000);
	(void)ptl_wifi_poll(&desk->wifi, desk->bench.now);
	assert_int_equal(desk->answers, before + 1);
}

static void get(struct desk *desk, enum ptl_field setting)
{
	struct ptl_control_writer message;

	ptl_control_begin(&message, PTL_M_GET, 0, PTL_IF_RADIO);
	ptl_put_uint(&message, PTL_F_SETTING, setting);
	ask(desk, &message);
}

static void ready_is_put_together(void **state)
{
	static struct desk desk;

	(void)state;
	start(&desk);
	assert_int_equal(desk.readies, 1);
	assert_int_equal(desk.owner_sessions, 1);
	assert_string_equal(desk.info.board, "bench");
	assert_string_equal(desk.info.firmware, "test 1");
	assert_int_equal(desk.info.boot, PTL_BOOT_WATCHDOG);
	assert_int_equal(desk.info.boots, 7);
	assert_int_equal(desk.info.capabilities, PTL_CAN_STATION | PTL_CAN_STORE);
	assert_true(desk.owner_polls > 0);
	/* A host that restarted is told again, and what was there is gone. */
	desk.resets = 0;
	ptl_wifi_session(&desk.wifi);
	bench_start_host(&desk.bench);
	bench_meet(&desk.bench);
	bench_run(&desk.bench, 100000);
	assert_int_equal(desk.readies, 2);
	assert_int_equal(desk.owner_sessions, 2);
	assert_true(desk.resets > 0);
	bench_close(&desk.bench);
}

static void each_request_goes_to_its_owner(void **state)
{
	static const struct {
		enum ptl_control_type type;
		const char *owner;
	} requests[] = {
		{PTL_M_LEAVE, "radio"},
		{PTL_M_UPDATE_ABORT, "store"},
		{PTL_M_STATS, "nobody"}, /* of the whole: the card's */
		{PTL_M_SET, "nobody"},	 /* nothing */
	};
	static const struct {
		enum ptl_field field;
		const char *owner;
		enum ptl_status status;
	} settings[] = {
		{PTL_F_COUNTRY, "radio", PTL_STATUS_DONE},
		{PTL_F_KEY, "store", PTL_STATUS_NO_SUCH},
		{PTL_F_TIME, "nobody", PTL_STATUS_STATE},
		{(enum ptl_field)250, "radio", PTL_STATUS_DONE},
	};
	static struct desk desk;
	struct ptl_control_writer message;

	(void)state;
	start(&desk);
	for (size_t i = 0; i < COUNT(requests); i++) {
		ptl_control_begin(&message, requests[i].type, 0, PTL_IF_RADIO);
		ask(&desk, &message);
		assert_string_equal(desk.asked, requests[i].owner);
	}
	assert_int_equal(desk.status, PTL_STATUS_DONE);
	for (size_t i = 0; i < COUNT(settings); i++) {
		get(&desk, settings[i].field);
		assert_string_equal(desk.asked, settings[i].owner);
		assert_int_equal(desk.status, settings[i].status);
	}
	/* Of a station, or the interface: the radio knows. */
	ptl_control_begin(&message, PTL_M_STATS, 0, PTL_IF_STATION);
	ask(&desk, &message);
	assert_string_equal(desk.asked, "radio");
	/* What an owner says reaches the host. */
	get(&desk, PTL_F_KEY);
	assert_string_equal(desk.text, "it is empty");
	bench_close(&desk.bench);
}

static void settings_of_one_owner_go_together(void **state)
{
	static struct desk desk;
	struct ptl_control_writer message;

	(void)state;
	start(&desk);
	ptl_control_begin(&message, PTL_M_SET, 0, PTL_IF_RADIO);
	ptl_put_bytes(&message, PTL_F_COUNTRY, "DE", 2);
	ptl_put_int(&message, PTL_F_TX_POWER, 10);
	ask(&desk, &message);
	assert_int_equal(desk.status, PTL_STATUS_DONE);
	assert_string_equal(desk.asked, "radio");
	ptl_put_text(&message, PTL_F_KEY, "key");
	ask(&desk, &message);
	assert_int_equal(desk.status, PTL_STATUS_BAD_VALUE);
	assert_string_equal(desk.asked, "nobody");
	/* The card's own are an owner as well. */
	ptl_control_begin(&message, PTL_M_SET, 0, PTL_IF_RADIO);
	ptl_put_bytes(&message, PTL_F_COUNTRY, "DE", 2);
	ptl_put_uint(&message, PTL_F_TIME, 5);
	ask(&desk, &message);
	assert_int_equal(desk.status, PTL_STATUS_BAD_VALUE);
	bench_close(&desk.bench);
}

static void it_keeps_the_time_that_it_is_told(void **state)
{
	const uint64_t then = 1700000000000000;
	static struct desk desk;
	struct ptl_control_writer message;
	uint64_t utc;

	(void)state;
	start(&desk);
	assert_false(device_card_utc(&desk.card, desk.bench.now, &utc));
	ptl_control_begin(&message, PTL_M_SET, 0, PTL_IF_RADIO);
	ptl_put_uint(&message, PTL_F_TIME, then);
	ask(&desk, &message);
	assert_int_equal(desk.status, PTL_STATUS_DONE);
	bench_run(&desk.bench, 3000000);
	get(&desk, PTL_F_TIME);
	assert_in_range(desk.time, then + 3000000, then + 3100000);
	ptl_control_begin(&message, PTL_M_STATS, 0, PTL_IF_RADIO);
	ask(&desk, &message);
	assert_int_equal(desk.heap, 4711);
	assert_in_range(desk.uptime, 3000000, 4000000);
	bench_close(&desk.bench);
}

static void it_restarts_when_that_was_heard(void **state)
{
	static struct desk desk;
	struct ptl_control_writer message;

	(void)state;
	start(&desk);
	ptl_control_begin(&message, PTL_M_RESTART, 0, PTL_IF_RADIO);
	ask(&desk, &message);
	assert_int_equal(desk.status, PTL_STATUS_DONE);
	bench_run(&desk.bench, 100000);
	assert_int_equal(desk.restarts, 1);
	/* There is no boot loader to go to. */
	ptl_put_uint(&message, PTL_F_HOW, 1);
	ask(&desk, &message);
	assert_int_equal(desk.status, PTL_STATUS_UNSUPPORTED);
	/* A host that hears nothing any more cannot hold it up. */
	ptl_control_begin(&message, PTL_M_RESTART, 0, PTL_IF_RADIO);
	assert_int_equal(ptl_wifi_request(&desk.wifi, desk.bench.now, &message, &desk),
			 PTL_STATUS_DONE);
	for (int i = 0; i < 100 && desk.card.restart_at == PTL_NEVER; i++)
		bench_run(&desk.bench, STEP_US);
	desk.bench.uart_stopped = true;
	bench_run(&desk.bench, 700000);
	assert_int_equal(desk.restarts, 2);
	bench_close(&desk.bench);
}

/* More questions at once than there is room for answers. */
static void no_question_is_lost(void **state)
{
	static struct desk desk;

	(void)state;
	start(&desk);
	desk.bench.uart_stopped = true;
	for (unsigned i = 0; i < PTL_WIFI_REQUESTS; i++) {
		struct ptl_control_writer message;

		ptl_control_begin(&message, PTL_M_INFO, 0, PTL_IF_RADIO);
		assert_int_equal(ptl_wifi_request(&desk.wifi, desk.bench.now, &message, &desk),
				 PTL_STATUS_DONE);
		bench_run(&desk.bench, 20000);
		(void)ptl_wifi_poll(&desk.wifi, desk.bench.now);
	}
	desk.bench.uart_stopped = false;
	bench_run(&desk.bench, 500000);
	assert_int_equal(desk.answers, PTL_WIFI_REQUESTS);
	assert_int_equal(desk.status, PTL_STATUS_DONE);
	bench_close(&desk.bench);
}

/* Three bad starts, then one with the radio left alone. */
static void safe_mode_leaves_the_radio_alone(void **state)
{
	static struct desk desk;
	struct ptl_control_writer message;

	(void)state;
	start_as(&desk, PTL_BOOT_SAFE);
	assert_int_equal(desk.info.boot, PTL_BOOT_SAFE);
	assert_int_equal(desk.info.capabilities, PTL_CAN_STORE);
	assert_int_equal(desk.resets, 0);
	ptl_control_begin(&message, PTL_M_LEAVE, 0, PTL_IF_STATION);
	ask(&desk, &message);
	assert_string_equal(desk.asked, "nobody");
	assert_int_equal(desk.status, PTL_STATUS_STATE);
	assert_non_null(strstr(desk.text, "safe mode"));
	get(&desk, PTL_F_KEY); /* others than the radio answer */
	assert_string_equal(desk.asked, "store");
	ptl_control_begin(&message, PTL_M_RESTART, 0, PTL_IF_RADIO);
	ask(&desk, &message);
	bench_run(&desk.bench, 600000);
	assert_int_equal(desk.restarts, 1);
	bench_close(&desk.bench);
}

static void three_bad_starts_make_a_safe_one(void **state)
{
	enum { WELL = 1, ASK = 2 };
	static const struct {
		enum ptl_boot why;
		enum ptl_boot is;
		unsigned then; /* what this start comes to */
	} story[] = {
		{PTL_BOOT_POWER, PTL_BOOT_POWER, 0},
		{PTL_BOOT_CRASH, PTL_BOOT_CRASH, 0},
		{PTL_BOOT_WATCHDOG, PTL_BOOT_WATCHDOG, 0},
		{PTL_BOOT_CRASH, PTL_BOOT_SAFE, 0},
		{PTL_BOOT_CRASH, PTL_BOOT_SAFE, ASK},
		{PTL_BOOT_CRASH, PTL_BOOT_ASKED, 0}, /* as hardware tells it of itself */
		{PTL_BOOT_CRASH, PTL_BOOT_CRASH, 0},
		{PTL_BOOT_CRASH, PTL_BOOT_CRASH, WELL},
		{PTL_BOOT_CRASH, PTL_BOOT_CRASH, 0}, /* counted anew */
		{PTL_BOOT_CRASH, PTL_BOOT_CRASH, 0},
		{PTL_BOOT_RESET, PTL_BOOT_RESET, 0}, /* a button is no failure */
		{PTL_BOOT_CRASH, PTL_BOOT_CRASH, 0},
		{PTL_BOOT_CRASH, PTL_BOOT_CRASH, 0},
		{PTL_BOOT_CRASH, PTL_BOOT_SAFE, WELL},
		{PTL_BOOT_RESET, PTL_BOOT_RESET, 0},
	};
	struct device_boots boots;

	(void)state;
	memset(&boots, 0xa5, sizeof(boots)); /* as power-up leaves it */
	for (size_t i = 0; i < COUNT(story); i++) {
		if (device_boots_begin(&boots, story[i].why) != story[i].is)
			fail_msg("start %zu", i);
		assert_int_equal(boots.boots, i + 1);
		if (story[i].then & WELL)
			device_boots_well(&boots);
		if (story[i].then & ASK)
			device_boots_ask(&boots);
	}
	boots.failed ^= 1; /* torn: begun anew */
	assert_int_equal(device_boots_begin(&boots, PTL_BOOT_CRASH), PTL_BOOT_CRASH);
	assert_int_equal(boots.boots, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(ready_is_put_together),
		cmocka_unit_test(each_request_goes_to_its_owner),
		cmocka_unit_test(settings_of_one_owner_go_together),
		cmocka_unit_test(it_keeps_the_time_that_it_is_told),
		cmocka_unit_test(it_restarts_when_that_was_heard),
		cmocka_unit_test(no_question_is_lost),
		cmocka_unit_test(safe_mode_leaves_the_radio_alone),
		cmocka_unit_test(three_bad_starts_make_a_safe_one),
	};

	return cmocka_run_group_tests_name("device, card", tests, NULL, NULL);
}
