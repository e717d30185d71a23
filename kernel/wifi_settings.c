// SPDX-License-Identifier: GPL-2.0-only
/*
 * What holds in every session: the radio forgets it with each, so it is told again. One table
 * says how. What is refused is told to a person, and nothing more: the card works without.
 */
#include "wifi.h"

#include <linux/etherdevice.h>
#include <linux/math64.h>
#include <linux/random.h>
#include <linux/timekeeping.h>

static bool wants_mac(const struct ptl_card *card)
{
	return is_valid_ether_addr(card->settings.mac[PTL_IF_STATION]);
}

static void put_mac(const struct ptl_card *card, struct ptl_control_writer *to)
{
	ptl_put_bytes(to, PTL_F_MAC, card->settings.mac[PTL_IF_STATION], ETH_ALEN);
}

static bool wants_ap_mac(const struct ptl_card *card)
{
	return card->roles[PTL_IF_AP] && is_valid_ether_addr(card->settings.mac[PTL_IF_AP]);
}

static void put_ap_mac(const struct ptl_card *card, struct ptl_control_writer *to)
{
	ptl_put_bytes(to, PTL_F_MAC, card->settings.mac[PTL_IF_AP], ETH_ALEN);
}

static bool wants_country(const struct ptl_card *card)
{
	return card->settings.country[0] != 0;
}

static void put_country(const struct ptl_card *card, struct ptl_control_writer *to)
{
	ptl_put_bytes(to, PTL_F_COUNTRY, card->settings.country,
		      sizeof(card->settings.country));
}

static bool wants_always(const struct ptl_card *card)
{
	return true;
}

static void put_power_save(const struct ptl_card *card, struct ptl_control_writer *to)
{
	ptl_put_uint(to, PTL_F_POWER_SAVE, card->settings.power_save);
}

static bool wants_tx_power(const struct ptl_card *card)
{
	return card->settings.tx_power_set;
}

static void put_tx_power(const struct ptl_card *card, struct ptl_control_writer *to)
{
	ptl_put_int(to, PTL_F_TX_POWER, card->settings.tx_power);
}

static void put_groups(const struct ptl_card *card, struct ptl_control_writer *to)
{
	const struct ptl_groups *groups = &card->settings.groups;

	if (groups->some)
		ptl_put_bytes(to, PTL_F_MULTICAST, groups->list, groups->count * ETH_ALEN);
	else
		ptl_put_flag(to, PTL_F_ALL_MULTICAST);
}

static bool wants_time(const struct ptl_card *card)
{
	return card->said.capabilities & PTL_CAN_CLOCK;
}

static void put_time(const struct ptl_card *card, struct ptl_control_writer *to)
{
	ptl_put_uint(to, PTL_F_TIME, div_u64(ktime_get_real_ns(), NSEC_PER_USEC));
}

static bool wants_chance(const struct ptl_card *card)
{
	return card->said.capabilities & PTL_CAN_CHANCE;
}

static void put_chance(const struct ptl_card *card, struct ptl_control_writer *to)
{
	u8 chance[32];

	get_random_bytes(chance, sizeof(chance));
	ptl_put_bytes(to, PTL_F_CHANCE, chance, sizeof(chance));
	memzero_explicit(chance, sizeof(chance));
}

static const struct setting {
	u8 interface;
	const char *what;
	bool (*wanted)(const struct ptl_card *card);
	void (*put)(const struct ptl_card *card, struct ptl_control_writer *to);
} settings[CARD_SETTINGS] = {
	[CARD_MAC] = {PTL_IF_STATION, "another address", wants_mac, put_mac},
	[CARD_AP_MAC] = {PTL_IF_AP, "another address", wants_ap_mac, put_ap_mac},
	[CARD_COUNTRY] = {PTL_IF_RADIO, "the country", wants_country, put_country},
	[CARD_POWER_SAVE] = {PTL_IF_STATION, "power save", wants_always, put_power_save},
	[CARD_TX_POWER] = {PTL_IF_RADIO, "that power", wants_tx_power, put_tx_power},
	[CARD_GROUPS] = {PTL_IF_STATION, "a list of groups", wants_always, put_groups},
	[CARD_TIME] = {PTL_IF_RADIO, "the time", wants_time, put_time},
	[CARD_CHANCE] = {PTL_IF_RADIO, "random bytes", wants_chance, put_chance},
};

static void on_answer(struct ptl_card *card, struct card_ask *ask, enum ptl_status status,
		      const struct ptl_control *message)
{
	long setting = ask - card->settings.asks;

	/* Of an old session. */
	if (status == PTL_STATUS_DONE || status == PTL_STATUS_ABORTED)
		return;
	ptl_say(card->dev, status == PTL_STATUS_UNSUPPORTED ? KERN_DEBUG : KERN_INFO,
		"the radio does not take %s: %s\n", settings[setting].what,
		ptl_status_text(status));
	if (setting != CARD_MAC && setting != CARD_AP_MAC)
		return;
	card->settings.mac_refused[settings[setting].interface] = true;
	schedule_work(&card->mac_work);
}

void card_settings_init(struct ptl_card *card)
{
	for (int i = 0; i < CARD_SETTINGS; i++)
		card->settings.asks[i].answered = on_answer;
}

void card_settings_begin(struct ptl_card *card)
{
	card->settings.untold = BIT(CARD_SETTINGS) - 1;
	card_settings_tell(card);
}

void card_settings_change(struct ptl_card *card, enum card_setting setting)
{
	card->settings.untold |= BIT(setting);
	card_settings_tell(card);
}

/* false: there is no room for it now. */
static bool tell(struct ptl_card *card, int i)
{
	struct ptl_control_writer set;
	enum ptl_status status;

	if (!settings[i].wanted(card))
		return true;
	ptl_control_begin(&set, PTL_M_SET, 0, settings[i].interface);
	settings[i].put(card, &set);
	status = card_request(card, &set, &card->settings.asks[i]);
	memzero_explicit(&set, sizeof(set));
	return status == PTL_STATUS_DONE;
}

void card_settings_tell(struct ptl_card *card)
{
	for (int i = 0; i < CARD_SETTINGS; i++) {
		if (!(card->settings.untold & BIT(i)))
			continue;
		if (!tell(card, i))
			return;
		card->settings.untold &= ~BIT(i);
	}
}
