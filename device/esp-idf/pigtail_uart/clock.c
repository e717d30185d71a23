/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * Time and sleep. The task waits at the UART driver's queue; a one-shot timer of
 * microseconds puts an event there, since a tick of 10 ms is the length of 900 bytes.
 */
#include "clock.h"

#include "esp_random.h"

static ptl_time now(void *user)
{
	(void)user;
	return (ptl_time)esp_timer_get_time();
}

static void count(struct ptl_uart_errors *errors, uart_event_type_t type)
{
	switch (type) {
	case UART_BUFFER_FULL:
	case UART_FIFO_OVF:
		errors->overruns++;
		break;
	case UART_FRAME_ERR:
	case UART_BREAK:
		errors->framing++;
		break;
	case UART_PARITY_ERR:
		errors->parity++;
		break;
	default:
		break;
	}
}

static void sleep_until(void *user, ptl_time until)
{
	struct pigtail_uart *uart = user;
	TickType_t ticks = portMAX_DELAY;
	ptl_time present = now(user);
	uart_event_t event;

	if (uart->refill_at < until)
		until = uart->refill_at;
	uart->refill_at = PTL_NEVER;
	if (until <= present) {
		ticks = 0;
	} else if (until != PTL_NEVER) {
		(void)esp_timer_stop(uart->timer); /* of an earlier sleep */
		(void)esp_timer_start_once(uart->timer, until - present);
	}
	while (xQueueReceive(uart->events, &event, ticks) == pdTRUE) {
		count(&uart->errors, event.type);
		ticks = 0;
	}
}

static uint32_t entropy(void *user)
{
	(void)user;
	return esp_random();
}

/* A full queue does no harm: who has something to read does not sleep. */
void pigtail_uart_wake(struct pigtail_uart *uart)
{
	const uart_event_t nothing = {.type = UART_EVENT_MAX};

	(void)xQueueSend(uart->events, &nothing, 0);
}

static void on_timer(void *user)
{
	pigtail_uart_wake(user);
}

esp_err_t clock_start(struct pigtail_uart *uart, struct ptl_clock *clock)
{
	const esp_timer_create_args_t timer = {
		.callback = on_timer,
		.arg = uart,
		.name = "pigtail",
	};

	*clock = (struct ptl_clock){
		.user = uart,
		.now = now,
		.sleep = sleep_until,
		.entropy = entropy,
	};
	return esp_timer_create(&timer, &uart->timer);
}
