/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * See change.h.
 *
 *	NONE -- change_begin() --> JOINS -- it is in --> PROVES -- change_reached() --> NONE
 *	                             |                     |
 *	                             +-- it failed, or the time is over --> back, NONE
 *
 * The station has one place for its settings. While a change goes on, the caller's place has
 * those of the network before.
 */
#include "change.h"
#include "wireless.h"

#include <pigtail/text.h>

#include <string.h>

#define JOIN_US	 30000000u /* a radio that restarts meanwhile is waited for */
#define PROOF_US 180000000u
#define LEAVE_US 500000u

static struct {
	struct change_config config;
	enum change_state state;
	struct wireless_settings *before;
	bool keep;
	unsigned failures; /* of the station, at the beginning */
	ptl_time until;
	char failed[WIRELESS_SSID_MAX + 1];
	const char *why; /* NULL: nothing failed */
} change;

void change_start(const struct change_config *config)
{
	memset(&change, 0, sizeof(change));
	change.config = *config;
	change.until = PTL_NEVER;
}

enum change_state change_state(void)
{
	return change.state;
}

const char *change_failure(const char **ssid)
{
	*ssid = change.failed;
	return change.why;
}

static void tell(const char *what)
{
	struct ptl_text line;

	ptl_text_clear(&line);
	ptl_text_add(&line, wireless_view()->name);
	ptl_text_add(&line, ": ");
	ptl_text_add(&line, what);
	change.config.log(line.at);
}

static void swap(void)
{
	char *one = (char *)change.config.settings, *other = (char *)change.before;

	for (size_t i = 0; i < sizeof(*change.before); i++) {
		char byte = one[i];

		one[i] = other[i];
		other[i] = byte;
	}
}

static void end(void)
{
	wireless_wipe(change.before, sizeof(*change.before));
	change.before = NULL;
	change.state = CHANGE_NONE;
	change.until = PTL_NEVER;
}

static void go_back(ptl_time now, const char *why)
{
	strcpy(change.failed, change.config.settings->ssid);
	change.why = why;
	swap();
	end();
	wireless_again(now);
	tell("back to it");
}

bool change_begin(ptl_time now, struct wireless_settings *other, bool keep)
{
	if (change.state != CHANGE_NONE)
		return false;
	memcpy(other->country, change.config.settings->country, sizeof(other->country));
	memcpy(other->address, change.config.settings->address, sizeof(other->address));
	change.before = other;
	swap();
	change.keep = keep;
	change.why = NULL;
	change.failures = wireless_view()->failures;
	change.state = CHANGE_JOINS;
	change.until = now + JOIN_US;
	wireless_again(now);
	tell("a user wants it");
	return true;
}

bool change_leave(ptl_time now, bool forget)
{
	static const struct wireless_settings none;

	if (change.state != CHANGE_NONE ||
	    (forget && !wireless_settings_write(change.config.store, &none)))
		return false;
	tell(forget ? "forgotten" : "left until the next start");
	change.state = CHANGE_LEAVES;
	change.until = now + LEAVE_US;
	return true;
}

static void leave(ptl_time now)
{
	wireless_wipe(change.config.settings, sizeof(*change.config.settings));
	change.state = CHANGE_NONE;
	change.until = PTL_NEVER;
	wireless_again(now);
}

void change_reached(ptl_time now)
{
	(void)now;
	if (change.state != CHANGE_PROVES)
		return;
	if (!change.keep)
		tell("a user has come; it stays until the next start");
	else if (wireless_settings_write(change.config.store, change.config.settings))
		tell("a user has come; it is kept");
	else
		tell("the flash takes it not; it stays until the next start");
	end();
}

static void look_at_join(ptl_time now)
{
	const struct wireless_view *view = wireless_view();

	if (view->in) {
		change.state = CHANGE_PROVES;
		change.until = now + PROOF_US;
	} else if (view->failures != change.failures) {
		go_back(now, view->why ? view->why : "lost");
	} else if (now >= change.until) {
		go_back(now, "the radio does not join it");
	}
}

ptl_time change_poll(ptl_time now)
{
	if (change.state == CHANGE_JOINS)
		look_at_join(now);
	else if (change.state == CHANGE_PROVES && now >= change.until)
		go_back(now, "no user has come through it");
	else if (change.state == CHANGE_LEAVES && now >= change.until)
		leave(now);
	return change.until;
}
