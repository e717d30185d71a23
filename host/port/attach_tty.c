/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * From a path to an interface: open, lock, raw settings, TIOCSETD, PTLIOCATTACH. The
 * kernel takes the module in by itself when the line discipline is asked for, if it is
 * installed (alias tty-ldisc-29). A step that fails undoes those before it.
 */
#include "host/port/attach_tty.h"

#include <errno.h>
#include <pigtail_ldisc.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#define LOADING_TRIES 5
#define LOADING_US    100000

static const struct tty_words words = {
	.baud_option = "--baud",
	.advices =
		(const struct tty_advice[]){
			{TTY_OPEN, ENOENT, "plug it in"},
			{TTY_OPEN, EACCES, "run as root"},
			{TTY_DISCIPLINE, EINVAL,
			 "the kernel's driver is not there; load it by 'modprobe pigtail'"},
			{TTY_DISCIPLINE, EPERM, "run as root (CAP_NET_ADMIN)"},
			{TTY_DISCIPLINE, EOPNOTSUPP, "this tty cannot be written to"},
			{TTY_INTERFACE, EPERM, "run as root (CAP_NET_ADMIN)"},
			{TTY_INTERFACE, EINVAL,
			 "the driver refuses these options, or is of another version"},
			{TTY_INTERFACE, EEXIST,
			 "there is an interface of this name; choose another by --name"},
			{TTY_INTERFACE, ENOTTY,
			 "line discipline 29 is not Pigtail's here; unload the other module"},
			{TTY_INTERFACE, EADDRNOTAVAIL,
			 "this MAC address cannot be one; choose another by --mac"},
			{0},
		},
};

static int make_interface(const struct attach_config *config, struct attached *attached)
{
	struct ptl_attach request = {
		.size = sizeof(request),
		.flags = (config->role == PTL_DEVICE ? PTL_ATTACH_DEVICE : 0) |
			 (attached->rate_auto ? PTL_ATTACH_RATE_AUTO : 0) |
			 (config->mac_peer ? PTL_ATTACH_MAC_PEER : 0),
		.baud = attached->baud,
		.uart_clock = attached->tty.clock,
		.baud_max = config->baud_max,
		.mtu = config->mtu,
	};
	int status;

	(void)snprintf(request.name, sizeof(request.name), "%s",
		       config->name ? config->name : "ptl%d");
	(void)snprintf(request.framing, sizeof(request.framing), "%s", config->framing->name);
	memcpy(request.mac, config->mac, sizeof(request.mac));
	if (config->ssid)
		(void)snprintf(request.ssid, sizeof(request.ssid), "%s", config->ssid);
	if (config->password)
		(void)snprintf(request.password, sizeof(request.password), "%s",
			       config->password);
	status = ioctl(attached->tty.fd, PTLIOCATTACH, &request);
	explicit_bzero(request.password, sizeof(request.password));
	if (!status)
		(void)snprintf(attached->interface, sizeof(attached->interface), "%s",
			       request.name);
	return status;
}

/* The module is taken in by the kernel meanwhile, and perhaps by another one too: some
 * modprobes are back before it is ready. */
static int set_discipline(int fd)
{
	int ours = PTL_LDISC;
	int status = ioctl(fd, TIOCSETD, &ours);

	for (int i = 0; i < LOADING_TRIES && status < 0 && errno == EINVAL; i++) {
		(void)usleep(LOADING_US);
		status = ioctl(fd, TIOCSETD, &ours);
	}
	return status;
}

static void choose_rate(const struct attach_config *config, struct attached *attached)
{
	attached->rate_auto = config->rate_auto && tty_has_rate(&attached->tty);
	attached->baud = config->baud	       ? config->baud
			 : attached->rate_auto ? TTY_BAUD_AUTO
					       : TTY_BAUD_DEFAULT;
}

/* As far as it comes; *step is what failed. */
static int give_to_driver(const struct attach_config *config, struct attached *attached,
			  enum tty_step *step)
{
	int fd = attached->tty.fd;

	*step = TTY_DISCIPLINE;
	if (ioctl(fd, TIOCGETD, &attached->discipline) < 0 || tty_line_tell_errors(fd) < 0 ||
	    set_discipline(fd) < 0)
		return -1;
	*step = TTY_INTERFACE;
	return make_interface(config, attached);
}

int attach_tty(const struct attach_config *config, struct attached *attached, char *error,
	       size_t error_size)
{
	enum tty_step step;
	int saved;

	if (tty_take(&attached->tty, config->path, &words, error, error_size) < 0)
		return -1;
	choose_rate(config, attached);
	if (tty_set_up(&attached->tty, attached->baud, config->rtscts, error, error_size) < 0)
		return -1;
	if (!give_to_driver(config, attached, &step))
		return 0;
	saved = errno;
	(void)tty_complain(&attached->tty, step, error, error_size);
	attach_release(attached);
	errno = saved;
	return -1;
}

bool attached_is_lost(const struct attached *attached)
{
	int discipline;

	return ioctl(attached->tty.fd, TIOCGETD, &discipline) < 0 || discipline != PTL_LDISC;
}

void attach_release(struct attached *attached)
{
	(void)ioctl(attached->tty.fd, TIOCSETD, &attached->discipline);
	tty_give_back(&attached->tty);
	(void)close(attached->tty.fd);
	attached->tty.fd = -1;
}
