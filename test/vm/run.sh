#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# The kernel driver in a kernel: boots one in QEMU (no KVM), runs cases in it, prints TAP.
# What a failed case printed, and what the kernel said, follows as comments.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
top=$(cd "$here/../.." && pwd)
firmware=$top/build/firmware

# Whatever it starts ends with it, however that is.
if [[ -z ${IN_DEN:-} ]]; then
	IN_DEN=yes exec python3 "$here/../den.py" "$here/run.sh" "$@"
fi
unset IN_DEN

usage() {
	cat <<'END'
Usage: test/vm/run.sh [--debug-kernel | --arm] [--stack ko|up] [--smoke] [--load N] [--job JOB]
                      [--list] [CASE...]
Runs all cases, or those whose names match (as in globs).

  --debug-kernel  a kernel with KASAN, lockdep and the like, see debug.config
  --arm           a board with a 32-bit ARM, and Debian's kernel and programs for it; without
                  the cases of the bridge
  --few           fewer rounds and bytes
  --smoke         the cases that show most in little time, and --few
  --load N        N busy loops in the guest beside each case, as on a busy machine
  --stack up      pigtail up instead of the kernel driver
  --virtual-time N   the guest's clock counts its instructions, 2^N ns each, and idle
                  time passes at once: results don't depend on how busy the machine is
  --job JOB       another script of guest/ than tests, or any script's path, which gets
                  lib.sh by '. /test/job; . /test/lib.sh'

PIGTAIL=FILE is the program, build/release/bin/pigtail (with --arm build/arm/bin/pigtail)
unless given.
VM_LIMIT=SECONDS ends the machine, 1500 unless given, with --smoke 900.
APPEND=... goes to the kernel's command line, JOB_SETTINGS=... to the guest's job.
END
}

say() {
	echo "test/vm/run.sh: $*" >&2
}

# One boot, under four minutes.
smoke=(attach attach_struct dhcp ping_all_sizes tcp_both_ways peer_restart
	write_wakeup stuck_port pktgen unbind_8250 hello_mac rmmod_under_traffic)

debug=false
arm=false
few=false
stack=ko
load=0
job=tests
clock=real
chosen=()
machine=plain
while [[ $# -gt 0 ]]; do
	case $1 in
	--debug-kernel) debug=true ;;
	--arm) arm=true ;;
	--few) few=true ;;
	--smoke)
		few=true
		export VM_LIMIT=${VM_LIMIT:-900}
		chosen+=("${smoke[@]}")
		;;
	--stack | --job | --load)
		if [[ $# -lt 2 ]]; then
			say "$1 wants an argument"
			exit 2
		fi
		declare "${1#--}=$2"
		shift
		;;
	--list)
		(cd "$here/cases" && printf '%s\n' *.sh) | sed 's/\.sh$//'
		exit
		;;
	--virtual-time)
		clock=virtual-${2:-1}
		shift
		;;
	--help | -h)
		usage
		exit
		;;
	-*)
		say "no such option '$1'; see --help"
		exit 2
		;;
	*) chosen+=("$1") ;;
	esac
	shift
done

