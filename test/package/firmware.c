/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The smallest firmware with link and device in it, for sizes and for what it wants
 * of a C library: a UART and a radio at addresses that mean nothing.
 */
#include <pigtail/device.h>
#include <pigtail/link.h>

static _Alignas(16) uint8_t memory[20 * 1024];
static volatile uint32_t *const registers = (volatile uint32_t *)0x40000000;

static size_t uart_read(void *user, uint8_t *to, size_t room)
{
	(void)user;
	if (!room || !registers[0])
		return 0;
	*to = (uint8_t)registers[1];
	return 1;
}

static size_t uart_write(void *user, const uint8_t *bytes, size_t n)
{
	(void)user;
	for (size_t i = 0; i < n; i++)
		registers[1] = bytes[i];
	return n;
}

static bool radio_send(void *user, const uint8_t *frame, size_t n)
{
	(void)user;
	(void)frame;
	registers[2] = (uint32_t)n;
	return true;
}

static ptl_time radio_poll(void *user, ptl_time now)
{
	(void)user;
	(void)now;
	return PTL_NEVER;
}

static ptl_time clock_now(void *user)
{
	(void)user;
	return registers[3];
}

static void clock_sleep(void *user, ptl_time until)
{
	(void)user;
	registers[4] = (uint32_t)until;
}

int main(void)
{
	struct device_config config = {
		.framing = &ptl_framing_pigtail,
		.uart = {.read = uart_read, .write = uart_write},
		.radio = {.send = radio_send, .poll = radio_poll},
		.clock = {.now = clock_now, .sleep = clock_sleep},
	};
	struct device *device;

	ptl_config_default(&config.link, PTL_PROFILE_MCU);
	config.link.nonce = registers[5];
	if (device_init(memory, sizeof(memory), &config, &device) != PTL_OK)
		return 1;
	for (;;)
		clock_sleep(NULL, device_poll(device));
}
