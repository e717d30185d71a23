/* SPDX-License-Identifier: GPL-2.0-only */
/* Where the kernel's interfaces differ from 5.10 to 6.12; the sources are
 * written for 6.1 and find here what is called otherwise elsewhere. */
#ifndef PIGTAIL_KERNEL_VERSIONS_H
#define PIGTAIL_KERNEL_VERSIONS_H

#include <linux/etherdevice.h>
#include <linux/hrtimer.h>
#include <linux/netdevice.h>
#include <linux/property.h>
#include <linux/tty.h>
#include <linux/tty_ldisc.h>
#include <linux/version.h>

#define PTL_BEFORE(major, minor) (LINUX_VERSION_CODE < KERNEL_VERSION(major, minor, 0))

/* Line disciplines: arguments of receive_buf and set_termios, registration. */
#if PTL_BEFORE(5, 14)
#define PTL_TTY_BYTES const unsigned char *bytes, char *flags, int n
#elif PTL_BEFORE(6, 6)
#define PTL_TTY_BYTES const unsigned char *bytes, const char *flags, int n
#else
#define PTL_TTY_BYTES const u8 *bytes, const u8 *flags, size_t n
#endif

#if PTL_BEFORE(6, 1)
#define PTL_OLD_TERMIOS struct ktermios *old
#else
#define PTL_OLD_TERMIOS const struct ktermios *old
#endif

#if PTL_BEFORE(5, 17)
#define PTL_TTY_IOCTL		     struct tty_struct *tty, struct file *file
#define ptl_tty_mode_ioctl(cmd, arg) tty_mode_ioctl(tty, file, cmd, arg)
#else
#define PTL_TTY_IOCTL		     struct tty_struct *tty
#define ptl_tty_mode_ioctl(cmd, arg) tty_mode_ioctl(tty, cmd, arg)
#endif

#ifndef N_DEVELOPMENT /* 6.1 */
#define N_DEVELOPMENT 29
#endif

static inline int ptl_register_ldisc(struct tty_ldisc_ops *ops)
{
#if PTL_BEFORE(5, 14)
	return tty_register_ldisc(N_DEVELOPMENT, ops);
#else
	return tty_register_ldisc(ops);
#endif
}

static inline void ptl_unregister_ldisc(struct tty_ldisc_ops *ops)
{
#if PTL_BEFORE(5, 14)
	(void)tty_unregister_ldisc(ops->num);
#else
	tty_unregister_ldisc(ops);
#endif
}

/* serdev: what receive_buf returns. */
#if PTL_BEFORE(6, 9)
#define PTL_SERDEV_COUNT int
#else
#define PTL_SERDEV_COUNT size_t
#endif

/* Network devices. */
static inline void ptl_napi_add(struct net_device *net, struct napi_struct *napi,
				int (*poll)(struct napi_struct *, int))
{
#if PTL_BEFORE(6, 1)
	netif_napi_add(net, napi, poll, NAPI_POLL_WEIGHT);
#else
	netif_napi_add(net, napi, poll);
#endif
}

static inline void ptl_set_tso_max_segs(struct net_device *net, unsigned int segments)
{
#if PTL_BEFORE(5, 19)
	net->gso_max_segs = segments;
#else
	netif_set_tso_max_segs(net, segments);
#endif
}

/* From the firmware's tables, if they have one. */
static inline void ptl_get_mac_address(struct device *device, u8 mac[ETH_ALEN])
{
#if PTL_BEFORE(5, 16)
	(void)device_get_mac_address(device, mac, ETH_ALEN);
#else
	(void)device_get_mac_address(device, mac);
#endif
}

#if PTL_BEFORE(5, 15)
#define eth_hw_addr_set(net, mac) ether_addr_copy((net)->dev_addr, mac)
#endif

static inline void ptl_hrtimer_setup(struct hrtimer *timer,
				     enum hrtimer_restart (*function)(struct hrtimer *),
				     clockid_t clock, enum hrtimer_mode mode)
{
#if PTL_BEFORE(6, 13)
	hrtimer_init(timer, clock, mode);
	timer->function = function;
#else
	hrtimer_setup(timer, function, clock, mode);
#endif
}

/* cfg80211: one link of several since 6.0, a BSS of its own before. */
#ifdef PTL_WIFI
#include <net/cfg80211.h>

#if PTL_BEFORE(6, 0)
#define PTL_LINK_ID
#else
#define PTL_LINK_ID , unsigned int link_id
#endif

#if PTL_BEFORE(6, 7)
#define PTL_BEACON_UPDATE struct cfg80211_beacon_data *update
#else
#define PTL_BEACON_UPDATE struct cfg80211_ap_update *update
#endif

/* The reference goes to who is told. */
static inline void ptl_response_bss(struct cfg80211_connect_resp_params *response,
				    const u8 *bssid, struct cfg80211_bss *bss)
{
#if PTL_BEFORE(6, 0)
	response->bssid = bssid;
	response->bss = bss;
#else
	response->links[0].bssid = bssid;
	response->links[0].bss = bss;
#endif
}

static inline void ptl_roam_bss(struct cfg80211_roam_info *info, struct cfg80211_bss *bss)
{
#if PTL_BEFORE(6, 0)
	info->bss = bss;
#else
	info->links[0].bss = bss;
#endif
}

static inline void ptl_port_authorized(struct net_device *net, const u8 *bssid)
{
#if PTL_BEFORE(6, 1)
	cfg80211_port_authorized(net, bssid, GFP_ATOMIC);
#else
	cfg80211_port_authorized(net, bssid, NULL, 0, GFP_ATOMIC);
#endif
}

/* Until 5.12 rtnl was the wiphy's lock. */
#if PTL_BEFORE(5, 12)
#define wiphy_lock(wiphy)	      ((void)(wiphy))
#define wiphy_unlock(wiphy)	      ((void)(wiphy))
#define cfg80211_register_netdevice   register_netdevice
#define cfg80211_unregister_netdevice unregister_netdevice
#endif
#endif

#endif
