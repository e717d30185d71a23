// SPDX-License-Identifier: GPL-2.0-only
/*
 * The module: `pairs` cables, and one /dev/ttyNW0 whose driver has no write operation,
 * for those who should check that there is one.
 */
#include "nullmodem.h"

#include <linux/module.h>
#include <linux/slab.h>

static unsigned int pairs = 1;
module_param(pairs, uint, 0444);
MODULE_PARM_DESC(pairs, "cables: 1 to 8");

static struct nm_pair *all;
static struct tty_driver *driver;

static struct tty_driver *mute_driver;
static struct tty_port mute_port;

/* ---- a tty that only reads ---- */

static int mute_open(struct tty_struct *tty, struct file *file)
{
	return tty_port_open(&mute_port, tty, file);
}

static void mute_close(struct tty_struct *tty, struct file *file)
{
	tty_port_close(&mute_port, tty, file);
}

static unsigned int mute_write_room(struct tty_struct *tty)
{
	return 0;
}

static const struct tty_operations mute_ops = {
	.open = mute_open,
	.close = mute_close,
	.write_room = mute_write_room,
};

static const struct tty_port_operations mute_port_ops = {};

/* ---- both drivers ---- */

static struct tty_driver *make_driver(unsigned int ports, const char *name,
				      const struct tty_operations *ops)
{
	struct tty_driver *made;

	made = tty_alloc_driver(ports, TTY_DRIVER_REAL_RAW | TTY_DRIVER_DYNAMIC_DEV);
	if (IS_ERR(made))
		return made;
	made->driver_name = "nullmodem";
	made->name = name;
	made->type = TTY_DRIVER_TYPE_SERIAL;
	made->subtype = SERIAL_TYPE_NORMAL;
	made->init_termios = tty_std_termios;
	made->init_termios.c_cflag = B9600 | CS8 | CREAD | HUPCL | CLOCAL;
	tty_set_operations(made, ops);
	return made;
}

static void unmake_driver(struct tty_driver *made)
{
	tty_unregister_driver(made);
	tty_driver_kref_put(made);
}

static void remove_port(unsigned int index)
{
	struct nm_port *port = &all[index / 2].end[index % 2];

	tty_unregister_device(driver, index);
	nm_line_stop(port);
	tty_port_destroy(&port->port);
}

static int add_port(unsigned int index)
{
	struct nm_port *port = &all[index / 2].end[index % 2];

#define INITIAL(name, initial, low, high, what) port->set.name = initial;
	NM_SETTINGS(INITIAL)
#undef INITIAL
	port->set.seed += index;
	port->pair = &all[index / 2];
	port->peer = &port->pair->end[!(index % 2)];
	port->baud = 9600;
	port->format = CS8;
	port->byte_ns = NSEC_PER_SEC / (9600 / 10);
	tty_port_init(&port->port);
	port->port.ops = &nm_port_ops;
	nm_line_init(port);
	port->device = tty_port_register_device_attr(&port->port, driver, index, NULL, port,
						     nm_groups);
	if (IS_ERR(port->device)) {
		tty_port_destroy(&port->port);
		return PTR_ERR(port->device);
	}
	return 0;
}

static int add_ports(void)
{
	unsigned int index;
	int error;

	for (index = 0; index < pairs; index++)
		spin_lock_init(&all[index].lock);
	for (index = 0; index < 2 * pairs; index++) {
		error = add_port(index);
		if (error)
			goto undo;
	}
	return 0;
undo:
	while (index--)
		remove_port(index);
	return error;
}

static int __init add_mute(void)
{
	struct device *device;
	int error;

	mute_driver = make_driver(1, "ttyNW", &mute_ops);
	if (IS_ERR(mute_driver))
		return PTR_ERR(mute_driver);
	tty_port_init(&mute_port);
	mute_port.ops = &mute_port_ops;
	error = tty_register_driver(mute_driver);
	if (error)
		goto no_driver;
	device = tty_port_register_device(&mute_port, mute_driver, 0, NULL);
	if (!IS_ERR(device))
		return 0;
	error = PTR_ERR(device);
	tty_unregister_driver(mute_driver);
no_driver:
	tty_driver_kref_put(mute_driver);
	tty_port_destroy(&mute_port);
	return error;
}

static void remove_mute(void)
{
	tty_unregister_device(mute_driver, 0);
	unmake_driver(mute_driver);
	tty_port_destroy(&mute_port);
}

static int __init nm_init(void)
{
	int error;

	if (pairs < 1 || pairs > 8)
		return -EINVAL;
	all = kcalloc(pairs, sizeof(*all), GFP_KERNEL);
	if (!all)
		return -ENOMEM;
	driver = make_driver(2 * pairs, "ttyNM", &nm_tty_ops);
	if (IS_ERR(driver)) {
		error = PTR_ERR(driver);
		goto no_driver;
	}
	driver->driver_state = all;
	error = tty_register_driver(driver);
	if (error)
		goto not_registered;
	error = add_ports();
	if (error)
		goto no_ports;
	error = add_mute();
	if (!error)
		return 0;
	for (unsigned int index = 0; index < 2 * pairs; index++)
		remove_port(index);
no_ports:
	tty_unregister_driver(driver);
not_registered:
	tty_driver_kref_put(driver);
no_driver:
	kfree(all);
	return error;
}
module_init(nm_init);

static void __exit nm_exit(void)
{
	remove_mute();
	for (unsigned int index = 0; index < 2 * pairs; index++)
		remove_port(index);
	unmake_driver(driver);
	kfree(all);
}
module_exit(nm_exit);

MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("Null-modem cables between made-up UARTs, for tests");
