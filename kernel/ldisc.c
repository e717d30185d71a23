// SPDX-License-Identifier: GPL-2.0-only
/*
 * The line discipline: a tty as the port of an interface.
 *
 *	TIOCSETD       open():   the tty can be written to, and we may
 *	PTLIOCATTACH   attach(): makes the interface
 *	hang-up, TIOCSETD, last close   close(): unmakes it
 *
 * The tty layer holds the discipline's semaphore around every call: close() runs when
 * no other function does, and none will. Lock order: that semaphore, rtnl.
 *
 * write() goes down from softirq context with the core's lock, as ppp_async and slip
 * do it: tty drivers must not sleep there. write_wakeup() comes from the driver's
 * interrupt, or from within its write().
 */
#include "device.h"
#include "versions.h"

#include <linux/capability.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/nsproxy.h>
#include <linux/poll.h>
#include <linux/slab.h>
#include <linux/uaccess.h>

#include <pigtail_ldisc.h>

struct line {
	struct tty_struct *tty;
	struct mutex attaching; /* one PTLIOCATTACH at a time */
	struct ptl_dev *dev;	/* NULL until PTLIOCATTACH */
};

/* The tty's worker and interrupts look at it while PTLIOCATTACH sets it. */
static struct ptl_dev *dev_of(struct tty_struct *tty)
{
	struct line *line = tty->disc_data;

	/* Pairs with the release in attach_line(). */
	return smp_load_acquire(&line->dev);
}

/* ---- the port ---- */

static size_t line_write(void *port, const u8 *bytes, size_t n)
{
	struct tty_struct *tty = ((struct line *)port)->tty;
	ssize_t took;

	/* Before the write: the driver may be done with it before it returns. */
	set_bit(TTY_DO_WRITE_WAKEUP, &tty->flags);
	took = tty->ops->write(tty, bytes, n);
	if (took < 0)
		return 0;
	if (took == n)
		clear_bit(TTY_DO_WRITE_WAKEUP, &tty->flags);
	return took;
}

static size_t line_queued(void *port)
{
	struct tty_struct *tty = ((struct line *)port)->tty;

	return tty->ops->chars_in_buffer ? tty_chars_in_buffer(tty) : PTL_PACER_UNKNOWN;
}

static void line_drain(void *port, u32 patience_us)
{
	struct tty_struct *tty = ((struct line *)port)->tty;

	tty_wait_until_sent(tty, max(usecs_to_jiffies(patience_us), 1ul));
	if (tty_chars_in_buffer(tty))
		tty_driver_flush_buffer(tty);
}

static void set_speed(struct tty_struct *tty, u32 rate)
{
	struct ktermios termios = tty->termios;

	tty_termios_encode_baud_rate(&termios, rate, rate);
	tty_set_termios(tty, &termios);
}

static int line_set_rate(void *port, u32 rate)
{
	struct tty_struct *tty = ((struct line *)port)->tty;
	u32 before = tty_get_baud_rate(tty);

	set_speed(tty, rate);
	if (ptl_dev_rate_near(tty_get_baud_rate(tty), rate))
		return 0;
	set_speed(tty, before);
	return -ERANGE;
}

static const struct ptl_port_ops line_ops = {
	.write = line_write,
	.queued = line_queued,
	.drain = line_drain,
	.set_rate = line_set_rate,
};

/* ---- the discipline ---- */

static int ptl_tty_open(struct tty_struct *tty)
{
	struct line *line;

	if (!capable(CAP_NET_ADMIN))
		return -EPERM;
	if (!tty->ops->write)
		return -EOPNOTSUPP;
	line = kzalloc(sizeof(*line), GFP_KERNEL);
	if (!line)
		return -ENOMEM;
	line->tty = tty;
	mutex_init(&line->attaching);
	tty->disc_data = line;
	tty->receive_room = 65536;
	tty_driver_flush_buffer(tty);
	return 0;
}

static void ptl_tty_close(struct tty_struct *tty)
{
	struct line *line = tty->disc_data;

	if (line->dev) {
		ptl_dev_unregister(line->dev);
		ptl_dev_free(line->dev);
	}
	tty->disc_data = NULL;
	mutex_destroy(&line->attaching);
	kfree(line);
}

static bool terminated(const char *text, size_t size)
{
	return strnlen(text, size) < size;
}

/* Copies what the program gave, which may be of an older or newer version. */
static int copy_request(struct ptl_attach *attach, void __user *from)
{
	u32 size;
	int status;

	if (get_user(size, (u32 __user *)from))
		return -EFAULT;
	if (size < offsetofend(struct ptl_attach, ifindex) || size > PAGE_SIZE)
		return -EINVAL;
	status = copy_struct_from_user(attach, sizeof(*attach), from, size);
	if (status)
		return status == -E2BIG ? -EINVAL : status;
	if (attach->flags & ~(PTL_ATTACH_DEVICE | PTL_ATTACH_RATE_AUTO | PTL_ATTACH_MAC_PEER) ||
	    memchr_inv(attach->reserved, 0, 2) || memchr_inv(attach->reserved2, 0, 2) ||
	    !terminated(attach->name, sizeof(attach->name)) ||
	    !terminated(attach->framing, sizeof(attach->framing)) ||
	    !terminated(attach->ssid, sizeof(attach->ssid)) ||
	    !terminated(attach->password, sizeof(attach->password)))
		return -EINVAL;
	return 0;
}

