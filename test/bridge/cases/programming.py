# SPDX-License-Identifier: GPL-2.0-only
"""Real programmers, through the bridge, with a console client that sees it all."""
import fcntl
import json
import os
import random
import signal
import socket
import struct
import termios
import time

from relay import Relay
from rig import TARGETS, Client, Skip, free_port, wait_for


def avrdude(rig, programmer, part, port, image):
    # As Arduino's: stk500boot knows no chip erase, pages erase themselves.
    said = rig.must(
        "avrdude", "-D", "-c", programmer, "-p", part, "-P", f"net:127.0.0.1:{port}", "-U", f"flash:w:{image}:i"
    )
    assert "verified" in said, said


def programs(rig, boot_loader, mcu, programmer, part, times, baud=115200):
    """
    On both ports, by pigtail serial, and by pigtail flash through the bridge: one image after
    another, which the console sees.
    """
    rig.needs("avrdude")
    images = [(text, rig.sketch(text + ".hex", text, mcu)) for text in ("one", "two")]
    pins = rig.avr(boot_loader, mcu)
    web = free_port()
    target = "mega" if programmer == "wiring" else "avr"
    ports = rig.bridge(f"{rig.path('avr')},baud={baud}", "--pins", pins, "--target", target, "--web", web)
    console = Client(ports[0])
    for i in range(times):
        for port in (*ports, near_port(rig, ports[0]), web):
            text, image = images[i % 2]
            if port == web:
                rig.must(rig.pigtail, "flash", image, f"http://localhost:{web}")
            else:
                avrdude(rig, programmer, part, port, image)
            if baud == 115200:
                console.wait(text.encode() + b"\r\n" + text.encode() + b"\r\n")
    rig.finish("bridge")
    rig.finish("avr")
    assert "reset high" in rig.log("avr")


def near_port(rig, port):
    """Of a pigtail serial whose far side is that port."""
    if "serial" not in rig.running:
        rig.near = free_port()
        rig.start("serial", rig.pigtail, "serial", f"127.0.0.1:{port}", "--listen", rig.near, "-v")
        wait_for("the cable", lambda: "connected" in rig.log("serial"))
    return rig.near


def case_avrdude_and_optiboot(rig):
    programs(rig, "optiboot", "atmega328p", "arduino", "m328p", 1)


def case_avrdude_and_stk500boot_of_a_mega(rig):
    programs(rig, "stk500v2/stk500boot_v2_mega2560.hex", "atmega2560", "wiring", "m2560", 1)


def case_avrdude_and_atmegaboot(rig):
    programs(rig, "atmega/ATmegaBOOT_168_atmega328.hex", "atmega328p", "arduino", "m328p", 1, 57600)


def slow_avrdude_and_optiboot_ten_times_each(rig):
    programs(rig, "optiboot", "atmega328p", "arduino", "m328p", 10)


def slow_avrdude_and_stk500boot_ten_times_each(rig):
    programs(rig, "stk500v2/stk500boot_v2_mega2560.hex", "atmega2560", "wiring", "m2560", 10)


def case_a_target_that_never_stops_talking_is_programmed(rig):
    rig.needs("avrdude")
    loud, quiet = rig.sketch("loud.hex", "loud", gap=0), rig.sketch("quiet.hex", "quiet")
    ports = rig.bridge(rig.path("avr"), "--pins", rig.avr())
    console = Client(ports[0])
    avrdude(rig, "arduino", "m328p", ports[1], loud)
    console.wait(b"loud\r\nloud")
    for port in ports:
        avrdude(rig, "arduino", "m328p", port, quiet)
        console.wait(b"quiet\r\nquiet")
        avrdude(rig, "arduino", "m328p", port, loud)
        console.wait(b"loud\r\nloud")


