// Everything that a control does. Edits and options are changed by sending the new list: the server keeps the history.

import { drop, Failure, get, post } from "/static/api.js";
import { clip, count, edits, frameAt, options, set, startOf, state } from "/static/store.js";
import { FIRST, regionText, round } from "/static/values.js";

let queue = Promise.resolve();

// One request that changes the document after the other, each with the revision that the one before has made.
function queued(task) {
  set((now) => ({ busy: now.busy + 1 }));
  queue = queue.then(task).catch(failed).finally(() => set((now) => ({ busy: now.busy - 1 })));
  return queue;
}

export function failed(error) {
  if (!(error instanceof Failure)) throw error;
  if (error.said.state) shown(error.said.state);
  set({ error: error.message });
}

export function shown(doc) {
  const before = state.doc;
  const changed = !before || before.rev !== doc.rev;
  const merged = { ...(before || {}), ...doc };
  if (doc.clip === null && before && before.clip && doc.error) merged.clip = before.clip; // the last picture stays
  set({ doc: merged, error: null });
  if (!changed) return;
  set({ bytes: {}, preview: null, expected: state.expected && { ...state.expected, old: true } });
  within();
  if (state.step !== null && state.step >= edits().length) set({ step: null });
  look();
}

// Keep playhead and selection within the clip, once all of its frames are known.
export function within() {
  const frames = count();
  if (!clip()?.complete) return;
  if (state.frame >= frames) set({ frame: frames - 1 });
  if (state.range && state.range[1] >= frames) set({ range: null });
}

export async function load() {
  const [doc, table] = await Promise.all([get("/state"), get("/options")]);
  set({ table });
  shown(doc);
}

export function change(edit, label = "", merge = false) {
  return queued(async () => {
    const next = edit({ edits: edits().map((one) => ({ ...one })), options: { ...options() } });
    if (!next) return; // it is about an edit that is gone by now
    shown(await post("/document", { rev: state.doc.rev, ...next, label, merge }));
  });
}

export const undo = () => queued(async () => shown(await post("/undo", { rev: state.doc.rev })));
export const redo = () => queued(async () => shown(await post("/redo", { rev: state.doc.rev })));

export function setOption(name, value, merge = false) {
  return change(({ edits: all, options: before }) => {
    const next = { ...before };
    if (value === null || value === "") delete next[name]; else next[name] = value;
    return { edits: all, options: next };
  }, name, merge);
}

// Width and frame rate are edits; the page shows them as fields, and keeps them last.
export function setLast(name, value, merge = false) {
  return change(({ edits: all, options: same }) => {
    const there = all.findIndex((one) => one.edit === name);
    if (value === null) return { edits: all.filter((one) => one.edit !== name), options: same };
    if (there < 0) all.push({ edit: name, value }); else all[there] = { edit: name, value };
    return { edits: all, options: same };
  }, name, merge);
}

export function addEdit(name, value) {
  let at = 0;
  return change(({ edits: all, options: same }) => {
    const last = all.findIndex((one) => one.edit === "width" || one.edit === "fps");
    at = last < 0 ? all.length : last;
    all.splice(at, 0, { edit: name, value });
    return { edits: all, options: same };
  }).then(() => { if (!state.error && edits()[at]?.edit === name) set({ step: at }); });
}

export function setEdit(number, value, merge = false) {
  return change(({ edits: all, options: same }) => {
    if (!all[number]) return null;
    all[number] = { ...all[number], value };
    return { edits: all, options: same };
  }, `edit ${number}`, merge);
}

export function switchEdit(number) {
  return change(({ edits: all, options: same }) => {
    if (!all[number]) return null;
    const { on = true, ...rest } = all[number];
    all[number] = on ? { ...rest, on: false } : rest;
    return { edits: all, options: same };
  });
}

export function removeEdit(number) {
  set({ step: null });
  return change(({ edits: all, options: same }) => ({ edits: all.filter((_, n) => n !== number), options: same }));
}

export function moveEdit(number, to) {
  if (to < 0 || to >= edits().length) return Promise.resolve();
  return change(({ edits: all, options: same }) => {
    if (!all[number]) return null;
    const [one] = all.splice(number, 1);
    all.splice(to, 0, one);
    return { edits: all, options: same };
  }).then(() => set({ step: to }));
}

// The tools. Each begins with what is selected, or with what is under the playhead.
const before = () => edits().findIndex((one) => one.edit === "width" || one.edit === "fps");
const sizeHere = () => clip().sizes[before()] || clip().sizes[clip().sizes.length - 1];
const selected = () => state.range || [state.frame, state.frame];

function middle(share) {
  const [width, height] = sizeHere();
  const box = { width: Math.max(1, Math.round(width * share)), height: Math.max(1, Math.round(height * share)) };
  return { ...box, x: Math.round((width - box.width) / 2), y: Math.round((height - box.height) / 2) };
}

