/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A question is sent, and its call waits in a list until the radio answers, has been silent
 * for too long, or restarts; wifi.c sees to it that one of these comes.
 */
#include "host/wifi/wifi_ask.h"

#include "host/wifi/networks.h"
#include "host/wifi/wifi_board.h"
#include "host/wifi/wifi_json.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>

struct question {
	struct wifi_asked asked; /* first: it is known by it */
	struct question *next;
	struct wifi_ask *asks;
	struct control_call *call;
	struct wifi_settings settings; /* of a SET: kept if it says yes */
	cJSON *(*result)(struct question *question, const struct ptl_control *message);
};

struct wifi_ask {
	struct wifi *wifi;
	struct question *first;
};

/* ---- refusals ---- */

static enum control_code code_of(enum ptl_status status)
{
	switch (status) {
	case PTL_STATUS_BUSY:
		return CONTROL_BUSY;
	case PTL_STATUS_BAD_VALUE:
	case PTL_STATUS_NO_SUCH:
	case PTL_STATUS_MALFORMED:
		return CONTROL_BAD_ARGUMENT;
	case PTL_STATUS_STATE:
	case PTL_STATUS_ABORTED:
		return CONTROL_NOT_READY;
	case PTL_STATUS_TIMEOUT:
		return CONTROL_TIMEOUT;
	case PTL_STATUS_DENIED:
		return CONTROL_DENIED;
	default:
		return CONTROL_FAILED;
	}
}

void wifi_ask_refuse(const struct wifi *wifi, struct control_call *call, enum ptl_status status,
		     const char *text)
{
	const char *why = ptl_status_text(status);

	if (!wifi->session)
		why = "the other end is not there, or has no radio that can be told what to "
		      "do; "
		      "look at 'pigtail status'";
	else if (!ptl_wifi_ready(&wifi->core))
		why = "the radio has not said yet that it is ready";
	control_refuse(call, code_of(status), "%s%s%s", why, *text ? ": " : "", text);
}

/* ---- questions ---- */

static void forget(struct question *question)
{
	struct question **at = &question->asks->first;

	while (*at != question)
		at = &(*at)->next;
	*at = question->next;
	free(question);
}

static void on_cancelled(void *user)
{
	struct question *question = user;

	wifi_forget(question->asks->wifi, &question->asked);
	forget(question);
}

static void on_answered(struct wifi_asked *asked, enum ptl_status status,
			const struct ptl_control *message)
{
	struct question *question = (struct question *)asked;
	struct control_call *call = question->call;
	char text[PTL_WIFI_TEXT] = "";

	if (status == PTL_STATUS_DONE) {
		control_answer(call,
			       question->result ? question->result(question, message) : NULL);
	} else {
		if (message)
			ptl_control_words(message, PTL_F_TEXT, text, sizeof(text));
		wifi_ask_refuse(question->asks->wifi, call, status, text);
	}
	forget(question);
}

static struct question *ask(struct wifi_ask *asks, struct ptl_control_writer *message,
			    struct control_call *call)
{
	struct question *question = calloc(1, sizeof(*question));
	enum ptl_status status = PTL_STATUS_NO_MEMORY;

	if (question) {
		question->asked.answered = on_answered;
		question->asks = asks;
		question->call = call;
		question->next = asks->first;
		asks->first = question;
		status = wifi_ask(asks->wifi, message, &question->asked);
	}
	if (status == PTL_STATUS_DONE) {
		control_later(call, on_cancelled, question);
		return question;
	}
	if (question)
		forget(question);
	wifi_ask_refuse(asks->wifi, call, status, "");
	return NULL;
}

/* ---- info ---- */

static cJSON *info_result(struct question *question, const struct ptl_control *message)
{
	cJSON *result = wifi_json(question->asks->wifi);

	if (ptl_control_has(message, PTL_F_UPTIME))
		cJSON_AddNumberToObject(result, "uptime",
					(double)ptl_control_uint(message, PTL_F_UPTIME, 0) /
						1e6);
	if (ptl_control_has(message, PTL_F_HEAP))
		cJSON_AddNumberToObject(result, "heap",
					(double)ptl_control_uint(message, PTL_F_HEAP, 0));
	return result;
}

