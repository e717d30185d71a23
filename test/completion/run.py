#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""
What the shells complete, with dist/completion: in bash and zsh by keys at a terminal, as a
person types, in fish by its own `complete -C`. A shell that is not installed is skipped.

    run.py PIGTAIL
"""
import os
import pty
import re
import select
import shutil
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
SCRIPTS = os.path.join(HERE, "..", "..", "dist", "completion")
PATIENCE = 30  # s, for a busy machine

# What is typed, then a tab; what the line is to have then.
CASES = [
    ("pigtail stati", "pigtail stations "),
    ("pigtail ap sto", "pigtail ap stop "),
    ("pigtail up --frami", "pigtail up --framing "),
    ("pigtail up --framing sl", "pigtail up --framing slip "),
    ("pigtail up --framing=sl", "pigtail up --framing=slip "),
    ("pigtail up pty:x bri", "pigtail up pty:x bridge:"),
    ("pigtail up tcp-l", "pigtail up tcp-listen:"),
    ("pigtail air a-file --listen un", "pigtail air a-file --listen unix:"),
    ("pigtail --vers", "pigtail --vers"),
    ("pigtail update a-fi", "pigtail update a-file "),
    ("pigtail get coun", "pigtail get country "),
    ("pigtail get stor", "pigtail get store."),
    ("pigtail set power", "pigtail set power-save "),
    ("pigtail up --capture a-fi", "pigtail up --capture a-file "),
]


class Terminal:
    """A shell at a terminal of its own."""

    def __init__(self, argv, environment, folder):
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            os.chdir(folder)
            os.execvpe(argv[0], argv, environment)
        self.seen = ""

    def type(self, text):
        os.write(self.fd, text.encode())

    def wait_for(self, pattern):
        deadline = time.monotonic() + PATIENCE
        while not re.search(pattern, self.seen):
            ready, _, _ = select.select([self.fd], [], [], deadline - time.monotonic())
            if not ready:
                raise AssertionError(f"no {pattern!r} in {self.seen!r}")
            self.seen += os.read(self.fd, 4096).decode(errors="replace")
        self.seen = ""

    def close(self):
        os.close(self.fd)
        os.waitpid(self.pid, 0)


def at_terminal(argv, setup, environment, folder):
    """What each case's line is after a tab: it is echoed by a command of our own."""
    terminal = Terminal(argv, environment, folder)
    for line in setup:
        terminal.type(line + "\n")
    terminal.type("echo re''ady\n")
    terminal.wait_for("ready\r?\n")
    for typed, wanted in CASES:
        # The line becomes a word to echo: between brackets what it had.
        terminal.type(typed + "\t")
        terminal.type("]\x01say [\n")
        terminal.wait_for(r"said: \[ ?" + re.escape(wanted) + r"\]")
    terminal.type("exit\n")
    terminal.close()


def bash(environment, folder):
    at_terminal(["bash", "--norc", "-i"],
                ["bind 'set bell-style none'", "bind 'set enable-bracketed-paste off'",
                 "say() { local line; line=$(HISTTIMEFORMAT='' history 1); "
                 "line=${line#*say }; echo \"said: $line\"; }",
                 f"source {SCRIPTS}/pigtail.bash"], environment, folder)


def zsh(environment, folder):
    at_terminal(["zsh", "-f", "-i"],
                ["unsetopt zle_bracketed_paste prompt_cr prompt_sp; unset zle_bracketed_paste",
                 "setopt no_nomatch no_glob interactive_comments; bindkey -e",
                 "say() { print -r -- \"said: ${history[$HISTCMD]#*say }\" }",
                 f"fpath=({SCRIPTS} $fpath)", "autoload -Uz compinit; compinit -u -D"],
                environment, folder)


def fish(environment, folder):
    for typed, wanted in CASES:
        answer = subprocess.run(
            ["fish", "--no-config", "-c",
             f"source {SCRIPTS}/pigtail.fish; complete -C {typed!r}"],
            env=environment, cwd=folder, capture_output=True, text=True, check=True)
        words = [line.split("\t")[0] for line in answer.stdout.splitlines()]
        last = wanted.rstrip().split(" ")[-1]
        if wanted == typed:
            assert words == [], f"{typed}: {words}"
        else:
            assert words == [last], f"{typed}: {words}, not {last}"


def main():
    pigtail = os.path.abspath(sys.argv[1])
    failed = False
    with tempfile.TemporaryDirectory() as folder:
        open(os.path.join(folder, "a-file"), "w", encoding="ascii").close()
        os.symlink(pigtail, os.path.join(folder, "pigtail"))
        environment = dict(os.environ, PATH=folder + ":" + os.environ["PATH"], HOME=folder,
                           TERM="dumb", LC_ALL="C.UTF-8", XDG_RUNTIME_DIR=folder,
                           ASAN_OPTIONS="detect_leaks=0")
        for shell in (bash, zsh, fish):
            name = shell.__name__
            if not shutil.which(name):
                print(f"[  SKIPPED ] {name}")
                continue
            try:
                shell(environment, folder)
                print(f"[       OK ] {name}")
            except (AssertionError, subprocess.CalledProcessError, OSError) as error:
                failed = True
                print(f"[  FAILED  ] {name}\n{error}")
    sys.exit(failed)


if __name__ == "__main__":
    main()
