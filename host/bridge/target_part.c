/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Whoever may use the bridge may say which pins its target has, but not everything that
 * --pins could: a file or a socket of any name would be a way to write as the bridge's user,
 * and a chip's line may belong to something else. So a pin is put to a modem line, or to a
 * place that the owner has named at the start, by --pins or --pin. What is set is forgotten
 * when the bridge ends.
 */
#include "host/bridge/target_part.h"

#include "host/base/log.h"

#include <string.h>

static const char *const names[PTL_TARGET_PINS] = {
	[PTL_TARGET_RESET] = "reset",
	[PTL_TARGET_BOOT] = "boot",
};

static const char *const levels[PTL_TARGET_PINS] = {
	[PTL_TARGET_RESET] = "reset_active",
	[PTL_TARGET_BOOT] = "boot_active",
};

static const struct pin_options lines[] = {{.kind = PIN_DTR}, {.kind = PIN_RTS}};

#define LINES (sizeof(lines) / sizeof(lines[0]))

/* ---- what is ---- */

static void add_place(cJSON *to, const struct pin_options *pin)
{
	char text[PIN_TEXT];

	cJSON_AddItemToArray(to, cJSON_CreateString(pin_options_text(pin, text)));
}

static cJSON *settings(const struct target_config *target)
{
	cJSON *json = cJSON_CreateObject(), *places;

	for (int i = 0; i < PTL_TARGET_PINS; i++)
		cJSON_AddStringToObject(json, levels[i],
					target->pins.pin[i].high ? "high" : "low");
	cJSON_AddNumberToObject(json, "pulse", target->pins.pulse_ms);
	cJSON_AddStringToObject(json, "lines", target->pins.levels ? "level" : "pulse");
	places = cJSON_AddArrayToObject(json, "places");
	for (size_t i = 0; i < LINES; i++)
		add_place(places, &lines[i]);
	for (size_t i = 0; i < target->places; i++)
		add_place(places, &target->place[i]);
	return json;
}

void target_part_status(cJSON *to, const struct server *server)
{
	const struct target_config *target = &server_config(server)->target;
	cJSON *pins;
	char text[PIN_TEXT];

	cJSON_AddStringToObject(to, "target", ptl_target_name(target->kind));
	pins = cJSON_AddObjectToObject(to, "pins");
	for (int i = 0; i < PTL_TARGET_PINS; i++)
		if (target->pins.pin[i].kind != PIN_NONE)
			cJSON_AddStringToObject(pins, names[i],
						pin_options_text(&target->pins.pin[i], text));
	cJSON_AddItemToObject(to, "pin_settings", settings(target));
}

/* ---- what is to be ---- */

static bool has_place(const struct target_config *target, const struct pin_options *pin)
{
	for (size_t i = 0; i < LINES; i++)
		if (pin_options_same(&lines[i], pin))
			return true;
	for (size_t i = 0; i < target->places; i++)
		if (pin_options_same(&target->place[i], pin))
			return true;
	return false;
}

static int set_place(struct target_config *target, int which, const char *text, char *error,
		     size_t error_size)
{
	struct pin_options place = {.high = target->pins.pin[which].high};

	if (strcmp(text, "none") != 0 &&
	    (pin_options_parse(&place, text, error, error_size) < 0 ||
	     !has_place(target, &place)))
		return complain(error, error_size,
				"argument %s: it is none, or one of the places in the status; "
				"who starts the bridge names more by --pin",
				names[which]);
	target->pins.pin[which] = place;
	return 0;
}

/* One of two words, if it is there. */
static int choose(bool *second, const cJSON *arguments, const char *name,
		  const char *const words[2], char *error, size_t error_size)
{
	const char *word = control_string(arguments, name, NULL);

	if (!word)
		return 0;
	if (strcmp(word, words[0]) != 0 && strcmp(word, words[1]) != 0)
		return complain(error, error_size, "argument %s: it is %s or %s", name,
				words[0], words[1]);
	*second = !strcmp(word, words[1]);
	return 0;
}

