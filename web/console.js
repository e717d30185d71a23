// SPDX-License-Identifier: GPL-2.0-only
/*
 * The page of a bridge. What the bridge tells is shown, what the user does is asked of it by
 * link.js; nothing is kept here that the bridge knows.
 */
import { Link, login, logout, session } from "./link.js";
import { makeTerminal } from "./terminal.js";
import { Plot } from "./plot.js";
import { upload } from "./upload.js";

const HEX_ROWS = 2000, RECORD_MAX = 1 << 20, HISTORY_MAX = 100;
const $ = (id) => document.getElementById(id);
const encoder = new TextEncoder();
const plot = new Plot($("plot"));
const link = new Link({ opened, closed, data, status: showStatus, stats: showStats, flash: showFlash });
const record = []; /* what the UART said: pieces, RECORD_MAX bytes at most */
let terminal, recorded = 0, wanted = false;

const tell = (error) => { $("told").textContent = error?.message ?? ""; };

/* Asks, and shows what is wrong if it is refused. */
async function ask(request, args) {
	try {
		const result = await link.ask(request, args);
		tell(null);
		return result;
	} catch (error) {
		tell(error);
		return null;
	}
}

/* ---- the connection ---- */

function opened() {
	$("state").className = "";
	$("state").textContent = "connected";
	tell(null);
}

async function closed() {
	$("state").className = "gone";
	$("state").textContent = "no connection";
	if (!wanted)
		return;
	try {
		const { login: needed, user } = await session();
		if (needed && !user)
			return start();
	} catch { /* it is not there; it may come back */ }
	setTimeout(() => wanted && link.open(), 1000);
}

function data(bytes) {
	terminal.write(bytes);
	record.push(bytes);
	recorded += bytes.length;
	while (recorded - record[0].length > RECORD_MAX)
		recorded -= record.shift().length;
	if (!$("hex").hidden)
		addHex(bytes);
}

/* ---- console ---- */

const send = (text) => link.send(encoder.encode(text));
let hexAt = 0, hexRow = [];

function hexLine(at, bytes) {
	const digits = bytes.map((byte) => byte.toString(16).padStart(2, "0")).join(" ");
	const text = bytes.map((byte) => byte >= 32 && byte < 127 ? String.fromCharCode(byte) : ".").join("");
	const width = rowLength();
	return `${at.toString(16).padStart(6, "0")}  ${digits.padEnd(width * 3)} ${text}`;
}

/* Bytes in a row: fewer on a phone. */
function rowLength() {
	return $("hex").clientWidth < 600 ? 8 : 16;
}

function addHex(bytes) {
	const list = $("hex"), width = rowLength();
	const below = list.scrollHeight - list.scrollTop - list.clientHeight < 40;
	for (const byte of bytes) {
		if (!hexRow.length)
			list.append(document.createElement("div"));
		hexRow.push(byte);
		if (hexRow.length === width) {
			list.lastChild.textContent = hexLine(hexAt, hexRow);
			hexAt += width;
			hexRow = [];
		}
	}
	if (hexRow.length)
		list.lastChild.textContent = hexLine(hexAt, hexRow);
	while (list.childElementCount > HEX_ROWS)
		list.firstChild.remove();
	if (below)
		list.scrollTop = list.scrollHeight;
}

function showView(hex) {
	$("hex").hidden = !hex;
	$("text").hidden = hex;
	$("hex").replaceChildren();
	hexAt = 0;
	hexRow = [];
	if (hex)
		record.forEach(addHex);
	else
		terminal.fit();
}

function clear() {
	record.length = recorded = 0;
	terminal.clear();
	showView(!$("hex").hidden);
}

function save() {
	const a = document.createElement("a");
	a.href = URL.createObjectURL(new Blob(record));
	a.download = "uart.log";
	a.click();
	setTimeout(() => URL.revokeObjectURL(a.href), 1000);
}

/* Lines that were sent; up and down go through them. */
const lines = JSON.parse(sessionStorage.getItem("lines") ?? "[]");
let at = lines.length;

function sendLine(event) {
	event.preventDefault();
	const text = $("line").value;
	send(text + $("ending").value);
	if (text && text !== lines.at(-1))
		lines.push(text);
	lines.splice(0, lines.length - HISTORY_MAX);
	sessionStorage.setItem("lines", JSON.stringify(lines));
	at = lines.length;
	$("line").value = "";
}

function recall(event) {
	const step = { ArrowUp: -1, ArrowDown: 1 }[event.key];
	if (!step)
		return;
	event.preventDefault();
	at = Math.min(Math.max(at + step, 0), lines.length);
	$("line").value = lines[at] ?? "";
}

/* ---- status ---- */

const busy = (element) => document.activeElement === element;

function cell(row, content, number) {
	const td = row.insertCell();
	td.append(content);
	if (number)
		td.className = "number";
}

function button(label, client, request) {
	const one = document.createElement("button");
	one.type = "button";
	one.textContent = label;
	one.setAttribute("aria-label", `${label}: client ${client}`);
	one.addEventListener("click", () => ask(request, { client }));
	return one;
}

function showClients(status) {
	const rows = status.clients.map((client) => {
		const row = document.createElement("tr");
		cell(row, client.peer);
		cell(row, client.programs ? "programs" : client.service);
		for (const name of ["received", "sent", "lost"])
			cell(row, String(client[name]), true);
		cell(row, client.may_write ? "yes" : "no");
		const actions = document.createElement("span");
		if (status.write === "exclusive" && !client.may_write)
			actions.append(button("Give", client.client, "take"));
		actions.append(button("Hang up", client.client, "hang-up"));
		cell(row, actions);
		return row;
	});
	/* A button that has the focus stays. */
	if (!$("clients").contains(document.activeElement))
		$("clients").replaceChildren(...rows);
}

