// SPDX-License-Identifier: GPL-2.0-only
/* Bytes per second of the last minute, both ways, as two lines. */
const SECONDS = 60;

export class Plot {
	#canvas;
	#points = [];
	#last = null;

	constructor(canvas) {
		this.#canvas = canvas;
		new ResizeObserver(() => this.#draw()).observe(canvas);
	}

	/* stats as of the control socket; the rates since the last ones. */
	add(stats) {
		const last = this.#last;
		this.#last = stats;
		if (!last)
			return { from: 0, to: 0 };
		const seconds = Math.max((stats.time_us - last.time_us) / 1e6, 0.1);
		const rate = (name) => Math.max(0, stats.counters[name] - last.counters[name]) / seconds;
		const point = { from: rate("from_uart"), to: rate("to_uart") };
		this.#points.push(point);
		this.#points.splice(0, this.#points.length - SECONDS);
		this.#draw();
		return point;
	}

	#draw() {
		const canvas = this.#canvas, scale = devicePixelRatio || 1;
		const width = canvas.clientWidth, height = canvas.clientHeight;
		const style = getComputedStyle(canvas), paint = canvas.getContext("2d");
		const top = Math.max(100, ...this.#points.map((p) => Math.max(p.from, p.to)));
		canvas.width = width * scale;
		canvas.height = height * scale;
		paint.scale(scale, scale);
		paint.strokeStyle = style.getPropertyValue("--line");
		paint.fillStyle = style.getPropertyValue("--dim");
		paint.font = "12px sans-serif";
		paint.strokeRect(0.5, 0.5, width - 1, height - 1);
		paint.fillText(`${Math.round(top)} bytes/s`, 6, 14);
		for (const name of ["from", "to"]) {
			paint.strokeStyle = style.getPropertyValue("--" + name);
			paint.lineWidth = 2;
			paint.beginPath();
			this.#points.forEach((point, i) => {
				const x = width - (this.#points.length - 1 - i) * (width / (SECONDS - 1));
				paint.lineTo(x, height - 2 - (point[name] / top) * (height - 20));
			});
			paint.stroke();
		}
	}
}
