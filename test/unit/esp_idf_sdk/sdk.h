/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A stand-in for what device/esp-idf/pigtail_netif calls of ESP-IDF, so that it can be
 * run in a test: test_esp_idf.c has the functions.
 */
#ifndef TEST_ESP_IDF_SDK_H
#define TEST_ESP_IDF_SDK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define CONFIG_PIGTAIL_UART_PORT 1
#define CONFIG_PIGTAIL_TX_PIN	 4
#define CONFIG_PIGTAIL_RX_PIN	 5
#define CONFIG_PIGTAIL_RTS_PIN	 (-1)
#define CONFIG_PIGTAIL_CTS_PIN	 (-1)
#define CONFIG_PIGTAIL_BAUD	 921600
#define CONFIG_PIGTAIL_STORE	 12288
#define CONFIG_PIGTAIL_RING	 8192
#define CONFIG_PIGTAIL_WINDOW	 8192
#define CONFIG_PIGTAIL_CONTEXTS	 8
#define CONFIG_PIGTAIL_HISTORY	 0

typedef int esp_err_t;
#define ESP_OK		    0
#define ESP_ERR_NO_MEM	    0x101
#define ESP_ERR_INVALID_ARG 0x102
#define ESP_ERR_TIMEOUT	    0x107

/* FreeRTOS */
typedef int BaseType_t;
typedef uint32_t TickType_t;
typedef struct sdk_queue *QueueHandle_t;
typedef struct sdk_lock *SemaphoreHandle_t;
typedef struct sdk_ring *RingbufHandle_t;
#define pdTRUE		     1
#define pdPASS		     1
#define portMAX_DELAY	     0xffffffffu
#define RINGBUF_TYPE_NOSPLIT 0
#define ESP_TASK_TCPIP_PRIO  18
BaseType_t xQueueSend(QueueHandle_t queue, const void *item, TickType_t ticks);
BaseType_t xQueueReceive(QueueHandle_t queue, void *item, TickType_t ticks);
SemaphoreHandle_t xSemaphoreCreateMutex(void);
BaseType_t xSemaphoreTake(SemaphoreHandle_t lock, TickType_t ticks);
BaseType_t xSemaphoreGive(SemaphoreHandle_t lock);
void vSemaphoreDelete(SemaphoreHandle_t lock);
RingbufHandle_t xRingbufferCreate(size_t size, int type);
BaseType_t xRingbufferSend(RingbufHandle_t ring, const void *item, size_t n, TickType_t ticks);
void *xRingbufferReceive(RingbufHandle_t ring, size_t *n, TickType_t ticks);
void vRingbufferReturnItem(RingbufHandle_t ring, void *item);
void vRingbufferDelete(RingbufHandle_t ring);
BaseType_t xTaskCreate(void (*run)(void *), const char *name, uint32_t stack, void *user,
		       int priority, void **task);

/* UART */
typedef int uart_port_t;
#define UART_PIN_NO_CHANGE (-1)
enum { UART_DATA_8_BITS, UART_PARITY_DISABLE, UART_STOP_BITS_1, UART_SCLK_DEFAULT };
enum { UART_HW_FLOWCTRL_DISABLE, UART_HW_FLOWCTRL_CTS_RTS };
typedef enum {
	UART_DATA,
	UART_BREAK,
	UART_BUFFER_FULL,
	UART_FIFO_OVF,
	UART_FRAME_ERR,
	UART_PARITY_ERR,
	UART_EVENT_MAX,
} uart_event_type_t;
typedef struct {
	uart_event_type_t type;
} uart_event_t;
typedef struct {
	int baud_rate, data_bits, parity, stop_bits, flow_ctrl, source_clk;
	uint8_t rx_flow_ctrl_thresh;
} uart_config_t;
esp_err_t uart_driver_install(uart_port_t port, int rx, int tx, int events,
			      QueueHandle_t *queue, int flags);
esp_err_t uart_driver_delete(uart_port_t port);
esp_err_t uart_param_config(uart_port_t port, const uart_config_t *config);
esp_err_t uart_set_pin(uart_port_t port, int tx, int rx, int rts, int cts);
esp_err_t uart_set_rx_full_threshold(uart_port_t port, int bytes);
esp_err_t uart_set_rx_timeout(uart_port_t port, uint8_t bytes);
esp_err_t uart_set_baudrate(uart_port_t port, uint32_t baud);
esp_err_t uart_get_baudrate(uart_port_t port, uint32_t *baud);
int uart_read_bytes(uart_port_t port, void *to, uint32_t n, TickType_t ticks);
esp_err_t uart_wait_tx_done(uart_port_t port, TickType_t ticks);
int uart_tx_chars(uart_port_t port, const char *bytes, uint32_t n);

/* time and chance */
typedef struct sdk_timer *esp_timer_handle_t;
typedef struct {
	void (*callback)(void *);
	void *arg;
	const char *name;
} esp_timer_create_args_t;
int64_t esp_timer_get_time(void);
esp_err_t esp_timer_create(const esp_timer_create_args_t *args, esp_timer_handle_t *timer);
esp_err_t esp_timer_start_once(esp_timer_handle_t timer, uint64_t us);
esp_err_t esp_timer_stop(esp_timer_handle_t timer);
esp_err_t esp_timer_delete(esp_timer_handle_t timer);
uint32_t esp_random(void);
#define ESP_MAC_ETH 3
esp_err_t esp_read_mac(uint8_t mac[6], int type);
#define ESP_LOGI(tag, ...) (void)(tag)

/* esp_netif */
typedef struct sdk_netif esp_netif_t;
typedef const char *esp_event_base_t;
typedef struct {
	esp_err_t (*post_attach)(esp_netif_t *netif, void *handle);
	esp_netif_t *netif;
} esp_netif_driver_base_t;
typedef struct {
	void *handle;
	esp_err_t (*transmit)(void *handle, void *frame, size_t n);
	void (*driver_free_rx_buffer)(void *handle, void *buffer);
} esp_netif_driver_ifconfig_t;
typedef struct {
	const char *if_key, *if_desc;
	int route_prio;
} esp_netif_inherent_config_t;
typedef struct {
	const esp_netif_inherent_config_t *base;
	const void *stack;
} esp_netif_config_t;
#define ESP_NETIF_INHERENT_DEFAULT_ETH()                                                       \
	{                                                                                      \
		0                                                                              \
	}
#define ESP_NETIF_NETSTACK_DEFAULT_ETH NULL
esp_netif_t *esp_netif_new(const esp_netif_config_t *config);
void esp_netif_destroy(esp_netif_t *netif);
esp_err_t esp_netif_attach(esp_netif_t *netif, void *driver);
esp_err_t esp_netif_set_driver_config(esp_netif_t *netif,
				      const esp_netif_driver_ifconfig_t *config);
esp_err_t esp_netif_set_mac(esp_netif_t *netif, uint8_t mac[6]);
esp_err_t esp_netif_receive(esp_netif_t *netif, void *buffer, size_t n, void *eb);
void esp_netif_action_start(void *netif, esp_event_base_t base, int32_t id, void *data);
void esp_netif_action_connected(void *netif, esp_event_base_t base, int32_t id, void *data);
void esp_netif_action_disconnected(void *netif, esp_event_base_t base, int32_t id, void *data);

#endif
