// SPDX-License-Identifier: GPL-2.0-only
/*
 * The connection to the bridge: one WebSocket. Binary messages are the UART's bytes, text
 * messages are lines of the control socket: requests with an id, answers, events.
 */
const post = (path, body) => fetch(path, {
	method: "POST",
	headers: { "X-Pigtail": "1", "Content-Type": "application/json" },
	body: JSON.stringify(body || {}),
});

export async function session() {
	return (await fetch("api/session")).json();
}

/* Null, or why not. */
export async function login(user, password) {
	const answer = await post("api/login", { user, password });
	return answer.ok ? null : (await answer.json()).error.reason;
}

export function logout() {
	return post("api/logout");
}

/* One request by itself; its result. */
export async function control(request, args) {
	const answer = await (await post("api/control", { request, arguments: args ?? {} })).json();
	if (answer.error)
		throw new Error(answer.error.reason);
	return answer.result;
}

export class Link {
	#socket;
	#waiting = new Map();
	#id = 0;
	#events = {};

	/* handlers: opened(), closed(), data(bytes), and one for each event by its name. */
	constructor(handlers) {
		this.handlers = handlers;
	}

	open() {
		const socket = new WebSocket(new URL("api/socket", location.href.replace(/^http/, "ws")));
		socket.binaryType = "arraybuffer";
		socket.onopen = () => {
			for (const [event, every] of Object.entries(this.#events))
				this.ask("subscribe", { event, ...(every && { every }) }).catch(() => {});
			this.handlers.opened();
		};
		socket.onmessage = (message) => {
			if (message.data instanceof ArrayBuffer)
				this.handlers.data(new Uint8Array(message.data));
			else
				this.#line(JSON.parse(message.data));
		};
		socket.onclose = () => {
			this.#socket = null;
			for (const one of this.#waiting.values())
				one.reject(new Error("the connection broke"));
			this.#waiting.clear();
			this.handlers.closed();
		};
		this.#socket = socket;
	}

	close() {
		this.#socket?.close();
	}

	/* Now and after each opening. every: seconds, or 0: when it happens. */
	subscribe(event, every) {
		this.#events[event] = every;
	}

	/* What is sent and has not left: who sends much waits for it to get less. */
	get waiting() {
		return this.#socket?.bufferedAmount ?? 0;
	}

	send(bytes) {
		if (this.#socket?.readyState === WebSocket.OPEN)
			this.#socket.send(bytes);
	}

	ask(request, args) {
		return new Promise((resolve, reject) => {
			if (this.#socket?.readyState !== WebSocket.OPEN) {
				reject(new Error("there is no connection"));
				return;
			}
			const id = ++this.#id;
			this.#waiting.set(id, { resolve, reject });
			this.#socket.send(JSON.stringify({ id, request, arguments: args ?? {} }));
		});
	}

	#line(line) {
		if (line.event) {
			if (line.data)
				this.handlers[line.event]?.(line.data);
			return;
		}
		const one = this.#waiting.get(line.id);
		this.#waiting.delete(line.id);
		if (one && line.error)
			one.reject(new Error(line.error.reason));
		else
			one?.resolve(line.result);
	}
}
