# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# shellcheck disable=SC2154 # $dir, $pigtail, $status are those of run.sh and script.sh
#
# TLS of MicroPython on the radio's own CPU, with OpenSSL and NSS at the other end.
#
#	script.elf --- link --- user: 10.0.2.2 is 127.0.0.1
#	                                 :8443  openssl s_server, a chain that ends in our root
#	                                 :8444  the same with a certificate that is expired
#	                                 :8445  the same, which wants a certificate of its client
#	                                 :8446  selfserv of NSS, which sends records of 16 KB
#
# LONG=1: 100 handshakes.

# certificate NAME ISSUER DAYS EXTENSION: NAME.key and NAME.pem in $dir/pki.
certificate() {
	openssl ecparam -name prime256v1 -genkey -noout -out "$1.key"
	if [[ $1 = "$2" ]]; then
		openssl req -x509 -new -key "$1.key" -days "$3" -subj "/CN=$1" -addext "$4" -out "$1.pem"
		return
	fi
	openssl req -new -key "$1.key" -subj "/CN=$1" -out "$1.csr"
	openssl x509 -req -in "$1.csr" -CA "$2.pem" -CAkey "$2.key" -CAcreateserial -days "$3" \
		-extfile <(echo "$4") -out "$1.pem" 2>/dev/null
}

make_certificates() {
	mkdir -p "$dir/pki"
	(
		cd "$dir/pki" || exit
		certificate root root 3650 basicConstraints=critical,CA:TRUE 2>/dev/null
		certificate other other 3650 basicConstraints=critical,CA:TRUE 2>/dev/null
		certificate middle root 3650 basicConstraints=critical,CA:TRUE,pathlen:0
		certificate server middle 30 subjectAltName=DNS:server.test
		certificate expired middle -1 subjectAltName=DNS:server.test
		certificate client root 30 subjectAltName=DNS:client.test
	)
}

# tls_server NAME PORT CERTIFICATE [OPTION...]: a page about each connection.
tls_server() {
	start "$1" in_ns a openssl s_server -accept "127.0.0.1:$2" -cert "$dir/pki/$3.pem" \
		-key "$dir/pki/$3.key" -cert_chain "$dir/pki/middle.pem" -www "${@:4}"
	wait_for 10 "$1" in_ns a nc -z 127.0.0.1 "$2"
}

# start_tls: the board, with our root on it, and what its scripts have in common.
start_tls() {
	make_certificates
	SCRIPT_NET=user,loopback=on start_script
	far cp "$dir/pki/root.pem" :root.pem
	cat >"$dir/far.py" <<'END'
import gc, socket, ssl, time
def connect(context, port, name="server.test"):
    s = socket.socket()
    s.connect(("10.0.2.2", port))
    return context.wrap_socket(s, server_hostname=name)
def ask(context, port, name="server.test", what="/"):
    t = connect(context, port, name)
    t.write(("GET %s HTTP/1.0\r\n\r\n" % what).encode())
    answer = b""
    while True:
        part = t.read(1024)
        if not part:
            break
        answer += part
    t.close()
    return answer
def refusal(context, *where):
    try:
        ask(context, *where)
        return "none"
    except (OSError, ValueError) as e:
        return str(e).strip()
END
	far cp "$dir/far.py" :far.py
}

case_script_tls_verifies_its_server() {
	start_tls
	tls_server good 8443 server
	tls_server late 8444 expired
	tls_server asks 8445 server -Verify 2 -verify_return_error -CAfile "$dir/pki/root.pem"
	cat /etc/ssl/certs/ca-certificates.crt "$dir/pki/root.pem" >"$dir/ca.pem"
	cat "$dir/pki/client.pem" "$dir/pki/client.key" >"$dir/client.pem"
	far cp "$dir/client.pem" :client.pem
	far cp "$dir/pki/other.pem" :other.pem
	cat >"$dir/verify.py" <<'END'
from far import *
import machine
c = ssl.create_default_context(cafile="root.pem")
for i in range(2):
    print("page", [line for line in ask(c, 8443).split(b"\n") if b"TLSv1.2, Cipher is" in line])
print("name:", refusal(c, 8443, "another.test"))
print("no name:", refusal(c, 8443, None))
print("expired:", refusal(c, 8444))
print("stranger:", refusal(ssl.create_default_context(cafile="other.pem"), 8443))
print("nobody:", refusal(ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT), 8443))
print("no certificate:", refusal(c, 8445))
c.load_cert_chain("client.pem")
print("a certificate:", b"Subject: CN=client" in ask(c, 8445))
now = machine.RTC().datetime()
machine.RTC().datetime((2001, 1, 1, 0, 0, 0, 0, 0))
print("no time:", refusal(c, 8443))
machine.RTC().datetime(now)
try:
    c.load_verify_locations(cadata=b"nonsense")