if [[ $job == tests ]]; then
	names=()
	for name in $("$0" --list); do
		for pattern in "${chosen[@]-*}"; do
			# shellcheck disable=SC2053 # a glob
			[[ $name != $pattern ]] || names+=("$name")
		done
	done
	if [[ ${#names[@]} -eq 0 ]]; then
		say "no such case; see --list"
		exit 2
	fi
	chosen=("${names[@]}")
	# Cases that want Wi-Fi, the bridge's programs, or scripts on the radio, get a machine of
	# their own.
	declare -A of=()
	for name in "${chosen[@]}"; do
		kind=$(sed -n 's/^# machine: //p' "$here/cases/$name.sh")
		of[${kind:-plain}]+=" $name"
	done
	if [[ ${#of[@]} -gt 1 ]]; then
		options=(--stack "$stack" --load "$load")
		! $debug || options+=(--debug-kernel)
		! $arm || options+=(--arm)
		! $few || options+=(--few)
		[[ $clock == real ]] || options+=(--virtual-time "${clock#virtual-}")
		status=0
		for kind in plain bridge script wifi; do
			# Its programs are for this machine.
			! $arm || [[ $kind != bridge ]] || continue
			# shellcheck disable=SC2086 # a list
			[[ -z ${of[$kind]-} ]] || "$0" "${options[@]}" ${of[$kind]} || status=1
		done
		exit $status
	fi
	machine=${!of[*]}
fi
if $arm && [[ $machine == bridge ]]; then
	say "the bridge's cases are not for --arm"
	exit 2
fi
preset=release
! $arm || preset=arm
pigtail=${PIGTAIL:-$top/build/$preset/bin/pigtail}
programs=("$pigtail" "$(dirname "$pigtail")"/vm_{hostile,hostile_radio,attach_struct})
# Of the far ends beside the machine.
outside=$pigtail
! $arm || outside=$top/build/release/bin/pigtail
for program in "${programs[@]}" "$outside"; do
	if [[ ! -x $program ]]; then
		say "$program is not there; build the presets release and, for --arm, arm"
		exit 1
	fi
done

# ---- kernel and modules ----

work=$top/build/vm
mkdir -p "$work"
# How much longer than on a machine of its own things may take. It costs nothing where they
# pass, and a compiler beside it made cases fail that had no more than that.
patience=3
baud=921600
bytes=2000000
rounds=200
append=""
# Checks its heap, and counts exactly what is in it. A lock-up becomes a panic that says where
# each CPU is, long before the machine's end would hide it.
[[ $job != tests ]] || append="slub_debug=FZ watchdog_thresh=60 softlockup_panic=1 \
softlockup_all_cpu_backtrace=1 rcupdate.rcu_cpu_stall_timeout=150 \
sysctl.kernel.panic_on_rcu_stall=1"
if $debug; then
	home=$("$here/own-kernel" debug)
	kernel=$home/build/arch/x86/boot/bzImage
	headers=$home/build
	release=$(cat "$home/build/include/config/kernel.release")
	# It is ten times slower, and looks the closer.
	patience=6
	baud=115200
	bytes=200000
	rounds=20
	memory=1536
elif $arm; then
	home=$("$top/appliance/arm/debian")
	kernel=$home/vmlinuz
	headers=$home/build
	release=$(cat "$home/release")
	# What compiles there, and whose programs go into the guest.
	export ARCH=arm CROSS_COMPILE=arm-linux-gnueabihf- FOREIGN_ROOT=$home/root
	memory=1024
else
	home=$("$here/stock-kernel" "$work/stock")
	kernel=$home/vmlinux
	headers=$home/build
	release=$(cat "$home/release")
	memory=512
fi

# add_modules NAME...: of the kernel's package, and those that they depend on. The debug
# kernel has them built in, but one.
modules=()
add_modules() {
	local name file
	local -a needs
	for name; do
		file=$(find "$home/modules/kernel" -name "${name//_/[-_]}.ko")
		if [[ -z $file ]]; then
			grep -q "/${name//_/[-_]}\\.ko" "$home/modules/modules.builtin" && continue
			say "the kernel $release has no module $name"
			exit 1
		fi
		[[ " ${modules[*]-} " != *" $file "* ]] || continue
		modules+=("$file")
		IFS=, read -ra needs <<<"$(PATH=$PATH:/sbin modinfo -F depends "$file")"
		add_modules "${needs[@]}"
	done
}

$debug || add_modules slip ppp_async tun veth pktgen cfg80211
base=()
if [[ $machine == wifi ]]; then
	base=("$(${FOREIGN_ROOT:+env APT_CONFIG="$home/apt.conf"} "$here/wifi-image")")
	# The board has 1 GB, no more and no less.
	$arm || memory=$((memory + 512))
	if $debug; then
		modules+=("$headers"/drivers/net/wireless/mac80211_hwsim.ko)
	else
		add_modules mac80211_hwsim bridge ccm cmac ctr gcm ghash_generic af_alg algif_hash \
			algif_skcipher ecb md4 des_generic pkcs8_key_parser
	fi
fi

if $few; then
	rounds=20
	bytes=500000
fi

# build_module NAME COMMAND...: in build/vm/RELEASE/NAME; the command gets this folder.
build_module() {
	local name=$1 to=$work/$release/$1 log=$work/$release-$1.log
	shift
	mkdir -p "$to"
	"$@" "$to" >"$log" 2>&1 || {
		cat "$log" >&2
		say "$name does not compile, see above"
		exit 1
	}
	modules+=("$(find "$to" -name "$name.ko")")
}

# The sources' folders stay as they are.
build_nullmodem() {
	cp -u "$here"/nullmodem/* "$1"
	nice make -C "$headers" M="$1" modules
}

# A driver of a chip with GPIO pins that Debian's kernel has not: of its source.
build_gpio-pca953x() {
	[[ -e $1/gpio-pca953x.c ]] ||
		tar xJf /usr/src/linux-source-6.1.tar.xz -C "$1" --strip-components=3 \
			linux-source-6.1/drivers/gpio/gpio-pca953x.c
	echo "obj-m := gpio-pca953x.o" >"$1/Kbuild"
	nice make -C "$headers" M="$1" modules
}

build_pigtail() {
	nice make -C "$top/kernel" -j "$(nproc)" KDIR="$headers" BUILD="$1"
}

build_module nullmodem build_nullmodem
if [[ $stack == ko ]]; then
	if $arm; then
		build_module pigtail "$top/appliance/arm/driver"
	else
		build_module pigtail build_pigtail
	fi
fi
# The chip itself is memory that answers as registers on an I2C bus.
if [[ $machine == bridge && -d $home/modules ]]; then
	build_module gpio-pca953x build_gpio-pca953x
	add_modules i2c_stub i2c_dev
fi

# ---- the guest ----

board=pc
far_tty=/dev/ttyS4
if $arm; then
	board=orangepi-pc
	far_tty=/dev/ttyS3
fi
items=()
if [[ $job == */* ]]; then
	items+=("script=$job")
	job=script
fi
guest=$(mktemp -d "$work/guest.XXXXXX")
vm=""
stop() {
	trap - EXIT
	[[ -z $vm ]] || kill "$vm" 2>/dev/null || true
	wait
	# Also of a machine that somebody else ended.
	cp "$guest/console" "$work/console.log" 2>/dev/null || true
	rm -rf "$guest"
}
trap stop EXIT
trap 'exit 130' INT TERM HUP

if [[ $machine == bridge ]]; then
	"$here/bridge-image" "$guest/image"
	base=("$guest/image")
fi
cat >"$guest/job" <<END
job=$job
stack=$stack
load=$load
clock=$clock
patience=$patience
baud=$baud
bytes=$bytes
rounds=$rounds
far_tty=$far_tty
cases='${chosen[*]-}'
${JOB_SETTINGS:-}
END
if [[ $board == pc && -e $firmware/boot.elf ]]; then
	# For the radio outside, see machine: one that it takes, and one that it does not.
	key=$firmware/update-key.pem
	body=$firmware/device/lx60/wifi.body
	"$top/script/sign" new-key "$guest/other-key.pem" >/dev/null
	"$top/script/sign" image --key "$key" --board lx60 --firmware new "$body" "$guest/new.img"
	"$top/script/sign" image --key "$guest/other-key.pem" --board lx60 --firmware foreign \
		"$body" "$guest/foreign.img"
	items+=("new.img=$guest/new.img" "foreign.img=$guest/foreign.img")
fi
"$here/initramfs" "$guest/initramfs" "$release" "${modules[@]}" "${programs[@]}" \
	"job=$guest/job" "${items[@]}"
cat "${base[@]}" "$guest/initramfs" >"$guest/initrd"

# One machine at a time: two would disturb each other.
exec 9>"$work/.lock"
if ! flock -n 9; then
	say "waiting for another machine in this folder"
	flock 9
fi
# Two CPUs at once find more mistakes; time by instructions gives the same numbers always.
cpus=(-accel "tcg,thread=multi" -smp 2)
[[ $clock == real ]] || cpus=(-icount "shift=${clock#virtual-},sleep=off" -smp 1)
if $arm; then
	"$top/appliance/arm/board" "$guest/dtb" "$top/kernel/devicetree/sun8i-h3-radio.dts" \
		"$here/radio-mac.dts"
	# The board has no fewer.
	cpus=("${cpus[@]:0:2}" -smp 4 -dtb "$guest/dtb")
	append+=" maxcpus=2"
fi
mkfifo "$guest/report"
[[ $machine != script ]] || export RADIO=script
BOARD=$board FIRMWARE=$firmware PIGTAIL=$outside "$here/machine" "$guest" "${cpus[@]}" \
	-m "$memory" -kernel "$kernel" -initrd "$guest/initrd" \
	-append "console=ttyS0 panic=-1 oops=panic quiet loglevel=5 8250.nr_uarts=8 $append ${APPEND:-}" \
	>"$guest/report" 9>&- &
vm=$!

# ---- what it says ----

failed=0
result=""
while IFS= read -r line; do
	line=${line%$'\r'}
	case $line in
	"not ok"*) failed=$((failed + 1)) ;;
	"# result: "*) result=$line ;;
	esac
	printf '%s\n' "$line"
done <"$guest/report"
status=0
wait "$vm" || status=$?
vm=""
if [[ -z $result ]]; then
	echo "not ok - the guest came to its end (status $status)"
	{
		cat "$guest/qemu" "$guest/far-end" 2>/dev/null
		tail -n 80 "$guest/console"
	} | sed 's/^/# /'
	exit 1
fi
if grep -aE 'KASAN|UBSAN|WARNING|BUG:|circular|Oops' "$guest/console" | sed 's/^/# console: /' | grep .; then
	echo "not ok - the kernel has nothing to complain of"
	exit 1
fi
[[ $failed -eq 0 ]]
