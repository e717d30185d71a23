#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# optiboot.sh OUT.hex: Debian's source of optiboot (arduino-core-avr) as a boot loader of an
# Uno that fits into its 512 bytes. The packaged image doesn't: it is 534 bytes, and what
# should start the sketch is beyond the end of flash.
set -e
source=/usr/share/arduino/hardware/arduino/avr/bootloaders/optiboot
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
avr-gcc -Os -fno-inline-small-functions -fno-split-wide-types -mrelax -fwhole-program \
	-fno-tree-scev-cprop -mmcu=atmega328p -DF_CPU=16000000L -DLED_START_FLASHES=3 \
	-DBAUD_RATE=115200 -Wl,--section-start=.text=0x7e00 -Wl,--section-start=.version=0x7ffe \
	-nostartfiles -nostdlib -I"$source" -o "$dir/optiboot.elf" "$source/optiboot.c"
size=$(avr-size -A "$dir/optiboot.elf" | awk '$1 == ".text" { print $2 }')
if [ "$size" -gt 510 ]; then
	echo "optiboot.sh: $size bytes of code, and 510 is the room before the version" >&2
	exit 1
fi
avr-objcopy -j .text -j .data -j .version --set-section-flags .version=alloc,load -O ihex \
	"$dir/optiboot.elf" "$1"
