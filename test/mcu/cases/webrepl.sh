# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# shellcheck source=../../netns/lib.sh
# shellcheck disable=SC2154 # $dir, $pigtail, $top are those of run.sh
#
# WebREPL on script.elf, plain and over TLS: start_script and python are those of script.sh.
#
# LONG=1: those who mean harm, all of it over TLS, and downloads beside mpremote.
#
#	test/mcu/webrepl.py --- 127.0.0.1:8266 --- pigtail qemu === link === script.elf

webrepl_password="a password of more than nine letters, ü"

# start_webrepl [ARGUMENTS [OPTION...]]: of webrepl.start(), which boot.py calls; of the link.
start_webrepl() {
	local arguments=${1:-}
	SCRIPT_NET=user,hostfwd=tcp:127.0.0.1:8266-:8266 start_script "${@:2}"
	for file in "$dir"/*.pem; do
		[[ -e $file ]] && far cp "$file" ":${file##*/}"
	done
	python "import webrepl
webrepl.set_password('$webrepl_password')
with open('/boot.py', 'w') as file:
    file.write(\"import webrepl; webrepl.start($arguments)\")
import machine; machine.reset()"
	wait_for 20 "the interpreter again" says_two
}

# What a client does not read stays with the device, but for few bytes.
small_buffers() {
	in_ns a sysctl -q -w net.ipv4.tcp_wmem="4096 4096 4096"
}

has_downloads() {
	[[ $(grep -c downloads "$dir/downloads.log") -ge $1 ]]
}

# beside COMMAND...: mpremote's, on the REPL as it is, while at least one download ends.
beside() {
	local before
	before=$(grep -c downloads "$dir/downloads.log")
	mpremote resume "$@"
	wait_for 30 "a download beside it" has_downloads "$((before + 1))"
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

slow_webrepl_has_one_client_and_no_patience_with_harm() {
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

slow_webrepl_downloads_go_on_beside_mpremote() {
	mkdir "$dir/here"
	echo 'print("here", open("five.txt").read())' >"$dir/here/hello.py"
	echo five >"$dir/here/five.txt"
	echo 'print(sum(range(100000)))' >"$dir/sum.py"
	head -c 20000 /dev/urandom >"$dir/twenty"
	start_webrepl "" --ber 1e-5 --seed 5
	start tty in_ns a "$pigtail" repl script --pty "$dir/tty"
	wait_for 10 "the tty" [ -e "$dir/tty" ]
	export DONE=$dir/done
	start downloads in_ns a python3 "$top/test/mcu/webrepl.py" 8266 "$webrepl_password" downloads
	wait_for 30 "a download" grep -q downloads "$dir/downloads.log"
	beside run "$dir/sum.py"
	expect "a script ran" said '^4999950000'
	beside fs cp "$dir/twenty" :twenty
	beside fs cp :twenty "$dir/back"
	expect "there and back" cmp "$dir/twenty" "$dir/back"
	beside mount "$dir/here" exec 'import hello'
	expect "a folder of the host" said '^here five'
	touch "$DONE"
	wait "${pid_of[downloads]}"
	unset "pid_of[downloads]"
	cat "$dir/downloads.log"
}

# MicroPython's page is not Debian's, so it is fetched by hand.
slow_webrepl_page_in_a_browser() {
	local page=$top/build/webrepl file
	[[ -e $page/webrepl.html ]] ||
		skip_case "git clone https://github.com/micropython/webrepl build/webrepl"
	[[ -e /usr/bin/chromedriver ]] || skip_case "chromium-driver is not installed"
	make_certificate
	start_webrepl "cert='cert.pem', key='key.pem'"
	python 'import os; os.mkdir("/www")'
	for file in webrepl.html webrepl.js webrepl.css term.js FileSaver.js; do
		far cp "$page/$file" ":/www/$file"
	done
	mkdir "$dir/saved"
	in_ns a timeout 500 /usr/bin/python3 "$top/test/mcu/webrepl_browser.py" 8266 \
		"$webrepl_password" "$dir/saved"
	expect "the link's REPL is there as well" says_two
	expect "it never restarted" [ "$(grep -c 'firmware pigtail script' "$dir/script.log")" = 2 ]
}
