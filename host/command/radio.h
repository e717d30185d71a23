/* SPDX-License-Identifier: GPL-2.0-only */
/* What the commands that ask a radio (scan, join, ap, ...) have in common: their options,
 * the link that they ask, and how they end. */
#ifndef PIGTAIL_HOST_RADIO_CMD_H
#define PIGTAIL_HOST_RADIO_CMD_H

#include "host/base/exit_status.h"

#include <argp.h>
#include <cjson/cJSON.h>
#include <stdbool.h>

struct radio_options {
	const char *link; /* NULL: the only one */
	bool json;
};

/* command_parse() of a command that also has --link and --json: options begins with a struct
 * radio_options. Without args_doc it takes no arguments. */
void radio_parse(const struct argp *argp, int argc, char **argv, void *options);

struct radio;

/* Finds the link. NULL with a line on standard error. */
struct radio *radio_dial(const struct radio_options *options);
void radio_hang_up(struct radio *radio);
/* Its name. */
const char *radio_link(const struct radio *radio);

/* What is told meanwhile: of the event "wifi" its data. */
typedef void (*radio_told)(void *user, const cJSON *data);

/*
 * Asks, and waits for the answer. arguments is freed, its strings wiped. told may be NULL.
 * Returns the result, to be freed; or NULL, with *status, and a line on standard error but
 * for the failure quiet ("key-needed"; may be NULL).
 */
cJSON *radio_ask(struct radio *radio, const char *request, cJSON *arguments, radio_told told,
		 void *user, const char *quiet, int *status);

/* Subscribes to an event, and calls told for each until the link ends, or for ever. Returns
 * the exit status. */
int radio_follow(struct radio *radio, const char *event, radio_told told, void *user);

/* The descriptor of the connection, which stays the radio's, after an answer that took it out
 * of the link's hands; and the bytes that came behind that answer. */
int radio_connection(const struct radio *radio, const char **bytes, size_t *n);

/* For --json: the object on a line. Returns the exit status; json is freed. */
int radio_print_json(cJSON *json);

/* The whole of a command that asks once, and shows the result: as JSON, or by print (NULL:
 * it prints nothing but by --json). arguments is freed. */
int radio_show(const struct radio_options *options, const char *request, cJSON *arguments,
	       void (*print)(const char *link, const cJSON *result));
int radio_simply(const struct radio_options *options, const char *request, cJSON *arguments);

const char *radio_text(const cJSON *json, const char *key);
double radio_number(const cJSON *json, const char *key);
/* "WPA2-PSK, WPA3-SAE" */
void radio_security(const cJSON *json, char *text, size_t size);
/* Four columns wide, and the dBm. */
const char *radio_bars(double dbm);

#endif
