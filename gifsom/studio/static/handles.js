// Handles on the picture: the place of the selected edit, moved and pulled with the mouse or the arrow keys.

import { drag, html, useState } from "/static/html.js";
import { joined, listed, PLACED, region, regionText, titled } from "/static/values.js";
import { setEdit } from "/static/actions.js";

const SIDES = ["nw", "n", "ne", "e", "se", "s", "sw", "w"];

// The place that an edit has in its picture, and the value of the edit with another place; null: it has none.
function placeOf(step, size) {
  const text = String(step.value);
  if (PLACED.includes(step.edit)) {
    const box = region(text);
    return box && { box, pulled: true, write: (now) => text.replace(/^\d+x\d+\+\d+\+\d+/, regionText(now)) };
  }
  if (step.edit === "zoom") {
    const match = /^([\d.]+)@([\d.:]+-[\d.:]*)\+(\d+)\+(\d+)/.exec(text);
    if (!match) return null;
    const [width, height] = size.map((side) => side / +match[1]);
    const box = { width, height, x: +match[3] - width / 2, y: +match[4] - height / 2 };
    const write = (now) => {
      const factor = Math.max(1, Math.min(20, Math.round((size[0] / now.width) * 100) / 100));
      const center = [now.x + now.width / 2, now.y + now.height / 2].map(Math.round);
      return text.replace(/^[\d.]+@([\d.:]+-[\d.:]*)\+\d+\+\d+/, `${factor}@$1+${center[0]}+${center[1]}`);
    };
    return { box: kept(box, size), pulled: true, ratio: size[1] / size[0], write };
  }
  if (step.edit === "caption" || step.edit === "overlay") {
    const { head, values } = listed(text);
    const width = size[0] * 0.3, height = size[1] * 0.12;
    const named = values.position || (step.edit === "caption" ? "bottom" : "top-right");
    const across = /left/.test(named) ? 0.03 : /right/.test(named) ? 0.97 : 0.5;
    const down = /top/.test(named) ? 0.04 : /bottom/.test(named) ? 0.96 : 0.5;
    const x = values.x !== undefined ? +values.x : (size[0] - width) * across;
    const y = values.y !== undefined ? +values.y : (size[1] - height) * down;
    const write = (now) => {
      const { position, ...rest } = values;
      return joined(head, { ...rest, x: Math.round(now.x), y: Math.round(now.y) });
    };
    return { box: { x, y, width, height }, pulled: false, write };
  }
  return null;
}

function kept(box, [width, height]) {
  const wide = Math.max(1, Math.min(width, box.width)), high = Math.max(1, Math.min(height, box.height));
  return {
    width: wide, height: high,
    x: Math.max(0, Math.min(width - wide, box.x)), y: Math.max(0, Math.min(height - high, box.y)),
  };
}

function pulledBy(box, side, dx, dy, size, ratio) {
  let { x, y, width, height } = box;
  if (side === "all") return kept({ x: x + dx, y: y + dy, width, height }, size);
  if (side.includes("e")) width = Math.min(size[0] - x, width + dx);
  if (side.includes("s")) height = Math.min(size[1] - y, height + dy);
  if (side.includes("w")) { const by = Math.max(-x, Math.min(width - 4, dx)); x += by; width -= by; }
  if (side.includes("n")) { const by = Math.max(-y, Math.min(height - 4, dy)); y += by; height -= by; }
  if (ratio) height = width * ratio;
  return kept({ x, y, width: Math.max(4, width), height: Math.max(4, height) }, size);
}

export function Handles({ number, step, size, box: shown }) {
  const [pulling, setPulling] = useState(null);
  const place = placeOf(step, size);
  if (!place) return null;
  const across = shown[0] / size[0], down = shown[1] / size[1];
  const box = pulling || place.box;
  const begin = (side) => (event) => {
    let now = box;
    drag(event, (dx, dy) => {
      now = pulledBy(place.box, side, dx / across, dy / down, size, place.ratio);
      setPulling(now);
    }, () => {
      setPulling(null);
      if (now !== place.box) setEdit(number, place.write(now));
    });
  };
  const key = (event) => {
    const by = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[event.key];
    if (!by) return;
    event.preventDefault();
    event.stopPropagation();
    const [dx, dy] = by.map((one) => one * (event.altKey ? 1 : 8));
    const side = event.shiftKey && place.pulled ? "se" : "all";
    setEdit(number, place.write(pulledBy(place.box, side, dx, dy, size, place.ratio)), true);
  };
  const style = {
    left: `${box.x * across}px`, top: `${box.y * down}px`,
    width: `${box.width * across}px`, height: `${box.height * down}px`,
  };
  return html`<div class=${`handles ${step.edit}`}>
    <div class="place" style=${style} tabindex="0" role="group"
      aria-label=${`${titled(step.edit)}: arrow keys move it, with Shift its edge`}
      onPointerDown=${begin("all")} onKeyDown=${key}>
      <output>${place.pulled ? `${Math.round(box.width)} × ${Math.round(box.height)}` : "drag to place"}</output>
      ${place.pulled && SIDES.map((side) => html`<b class=${side} onPointerDown=${begin(side)}></b>`)}
    </div>
  </div>`;
}