def case_a_programmer_that_is_killed_leaves_a_sketch_that_runs(rig):
    rig.needs("avrdude")
    image = rig.sketch("large.hex", "large", padding=20000)
    ports = rig.bridge(rig.path("avr"), "--pins", rig.avr())
    console = Client(ports[0])
    avrdude(rig, "arduino", "m328p", ports[1], image)
    console.wait(b"large\r\nlarge")
    one = rig.start(
        "avrdude", "avrdude", "-c", "arduino", "-p", "m328p", "-P", f"net:127.0.0.1:{ports[1]}", "-U",
        "flash:r:/dev/null:r",
    )
    wait_for("the boot loader", lambda: "in step" in rig.log("bridge").split("is done")[-1])
    time.sleep(0.3)
    assert one.poll() is None
    rig.finish("avrdude", signal.SIGKILL)
    wait_for("what the bridge says of it", lambda: "has left" in rig.log("bridge"))
    console.got = b""
    console.wait(b"large\r\nlarge")


def case_a_programmer_of_a_dead_target_is_ended_by_a_reset(rig):
    """avrdude would wait for ever at a mere end."""
    rig.needs("avrdude")
    rig.start("socat", "socat", f"PTY,rawer,link={rig.path('dead')}", f"PTY,rawer,link={rig.path('other')}")
    wait_for("a tty", lambda: os.path.lexists(rig.path("dead")) and os.path.lexists(rig.path("other")))
    ports = rig.bridge(rig.path("dead"), "--pins", f"reset=file:{rig.path('level')}")
    image = rig.sketch("any.hex", "any")
    for port in (ports[1], near_port(rig, ports[0])):
        status, _ = rig.run(
            "avrdude", "-c", "arduino", "-p", "m328p", "-P", f"net:127.0.0.1:{port}", "-U", f"flash:w:{image}:i",
            timeout=40,
        )
        assert status != 0
    assert rig.log("bridge").count("no boot loader answers") == 2, rig.log("bridge")
    with open(rig.path("level")) as file:
        assert file.read() == "1\n", "the target was left in reset"


def case_the_end_of_the_bridge_leaves_a_target_that_runs(rig):
    ports = rig.bridge(rig.path("avr"), "--pins", rig.avr())
    client = socket.create_connection(("127.0.0.1", ports[1]))
    client.sendall(b"0 ")
    wait_for("the reset", lambda: "is low" in rig.log("bridge"))
    rig.finish("bridge")
    rig.finish("avr")
    assert "reset high" in rig.log("avr")
    client.close()


def case_what_people_type_resets_nothing(rig):
    ports = rig.bridge(rig.path("chip"), "--pins", rig.rom("stm32"))
    for typed in (b"?", b"\x7f", b"0\r\n", b"?\r\n"):
        console = Client(ports[0])
        console.say(typed)
        console.wait(b"heard")
        console.close()
    time.sleep(0.5)
    rig.finish("bridge")
    _, said = rig.flash_of()
    assert "starts 1 " in said, said


def case_a_second_programmer_is_turned_away(rig):
    rig.needs("avrdude")
    image = rig.sketch("one.hex", "one", padding=30000)
    ports = rig.bridge(rig.path("avr"), "--pins", rig.avr())
    rig.start(
        "first", "avrdude", "-c", "arduino", "-p", "m328p", "-P", f"net:127.0.0.1:{ports[1]}", "-U",
        f"flash:w:{image}:i",
    )
    wait_for("the first", lambda: "a programmer" in rig.log("bridge"))
    second = Client(ports[1])
    second.say(b"0 ")
    wait_for("its end", lambda: ended(second))
    assert "another programmer is at work" in rig.log("bridge"), rig.log("bridge")
    assert rig.running.pop("first").wait(timeout=60) == 0


def case_the_next_programmer_begins_though_the_last_ones_end_is_late(rig):
    """It has done its work, and its connection is open for a while yet."""
    images = [rig.sketch(name + ".hex", name) for name in ("one", "two")]
    ports = rig.bridge(rig.path("avr"), "--pins", rig.avr())
    with Relay(ports[1], 0, end_ms=30000) as far:
        avrdude(rig, "arduino", "m328p", far.port, images[0])
        avrdude(rig, "arduino", "m328p", ports[1], images[1])
    Client(ports[0]).wait(b"two\r\n")


