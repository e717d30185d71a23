# SPDX-License-Identifier: GPL-2.0-only OR MIT
# Requests over HTTP, with the names of micropython-lib's module, which mip asks for. Other than
# that one, https is verified, by the certificates in /ca.pem unless a context is given. What is
# asked is HTTP/1.0, so an answer ends with its connection.
import socket

_REDIRECTS = 5


class Response:
    def __init__(self, raw, status_code, reason, headers):
        self.raw = raw
        self.status_code = status_code
        self.reason = reason
        self.headers = headers
        self.encoding = "utf-8"
        self._content = None

    def close(self):
        if self.raw:
            self.raw.close()
            self.raw = None

    @property
    def content(self):
        if self._content is None:
            try:
                self._content = self.raw.read()
            finally:
                self.close()
        return self._content

    @property
    def text(self):
        return str(self.content, self.encoding)

    def json(self):
        import json
        return json.loads(self.content)


def _parts(url):
    """Scheme, host, port, path."""
    if any(c in "\r\n" for c in url):
        raise ValueError("an address of several lines")
    scheme, separator, rest = url.partition("://")
    if scheme not in ("http", "https") or not separator:
        raise ValueError("neither http:// nor https://: %s" % url)
    host, _, path = rest.partition("/")
    host, _, port = host.partition(":")
    return scheme, host, int(port) if port else 443 if scheme == "https" else 80, "/" + path


def _connect(scheme, host, port, timeout, context):
    found = socket.getaddrinfo(host, port, 0, socket.SOCK_STREAM)[0]
    s = socket.socket(found[0], socket.SOCK_STREAM)
    try:
        s.settimeout(timeout)
        s.connect(found[-1])
        if scheme == "https":
            if context is None:
                import ssl
                context = ssl.create_default_context()
            s = context.wrap_socket(s, server_hostname=host)
        return s
    except Exception:
        s.close()
        raise


def _body(data, json, headers):
    if json is not None:
        import json as encoder
        data = encoder.dumps(json)
        headers.setdefault("Content-Type", "application/json")
    if isinstance(data, str):
        data = data.encode()
    if data is not None:
        headers.setdefault("Content-Length", str(len(data)))
    return data


def _line(s):
    line = s.readline()
    if not line.endswith(b"\n"):
        raise ValueError("the answer broke off")
    return line.decode().strip()


def _answer(s):
    version, _, rest = _line(s).partition(" ")
    code, _, reason = rest.partition(" ")
    if not version.startswith("HTTP/1."):
        raise ValueError("the answer is not HTTP")
    headers = {}
    while True:
        line = _line(s)
        if not line:
            return Response(s, int(code), reason, headers)
        name, _, value = line.partition(":")
        headers[name.strip()] = value.strip()


def _ask(method, url, data, headers, timeout, context):
    scheme, host, port, path = _parts(url)
    usual = port == (443 if scheme == "https" else 80)
    headers.setdefault("Host", host if usual else "%s:%d" % (host, port))
    headers.setdefault("Connection", "close")
    for name, value in headers.items():
        if any(c in "\r\n" for c in name + value):
            raise ValueError("a header of several lines: %s" % name)
    s = _connect(scheme, host, port, timeout, context)
    try:
        s.write("%s %s HTTP/1.0\r\n" % (method, path.replace(" ", "%20")))
        for name, value in headers.items():
            s.write("%s: %s\r\n" % (name, value))
        s.write("\r\n")
        if data:
            s.write(data)
        return _answer(s)
    except Exception:
        s.close()
        raise


def _elsewhere(response, url):
    """Where a redirection leads; None: it is none."""
    if response.status_code not in (301, 302, 303, 307, 308):
        return None
    for name, value in response.headers.items():
        if name.lower() == "location":
            if value.startswith("/"):
                return "/".join(url.split("/", 3)[:3]) + value
            if url.startswith("https:") and not value.startswith("https:"):
                raise ValueError("from https to %s" % value)
            return value
    return None


def request(method, url, data=None, json=None, headers=None, stream=None, auth=None, timeout=None,
            parse_headers=True, context=None):
    """timeout: seconds, of each wait; context: ssl's."""
    headers = dict(headers or {})
    data = _body(data, json, headers)
    if auth is not None:
        import binascii
        words = binascii.b2a_base64("%s:%s" % auth).decode().strip()
        headers.setdefault("Authorization", "Basic " + words)
    for _ in range(_REDIRECTS):
        response = _ask(method, url, data, dict(headers), timeout, context)
        other = _elsewhere(response, url)
        if other is None:
            return response
        response.close()
        if _parts(other)[:3] != _parts(url)[:3]:
            headers.pop("Authorization", None)
        if response.status_code not in (307, 308) and method != "HEAD":
            method, data = "GET", None
            headers.pop("Content-Length", None)
            headers.pop("Content-Type", None)
        url = other
    raise ValueError("too many redirections")


def get(url, **named):
    return request("GET", url, **named)


def head(url, **named):
    return request("HEAD", url, **named)


def post(url, **named):
    return request("POST", url, **named)


def put(url, **named):
    return request("PUT", url, **named)


def patch(url, **named):
    return request("PATCH", url, **named)


def delete(url, **named):
    return request("DELETE", url, **named)
