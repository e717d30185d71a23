// SPDX-License-Identifier: GPL-2.0-only
/* What ethtool asks: the driver, the link's counters by name, the line's speed. */
#include "device.h"

#include <linux/ethtool.h>
#include <linux/kernel.h>

#define PTL_LINE_ONE(name) +1
enum { LINE_COUNTER_COUNT = 0 PTL_LINE_COUNTERS(PTL_LINE_ONE) };

#define PTL_LINE_NAME(name) "line_" #name,
static const char line_names[LINE_COUNTER_COUNT][ETH_GSTRING_LEN] = {
	PTL_LINE_COUNTERS(PTL_LINE_NAME)};

static void get_drvinfo(struct net_device *net, struct ethtool_drvinfo *info)
{
	const struct ptl_vif *vif = netdev_priv(net);

	strscpy(info->driver, KBUILD_MODNAME, sizeof(info->driver));
	strscpy(info->bus_info, vif->dev->bus, sizeof(info->bus_info));
}

static int get_sset_count(struct net_device *net, int set)
{
	return set == ETH_SS_STATS ? PTL_COUNTER_COUNT + LINE_COUNTER_COUNT : -EOPNOTSUPP;
}

static void get_strings(struct net_device *net, u32 set, u8 *to)
{
	if (set != ETH_SS_STATS)
		return;
	for (int i = 0; i < PTL_COUNTER_COUNT; i++, to += ETH_GSTRING_LEN)
		strscpy((char *)to, ptl_counter_names[i].name, ETH_GSTRING_LEN);
	memcpy(to, line_names, sizeof(line_names));
}

static void get_stats(struct net_device *net, struct ethtool_stats *stats, u64 *to)
{
	const struct ptl_vif *vif = netdev_priv(net);
	struct ptl_line_counters line;
	struct ptl_counters link;

	ptl_endpoint_counters(vif->dev, &link, &line);
	memcpy(to, &link, sizeof(link));
	memcpy(to + PTL_COUNTER_COUNT, &line, sizeof(line));
}

/* ethtool knows whole megabits only. */
static int get_link_ksettings(struct net_device *net, struct ethtool_link_ksettings *settings)
{
	const struct ptl_vif *vif = netdev_priv(net);
	u32 baud = READ_ONCE(vif->dev->baud);

	settings->base.speed = max_t(u32, DIV_ROUND_CLOSEST(baud, 1000000), 1);
	settings->base.duplex = DUPLEX_FULL;
	settings->base.port = PORT_OTHER;
	settings->base.autoneg = AUTONEG_DISABLE;
	return 0;
}

const struct ethtool_ops ptl_ethtool_ops = {
	.get_drvinfo = get_drvinfo,
	.get_link = ethtool_op_get_link,
	.get_sset_count = get_sset_count,
	.get_strings = get_strings,
	.get_ethtool_stats = get_stats,
	.get_link_ksettings = get_link_ksettings,
	.get_ts_info = ethtool_op_get_ts_info,
};