function stretch() {
  const [first, last] = selected();
  return [startOf(first), last + 1 >= count() ? clip().duration : startOf(last + 1)];
}

const timed = () => (state.range ? `${round(stretch()[0])}-${round(stretch()[1])}` : "");

export function tool(name) {
  if (!clip()) return undefined;
  const [start, end] = stretch();
  const at = timed() && `@${timed()}`;
  switch (name) {
    case "cut": {
      if (count() <= 1 || end - start >= clip().duration) {
        return set({ error: "Nothing would be left: select the part that is to go." });
      }
      const last = end >= clip().duration;
      return addEdit("cut", `${round(start)}-${last ? "" : round(end)}`).then(() => set({ range: null, step: null }));
    }
    case "only": return addEdit("only", `${round(start)}-${round(end)}`).then(() => set({ range: null, frame: 0 }));
    case "crop": return addEdit("crop", regionText(middle(0.8)));
    case "caption": return addEdit("caption", `Text${timed() && `|time=${timed()}`}|style=pill`);
    case "blur": case "pixelate": case "solid": return addEdit(name, regionText(middle(0.3)) + at);
    case "still_outside": return addEdit(name, regionText(middle(0.5)));
    case "zoom": {
      const [width, height] = sizeHere();
      const until = state.range ? end : Math.min(start + 3, clip().duration);
      return addEdit("zoom", `2@${round(start)}-${round(until)}+${Math.round(width / 2)}+${Math.round(height / 2)}`);
    }
    case "duplicate": return addEdit("duplicate", `${round(start)}-${round(end)}`);
    case "move": return addEdit("move", `${round(start)}-${round(end)}@end`);
    case "fast_forward": return addEdit("fast_forward", `${round(start)}:${round(end)}@4x`);
    case "hold": return addEdit("hold", `1@${round(startOf(state.frame))}`);
    case "insert": case "overlay": case "subtitles": return set({ dialog: { name: "open", asked: name } });
    case "frame_delay": return addDelay(...selected());
    default: {
      const kind = state.table.edits.find((one) => one.name === name)?.kind;
      return addEdit(name, kind === "flag" ? true : FIRST[name] ?? "");
    }
  }
}

// Frames are counted at the rate of the GIF, which becomes an edit for that, if it is the usual one.
function addDelay(first, last) {
  const usual = clip().usual_fps;
  let at = 0;
  return change(({ edits: all, options: same }) => {
    if (usual !== null) all.push({ edit: "fps", value: usual });
    at = all.push({ edit: "frame_delay", value: `0.5@#${first}${last > first ? `-${last}` : ""}` }) - 1;
    return { edits: all, options: same };
  }).then(() => { if (!state.error) set({ step: at, range: null }); });
}

// The playhead and the preview around it.
let waiting = 0;

export function look() {
  clearTimeout(waiting);
  if (!state.doc?.document || !clip()) return;
  waiting = setTimeout(() => {
    const done = state.preview && state.preview.rev === state.doc.rev;
    if (done && state.frame >= state.preview.first && state.frame <= state.preview.last) return;
    post("/preview", { rev: state.doc.rev, frame: state.frame }).catch(() => {}); // a newer document asks for itself
  }, state.view === "clip" && !state.heat ? 600 : 120);
}

export function seek(frame, keep = false) {
  const to = Math.max(0, Math.min(count() - 1, frame));
  set(keep ? { frame: to } : { frame: to, playing: false });
  look();
}

export const seekTime = (time) => seek(frameAt(time));

// Files
export function open(names, trust = false) {
  return queued(async () => {
    try {
      shown(await post("/open", { names, trust }));
      set({ dialog: null, frame: 0, range: null, step: null, expected: null });
      look();
    } catch (error) {
      if (error instanceof Failure && /outside of its folder/.test(error.message) && !trust) {
        set({ dialog: { name: "trust", names, text: error.message } });
      } else throw error;
    }
  });
}

export function reopen(body) {
  return queued(async () => {
    shown(await post("/open", body));
    set({ dialog: null, frame: 0, range: null, step: null, expected: null });
  });
}

export async function dropped(files) {
  try {
    set((now) => ({ busy: now.busy + 1 }));
    const names = [];
    for (const file of files) names.push(await drop(file));
    await open(names);
  } catch (error) {
    failed(error);
  } finally {
    set((now) => ({ busy: now.busy - 1 }));
  }
}

export function save(name, replace) {
  return queued(async () => {
    try {
      shown(await post("/save", { name, replace }));
      set({ dialog: null });
    } catch (error) {
      if (error instanceof Failure && error.said.exists) set({ dialog: { name: "save", file: name, exists: true } });
      else throw error;
    }
  });
}
