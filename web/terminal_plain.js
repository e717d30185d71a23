// SPDX-License-Identifier: GPL-2.0-only
/*
 * A terminal without a library, for a microcontroller's pages: lines of text, the last ones
 * kept. Escape sequences are left out.
 */
const KEPT = 100000;

export function makeTerminal(element, input) {
	const screen = document.createElement("pre");
	const decoder = new TextDecoder();
	let text = "";

	screen.tabIndex = 0;
	screen.setAttribute("role", "log");
	screen.setAttribute("aria-label", "What the UART says; keys typed here are sent");
	element.append(screen);
	screen.addEventListener("keydown", (event) => {
		const keys = { Enter: "\r", Backspace: "\x7f", Escape: "\x1b" };
		let key = keys[event.key] ?? (event.key.length === 1 ? event.key : "");
		if (event.altKey || event.metaKey || !key)
			return;
		if (event.ctrlKey) {
			if (!/^[a-z]$/i.test(key) || /^[cv]$/i.test(key) && getSelection().toString())
				return;
			key = String.fromCharCode(key.toUpperCase().charCodeAt(0) - 64);
		}
		event.preventDefault();
		input(key);
	});
	return {
		write(bytes) {
			const below = screen.scrollHeight - screen.scrollTop - screen.clientHeight < 40;
			// eslint-disable-next-line no-control-regex
			text = (text + decoder.decode(bytes, { stream: true }))
				.replace(/\x1b\[[0-9;?]*[@-~]/g, "").replace(/\r\n?/g, (m) => m.length > 1 ? "\n" : "\r");
			text = text.slice(-KEPT);
			screen.textContent = text.replace(/\r/g, "");
			if (below)
				screen.scrollTop = screen.scrollHeight;
		},
		clear() {
			screen.textContent = text = "";
		},
		fit() {},
		focus() {
			screen.focus();
		},
	};
}
