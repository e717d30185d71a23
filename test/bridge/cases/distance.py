# SPDX-License-Identifier: GPL-2.0-only
"""avrdude at the end of a slow way, a console connected all the time."""
import itertools
import os
import random

from distance import OURS, OURS_FOR_ALL, Board, programs_from


def case_avrdude_100_ms_away(rig):
    programs_from(rig, (100,), (OURS,), 1)


def slow_avrdude_at_any_distance_five_times_each(rig):
    programs_from(rig, (0, 20, 100, 300), (OURS, OURS_FOR_ALL), 5)


def case_a_question_of_avrdude_that_crosses_its_answer(rig):
    """The network holds up the third, which avrdude takes the answer for."""
    rig.needs("avrdude", "avr-gcc")
    count = itertools.count(1)
    with Board(rig.bin, OURS, "arduino") as board:
        well, said = board.attempt(0, lambda up: 900 if up and next(count) == 3 else 0)
        assert well, said


def slow_avrdude_where_the_network_pauses(rig):
    """A third of all pieces by up to half a second."""
    rig.needs("avrdude", "avr-gcc")
    seed = int(os.environ.get("PIGTAIL_SEED", random.getrandbits(32)))
    print(f"# PIGTAIL_SEED={seed}")
    noise = random.Random(seed)
    for programmer in ("arduino", "wiring"):
        with Board(rig.bin, OURS, programmer) as board:
            for i in range(5):
                well, said = board.attempt(20, lambda up: noise.uniform(0, 500) if noise.random() < 0.33 else 0)
                assert well, f"{programmer}, {i}: {said}"
