#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# The firmware in QEMU, by the same machinery as the program's cases: see
# ../netns/run.sh for arguments and output. RESTARTS=N: how often QEMU is killed.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
export CASES=$here/cases
export FIRMWARE=${FIRMWARE:-$here/../../build/firmware}
for image in nic wifi air endpoint script; do
	if [[ ! -e $FIRMWARE/$image.elf ]]; then
		echo "test/mcu/run.sh: $FIRMWARE/$image.elf is not there; run script/firmware" >&2
		exit 1
	fi
done
exec "$here/../netns/run.sh" "$@"
