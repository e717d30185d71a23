#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""
Somebody uses MicroPython's own page of WebREPL, which the device serves, in Chromium over wss:
logs in, types, interrupts a loop, sends a file and gets it back. Debian's python3, which has
Selenium.

    webrepl_browser.py PORT PASSWORD FOLDER

FOLDER gets the files. What is wrong ends it with status 1.
"""
import hashlib
import os
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../bridge/web"))
sys.dont_write_bytecode = True

from browse import open_browser  # noqa: E402
from selenium.webdriver.common.by import By  # noqa: E402
from selenium.webdriver.common.keys import Keys  # noqa: E402

SECONDS = 120  # a handshake of an emulated chip, on a machine that has other work


class Page:
    def __init__(self, browser, port, folder):
        self.browser = browser
        self.port = port
        self.folder = folder
        browser.execute_cdp_cmd("Page.setDownloadBehavior", {"behavior": "allow", "downloadPath": folder})
        browser.set_page_load_timeout(SECONDS)

    def find(self, name):
        return self.browser.find_element(By.ID, name)

    def text(self, name):
        return self.browser.execute_script("return document.getElementById(arguments[0]).innerText", name)

    def screen(self):
        """The terminal's lines, without what it fills them with."""
        return [line.replace("\xa0", " ").rstrip() for line in self.text("term").splitlines()]

    def wait(self, what, condition):
        end = time.monotonic() + SECONDS
        while not condition():
            assert time.monotonic() < end, f"waited in vain: {what}; {self.screen()}, {self.text('file-status')}"
            time.sleep(0.05)

    def type(self, text):
        self.browser.switch_to.active_element.send_keys(text)

    def connect(self, password):
        self.browser.get(f"https://127.0.0.1:{self.port}/")
        self.find("url").clear()
        self.find("url").send_keys(f"wss://127.0.0.1:{self.port}/")
        self.find("button").click()
        self.wait("its question", lambda: any(line.endswith("Password:") for line in self.screen()))
        self.type(password + Keys.ENTER)
        self.wait("the REPL", lambda: "WebREPL connected" in self.screen())

    def python(self, line, says):
        self.type(line + Keys.ENTER)
        self.wait(says, lambda: says in self.screen())

    def send(self, name, data):
        path = os.path.join(self.folder, name)
        with open(path, "wb") as file:
            file.write(data)
        self.find("put-file-select").send_keys(path)
        self.wait("the page has it", self.find("put-file-button").is_enabled)
        self.find("put-file-button").click()
        self.wait("it is sent", lambda: self.text("file-status") == f"Sent {name}, {len(data)} bytes")
        os.remove(path)

    def get(self, name, size):
        path = os.path.join(self.folder, name)
        self.find("get_filename").send_keys(name)
        self.browser.find_element(By.CSS_SELECTOR, "input[value='Get from device']").click()
        self.wait("it is there", lambda: self.text("file-status") == f"Got {name}, {size} bytes")
        self.wait("it is saved", lambda: os.path.exists(path) and os.path.getsize(path) == size)
        with open(path, "rb") as file:
            return file.read()


def main():
    port, password, folder = sys.argv[1:]
    browser = open_browser()
    try:
        page = Page(browser, int(port), folder)
        began = time.monotonic()
        page.connect(password)
        print(f"connected after {time.monotonic() - began:.1f} s")
        page.python("print(6 * 7)", "42")
        page.type("while True: pass" + Keys.ENTER + Keys.ENTER)
        time.sleep(1)
        page.type(Keys.CONTROL + "c" + Keys.NULL)
        page.wait("it is interrupted", lambda: "KeyboardInterrupt:" in page.screen())
        data = os.urandom(50000)
        page.send("fifty", data)
        got = page.get("fifty", len(data))
        assert hashlib.sha256(got).digest() == hashlib.sha256(data).digest(), "another file came back"
        print("sent and got", hashlib.sha256(got).hexdigest())
        page.find("term").find_element(By.CSS_SELECTOR, ".terminal").click()
        page.type("import hashlib, binascii" + Keys.ENTER)
        digest = hashlib.sha256(data).hexdigest()
        page.python("binascii.hexlify(hashlib.sha256(open('fifty', 'rb').read()).digest())", f"b'{digest}'")
        print("and the device has", digest)
    finally:
        browser.quit()


if __name__ == "__main__":
    sys.exit(main())
