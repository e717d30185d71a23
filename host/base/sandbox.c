/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The program hears strangers: whoever is at the other end of a wire. What it may do is
 * cut down once its ports and interfaces are open, in this order:
 *
 *  1. No new privileges. Nothing it could start, set-user-id or not, gives it more than it
 *     has. First, since it makes the rest final, and without it only root may install 3.
 *
 *  2. Capabilities. All go but those that a link needs while it runs:
 *	CAP_NET_ADMIN		an address that a radio hands out, a new interface
 *	CAP_NET_BIND_SERVICE	forwarded ports of a file that is read again
 *	CAP_NET_RAW		pings of the net 'user', where the system lets no group send
 *				them
 *	CAP_DAC_OVERRIDE	a tty that vanishes and comes back, when it is another
 *				user's (udev's are root's, with a group); a symbolic link
 *				in another user's folder that must be removed at the end.
 *				Only where access() is refused without it.
 *     A root without them is still the owner of root's files: as a service it runs as a
 *     user of its own (dist/pigtail@.service.in). Bounding set and ambient ones matter
 *     only to what is started, and 3 lets nothing be.
 *
 *  3. System calls. Refused with EPERM is what no link ever does: start a program, look
 *     into other processes, mounts and namespaces, modules and the kernel itself, other
 *     users, keys, the clock; a terminal's input (TIOCSTI). It is a list of what is
 *     forbidden, rather than of what is allowed, because libc, libuv, GLib and libslirp
 *     choose their calls anew with each version, and a radio must not go silent by an
 *     update. The service's unit has the other kind of list.
 *
 * With a sanitizer nothing is done: its leak check wants ptrace().
 */
#include "host/base/sandbox.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <sched.h>
#include <seccomp.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* ---- capabilities ---- */

struct capabilities {
	struct __user_cap_header_struct header;
	struct __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3];
};

static int get_capabilities(struct capabilities *now)
{
	*now = (struct capabilities){.header.version = _LINUX_CAPABILITY_VERSION_3};
	return (int)syscall(SYS_capget, &now->header, now->data);
}

static int set_capabilities(struct capabilities *wanted)
{
	return (int)syscall(SYS_capset, &wanted->header, wanted->data);
}

static void keep_only(struct capabilities *now, const struct sandbox *sandbox)
{
	const struct {
		bool kept;
		int number;
	} rows[] = {
		{sandbox->interfaces, CAP_NET_ADMIN},
		{sandbox->low_ports, CAP_NET_BIND_SERVICE},
		{sandbox->pings, CAP_NET_RAW},
		{sandbox->overrides, CAP_DAC_OVERRIDE},
	};
	struct __user_cap_data_struct kept[COUNT(now->data)] = {0};

	for (size_t i = 0; i < COUNT(rows); i++)
		if (rows[i].kept)
			kept[CAP_TO_INDEX(rows[i].number)].permitted |=
				CAP_TO_MASK(rows[i].number);
	for (size_t i = 0; i < COUNT(kept); i++) {
		now->data[i].permitted &= kept[i].permitted;
		now->data[i].effective &= kept[i].permitted;
		now->data[i].inheritable = 0;
	}
}

void sandbox_will_open(struct sandbox *sandbox, const char *path, int mode)
{
	const unsigned int all =
		CAP_TO_MASK(CAP_DAC_OVERRIDE) | CAP_TO_MASK(CAP_DAC_READ_SEARCH);
	struct capabilities now;
	struct capabilities less;

	if (get_capabilities(&now) < 0)
		return;
	less = now;
	less.data[CAP_TO_INDEX(CAP_DAC_OVERRIDE)].effective &= ~all;
	if (set_capabilities(&less) < 0)
		return;
	/* What is not there yet and comes in /dev is udev's. */
	if (faccessat(AT_FDCWD, path, mode, AT_EACCESS) < 0 &&
	    (errno != ENOENT || strncmp(path, "/dev/", 5) != 0))
		sandbox->overrides = true;
	(void)set_capabilities(&now);
}

/* ---- system calls ---- */

