/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The asker's side of the control sockets, for commands: it blocks, but for no longer
 * than 2 s a link. Sockets of dead processes are removed.
 */
#ifndef PIGTAIL_HOST_CONTROL_ASK_H
#define PIGTAIL_HOST_CONTROL_ASK_H

#include <cjson/cJSON.h>
#include <stdbool.h>

/*
 * Asks the link called name, or all (NULL). arguments (an object, or NULL) stays the
 * caller's. Returns an array of the results, to be freed by cJSON_Delete(). A link that
 * refuses, or does not answer, is told on standard error, and *failed is set.
 */
cJSON *control_ask(const char *name, const char *request, const cJSON *arguments, bool *failed);

/* Subscriptions to an event of one link or of all. */
struct control_watch;

/* name as above. Told every so many seconds. NULL: out of memory. */
struct control_watch *control_watch_new(const char *name, const char *event, double seconds);

/*
 * Waits for the next round: what each link tells, an array as above, empty when none is
 * running. Links that have begun are found. With a name, NULL when that link is gone, or
 * was never there.
 */
cJSON *control_watch_next(struct control_watch *watch);

void control_watch_free(struct control_watch *watch);

#endif
