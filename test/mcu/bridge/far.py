# SPDX-License-Identifier: GPL-2.0-only
"""avrdude far away from the chip."""
from distance import CHIP, CHIP_FOR_ALL, programs_from


def slow_avrdude_at_any_distance_from_the_chip_five_times_each(rig):
    programs_from(rig, (0, 20, 100, 300), (CHIP, CHIP_FOR_ALL), 5)
