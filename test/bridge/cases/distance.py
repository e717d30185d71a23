# SPDX-License-Identifier: GPL-2.0-only
"""avrdude at the end of a slow way, a console connected all the time."""
from distance import BOARDS, OURS, OURS_FOR_ALL, scores


def programs_from(rig, delays, ways, times):
    rig.needs("avrdude", "avr-gcc")
    what = [(way, programmer, ms) for ms in delays for way in ways for programmer in BOARDS]
    results = scores(rig.bin, what, times, lambda text: print("# " + text.replace("\n", "\n# ")))
    for key in what:
        print(f"# {', '.join(map(str, key))} ms: {results[key]} of {times}")
    assert all(result == times for result in results.values())


def case_avrdude_100_ms_away(rig):
    programs_from(rig, (100,), (OURS,), 1)


def slow_avrdude_at_any_distance_five_times_each(rig):
    programs_from(rig, (0, 20, 100, 300), (OURS, OURS_FOR_ALL), 5)