except ValueError as e:
    print("bad:", e)
c.verify_mode = ssl.CERT_NONE
print("unverified:", refusal(c, 8444, None))
END
	far run "$dir/verify.py"
	expect "a whole handshake" said "^page .*New, TLSv1.2, Cipher is ECDHE-ECDSA-"
	expect "then the session goes on" said "^page .*Reused, TLSv1.2"
	expect "another name" said '^name: The certificate Common Name \(CN\) does not match'
	expect "without a name" said '^no name: CERT_REQUIRED requires server_hostname'
	expect "expired" said '^expired: The certificate validity has expired'
	expect "another root" said '^stranger: The certificate is not correctly signed by the trusted CA'
	expect "no root at all" said '^nobody: The certificate is not correctly signed by the trusted CA'
	expect "a server that wants a certificate" said '^no certificate: .*MBEDTLS_ERR_SSL_FATAL_ALERT_MESSAGE'
	expect "and gets it" said '^a certificate: True'
	expect "a clock that was never set" said '^no time: the time is not known'
	expect "no certificate" said '^bad: invalid cert'
	expect "if it is told not to" said '^unverified: none'
	# All that this system trusts, looked up in the file.
	far cp "$dir/ca.pem" :ca.pem
	python 'from far import *
c = ssl.create_default_context()
gc.collect(); free = gc.mem_free()
print("roots:", refusal(c, 8443))
gc.collect(); print("held:", free - gc.mem_free())'
	expect "found among them" said '^roots: none'
	expect "and not held" [ "$(sed -n 's/^held: //p' "$dir/said")" -lt 4000 ]
}

case_script_tls_records_as_large_as_they_come() {
	start_tls
	tls_server good 8443 server
	openssl pkcs12 -export -in "$dir/pki/server.pem" -inkey "$dir/pki/server.key" \
		-certfile "$dir/pki/middle.pem" -name server -out "$dir/server.p12" -passout pass:
	mkdir "$dir/nss"
	certutil -N -d "$dir/nss" --empty-password
	pk12util -i "$dir/server.p12" -d "$dir/nss" -W "" >/dev/null
	head -c 100000 /dev/urandom >"$dir/hundred"
	start nss in_ns a selfserv -d "$dir/nss" -n server -e server -p 8446 -V tls1.2:tls1.2
	wait_for 10 "NSS" in_ns a nc -z 127.0.0.1 8446
	cat >"$dir/records.py" <<END
from far import *
import binascii, hashlib
c = ssl.create_default_context(cafile="root.pem")
ask(c, 8443)
gc.collect()
free = gc.mem_free()
for word, port in ("agreed", 8443), ("not agreed", 8446):
    t = connect(c, port)
    gc.collect()
    print("%s: %d" % (word, free - gc.mem_free()))
    t.close()
t = connect(c, 8446)
t.write(b"GET /$dir/hundred HTTP/1.0\r\n\r\n")
while len(t.readline()) > 2:
    pass
h = hashlib.sha256()
while True:
    part = t.read(4096)
    if not part:
        break
    h.update(part)
print("16 KB:", binascii.hexlify(h.digest()).decode())
END
	far run "$dir/records.py"
	expect "of a server that agrees to 4 KB little is held" [ "$(number agreed)" -lt 16000 ]
	expect "of one that does not, all" [ "$(number 'not agreed')" -gt 20000 ]
	expect "and its records are read" [ "$(number '16 KB')" = "$(sha256sum "$dir/hundred" | cut -d ' ' -f 1)" ]
}

case_script_tls_handshakes_leave_nothing() {
	local handshakes=${LONG:+100}
	handshakes=${handshakes:-4}
	start_tls
	tls_server good 8443 server
	tls_server late 8444 expired
	cat >"$dir/many.py" <<END
from far import *
def one():
    print(refusal(ssl.create_default_context(cafile="root.pem"), 8443))
one()
refusal(ssl.create_default_context(cafile="root.pem"), 8444)
gc.collect()
before = gc.mem_free()
for i in range($handshakes):
    one()
    if i % 5 == 0:
        refusal(ssl.create_default_context(cafile="root.pem"), 8444)
gc.collect()
print("before:", before)
print("after:", gc.mem_free())
END
	start many in_ns a "$pigtail" run --link script "$dir/many.py"
	gone many
	cp "$dir/many.log" "$dir/said"
	cat "$dir/said"
	expect "each was done" [ "$(grep -c '^none$' "$dir/said")" = $((handshakes + 1)) ]
	expect "memory is flat" [ "$(number after)" -ge $(($(number before) - 512)) ]
}

