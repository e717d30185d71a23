# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# Sourced by the scripts: they run from the top of the tree, and build.

top=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
cd "$top" || exit
jobs=${JOBS:-$(nproc 2>/dev/null || echo 2)}

# build_preset PRESET [TARGET...]: one at a time per preset, whoever asks. What it
# prints is worth reading only if it fails.
build_preset() {
	local preset=$1
	shift
	mkdir -p "build/$preset"
	(
		flock 9
		nice cmake --preset "$preset"
		nice cmake --build --preset "$preset" -j "$jobs" ${1:+--target "$@"}
	) 9>"build/$preset/.lock"
}
