# SPDX-License-Identifier: GPL-2.0-only
"""
What script/bench says of the machine: what it is, and how much of it others used while it
was measured. A busy machine makes pings late and every stack slower.
"""
import datetime
import os
import platform
import resource

# CPUs that others may use before we warn.
BUSY = 0.3


def cpu_model():
    with open("/proc/cpuinfo") as info:
        for line in info:
            if line.startswith(("model name", "Model")):
                return line.split(":", 1)[1].strip()
    return platform.machine()


def describe():
    """What goes with the results; no names of hosts or folders."""
    return {
        "date": datetime.date.today().isoformat(),
        "cpu": cpu_model(),
        "cpus": os.cpu_count(),
        "kernel": platform.release().split("-")[0],
    }


def go_first():
    """
    Puts this process, and all that it starts, ahead of the machine's other work, if it may:
    then a busy machine does little harm. Every stack gets the same.
    """
    try:
        os.sched_setscheduler(0, os.SCHED_RR, os.sched_param(1))
    except PermissionError:
        return False
    return True


class Meter:
    """CPU seconds of the machine and of our own processes, since it was made."""

    def __init__(self):
        self.total, self.busy = self.machine()
        self.ours = self.own()

    @staticmethod
    def machine():
        with open("/proc/stat") as stat:
            user, nice, system, idle, iowait, irq, softirq, steal = map(int, stat.readline().split()[1:9])
        tick = os.sysconf("SC_CLK_TCK")
        busy = user + nice + system + irq + softirq + steal
        return (busy + idle + iowait) / tick, busy / tick

    @staticmethod
    def own():
        """Of processes that have ended: read it when those of a measurement have."""
        used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
        return sum(usage.ru_utime + usage.ru_stime for usage in used)

    def others(self):
        """CPUs that were busy with something else, on average."""
        total, busy = self.machine()
        took = (total - self.total) / os.cpu_count()
        return max(0.0, busy - self.busy - (self.own() - self.ours)) / took if took else 0.0
