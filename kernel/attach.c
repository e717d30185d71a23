// SPDX-License-Identifier: GPL-2.0-only
/*
 * Attaching and detaching: a link at a port, and the interface that it carries. In order,
 * each step undone by its counterpart:
 *
 *	ptl_dev_create()      card, endpoint, then interface; nothing goes to the port
 *	ptl_dev_start()       the port knows whom to call: the link begins
 *	ptl_dev_unregister()  no interface, and nothing goes to the port
 *	ptl_dev_free()        the port calls no more
 */
#include "device.h"
#include "wifi.h"
#include "versions.h"

#include <linux/err.h>
#include <linux/rtnetlink.h>
#include <linux/slab.h>

static int fill(struct ptl_dev *dev, const struct ptl_setup *setup)
{
	dev->ops = setup->ops;
	dev->port = setup->port;
	dev->role = setup->role;
	dev->base_baud = setup->baud;
	dev->rate_auto = setup->rate_auto;
	dev->uart = setup->uart;
	dev->parent = setup->parent;
	strscpy(dev->bus, setup->bus, sizeof(dev->bus));
	strscpy(dev->ssid, setup->ssid, sizeof(dev->ssid));
	strscpy(dev->password, setup->password, sizeof(dev->password));
	ratelimit_state_init(&dev->said, 60 * HZ, 10);
	ratelimit_set_flags(&dev->said, RATELIMIT_MSG_ON_RELEASE);
	dev->framing = ptl_vif_framing(setup->framing, &dev->max_mtu);
	if (!dev->framing || !setup->baud || setup->mtu < ETH_MIN_MTU ||
	    setup->mtu > dev->max_mtu)
		return -EINVAL;
	dev->mtu = setup->mtu;
	if (is_zero_ether_addr(setup->mac))
		eth_random_addr(dev->mac);
	else if (is_valid_ether_addr(setup->mac))
		ether_addr_copy(dev->mac, setup->mac);
	else
		return -EADDRNOTAVAIL;
	return 0;
}

static void free_dev(struct ptl_dev *dev)
{
	memzero_explicit(dev->password, sizeof(dev->password));
	kfree(dev);
}

struct ptl_dev *ptl_dev_create(const struct ptl_setup *setup)
{
	struct ptl_dev *dev = kzalloc(sizeof(*dev), GFP_KERNEL);
	struct ptl_vif *vif;
	int status;

	if (!dev)
		return ERR_PTR(-ENOMEM);
	status = fill(dev, setup);
	if (status)
		goto out_dev;
	status = ptl_card_create(dev, setup->name);
	if (status)
		goto out_dev;
	status = ptl_endpoint_make(dev, setup->mtu);
	if (status)
		goto out_card;
	vif = ptl_vif_create(dev, setup);
	if (!IS_ERR(vif))
		return dev;
	status = PTR_ERR(vif);
	ptl_endpoint_free(dev);
out_card:
	ptl_card_leave(dev);
	ptl_card_free(dev);
out_dev:
	free_dev(dev);
	return ERR_PTR(status);
}

void ptl_dev_start(struct ptl_dev *dev)
{
	ptl_endpoint_start(dev);
}

void ptl_dev_unregister(struct ptl_dev *dev)
{
	ptl_card_leave(dev);
	if (dev->vif)
		ptl_vif_destroy(dev->vif);
	ptl_endpoint_stop(dev);
}

void ptl_dev_free(struct ptl_dev *dev)
{
	ptl_card_free(dev);
	ptl_endpoint_free(dev);
	free_dev(dev);
}

void ptl_dev_suspend(struct ptl_dev *dev)
{
	rtnl_lock();
	if (dev->vif)
		netif_device_detach(dev->vif->net);
	rtnl_unlock();
	ptl_endpoint_stop(dev);
}

void ptl_dev_resume(struct ptl_dev *dev)
{
	ptl_endpoint_resume(dev);
	rtnl_lock();
	if (dev->vif)
		netif_device_attach(dev->vif->net);
	rtnl_unlock();
}
