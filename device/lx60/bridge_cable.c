/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* The network of a bridge is the Ethernet MAC as it is. */
#include "bridge_image.h"
#include "lan.h"

static bool start(const struct boot *boot, struct ptl_store *store, address_told told)
{
	(void)store;
	return lan_start(boot->mac, boot->address, told);
}

const struct bridge_network bridge_image_network = {start, lan_poll, NULL};
