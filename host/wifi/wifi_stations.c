/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The list is of those that were there when it was asked for. The radio is asked about one
 * after the other; what it does not know of one, or of any, is not in the list. Whoever left
 * meanwhile is in it without figures; a radio that is silent about one is asked no further.
 */
#include "host/wifi/wifi_stations.h"

#include "host/wifi/wifi_json.h"

#include <stdlib.h>
#include <string.h>

struct list {
	struct wifi_asked asked; /* first: it is known by it */
	struct wifi *wifi;
	struct control_call *call;
	cJSON *stations;
	cJSON *at; /* which is asked about */
	struct wifi_station all[WIFI_STATIONS_MAX];
	unsigned int count, next;
};

static void finish(struct list *list)
{
	cJSON *result = cJSON_CreateObject();

	cJSON_AddItemToObject(result, "stations", list->stations);
	control_answer(list->call, result);
	free(list);
}

static bool ask(struct list *list, const struct wifi_station *station)
{
	struct ptl_control_writer message;

	ptl_control_begin(&message, PTL_M_STATS, 0, PTL_IF_AP);
	ptl_put_bytes(&message, PTL_F_MAC, station->mac, sizeof(station->mac));
	return wifi_ask(list->wifi, &message, &list->asked) == PTL_STATUS_DONE;
}

static void ask_next(struct list *list, bool may_ask)
{
	while (list->next < list->count) {
		const struct wifi_station *station = &list->all[list->next++];

		list->at = wifi_json_station(station);
		cJSON_AddItemToArray(list->stations, list->at);
		if (may_ask && ask(list, station))
			return;
		may_ask = false;
	}
	finish(list);
}

static void add_figures(cJSON *to, const struct ptl_control *message)
{
	static const struct {
		const char *name;
		enum ptl_field field;
	} figures[] = {
		{"tx_rate", PTL_F_TX_RATE},
		{"rx_rate", PTL_F_RX_RATE},
		{"tx_bytes", PTL_F_TX_BYTES},
		{"rx_bytes", PTL_F_RX_BYTES},
	};

	if (ptl_control_has(message, PTL_F_SIGNAL))
		cJSON_AddNumberToObject(to, "signal",
					(double)ptl_control_int(message, PTL_F_SIGNAL, 0));
	for (size_t i = 0; i < sizeof(figures) / sizeof(figures[0]); i++)
		if (ptl_control_has(message, figures[i].field))
			cJSON_AddNumberToObject(
				to, figures[i].name,
				(double)ptl_control_uint(message, figures[i].field, 0));
}

static void on_answered(struct wifi_asked *asked, enum ptl_status status,
			const struct ptl_control *message)
{
	struct list *list = (struct list *)asked;

	if (status == PTL_STATUS_DONE)
		add_figures(list->at, message);
	ask_next(list, message != NULL);
}

static void on_cancelled(void *user)
{
	struct list *list = user;

	wifi_forget(list->wifi, &list->asked);
	cJSON_Delete(list->stations);
	free(list);
}

void wifi_stations(struct wifi *wifi, struct control_call *call)
{
	struct list *list = calloc(1, sizeof(*list));

	if (!list) {
		control_refuse(call, CONTROL_BUSY, "out of memory");
		return;
	}
	list->asked.answered = on_answered;
	list->wifi = wifi;
	list->call = call;
	list->stations = cJSON_CreateArray();
	list->count = wifi->station_count;
	memcpy(list->all, wifi->stations, sizeof(list->all));
	control_later(call, on_cancelled, list);
	ask_next(list, true);
}
