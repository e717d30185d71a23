# SPDX-License-Identifier: GPL-2.0-only
"""avrdude at the end of a slow way, a console connected all the time."""
from distance import OURS, OURS_FOR_ALL, programs_from


def case_avrdude_100_ms_away(rig):
    programs_from(rig, (100,), (OURS,), 1)


def slow_avrdude_at_any_distance_five_times_each(rig):
    programs_from(rig, (0, 20, 100, 300), (OURS, OURS_FOR_ALL), 5)
