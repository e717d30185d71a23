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

static struct {
	struct ethernet_events events;
	uint8_t (*buffer)[ETHERNET_FRAME];
	uint32_t tx_frames, rx_frames;
	uint32_t rx, tx;      /* the next descriptor of each ring */
	bool tx_full;	      /* ethernet_buffer() said so */
	bool rx_full;	      /* frame() has no room */
	volatile bool missed; /* a frame found no descriptor */
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

void ethernet_set_mac(const uint8_t mac[6])
{
	MAC_ADDR1 = (uint32_t)mac[0] << 8 | mac[1];
	MAC_ADDR0 = (uint32_t)mac[2] << 24 | (uint32_t)mac[3] << 16 | (uint32_t)mac[4] << 8 |
		    mac[5];
}

uint8_t *ethernet_buffer(void)
{
	ethernet.tx_full = (FLAGS(ethernet.tx) & TX_READY) != 0;
	return ethernet.tx_full ? NULL : ethernet.buffer[ethernet.tx];
}

void ethernet_send(size_t n)
{
	uint32_t wrap = ethernet.tx == ethernet.tx_frames - 1 ? TX_WRAP : 0;

	FLAGS(ethernet.tx) = (uint32_t)n << 16 | TX_READY | TX_IRQ | TX_PAD_FCS | wrap;
	ethernet.tx = wrap ? 0 : ethernet.tx + 1;
}

/* Hands on what has come, as long as there is room. */
static void receive(void)
{
	for (unsigned n = 0; n < ethernet.rx_frames; n++) {
		uint32_t i = ethernet.tx_frames + ethernet.rx;
		uint32_t flags = FLAGS(i);
		uint32_t wrap = ethernet.rx == ethernet.rx_frames - 1 ? RX_WRAP : 0;

		if (flags & RX_EMPTY)
			return;
		if (!(flags & RX_BAD) && flags >> 16 > FCS &&
		    !ethernet.events.frame(ethernet.buffer[i], (flags >> 16) - FCS)) {
			ethernet.rx_full = true;
			return;
		}
		FLAGS(i) = RX_EMPTY | RX_IRQ | wrap;
		ethernet.rx = wrap ? 0 : ethernet.rx + 1;
	}
}

void ethernet_poll(void)
{
	if (ethernet.tx_full && !(FLAGS(ethernet.tx) & TX_READY)) {
		ethernet.tx_full = false;
		ethernet.events.room();
	}
	if (!ethernet.rx_full)
		receive();
	if (ethernet.missed) {
		ethernet.missed = false;
		ethernet.events.missed();
	}
}

void ethernet_resume(void)
{
	ethernet.rx_full = false;
	receive();
}

void ethernet_start(const struct ethernet_events *events, const uint8_t mac[6],
		    uint8_t (*buffer)[ETHERNET_FRAME], uint32_t tx_frames, uint32_t rx_frames)
{
	ethernet.events = *events;
	ethernet.buffer = buffer;
	ethernet.tx_frames = tx_frames;
	ethernet.rx_frames = rx_frames;
	MODER = 0;
	INT_SOURCE = INT_ALL;
	TX_BD_NUM = tx_frames;
	for (uint32_t i = 0; i < tx_frames + rx_frames; i++) {
		POINTER(i) = (uint32_t)(uintptr_t)buffer[i];
		FLAGS(i) = i < tx_frames ? 0 : RX_EMPTY | RX_IRQ;
	}
	FLAGS(tx_frames + rx_frames - 1) = RX_EMPTY | RX_IRQ | RX_WRAP;
	ethernet_set_mac(mac);
	HASH0 = HASH1 = 0xffffffff; /* all multicast: who takes the frames picks */
	interrupt_attach(INTERRUPT_ETHERNET, on_interrupt);
	INT_MASK = INT_ALL;
	MODER = MODER_RUN;
}

void ethernet_hear_all(void)
{
	MODER = MODER_RUN | MODER_ALL;
}
