// The stage: the frame under the playhead, as it is and as the GIF shows it, with handles of the selected edit.

import { codedUrl, frameUrl, heatUrl, picture } from "/static/pictures.js";
import { Button, drag, html, useEffect, useRef, useState } from "/static/html.js";
import { clip, edits, set, useStore } from "/static/store.js";
import { playUrl } from "/static/player.js";
import { Handles } from "/static/handles.js";
import { look } from "/static/actions.js";

function Canvas({ url, label, clipTo, className = "" }) {
  const canvas = useRef();
  useEffect(() => {
    let current = true;
    const paint = (bitmap) => {
      const node = canvas.current;
      if (!current || !bitmap || !node) return;
      if (node.width !== bitmap.width || node.height !== bitmap.height) {
        node.width = bitmap.width;
        node.height = bitmap.height;
      }
      const pen = node.getContext("2d");
      pen.clearRect(0, 0, node.width, node.height);
      try { pen.drawImage(bitmap, 0, 0); } catch { return; }
      node.dataset.url = url;
    };
    const entry = picture(url);
    if (entry.bitmap) paint(entry.bitmap); else entry.ready.then(paint);
    return () => { current = false; };
  }, [url]);
  return html`<canvas ref=${canvas} class=${className} role="img" aria-label=${label}
    style=${clipTo ? { clipPath: clipTo } : {}}></canvas>`;
}

// The size at which the picture is shown: as large as fits, or by a factor of pixels.
function usePlace(size, scale) {
  const holder = useRef();
  const [room, setRoom] = useState([640, 360]);
  useEffect(() => {
    const watch = new ResizeObserver(([entry]) => {
      setRoom([Math.max(50, entry.contentRect.width - 32), Math.max(50, entry.contentRect.height - 32)]);
    });
    watch.observe(holder.current);
    return () => watch.disconnect();
  }, []);
  const fitted = Math.min(room[0] / size[0], room[1] / size[1]);
  const factor = scale === "fit" ? (fitted > 1 ? Math.max(1, Math.min(4, Math.floor(fitted * 2) / 2)) : fitted) : scale;
  return { holder, factor, width: Math.round(size[0] * factor), height: Math.round(size[1] * factor) };
}

export function Stage() {
  const state = useStore();
  const shown = clip();
  const rev = state.doc.rev;
  const step = state.step !== null && shown?.sizes[state.step] ? edits()[state.step] : null; // of the clip that is shown
  const earlier = step && step.edit === "crop" && step.on !== false && !state.playing;
  const size = shown ? (earlier ? shown.sizes[state.step] : [shown.width, shown.height]) : [640, 360];
  const place = usePlace(size, state.scale);
  const there = state.preview && state.preview.rev === rev
    && state.frame >= state.preview.first && state.frame <= state.preview.last;
  const coded = state.view !== "clip" && there && !earlier;
  const url = state.playing ? playUrl(state.frame)
    : frameUrl(rev, state.frame, earlier ? `?upto=${state.step}` : "");
  useEffect(() => {
    if (!shown || state.playing || earlier) return;
    for (const near of [1, -1, 2]) {
      const frame = state.frame + near;
      if (frame >= 0 && frame < shown.starts.length) picture(frameUrl(rev, frame));
    }
  }, [rev, state.frame, state.playing]);
  const cutAt = `${(state.split * 100).toFixed(2)}%`;
  return html`<section class="stage" role="region" aria-label="Stage">
    <div class="room" ref=${place.holder}>
      ${shown && html`<div class="picture" style=${{ width: `${place.width}px`, height: `${place.height}px` }}
          data-sharp=${place.factor >= 1}>
        <${Canvas} url=${url} label=${`Frame ${state.frame + 1}`} />
        ${coded && html`<${Canvas} url=${codedUrl(rev, state.frame)} label="As in the GIF" className="over"
          clipTo=${state.view === "split" ? `inset(0 0 0 ${cutAt})` : null} />`}
        ${state.heat && there && !earlier && html`<${Canvas} url=${heatUrl(rev, state.frame)} label="Where bytes go"
          className="over heat" />`}
        ${state.view === "split" && html`<${Divider} width=${place.width} />`}
        ${step && step.on !== false && !state.playing && html`<${Handles} number=${state.step} step=${step}
          size=${shown.sizes[state.step]} box=${[place.width, place.height]} />`}
        ${state.view !== "clip" && !there && html`<p class="wait" role="status">working out the GIF …</p>`}
      </div>`}
    </div>
    <${Views} factor=${place.factor} />
  </section>`;
}

function Divider({ width }) {
  const { split } = useStore();
  const pull = (event) => {
    const from = split;
    drag(event, (dx) => set({ split: Math.max(0, Math.min(1, from + dx / width)) }));
  };
  const key = (event) => {
    const by = { ArrowLeft: -0.02, ArrowRight: 0.02 }[event.key];
    if (!by) return;
    event.preventDefault();
    event.stopPropagation();
    set({ split: Math.max(0, Math.min(1, split + by)) });
  };
  return html`<div class="divider" role="slider" tabindex="0" aria-label="Original or GIF" aria-valuemin="0"
    aria-valuemax="100" aria-valuenow=${Math.round(split * 100)} style=${{ left: `${split * 100}%` }}
    onPointerDown=${pull} onKeyDown=${key}><span>Original</span><i></i><span>GIF</span></div>`;
}

function Views({ factor }) {
  const state = useStore();
  const choose = (change) => { set(change); look(); };
  const percent = `${Math.round(factor * 100)} %`;
  return html`<div class="views" role="group" aria-label="View">
    ${[["clip", "Original"], ["split", "Both"], ["gif", "GIF"]].map(([view, name]) => html`<${Button} name=${name}
      press=${state.view === view} kind="small" onClick=${() => choose({ view, playing: false })} />`)}
    <${Button} name="Heat map" hint="Where the bytes go" press=${state.heat} kind="small"
      onClick=${() => choose({ heat: !state.heat, playing: false })} />
    <label class="scale">Size <select aria-label="Size on the screen" value=${String(state.scale)}
      onChange=${(event) => set({ scale: event.target.value === "fit" ? "fit" : +event.target.value })}>
      <option value="fit">${state.scale === "fit" ? `Fit (${percent})` : "Fit"}</option>
      ${[0.5, 1, 2, 3, 4, 8].map((scale) => html`<option value=${scale}>${scale * 100} %</option>`)}
    </select></label>
  </div>`;
}
