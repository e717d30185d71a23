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
	const struct ptl_dev *dev = netdev_priv(net);

	strscpy(info->driver, KBUILD_MODNAME, sizeof(info->driver));
	strscpy(info->bus_info, dev->bus, sizeof(info->bus_info));
	strscpy(info->fw_version, dev->framing->name, sizeof(info->fw_version));
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
	struct ptl_line_counters line;
	struct ptl_counters link;

	ptl_endpoint_counters(netdev_priv(net), &link, &line);
	memcpy(to, &link, sizeof(link));
	memcpy(to + PTL_COUNTER_COUNT, &line, sizeof(line));
}

/* ethtool knows whole megabits only. */
static int get_link_ksettings(struct net_device *net, struct ethtool_link_ksettings *settings)
{
	const struct ptl_dev *dev = netdev_priv(net);

	settings->base.speed = max_t(u32, DIV_ROUND_CLOSEST(READ_ONCE(dev->baud), 1000000), 1);
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
