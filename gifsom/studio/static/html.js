// Preact with htm, and the small pieces that all views use.

import { html, useEffect, useRef } from "/static/vendor/htm-preact-3.1.1.js";

export { html, render, useEffect, useRef, useState } from "/static/vendor/htm-preact-3.1.1.js";

const PATHS = {
  play: "M7 4.5v15l12-7.500z", pause: "M7 5h4v14H7zM13 5h4v14h-4z",
  undo: "M9 7 4.500 11.500 9 16M5 11.500h9a5 5 0 0 1 0 10h-3", redo: "M15 7l4.500 4.500L15 16M19 11.500h-9a5 5 0 0 0 0 10h3",
  cut: "M6 4.500 18 17M6 19.500 18 7M5 6.500a2 2 0 1 0 4 0 2 2 0 0 0-4 0M5 17.500a2 2 0 1 0 4 0 2 2 0 0 0-4 0",
  crop: "M7 3v14h14M3 7h14v14", caption: "M5 6V5h14v1M12 5v14M9.500 19h5",
  blur: "M12 3.500c4 4.500 6 7.500 6 10.500a6 6 0 0 1-12 0c0-3 2-6 6-10.500z",
  zoom: "M10.500 4.500a6 6 0 1 0 0 12 6 6 0 0 0 0-12M15 15l5 5M10.500 8v5M8 10.500h5", more: "M6 12h.01M12 12h.01M18 12h.01",
  open: "M4 7V5.500h5l2 2h9V19H4z", record: "M12 6.500a5.500 5.500 0 1 0 0 11 5.500 5.500 0 0 0 0-11",
  save: "M5 4h11l3 3v13H5zM8 4v5h7V4M8 20v-6h8v6", export: "M12 15V4M8 8l4-4 4 4M5 14v5.500h14V14",
  eye: "M3 12c3-5 6-6.500 9-6.500s6 1.500 9 6.500c-3 5-6 6.500-9 6.500S6 17 3 12M12 9.500a2.500 2.500 0 1 0 0 5 2.500 2.500 0 0 0 0-5",
  off: "M4 4l16 16M3 12c1.500-2.500 3-4 4.500-5M10 5.700c4.500-.700 8 1.800 11 6.300-1 1.700-2 3-3.200 4M14 18c-4.500 1-8-1.500-11-6",
  trash: "M5 7h14M10 7V4.500h4V7M7 7l1 12.500h8L17 7", up: "M6 14.500l6-6 6 6", down: "M6 9.500l6 6 6-6",
  close: "M6 6l12 12M18 6 6 18", help: "M9 9a3 3 0 1 1 4.500 2.600c-1 .600-1.500 1.200-1.500 2.400M12 17.500h.01",
  copy: "M8 8h11v12H8zM5 16V4h11", film: "M4 5h16v14H4zM8 5v14M16 5v14M4 9.500h4M4 14.500h4M16 9.500h4M16 14.500h4",
};

export const Icon = ({ name }) => html`<svg class=${`icon ${name}`} viewBox="0 0 24 24" aria-hidden="true">
  <path d=${PATHS[name]} /></svg>`;

// A button with an icon, its name, and what the pointer is told.
export const Button = ({ name, icon, hint, press, onClick, disabled, kind = "", bare = false }) => html`
  <button type="button" class=${`button ${kind} ${bare ? "bare" : ""}`} aria-label=${name} title=${hint || name}
    aria-pressed=${press === undefined ? null : String(press)} disabled=${disabled} onClick=${onClick}>
    ${icon && html`<${Icon} name=${icon} />`}${!bare && html`<span>${name}</span>`}
  </button>`;

export function Dialog({ title, close, children, wide }) {
  const node = useRef();
  useEffect(() => {
    const before = document.activeElement;
    firstOf(node.current).focus();
    return () => before?.focus?.();
  }, []);
  return html`<div class="veil" onMouseDown=${(event) => event.target === event.currentTarget && close()}>
    <div class=${`dialog ${wide ? "wide" : ""}`} role="dialog" aria-modal="true" aria-label=${title}
      ref=${node} onKeyDown=${(event) => { if (event.key === "Escape") close(); else keepFocus(event); }}>
      <div class="head"><h2>${title}</h2><${Button} name="Close" icon="close" bare onClick=${close} /></div>
      ${children}
    </div>
  </div>`;
}

const reachable = (node) => [...node.querySelectorAll("button:not([disabled]),input,select,textarea,a[href]")];
const firstOf = (node) => node.querySelector("[data-first]") || reachable(node)[1] || reachable(node)[0];

function keepFocus(event) {
  if (event.key !== "Tab") return;
  const all = reachable(event.currentTarget);
  const edge = event.shiftKey ? all[0] : all[all.length - 1];
  if (document.activeElement === edge) {
    (event.shiftKey ? all[all.length - 1] : all[0]).focus();
    event.preventDefault();
  }
}

// Follow the pointer from a press on: `moved(dx, dy, event)`, then `ended(event)`.
export function drag(event, moved, ended) {
  if (event.button) return;
  event.preventDefault();
  event.stopPropagation();
  const { clientX, clientY } = event;
  const target = event.currentTarget;
  target.setPointerCapture(event.pointerId);
  const move = (now) => moved(now.clientX - clientX, now.clientY - clientY, now);
  const end = (now) => {
    target.removeEventListener("pointermove", move);
    target.removeEventListener("pointerup", end);
    target.removeEventListener("pointercancel", end);
    if (ended) ended(now);
  };
  target.addEventListener("pointermove", move);
  target.addEventListener("pointerup", end);
  target.addEventListener("pointercancel", end);
}