static int set_pin(struct target_config *target, int which, const cJSON *arguments, char *error,
		   size_t error_size)
{
	static const char *const words[] = {"low", "high"};
	const char *place = control_string(arguments, names[which], NULL);
	int status = choose(&target->pins.pin[which].high, arguments, levels[which], words,
			    error, error_size);

	return place && !status ? set_place(target, which, place, error, error_size) : status;
}

static bool is_one_pin(const struct target_config *target)
{
	return target->pins.pin[PTL_TARGET_RESET].kind != PIN_NONE &&
	       pin_options_same(&target->pins.pin[PTL_TARGET_RESET],
				&target->pins.pin[PTL_TARGET_BOOT]);
}

/* Its pins are active as they are on such a board, unless something else is said. */
static int set_kind(struct target_config *target, const char *name, char *error,
		    size_t error_size)
{
	enum ptl_target before = target->kind;
	struct pins_options board;

	if (pins_target_parse(&target->kind, name, error, error_size) < 0)
		return -1;
	if (target->kind == before)
		return 0;
	pins_options_default(&board, target->kind);
	for (int i = 0; i < PTL_TARGET_PINS; i++)
		target->pins.pin[i].high = board.pin[i].high;
	return 0;
}

static int read_target(struct target_config *target, const cJSON *arguments, char *error,
		       size_t error_size)
{
	static const char *const lines_words[] = {"pulse", "level"};
	const char *kind = control_string(arguments, "target", NULL);
	int status = 0;

	if (kind)
		status = set_kind(target, kind, error, error_size);
	for (int i = 0; i < PTL_TARGET_PINS && !status; i++)
		status = set_pin(target, i, arguments, error, error_size);
	target->pins.pulse_ms =
		(unsigned)control_number(arguments, "pulse", target->pins.pulse_ms);
	if (!status)
		status = choose(&target->pins.levels, arguments, "lines", lines_words, error,
				error_size);
	if (!status && is_one_pin(target))
		status = complain(error, error_size, "reset and boot are two pins");
	return status;
}

static void answer_pins(void *user, const cJSON *arguments, struct control_call *call)
{
	struct server *server = user;
	struct target_config target = server_config(server)->target;
	cJSON *result;
	char error[PIN_TEXT + 256];

	if (read_target(&target, arguments, error, sizeof(error)) < 0) {
		control_refuse(call, CONTROL_BAD_ARGUMENT, "%s", error);
		return;
	}
	if (server_set_target(server, &target, error, sizeof(error)) < 0) {
		control_refuse(call, CONTROL_NOT_READY, "%s", error);
		return;
	}
	result = cJSON_CreateObject();
	target_part_status(result, server);
	control_answer(call, result);
}

static const struct control_argument pins_arguments[] = {
	{"target", CONTROL_STRING, false, 1, 8, "avr, mega, lpc, stm32, esp, any or none"},
	{"reset", CONTROL_STRING, false, 1, CONTROL_STRING_MAX,
	 "none, or one of the status's places"},
	{"boot", CONTROL_STRING, false, 1, CONTROL_STRING_MAX, "likewise"},
	{"reset_active", CONTROL_STRING, false, 3, 4, "low or high"},
	{"boot_active", CONTROL_STRING, false, 3, 4, "low or high"},
	{"pulse", CONTROL_INTEGER, false, 0, PINS_PULSE_MAX, "ms; 0: as the target wants it"},
	{"lines", CONTROL_STRING, false, 5, 5,
	 "pulse or level: what DTR and RTS of clients are"},
	{0},
};

static const struct control_request requests[] = {
	{"pins", "sets what the target is and its pins; answers with these keys of status",
	 pins_arguments, answer_pins, 0},
	{0},
};

void target_part_begin(struct control_part *part, struct control *control,
		       struct server *server)
{
	*part = (struct control_part){requests, NULL, server, NULL};
	control_add(control, part);
}
