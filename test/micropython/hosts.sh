#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Usage: test/micropython/hosts.sh
# MicroPython on this computer, for network.py of device/micropython/host: its unix port, of the
# source in build/micropython, and its WebAssembly build, of npm. Both below build/, once.
set -euo pipefail
top=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
wasm=@micropython/micropython-webassembly-pyscript@1.27.0

"$top/script/lib/fetch_source" micropython "$top/build"
if [[ ! -e $top/build/micropython-unix/micropython ]]; then
	env -u CFLAGS -u LDFLAGS make -s -C "$top/build/micropython/mpy-cross" all
	env -u CFLAGS -u LDFLAGS make -s -C "$top/build/micropython/ports/unix" \
		BUILD="$top/build/micropython-unix" MICROPY_PY_FFI=0 MICROPY_PY_BTREE=0 MICROPY_PY_SSL=0 \
		FROZEN_MANIFEST= MICROPY_STANDALONE=1
fi
if ! command -v npm >/dev/null; then
	echo "hosts.sh: without npm there is no WebAssembly build" >&2
elif [[ ! -e $top/build/micropython-wasm/node_modules ]]; then
	mkdir -p "$top/build/micropython-wasm"
	npm install --silent --no-save --prefix "$top/build/micropython-wasm" "$wasm"
fi
