/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The rest of the driver, as its Wi-Fi sees it: a link whose other end the fuzzer is.
 */
#ifndef PIGTAIL_FUZZ_DRIVER_H
#define PIGTAIL_FUZZ_DRIVER_H

#include <kernel/wifi.h>

enum sim_room { SIM_ROOM, SIM_FULL, SIM_DOWN };

/* How the link takes control messages, and whether packets wait in it. */
extern enum sim_room sim_room;
extern bool sim_waiting;

/* Of the fuzzer: a message to its radio. */
void sim_radio_hears(const u8 *message, size_t n);

/* A link with its Ethernet interface, as attach.c makes it, and its end. */
struct ptl_dev *sim_attach(void);
void sim_detach(struct ptl_dev *dev);

#endif