static int copy_answer(const struct ptl_dev *dev, struct ptl_attach __user *to)
{
	const struct net_device *net = dev->vif->net;
	char name[sizeof(to->name)] = {};

	strscpy(name, net->name, sizeof(name));
	return copy_to_user(to->name, name, sizeof(name)) ||
			       put_user(net->ifindex, &to->ifindex)
		       ? -EFAULT
		       : 0;
}

static struct ptl_dev *make_link(struct line *line, const struct ptl_attach *attach)
{
	struct tty_struct *tty = line->tty;
	struct ptl_setup setup = {
		.ops = &line_ops,
		.port = line,
		/* The UART's device: the tty's own goes before its hang-up unmakes us. */
		.parent = tty->dev ? tty->dev->parent : NULL,
		.net = current->nsproxy->net_ns,
		.bus = tty->name,
		.name = *attach->name ? attach->name : PTL_NAME_DEFAULT,
		.framing = attach->framing,
		.role = attach->flags & PTL_ATTACH_DEVICE ? PTL_DEVICE : PTL_HOST,
		.baud = attach->baud ? attach->baud : tty_get_baud_rate(tty),
		.rate_auto = attach->flags & PTL_ATTACH_RATE_AUTO,
		.uart = {attach->uart_clock, 1, attach->baud_max},
		.mac_from = attach->flags & PTL_ATTACH_MAC_PEER ? PTL_MAC_PEER : PTL_MAC_OWN,
		.mtu = attach->mtu ? attach->mtu : PTL_MTU_DEFAULT,
	};
	struct ptl_dev *dev;

	ether_addr_copy(setup.mac, attach->mac);
	strscpy(setup.ssid, attach->ssid, sizeof(setup.ssid));
	strscpy(setup.password, attach->password, sizeof(setup.password));
	dev = ptl_dev_create(&setup);
	memzero_explicit(setup.password, sizeof(setup.password));
	return dev;
}

/* A program that can't be told of its interface has none. */
static int attach_line(struct line *line, const struct ptl_attach *attach,
		       struct ptl_attach __user *answer)
{
	struct ptl_dev *dev;
	int status;

	if (line->dev)
		return -EEXIST;
	dev = make_link(line, attach);
	if (IS_ERR(dev))
		return PTR_ERR(dev);
	status = copy_answer(dev, answer);
	if (status) {
		ptl_dev_unregister(dev);
		ptl_dev_free(dev);
		return status;
	}
	/* Whole, before dev_of() finds it. */
	smp_store_release(&line->dev, dev);
	ptl_dev_start(dev);
	return 0;
}

static int ioctl_attach(struct line *line, void __user *argument)
{
	struct ptl_attach attach;
	int status;

	if (!capable(CAP_NET_ADMIN))
		return -EPERM;
	status = copy_request(&attach, argument);
	if (!status) {
		mutex_lock(&line->attaching);
		status = attach_line(line, &attach, argument);
		mutex_unlock(&line->attaching);
	}
	memzero_explicit(&attach, sizeof(attach));
	return status;
}

/* Before 0.2 the number had the struct's size in it. */
static bool is_older_attach(unsigned int cmd)
{
	return _IOC_TYPE(cmd) == _IOC_TYPE(PTLIOCATTACH) &&
	       _IOC_NR(cmd) == _IOC_NR(PTLIOCATTACH) &&
	       _IOC_DIR(cmd) == (_IOC_READ | _IOC_WRITE);
}

static int ptl_tty_ioctl(PTL_TTY_IOCTL, unsigned int cmd, unsigned long arg)
{
	if (cmd == PTLIOCATTACH || is_older_attach(cmd))
		return ioctl_attach(tty->disc_data, (void __user *)arg);
	return ptl_tty_mode_ioctl(cmd, arg);
}

static void ptl_tty_set_termios(struct tty_struct *tty, PTL_OLD_TERMIOS)
{
	struct ptl_dev *dev = dev_of(tty);

	if (dev)
		ptl_dev_set_baud(dev, tty_get_baud_rate(tty));
}

/* Nothing to read ever: who polls waits for the hang-up, which the tty layer tells. */
static __poll_t ptl_tty_poll(struct tty_struct *tty, struct file *file, poll_table *wait)
{
	poll_wait(file, &tty->read_wait, wait);
	return tty_hung_up_p(file) ? EPOLLHUP : 0;
}

static void ptl_tty_receive(struct tty_struct *tty, PTL_TTY_BYTES)
{
	struct ptl_dev *dev = dev_of(tty);

	if (dev)
		ptl_dev_receive(dev, bytes, (const char *)flags, n);
}

static void ptl_tty_write_wakeup(struct tty_struct *tty)
{
	struct ptl_dev *dev = dev_of(tty);

	clear_bit(TTY_DO_WRITE_WAKEUP, &tty->flags);
	if (dev)
		ptl_dev_wakeup(dev);
}

static struct tty_ldisc_ops ptl_ldisc = {
	.owner = THIS_MODULE,
	.num = N_DEVELOPMENT,
	.name = "pigtail",
	.open = ptl_tty_open,
	.close = ptl_tty_close,
	.ioctl = ptl_tty_ioctl,
	.compat_ioctl = ptl_tty_ioctl,
	.poll = ptl_tty_poll,
	.set_termios = ptl_tty_set_termios,
	.receive_buf = ptl_tty_receive,
	.write_wakeup = ptl_tty_write_wakeup,
};

int ptl_ldisc_register(void)
{
	BUILD_BUG_ON(PTL_LDISC != N_DEVELOPMENT);
	return ptl_register_ldisc(&ptl_ldisc);
}

void ptl_ldisc_unregister(void)
{
	ptl_unregister_ldisc(&ptl_ldisc);
}
