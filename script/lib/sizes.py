# SPDX-License-Identifier: GPL-2.0-only
"""What the link and the firmware images take on a microcontroller, as Markdown.

Code and stack of link/ are of objects compiled here with -Os for each CPU and linked
as a device would (what nobody calls falls out). RAM and instructions a byte are what
bench.elf prints, run by QEMU on the lx106 with one instruction a tick. The images'
rows are of their linker's maps in build/firmware.
"""

import argparse
import collections
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile

TARGETS = {
    "lx106": ["xtensa-lx106-elf-gcc", "-mlongcalls", "-mtext-section-literals"],
    "Cortex-M0+": ["arm-none-eabi-gcc", "-mcpu=cortex-m0plus", "-mthumb"],
    "Cortex-M4": ["arm-none-eabi-gcc", "-mcpu=cortex-m4", "-mthumb"],
}
FLAGS = "-std=c11 -Os -g0 -ffreestanding -ffunction-sections -fdata-sections -fno-common".split()
FLAGS += ["-fcallgraph-info=su", "-DPTL_SMALL_COUNTERS", "-Ilink/include"]
STRING_H = """#include <stddef.h>
void *memcpy(void *restrict, const void *restrict, size_t);
void *memmove(void *, const void *, size_t);
void *memset(void *, int, size_t);
int memcmp(const void *, const void *, size_t);
"""
FIRMWARE = pathlib.Path("build/firmware")
RAM = (16 * 1024, 33 * 1024)  # of the link, without and with compression
CHIP_RAM = 80 * 1024
INSTRUCTIONS = 66  # a byte, either way
BEGIN, END = "<!-- made by script/sizes -->", "<!-- end of script/sizes -->"


def run(command, **options):
    return subprocess.run(command, check=True, capture_output=True, text=True, **options).stdout


def map_sizes(path):
    """{object file: {"code": n, "constants": n, "data": n, "bss": n}} of a linker's map."""
    sizes = collections.defaultdict(collections.Counter)
    text = path.read_text().split("Linker script and memory map")[1]
    # What stands beyond a chip's RAM is none of it.
    bss = r"\.(bss(?!\.beyond)|noinit)" if "\n.beyond" in text else r"\.(bss|noinit)"
    kinds = (("code", r"\.(text|literal|iram|vectors|start)"), ("constants", r"\.s?rodata"),
             ("data", r"\.data"), ("bss", bss))
    # A long name stands on a line of its own.
    for name, size, where in re.findall(
            r"^ (\.\S+)\s+0x[0-9a-f]+\s+0x([0-9a-f]+) (\S+)$", text, re.M):
        for kind, pattern in kinds:
            if re.match(pattern, name):
                sizes[where][kind] += int(size, 16)
                break
    return sizes


class Stack:
    """Worst stack of what stands in the call graphs that -fcallgraph-info writes."""

    def __init__(self, paths):
        self.own, self.calls, self.known = {}, collections.defaultdict(set), {}
        for path in paths:
            text = path.read_text()
            for name, bytes_ in re.findall(r'title: "([^"]+)" label: "[^"]*\\n(\d+) bytes', text):
                self.own[name] = int(bytes_)
            for a, b in re.findall(r'sourcename: "([^"]+)" targetname: "([^"]+)"', text):
                self.calls[a].add(b)

    def worst(self, name, above=()):
        if name in above:
            sys.exit(f"sizes: {name} calls itself: its stack has no bound")
        if name not in self.known:
            self.known[name] = self.own.get(name, 0) + max(
                (self.worst(called, above + (name,)) for called in self.calls[name]), default=0)
        return self.known[name]


