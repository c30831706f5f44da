// The timeline: frames as pictures, playhead, selection, edits with a stretch as bars, and the bytes of each frame.

import { clip, count, delayOf, edits, frameAt, set, startOf, useStore } from "/static/store.js";
import { Button, drag, html, useEffect, useRef, useState } from "/static/html.js";
import { bytesText, span, timeText, titled, withSpan } from "/static/values.js";
import { seek, setEdit, tool } from "/static/actions.js";
import { thumbUrl } from "/static/pictures.js";
import { toggle } from "/static/player.js";

const ROW = 56; // height of the pictures

export function Timeline() {
  const state = useStore();
  const shown = clip();
  const strip = useRef();
  const [width, setWidth] = useState(800);
  const [close, setClose] = useState(1); // from all in one row, 1, to every frame
  useEffect(() => {
    const watch = new ResizeObserver(([entry]) => setWidth(entry.contentRect.width));
    watch.observe(strip.current);
    return () => watch.disconnect();
  }, []);
  const inner = Math.max(50, (width - 2) * close);
  const duration = shown ? shown.duration : 1;
  const at = (time) => (time / duration) * inner;
  const timeOf = (event) => {
    const box = strip.current.querySelector(".inner").getBoundingClientRect();
    return Math.max(0, Math.min(duration - 1e-6, ((event.clientX - box.left) / inner) * duration));
  };
  const press = (event) => {
    if (!shown) return;
    const first = frameAt(timeOf(event));
    if (event.shiftKey) {
      set({ range: [Math.min(state.frame, first), Math.max(state.frame, first)] });
      return;
    }
    seek(first);
    set({ range: null });
    drag(event, (dx, dy, now) => {
      if (Math.abs(dx) < 4) return;
      const last = frameAt(timeOf(now));
      set({ range: [Math.min(first, last), Math.max(first, last)], frame: last });
    });
  };
  return html`<section class="timeline" role="region" aria-label="Timeline">
    <${Tools} close=${close} setClose=${setClose} />
    <div class="strip" ref=${strip} tabindex="-1">
      <div class="inner" style=${{ width: `${inner}px` }}>
        <div class="frames" onPointerDown=${press}>
          ${shown && html`<${Film} inner=${inner} at=${at} shown=${shown} rev=${state.doc.rev} />`}
          ${state.range && html`<div class="range" style=${{ left: `${at(startOf(state.range[0]))}px`,
            width: `${at(startOf(state.range[1] + 1)) - at(startOf(state.range[0]))}px` }}></div>`}
        </div>
        <${Bytes} inner=${inner} at=${at} />
        <${Bars} at=${at} inner=${inner} duration=${duration} />
        ${shown && html`<div class="playhead" style=${{ left: `${at(startOf(state.frame))}px` }}></div>`}
      </div>
    </div>
    <input type="range" class="seek" aria-label="Playhead" min="0" max=${Math.max(0, count() - 1)} value=${state.frame}
      aria-valuetext=${`frame ${state.frame + 1} of ${count()}, ${timeText(startOf(state.frame))}`} disabled=${!shown}
      onInput=${(event) => seek(+event.target.value)} />
  </section>`;
}

function Film({ inner, at, shown, rev }) {
  const wide = Math.max(24, Math.round((ROW * shown.width) / shown.height));
  const number = Math.max(1, Math.min(shown.starts.length, Math.floor(inner / wide)));
  const places = Array.from({ length: number }, (_, n) => frameAt(((n + 0.5) / number) * shown.duration));
  const each = inner / number;
  return places.map((frame, n) => html`<img key=${n} src=${thumbUrl(rev, frame)} alt="" draggable="false" loading="lazy"
    style=${{ left: `${n * each}px`, width: `${Math.ceil(each)}px` }} />`);
}

