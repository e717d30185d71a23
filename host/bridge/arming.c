/* SPDX-License-Identifier: GPL-2.0-only */
/* See arming.h. One address at a time: a second arming ends the first. */
#include "host/bridge/arming.h"

#include "host/base/log.h"
#include "host/base/timer.h"

#include <netdb.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>

struct arming {
	struct listener *const *listener;
	size_t n;
	void (*ended)(void *user);
	void *user;
	struct timer *timer;
	ptl_time until; /* 0: not armed */
	char address[64];
};

static void end(struct arming *arming)
{
	char error[4];

	if (!arming->until)
		return;
	arming->until = 0;
	timer_set(arming->timer, PTL_NEVER);
	for (size_t i = 0; i < arming->n; i++)
		if (listener_guard(arming->listener[i]) == LISTENER_ARMED)
			(void)listener_arm(arming->listener[i], NULL, error, sizeof(error));
	log_line("no longer armed for %s", arming->address);
	arming->ended(arming->user);
}

static void on_time(void *user)
{
	end(user);
}

struct arming *arming_new(uv_loop_t *loop, struct listener *const *listener, size_t n,
			  void (*ended)(void *user), void *user)
{
	struct arming *arming = calloc(1, sizeof(*arming));

	if (!arming)
		return NULL;
	*arming = (struct arming){listener, n, ended, user, timer_new(loop, on_time, arming),
				  0,	    ""};
	if (arming->timer)
		return arming;
	free(arming);
	return NULL;
}

void arming_free(struct arming *arming)
{
	if (!arming)
		return;
	timer_free(arming->timer);
	free(arming);
}

bool arming_begin(struct arming *arming, const char *who, const struct sockaddr *address,
		  unsigned minutes, char *text, size_t size)
{
	char error[256];
	size_t armed = 0;

	end(arming);
	(void)getnameinfo(address,
			  address->sa_family == AF_INET6 ? sizeof(struct sockaddr_in6)
							 : sizeof(struct sockaddr_in),
			  arming->address, sizeof(arming->address), NULL, 0, NI_NUMERICHOST);
	/* From here on end() undoes what was opened. */
	arming->until = timer_now() + minutes * UINT64_C(60000000);
	for (size_t i = 0; i < arming->n; i++) {
		if (listener_guard(arming->listener[i]) != LISTENER_ARMED)
			continue;
		if (listener_arm(arming->listener[i], address, error, sizeof(error)) < 0) {
			(void)snprintf(text, size, "%s", error);
			log_line("%s", error);
			end(arming);
			return false;
		}
		armed++;
	}
	if (!armed) {
		arming->until = 0;
		(void)snprintf(text, size,
			       "no port is to be armed; --listen "
			       "[HOST:]PORT,SERVICE,armed makes one");
		return false;
	}
	timer_set(arming->timer, arming->until);
	(void)snprintf(text, size, "ok, armed for %s, %u minute%s", arming->address, minutes,
		       minutes == 1 ? "" : "s");
	log_line("armed for %s by %s, %u minute%s", arming->address, who, minutes,
		 minutes == 1 ? "" : "s");
	return true;
}

unsigned arming_left(const struct arming *arming, char *address, size_t size)
{
	ptl_time now = timer_now();

	if (arming->until <= now)
		return 0;
	(void)snprintf(address, size, "%s", arming->address);
	return (unsigned)((arming->until - now) / 1000000);
}
