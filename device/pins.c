/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* See pins.h. The level is written before the mode, so that an output begins with it. */
#include <pigtail/pins.h>

static const uint8_t settings[] = {PTL_F_PIN, PTL_F_PIN_MODE, PTL_F_LEVEL, 0};

static bool is_input(const struct device_pins *pins, uint8_t pin)
{
	return pins->modes[pin] == PTL_PIN_INPUT || pins->modes[pin] == PTL_PIN_INPUT_PULLUP;
}

static bool is_used(const struct device_pins *pins, uint8_t pin)
{
	return pins->used >> pin & 1;
}

static bool read_pin(struct device_pins *pins, uint8_t pin)
{
	bool level = pins->config.gpio.read(pins->config.gpio.user, pin);

	pins->levels = (pins->levels & ~(1u << pin)) | (uint32_t)level << pin;
	return level;
}

static enum ptl_status get(struct device_pins *pins, uint8_t pin,
			   struct ptl_control_writer *answer)
{
	ptl_put_uint(answer, PTL_F_PIN, pin);
	if (is_used(pins, pin))
		ptl_put_uint(answer, PTL_F_PIN_MODE, pins->modes[pin]);
	ptl_put_uint(answer, PTL_F_LEVEL, read_pin(pins, pin));
	return PTL_STATUS_DONE;
}

static enum ptl_status set(struct device_pins *pins, const struct ptl_control *message,
			   uint8_t pin, const char **reason)
{
	const struct ptl_gpio *gpio = &pins->config.gpio;
	uint64_t mode = ptl_control_uint(message, PTL_F_PIN_MODE, pins->modes[pin]);
	uint64_t level = ptl_control_uint(message, PTL_F_LEVEL, 0);
	bool has_level = ptl_control_has(message, PTL_F_LEVEL);

	if (!ptl_control_has(message, PTL_F_PIN_MODE) && !is_used(pins, pin)) {
		*reason = "the pin's first request has to say its mode";
		return PTL_STATUS_STATE;
	}
	if (mode > PTL_PIN_OPEN_DRAIN || level > 1)
		return PTL_STATUS_BAD_VALUE;
	if (has_level && mode != PTL_PIN_OUTPUT && mode != PTL_PIN_OPEN_DRAIN) {
		*reason = "the pin is an input";
		return PTL_STATUS_STATE;
	}
	if (has_level)
		gpio->write(gpio->user, pin, level);
	if (ptl_control_has(message, PTL_F_PIN_MODE) &&
	    !gpio->set_mode(gpio->user, pin, (uint8_t)mode)) {
		*reason = "this pin cannot be that";
		return PTL_STATUS_UNSUPPORTED;
	}
	pins->modes[pin] = (uint8_t)mode;
	pins->used |= 1u << pin;
	(void)read_pin(pins, pin);
	return PTL_STATUS_DONE;
}

static enum ptl_status request(void *user, const struct ptl_control *message,
			       struct ptl_control_writer *answer, const char **reason)
{
	struct device_pins *pins = user;
	uint64_t pin = ptl_control_uint(message, PTL_F_PIN, PINS_MAX);

	if (!ptl_control_has(message, PTL_F_PIN)) {
		*reason = "it wants a PIN";
		return PTL_STATUS_BAD_VALUE;
	}
	if (pin >= PINS_MAX) {
		*reason = "there is no such pin";
		return PTL_STATUS_NO_SUCH;
	}
	*reason = pins->config.refuses(pins->config.user, (uint8_t)pin);
	if (*reason)
		return PTL_STATUS_DENIED;
	return ptl_control_type(message) == PTL_M_GET
		       ? get(pins, (uint8_t)pin, answer)
		       : set(pins, message, (uint8_t)pin, reason);
}

static void session(void *user, ptl_time now, bool up)
{
	struct device_pins *pins = user;

	(void)up;
	for (uint8_t pin = 0; pin < PINS_MAX; pin++)
		if (is_used(pins, pin))
			(void)pins->config.gpio.set_mode(pins->config.gpio.user, pin,
							 PTL_PIN_INPUT);
	pins->used = 0;
	pins->look_at = now;
}

static void say_changed(struct device_pins *pins, uint8_t pin, bool level)
{
	struct ptl_control_writer changed;

	ptl_control_begin(&changed, PTL_M_CHANGED, 0, PTL_IF_RADIO);
	ptl_put_uint(&changed, PTL_F_SETTING, PTL_F_LEVEL);
	ptl_put_uint(&changed, PTL_F_PIN, pin);
	ptl_put_uint(&changed, PTL_F_LEVEL, level);
	/* Without room it is told at the next look, if it is still so. */
	if (!ptl_radio_say(pins->config.control, &changed))
		pins->levels ^= 1u << pin;
}

static ptl_time poll(void *user, ptl_time now)
{
	struct device_pins *pins = user;

	if (!pins->used)
		return PTL_NEVER;
	if (now < pins->look_at)
		return pins->look_at;
	for (uint8_t pin = 0; pin < PINS_MAX; pin++) {
		bool before = pins->levels >> pin & 1;

		if (is_used(pins, pin) && is_input(pins, pin) && read_pin(pins, pin) != before)
			say_changed(pins, pin, !before);
	}
	pins->look_at = now + PINS_LOOK_US;
	return pins->look_at;
}

void device_pins_init(struct device_pins *pins, const struct pins_config *config)
{
	*pins = (struct device_pins){.config = *config};
}

struct device_owner device_pins_owner(struct device_pins *pins)
{
	return (struct device_owner){
		.settings = settings,
		.capabilities = PTL_CAN_GPIO,
		.user = pins,
		.request = request,
		.session = session,
		.poll = poll,
	};
}
