// Playing: at each refresh of the screen the frame that is due, at the true delays; frames are fetched ahead.

import { clip, count, frameAt, set, startOf, state } from "/static/store.js";
import { frameUrl, picture } from "/static/pictures.js";

const AHEAD = 16;
const QUICK = "?quick=1";

let begun = 0; // when second 0 of the clip was, by the clock of the page

export const playUrl = (frame) => frameUrl(state.doc.rev, frame, QUICK);

export function toggle() {
  if (state.playing) {
    set({ playing: false });
    return;
  }
  if (!clip() || count() < 2) return;
  const from = state.frame + 1 >= count() ? 0 : state.frame;
  set({ playing: true, frame: from, view: state.view === "clip" ? "clip" : state.view });
  begun = performance.now() / 1000 - startOf(from);
  requestAnimationFrame(step);
}

function step() {
  if (!state.playing || !clip()) return;
  const now = performance.now() / 1000;
  const [first, last] = state.range && state.range[1] > state.range[0] ? state.range : [0, count() - 1];
  const end = startOf(last + 1);
  let time = now - begun;
  if (time >= end || time < startOf(first) - 0.05) {
    begun = now - startOf(first);
    time = startOf(first);
  }
  const due = Math.max(first, Math.min(last, frameAt(time)));
  for (let ahead = 0; ahead <= AHEAD; ahead += 1) picture(playUrl(due + ahead > last ? first + ahead : due + ahead));
  const entry = picture(playUrl(due));
  if (entry.bitmap || entry.failed) {
    if (due !== state.frame) set({ frame: due });
  } else begun += Math.max(0, time - startOf(state.frame + 1)); // the clock waits for what is not there yet
  requestAnimationFrame(step);
}
