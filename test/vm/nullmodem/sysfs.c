// SPDX-License-Identifier: GPL-2.0-only
/*
 * /sys/class/tty/ttyNMn/: a file for each setting and counter, made from the tables in
 * nullmodem.h, and "hangup", where any writing does what pulling out a USB adapter does to
 * those who have the tty open.
 */
#include "nullmodem.h"

#include <linux/device.h>

struct setting {
	struct device_attribute attribute;
	size_t offset;
	u32 low, high;
};

static u32 *value_of(struct device *device, const struct device_attribute *attribute)
{
	const struct setting *setting = container_of(attribute, struct setting, attribute);
	struct nm_port *port = dev_get_drvdata(device);

	return (u32 *)((u8 *)&port->set + setting->offset);
}

static ssize_t show_setting(struct device *device, struct device_attribute *attribute,
			    char *text)
{
	return sysfs_emit(text, "%u\n", *value_of(device, attribute));
}

static ssize_t store_setting(struct device *device, struct device_attribute *attribute,
			     const char *text, size_t n)
{
	const struct setting *setting = container_of(attribute, struct setting, attribute);
	struct nm_port *port = dev_get_drvdata(device);
	u32 *value = value_of(device, attribute);
	unsigned long flags;
	u32 wanted;
	int error = kstrtou32(text, 0, &wanted);

	if (error)
		return error;
	if (wanted < setting->low || wanted > setting->high)
		return -ERANGE;
	spin_lock_irqsave(&port->pair->lock, flags);
	*value = wanted;
	if (value == &port->set.seed)
		port->random = wanted;
	/* A FIFO that shrank has no room for what it held. */
	port->in.count = min(port->in.count, port->set.fifo);
	spin_unlock_irqrestore(&port->pair->lock, flags);
	return n;
}

#define SETTING(name, initial, low, high, what)                                                \
	static struct setting setting_##name = {                                               \
		__ATTR(name, 0644, show_setting, store_setting),                               \
		offsetof(struct nm_settings, name),                                            \
		low,                                                                           \
		high,                                                                          \
	};
NM_SETTINGS(SETTING)

struct counter {
	struct device_attribute attribute;
	size_t offset;
};

static ssize_t show_counter(struct device *device, struct device_attribute *attribute,
			    char *text)
{
	const struct counter *counter = container_of(attribute, struct counter, attribute);
	const struct nm_port *port = dev_get_drvdata(device);

	return sysfs_emit(text, "%llu\n",
			  *(const u64 *)((const u8 *)&port->counters + counter->offset));
}

#define COUNTER(name, what)                                                                    \
	static struct counter counter_##name = {                                               \
		__ATTR(name, 0444, show_counter, NULL),                                        \
		offsetof(struct nm_counters, name),                                            \
	};
NM_COUNTERS(COUNTER)

static ssize_t hangup_store(struct device *device, struct device_attribute *attribute,
			    const char *text, size_t n)
{
	struct nm_port *port = dev_get_drvdata(device);
	struct tty_struct *tty = tty_port_tty_get(&port->port);

	if (!tty)
		return -ENXIO;
	tty_vhangup(tty);
	tty_kref_put(tty);
	return n;
}
static DEVICE_ATTR_WO(hangup);

static struct attribute *nm_attributes[] = {
#define SETTING_POINTER(name, initial, low, high, what) &setting_##name.attribute.attr,
	NM_SETTINGS(SETTING_POINTER)
#define COUNTER_POINTER(name, what) &counter_##name.attribute.attr,
			NM_COUNTERS(COUNTER_POINTER) &
		dev_attr_hangup.attr,
	NULL,
};

static const struct attribute_group nm_group = {.attrs = nm_attributes};
const struct attribute_group *nm_groups[] = {&nm_group, NULL};
