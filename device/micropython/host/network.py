# SPDX-License-Identifier: GPL-2.0-only OR MIT
"""
network.WLAN of MicroPython where the radio is not the interpreter's own: a running link of
pigtail has it, and is asked by its control socket (docs/control-socket.md). The same file for
MicroPython's unix port, for its WebAssembly build (with link.mjs), and for CPython.

    import network
    network.link("wlan0")               # if several run; else the one that there is
    w = network.WLAN(network.STA_IF)
    w.active(True)
    w.connect("home", "password")

Scans, codes of status() and names are those of a port whose radio is its own. Addresses are
the matter of the computer: ifconfig() is not here.
"""
import json
import struct
import sys
import time

STA_IF, AP_IF = 0, 1
STAT_IDLE, STAT_CONNECTING, STAT_WRONG_PASSWORD = 0, 1, 2
STAT_NO_AP_FOUND, STAT_CONNECT_FAIL, STAT_GOT_IP = 3, 4, 5

_FAILURES = {"wrong-key": STAT_WRONG_PASSWORD, "key-needed": STAT_WRONG_PASSWORD,
             "no-network": STAT_NO_AP_FOUND}
_PATIENCE_MS = 30000
_EAGAIN = 11


# ---- the socket ----


def _now_ms():
    return time.ticks_ms() if hasattr(time, "ticks_ms") else int(time.time() * 1000)


def _folders():
    import os
    runtime = os.getenv("XDG_RUNTIME_DIR")
    if runtime:
        yield runtime + "/pigtail"
    yield "/run/pigtail"
    if hasattr(os, "getuid"):
        yield "/run/user/%d/pigtail" % os.getuid()
        yield "/tmp/pigtail-%d" % os.getuid()


def _find(name):
    import os
    found = []
    for folder in _folders():
        try:
            names = os.listdir(folder)
        except OSError:
            continue
        found += [folder + "/" + one for one in names
                  if one.endswith(".sock") and name in (None, one[:-5])]
    if not found:
        raise OSError("no link%s runs here" % (" " + name if name else ""))
    if not name and len(found) > 1:
        raise OSError("several links run here: network.link(NAME) says which")
    return found[0]


class _UnixSocket:
    """A line to a link, by its path: of MicroPython's unix port, and of CPython."""

    def __init__(self, path):
        import socket
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        if sys.implementation.name == "micropython":
            # It wants struct sockaddr_un as it is.
            self._socket.connect(struct.pack("H", socket.AF_UNIX) + path.encode() + b"\0")
        else:
            self._socket.connect(path)
        self._socket.setblocking(False)
        self._got = b""

    def send(self, line):
        self._socket.setblocking(True)
        self._socket.send(line.encode() + b"\n")
        self._socket.setblocking(False)

    def receive(self):
        """A line that is there; or None."""
        while b"\n" not in self._got:
            try:
                got = self._socket.recv(4096)
            except OSError as error:
                if error.args[0] == _EAGAIN:
                    return None
                raise
            if got is None:
                return None
            if not got:
                raise OSError("the link has gone")
            self._got += got
        line, self._got = self._got.split(b"\n", 1)
        return line.decode()

    def close(self):
        self._socket.close()


def _open(name):
    try:
        import pigtail_link  # of link.mjs: there are no sockets in a WebAssembly
    except ImportError:
        return _UnixSocket(name if name and "/" in name else _find(name))
    return pigtail_link.open(name)


class _Link:
    """Requests, and the answers to them as they come."""

    def __init__(self, name):
        self._line = _open(name)
        self._last = 0
        self._answers = {}

    def ask(self, request, **arguments):
        self._last += 1
        self._line.send(json.dumps({"id": self._last, "request": request, "arguments": arguments}))
        return self._last

    def answer(self, number):
        """It is forgotten then; None: it is not there yet."""
        while True:
            line = self._line.receive()
            if not line:
                return self._answers.pop(number, None)
            said = json.loads(line)
            if "id" in said and "event" not in said:
                self._answers[said["id"]] = said

    def forget(self, number):
        self._answers.pop(number, None)

    def do(self, request, **arguments):
        number = self.ask(request, **arguments)
        until = _now_ms() + _PATIENCE_MS
        while True:
            said = self.answer(number)
            if said:
                break
            if _now_ms() > until:
                raise OSError(110)
            time.sleep(0.005)
        if "error" in said:
            raise OSError(said["error"]["reason"])
        return said["result"]


_name = None
_one = None


def link(name):
    """Which link has the radio: its name, or the path of its socket."""
    global _name, _one
    _name, _one = name, None


def _the_link():
    global _one
    if _one is None:
        _one = _Link(_name)
    return _one


# ---- WLAN ----


def _text(value):
    return value if isinstance(value, str) else bytes(value).decode()


def _network(ssid):
    """Arguments that name it, whatever its bytes are."""
    raw = ssid.encode() if isinstance(ssid, str) else bytes(ssid)
    if not 0 < len(raw) <= 32:
        raise ValueError("a name has 1 to 32 bytes")
    return {"ssid_hex": "".join("%02x" % byte for byte in raw)}


def _key(key):
    if key is None or len(key) == 0:
        return {}
    if not 8 <= len(key) <= 63:
        raise ValueError("a key has 8 to 63 characters")
    return {"passphrase": _text(key)}


