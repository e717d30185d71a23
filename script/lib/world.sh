# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# Sourced: a world of its own for tests and measurements. It is a mount, network and
# process namespace, and, unless root makes it, a user namespace. Whatever is started or
# made in it, an interface, a process, a file below /run, is gone when its first process
# is, however that ended, and several worlds at once don't see each other. Its own
# network has but a loopback, its ptys are its own.

# enter_world COMMAND...: runs it in a new world; returns only (77) if there can be none.
enter_world() {
	local how=(unshare --mount --net --pid --fork --kill-child --mount-proc)
	# A root that is no mount, a chroot, can't be made private: nor need it be.
	"${how[@]}" true 2>/dev/null || ! "${how[@]}" --propagation unchanged true 2>/dev/null ||
		how+=(--propagation unchanged)
	"${how[@]}" true 2>/dev/null || how+=(--user --map-root-user)
	if ! "${how[@]}" true 2>/dev/null; then
		return 77
	fi
	# Who is started by nohup ignores it, and so would all in here.
	exec env --default-signal=HUP "${how[@]}" "$@"
}

# What the new world needs first.
furnish_world() {
	mount -t tmpfs -o mode=755 none /run
	mkdir -p /run/netns /run/user
	export XDG_RUNTIME_DIR=/run/user
	# Ptys of its own: the number of one that is gone is not another world's.
	if mount -t devpts -o newinstance,ptmxmode=0666,mode=620 none /dev/pts 2>/dev/null; then
		mount --bind /dev/pts/ptmx /dev/ptmx
	fi
	ip link set lo up
	trap 'exit 130' INT TERM HUP
}
