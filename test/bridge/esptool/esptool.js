// SPDX-License-Identifier: GPL-2.0-only
/*
 * Espressif's own programmer, esptool-js, as it is in browsers, at a port of RFC 2217 in place of
 * Web Serial. It works the ROM's loader, without its stub: that is code for the chip's CPU.
 *
 *	node esptool.js HOST PORT FILE OFFSET
 */
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { connect } from "node:net";
import { ESPLoader, Transport } from "esptool-js";

const IAC = 255, SB = 250, SE = 240, WILL = 251, DO = 253, COM_PORT = 44, BINARY = 0;
const SET_BAUDRATE = 1, SET_CONTROL = 5, DTR_ON = 8, RTS_ON = 11, OFF = 1;

/* What a browser has for a serial port, as far as it is used. */
class Port {
	constructor(host, port) {
		this.place = { host, port };
	}

	getInfo() {
		return {};
	}

	async open({ baudRate }) {
		this.socket = connect({ ...this.place, noDelay: true });
		await new Promise((resolve, reject) => this.socket.once("connect", resolve).once("error", reject));
		this.socket.write(Uint8Array.of(IAC, WILL, COM_PORT, IAC, WILL, BINARY, IAC, DO, BINARY));
		this.set(SET_BAUDRATE, baudRate >> 24, baudRate >> 16 & 255, baudRate >> 8 & 255, baudRate & 255);
		this.readable = new ReadableStream({ start: (to) => this.receive(to) });
		this.writable = new WritableStream({ write: (bytes) => this.send(bytes) });
	}

	receive(to) {
		let command = null; /* bytes of one that has begun */
		this.socket.on("data", (bytes) => {
			const data = [];
			for (const byte of bytes) {
				if (!command && byte !== IAC) {
					data.push(byte);
				} else if (!command) {
					command = [];
				} else {
					command.push(byte);
					if (command[0] === IAC)
						data.push(IAC);
					if (command[0] === IAC || (command[0] === SB ? byte === SE : command.length === 2))
						command = null;
				}
			}
			if (data.length)
				to.enqueue(Uint8Array.from(data));
		});
		this.socket.on("close", () => to.close());
	}

	async send(bytes) {
		const doubled = [...bytes].flatMap((byte) => byte === IAC ? [IAC, IAC] : [byte]);
		await new Promise((resolve) => this.socket.write(Uint8Array.from(doubled), resolve));
	}

	set(what, ...value) {
		this.socket.write(Uint8Array.of(IAC, SB, COM_PORT, what, ...value, IAC, SE));
	}

	async setSignals({ dataTerminalReady: dtr, requestToSend: rts }) {
		if (dtr !== undefined)
			this.set(SET_CONTROL, dtr ? DTR_ON : DTR_ON + OFF);
		if (rts !== undefined)
			this.set(SET_CONTROL, rts ? RTS_ON : RTS_ON + OFF);
	}

	async close() {
		this.socket.removeAllListeners("close");
		await new Promise((resolve) => this.socket.end(resolve));
	}
}

const [host, port, file, offset] = process.argv.slice(2);
const transport = new Transport(new Port(host, Number(port)));
const terminal = {
	clean() {},
	write: (text) => process.stdout.write(text),
	writeLine: (text) => process.stdout.write(text + "\n"),
};
const loader = new ESPLoader({ transport, baudrate: 115200, romBaudrate: 115200, terminal });

const data = new Uint8Array(readFileSync(file)), address = Number(offset);

await loader.detectChip();
await loader.writeFlash({
	fileArray: [{ data, address }],
	flashSize: "keep", flashMode: "keep", flashFreq: "keep", eraseAll: false, compress: false,
});
/* The ROM answers by text, which esptool-js takes for the bytes of a stub's answer. */
const sum = Buffer.from(await loader.flashMd5sum(address, data.length), "hex").toString();
const same = sum === createHash("md5").update(data).digest("hex");
console.log(same ? "verified" : `MD5 ${sum}`);
await loader.after();
process.exit(same ? 0 : 1);