void wifi_ask_info(struct wifi_ask *asks, struct control_call *call)
{
	struct ptl_control_writer message;
	struct question *question;

	ptl_control_begin(&message, PTL_M_STATS, 0, PTL_IF_RADIO);
	question = ask(asks, &message, call);
	if (question)
		question->result = info_result;
}

/* ---- settings ---- */

static cJSON *set_result(struct question *question, const struct ptl_control *message)
{
	(void)message;
	wifi_set(question->asks->wifi, &question->settings);
	return NULL;
}

static void tell_time(struct wifi_ask *asks, struct control_call *call)
{
	struct ptl_control_writer message;
	struct timeval time;

	(void)gettimeofday(&time, NULL);
	ptl_control_begin(&message, PTL_M_SET, 0, PTL_IF_RADIO);
	ptl_put_uint(&message, PTL_F_TIME,
		     (uint64_t)time.tv_sec * 1000000u + (uint64_t)time.tv_usec);
	(void)ask(asks, &message, call);
}

static void set_board(struct wifi_ask *asks, const cJSON *arguments, struct control_call *call)
{
	struct ptl_control_writer message;
	const char *wrong;

	ptl_control_begin(&message, PTL_M_SET, 0, PTL_IF_RADIO);
	wrong = wifi_board_put(&message, arguments);
	if (wrong)
		control_refuse(call, CONTROL_BAD_ARGUMENT, "%s", wrong);
	else
		(void)ask(asks, &message, call);
}

void wifi_ask_set(struct wifi_ask *asks, const cJSON *arguments, struct control_call *call)
{
	struct wifi_settings settings = asks->wifi->settings;
	const char *country = control_string(arguments, "country", NULL);
	const char *mac = control_string(arguments, "mac", NULL);
	struct ptl_control_writer message;
	struct question *question;

	if (control_bool(arguments, "time", false)) {
		tell_time(asks, call);
		return;
	}
	if (wifi_board_is_meant(arguments)) {
		set_board(asks, arguments, call);
		return;
	}
	if (mac && (!network_set_mac(settings.mac, mac) || settings.mac[0] & 1)) {
		control_refuse(call, CONTROL_BAD_ARGUMENT,
			       "argument mac: it is 02:00:00:00:00:01, of one station");
		return;
	}
	ptl_control_begin(&message, PTL_M_SET, 0, PTL_IF_STATION);
	if (country) {
		settings.country[0] = (char)toupper((unsigned char)country[0]);
		settings.country[1] = (char)toupper((unsigned char)country[1]);
		ptl_put_bytes(&message, PTL_F_COUNTRY, settings.country, 2);
	}
	if (cJSON_GetObjectItem(arguments, "power_save")) {
		settings.has_power_save = true;
		settings.power_save = control_bool(arguments, "power_save", false);
		ptl_put_uint(&message, PTL_F_POWER_SAVE, settings.power_save);
	}
	if (cJSON_GetObjectItem(arguments, "tx_power")) {
		settings.has_tx_power = true;
		settings.tx_power = (int8_t)control_number(arguments, "tx_power", 0);
		ptl_put_int(&message, PTL_F_TX_POWER, settings.tx_power);
	}
	if (mac) {
		settings.has_mac = true;
		ptl_put_bytes(&message, PTL_F_MAC, settings.mac, sizeof(settings.mac));
	}
	question = ask(asks, &message, call);
	if (!question)
		return;
	question->settings = settings;
	question->result = set_result;
}

/* As the argument setting names them. */
static const struct {
	const char *name;
	enum ptl_field field;
	enum ptl_interface interface;
} settings[] = {
	{"country", PTL_F_COUNTRY, PTL_IF_RADIO},
	{"power_save", PTL_F_POWER_SAVE, PTL_IF_STATION},
	{"tx_power", PTL_F_TX_POWER, PTL_IF_RADIO},
	{"mac", PTL_F_MAC, PTL_IF_STATION},
	{"ap_mac", PTL_F_AP_MAC, PTL_IF_AP},
	{"time", PTL_F_TIME, PTL_IF_RADIO},
	{"channel", PTL_F_CHANNEL, PTL_IF_STATION},
};

