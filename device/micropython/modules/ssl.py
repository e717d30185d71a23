# SPDX-License-Identifier: GPL-2.0-only OR MIT
# TLS with the names of CPython's module, on MicroPython's tls. A client verifies its server,
# unless it is told not to: by what load_verify_locations() is given, or else by the
# certificates in the file /ca.pem.
import socket
import time

import tls
from tls import (
    CERT_NONE,
    CERT_OPTIONAL,
    CERT_REQUIRED,
    MBEDTLS_VERSION,
    PROTOCOL_DTLS_CLIENT,
    PROTOCOL_DTLS_SERVER,
    PROTOCOL_TLS_CLIENT,
    PROTOCOL_TLS_SERVER,
)

_SET = 757382400  # 2024: a clock before that was never set


def _content(what):
    """Of a file by its name; else it is the content itself."""
    if not isinstance(what, str) or "-----BEGIN" in what:
        return what
    with open(what, "rb") as file:
        return file.read()


def _drop(sock):
    """Closes it, but so that the other end hears of the alert: what is unread would undo that."""
    if not isinstance(sock, socket.socket):
        return
    try:
        sock.setblocking(False)
        while sock.read(512):
            pass
    except OSError:
        pass
    sock.close()


class SSLContext:
    def __init__(self, protocol):
        self._context = tls.SSLContext(protocol)

    @property
    def verify_mode(self):
        return self._context.verify_mode

    @verify_mode.setter
    def verify_mode(self, mode):
        self._context.verify_mode = mode

    @property
    def verify_callback(self):
        return self._context.verify_callback

    @verify_callback.setter
    def verify_callback(self, callback):
        self._context.verify_callback = callback

    def get_ciphers(self):
        return self._context.get_ciphers()

    def set_ciphers(self, names):
        self._context.set_ciphers(names)

    def load_cert_chain(self, certfile, keyfile=None):
        cert = _content(certfile)
        self._context.load_cert_chain(cert, cert if keyfile is None else _content(keyfile))

    def load_verify_locations(self, cafile=None, cadata=None):
        self._context.load_verify_locations(_content(cafile if cadata is None else cadata))

    def wrap_socket(self, sock, server_side=False, do_handshake_on_connect=True,
                    server_hostname=None):
        if not server_side and self.verify_mode != CERT_NONE and time.time() < _SET:
            raise OSError("the time is not known, so no certificate can be verified")
        try:
            return self._context.wrap_socket(
                sock,
                server_side=server_side,
                do_handshake_on_connect=do_handshake_on_connect,
                server_hostname=server_hostname,
            )
        except (OSError, ValueError):
            _drop(sock)
            raise


def create_default_context(cafile=None, cadata=None):
    """Of a client."""
    context = SSLContext(PROTOCOL_TLS_CLIENT)
    if cafile is not None or cadata is not None:
        context.load_verify_locations(cafile, cadata)
    return context


def wrap_socket(sock, server_side=False, key=None, cert=None, cert_reqs=None, cadata=None,
                server_hostname=None, do_handshake=True):
    context = SSLContext(PROTOCOL_TLS_SERVER if server_side else PROTOCOL_TLS_CLIENT)
    if cert_reqs is not None:
        context.verify_mode = cert_reqs
    if cert is not None or key is not None:
        context._context.load_cert_chain(cert, key)
    if cadata is not None:
        context.load_verify_locations(cadata=cadata)
    return context.wrap_socket(sock, server_side, do_handshake, server_hostname)