static const int forbidden[] = {
	/* programs */
	SCMP_SYS(execve),
	SCMP_SYS(execveat),
	/* other processes */
	SCMP_SYS(ptrace),
	SCMP_SYS(process_vm_readv),
	SCMP_SYS(process_vm_writev),
	SCMP_SYS(pidfd_getfd),
	SCMP_SYS(kcmp),
	/* mounts and namespaces */
	SCMP_SYS(mount),
	SCMP_SYS(umount2),
	SCMP_SYS(pivot_root),
	SCMP_SYS(chroot),
	SCMP_SYS(setns),
	SCMP_SYS(unshare),
	SCMP_SYS(move_mount),
	SCMP_SYS(open_tree),
	SCMP_SYS(fsopen),
	SCMP_SYS(fsconfig),
	SCMP_SYS(fsmount),
	SCMP_SYS(fspick),
	SCMP_SYS(mount_setattr),
	SCMP_SYS(open_by_handle_at),
	/* the kernel; a ring of io_uring makes calls that nobody filters */
	SCMP_SYS(init_module),
	SCMP_SYS(finit_module),
	SCMP_SYS(delete_module),
	SCMP_SYS(kexec_load),
	SCMP_SYS(kexec_file_load),
	SCMP_SYS(bpf),
	SCMP_SYS(perf_event_open),
	SCMP_SYS(userfaultfd),
	SCMP_SYS(io_uring_setup),
	SCMP_SYS(io_uring_register),
	SCMP_SYS(io_uring_enter),
	SCMP_SYS(reboot),
	SCMP_SYS(swapon),
	SCMP_SYS(swapoff),
	SCMP_SYS(syslog),
	SCMP_SYS(acct),
	SCMP_SYS(quotactl),
	SCMP_SYS(iopl),
	SCMP_SYS(ioperm),
	SCMP_SYS(personality),
	SCMP_SYS(mknod),
	SCMP_SYS(mknodat),
	SCMP_SYS(sethostname),
	SCMP_SYS(setdomainname),
	SCMP_SYS(settimeofday),
	SCMP_SYS(clock_settime),
	SCMP_SYS(adjtimex),
	SCMP_SYS(clock_adjtime),
	/* other users */
	SCMP_SYS(setuid),
	SCMP_SYS(setgid),
	SCMP_SYS(setreuid),
	SCMP_SYS(setregid),
	SCMP_SYS(setresuid),
	SCMP_SYS(setresgid),
	SCMP_SYS(setfsuid),
	SCMP_SYS(setfsgid),
	SCMP_SYS(setgroups),
	SCMP_SYS(chown),
	SCMP_SYS(lchown),
	SCMP_SYS(fchown),
	SCMP_SYS(fchownat),
	/* keys */
	SCMP_SYS(add_key),
	SCMP_SYS(request_key),
	SCMP_SYS(keyctl),
};

static const unsigned long namespaces[] = {CLONE_NEWNS,	   CLONE_NEWUSER, CLONE_NEWNET,
					   CLONE_NEWPID,   CLONE_NEWIPC,  CLONE_NEWUTS,
					   CLONE_NEWCGROUP};

/* libseccomp tells errors by negative numbers. */
static int add_rules(scmp_filter_ctx filter)
{
	const uint32_t refuse = SCMP_ACT_ERRNO(EPERM);
	int status = 0;

	for (size_t i = 0; i < COUNT(forbidden) && !status; i++) {
		/* Some are not of this CPU. */
		status = seccomp_rule_add(filter, refuse, forbidden[i], 0);
		if (status == -EDOM || status == -EINVAL)
			status = 0;
	}
	for (size_t i = 0; i < COUNT(namespaces) && !status; i++)
		status = seccomp_rule_add(
			filter, refuse, SCMP_SYS(clone), 1,
			SCMP_A0(SCMP_CMP_MASKED_EQ, namespaces[i], namespaces[i]));
	/* Its flags are in memory, where no filter looks; without it clone() is used. */
	if (!status)
		status = seccomp_rule_add(filter, SCMP_ACT_ERRNO(ENOSYS), SCMP_SYS(clone3), 0);
	if (!status)
		status = seccomp_rule_add(filter, refuse, SCMP_SYS(ioctl), 1,
					  SCMP_A1(SCMP_CMP_MASKED_EQ, 0xffffffff, TIOCSTI));
	return status;
}

static int forbid_calls(void)
{
	scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ALLOW);
	int status;

	if (!filter) {
		errno = ENOMEM;
		return -1;
	}
	status = add_rules(filter);
	if (!status)
		status = seccomp_load(filter);
	seccomp_release(filter);
	errno = -status;
	return status ? -1 : 0;
}

/* ---- all of it ---- */

#ifdef PIGTAIL_SANITIZED
static const bool is_sanitized = true;
#else
static const bool is_sanitized;
#endif

int sandbox_enter(const struct sandbox *sandbox)
{
	struct capabilities capabilities;

	if (is_sanitized)
		return 0;
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0 || get_capabilities(&capabilities) < 0)
		return -1;
	keep_only(&capabilities, sandbox);
	if (set_capabilities(&capabilities) < 0)
		return -1;
	return forbid_calls();
}
