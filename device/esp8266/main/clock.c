/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * Time and sleep. The loop sleeps in a task notification, in whole ticks of 1 ms;
 * bytes, frames and a UART that runs dry wake it at once, so only pure timers see
 * the tick.
 */
#include "target.h"

#include "freertos/FreeRTOS.h"
#include "freertos/task.h"
#include "esp_attr.h"
#include "esp_system.h"
#include "esp_timer.h"

#define TICK_US (1000000u / configTICK_RATE_HZ)

static TaskHandle_t main_loop;

/* The vendor adds the tick's count and the cycle counter, which the tick interrupt
 * sets to 0: unguarded, the sum of the two would jump back now and then. */
static ptl_time now(void *user)
{
	int64_t us;

	(void)user;
	portENTER_CRITICAL();
	us = esp_timer_get_time();
	portEXIT_CRITICAL();
	return (ptl_time)us;
}

static void sleep_until(void *user, ptl_time until)
{
	TickType_t ticks = portMAX_DELAY;
	ptl_time present = now(user);

	if (until <= present)
		ticks = 0;
	else if (until - present < (ptl_time)TICK_US * 3600000)
		ticks = (TickType_t)((until - present + TICK_US - 1) / TICK_US);
	(void)ulTaskNotifyTake(pdTRUE, ticks);
}

/* With the radio on, as it is by then, the generator is fed by its noise. */
static uint32_t entropy(void *user)
{
	(void)user;
	return esp_random();
}

void clock_start(struct ptl_clock *clock)
{
	main_loop = xTaskGetCurrentTaskHandle();
	*clock = (struct ptl_clock){.now = now, .sleep = sleep_until, .entropy = entropy};
}

void clock_wake(void)
{
	(void)xTaskNotifyGive(main_loop);
}

void IRAM_ATTR clock_wake_from_interrupt(void)
{
	BaseType_t woken = pdFALSE;

	vTaskNotifyGiveFromISR(main_loop, &woken);
	if (woken == pdTRUE)
		portYIELD_FROM_ISR();
}
