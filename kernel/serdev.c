// SPDX-License-Identifier: GPL-2.0-only
/*
 * The serdev driver: a UART that firmware tables (device tree, or ACPI by PRP0001)
 * say a radio is soldered to. No tty, no program: the interface is there when the
 * driver binds. The properties: devicetree/pigtail,uart-radio.yaml.
 *
 * The radio gets its supply and its clock, where the board switches them, and is released
 * from its reset at probe; remove takes all that back. Whether RTS and CTS are wired is said
 * by the UART's own node. serdev has
 * no count of bytes below, but the room that is left: what lacks of the room that
 * there was when nothing had been written is still there.
 */
#include "device.h"
#include "versions.h"

#include <linux/clk.h>
#include <linux/delay.h>
#include <linux/gpio/consumer.h>
#include <linux/mod_devicetable.h>
#include <linux/module.h>
#include <linux/property.h>
#include <linux/regulator/consumer.h>
#include <linux/serdev.h>

#define BAUD_DEFAULT 115200u
#define RESET_MS     10

struct radio {
	struct serdev_device *serdev;
	struct gpio_desc *reset;
	struct regulator *vdd;
	struct clk *clock;
	struct ptl_dev *dev;
	u32 baud;
	int empty_room; /* 0: not known */
};

static size_t radio_write(void *port, const u8 *bytes, size_t n)
{
	struct radio *radio = port;
	int took = serdev_device_write_buf(radio->serdev, bytes, n);

	return took < 0 ? 0 : took;
}

static size_t radio_queued(void *port)
{
	struct radio *radio = port;
	int room = serdev_device_write_room(radio->serdev);

	if (room < 0)
		return PTL_PACER_UNKNOWN;
	radio->empty_room = max(radio->empty_room, room);
	return radio->empty_room - room;
}

static void radio_drain(void *port, u32 patience_us)
{
	struct radio *radio = port;

	serdev_device_wait_until_sent(radio->serdev, max(usecs_to_jiffies(patience_us), 1ul));
	if (radio_queued(radio))
		serdev_device_write_flush(radio->serdev);
}

static int radio_set_rate(void *port, u32 rate)
{
	struct radio *radio = port;

	if (ptl_dev_rate_near(serdev_device_set_baudrate(radio->serdev, rate), rate)) {
		radio->baud = rate;
		return 0;
	}
	serdev_device_set_baudrate(radio->serdev, radio->baud);
	return -ERANGE;
}

static const struct ptl_port_ops radio_ops = {
	.write = radio_write,
	.queued = radio_queued,
	.drain = radio_drain,
	.set_rate = radio_set_rate,
};

/* The UART's worker and interrupts look at it while it is made. */
static struct ptl_dev *dev_of(struct serdev_device *serdev)
{
	struct radio *radio = serdev_device_get_drvdata(serdev);

	/* Pairs with the release in radio_interface(). */
	return smp_load_acquire(&radio->dev);
}

static PTL_SERDEV_COUNT radio_receive(struct serdev_device *serdev, const u8 *bytes, size_t n)
{
	struct ptl_dev *dev = dev_of(serdev);

	if (dev)
		ptl_dev_receive(dev, bytes, NULL, n);
	return n;
}

static void radio_wakeup(struct serdev_device *serdev)
{
	struct ptl_dev *dev = dev_of(serdev);

	if (dev)
		ptl_dev_wakeup(dev);
}

static const struct serdev_device_ops radio_client_ops = {
	.receive_buf = radio_receive,
	.write_wakeup = radio_wakeup,
};

static int radio_interface(struct radio *radio)
{
	struct device *parent = &radio->serdev->dev;
	struct ptl_setup setup = {
		.ops = &radio_ops,
		.port = radio,
		.parent = parent,
		.net = &init_net,
		.bus = dev_name(parent),
		.name = PTL_NAME_DEFAULT,
		.framing = "",
		.role = PTL_HOST,
		.baud = radio->baud,
		.uart = {0, 1, radio->baud},
		.mtu = PTL_MTU_DEFAULT,
	};
	struct ptl_dev *dev;

	(void)device_property_read_u32(parent, "max-speed", &setup.uart.max);
	setup.rate_auto = setup.uart.max > radio->baud;

	/* Without one the radio's, where the other end is one. */
	ptl_get_mac_address(parent, setup.mac);
	if (is_zero_ether_addr(setup.mac))
		setup.mac_from = PTL_MAC_FREE;
	dev = ptl_dev_create(&setup);
	if (IS_ERR(dev))
		return PTR_ERR(dev);
	/* Whole, before dev_of() finds it. */
	smp_store_release(&radio->dev, dev);
	ptl_dev_start(dev);
	return 0;
}

