#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""
Somebody uses the web console, in Chromium: opens it, logs in where that is wanted, types,
changes the baud rate, programs, looks at the counters; with a mouse at 1280 pixels and on a
phone's 390. Debian's python3, which has Selenium.

    browse.py URL IMAGE SAYS [--user NAME --password-file FILE] [--shots FOLDER]
              [--board PID]

IMAGE says SAYS when it runs, and echoes what is typed. PID is the board's process, which stands
still in the middle of the first programming. What is wrong ends it with status 1.
"""
import argparse
import os
import re
import signal
import sys
import time

from selenium import webdriver
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

SECONDS = 20
NAMED_ROLES = {"button", "textbox", "combobox", "checkbox", "radio", "progressbar", "log", "image", "link", "table"}


def open_browser():
    options = webdriver.ChromeOptions()
    for word in ("headless=new", "no-sandbox", "disable-gpu", "disable-dev-shm-usage", "force-prefers-reduced-motion"):
        options.add_argument("--" + word)
    options.set_capability("acceptInsecureCerts", True)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    return webdriver.Chrome(service=Service("/usr/bin/chromedriver"), options=options)


class Visit:
    def __init__(self, browser, options):
        self.browser = browser
        self.options = options

    def find(self, name):
        return self.browser.find_element(By.ID, name)

    def text(self, name):
        return self.browser.execute_script("return document.getElementById(arguments[0]).textContent", name)

    def wait(self, what, condition, seconds=SECONDS):
        end = time.monotonic() + seconds
        while not condition():
            assert time.monotonic() < end, f"waited in vain: {what}; {self.text('told')}{self.text('program-state')}"
            time.sleep(0.05)

    def shot(self, name):
        if self.options.shots:
            self.browser.save_screenshot(os.path.join(self.options.shots, name + ".png"))

    def size(self, width, height, dark):
        phone = width < 500
        self.browser.execute_cdp_cmd(
            "Emulation.setDeviceMetricsOverride",
            {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": phone},
        )
        scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        self.browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": [scheme]})

    # ---- what a user does ----

    def log_in(self):
        with open(self.options.password_file) as file:
            password = file.read().strip()
        form = self.find("login-form")
        self.wait("the login", form.is_displayed)
        self.shot("login")
        form.find_element(By.NAME, "user").send_keys(self.options.user)
        form.find_element(By.NAME, "password").send_keys("no" + password + Keys.ENTER)
        self.wait("a refusal", lambda: "password" in self.text("login-error"))
        form.find_element(By.NAME, "password").send_keys(password + Keys.ENTER)

    def begin(self, first):
        self.browser.get(self.options.url)
        if self.options.user and first:
            self.log_in()
        self.wait("the console", lambda: self.find("work").is_displayed())
        self.wait("the state", lambda: "115200 baud 8N1" in self.text("state"))

    def until_echoed(self, what, say, echo):
        """The program may be saying something in the middle of it, and hears nothing then."""
        for left in (3, 2, 1, 0):
            say()
            try:
                self.wait(what, lambda: echo in self.text("text"), SECONDS / 4)
                break
            except AssertionError:
                if not left:
                    raise

    def type_and_see(self):
        self.find("text").click()
        keys = "ping" + Keys.CONTROL + "j" + Keys.NULL
        self.until_echoed("the echo of keys", lambda: self.browser.switch_to.active_element.send_keys(keys), "ping")
        self.browser.find_element(By.XPATH, "//select[@id='ending']/option[.='LF']").click()
        line = "over and out" + Keys.ENTER
        self.until_echoed("the echo of a line", lambda: self.find("line").send_keys(line), "over and out")
        self.find("line").send_keys(Keys.ARROW_UP)
        assert self.find("line").get_property("value") == "over and out"
        self.find("line").clear()
        self.browser.find_element(By.CSS_SELECTOR, "input[value=hex]").click()
        self.wait("the echo in hex", lambda: "6f 76" in self.text("hex") or "65 72" in self.text("hex"))
        self.browser.find_element(By.CSS_SELECTOR, "input[value=text]").click()

    def set_baud(self, baud):
        # Not clear(), which takes the focus away: then the page fills in what is in force.
        self.find("baud").send_keys(Keys.CONTROL + "a" + Keys.NULL + str(baud) + Keys.ENTER)
        self.wait(f"{baud} baud", lambda: f"{baud} baud" in self.text("state"))

    def stand_still(self):
        """The board, until the page says that all is begun anew."""
        os.kill(self.options.board, signal.SIGSTOP)
        self.wait("word of it", lambda: "begun anew: " in self.text("program-state"))
        os.kill(self.options.board, signal.SIGCONT)

    def program(self, shot, still):
        seen = set()

        def is_done():
            text = self.text("program-state")
            seen.add(text.split(" ")[0])
            if "writing" in text and shot not in seen and int(re.search(r"(\d+) %", text).group(1)) > 40:
                seen.add(shot)
                self.shot(shot)
                if still:
                    self.stand_still()
            return "written and verified" in text

        self.find("file").send_keys(self.options.image)
        self.browser.find_element(By.CSS_SELECTOR, "#target option[value=avr]").click()
        self.find("program").click()
        self.wait("it is programmed", is_done, 60)
        assert "writing" in seen and "verifying" in seen, seen
        assert self.find("progress").get_property("value") == 100
        assert ("begun anew" in self.text("program-state")) == still, self.text("program-state")
        self.find("clear").click()
        self.wait("the new program", lambda: self.options.says in self.text("text"))

    def reset(self):
        self.find("reset").click()
        self.find("clear").click()
        self.wait("it says so again", lambda: self.options.says in self.text("text"))

    def look_at_counters(self):
        def count():
            return int(self.text("counter-from_uart"))

        before = count()
        self.wait("a counter moves", lambda: count() > before)
        self.wait("this client in the table", lambda: "Hang up" in self.text("clients"))

    # ---- what nobody should have to notice ----

    def check_fit(self):
        wide = self.browser.execute_script(
            "return Math.max(...[document.documentElement, ...document.querySelectorAll('main')]"
            ".map((one) => one.scrollWidth - one.clientWidth))"
        )
        assert wide <= 0, f"{wide} pixels wider than the screen"

    def check_names(self):
        """Whatever can be used says to a screen reader what it is."""
        nodes = self.browser.execute_cdp_cmd("Accessibility.getFullAXTree", {})["nodes"]
        nameless = [
            node["role"]["value"]
            for node in nodes
            if not node.get("ignored")
            and node.get("role", {}).get("value") in NAMED_ROLES
            and not node.get("name", {}).get("value")
        ]
        assert not nameless, nameless

    def check_keyboard(self):
        """All that can be used is reached by Tab, from within the terminal."""
        self.find("text").click()
        reached = set()
        for _ in range(40):
            webdriver.ActionChains(self.browser).send_keys(Keys.TAB).perform()
            reached.add(self.browser.switch_to.active_element.get_attribute("id"))
        missing = {"line", "ending", "baud", "format", "rtscts", "dtr", "break", "reset", "file", "target", "program"} - reached
        assert not missing, missing

    def check_log(self):
        bad = [line["message"] for line in self.browser.get_log("browser") if "401" not in line["message"]]
        assert not bad, bad


def visit(browser, options, width, height, dark):
    one = Visit(browser, options)
    name = f"console-{width}"
    one.size(width, height, dark)
    one.begin(first=width == 1280)
    one.type_and_see()
    one.set_baud(57600)
    one.set_baud(115200)
    one.program(name, still=bool(options.board) and width == 1280)
    one.reset()
    one.look_at_counters()
    one.check_fit()
    one.check_names()
    if width > 500:
        one.check_keyboard()
    one.check_log()


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("url")
    parser.add_argument("image")
    parser.add_argument("says")
    parser.add_argument("--user")
    parser.add_argument("--password-file")
    parser.add_argument("--shots")
    parser.add_argument("--board", type=int)
    options = parser.parse_args()
    browser = open_browser()
    try:
        visit(browser, options, 1280, 1400, dark=False)
        visit(browser, options, 390, 844, dark=True)
    finally:
        browser.quit()


if __name__ == "__main__":
    sys.exit(main())
