# SPDX-License-Identifier: GPL-2.0-only
"""
What a rig has started is gone when it is, however it ended; and all cases are run.
"""
import errno
import os
import signal
import socket
import sys

from rig import wait_for

RUN = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../run.py")
LISTENER = (
    "import signal, socket, time; signal.signal(signal.SIGTERM, signal.SIG_IGN);"
    "one = socket.socket(socket.AF_UNIX); one.bind({path!r}); one.listen(); time.sleep(1000)"
)
CASE = """
import os, subprocess, sys, time
def case_that_never_ends(rig):
    rig.start("own", sys.executable, "-c", {own!r})
    # By another process, in a session of its own, as some programs do.
    subprocess.Popen([sys.executable, "-c", {other!r}], start_new_session=True)
    time.sleep(1000)
"""


def is_heard(path):
    with socket.socket(socket.AF_UNIX) as one:
        one.setblocking(False)  # nobody accepts
        return one.connect_ex(path) not in (errno.ECONNREFUSED, errno.ENOENT)


def case_a_rig_that_is_killed_leaves_no_process(rig):
    if os.geteuid():
        rig.needs("root")
    os.mkdir(rig.path("cases"))
    paths = [rig.path("own"), rig.path("other")]
    own, other = (LISTENER.format(path=path) for path in paths)
    rig.file("cases/endless.py", CASE.format(own=own, other=other).encode())
    for how in (signal.SIGKILL, signal.SIGTERM):
        rig.start("victim", sys.executable, RUN, "--cases", rig.path("cases"), rig.bin)
        wait_for("its processes", lambda: all(map(is_heard, paths)))
        rig.finish("victim", how)
        wait_for("their end", lambda: not any(map(is_heard, paths)))
        for path in paths:
            os.unlink(path)


def case_a_case_that_fails_is_told_and_the_next_go_on(rig):
    os.mkdir(rig.path("cases"))
    rig.file("cases/some.py", b"def case_fails(rig):\n    assert 0, 'why'\ndef case_goes_on(rig):\n    pass\n")
    for jobs in (1, 2):
        status, said = rig.run(sys.executable, RUN, "--jobs", jobs, "--cases", rig.path("cases"), rig.bin)
        lines = [line.split(" (")[0] for line in said.splitlines()]
        assert status == 1 and {"not ok 1 - some: fails", "# AssertionError: why", "ok 2 - some: goes on"} <= set(lines), said
        assert lines[-1] == "1..2", said
