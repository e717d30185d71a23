#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# A rig whose programs are late, see late.c: test/late/run.sh COMMAND...
# PIGTAIL_SEED=N replays what was said at the beginning.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
if [[ $# -eq 0 || $1 == --help || $1 == -h ]]; then
	sed -n '4,5s/^# //p' "${BASH_SOURCE[0]}"
	exit
fi
library=$here/../../build/late.so
mkdir -p "${library%/*}"
cc -shared -fPIC -O1 -Wall -Wextra -Werror -o "$library.$$" "$here/late.c" -ldl
mv "$library.$$" "$library"
export PIGTAIL_SEED=${PIGTAIL_SEED:-$RANDOM}
echo "# PIGTAIL_SEED=$PIGTAIL_SEED"
LD_PRELOAD=$(realpath "$library") exec "$@"
