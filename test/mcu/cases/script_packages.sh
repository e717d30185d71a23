# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# shellcheck disable=SC2154 # $dir, $status, $pigtail are those of run.sh and script.sh
#
# Packages and pages of a server in the host's network: MicroPython's own mip on script.elf, and
# requests, which it asks with.
#
#	script.elf --- link --- user: 10.0.2.2 is 127.0.0.1, where a web server has port 8000

make_package() {
	mkdir -p "$dir/web/more"
	printf '{"urls": [["greeting/__init__.py", "http://10.0.2.2:8000/greeting.py"],
		["greeting/words.py", "http://10.0.2.2:8000/more/words.py"]], "version": "1.0"}' \
		>"$dir/web/package.json"
	printf 'from .words import words\ndef greet():\n    print(words, "from a package")\n' \
		>"$dir/web/greeting.py"
	printf 'words = "hello"\n' >"$dir/web/more/words.py"
}

start_with_packages() {
	make_package
	SCRIPT_NET=user,loopback=on start_script
	start web in_ns a python3 -m http.server --bind 127.0.0.1 --directory "$dir/web" 8000
	wait_for 10 "the server" in_ns a nc -z 127.0.0.1 8000
}

case_script_mip_installs_packages() {
	start_with_packages
	python 'import mip
mip.install("http://10.0.2.2:8000/none.json")
mip.install("http://10.0.2.2:8000/package.json")
import greeting
greeting.greet()'
	expect "no such package" said '^Package not found: '
	expect "installed and used" said '^hello from a package'
	python 'import greeting; greeting.greet()'
	expect "it stays" said '^hello from a package'
	# By mpremote, which fetches on the host.
	start tty in_ns a "$pigtail" repl script --pty "$dir/tty"
	wait_for 10 "the tty" [ -e "$dir/tty" ]
	in_ns a env PYTHONPATH="$top/build/micropython/tools/mpremote" timeout 60 /usr/bin/python3 \
		-m mpremote connect "$dir/tty" mip install http://127.0.0.1:8000/more/words.py
	python 'import words; print("by mpremote:", words.words)'
	expect "by mpremote" said '^by mpremote: hello'
}

# What a request said that it wants, in one answer.
echo_host() {
	python3 -c "from wsgiref.simple_server import make_server
def answer(said, begin):
    begin('200 OK', [])
    return [said['HTTP_HOST'].encode()]
make_server('127.0.0.1', 8001, answer).handle_request()"
}

case_script_requests_ask_and_refuse() {
	start_with_packages
	start echo in_ns a bash -c "$(declare -f echo_host); echo_host"
	wait_for 10 "its port" in_ns a sh -c 'ss -ltn | grep -q 127.0.0.1:8001'
	python 'import gc, requests
base = "http://10.0.2.2:8000"
r = requests.get(base + "/more")
print("a folder:", r.status_code, len(r.text) > 100, r.headers["Content-type"])
print("nothing:", requests.get(base + "/nothing").status_code)
print("JSON:", requests.get(base + "/package.json").json()["version"])
print("host:", requests.get("http://10.0.2.2:8001/").text)
print("sent:", requests.post(base, json={"a": 1}).status_code)
free = 0
for i in range(20):
    if i == 1:
        gc.collect()
        free = gc.mem_free()
    for url, named in (("ftp://10.0.2.2/", {}), ("http://10.0.2.2:1/", {}), ("https://10.0.2.2:8000/", {}),
                       (base, {"headers": {"X": "1\r\nY: 2"}}), (base + "/\r\nY: 2", {})):
        try:
            requests.get(url, timeout=20, **named)
            print("taken:", url)
        except (OSError, ValueError) as e:
            print("refused:", url, e)
gc.collect()
print("held:", free - gc.mem_free())'
	expect "a redirection" said '^a folder: 200 True text/html'
	expect "not found" said '^nothing: 404'
	expect "JSON" said '^JSON: 1.0'
	expect "the port" said '^host: 10.0.2.2:8001'
	expect "a body" said '^sent: 501'
	expect "refused in words" [ "$(grep -c '^refused: ' "$dir/said")" = 100 ]
	expect "nothing is left of them" [ "$(number held)" -lt 512 ]
}