static int radio_resources(struct radio *radio)
{
	struct device *parent = &radio->serdev->dev;

	radio->reset = devm_gpiod_get_optional(parent, "reset", GPIOD_OUT_HIGH);
	if (IS_ERR(radio->reset))
		return dev_err_probe(parent, PTR_ERR(radio->reset), "cannot get reset-gpios\n");
	radio->vdd = devm_regulator_get(parent, "vdd");
	if (IS_ERR(radio->vdd))
		return dev_err_probe(parent, PTR_ERR(radio->vdd), "cannot get vdd-supply\n");
	radio->clock = devm_clk_get_optional(parent, NULL);
	if (IS_ERR(radio->clock))
		return dev_err_probe(parent, PTR_ERR(radio->clock), "cannot get its clock\n");
	return 0;
}

static int radio_power_on(struct radio *radio)
{
	int status = regulator_enable(radio->vdd);

	if (status)
		return status;
	status = clk_prepare_enable(radio->clock);
	if (status) {
		regulator_disable(radio->vdd);
		return status;
	}
	if (radio->reset)
		msleep(RESET_MS);
	gpiod_set_value_cansleep(radio->reset, 0);
	return 0;
}

static void radio_power_off(struct radio *radio)
{
	gpiod_set_value_cansleep(radio->reset, 1);
	clk_disable_unprepare(radio->clock);
	regulator_disable(radio->vdd);
}

/* Open: rate and flow control as the tables say. */
static int radio_set_line(struct radio *radio)
{
	struct serdev_device *serdev = radio->serdev;
	struct device *uart = serdev->ctrl->dev.parent;
	int status;

	(void)device_property_read_u32(&serdev->dev, "current-speed", &radio->baud);
	status = radio_set_rate(radio, radio->baud);
	if (status) {
		dev_err(&serdev->dev, "the UART cannot make current-speed, %u baud\n",
			radio->baud);
		return status;
	}
	serdev_device_set_flow_control(serdev,
				       device_property_read_bool(uart, "uart-has-rtscts"));
	return 0;
}

static int radio_probe(struct serdev_device *serdev)
{
	struct device *parent = &serdev->dev;
	struct radio *radio;
	int status;

	radio = devm_kzalloc(parent, sizeof(*radio), GFP_KERNEL);
	if (!radio)
		return -ENOMEM;
	radio->serdev = serdev;
	radio->baud = BAUD_DEFAULT;
	serdev_device_set_drvdata(serdev, radio);
	status = radio_resources(radio);
	if (status)
		return status;
	serdev_device_set_client_ops(serdev, &radio_client_ops);
	status = serdev_device_open(serdev);
	if (status)
		return dev_err_probe(parent, status, "cannot open the UART\n");
	status = radio_set_line(radio);
	if (status)
		goto close;
	status = radio_power_on(radio);
	if (status) {
		dev_err(parent, "cannot power the radio: %d\n", status);
		goto close;
	}
	status = radio_interface(radio);
	if (!status)
		return 0;
	dev_err(parent, "cannot register the interface: %d\n", status);
	radio_power_off(radio);
close:
	serdev_device_close(serdev);
	return status;
}

static void radio_remove(struct serdev_device *serdev)
{
	struct radio *radio = serdev_device_get_drvdata(serdev);

	ptl_dev_unregister(radio->dev);
	serdev_device_close(serdev);
	ptl_dev_free(radio->dev);
	radio_power_off(radio);
}

static int __maybe_unused radio_suspend(struct device *parent)
{
	struct radio *radio = dev_get_drvdata(parent);

	ptl_dev_suspend(radio->dev);
	return 0;
}

static int __maybe_unused radio_resume(struct device *parent)
{
	struct radio *radio = dev_get_drvdata(parent);

	ptl_dev_resume(radio->dev);
	return 0;
}

static SIMPLE_DEV_PM_OPS(radio_pm, radio_suspend, radio_resume);

static const struct of_device_id radio_of_match[] = {
	{.compatible = "esp,esp8266-pigtail"},
	{.compatible = "pigtail,uart-radio"},
	{}, /* the end */
};
MODULE_DEVICE_TABLE(of, radio_of_match);

static struct serdev_device_driver radio_driver = {
	.driver.name = "pigtail",
	.driver.of_match_table = radio_of_match,
	.driver.pm = &radio_pm,
	.probe = radio_probe,
	.remove = radio_remove,
};

int ptl_serdev_register(void)
{
	return serdev_device_driver_register(&radio_driver);
}

void ptl_serdev_unregister(void)
{
	serdev_device_driver_unregister(&radio_driver);
}
