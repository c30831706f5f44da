// The bars at the top and at the bottom.

import { clip, count, set, startOf, useStore } from "/static/store.js";
import { Button, html, useState } from "/static/html.js";
import { bytesText, timeText } from "/static/values.js";
import { redo, tool, undo } from "/static/actions.js";

export function Top() {
  const { doc, recording } = useStore();
  const shown = clip();
  const open = doc.document !== null;
  const ask = (name) => () => set({ dialog: { name } });
  return html`<header class="top">
    <div class="title"><img src="/static/icon.svg" alt="" width="24" height="24" />
      <h1>${open ? doc.name : "gifsom studio"}</h1>${open && !doc.saved && html`<i title="not saved as a document">•</i>`}</div>
    <${Button} name="Open" icon="open" onClick=${ask("open")} hint="Open a clip or a document (O)" />
    <${Button} name="Record" icon="record" onClick=${ask("record")} hint="Record the screen (R)"
      kind=${recording ? "live" : ""} />
    <span class="gap"></span>
    <${Button} name="Undo" icon="undo" bare disabled=${!doc.undo} onClick=${undo} hint="Undo (Ctrl-Z)" />
    <${Button} name="Redo" icon="redo" bare disabled=${!doc.redo} onClick=${redo} hint="Redo (Ctrl-Shift-Z)" />
    <span class="gap"></span>
    ${[["Crop", "crop", "C"], ["Caption", "caption", "T"], ["Blur", "blur", "B"], ["Zoom", "zoom", "Z"]].map(([name, icon, key]) =>
      html`<${Button} name=${name} icon=${icon} disabled=${!shown} onClick=${() => tool(icon)} hint=${`${name} (${key})`} />`)}
    <span class="gap wide"></span>
    <${Button} name="Keys" icon="help" bare onClick=${ask("help")} hint="Keys (?)" />
    <${Button} name="Save" icon="save" disabled=${!open} onClick=${ask("save")} hint="Save the document (Ctrl-S)" />
    <${Button} name="Export" icon="export" kind="main" disabled=${!shown} onClick=${ask("export")} hint="Export (Ctrl-E)" />
  </header>`;
}

export function Bottom() {
  const state = useStore();
  const shown = clip();
  const [copied, setCopied] = useState(false);
  const copy = async () => {
    await navigator.clipboard.writeText(state.doc.command);
    setCopied(true);
    setTimeout(() => setCopied(false), 1500);
  };
  const expected = state.expected;
  const words = expected && !expected.error && [
    `${bytesText(expected.bytes)} expected`,
    expected.quality === null ? "exact colors" : `quality ${Math.round(expected.quality)}`,
    expected.fps ? `${expected.fps} frames a second` : "",
    shown && !expected.old && expected.width !== shown.width ? `${expected.width} wide` : "",
  ].filter(Boolean).join(", ");
  return html`<footer class="bottom">
    ${shown ? html`<span class="now">${timeText(startOf(state.frame))}</span>
      <span>frame ${state.frame + 1} of ${count()}</span><span>${shown.width} × ${shown.height}</span>
      <span>${timeText(shown.duration)} long</span>` : html`<span>No clip is open</span>`}
    <output class=${`size ${expected?.old ? "old" : ""}`} role="status" aria-label="Expected size" aria-live="polite">
      ${!shown ? "" : expected?.error ? expected.error : words || "working out the size …"}</output>
    ${state.doc.command && html`<code title=${state.doc.command}>${state.doc.command}</code>
      <${Button} name=${copied ? "Copied" : "Copy command"} icon="copy" kind="small" onClick=${copy} />`}
  </footer>`;
}
