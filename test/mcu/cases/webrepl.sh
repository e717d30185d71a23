# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# shellcheck source=../../netns/lib.sh
# shellcheck disable=SC2154 # $dir, $pigtail, $top are those of run.sh
#
# WebREPL on script.elf, plain and over TLS: start_script and python are those of script.sh.
#
# LONG=1: those who mean harm, and all of it over TLS.
#
#	test/mcu/webrepl.py --- 127.0.0.1:8266 --- pigtail qemu === link === script.elf

webrepl_password="a password of more than nine letters, ü"

# start_webrepl [ARGUMENTS]: of webrepl.start(), which boot.py calls.
start_webrepl() {
	SCRIPT_NET=user,hostfwd=tcp:127.0.0.1:8266-:8266 start_script
	for file in "$dir"/*.pem; do
		[[ -e $file ]] && far cp "$file" ":${file##*/}"
	done
	python "import webrepl
webrepl.set_password('$webrepl_password')
with open('/boot.py', 'w') as file:
    file.write(\"import webrepl; webrepl.start(${1:-})\")
import machine; machine.reset()"
	wait_for 20 "the interpreter again" says_two
}

# What a client does not read stays with the device, but for few bytes.
small_buffers() {
	in_ns a sysctl -q -w net.ipv4.tcp_wmem="4096 4096 4096"
}

# webrepl WORD...: stories of clients.
webrepl() {
	in_ns a timeout 200 python3 "$top/test/mcu/webrepl.py" 8266 "$webrepl_password" "$@"
}

case_webrepl_types_interrupts_and_moves_files() {
	start_webrepl
	webrepl setup works interrupts pages stops
	expect "the link's REPL is there as well" says_two
	expect "it never restarted" [ "$(grep -c 'firmware pigtail script' "$dir/script.log")" = 2 ]
}

case_webrepl_has_one_client_and_no_patience_with_harm() {
	start_webrepl
	webrepl replaces
	if [[ -n ${LONG:-} ]]; then
		small_buffers
		webrepl harms works
	fi
	expect "the link's REPL" says_two
	expect "it never restarted" [ "$(grep -c 'firmware pigtail script' "$dir/script.log")" = 2 ]
}

make_certificate() {
	openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=board \
		-keyout "$dir/key.pem" -out "$dir/cert.pem" 2>/dev/null
}

case_webrepl_over_tls() {
	make_certificate
	start_webrepl "cert='cert.pem', key='key.pem'"
	webrepl --tls setup works
	if [[ -n ${LONG:-} ]]; then
		small_buffers
		webrepl --tls interrupts replaces harms
	fi
	expect "it never restarted" [ "$(grep -c 'firmware pigtail script' "$dir/script.log")" = 2 ]
}
