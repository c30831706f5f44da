// The state of the page, in one place: actions change it by `set`, views read it by `useStore`.

import { useEffect, useState } from "/static/vendor/htm-preact-3.1.1.js";

export let state = {
  doc: null, // what the server says of the document; null: not yet asked
  table: null, // edits, options and presets
  frame: 0, // under the playhead
  playing: false,
  range: null, // [first, last] frames that are selected
  step: null, // number of the edit that is selected
  view: "clip", // clip, split or gif
  split: 0.5,
  heat: false,
  scale: "fit", // or a factor
  expected: null,
  preview: null,
  bytes: {}, // of each frame, as far as it is known
  jobs: [],
  dialog: null, // { name, ... }
  error: null,
  recording: null,
  busy: 0,
};

const listeners = new Set();

export function set(change) {
  state = { ...state, ...(typeof change === "function" ? change(state) : change) };
  for (const listener of listeners) listener();
}

export function useStore() {
  const [, redraw] = useState(0);
  useEffect(() => {
    let waiting = false;
    const listener = () => {
      if (waiting) return;
      waiting = true;
      queueMicrotask(() => { waiting = false; redraw((count) => count + 1); });
    };
    listeners.add(listener);
    listener();
    return () => listeners.delete(listener);
  }, []);
  return state;
}

export const clip = () => state.doc && state.doc.clip;
export const edits = () => (state.doc && state.doc.document ? state.doc.document.edits : []);
export const options = () => (state.doc && state.doc.document ? state.doc.document.options : {});
export const count = () => (clip() ? clip().starts.length : 0);
export const startOf = (frame) => {
  const shown = clip();
  if (!shown) return 0;
  return frame < shown.starts.length ? shown.starts[frame] : shown.duration;
};
export const delayOf = (frame) => startOf(frame + 1) - startOf(frame);

export function frameAt(time) {
  const shown = clip();
  if (!shown) return 0;
  let low = 0, high = shown.starts.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (shown.starts[middle] <= time + 1e-4) low = middle; else high = middle - 1;
  }
  return low;
}
