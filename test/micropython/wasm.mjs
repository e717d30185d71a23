// SPDX-License-Identifier: GPL-2.0-only
//
// Runs a script in MicroPython's WebAssembly build, with network.py and a line to a link.
//
//	node wasm.mjs MICROPYTHON.MJS FOLDER-OF-NETWORK.PY SCRIPT

import fs from "node:fs";
import {pathToFileURL} from "node:url";
import path from "node:path";

const [micropython, folder, script] = process.argv.slice(2);
const {loadMicroPython} = await import(pathToFileURL(path.resolve(micropython)));
const {pigtailLink} = await import(pathToFileURL(path.resolve(folder, "link.mjs")));
const mp = await loadMicroPython({linebuffer: true, stdout: (line) => console.log(line)});
mp.registerJsModule("pigtail_link", pigtailLink);
mp.FS.writeFile("/network.py", fs.readFileSync(path.join(folder, "network.py"), "utf8"));
mp.runPython("import sys; sys.path.append('/')");
mp.runPython(fs.readFileSync(script, "utf8"));
process.exit(0);
