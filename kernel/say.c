// SPDX-License-Identifier: GPL-2.0-only
/*
 * Lines in the kernel's log: ten a minute and a link, whatever the other end does. There
 * may be no interface, or no more, to say them for.
 */
#include "device.h"

#include <linux/printk.h>

void ptl_say(struct ptl_dev *dev, const char *level, const char *format, ...)
{
	struct va_format text = {.fmt = format};
	va_list arguments;

	if (!__ratelimit(&dev->said))
		return;
	va_start(arguments, format);
	text.va = &arguments;
	if (dev->vif)
		netdev_printk(level, dev->vif->net, "%pV", &text);
	else
		printk("%s" KBUILD_MODNAME " %s: %pV", level, dev->bus, &text);
	va_end(arguments);
}
