/* SPDX-License-Identifier: GPL-2.0-only */
/* A value of the store is bytes: as text where it is some, as hex digits always. */
#include "host/wifi/wifi_board.h"

#include "host/control/arguments.h"

#include <ctype.h>
#include <sodium.h>
#include <string.h>

#define VALUE_MAX 255u

static const char *const modes[] = {
	[PTL_PIN_INPUT] = "input",
	[PTL_PIN_INPUT_PULLUP] = "input-pullup",
	[PTL_PIN_OUTPUT] = "output",
	[PTL_PIN_OPEN_DRAIN] = "open-drain",
};

#define MODES (sizeof(modes) / sizeof(modes[0]))

static bool has(const cJSON *arguments, const char *name)
{
	const cJSON *item = cJSON_GetObjectItem(arguments, name);

	return item && !cJSON_IsNull(item);
}

bool wifi_board_is_meant(const cJSON *arguments)
{
	static const char *const names[] = {"pin", "mode",  "level",
					    "key", "value", "value_hex"};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (has(arguments, names[i]))
			return true;
	return false;
}

static const char *put_pin(struct ptl_control_writer *message, const cJSON *arguments)
{
	const char *mode = control_string(arguments, "mode", NULL);
	size_t i = 0;

	if (!has(arguments, "pin"))
		return "argument pin: it says which pin is meant";
	if (!mode && !has(arguments, "level"))
		return "argument mode or level: it says what the pin is to be";
	ptl_put_uint(message, PTL_F_PIN, (uint64_t)control_number(arguments, "pin", 0));
	while (mode && i < MODES && strcmp(modes[i], mode) != 0)
		i++;
	if (i == MODES)
		return "argument mode: it is input, input-pullup, output or open-drain";
	if (mode)
		ptl_put_uint(message, PTL_F_PIN_MODE, i);
	if (has(arguments, "level"))
		ptl_put_uint(message, PTL_F_LEVEL,
			     (uint64_t)control_number(arguments, "level", 0));
	return NULL;
}

static const char *put_key(struct ptl_control_writer *message, const cJSON *arguments)
{
	const char *key = control_string(arguments, "key", NULL);
	const char *value = control_string(arguments, "value", NULL);
	const char *hex = control_string(arguments, "value_hex", NULL);
	unsigned char bytes[VALUE_MAX];
	size_t n = 0;

	if (!key)
		return "argument key: it says where in the store the value is to go";
	ptl_put_text(message, PTL_F_KEY, key);
	if (value && hex)
		return "one of value and value_hex says the value";
	if (hex) {
		if (sodium_hex2bin(bytes, sizeof(bytes), hex, strlen(hex), NULL, &n, NULL) ||
		    2 * n != strlen(hex))
			return "argument value_hex: it is up to 255 bytes as hex digits";
		ptl_put_bytes(message, PTL_F_VALUE, bytes, n);
	} else if (value) {
		ptl_put_bytes(message, PTL_F_VALUE, value, strlen(value));
	}
	return NULL;
}

const char *wifi_board_put(struct ptl_control_writer *message, const cJSON *arguments)
{
	bool pin = has(arguments, "pin") || has(arguments, "mode") || has(arguments, "level");
	bool key =
		has(arguments, "key") || has(arguments, "value") || has(arguments, "value_hex");

	if (pin && key)
		return "a pin and a key are set one by one";
	return pin ? put_pin(message, arguments) : put_key(message, arguments);
}

bool wifi_board_get(struct ptl_control_writer *message, const char *setting,
		    const cJSON *arguments, const char **wrong)
{
	*wrong = NULL;
	if (!strcmp(setting, "pin")) {
		ptl_put_uint(message, PTL_F_SETTING, PTL_F_LEVEL);
		ptl_put_uint(message, PTL_F_PIN, (uint64_t)control_number(arguments, "pin", 0));
		if (!has(arguments, "pin"))
			*wrong = "argument pin: it says which pin is meant";
		return true;
	}
	if (strcmp(setting, "key") != 0)
		return false;
	ptl_put_uint(message, PTL_F_SETTING, PTL_F_KEY);
	ptl_put_text(message, PTL_F_KEY, control_string(arguments, "key", ""));
	if (!has(arguments, "key"))
		*wrong = "argument key: it says which key of the store is meant";
	return true;
}

static void add_value(cJSON *to, const struct ptl_control *message)
{
	char text[VALUE_MAX + 1], hex[2 * VALUE_MAX + 1];
	unsigned char bytes[VALUE_MAX];
	size_t n = ptl_control_long(message, PTL_F_VALUE, bytes, sizeof(bytes)), i = 0;

	if (n > sizeof(bytes))
		n = sizeof(bytes);
	while (i < n && isascii(bytes[i]) && isprint(bytes[i]))
		i++;
	if (i == n) {
		memcpy(text, bytes, n);
		text[n] = 0;
		cJSON_AddStringToObject(to, "value", text);
	}
	(void)sodium_bin2hex(hex, sizeof(hex), bytes, n);
	cJSON_AddStringToObject(to, "value_hex", hex);
}

void wifi_board_json(cJSON *to, const struct ptl_control *message)
{
	uint64_t mode = ptl_control_uint(message, PTL_F_PIN_MODE, MODES);
	char key[16];

	if (ptl_control_has(message, PTL_F_PIN))
		cJSON_AddNumberToObject(to, "pin",
					(double)ptl_control_uint(message, PTL_F_PIN, 0));
	if (mode < MODES)
		cJSON_AddStringToObject(to, "mode", modes[mode]);
	if (ptl_control_has(message, PTL_F_LEVEL))
		cJSON_AddNumberToObject(to, "level",
					(double)ptl_control_uint(message, PTL_F_LEVEL, 0));
	if (!ptl_control_has(message, PTL_F_KEY))
		return;
	ptl_control_words(message, PTL_F_KEY, key, sizeof(key));
	cJSON_AddStringToObject(to, "key", key);
	add_value(to, message);
}
