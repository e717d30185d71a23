/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * A web server on a chip without Wi-Fi or Ethernet in use: the wire is its network.
 * It asks the host for an address by DHCP, prints it, and serves the link's counters
 * as JSON on /.
 *
 *	pigtail up /dev/ttyUSB0 user,hostfwd=tcp::8080-:80
 *	curl http://localhost:8080/
 */
#include "esp_check.h"
#include "esp_event.h"
#include "esp_http_server.h"
#include "esp_log.h"
#include "esp_netif.h"
#include "pigtail_netif.h"

#include <inttypes.h>
#include <stdio.h>

static const char tag[] = "example";

static esp_err_t send_counters(httpd_req_t *request)
{
	struct pigtail_netif *netif = request->user_ctx;
	struct ptl_counters counters;
	const ptl_count *values;
	char line[64];
	esp_err_t error;

	pigtail_netif_stats(netif, &counters, NULL);
	values = (const ptl_count *)&counters;
	error = httpd_resp_set_type(request, "application/json");
	for (int i = 0; error == ESP_OK && i < PTL_COUNTER_COUNT; i++) {
		(void)snprintf(line, sizeof(line), "%s\"%s\": %" PRIu64, i ? ",\n" : "{",
			       ptl_counter_names[i].name, (uint64_t)values[i]);
		error = httpd_resp_sendstr_chunk(request, line);
	}
	if (error == ESP_OK)
		error = httpd_resp_sendstr_chunk(request, "}\n");
	return error == ESP_OK ? httpd_resp_sendstr_chunk(request, NULL) : error;
}

static void on_address(void *user, esp_event_base_t base, int32_t id, void *data)
{
	const ip_event_got_ip_t *event = data;

	(void)user;
	(void)base;
	(void)id;
	ESP_LOGI(tag, "http://" IPSTR "/", IP2STR(&event->ip_info.ip));
}

static esp_err_t serve(struct pigtail_netif *netif)
{
	httpd_config_t config = HTTPD_DEFAULT_CONFIG();
	const httpd_uri_t root = {
		.uri = "/",
		.method = HTTP_GET,
		.handler = send_counters,
		.user_ctx = netif,
	};
	httpd_handle_t server;

	ESP_RETURN_ON_ERROR(httpd_start(&server, &config), tag, "no web server");
	return httpd_register_uri_handler(server, &root);
}

void app_main(void)
{
	const struct pigtail_netif_config config = PIGTAIL_NETIF_CONFIG_DEFAULT();
	struct pigtail_netif *netif;

	ESP_ERROR_CHECK(esp_netif_init());
	ESP_ERROR_CHECK(esp_event_loop_create_default());
	ESP_ERROR_CHECK(
		esp_event_handler_register(IP_EVENT, IP_EVENT_ETH_GOT_IP, on_address, NULL));
	ESP_ERROR_CHECK(pigtail_netif_start(&config, &netif));
	ESP_ERROR_CHECK(serve(netif));
}
