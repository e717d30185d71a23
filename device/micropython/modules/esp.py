# SPDX-License-Identifier: GPL-2.0-only OR MIT
# What scripts for the ESP8266 begin with.
import gc


def osdebug(*level):
    """Nothing below the interpreter prints."""


def freemem():
    return gc.mem_free()
