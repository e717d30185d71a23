#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""
Somebody moves a device into another network on its own page, in Chromium: scans, says a wrong
password, and the right one. First on a phone, where no more than that is done. Debian's
python3, which has Selenium.

    device_wifi.py URL NETWORK KEY-FILE --user NAME --password-file FILE [--shots FOLDER]

KEY-FILE has the password of NETWORK. What is wrong ends it with status 1.
"""
import argparse
import os
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
sys.dont_write_bytecode = True

from browse import open_browser  # noqa: E402
from selenium.webdriver.common.by import By  # noqa: E402
from selenium.webdriver.common.keys import Keys  # noqa: E402
from settings import Settings  # noqa: E402


class Device(Settings):
    def is_in(self, network):
        self.wait(f"it is in {network}", lambda: self.text("wifi-state").startswith(f"in {network}: channel"))

    def scan(self):
        network = self.options.network
        self.wait("the button", lambda: self.find("scan").is_enabled())
        self.find("scan").click()
        self.wait("the networks", lambda: network in self.text("networks"))
        self.browser.find_element(By.CSS_SELECTOR, f"#networks button[aria-label='Choose {network}']").click()
        assert self.find("ssid").get_property("value") == network

    def join(self, key):
        self.find("passphrase").send_keys("not " + key + Keys.ENTER)
        self.wait("a refusal", lambda: "wrong password" in self.text("wifi-told"))
        assert self.find("passphrase").get_property("value") == ""
        self.is_in("pigtail")
        self.wait("the button", lambda: self.find("join").is_enabled())
        self.find("passphrase").send_keys(key + Keys.ENTER)
        self.wait("it is joined", lambda: self.text("wifi-told") == f"joined {self.options.network}")
        self.is_in(self.options.network)

    def visit(self, width, height, dark, key=None):
        self.size(width, height, dark)
        self.begin(first=key is None)
        self.wait("the radio", lambda: self.find("wifi-section").is_displayed())
        self.is_in("pigtail")
        self.scan()
        if key:
            self.join(key)
        self.shot_of(("wifi-section",), f"device-wifi-{width}")
        self.check_fit()
        self.check_names()
        self.check_log()


def main():
    parser = argparse.ArgumentParser()
    for name in ("url", "network", "key_file"):
        parser.add_argument(name)
    parser.add_argument("--user")
    parser.add_argument("--password-file")
    parser.add_argument("--shots")
    options = parser.parse_args()
    with open(options.key_file) as file:
        key = file.read().strip()
    browser = open_browser()
    try:
        one = Device(browser, options)
        one.visit(390, 844, dark=True)
        one.visit(1280, 1400, dark=False, key=key)
    finally:
        browser.quit()


if __name__ == "__main__":
    sys.exit(main())
