# SPDX-License-Identifier: GPL-2.0-only OR MIT
# Asks for the password of WebREPL and has it start with the board:  import webrepl_setup
import webrepl


def _ask():
    password = input("New password: ")
    if not password:
        print("It stays as it was.")
        return
    if input("Again: ") != password:
        print("They differ. It stays as it was.")
        return
    webrepl.set_password(password)
    webrepl.start_with_board()
    print("WebREPL starts with the board from now on; or now: webrepl.start()")


_ask()
