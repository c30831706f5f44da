// How the GIF is to be: quality, width, rate, colors, dither, size, and the palette that was learned.

import { clip, edits, options, useStore } from "/static/store.js";
import { Button, html, useEffect, useState } from "/static/html.js";
import { setLast, setOption, change } from "/static/actions.js";
import { Choice, Field } from "/static/forms.js";
import { set } from "/static/store.js";

const QUALITY = 80;

export function Settings() {
  const state = useStore();
  const said = options();
  const last = (name) => edits().find((one) => one.edit === name && one.on !== false);
  const shown = clip();
  const [quality, setQuality] = useState(said.quality ?? QUALITY);
  useEffect(() => setQuality(said.quality ?? QUALITY), [said.quality]);
  const number = (name) => (text) => setLast(name, text === "" || !(+text > 0) ? null : name === "width" ? Math.round(+text) : +text);
  const rate = shown && shown.duration ? Math.round((shown.starts.length / shown.duration) * 10) / 10 : "";
  return html`<section class="settings" role="region" aria-label="The GIF">
    <header><h2>The GIF</h2><${Presets} /></header>
    <label class="field slide"><span>Quality <output>${quality}</output></span>
      <input type="range" aria-label="Quality" min="1" max="100" value=${quality} disabled=${!shown}
        onInput=${(event) => setQuality(+event.target.value)}
        onChange=${(event) => setOption("quality", +event.target.value, true)} /></label>
    <div class="pair">
      <${Field} label="Width" type="number" min="1" max="16000" value=${last("width")?.value ?? ""} write=${number("width")}
        placeholder=${shown ? shown.width : ""} disabled=${!shown} />
      <${Field} label="Frame rate" type="number" min="0.1" max="50" step="any" value=${last("fps")?.value ?? ""}
        write=${number("fps")} placeholder=${rate} disabled=${!shown} />
    </div>
    <${Field} label="Target size" value=${said.max_size ?? ""} write=${(text) => setOption("max_size", text.trim())}
      placeholder="none, or such as 5MB" disabled=${!shown} />
    <details><summary>Colors</summary>
      <${Field} label="Colors" type="number" min="2" max="256" value=${said.colors ?? ""} placeholder="256"
        write=${(text) => setOption("colors", text === "" ? null : +text)} />
      <${Choice} label="Dither" value=${said.dither ?? "auto"} write=${(name) => setOption("dither", name === "auto" ? null : name)}
        choices=${[["auto", "Where bands would show"], ["none", "None"], ["blue-noise", "Blue noise"],
          ["floyd-steinberg", "Floyd–Steinberg"]]} />
      <${Field} label="Plays" type="number" min="0" value=${said.loop ?? ""} placeholder="for ever"
        write=${(text) => setOption("loop", text === "" ? null : +text)} />
    </details>
    <${Palette} colors=${state.expected?.colors} rev=${state.doc.rev} />
  </section>`;
}

function Presets() {
  const { table, doc } = useStore();
  const choose = (event) => {
    const found = table.presets.find((one) => one.name === event.target.value);
    event.target.value = "";
    if (!found) return;
    change(({ edits: all, options: before }) => {
      const rest = all.filter((one) => !(one.edit in found.options));
      const next = { ...before };
      for (const [name, value] of Object.entries(found.options)) {
        if (table.edits.some((one) => one.name === name)) rest.push({ edit: name, value }); else next[name] = value;
      }
      return { edits: rest, options: next };
    });
  };
  return html`<select aria-label="Fit into a place" disabled=${!doc.clip} onChange=${choose}>
    <option value="">Fit into …</option>
    ${table.presets.map((one) => html`<option value=${one.name}>${one.name[0].toUpperCase() + one.name.slice(1)}${
      one.options.max_size ? `, ${one.options.max_size}` : ""}</option>`)}
  </select>`;
}

function Palette({ colors, rev }) {
  if (!colors) return null;
  return html`<div class="palette">
    <svg viewBox=${`0 0 ${colors.length} 1`} preserveAspectRatio="none" role="img"
      aria-label=${`The palette's line of ${colors.length} colors`}>
      ${colors.map((color, n) => html`<rect key=${n} x=${n} width="1.05" height="1" fill=${color}></rect>`)}</svg>
    <${Button} name="How it was learned" icon="film" kind="small"
      onClick=${() => set({ dialog: { name: "film", rev } })} /></div>`;
}