/* Sections that only some bridges have: by a key of their status, the module that fills them. */
const sections = { pin_settings: "./pins.js", link: "./wifi.js", radio: "./wifi.js" };
const modules = {};

async function showSections(status) {
	for (const [key, path] of Object.entries(sections)) {
		if (!status[key])
			continue;
		modules[key] ??= import(path).then((module) => {
			module.begin(ask, tell, link);
			return module;
		});
		(await modules[key]).show(status);
	}
}

function showStatus(status) {
	const { port } = status;
	$("name").textContent = document.title = `${status.name}: ${port.name}`;
	$("state").className = port.open ? "" : "gone";
	$("state").textContent = port.open ? `${port.baud} baud ${port.format}` : "the UART is not there";
	if (!$("format-form").contains(document.activeElement)) {
		$("baud").value = port.baud;
		if (![...$("format").options].some((one) => one.value === port.format))
			$("format").add(new Option(port.format));
		$("format").value = port.format;
		$("rtscts").checked = port.rtscts;
	}
	for (const line of ["dtr", "rts"])
		if (!busy($(line)))
			$(line).checked = port[line];
	const pins = Object.entries(status.pins ?? {}).map(([pin, where]) => `${pin} by ${where}`);
	$("pins").textContent = pins.length ? `Target's pins: ${pins.join(", ")}` : "No pin of the target is known; see --pins.";
	$("reset").disabled = !status.pins?.reset;
	if (!$("target").value && [...$("target").options].some((one) => one.value === status.target))
		$("target").value = status.target;
	showClients(status);
	showSections(status);
}

function showStats(stats) {
	const rate = plot.add(stats);
	$("rate").textContent = `now ${Math.round(rate.from)} and ${Math.round(rate.to)} bytes/s`;
	$("counters").replaceChildren(...Object.entries(stats.counters).map(([name, value]) => {
		const row = document.createElement("tr"), head = document.createElement("th");
		head.scope = "row";
		head.textContent = name.replaceAll("_", " ");
		row.append(head);
		cell(row, String(value), true);
		row.lastChild.id = "counter-" + name;
		return row;
	}));
}

/* ---- program ---- */

const PHASES = { write: "writing", verify: "verifying" };

function showProgress(percent, text, bad) {
	$("progress").hidden = percent === null;
	if (percent !== null)
		$("progress").value = percent;
	$("program-state").textContent = text;
	$("program-state").className = bad ? "bad" : "";
}

function showFlash(flash) {
	const running = flash.state === "running", again = flash.broke ? `; begun anew: ${flash.broke}` : "";
	$("program").disabled = running;
	$("abort").hidden = !running;
	if (running) {
		const done = flash.phase === "verify" ? flash.verified : flash.written;
		showProgress(flash.total ? (100 * done) / flash.total : 0,
			`${PHASES[flash.phase] ?? flash.phase} ${flash.chip ?? ""} ${flash.total ? Math.floor((100 * done) / flash.total) + " %" : ""}${again}`);
	} else if (flash.state === "verified") {
		showProgress(100, `${flash.name}: ${flash.total} bytes written and verified, ${flash.chip}${again}`);
	} else if (flash.state === "failed") {
		showProgress(null, flash.error, true);
	}
}

async function program(event) {
	event.preventDefault();
	const offset = $("offset").value.trim();
	$("program").disabled = true;
	showProgress(0, "sending");
	try {
		await upload(link, $("file").files[0], offset ? Number(offset) : null,
			(share) => showProgress(100 * share, `sending ${Math.floor(100 * share)} %`));
		showFlash(await link.ask("flash", { target: $("target").value }));
	} catch (error) {
		$("program").disabled = false;
		showProgress(null, error.message, true);
	}
}

/* ---- all of it ---- */

async function start() {
	const { login: needed, user } = await session();
	wanted = !needed || Boolean(user);
	$("login").hidden = wanted;
	$("work").hidden = !wanted;
	$("logout").hidden = !user;
	if (!wanted) {
		$("state").textContent = "";
		$("login-form").elements.user.focus();
		return;
	}
	terminal ??= makeTerminal($("text"), send);
	terminal.fit();
	link.open();
}

$("login-form").addEventListener("submit", async (event) => {
	const { user, password } = event.target.elements;
	event.preventDefault();
	$("login-error").textContent = await login(user.value, password.value) ?? "";
	password.value = "";
	start();
});
$("logout").addEventListener("click", async () => {
	wanted = false;
	await logout();
	location.reload();
});
$("line-form").addEventListener("submit", sendLine);
$("line").addEventListener("keydown", recall);
$("clear").addEventListener("click", clear);
$("save").addEventListener("click", save);
for (const one of document.getElementsByName("view"))
	one.addEventListener("change", () => showView(one.value === "hex"));
$("format-form").addEventListener("submit", async (event) => {
	event.preventDefault();
	document.activeElement.blur();
	const status = await ask("set", { baud: Number($("baud").value), format: $("format").value, rtscts: $("rtscts").checked });
	if (status)
		showStatus(status);
});
for (const line of ["dtr", "rts"])
	$(line).addEventListener("change", () => ask("line", { line, on: $(line).checked }));
$("break").addEventListener("click", async () => {
	await ask("line", { line: "break", on: true });
	setTimeout(() => ask("line", { line: "break", on: false }), 250);
});
$("reset").addEventListener("click", () => ask("reset"));
$("program-form").addEventListener("submit", program);
$("abort").addEventListener("click", () => ask("flash.abort"));
addEventListener("resize", () => terminal?.fit());
link.subscribe("status", 1);
link.subscribe("stats", 1);
link.subscribe("flash", 0);
start();
