#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# sketch.sh OUT.hex MCU TEXT GAP PADDING: see sketch.c. A GAP of 0 never stops.
set -e
here=$(dirname "$0")
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
avr-gcc -Os -mmcu="$2" -DF_CPU=16000000L -DTEXT="\"$3\"" -DGAP="$4" -DPADDING="$5" \
	-o "$dir/sketch.elf" "$here/sketch.c"
avr-objcopy -j .text -j .data -O ihex "$dir/sketch.elf" "$1"