def measure(target, folder):
    compiler = TARGETS[target]
    (folder / "string.h").write_text(STRING_H)
    objects = []
    for source in sorted(pathlib.Path("link").glob("*.c")):
        objects.append(folder / (source.stem + ".o"))
        run(compiler + FLAGS + [f"-I{folder}", "-c", str(source), "-o", str(objects[-1])])
    run(compiler + ["-nostdlib", "-Wl,--gc-sections", "-Wl,-e,ptl_framing_pigtail",
                    "-Wl,--unresolved-symbols=ignore-all", "-Wl,--no-warn-rwx-segments",
                    f"-Wl,-Map={folder}/map", "-o", str(folder / "elf")]
        + [str(o) for o in objects])
    groups = collections.Counter()
    for where, kinds in map_sizes(folder / "map").items():
        name = pathlib.Path(where).stem
        group = ("headers" if name.startswith("headers") else
                 "lz4" if name.startswith("lz4") else "core")
        groups[group] += kinds["code"] + kinds["constants"] + kinds["data"]
        groups["writable"] += kinds["data"] + kinds["bss"]
    stack = Stack(folder.glob("*.ci"))
    calls = ["ptl_link_init", "ptl_link_receive", "ptl_link_transmit", "ptl_link_send",
             "ptl_link_resume"]
    groups["stack"] = max(stack.worst(name) for name in calls)
    return groups


def code_table():
    rows = ["| link/, -Os, bytes | " + " | ".join(TARGETS) + " |", "|---|" + "---|" * len(TARGETS)]
    found = {}
    for target in TARGETS:
        with tempfile.TemporaryDirectory() as folder:
            found[target] = measure(target, pathlib.Path(folder))

    def row(title, value):
        rows.append(f"| {title} | " + " | ".join(str(value(found[t])) for t in TARGETS) + " |")

    row("code and constants, all", lambda f: f["core"] + f["headers"] + f["lz4"])
    row("of it header compression (`headers*.c`)", lambda f: f["headers"])
    row("of it payload compression (`lz4*.c`)", lambda f: f["lz4"])
    row("without either", lambda f: f["core"])
    row("variables outside of the caller's memory", lambda f: f["writable"])
    row("worst stack, callbacks and the C library's not included", lambda f: f["stack"])
    return rows


def bench_rows():
    out = run(["qemu-system-xtensa", "-M", "lx60-nommu", "-cpu", "lx106", "-m", "4", "-display",
               "none", "-monitor", "none", "-no-reboot", "-icount", "shift=5,sleep=off", "-serial",
               "stdio", "-kernel", str(FIRMWARE / "bench.elf")], stdin=subprocess.DEVNULL,
              timeout=300)
    return [json.loads(line) for line in out.splitlines()]


def bench_table():
    titles = {"plain": "no compression", "headers": "headers", "lz4": "headers and payload"}
    rows = ["| lx106 | RAM | data | transmit | receive | both ways |", "|---|---|---|---|---|---|"]
    found = collections.defaultdict(dict)
    parts = []
    for row in bench_rows():
        if "part" in row:
            parts.append(f"{row['part']} {row['instructions_100'] / 100:.1f}")
            continue
        found[row["config"], row["ram"], row["data"]][row["way"]] = row["instructions_100"] / 100
    for (config, ram, data), ways in found.items():
        rows.append(f"| {titles[config]} | {ram} | {data} | {ways['transmit']:.1f} | "
                    f"{ways['receive']:.1f} | {ways['both']:.1f} |")
    return rows + ["", f"Of it, by themselves: {', '.join(parts)}."]


def over_budget():
    """What the goals of docs/DESIGN.md do not allow, of what bench.elf prints."""
    for row in bench_rows():
        if "part" in row:
            continue
        ram = RAM[row["config"] != "plain"]
        name = f"{row['config']}, {row['way']}, {row['data']}"
        if row["ram"] > ram:
            yield f"{name}: {row['ram']} bytes of RAM, and {ram} are allowed"
        if row["data"] == "random" and row["instructions_100"] > INSTRUCTIONS * 100:
            yield f"{name}: {row['instructions_100'] / 100} instructions a byte"


