#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""
Downloads http://HOST:PORT/PATH over exactly one TCP connection. Prints "begun" when a part
of it is there, and in the end "SHA256 BYTES SECONDS GAP", GAP being the longest time in which
nothing came.
"""
import hashlib
import http.client
import sys
import time
import urllib.parse

A_PART = 50000


def main():
    url = urllib.parse.urlsplit(sys.argv[1])
    connection = http.client.HTTPConnection(url.netloc, timeout=60)
    connection.request("GET", url.path)
    answer = connection.getresponse()
    digest = hashlib.sha256()
    count, gap = 0, 0.0
    began = last = time.monotonic()
    while part := answer.read1(65536):
        now = time.monotonic()
        gap = max(gap, now - last)
        last = now
        digest.update(part)
        if count < A_PART <= count + len(part):
            print("begun", flush=True)
        count += len(part)
    print(digest.hexdigest(), count, f"{last - began:.2f}", f"{gap:.2f}")


if __name__ == "__main__":
    main()