def _unhex(text):
    text = text.replace(":", "")
    return bytes([int(text[i:i + 2], 16) for i in range(0, len(text), 2)])


def _security(akms):
    if any(akm.startswith("WPA2") for akm in akms):
        return WLAN.SEC_WPA2
    return WLAN.SEC_WPA3 if "WPA3-SAE" in akms else WLAN.SEC_OPEN


def _tuple(found):
    name = _unhex(found["ssid_hex"]) if "ssid_hex" in found else found.get("ssid", "").encode()
    return (name, _unhex(found["bssid"]), found["channel"], found["signal"],
            _security(found["security"]), bool(found.get("hidden")))


class WLAN:
    IF_STA, IF_AP = STA_IF, AP_IF
    SEC_OPEN, SEC_WPA2, SEC_WPA_WPA2, SEC_WPA3 = 0, 3, 4, 6

    def __init__(self, interface=STA_IF):
        if interface not in (STA_IF, AP_IF):
            raise ValueError("there are STA_IF and AP_IF")
        self._ap = interface == AP_IF
        self._active = False
        self._joining = None
        self._failed = STAT_IDLE
        self._ssid = ""
        self._config = {"channel": 6}

    def active(self, on=None):
        if on is None:
            return self._active
        if self._active and not on:
            self._stop()
        self._active = bool(on)
        self._failed = STAT_IDLE
        if self._ap and on and "ssid_hex" in self._config:
            self._start()
        return self._active

    def _want(self):
        if not self._active:
            raise OSError("AP is not active" if self._ap else "STA is not active")

    # ---- the station ----

    def scan(self):
        self._want()
        return [_tuple(found) for found in _the_link().do("wifi.scan")["networks"]]

    def connect(self, ssid=None, key=None, *, bssid=None):
        self._want()
        if ssid is None:
            raise ValueError("which network? connect(ssid, key)")
        arguments = _network(ssid)
        arguments.update(_key(key))
        if bssid is not None:
            arguments["bssid"] = ":".join("%02x" % byte for byte in bssid)
        if self._joining:
            _the_link().forget(self._joining)
        self._failed = STAT_IDLE
        self._ssid = _text(ssid)
        self._joining = _the_link().ask("wifi.join", **arguments)

    def disconnect(self):
        self._want()
        self._stop()

    def _stop(self):
        if self._ap:
            if self._beacons():
                _the_link().do("wifi.ap_stop")
            return
        if self._joining or self.isconnected():
            try:
                _the_link().do("wifi.leave")
            except OSError:
                pass  # it has left already
        self._joining = None
        self._failed = STAT_IDLE

    def _hear(self):
        if not self._joining:
            return
        said = _the_link().answer(self._joining)
        if said is None:
            return
        self._joining = None
        if "error" in said:
            self._failed = _FAILURES.get(said["error"].get("failure"), STAT_CONNECT_FAIL)

    def _radio(self):
        radio = _the_link().do("status").get("radio")
        if not radio:
            raise OSError("the radio does not answer")
        return radio

    def _beacons(self):
        return self._radio()["ap"]["running"]

    def isconnected(self):
        if self._ap:
            return self._beacons() and len(_the_link().do("wifi.stations")["stations"]) > 0
        self._hear()
        return not self._joining and self._radio()["station"]["state"] == "joined"

    def status(self, what=None):
        if what == "rssi":
            return self._radio()["station"]["signal"]
        if what == "stations":
            return [(_unhex(one["mac"]),) for one in _the_link().do("wifi.stations")["stations"]]
        if what is not None:
            raise ValueError("unknown status param")
        if self._ap:
            return STAT_GOT_IP if self._beacons() else STAT_IDLE
        if self.isconnected():
            return STAT_GOT_IP
        return STAT_CONNECTING if self._joining else self._failed

    # ---- the access point ----

    def _start(self):
        if self._beacons():
            _the_link().do("wifi.ap_stop")
        _the_link().do("wifi.ap_start", **self._config)

    def config(self, *names, **values):
        if len(names) + len(values) == 0 or len(names) > 1 or (names and values):
            raise TypeError("one name, or names with their values")
        if names:
            return self._get(names[0])
        if not self._ap:
            raise ValueError("nothing of the station can be set")
        for name, value in values.items():
            self._set(name, value)
        if values.get("security", values.get("authmode")) == 0:
            self._config.pop("passphrase", None)
        if self._active and "ssid_hex" in self._config:
            self._start()
        return None

    def _set(self, name, value):
        if name in ("ssid", "essid"):
            self._config.update(_network(value))
            self._ssid = _text(value)
        elif name in ("key", "password"):
            self._config.update(_key(value))
        elif name == "channel":
            self._config["channel"] = value
        elif name == "hidden":
            self._config["hidden"] = bool(value)
        elif name == "max_clients":
            self._config["stations"] = value
        elif name not in ("security", "authmode"):
            raise ValueError("unknown config param")

    def _get(self, name):
        radio = self._radio()
        if name in ("ssid", "essid"):
            return self._ssid
        if name == "channel":
            return self._config["channel"] if self._ap else radio["station"].get("channel", 0)
        if name == "mac":
            return _unhex(radio["ap_mac" if self._ap else "mac"])
        raise ValueError("unknown config param")