#define SETTINGS (sizeof(settings) / sizeof(settings[0]))

/* All of them that the answer has. */
static cJSON *get_result(struct question *question, const struct ptl_control *message)
{
	cJSON *result = cJSON_CreateObject();
	char text[3] = "";
	size_t n;

	(void)question;
	for (size_t i = 0; i < SETTINGS; i++) {
		enum ptl_field field = settings[i].field;
		uint8_t kind = ptl_field_info((uint8_t)field)->kind;

		if (!ptl_control_has(message, field))
			continue;
		if (kind == PTL_KIND_UINT)
			cJSON_AddNumberToObject(result, settings[i].name,
						(double)ptl_control_uint(message, field, 0));
		else if (kind == PTL_KIND_INT)
			cJSON_AddNumberToObject(result, settings[i].name,
						(double)ptl_control_int(message, field, 0));
		else if (field != PTL_F_COUNTRY)
			wifi_json_mac(result, settings[i].name,
				      ptl_control_bytes(message, field, &n));
		else {
			ptl_control_words(message, field, text, sizeof(text));
			cJSON_AddStringToObject(result, settings[i].name, text);
		}
	}
	wifi_board_json(result, message);
	return result;
}

void wifi_ask_get(struct wifi_ask *asks, const cJSON *arguments, struct control_call *call)
{
	const char *name = control_string(arguments, "setting", "");
	struct ptl_control_writer message;
	struct question *question;
	const char *wrong = NULL;
	size_t i = 0;

	ptl_control_begin(&message, PTL_M_GET, 0, PTL_IF_RADIO);
	while (i < SETTINGS && strcmp(settings[i].name, name) != 0)
		i++;
	if (i < SETTINGS) {
		ptl_control_begin(&message, PTL_M_GET, 0, (uint8_t)settings[i].interface);
		ptl_put_uint(&message, PTL_F_SETTING, settings[i].field);
	} else if (!wifi_board_get(&message, name, arguments, &wrong)) {
		wrong = "argument setting: it is country, power_save, tx_power, mac, ap_mac, "
			"time, channel, pin or key";
	}
	if (wrong) {
		control_refuse(call, CONTROL_BAD_ARGUMENT, "%s", wrong);
		return;
	}
	question = ask(asks, &message, call);
	if (question)
		question->result = get_result;
}

/* ---- others ---- */

void wifi_ask_kick(struct wifi_ask *asks, const cJSON *arguments, struct control_call *call)
{
	struct ptl_control_writer message;
	uint8_t mac[6];

	if (!network_set_mac(mac, control_string(arguments, "mac", ""))) {
		control_refuse(call, CONTROL_BAD_ARGUMENT,
			       "argument mac: it is 02:00:00:00:00:01");
		return;
	}
	ptl_control_begin(&message, PTL_M_STATION_KICK, 0, PTL_IF_AP);
	ptl_put_bytes(&message, PTL_F_MAC, mac, sizeof(mac));
	(void)ask(asks, &message, call);
}

void wifi_ask_restart(struct wifi_ask *asks, const cJSON *arguments, struct control_call *call)
{
	struct ptl_control_writer message;

	ptl_control_begin(&message, PTL_M_RESTART, 0, PTL_IF_RADIO);
	if (control_bool(arguments, "bootloader", false))
		ptl_put_uint(&message, PTL_F_HOW, 1);
	(void)ask(asks, &message, call);
}

struct wifi_ask *wifi_ask_new(struct wifi *wifi)
{
	struct wifi_ask *asks = calloc(1, sizeof(*asks));

	if (asks)
		asks->wifi = wifi;
	return asks;
}

void wifi_ask_free(struct wifi_ask *asks)
{
	free(asks);
}
