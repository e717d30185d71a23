/* SPDX-License-Identifier: GPL-2.0-only */
/* A radio's pins and its store, as arguments and results of the control socket. */
#ifndef PIGTAIL_HOST_WIFI_BOARD_H
#define PIGTAIL_HOST_WIFI_BOARD_H

#include <cjson/cJSON.h>
#include <pigtail/control.h>

/* Whether these arguments of wifi.set are about a pin or a key. */
bool wifi_board_is_meant(const cJSON *arguments);

/* Puts what they say into a SET. NULL, or what is wrong with them. */
const char *wifi_board_put(struct ptl_control_writer *message, const cJSON *arguments);

/* Puts what setting ("pin" or "key") of wifi.get asks for into a GET; false: it is another
 * setting. *wrong: what is wrong, or NULL. */
bool wifi_board_get(struct ptl_control_writer *message, const char *setting,
		    const cJSON *arguments, const char **wrong);

/* What an answer says of a pin or a key. */
void wifi_board_json(cJSON *to, const struct ptl_control *message);

#endif
