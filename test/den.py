#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""
A den for a rig: whatever it starts is gone when it is, however it ended, a SIGKILL included.

    den.py COMMAND...

or enter() in a rig of Python. It is a process namespace, whose first process only waits:

    who was called --- waits for, and hands on SIGTERM, SIGINT and SIGHUP
      the first one --- reaps; is killed with the one above, and all in the den with it
        the rig

As root, or in a user namespace in which one is whom one was. Where there are none, the rig runs
without. (The rigs of netns/ and mcu/ have a world of their own, see script/lib/world.sh.)
"""
import ctypes
import os
import signal
import sys

CLONE_NEWNS, CLONE_NEWUSER, CLONE_NEWPID = 0x00020000, 0x10000000, 0x20000000
MS_NOSUID, MS_NODEV, MS_NOEXEC, MS_REC, MS_PRIVATE = 2, 4, 8, 0x4000, 1 << 18
PR_SET_PDEATHSIG = 1
HANDED_ON = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)


def put(path, text):
    with open(path, "w", encoding="ascii") as file:
        file.write(text)


def dig(libc):
    """Namespaces for processes and mounts; whether there are."""
    if libc.unshare(CLONE_NEWPID | CLONE_NEWNS) == 0:
        return True
    user, group = os.geteuid(), os.getegid()
    if libc.unshare(CLONE_NEWUSER | CLONE_NEWPID | CLONE_NEWNS) != 0:
        return False
    put("/proc/self/setgroups", "deny")
    put("/proc/self/uid_map", f"{user} {user} 1")
    put("/proc/self/gid_map", f"{group} {group} 1")
    return True


def mount_proc(libc):
    # A root that is no mount, a chroot, can't be made private; then /proc stays the one above.
    if libc.mount(b"none", b"/", None, MS_REC | MS_PRIVATE, None) == 0:
        libc.mount(b"proc", b"/proc", b"proc", MS_NOSUID | MS_NODEV | MS_NOEXEC, None)


def status_of(raw):
    code = os.waitstatus_to_exitcode(raw)
    return code if code >= 0 else 128 - code


def wait_for(pid):
    """Ends as it does; signals are handed on to it, and others that end are reaped."""
    for number in HANDED_ON:
        signal.signal(number, lambda number, frame: os.kill(pid, number))
    signal.pthread_sigmask(signal.SIG_UNBLOCK, HANDED_ON)
    while True:
        ended, raw = os.wait()
        if ended == pid:
            os._exit(status_of(raw))


def enter():
    """Returns in the den, in another process."""
    libc = ctypes.CDLL(None, use_errno=True)
    if not dig(libc):
        print("den.py: no process namespaces here: a rig that is killed leaves processes", file=sys.stderr)
        return
    # Who asks the first one to end before it can hear it asks nobody.
    signal.pthread_sigmask(signal.SIG_BLOCK, HANDED_ON)
    first = os.fork()
    if first:
        wait_for(first)
    libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    mount_proc(libc)
    rig = os.fork()
    if rig:
        wait_for(rig)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, HANDED_ON)


if __name__ == "__main__":
    enter()
    os.execvp(sys.argv[1], sys.argv[1:])