def case_the_next_programmer_takes_the_place_of_one_that_says_nothing_more(rig):
    rig.needs("avrdude")
    image = rig.sketch("one.hex", "one")
    ports = rig.bridge(rig.path("avr"), "--pins", rig.avr())
    first = rig.start(
        "first", "avrdude", "-c", "arduino", "-p", "m328p", "-P", f"net:127.0.0.1:{ports[1]}", "-U",
        "flash:r:/dev/null:r",
    )
    wait_for("the boot loader", lambda: "in step" in rig.log("bridge"))
    time.sleep(0.3)
    assert first.poll() is None
    first.send_signal(signal.SIGSTOP)
    avrdude(rig, "arduino", "m328p", ports[1], image)
    assert "another programmer has come" in rig.log("bridge"), rig.log("bridge")
    Client(ports[0]).wait(b"one\r\n")
    rig.finish("first", signal.SIGKILL)


def ended(client):
    try:
        return not client.read()
    except ConnectionResetError:
        return True


# ---- pigtail flash ----


def flash(rig, *words):
    """Its JSON."""
    status, said = rig.run(rig.pigtail, "flash", *words, "--json")
    outcome = json.loads(said[said.index("{") :])
    assert outcome["verified"] == (status == 0), said
    return outcome


def case_flash_writes_arduinos(rig):
    for name, boot_loader, mcu, target in (
        ("uno", "optiboot", "atmega328p", "avr"),
        ("mega", "stk500v2/stk500boot_v2_mega2560.hex", "atmega2560", "mega"),
    ):
        image = rig.sketch(name + ".hex", name, mcu, padding=3000)
        pins = rig.avr(boot_loader, mcu, name)
        outcome = flash(rig, image, rig.path(name), "--target", target, "--pins", pins)
        assert outcome["verified"] and outcome["bytes"] > 3000, outcome
        ports = rig.bridge(rig.path(name), name="of" + name)
        Client(ports[0]).wait(name.encode() + b"\r\n")


def unread(path):
    """Bytes that wait in a tty."""
    tty = os.open(path, os.O_RDONLY | os.O_NOCTTY | os.O_NONBLOCK)
    try:
        return struct.unpack("i", fcntl.ioctl(tty, termios.FIONREAD, bytes(4)))[0]
    finally:
        os.close(tty)


def case_flash_begins_anew_when_it_stood_still(rig):
    """Optiboot starts the sketch when it hears nothing for a second."""
    image = rig.sketch("uno.hex", "uno", padding=20000)
    words = rig.pigtail, "flash", image, rig.path("avr"), "--target", "avr", "--pins", rig.avr(), "--json"
    rig.must(*words)
    again = rig.start("again", *words)
    wait_for("what it writes", lambda: "write: " in rig.log("again"))
    again.send_signal(signal.SIGSTOP)
    wait_for("the sketch", lambda: unread(rig.path("avr")) > 20)
    again.send_signal(signal.SIGCONT)
    assert rig.running.pop("again").wait(timeout=60) == 0, rig.log("again")
    said = rig.log("again")
    assert "; all is done anew" in said and '"broke"' in said and '"verified":\ttrue' in said, said


def case_flash_writes_an_stm32_and_an_esp32(rig):
    one, two = random_image(rig, "one.bin", 20001), random_image(rig, "two.bin", 4097)
    pins = rig.rom("stm32", "stm")
    assert flash(rig, one, rig.path("stm"), "--target", "stm32", "--pins", pins)["verified"]
    memory, said = rig.flash_of("stm")
    with open(one, "rb") as file:
        assert memory[:20001] == file.read()
    assert "in program complaints 0" in said, said

    pins = rig.rom("esp", "esp")
    outcome = flash(rig, one + "@0x10000", two + "@0x1000", rig.path("esp"), "--target", "esp", "--pins", pins)
    assert outcome["verified"] and outcome["bytes"] == 20001 + 4097, outcome
    memory, said = rig.flash_of("esp")
    for path, at in ((one, 0x10000), (two, 0x1000)):
        with open(path, "rb") as file:
            content = file.read()
        assert memory[at : at + len(content)] == content
    assert "in program complaints 0" in said, said


