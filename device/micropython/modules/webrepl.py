# SPDX-License-Identifier: GPL-2.0-only OR MIT
# WebREPL: the REPL and files in a browser, as on MicroPython's own ports; over TLS if there is a
# certificate. What is set stands in webrepl_cfg.py, which webrepl_setup makes:
#
#   HASH = "..."           of the password (or PASS = "...", the password itself)
#   CERT = "cert.pem"      files for wss; without them it is ws
#   KEY = "key.pem"
import os
import socket
import sys

import _webrepl

_WAITING = 5  # a browser makes six connections at once
_LINE = "import webrepl; webrepl.start()\n"

_listener = None
_context = None
_waits = None  # of those who connected, the one that found no memory


def _accept(listener, others):
    """False: whoever it is waits until one of the others has gone."""
    global _waits
    stream, _waits = _waits, None
    try:
        if not stream:
            stream = listener.accept()[0]
            stream.setblocking(False)
        plain = stream
        if _context:
            stream = _context.wrap_socket(plain, server_side=True, do_handshake_on_connect=False)
        _webrepl.add(stream, bool(_context))
    except MemoryError:
        if others and stream and stream is plain:
            _waits = stream
            return False
        if stream:
            stream.close()
    except (OSError, ValueError):
        if stream:
            stream.close()


def _config():
    try:
        import webrepl_cfg
        return webrepl_cfg
    except ImportError:
        return None


def _set_password(password, config):
    if password is not None:
        _webrepl.password(_webrepl.hash(password))
    elif hasattr(config, "HASH"):
        _webrepl.password(config.HASH)
    elif hasattr(config, "PASS"):
        _webrepl.password(_webrepl.hash(config.PASS))
    else:
        return False
    return True


def _make_context(cert, key):
    import ssl
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(cert, key)
    return context


def set_password(password):
    """Keeps what can check it, never the password; from the next start() on."""
    with open("/webrepl_cfg.py.new", "w") as file:
        file.write("HASH = %r\n" % _webrepl.hash(password))
    os.rename("/webrepl_cfg.py.new", "/webrepl_cfg.py")
    sys.modules.pop("webrepl_cfg", None)


def start_with_board():
    """From the next start of the board on."""
    with open("/boot.py", "a+") as file:
        file.seek(0)
        if _LINE not in file.read():
            file.write(_LINE)


def stop():
    """Nobody is there afterwards, and nobody can come."""
    global _listener, _context, _waits
    _webrepl.stop()
    for one in _listener, _waits:
        if one:
            one.close()
    _listener = _context = _waits = None


def start(port=8266, password=None, cert=None, key=None):
    """Waits for clients, whatever else runs. With a certificate and its key: wss."""
    global _listener, _context
    stop()
    config = _config()
    if not _set_password(password, config):
        print("WebREPL is not configured, run 'import webrepl_setup'")
        return
    cert = cert or getattr(config, "CERT", None)
    if cert:
        _context = _make_context(cert, key or getattr(config, "KEY", None))
    _listener = socket.socket()
    _listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    _listener.bind(("", port))
    _listener.listen(_WAITING)
    _webrepl.listen(_listener, _accept, bool(cert))
    print("WebREPL on port %d, %s" % (port, "wss" if cert else "ws: readable on the way"))
