# SPDX-License-Identifier: GPL-2.0-only
"""
Many links in one process: what `pigtail up --config` costs for 1, 16, 64 and 256 links
whose lines are full both ways. Runs in the world of world.sh, by script/bench --scale.
The other ends and the traffic are one process of bench/radios.c, which has a picture.

CPU is that of the `pigtail up` process alone, user and system, in percent of one core.
What the kernel puts off for a pty, to threads of its own, is not in it; --ports unix has
sockets in their place, where nothing is put off. "Waited" is the time that it was ready
but others had the CPUs: then lines are not full, and the row says more of the machine
than of the program. Memory is what is resident: of the process in all, and its own, by
the number of links.
"""
import argparse
import json
import os
import subprocess
import sys
import time

import lab
from lab import PIGTAIL, Trouble

RADIOS = os.environ.get("RADIOS", os.path.join(os.path.dirname(PIGTAIL), "radios"))
TICKS = os.sysconf("SC_CLK_TCK")
# (case, unit, head of its column, digits)
COLUMNS = [
    ("to_radio", "% of line", "to the radios, %", 1),
    ("to_host", "% of line", "to the host, %", 1),
    ("least", "% of line", "the slowest link, %", 1),
    ("cpu", "% of a core", "CPU, % of a core", 1),
    ("cpu_link", "% of a core", "a link, %", 2),
    ("user", "% of cpu", "in user space, %", 0),
    ("waited", "% of time", "waited for a CPU, %", 1),
    ("memory", "MB", "memory, MB", 1),
    ("memory_link", "KB", "a link, KB", 0),
]


def hardware_first():
    """The radios stand for hardware, which would not wait for a CPU."""
    try:
        os.setpriority(os.PRIO_PROCESS, 0, -10)
    except OSError:
        pass


def address(i, host):
    return f"10.{7 + i // 256}.{i % 256}.{host}"


def write_config(path, count, baud, folder, ports):
    kind = "unix:" if ports == "unix" else ""
    with open(path, "w") as file:
        for i in range(count):
            file.write(
                f"[link{i}]\nport = {kind}{folder}/p{i},baud={baud}\nnet = tap:pt{i}\n"
                f"ip = {address(i, 1)}/24\n"
            )


def cpu_seconds(pid):
    """Of a process: user and system time, and that it was ready but had no CPU."""
    with open(f"/proc/{pid}/stat") as stat:
        fields = stat.read().rpartition(")")[2].split()
    with open(f"/proc/{pid}/schedstat") as stat:
        waited = int(stat.read().split()[1]) / 1e9
    return int(fields[11]) / TICKS, int(fields[12]) / TICKS, waited


def memory_kb(pid):
    """Resident: all, and what is the process's own."""
    with open(f"/proc/{pid}/status") as status:
        values = dict(line.split(":", 1) for line in status if ":" in line)
    return tuple(int(values[key].split()[0]) for key in ("VmRSS", "RssAnon"))


def read_line(process, what):
    line = process.stdout.readline()
    if not line:
        raise Trouble(f"{what}: the radios ended")
    return line.strip()


def all_up(the_lab, count):
    answer = the_lab.attempt([PIGTAIL, "status", "--json"], timeout=60)
    links = json.loads(answer.stdout)["links"] if answer.returncode == 0 else []
    return sum(link["state"] == "up" for link in links) == count


def measure(the_lab, count, baud, seconds, ports):
    folder = the_lab.path(f"radios{count}")
    config = the_lab.path(f"{count}.ini")
    os.mkdir(folder)
    write_config(config, count, baud, folder, ports)
    radios = subprocess.Popen(
        [RADIOS, str(count), str(baud), str(seconds), folder, ports],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        preexec_fn=hardware_first,
    )
    the_lab.processes.append(radios)
    up = None
    try:
        read_line(radios, "start")
        up = the_lab.start([PIGTAIL, "up", "--config", config], f"up{count}")
        the_lab.wait_for(lambda: all_up(the_lab, count), f"{count} links", 60, up)
        radios.stdin.write("go\n")
        radios.stdin.flush()
        read_line(radios, "traffic")
        before, began = cpu_seconds(up.pid), time.monotonic()
        result = json.loads(read_line(radios, "result"))
        after, took = cpu_seconds(up.pid), time.monotonic() - began
        resident, own = memory_kb(up.pid)
    finally:
        the_lab.stop(up, radios)
    if result["wrong"]:
        raise Trouble(f"{count} links: {result['wrong']} packets came out wrong")
    user, system, waited = (1 / took * (b - a) for a, b in zip(before, after))
    line = baud / 10 * result["seconds"]
    least = min(result[way]["least"] for way in ("to_radio", "to_host"))
    return {
        "to_radio": 100 * result["to_radio"]["bytes"] / line / count,
        "to_host": 100 * result["to_host"]["bytes"] / line / count,
        "least": 100 * least / line,
        "cpu": 100 * (user + system),
        "cpu_link": 100 * (user + system) / count,
        "user": 100 * user / (user + system) if user + system else 0,
        "waited": 100 * waited,
        "memory": resident / 1024,
        "memory_link": own / count,
        "missed": result["missed"],
    }


def markdown(results, baud, ports):
    lines = [f"**Links in one process, {baud} baud, ports {ports}, every line full both ways**", ""]
    lines.append("| links | " + " | ".join(head for _, _, head, _ in COLUMNS) + " |")
    lines.append("|---:" * (len(COLUMNS) + 1) + "|")
    for count, found in results:
        cells = [f"{found[case]:.{digits}f}" for case, _, _, digits in COLUMNS]
        lines.append(f"| {count} | " + " | ".join(cells) + " |")
    return "\n".join(lines)


def main():
    parser = argparse.ArgumentParser(
        prog="script/bench --scale",
        description="What one pigtail process costs with many links. Progress goes to "
        "standard error, a Markdown table to standard output.",
    )
    parser.add_argument("--links", default="1,16,64,256", help="how many, with commas (%(default)s)")
    parser.add_argument("--baud", type=int, default=115200, help="of each line (%(default)s)")
    parser.add_argument("--seconds", type=float, default=15, help="of each measurement (%(default)s)")
    parser.add_argument("--ports", choices=("pty", "unix"), default="pty", help="what the lines are (%(default)s)")
    parser.add_argument("--json", metavar="FILE", help="write each value to FILE, as a line of JSON")
    options = parser.parse_args()
    words = lab.Terminal(out=sys.stderr)
    the_lab = lab.Lab()
    output = open(options.json, "w") if options.json else None
    results = []
    try:
        for count in (int(number) for number in options.links.split(",")):
            words.progress(f"{count} links")
            found = measure(the_lab, count, options.baud, options.seconds, options.ports)
            results.append((count, found))
            words.line(f"{count} links: " + ", ".join(f"{k} {v:.2f}" for k, v in found.items()))
            for case, unit, _, _ in COLUMNS if output else ():
                line = dict(stack="pigtail", baud=options.baud, ber=0, case=f"scale_{options.ports}_{count}_{case}",
                            value=round(found[case], 3), unit=unit)
                print(json.dumps(line), file=output, flush=True)
    except Trouble as trouble:
        sys.exit(f"script/bench: {trouble}")
    except KeyboardInterrupt:
        words.line()
        sys.exit(130)
    finally:
        the_lab.close()
    print(markdown(results, options.baud, options.ports))


if __name__ == "__main__":
    main()