def case_flash_writes_an_lpc(rig):
    image = random_image(rig, "image.bin", 9001)
    pins = rig.rom("lpc")
    outcome = flash(rig, image, rig.path("chip"), "--target", "lpc", "--pins", pins)
    assert outcome["verified"] and outcome["bytes"] == 9001 and outcome["chip"] == "LPC2103", outcome
    # Within a sector that has something: all of that sector is new.
    more = random_image(rig, "more.bin", 100)
    assert flash(rig, more + "@0x5000", rig.path("chip"), "-t", "lpc", "-p", pins)["verified"]
    outcome = flash(rig, more + "@0x8000", rig.path("chip"), "-t", "lpc", "-p", pins)
    assert "does not fit the chip's flash" in outcome["error"], outcome
    memory, said = rig.flash_of()
    with open(image, "rb") as file:
        content = file.read()
    # One vector makes the sum, for which the chip has looked.
    assert memory[:0x14] == content[:0x14] and memory[0x18:9001] == content[0x18:]
    assert memory[0x5000 : 0x5000 + 100] == random.Random(int(os.environ.get("PIGTAIL_SEED", "1"))).randbytes(100)
    assert "in program complaints 0" in said, said


def case_flash_refuses_what_is_wrong_before_it_writes(rig):
    good = ":0400000001020304F2\n"
    pins = rig.rom("stm32")
    for content, why in (
        (good + ":0400040001020304EF\n:00000001FF\n", ":2: bad checksum"),
        (good + good + ":00000001FF\n", ":2: it gives bytes that were given already"),
        (good, ":2: there is no end record"),
        (good + ":00000001FF\n", "does not fit the chip's flash: bytes at 0x0"),
    ):
        image = rig.file("bad.hex", content.encode())
        status, said = rig.run(rig.pigtail, "flash", image, rig.path("chip"), "-t", "stm32", "-p", pins)
        assert status == 1 and why in said, said
    memory, said = rig.flash_of()
    assert memory == b"\xff" * len(memory) and "in program complaints 0" in said, said


def case_flash_without_a_target_says_so(rig):
    image = rig.file("any.bin", b"1234")
    rig.start("socat", "socat", f"PTY,rawer,link={rig.path('dead')}", f"PTY,rawer,link={rig.path('other')}")
    wait_for("a tty", lambda: os.path.lexists(rig.path("dead")) and os.path.lexists(rig.path("other")))
    outcome = flash(rig, image, rig.path("dead"), "-t", "avr", "-p", f"reset=file:{rig.path('level')}")
    assert "no boot loader answers" in outcome["error"], outcome
    with open(rig.path("level")) as file:
        assert file.read() == "1\n", "the target was left in reset"


def case_flash_that_is_interrupted_leaves_a_target_that_runs(rig):
    image = rig.sketch("large.hex", "large", padding=25000)
    pins = rig.avr()
    rig.start("flash", rig.pigtail, "flash", image, rig.path("avr"), "-t", "avr", "-p", pins, "-v")
    wait_for("its work", lambda: "write" in rig.log("flash"))
    assert rig.finish("flash", signal.SIGINT) == 1
    said = rig.log("flash")
    assert "aborted" in said, said
    moves = [line.split()[3] for line in said[said.index("write: ") :].splitlines() if "pin reset: " in line]
    assert moves == ["active", "let"], said
    rig.finish("avr")
    assert " reset high " in rig.log("avr"), rig.log("avr")


# ---- other boot loaders ----


def random_image(rig, name, n):
    seed = int(os.environ.get("PIGTAIL_SEED", "1"))
    print(f"# {name}, PIGTAIL_SEED={seed}")
    return rig.file(name, random.Random(seed).randbytes(n))


