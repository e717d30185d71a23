// SPDX-License-Identifier: GPL-2.0-only OR MIT
//
// A line to a link's control socket for network.py in MicroPython's WebAssembly build, which
// has no sockets and calls what answers at once. A thread has the socket; what it receives
// waits in its port until it is asked for.
//
//	import {pigtailLink} from "./link.mjs";
//	mp.registerJsModule("pigtail_link", pigtailLink);

import net from "node:net";
import fs from "node:fs";
import {Worker, MessageChannel, receiveMessageOnPort, isMainThread, workerData} from "node:worker_threads";
import {fileURLToPath} from "node:url";

if (!isMainThread && workerData?.path) {
    const socket = net.connect(workerData.path);
    let got = "";
    const say = (message) => {
        workerData.port.postMessage(message);
        Atomics.add(workerData.count, 0, 1);
        Atomics.notify(workerData.count, 0);
    };
    socket.setEncoding("utf8");
    socket.on("data", (text) => {
        const lines = (got + text).split("\n");
        got = lines.pop();
        lines.forEach((line) => say({line}));
    });
    socket.on("error", (error) => say({error: error.message}));
    socket.on("close", () => say({error: "the link has gone"}));
    workerData.port.on("message", (line) => (line === null ? socket.destroy() : socket.write(line + "\n")));
}

function folders() {
    const user = process.getuid();
    const runtime = process.env.XDG_RUNTIME_DIR;
    return [...(runtime ? [runtime + "/pigtail"] : []), "/run/pigtail", `/run/user/${user}/pigtail`,
            `/tmp/pigtail-${user}`];
}

function find(name) {
    const found = folders()
        .filter((folder) => fs.existsSync(folder))
        .flatMap((folder) => fs.readdirSync(folder).map((one) => folder + "/" + one))
        .filter((one) => (name ? one.endsWith(`/${name}.sock`) : one.endsWith(".sock")));
    if (!found.length) throw new Error(`no link ${name ?? ""} runs here`);
    if (!name && found.length > 1) throw new Error("several links run here: network.link(NAME) says which");
    return found[0];
}

class Line {
    constructor(path) {
        const {port1, port2} = new MessageChannel();
        this.count = new Int32Array(new SharedArrayBuffer(4));
        this.seen = 0;
        this.port = port1;
        this.worker = new Worker(fileURLToPath(import.meta.url),
                                 {workerData: {path, port: port2, count: this.count}, transferList: [port2]});
        this.worker.unref();
        this.port.unref();
    }

    send(line) {
        this.port.postMessage(line);
    }

    // A line, waited for for a few milliseconds; or null.
    receive() {
        let got = receiveMessageOnPort(this.port);
        if (!got) {
            Atomics.wait(this.count, 0, Atomics.load(this.count, 0), 10);
            got = receiveMessageOnPort(this.port);
        }
        if (got?.message.error) throw new Error(got.message.error);
        return got ? got.message.line : null;
    }

    close() {
        this.port.postMessage(null);
    }
}

export const pigtailLink = {
    open: (name) => new Line(name?.includes("/") ? name : find(name)),
};
