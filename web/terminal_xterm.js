// SPDX-License-Identifier: GPL-2.0-only
/*
 * The terminal is xterm.js. It writes its colours and sizes into <style> elements, which our
 * policy forbids (it cannot be told from what an attacker would do): it gets elements that
 * put the same text into style sheets made by script, which are allowed.
 */
import "./xterm.js";

const sheet = document.createElement("link");
sheet.rel = "stylesheet";
sheet.href = "xterm.css";
document.head.append(sheet);

function styleByScript() {
	const element = document.createElement("span"), sheet = new CSSStyleSheet();

	element.hidden = true;
	document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet];
	Object.defineProperty(element, "textContent", {
		get: () => "",
		set: (text) => sheet.replaceSync(text),
	});
	return element;
}

function withStylesByScript(open) {
	const create = document.createElement;

	document.createElement = function (name, ...more) {
		return name === "style" ? styleByScript() : create.call(document, name, ...more);
	};
	open();
	document.createElement = create;
}

export function makeTerminal(element, input) {
	const terminal = new globalThis.Terminal({
		convertEol: false, cursorBlink: false, fontSize: 14, scrollback: 5000, screenReaderMode: true,
		fontFamily: "ui-monospace, monospace", theme: { background: "#101418", foreground: "#e6e9ec" },
	});

	withStylesByScript(() => terminal.open(element));
	terminal.onData(input);
	/* Tab goes on to what is next on the page, so that a keyboard is enough; Ctrl+I sends it. */
	terminal.attachCustomKeyEventHandler((event) => event.key !== "Tab");
	return {
		write: (bytes) => terminal.write(bytes),
		clear: () => terminal.reset(),
		focus: () => terminal.focus(),
		/* As many columns and rows as there is room for. */
		fit() {
			const screen = element.querySelector(".xterm-screen");
			const width = screen.clientWidth / terminal.cols, height = screen.clientHeight / terminal.rows;
			const columns = Math.floor((element.clientWidth - 24) / width), rows = Math.floor((element.clientHeight - 8) / height);
			if (width && columns > 1 && rows > 1)
				terminal.resize(columns, rows);
		},
	};
}
