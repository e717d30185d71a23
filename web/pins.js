// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the target is, and its pins. What is shown is what the bridge has, until somebody
 * begins to change it.
 */
const $ = (id) => document.getElementById(id);
const PINS = ["reset", "boot"];
let touched = false;

function fill(select, values, labels) {
	if (select.options.length !== values.length || values.some((value, i) => select.options[i].value !== value))
		select.replaceChildren(...values.map((value, i) => new Option(labels?.[i] ?? value, value)));
}

/* The words that make it so at the next start. */
function words({ target, pins, pin_settings: settings }) {
	const parts = PINS.filter((pin) => pins[pin]).flatMap((pin) =>
		[`${pin}=${pins[pin]}`, `${pin}-active=${settings[pin + "_active"]}`]);
	if (settings.pulse)
		parts.push(`pulse=${settings.pulse}`);
	if (settings.lines === "level" && parts.length)
		parts.push("lines=level");
	return `--target ${target}${parts.length ? " --pins " + parts.join(",") : ""}`;
}

export function show(status) {
	const settings = status.pin_settings;
	$("pins-section").hidden = false;
	$("pins-words").textContent = words(status);
	if (touched)
		return;
	$("kind").value = status.target;
	for (const pin of PINS) {
		fill($(pin + "-place"), ["none", ...settings.places]);
		$(pin + "-place").value = status.pins[pin] ?? "none";
		$(pin + "-active").value = settings[pin + "_active"];
	}
	$("pulse").value = settings.pulse || "";
	$("lines").value = settings.lines;
}

/* ask(request, arguments): its result, or null, and tell() has said why. */
export function begin(ask, tell) {
	const form = $("pins-form");
	for (const event of ["input", "change"])
		form.addEventListener(event, () => { touched = true; });
	/* As on such a board; the bridge does the same for who says only the target. */
	$("kind").addEventListener("change", () => {
		$("reset-active").value = "low";
		$("boot-active").value = $("kind").value === "stm32" ? "high" : "low";
	});
	form.addEventListener("reset", (event) => {
		event.preventDefault();
		touched = false;
		tell(null);
	});
	form.addEventListener("submit", async (event) => {
		event.preventDefault();
		const pins = { target: $("kind").value, pulse: Number($("pulse").value), lines: $("lines").value };
		for (const pin of PINS) {
			pins[pin] = $(pin + "-place").value;
			pins[pin + "_active"] = $(pin + "-active").value;
		}
		const now = await ask("pins", pins);
		$("pins-told").textContent = now ? "set, until the bridge ends" : "";
		if (now) {
			touched = false;
			show(now);
		}
	});
}
