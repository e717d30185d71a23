#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""
No circles among files: none among those that include each other, and none among those that
use each other's functions and objects; the same for folders. And each part includes only of
the parts that it may know (docs/DESIGN.md).

usage: circles.py OBJECTS...      (folders with object files of a build, run at the project's top)

Who uses whom is what nm says of the objects; a call through a table or a pointer that was
handed over is no use. The path of an object tells its source: CMake's is
FOLDER/CMakeFiles/TARGET.dir/FILE.c.o, Kbuild's is that of the source itself.
"""
import os
import re
import subprocess
import sys

# Each part, and those that it may know.
KNOWS = {
    "link": "",
    "compat": "link",
    "control": "link",
    "bridge": "link control",
    "sim": "link control bridge",
    "device": "link compat control bridge sim",  # sim: the emulated board's radio
    "zephyr": "link compat control bridge device",
    "kernel": "link compat control",
    "host": "link compat control bridge sim device",
}
FOLDERS = tuple(KNOWS)
SHORT = ("host", "kernel", "link", "device")  # no file over LINES_MOST there
LINES_MOST = 600

# ---- graphs: a dict of sets ----


def components(graph):
    """The sets of nodes that reach each other (Tarjan), if of two or more."""
    index, low, stack, found = {}, {}, [], []

    def visit(node):
        index[node] = low[node] = len(index)
        stack.append(node)
        for to in graph.get(node, ()):
            if to not in index:
                visit(to)
            if to in stack:
                low[node] = min(low[node], low[to])
        if low[node] == index[node]:
            at = stack.index(node)
            if len(stack) - at > 1:
                found.append(set(stack[at:]))
            del stack[at:]

    for node in sorted(graph):
        if node not in index:
            visit(node)
    return found


def shortest_circle(graph, nodes):
    """Through the first node of a component, by its name."""
    start = min(nodes)
    paths, at = [[start]], 0
    while True:
        for to in sorted(graph[paths[at][-1]] & nodes):
            if to == start:
                return paths[at] + [start]
            if to not in paths[at]:
                paths.append(paths[at] + [to])
        at += 1


# ---- what uses what ----


def includes():
    """Files by the files that they include, of this project."""
    graph = {}
    for folder in FOLDERS:
        for at, _, names in os.walk(folder):
            for name in names:
                if name.endswith((".c", ".h")):
                    path = os.path.normpath(os.path.join(at, name))
                    graph[path] = set(filter(None, (find(word, at) for word in words_included(path))))
    return graph


def words_included(path):
    with open(path, encoding="utf-8") as file:
        return re.findall(r'^\s*#\s*include\s+[<"]([^">]+)[">]', file.read(), re.M)


def find(word, at):
    for folder in (at, ".", "link/include", "compat/include", "control/include", "bridge/include", "device/include", "device/lwip/include"):
        path = os.path.normpath(os.path.join(folder, word))
        if os.path.exists(path):
            return path
    return None


def objects(folder):
    """(source, object) pairs."""
    for at, _, names in os.walk(folder):
        for name in names:
            path = os.path.relpath(os.path.join(at, name), folder)
            cmake = re.fullmatch(r"(.*?)/?CMakeFiles/[^/]+\.dir/(.*)\.o", path)
            source = os.path.normpath("/".join(cmake.groups())) if cmake else path[:-2] + ".c"
            if name.endswith(".o") and source.startswith(FOLDERS) and os.path.exists(source):
                yield source, os.path.join(at, name)


def uses(folder):
    """Sources by the sources whose symbols they use, and for each such pair the symbols."""
    wants, homes = {}, {}
    sources = {path: source for source, path in objects(folder)}
    if not sources:
        return {}, {}
    said = subprocess.run(["nm", "-g", "-A", *sources], capture_output=True, text=True, check=True).stdout
    for path, kind, symbol in re.findall(r"^(.*?):.*([A-Za-z]) (\S+)$", said, re.M):
        if kind == "U":
            wants.setdefault(sources[path], set()).add(symbol)
        else:
            homes[symbol] = sources[path]
    graph, symbols = {}, {}
    for source, wanted in wants.items():
        for symbol in wanted:
            home = homes.get(symbol, source)
            if home != source:
                graph.setdefault(source, set()).add(home)
                symbols.setdefault((source, home), set()).add(symbol)
    return graph, symbols


def of_folders(graph):
    folders = {}
    for source, homes in graph.items():
        for home in homes:
            pair = os.path.dirname(source), os.path.dirname(home)
            if pair[0] != pair[1]:
                folders.setdefault(pair[0], set()).add(pair[1])
                folders.setdefault(pair[1], set())
    return folders


# ---- said ----


def report(what, graph, why=lambda a, b: ""):
    """Returns how many rings are new."""
    new = 0
    for nodes in components(graph):
        circle = shortest_circle({n: set(graph.get(n, ())) for n in nodes}, nodes)
        print(f"{what}, {len(nodes)} in a ring: {' '.join(sorted(nodes))}")
        for a, b in zip(circle, circle[1:]):
            print(f"    {a} -> {b} {why(a, b)}")
        new += 1
    return new


def too_long():
    """Returns how many files are."""
    new = 0
    for folder in SHORT:
        for at, _, names in os.walk(folder):
            for path in (os.path.join(at, name) for name in names if name.endswith(".c")):
                with open(path, encoding="utf-8") as file:
                    lines = sum(1 for _ in file)
                if lines > LINES_MOST:
                    print(f"{path}: {lines} lines, over {LINES_MOST}")
                    new += 1
    return new


def strangers(graph):
    """Returns how many files include one of a part that theirs must not know."""
    bad = 0
    for path, included in sorted(graph.items()):
        part = path.split("/")[0]
        for other in sorted(included):
            known = [part, *KNOWS[part].split()]
            if other.split("/")[0] not in known:
                print(f"{path} includes {other}, but {part}/ knows only {', '.join(known)}")
                bad += 1
    return bad


def main():
    included = includes()
    bad = report("#include", included) + strangers(included) + too_long()
    for folder in sys.argv[1:]:
        graph, symbols = uses(folder)
        if not graph:
            print(f"{folder}: no objects")
            bad += 1
        bad += report("files", graph, lambda a, b: f"({', '.join(sorted(symbols[a, b])[:3])})")
        bad += report("folders", of_folders(graph))
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