function Tools({ close, setClose }) {
  const state = useStore();
  const shown = clip();
  const selected = state.range ? `${state.range[1] - state.range[0] + 1} frames selected,`
    + ` ${(startOf(state.range[1] + 1) - startOf(state.range[0])).toFixed(2)} s` : "";
  return html`<div class="tools">
    <${Button} name=${state.playing ? "Pause" : "Play"} icon=${state.playing ? "pause" : "play"} hint="Play (space)"
      disabled=${!shown} onClick=${toggle} bare kind="round" />
    <${Button} name="Cut" icon="cut" hint="Leave out what is selected (Delete)" disabled=${!shown}
      onClick=${() => tool("cut")} />
    <${Button} name="Keep only" hint="Leave out all else" disabled=${!state.range} onClick=${() => tool("only")} />
    <${Button} name="Duplicate" disabled=${!shown} onClick=${() => tool("duplicate")} />
    <${Button} name="Move" hint="Move what is selected to the end" disabled=${!shown} onClick=${() => tool("move")} />
    <${Button} name="Delay" hint="How long the selected frames are shown" disabled=${!shown}
      onClick=${() => tool("frame_delay")} />
    <${Button} name="Freeze" hint="Hold this frame for a second" disabled=${!shown} onClick=${() => tool("hold")} />
    <${Button} name="Faster" hint="Fast-forward what is selected" disabled=${!state.range}
      onClick=${() => tool("fast_forward")} />
    <span class="selected">${selected}</span>
    <label class="closer">Closer <input type="range" aria-label="Closer" min="0" max="5" step="0.25"
      value=${Math.log2(close)} onInput=${(event) => setClose(2 ** +event.target.value)} /></label>
  </div>`;
}

function Bytes({ inner, at }) {
  const state = useStore();
  const known = Object.entries(state.bytes);
  const most = Math.max(1, ...known.map(([, bytes]) => bytes));
  const here = state.bytes[state.frame];
  return html`<div class="bytes" title="Bytes of each frame, as far as it was worked out">
    <svg width=${inner} height="28" role="img" aria-label=${here ? `This frame takes ${bytesText(here)}` : "Bytes"}>
      ${known.map(([frame, bytes]) => html`<rect key=${frame} class=${+frame === state.frame ? "now" : ""}
        x=${at(startOf(+frame))} width=${Math.max(1, at(delayOf(+frame)) - 1)} y=${28 - (27 * bytes) / most}
        height=${(27 * bytes) / most}></rect>`)}
    </svg>${here && html`<span>${bytesText(here)}</span>`}</div>`;
}

// Edits of which a stretch of time is known. Times are those of the clip at the edit, which later cuts may shift.
function Bars({ at, inner, duration }) {
  const state = useStore();
  const all = edits().map((one, number) => ({ one, number, span: span(one.edit, one.value) }))
    .filter(({ one, span: found }) => found && one.edit !== "cut" && one.edit !== "only");
  return html`<div class="bars">${all.map(({ one, number, span: [start, end] }) => html`<${Bar} key=${number} at=${at}
    one=${one} number=${number} start=${start} end=${end} duration=${duration} inner=${inner}
    chosen=${state.step === number} />`)}</div>`;
}

function Bar({ at, one, number, start, end, duration, inner, chosen }) {
  const [pulling, setPulling] = useState(null);
  const [from, to] = pulling || [start, end === null ? duration : end];
  const begin = (part) => (event) => {
    set({ step: number });
    let now = [start, end === null ? duration : end];
    const before = now;
    drag(event, (dx) => {
      const by = (dx / inner) * duration;
      const length = before[1] - before[0];
      if (part === "start") now = [Math.max(0, Math.min(before[1] - 0.05, before[0] + by)), before[1]];
      else if (part === "end") now = [before[0], Math.max(before[0] + 0.05, Math.min(duration, before[1] + by))];
      else { const first = Math.max(0, Math.min(duration - length, before[0] + by)); now = [first, first + length]; }
      setPulling(now);
    }, () => {
      setPulling(null);
      if (now !== before) setEdit(number, withSpan(one.edit, one.value, now[0], now[1] >= duration - 1e-6 ? null : now[1]));
    });
  };
  const left = at(Math.min(from, duration)), wide = Math.max(14, at(Math.min(to, duration)) - left);
  return html`<div class=${`bar ${chosen ? "chosen" : ""} ${one.on === false ? "off" : ""}`}
    style=${{ marginLeft: `${left}px`, width: `${wide}px` }}>
    <i class="start" onPointerDown=${begin("start")}></i>
    <button type="button" onPointerDown=${begin("all")} onClick=${() => set({ step: number })}>${titled(one.edit)}</button>
    <i class="end" onPointerDown=${begin("end")}></i></div>`;
}