case_script_tls_ends_are_told_and_heard() {
	start_tls
	start ends in_ns a python3 "$top/test/mcu/tls_ends.py" "$dir/pki/server.pem" "$dir/pki/server.key" 8447
	wait_for 10 "the servers" in_ns a nc -z 127.0.0.1 8448
	cat "$dir/pki/middle.pem" "$dir/pki/root.pem" >"$dir/both.pem"
	far cp "$dir/both.pem" :both.pem
	python 'from far import *
import asyncio, select
c = ssl.create_default_context(cafile="both.pem")
for port in 8447, 8448:
    t = connect(c, port)
    print(port, t.read(), t.read(), t.read(1))
    p = select.poll(); p.register(t, select.POLLIN)
    print(port, "polled", len(p.poll(2000)))
    t.close()
async def main():
    r, w = await asyncio.open_connection("10.0.2.2", 8447, ssl=c, server_hostname="server.test")
    print("asyncio", await asyncio.wait_for(r.read(-1), 20))
asyncio.run(main())'
	expect "told" said "^8447 b'ten bytes.' b'' b''"
	expect "not told" said "^8448 b'ten bytes.' b'' b''"
	expect "polled" [ "$(grep -c 'polled 1' "$dir/said")" = 2 ]
	expect "asyncio" said "^asyncio b'ten bytes.'"
}

case_script_tls_server_for_openssl() {
	make_certificates
	SCRIPT_NET=user,hostfwd=tcp:127.0.0.1:8443-:443 start_script
	cat "$dir/pki/server.pem" "$dir/pki/middle.pem" >"$dir/chain.pem"
	far cp "$dir/chain.pem" :chain.pem
	far cp "$dir/pki/server.key" :server.key
	cat >"$dir/serve.py" <<'END'
import socket, ssl
c = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
c.load_cert_chain("chain.pem", "server.key")
l = socket.socket()
l.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
l.bind(("", 443)); l.listen(4)
print("serves")
while True:
    s = l.accept()[0]
    try:
        t = c.wrap_socket(s, server_side=True)
        n = 0
        while True:
            line = t.readline()
            if line.lower().startswith(b"content-length"):
                n = int(line.split(b":")[1])
            if len(line) <= 2:
                break
        print("body:", len(t.read(n)) if n else 0)
        t.write(b"HTTP/1.0 200 OK\r\n\r\n" + b"page " * 2000)
        t.close()
    except OSError as e:
        print("refused:", e)
END
	start server in_ns a "$pigtail" run --link script "$dir/serve.py"
	wait_for 10 "it serves" grep -q serves "$dir/server.log"
	in_ns a curl -sS --noproxy '*' --max-time 30 --cacert "$dir/pki/root.pem" \
		--resolve server.test:8443:127.0.0.1 https://server.test:8443/ >"$dir/page"
	expect "all of it, and its end" [ "$(wc -c <"$dir/page")" = 10000 ]
	in_ns a openssl s_client -connect 127.0.0.1:8443 -CAfile "$dir/pki/root.pem" -reconnect \
		-tls1_2 -no_ticket </dev/null >"$dir/sessions" 2>&1 || true
	expect "sessions go on" [ "$(grep -c '^Reused, TLSv1.2' "$dir/sessions")" -ge 4 ]
	head -c 40000 /dev/urandom >"$dir/body"
	in_ns a curl -sS --noproxy '*' --max-time 30 --cacert "$dir/pki/root.pem" -H Expect: \
		--data-binary "@$dir/body" --resolve server.test:8443:127.0.0.1 \
		https://server.test:8443/ >/dev/null
	wait_for 10 "records of 16 KB" grep -q "body: 40000" "$dir/server.log"
	# Nobody's client, and one that goes in the middle.
	printf 'GET / HTTP/1.0\r\n\r\n' | in_ns a timeout 5 nc -N 127.0.0.1 8443 >/dev/null || true
	wait_for 10 "the refusal" grep -q "refused:.*MBEDTLS_ERR_SSL" "$dir/server.log"
	in_ns a curl -sS --noproxy '*' --max-time 30 --cacert "$dir/pki/root.pem" \
		--resolve server.test:8443:127.0.0.1 https://server.test:8443/ >"$dir/page"
	expect "it serves on" [ "$(wc -c <"$dir/page")" = 10000 ]
}

case_script_chance_is_the_hosts() {
	local one
	start_script --capture "$dir/capture"
	python 'import os; print(os.urandom(16), len(os.urandom(3000)))'
	one=$(cat "$dir/said")
	expect "as many as wanted" said ' 3000$'
	restart_script
	python 'import os; print(os.urandom(16), len(os.urandom(3000)))'
	expect "others" [ "$one" != "$(cat "$dir/said")" ]
	# SET of the field CHANCE: tag 62, 32 bytes.
	expect "no capture has them" python3 -c 'import sys
sys.exit(b"\x3e\x20" + bytes(32) not in open(sys.argv[1], "rb").read())' "$dir/capture"
	expect "it is said that it wants them" in_ns a sh -c "'$pigtail' status script --json | grep -q chance"
}
