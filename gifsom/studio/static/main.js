// The page: its parts, its keys, what is dropped on it, and what the server tells.

import { clip, count, set, state, useStore } from "/static/store.js";
import { dropped, failed, load, look, redo, reopen, seek, shown, tool, undo, within } from "/static/actions.js";
import { Button, html, render, useEffect } from "/static/html.js";
import { Film, Help, Left, Open, Save, Trust } from "/static/dialogs.js";
import { Export, updateJob } from "/static/export.js";
import { Bottom, Top } from "/static/bars.js";
import { get, listen } from "/static/api.js";
import { Panel } from "/static/panel.js";
import { Record } from "/static/record.js";
import { Stage } from "/static/stage.js";
import { Timeline } from "/static/timeline.js";
import { toggle } from "/static/player.js";

const DIALOGS = { open: Open, save: Save, trust: Trust, film: Film, help: Help, export: Export, record: Record };
const VIEWS = ["clip", "split", "gif"];

function App() {
  const now = useStore();
  useEffect(() => { document.title = now.doc?.document ? `${now.doc.name} – gifsom studio` : "gifsom studio"; },
    [now.doc?.name]);
  if (!now.doc || !now.table) return html`<p class="loading">${now.error || "…"}</p>`;
  const Asked = now.dialog && DIALOGS[now.dialog.name];
  const trouble = now.error || (now.doc.error && now.doc.error.step === null && now.doc.error.text);
  return html`<div class=${`page ${now.busy ? "busy" : ""}`}>
    <${Top} />
    <main>${now.doc.document ? html`<${Stage} />` : html`<${Empty} />`}<${Panel} /></main>
    <${Timeline} />
    <${Bottom} />
    ${trouble && html`<div class="toast" role="alert"><span>${trouble}</span>
      <${Button} name="Dismiss" icon="close" bare onClick=${() => set({ error: null })} /></div>`}
    ${Asked && html`<${Asked} key=${now.dialog.name} ...${now.dialog} />`}
  </div>`;
}

const Empty = () => html`<section class="stage empty" role="region" aria-label="Stage"><div>
  <h2>Open a clip, drop one here, or record the screen</h2>
  <p class="quiet">A video, a GIF, pictures, or a document that was saved here.</p>
  <div class="row"><${Button} name="Open a clip" icon="open" kind="main" onClick=${() => set({ dialog: { name: "open" } })} />
    <${Button} name="Record the screen" icon="record" onClick=${() => set({ dialog: { name: "record" } })} /></div>
  <${Left} /></div></section>`;

function select(first, last) {
  if (!clip()) return;
  set({ range: [Math.max(0, Math.min(first, last)), Math.min(count() - 1, Math.max(first, last))] });
}

const KEYS = {
  " ": toggle,
  ArrowLeft: (event) => seek(state.frame - (event.shiftKey ? 10 : 1)),
  ArrowRight: (event) => seek(state.frame + (event.shiftKey ? 10 : 1)),
  Home: () => seek(0),
  End: () => seek(count() - 1),
  i: () => select(state.frame, state.range ? Math.max(state.frame, state.range[1]) : count() - 1),
  o: () => select(state.range ? Math.min(state.frame, state.range[0]) : 0, state.frame),
  Delete: () => tool("cut"),
  Backspace: () => tool("cut"),
  Escape: () => set({ range: null, step: null, error: null }),
  c: () => tool("crop"), t: () => tool("caption"), b: () => tool("blur"), z: () => tool("zoom"),
  v: () => { set({ view: VIEWS[(VIEWS.indexOf(state.view) + 1) % 3] }); look(); },
  h: () => { set({ heat: !state.heat }); look(); },
  r: () => set({ dialog: { name: "record" } }),
  "?": () => set({ dialog: { name: "help" } }),
};
const WITH_CTRL = {
  z: (event) => (event.shiftKey ? redo() : undo()),
  y: redo,
  a: () => select(0, count() - 1),
  o: () => set({ dialog: { name: "open" } }),
  s: () => state.doc?.document && set({ dialog: { name: "save" } }),
  e: () => clip() && set({ dialog: { name: "export" } }),
};

document.addEventListener("keydown", (event) => {
  const typed = event.target.closest("input:not([type=range]):not([type=checkbox]),textarea,select");
  if (state.dialog && event.key === "Escape") set({ dialog: null });
  if (state.dialog || (typed && !(event.ctrlKey || event.metaKey))) return;
  if (typed && ["z", "y", "a"].includes(event.key.toLowerCase())) return;
  const control = event.ctrlKey || event.metaKey;
  const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
  if (!control && (event.target.closest("button,summary,a") && (key === " " || key === "Enter"))) return;
  if (!control && event.target.closest("input[type=range]") && !event.target.closest(".seek")) return;
  const does = (control ? WITH_CTRL : KEYS)[key];
  if (!does || event.altKey) return;
  event.preventDefault();
  does(event);
});

document.addEventListener("dragover", (event) => event.dataTransfer?.types.includes("Files") && event.preventDefault());
document.addEventListener("drop", (event) => {
  if (!event.dataTransfer?.files.length) return;
  event.preventDefault();
  dropped([...event.dataTransfer.files]);
});

listen({
  hello: () => state.doc && get("/state").then(shown).catch(failed),
  clip: (said) => {
    if (said.rev !== state.doc?.rev) return;
    set((now) => ({ doc: { ...now.doc, clip: said.clip, error: said.error ? { step: null, text: said.error } : now.doc.error } }));
    within();
    look();
  },
  expected: (said) => { if (said.rev === state.doc?.rev) set({ expected: said }); },
  preview: (said) => {
    if (said.rev !== state.doc?.rev) return;
    const bytes = { ...state.bytes };
    said.bytes.forEach((size, n) => { bytes[said.first + n] = size; });
    set({ preview: said, bytes });
    look();
  },
  progress: ({ job, ...rest }) => updateJob(job, rest),
  exported: ({ job, ...rest }) => updateJob(job, rest),
  advice: ({ job, advice }) => updateJob(job, { advice }),
  failed: ({ job, text }) => updateJob(job, { text }),
  cancelled: ({ job }) => set((now) => ({ jobs: now.jobs.filter((one) => one.job !== job) })),
  recording: (said) => {
    set({ recording: said });
    if (said.state === "done") reopen({ recording: said.path.replace(/^.*[\\/]/, "").replace(/\.[^.]*$/, "") });
    if (said.state === "cancelled") set({ recording: null });
  },
}, () => state.doc && set({ error: "The studio does not answer: start gifsom studio again." }));

load().catch((error) => set({ error: error.message }));
document.body.querySelector("noscript")?.remove();
render(html`<${App} />`, document.body);

