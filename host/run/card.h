/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The control channel of `pigtail up`, which is the radio's at the other end (wifi/wifi.h);
 * and what the radio has to say of the interface: its carrier and its MAC address.
 */
#ifndef PIGTAIL_HOST_CARD_H
#define PIGTAIL_HOST_CARD_H

#include "host/run/ap_net.h"
#include "host/wifi/stream_part.h"
#include "host/wifi/update_part.h"
#include "host/wifi/wifi_part.h"

struct runner;

struct card {
	uv_loop_t *loop;
	struct runner *runner;
	struct wifi *wifi; /* NULL: this link has none */
	struct networks *networks;
	struct rejoin *rejoin;
	struct wifi_part *part;
	struct update_part *update;
	struct stream_part *streams;
	struct ap_net ap;
	struct wifi_listener listener;
};

/* Before runner_open(): takes the runner's control channel, if a link of this config has a
 * radio to talk to. Returns 0, or with a line in error -1 or -2 as runner_open(). */
int card_begin(struct card *card, uv_loop_t *loop, struct runner *runner,
	       const struct link_config *config, char *error, size_t error_size);

/* Offers the radio's requests on the link's control socket, until card_end(). */
void card_offer(struct card *card, struct control *control);

/* Before runner_close() and control_close(). Does nothing to one that is all zeros. */
void card_end(struct card *card);

#endif