def through_a_tty(rig, port):
    """For programs that know no network."""
    rig.needs("socat")
    # In this order: with the tty there is a connection.
    rig.start("socat", "socat", f"TCP:127.0.0.1:{port},nodelay", f"PTY,rawer,link={rig.path('tty')}")
    wait_for("a tty", lambda: os.path.lexists(rig.path("tty")))
    return os.path.realpath(rig.path("tty"))


def case_stm32flash(rig):
    rig.needs("stm32flash")
    image = random_image(rig, "image.bin", 20000)
    ports = rig.bridge(rig.path("chip"), "--pins", rig.rom("stm32"), "--target", "stm32")
    rig.must("stm32flash", "-m", "8n1", "-b", "115200", "-w", image, "-v", through_a_tty(rig, ports[1]))
    rig.finish("socat")
    time.sleep(0.5)
    rig.finish("bridge")
    flash, said = rig.flash_of()
    with open(image, "rb") as file:
        assert flash.startswith(file.read())
    assert "in program complaints 0" in said, said


def case_lpc21isp(rig):
    rig.needs("lpc21isp")
    image = random_image(rig, "image.bin", 9000)
    ports = rig.bridge(rig.path("chip"), "--pins", rig.rom("lpc"), "--target", "lpc")
    said = rig.must("lpc21isp", "-bin", "-verify", image, through_a_tty(rig, ports[1]), "115200", "12000")
    assert "Verified correct" in said, said
    rig.finish("socat")
    rig.finish("bridge")
    flash, said = rig.flash_of()
    with open(image, "rb") as file:
        assert flash[32:9000] == file.read()[32:]  # before, it puts a checksum
    assert "complaints 0" in said, said


SYNC = bytes.fromhex("c0 00 08 24 00 00 00 00 00 07 07 12 20") + b"U" * 32 + b"\xc0"


def esptool_connects(client, attempts=7):
    """esptool's way: five questions 150 ms apart, then a pause in which it would reset."""
    for _ in range(attempts):
        for _ in range(5):
            client.read()
            client.got = b""
            client.say(SYNC)
            end = time.monotonic() + 0.1
            while time.monotonic() < end:
                client.read()
                if client.got.count(b"\xc0\x01\x08") == 8:
                    return True
                time.sleep(0.005)
            time.sleep(0.05)
        time.sleep(0.3)
    return False


def case_an_esp_is_reached_at_esptools_pace(rig):
    for i, way in enumerate(("auto", "program")):
        name = f"chip{i}"
        pins = rig.rom("esp", name)
        ports = rig.bridge(rig.path(name), "--pins", pins, "--target", "esp", name=f"bridge{i}")
        client = Client(ports[i])
        assert esptool_connects(client), way
        client.got = b""
        client.say(b"\xc0\x00\x0a\x04\x00\x00\x00\x00\x00" + struct.pack("<I", 0x40001000) + b"\xc0")
        client.wait(struct.pack("<BBHI", 1, 0x0A, 4, 0x00F01D83))
        client.close()
        time.sleep(0.5)
        rig.finish(f"bridge{i}")
        _, said = rig.flash_of(name)
        assert "in program complaints 0" in said, said


def case_esptool_writes_an_esp32(rig):
    """Espressif's own, by RFC 2217: its DTR and RTS, its questions, its flash and MD5."""
    rig.needs("node")
    folder = os.path.join(os.path.dirname(TARGETS), "esptool")
    if not os.path.exists(os.path.join(folder, "node_modules/esptool-js")):
        raise Skip("no esptool-js; script/bootstrap installs it where npm is")
    image = random_image(rig, "image.bin", 20001)
    ports = rig.bridge(rig.path("chip"), "--pins", rig.rom("esp"), "--target", "esp")
    for port in ports:
        said = rig.must("node", os.path.join(folder, "esptool.js"), "127.0.0.1", port, image, "0x10000", timeout=120)
        assert "ESP32" in said and "verified" in said, said
    rig.finish("bridge")
    memory, said = rig.flash_of()
    with open(image, "rb") as file:
        assert memory[0x10000 : 0x10000 + 20001] == file.read()
    assert "in program complaints 0" in said, said
