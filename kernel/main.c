// SPDX-License-Identifier: GPL-2.0-only
/*
 * pigtail.ko: a network interface over a serial wire. This file loads and unloads;
 * device.h says how the rest hangs together.
 */
#include "device.h"
#include "versions.h"
#include "wifi.h"

#include <linux/module.h>

static int __init ptl_init(void)
{
	int status = ptl_ldisc_register();

	if (status)
		return status;
	status = ptl_serdev_register();
	if (status)
		goto out_ldisc;
	status = ptl_family_register();
	if (!status)
		return 0;
	ptl_serdev_unregister();
out_ldisc:
	ptl_ldisc_unregister();
	return status;
}

static void __exit ptl_exit(void)
{
	ptl_family_unregister();
	ptl_serdev_unregister();
	ptl_ldisc_unregister();
}

module_init(ptl_init);
module_exit(ptl_exit);

MODULE_DESCRIPTION("Pigtail: a network interface over a serial wire");
MODULE_AUTHOR("The Pigtail authors");
MODULE_LICENSE("GPL");
MODULE_VERSION("0.1.0");
MODULE_ALIAS_LDISC(N_DEVELOPMENT);
