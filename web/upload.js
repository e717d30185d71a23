// SPDX-License-Identifier: GPL-2.0-only
/*
 * A file to the bridge, in messages of at most 2 KB. A connection that breaks in the middle
 * is no loss: the bridge says how much it has.
 */
const PIECE = 1200;

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
	let { have } = await link.ask("image.begin", begun);
	while (have < bytes.length) {
		progress(have / bytes.length);
		({ have } = await link.ask("image.write", {
			offset: have,
			data: base64(bytes.subarray(have, have + PIECE)),
		}));
	}
}
