#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""
Somebody sets pins and Wi-Fi in the web console, in Chromium: puts the target's reset elsewhere
and resets it there; scans, joins a network with a wrong password and with the right one, and
leaves it. At 1280 pixels and at a phone's 390. Debian's python3, which has Selenium.

    settings.py URL PLACE NETWORK KEY-FILE --user NAME --password-file FILE [--shots FOLDER]

PLACE is one that --pin of the bridge has named, KEY-FILE has the password of NETWORK. What is
wrong ends it with status 1.
"""
import argparse
import base64
import os
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
sys.dont_write_bytecode = True

from browse import Visit, open_browser  # noqa: E402
from selenium.webdriver.common.by import By  # noqa: E402
from selenium.webdriver.common.keys import Keys  # noqa: E402


class Settings(Visit):
    def choose(self, name, value):
        for option in self.find(name).find_elements(By.TAG_NAME, "option"):
            if option.get_property("value") == value:
                option.click()
                return
        raise AssertionError(f"{name} has no {value}")

    def value(self, name):
        return self.find(name).get_property("value")

    def set_pins(self, target, reset, active, pulse, lines):
        self.wait("the pins", lambda: self.find("pins-section").is_displayed())
        self.choose("kind", target)
        self.choose("reset-place", reset)
        self.choose("reset-active", active)
        self.choose("lines", lines)
        self.find("pulse").clear()
        self.find("pulse").send_keys(str(pulse) + Keys.ENTER)
        words = f"--target {target} --pins reset={reset},reset-active={active},pulse={pulse}"
        words += ",lines=level" if lines == "level" else ""
        self.wait("they are set", lambda: self.text("pins-words") == words)
        self.wait("the button", lambda: self.find("reset").is_enabled())
        self.find("reset").click()

    def refuse_one_pin_for_both(self):
        self.choose("boot-place", self.value("reset-place"))
        self.find("pins-set").click()
        self.wait("a refusal", lambda: "two pins" in self.text("told"))
        self.browser.find_element(By.CSS_SELECTOR, "#pins-form button[type=reset]").click()
        self.wait("what is in force", lambda: self.value("boot-place") == "none")

    def latency(self, ms):
        words = {"offline": False, "latency": ms, "downloadThroughput": -1, "uploadThroughput": -1}
        self.browser.execute_cdp_cmd("Network.enable", {})
        self.browser.execute_cdp_cmd("Network.emulateNetworkConditions", words)

    def scan_and_join(self, key):
        network = self.options.network
        self.wait("the radio", lambda: "in no network" in self.text("wifi-state"))
        self.find("scan").click()
        self.wait("the networks", lambda: network in self.text("networks"))
        self.browser.find_element(By.CSS_SELECTOR, f"#networks button[aria-label='Choose {network}']").click()
        assert self.value("ssid") == network
        # Far away: who goes on as soon as it says no is not to wait for what it asks next.
        self.latency(500)
        self.find("passphrase").send_keys("not " + key + Keys.ENTER)
        self.wait("a refusal", lambda: "wrong password" in self.text("wifi-told"))
        assert self.value("passphrase") == ""
        self.find("passphrase").send_keys(key + Keys.ENTER)
        self.wait("it is joined", lambda: self.text("wifi-told") == f"joined {network}")
        self.latency(0)
        self.wait("it says so", lambda: self.text("wifi-state").startswith(f"in {network}: channel"))

    def shot_of(self, names, name):
        if not self.options.shots:
            return
        boxes = [self.find(one).rect for one in names]
        left, top = min(b["x"] for b in boxes), min(b["y"] for b in boxes)
        clip = {
            "x": left,
            "y": top,
            "width": max(b["x"] + b["width"] for b in boxes) - left,
            "height": max(b["y"] + b["height"] for b in boxes) - top,
            "scale": 1,
        }
        words = {"format": "png", "clip": clip, "captureBeyondViewport": True}
        shot = self.browser.execute_cdp_cmd("Page.captureScreenshot", words)["data"]
        with open(os.path.join(self.options.shots, name + ".png"), "wb") as file:
            file.write(base64.b64decode(shot))

    def leave(self):
        self.wait("the button", lambda: self.find("leave").is_enabled())
        self.find("leave").click()
        self.wait("it has left", lambda: "in no network" in self.text("wifi-state"))


def visit(browser, options, key, width, height, dark):
    one = Settings(browser, options)
    one.size(width, height, dark)
    one.begin(first=width == 1280)
    one.set_pins("esp", options.place, "high", width, "level")
    one.refuse_one_pin_for_both()
    one.scan_and_join(key)
    one.shot_of(("pins-section", "wifi-section"), f"settings-{width}")
    one.check_fit()
    one.check_names()
    one.leave()
    one.set_pins("avr", "dtr", "low", 5, "pulse")
    one.check_log()


def main():
    parser = argparse.ArgumentParser()
    for name in ("url", "place", "network", "key_file"):
        parser.add_argument(name)
    parser.add_argument("--user")
    parser.add_argument("--password-file")
    parser.add_argument("--shots")
    options = parser.parse_args()
    with open(options.key_file) as file:
        key = file.read().strip()
    browser = open_browser()
    try:
        visit(browser, options, key, 1280, 1400, dark=False)
        visit(browser, options, key, 390, 844, dark=True)
    finally:
        browser.quit()


if __name__ == "__main__":
    sys.exit(main())
