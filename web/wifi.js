// SPDX-License-Identifier: GPL-2.0-only
/*
 * The radio of the link beside the bridge (--link), or that of the device that the bridge runs
 * on: its state, which networks there are, and which one it is in. A link is asked by requests of
 * their own (POST): of a password, the bridge keeps nothing. A device has few connections, and is
 * asked by the one that is there.
 */
import { control } from "./link.js";

const EVERY_MS = 2000;
const $ = (id) => document.getElementById(id);
let busy = false, own = false, link;

const request = (name, args) => own ? link.ask(name, args) : control(name, args);

function security({ security: kinds }) {
	return kinds?.length ? kinds.join(", ") : "?";
}

function say(text, bad) {
	$("wifi-told").textContent = text;
	$("wifi-told").className = bad ? "bad" : "";
}

/* ---- the state ---- */

function sentence(status) {
	const station = status.radio?.station;
	if (!status.radio)
		return "the link has no radio now";
	if (station?.state === "joined")
		return `in ${station.ssid}: channel ${station.channel}, ${station.signal} dBm, ${security(station)}`;
	const why = station?.failure ? `; ${station.failure.ssid}: ${station.failure.reason}` : "";
	return (station?.state === "joining" ? `joining ${station.ssid ?? ""}` : "in no network") + (own ? why : "");
}

async function look() {
	if (document.hidden)
		return;
	try {
		const status = await request("link.status");
		$("wifi-state").textContent = sentence(status);
		$("leave").disabled = $("forget").disabled = status.radio?.station?.state !== "joined";
		$("scan").disabled = $("join").disabled = busy || !status.radio;
	} catch (error) {
		$("wifi-state").textContent = error.message;
		$("scan").disabled = $("join").disabled = $("leave").disabled = $("forget").disabled = true;
	}
}

/* ---- what is done ---- */

async function work(text, name, args) {
	busy = true;
	$("scan").disabled = $("join").disabled = true;
	say(text);
	try {
		return await request(name, args);
	} catch (error) {
		say(error.message, true);
		return null;
	} finally {
		busy = false;
		/* With the words, or who goes on at once types into a form that takes no Enter. */
		$("scan").disabled = $("join").disabled = false;
		look();
	}
}

function choose(network) {
	$("ssid").value = network.ssid;
	$("passphrase").focus();
}

function row(network) {
	const tr = document.createElement("tr"), button = document.createElement("button");
	button.type = "button";
	button.textContent = network.ssid || "(hidden)";
	button.setAttribute("aria-label", `Choose ${network.ssid || "a hidden network"}`);
	button.addEventListener("click", () => choose(network));
	for (const [i, content] of [button, `${network.signal} dBm`, network.channel, security(network)].entries()) {
		const td = tr.insertCell();
		td.append(content);
		td.className = i === 1 || i === 2 ? "number" : "";
	}
	return tr;
}

async function scan() {
	const found = await work("scanning", "wifi.scan");
	if (!found)
		return;
	$("networks").replaceChildren(...found.networks.map(row));
	$("networks-table").hidden = !found.networks.length;
	say(found.networks.length ? "" : "no network is in reach");
}

async function join(event) {
	event.preventDefault();
	const args = { ssid: $("ssid").value };
	if ($("passphrase").value)
		args.passphrase = $("passphrase").value;
	if ($("keep").checked)
		args.save = true;
	$("passphrase").value = "";
	const joined = await work(`joining ${args.ssid}`, "wifi.join", args);
	if (joined)
		say(joined.saved === false ? `joined, but not saved: ${joined.not_saved}` : `joined ${args.ssid}`, joined.saved === false);
}

/* A device is reached by its network only. */
async function leave(forget) {
	const what = forget ? "It forgets the network, and joins none until it is set up anew." : "It comes back when it is restarted.";
	if (own && !confirm(`This page will not be reached any more. ${what}`))
		return;
	if (await work("leaving", "wifi.leave", forget ? { forget } : {}))
		say(own ? what : "left; it joins none by itself now");
}

export function show(status) {
	$("wifi-link").textContent = status.link ?? "the device";
	if (!$("wifi-section").hidden)
		return;
	own = !status.link;
	$("wifi-section").hidden = false;
	$("forget").hidden = $("wifi-note").hidden = !own;
	$("keep").checked = own;
	look();
	setInterval(look, EVERY_MS);
}

export function begin(ask, tell, socket) {
	link = socket;
	$("scan").addEventListener("click", scan);
	$("leave").addEventListener("click", () => leave(false));
	$("forget").addEventListener("click", () => leave(true));
	$("wifi-form").addEventListener("submit", join);
}
