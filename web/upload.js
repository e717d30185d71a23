// SPDX-License-Identifier: GPL-2.0-only
/*
 * A file to the bridge, in messages of at most 2 KB, or less if it says so. A connection that
 * breaks in the middle is no loss: the bridge says how much it has.
 */
const PIECE = 1200, AHEAD = 8, STUCK_MOST = 8; /* pieces on their way at once, so that delays matter less */

const hex = (bytes) => Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
const base64 = (bytes) => btoa(String.fromCharCode(...bytes));

/* offset: null for Intel hex, or for bytes of the flash's beginning. progress(share of 1). */
export async function upload(link, file, offset, progress) {
	const bytes = new Uint8Array(await file.arrayBuffer());
	const begun = {
		size: bytes.length,
		sha256: hex(new Uint8Array(await crypto.subtle.digest("SHA-256", bytes))),
		name: file.name.slice(0, 48),
	};
	if (offset !== null)
		begun.offset = offset;
	let { have, piece = PIECE } = await link.ask("image.begin", begun);
	for (let most = have, stuck = 0; have < bytes.length; ) {
		progress(have / bytes.length);
		const asked = [];
		for (let at = have; at < bytes.length && asked.length < AHEAD; at += piece)
			asked.push(link.ask("image.write", { offset: at, data: base64(bytes.subarray(at, at + piece)) }));
		({ have } = (await Promise.all(asked)).at(-1));
		stuck = have > most ? 0 : stuck + 1;
		if (stuck === STUCK_MOST)
			throw new Error("the bridge takes no more of it; does somebody else upload?");
		most = Math.max(have, most);
	}
}
