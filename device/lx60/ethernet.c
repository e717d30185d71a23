/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * Two rings of descriptors, each with its buffer. The MAC owns a descriptor while its
 * bit RX_EMPTY or TX_READY is set; the interrupt only wakes the main loop, which
 * looks at the descriptors themselves. A frame that finds no empty one is lost: the
 * MAC counts nothing, but says BUSY; each time that this is seen counts as one.
 */
#include "ethernet.h"
#include "chip.h"
#include "clock.h"
#include "interrupt.h"

#include <string.h>

#define MAC(offset) REGISTER(0x9d030000u + (offset))
#define MODER	    MAC(0x00)
#define INT_SOURCE  MAC(0x04)
#define INT_MASK    MAC(0x08)
#define TX_BD_NUM   MAC(0x20)
#define MAC_ADDR0   MAC(0x40)
#define MAC_ADDR1   MAC(0x44)
#define HASH0	    MAC(0x48)
#define HASH1	    MAC(0x4c)
#define FLAGS(i)    MAC(0x400 + 8 * (i)) /* length << 16 as well */
#define POINTER(i)  MAC(0x404 + 8 * (i))

#define MODER_RUN  0xa003u /* pad, append FCS, transmit, receive */
#define MODER_ALL  0x0020u /* promiscuous */
#define INT_ALL	   0x7fu
#define INT_BUSY   0x10u
#define RX_EMPTY   0x8000u
#define RX_IRQ	   0x4000u
#define RX_WRAP	   0x2000u
#define RX_BAD	   0x007fu
#define TX_READY   0x8000u
#define TX_IRQ	   0x4000u
#define TX_WRAP	   0x2000u
#define TX_PAD_FCS 0x1800u
#define FCS	   4u

#define RX_FRAMES 8u
#define TX_FRAMES 2u
#define FRAME	  1536u

static struct {
	struct device *device;
	enum ethernet_lot (*sort)(const uint8_t *frame, size_t n);
	uint32_t rx, tx;      /* the next descriptor of each ring */
	bool tx_full;	      /* send() said so */
	volatile bool missed; /* a frame found no descriptor */
	bool link_full;	      /* a frame waits: the link has no room */
	uint8_t rx_bytes[RX_FRAMES][FRAME] __attribute__((aligned(4)));
	uint8_t tx_bytes[TX_FRAMES][FRAME] __attribute__((aligned(4)));
} ethernet;

IN_IRAM static void on_interrupt(const struct frame *frame)
{
	uint32_t what = INT_SOURCE;

	(void)frame;
	INT_SOURCE = what;
	if (what & INT_BUSY)
		ethernet.missed = true;
	clock_wake();
}

static void set_mac(const uint8_t mac[6])
{
	MAC_ADDR1 = (uint32_t)mac[0] << 8 | mac[1];
	MAC_ADDR0 = (uint32_t)mac[2] << 24 | (uint32_t)mac[3] << 16 | (uint32_t)mac[4] << 8 |
		    mac[5];
}

static bool ethernet_send(void *user, const uint8_t *bytes, size_t n)
{
	uint32_t i = ethernet.tx;
	uint32_t wrap = i == TX_FRAMES - 1 ? TX_WRAP : 0;

	(void)user;
	ethernet.tx_full = (FLAGS(i) & TX_READY) != 0;
	if (ethernet.tx_full)
		return false;
	memcpy(ethernet.tx_bytes[i], bytes, n);
	FLAGS(i) = (uint32_t)n << 16 | TX_READY | TX_IRQ | TX_PAD_FCS | wrap;
	ethernet.tx = wrap ? 0 : i + 1;
	return true;
}

static enum ethernet_lot lot_of(const uint8_t *frame, size_t n)
{
	enum ethernet_lot lot = ethernet.sort ? ethernet.sort(frame, n) : ETHERNET_FOR_HOST;

	if (lot != ETHERNET_FOR_HOST)
		return lot;
	return device_from_radio(ethernet.device, frame, n) == PTL_FULL ? ETHERNET_WAITS
									: ETHERNET_DONE;
}

/* Gives the link what has come, as long as that has room. */
static void receive(void)
{
	for (unsigned n = 0; n < RX_FRAMES; n++) {
		uint32_t i = TX_FRAMES + ethernet.rx;
		uint32_t flags = FLAGS(i);
		uint32_t wrap = ethernet.rx == RX_FRAMES - 1 ? RX_WRAP : 0;

		if (flags & RX_EMPTY)
			return;
		if (!(flags & RX_BAD) && flags >> 16 > FCS &&
		    lot_of(ethernet.rx_bytes[ethernet.rx], (flags >> 16) - FCS) ==
			    ETHERNET_WAITS) {
			ethernet.link_full = true;
			return;
		}
		FLAGS(i) = RX_EMPTY | RX_IRQ | wrap;
		ethernet.rx = wrap ? 0 : ethernet.rx + 1;
	}
}

static ptl_time ethernet_poll(void *user, ptl_time now)
{
	(void)user;
	(void)now;
	if (ethernet.tx_full && !(FLAGS(ethernet.tx) & TX_READY)) {
		ethernet.tx_full = false;
		device_radio_room(ethernet.device);
	}
	if (!ethernet.link_full)
		receive();
	if (ethernet.missed) {
		ethernet.missed = false;
		device_radio_missed(ethernet.device, 1);
	}
	return PTL_NEVER;
}

static void ethernet_room(void *user)
{
	(void)user;
	ethernet.link_full = false;
	receive();
}

static void ethernet_host_up(void *user, bool up, const uint8_t mac[6])
{
	static const uint8_t nobody[6];

	(void)user;
	if (up && memcmp(mac, nobody, sizeof(nobody)) != 0)
		set_mac(mac);
}

void ethernet_start(struct device *device, const uint8_t mac[6],
		    enum ethernet_lot (*sort)(const uint8_t *frame, size_t n))
{
	ethernet.device = device;
	ethernet.sort = sort;
	MODER = 0;
	INT_SOURCE = INT_ALL;
	TX_BD_NUM = TX_FRAMES;
	for (uint32_t i = 0; i < TX_FRAMES; i++) {
		POINTER(i) = (uint32_t)(uintptr_t)ethernet.tx_bytes[i];
		FLAGS(i) = 0;
	}
	for (uint32_t i = 0; i < RX_FRAMES; i++) {
		POINTER(TX_FRAMES + i) = (uint32_t)(uintptr_t)ethernet.rx_bytes[i];
		FLAGS(TX_FRAMES + i) = RX_EMPTY | RX_IRQ | (i == RX_FRAMES - 1 ? RX_WRAP : 0);
	}
	set_mac(mac);
	HASH0 = HASH1 = 0xffffffff; /* all multicast: the host picks */
	interrupt_attach(INTERRUPT_ETHERNET, on_interrupt);
	INT_MASK = INT_ALL;
	MODER = MODER_RUN;
}

void ethernet_hear_all(void)
{
	MODER = MODER_RUN | MODER_ALL;
}

const struct ptl_radio lx60_ethernet = {
	.send = ethernet_send,
	.poll = ethernet_poll,
	.room = ethernet_room,
	.host_up = ethernet_host_up,
};
