// SPDX-License-Identifier: GPL-2.0-only
/*
 * The radio of the link beside the bridge (--link): its state, which networks there are, and
 * which one it is in. A password goes by a request of its own (POST), of which the bridge keeps
 * nothing.
 */
import { control } from "./link.js";

const EVERY_MS = 2000;
const $ = (id) => document.getElementById(id);
let busy = false;

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
	return station?.state === "joining" ? `joining ${station.ssid ?? ""}` : "in no network";
}

async function look() {
	if (document.hidden)
		return;
	try {
		const status = await control("link.status");
		$("wifi-state").textContent = sentence(status);
		$("leave").disabled = status.radio?.station?.state !== "joined";
		$("scan").disabled = $("join").disabled = busy || !status.radio;
	} catch (error) {
		$("wifi-state").textContent = error.message;
		$("scan").disabled = $("join").disabled = $("leave").disabled = true;
	}
}

/* ---- what is done ---- */

async function work(text, request, args) {
	busy = true;
	$("scan").disabled = $("join").disabled = true;
	say(text);
	try {
		return await control(request, args);
	} catch (error) {
		say(error.message, true);
		return null;
	} finally {
		busy = false;
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

async function leave() {
	if (await work("leaving", "wifi.leave"))
		say("left; it joins none by itself now");
}

export function show(status) {
	$("wifi-section").hidden = false;
	$("wifi-link").textContent = status.link;
}

export function begin() {
	$("scan").addEventListener("click", scan);
	$("leave").addEventListener("click", leave);
	$("wifi-form").addEventListener("submit", join);
	look();
	setInterval(look, EVERY_MS);
}
