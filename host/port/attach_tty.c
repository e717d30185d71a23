/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * From a path to an interface: open, lock, raw settings, TIOCSETD, PTLIOCATTACH. The
 * kernel takes the module in by itself when the line discipline is asked for, if it is
 * installed (alias tty-ldisc-29). A step that fails undoes those before it.
 */
#include "host/port/attach_tty.h"

#include "host/base/log.h"

#include <errno.h>
#include <fcntl.h>
#include <pigtail_ldisc.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#define PTS_MAJOR_FIRST 136
#define PTS_MAJOR_LAST	143
#define BAUD_DEFAULT	921600
#define BAUD_AUTO	115200
#define LOADING_TRIES	5
#define LOADING_US	100000

enum step { STEP_OPEN, STEP_LOCK, STEP_SETTINGS, STEP_DISCIPLINE, STEP_INTERFACE };

static const char *const step_names[] = {"open", "lock", "set up", "attach", "attach"};

static const struct advice {
	enum step step;
	int error;
	const char *what;
} advices[] = {
	{STEP_OPEN, ENOENT, "plug it in"},
	{STEP_OPEN, ENXIO, "there is no such device behind it"},
	{STEP_OPEN, ENODEV, "there is no such device behind it"},
	{STEP_OPEN, EIO, "there is no working UART behind it"},
	{STEP_OPEN, EACCES, "run as root"},
	{STEP_OPEN, EBUSY, "another program has it; find it by 'fuser' and stop it"},
	{STEP_LOCK, EWOULDBLOCK, "another program has it; find it by 'fuser' and stop it"},
	{STEP_SETTINGS, ENOTTY, "it is not a tty"},
	{STEP_SETTINGS, EIO, "there is no working UART behind it"},
	{STEP_DISCIPLINE, EINVAL,
	 "the kernel's driver is not there; load it by 'modprobe pigtail'"},
	{STEP_DISCIPLINE, EPERM, "run as root (CAP_NET_ADMIN)"},
	{STEP_DISCIPLINE, EOPNOTSUPP, "this tty cannot be written to"},
	{STEP_INTERFACE, EPERM, "run as root (CAP_NET_ADMIN)"},
	{STEP_INTERFACE, EINVAL, "the driver refuses these options, or is of another version"},
	{STEP_INTERFACE, EEXIST,
	 "there is an interface of this name; choose another by --name"},
	{STEP_INTERFACE, ENOTTY,
	 "line discipline 29 is not Pigtail's here; unload the other module"},
	{STEP_INTERFACE, EADDRNOTAVAIL,
	 "this MAC address cannot be one; choose another by --mac"},
};

static const char *advice(enum step step, int error)
{
	for (size_t i = 0; i < sizeof(advices) / sizeof(advices[0]); i++)
		if (advices[i].step == step && advices[i].error == error)
			return advices[i].what;
	return "see dmesg(1)";
}

static bool is_pty(int fd)
{
	struct stat status;

	return !fstat(fd, &status) && major(status.st_rdev) >= PTS_MAJOR_FIRST &&
	       major(status.st_rdev) <= PTS_MAJOR_LAST;
}

static int make_interface(const struct attach_config *config, struct attached *attached)
{
	struct ptl_attach request = {
		.size = sizeof(request),
		.flags = (config->role == PTL_DEVICE ? PTL_ATTACH_DEVICE : 0) |
			 (attached->rate_auto ? PTL_ATTACH_RATE_AUTO : 0) |
			 (config->mac_peer ? PTL_ATTACH_MAC_PEER : 0),
		.baud = attached->baud,
		.uart_clock = attached->is_pty ? 0 : tty_line_clock(attached->fd),
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
	status = ioctl(attached->fd, PTLIOCATTACH, &request);
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
	attached->rate_auto =
		config->rate_auto && (!attached->is_pty || tty_line_is_marked(attached->fd));
	attached->baud = config->baud	       ? config->baud
			 : attached->rate_auto ? BAUD_AUTO
					       : BAUD_DEFAULT;
}

/* As far as it comes; *step is what failed. */
static int take_tty(const struct attach_config *config, struct attached *attached,
		    enum step *step, uint32_t *nearest)
{
	*step = STEP_OPEN;
	attached->fd = open(config->path, O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
	if (attached->fd < 0)
		return -1;
	*step = STEP_SETTINGS;
	if (!isatty(attached->fd))
		return -1;
	attached->is_pty = is_pty(attached->fd);
	choose_rate(config, attached);
	*step = STEP_LOCK;
	if (flock(attached->fd, LOCK_EX | LOCK_NB) < 0)
		return -1;
	/* See tty.c for why not a pty. */
	if (!attached->is_pty && ioctl(attached->fd, TIOCEXCL) < 0)
		return -1;
	*step = STEP_SETTINGS;
	if (ioctl(attached->fd, TIOCGETD, &attached->discipline) < 0 ||
	    tty_line_setup(attached->fd, attached->baud, config->rtscts, &attached->line,
			   nearest) < 0)
		return -1;
	*step = STEP_DISCIPLINE;
	if (tty_line_tell_errors(attached->fd) < 0 || set_discipline(attached->fd) < 0)
		return -1;
	*step = STEP_INTERFACE;
	return make_interface(config, attached);
}

int attach_tty(const struct attach_config *config, struct attached *attached, char *error,
	       size_t error_size)
{
	uint32_t nearest = 0;
	enum step step;
	int saved;

	if (!take_tty(config, attached, &step, &nearest))
		return 0;
	saved = errno;
	if (step >= STEP_DISCIPLINE)
		attach_release(attached);
	else if (attached->fd >= 0)
		(void)close(attached->fd);
	if (step == STEP_SETTINGS && saved == ERANGE)
		(void)complain(error, error_size,
			       "cannot set %s to %u baud: its driver offers %u at the nearest; "
			       "choose another rate by --baud",
			       config->path, attached->baud, nearest);
	else
		(void)complain(error, error_size, "cannot %s %s: %s; %s", step_names[step],
			       config->path, strerror(saved), advice(step, saved));
	errno = saved;
	return -1;
}

bool attached_is_lost(const struct attached *attached)
{
	int discipline;

	return ioctl(attached->fd, TIOCGETD, &discipline) < 0 || discipline != PTL_LDISC;
}

void attach_release(struct attached *attached)
{
	(void)ioctl(attached->fd, TIOCSETD, &attached->discipline);
	if (!attached->is_pty)
		(void)ioctl(attached->fd, TIOCNXCL);
	tty_line_restore(attached->fd, &attached->line);
	(void)close(attached->fd);
}
