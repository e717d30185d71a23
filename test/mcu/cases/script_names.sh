# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# shellcheck disable=SC2154 # $dir, $status are those of run.sh and script.sh
#
# Names and connections of script.elf: what leads nowhere is told in words, and soon.
#
#	script.elf 10.7.0.2 --- link --- tap 10.7.0.1, where dnsmasq knows far.test

# The host's own DHCP server hears its name.
case_script_names_itself_to_dhcp() {
	[[ -x /usr/sbin/dnsmasq ]] || skip_case "dnsmasq-base is not installed"
	SCRIPT_NET=tap:pt0 start_script --ip 10.7.0.1/24
	start names in_ns a dnsmasq --keep-in-foreground --conf-file=/dev/null --no-resolv --no-hosts \
		--user=root --pid-file= --listen-address=10.7.0.1 --bind-interfaces --log-facility=- \
		--dhcp-range=10.7.0.50,10.7.0.60 --dhcp-leasefile="$dir/leases" --log-dhcp
	python 'import network, time
lan = network.LAN()
lan.active(False)
network.hostname("my-board")
lan.active(True)
while not lan.isconnected():
    time.sleep_ms(100)
print("address:", lan.ifconfig()[0])'
	expect "an address" said '^address: 10.7.0.5'
	wait_for 5 "its name" grep -q ' my-board ' "$dir/leases"
	# One of its own stays, too.
	python 'import network
lan = network.LAN()
lan.ifconfig(("10.7.0.2", "255.255.255.0", "10.7.0.1", "10.7.0.1"))
lan.active(False)
lan.active(True)
print("given:", lan.ifconfig()[0], lan.ipconfig("dhcp4"))'
	expect "the one it was given" said '^given: 10.7.0.2 False'
}

slow_script_names_are_found_or_refused_in_words() {
	[[ -x /usr/sbin/dnsmasq ]] || skip_case "dnsmasq-base is not installed"
	SCRIPT_NET=tap:pt0 start_script --ip 10.7.0.1/24
	start names in_ns a dnsmasq --keep-in-foreground --conf-file=/dev/null --no-resolv --no-hosts \
		--user=root --pid-file= --listen-address=10.7.0.1 --bind-interfaces \
		--address=/far.test/10.7.0.1 --local=/test/
	cat >"$dir/names.py" <<'END'
import network, socket, time
lan = network.LAN()
def ask(name, port=80):
    began = time.ticks_ms()
    try:
        said = socket.getaddrinfo(name, port)[0][-1]
    except OSError as e:
        said = e
    return said, time.ticks_diff(time.ticks_ms(), began) < 5000  # lwIP gives up after 7 s
def reach(address):
    s = socket.socket()
    try:
        s.connect(address)
    except OSError as e:
        return e
    finally:
        s.close()
lan.ifconfig(("10.7.0.2", "255.255.255.0", "10.7.0.1", "10.7.0.1"))
for i in range(50):
    if ask("far.test")[1]:
        break
print("found:", *ask("far.test"))
print("not known:", *ask("near.test"))
print("too long:", *ask("x" * 300))
print("numbers:", *ask("192.0.2.1"))
lan.ifconfig(("10.7.0.2", "255.255.255.0", "10.7.0.1", "0.0.0.0"))
print("no server:", *ask("another.test"))
lan.ifconfig(("10.7.0.2", "255.255.255.0", "10.7.0.1", "10.7.0.9"))
print("silent:", *ask("silent.test"))
lan.active(False)
print("down:", *ask("other.test"))
print("numbers still:", *ask("192.0.2.1"))
print("nobody:", reach(("10.7.0.1", 1)))
lan.active(True)
END
	far run "$dir/names.py"
	expect "it runs" [ "$status" = 0 ]
	expect "found" said "^found: \\('10.7.0.1', 80\\) True"
	expect "not known" said '^not known: .*no such name, or no answer.* True'
	expect "too long" said '^too long: .*that is no name.* True'
	expect "numbers" said "^numbers: \\('192.0.2.1', 80\\) True"
	expect "no server" said '^no server: .*no name server is set.* True'
	expect "no answer" said '^silent: .*no such name, or no answer.* False'
	expect "down" said '^down: .*EHOSTUNREACH: no network True'
	expect "numbers want no network" said "^numbers still: \\('192.0.2.1', 80\\) True"
	expect "nobody" said '^nobody: .*EHOSTUNREACH'
	# Interrupted in the middle: what lwIP hears of it afterwards is nobody's.
	printf '%s\n' 'import network, socket' \
		'network.LAN().ifconfig(("10.7.0.2", "255.255.255.0", "10.7.0.1", "10.7.0.9"))' \
		'print("it asks")' 'socket.getaddrinfo("silent.test", 80)' >"$dir/silent.py"
	start silent in_ns a "$pigtail" run --link script "$dir/silent.py"
	wait_for 10 "the question" has_line silent 'it asks'
	sleep 0.5
	kill -INT "${pid_of[silent]}"
	gone silent
	expect "interrupted" has_line silent KeyboardInterrupt
	python 'import time; time.sleep(8); print("alive")'
	expect "alive" said '^alive'
	expect "it never restarted" never_restarted
}

# The server closes first; the client's next connection is from the same port.
case_script_answers_a_port_that_comes_again() {
	SCRIPT_NET=tap:pt0 start_script --ip 10.7.0.1/24
	cat >"$dir/serve.py" <<'END'
import network, socket
network.LAN().ifconfig(("10.7.0.2", "255.255.255.0", "10.7.0.1", "10.7.0.1"))
server = socket.socket()
server.bind(("", 80))
server.listen(1)
print("it serves")
for _ in range(10):
    client = server.accept()[0]
    client.recv(100)
    client.send(b"hello")
    client.close()
END
	start serve in_ns a "$pigtail" run --link script "$dir/serve.py"
	wait_for 10 "the server" has_line serve 'it serves'
	hostile again 10
}