def script_part(member):
    """Of what object of libscript.a, which has MicroPython and all it calls."""
    for part, files in (("port", "device/micropython/*.c"), ("lwip", "build/lwip/src/**/*.c"),
                        ("mbedtls", "build/mbedtls/library/*.c")):
        if any(path.stem == member for path in pathlib.Path().glob(files)):
            return part
    return "MicroPython"


def part_of(where):
    member = re.search(r"libscript\.a\((\w+)\.o\)", where)
    if member:
        return script_part(member.group(1))
    for part in ("mbedtls", "pigtail_device_bridge", "pigtail_bridge", "pigtail_link",
                 "pigtail_compat", "pigtail_control", "mdns", "wireless", "lwip", "pigtail_device",
                 "endpoint", "sim/air"):
        if part in where:
            return part.removeprefix("pigtail_")
    return "C library" if where.endswith(".o)") or "libc.a" in where or "libgcc" in where \
        else "board"


def symbol(path, name):
    return int(re.search(rf"^ +0x([0-9a-f]+) +(?:PROVIDE \()?{name}\b", path.read_text(), re.M).group(1), 16)


def script_table():
    """Where the RAM of script.elf is."""
    path = FIRMWARE / "script.map"
    if not path.exists():
        return []
    parts = collections.Counter()
    for where, kinds in map_sizes(path).items():
        part = ("heap" if "script_image" in where else
                "radio and network.WLAN" if re.search(r"(local|shared|scripted)_air|/air|\(wlan", where) else part_of(where))
        parts[part] += kinds["data"] + kinds["bss"]
    heap = parts.pop("heap")
    parts["link"] = symbol(path, "memory_end") - symbol(path, "memory_start")
    parts["stack"] = symbol(path, "stack_end") - symbol(path, "stack_start")
    rows = ["| RAM of `script.elf` | bytes |", "|---|---|"]
    rows += [f"| {part} | {n} |" for part, n in parts.most_common() if n > 0]
    return rows + [f"| all of it, where an ESP8266 has {CHIP_RAM} | {sum(parts.values())} |",
                   f"| heap of scripts, of our choice | {heap} |"]


def image_table():
    rows = ["| image, bytes | part | code | constants | data | .bss |", "|---|---|---|---|---|---|"]
    for path in sorted(FIRMWARE.glob("*.map")):
        if path.stem in ("bench",) or not path.with_suffix(".elf").exists():
            continue
        parts = collections.defaultdict(collections.Counter)
        for where, kinds in map_sizes(path).items():
            parts[part_of(where)].update(kinds)
        parts["all"] = sum(parts.values(), collections.Counter())
        for part, kinds in parts.items():
            rows.append(f"| `{path.stem}.elf` | {part} | " + " | ".join(
                str(kinds[kind]) for kind in ("code", "constants", "data", "bss")) + " |")
    return rows if len(rows) > 2 else []


def main():
    parser = argparse.ArgumentParser(
        prog="script/sizes", description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--write", action="store_true",
                        help="put the tables into docs/DESIGN.md, in the place of the last ones")
    parser.add_argument("--check", action="store_true",
                        help="only whether RAM and instructions are within their budgets")
    arguments = parser.parse_args()
    if arguments.check:
        over = list(over_budget())
        print("\n".join(over or ["RAM and instructions are within their budgets"]))
        sys.exit(1 if over else 0)
    tables = [code_table(), bench_table(), image_table(), script_table()]
    text = "\n\n".join("\n".join(table) for table in tables if table)
    print(text)
    if arguments.write:
        page = pathlib.Path("docs/DESIGN.md")
        before, rest = page.read_text().split(BEGIN)
        after = rest.split(END)[1]
        page.write_text(f"{before}{BEGIN}\n\n{text}\n\n{END}{after}")


if __name__ == "__main__":
    os.chdir(pathlib.Path(__file__).resolve().parent.parent.parent)
    try:
        main()
    except subprocess.CalledProcessError as error:
        sys.exit(f"sizes: {' '.join(map(str, error.cmd[:3]))} ...: {error.stderr}")
