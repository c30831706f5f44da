// The export dialog: formats, progress, and what came of it.

import { Button, Dialog, html, useState } from "/static/html.js";
import { ask, Failure, post } from "/static/api.js";
import { bytesText } from "/static/values.js";
import { failed } from "/static/actions.js";
import { set, useStore } from "/static/store.js";
import { shut } from "/static/dialogs.js";

const FORMATS = [["gif", "GIF"], ["webp", "WebP"], ["apng", "APNG"], ["avif", "AVIF"], ["mp4", "MP4"], ["webm", "WebM"]];

export const updateJob = (job, change) =>
  set((now) => ({ jobs: now.jobs.map((one) => (one.job === job ? { ...one, ...change } : one)) }));

async function begin(rev, name, to, replace) {
  const { job } = await post("/export", { rev, name, to, replace });
  set((now) => ({ jobs: [{ job, name, to, stage: "Waiting", done: 0, of: null }, ...now.jobs.filter((one) => one.job !== job)] }));
}

export function Export() {
  const { doc, jobs } = useStore();
  const [name, setName] = useState(doc.name.replace(/\.[^.]+$/, ""));
  const [chosen, setChosen] = useState(["gif"]);
  const [to, setTo] = useState("folder");
  const flip = (format) => setChosen(chosen.includes(format) ? chosen.filter((one) => one !== format) : [...chosen, format]);
  const start = async () => {
    for (const format of chosen) await begin(doc.rev, `${name.trim()}.${format}`, to, false).catch(failed);
  };
  return html`<${Dialog} title="Export" close=${shut} wide>
    <div class="pair"><label class="field"><span>Name</span><input aria-label="Name" data-first value=${name}
      onInput=${(event) => setName(event.target.value)} /></label>
      <label class="field"><span>To</span><select aria-label="To" value=${to} onChange=${(event) => setTo(event.target.value)}>
        <option value="folder">${doc.folder}</option><option value="download">Downloads of the browser</option></select></label></div>
    <div class="formats" role="group" aria-label="Formats">${FORMATS.map(([format, title]) => html`<button type="button"
      key=${format} class="chip" aria-pressed=${String(chosen.includes(format))} onClick=${() => flip(format)}>${title}</button>`)}</div>
    <div class="foot"><span class="quiet">Editing can go on meanwhile.</span>
      <${Button} name=${chosen.length > 1 ? `Make ${chosen.length} files` : "Make it"} kind="main"
        disabled=${!name.trim() || !chosen.length} onClick=${start} /></div>
    <ul class="jobs" aria-label="Exports">${jobs.map((one) => html`<${Job} key=${one.job} one=${one} rev=${doc.rev} />`)}</ul>
  </${Dialog}>`;
}

const SHOWN = /\.(gif|webp|apng|avif)$/;

function Job({ one, rev }) {
  const again = () => { set((now) => ({ jobs: now.jobs.filter((job) => job !== one) })); begin(rev, one.name, one.to, true).catch(failed); };
  if (one.text) {
    return html`<li class="job"><p class="error" role="alert">${one.text}</p>
      ${/already/.test(one.text) && html`<${Button} name="Replace it" kind="small" onClick=${again} />`}</li>`;
  }
  if (!one.url) {
    return html`<li class="job"><span>${one.name}</span><span class="quiet">${one.stage}</span>
      <progress aria-label=${`${one.name}: ${one.stage}`} max=${one.of || 1} value=${one.of ? one.done : null}></progress>
      <${Button} name="Cancel" kind="small" onClick=${() => ask("DELETE", `/export/${one.job}`).catch((error) => {
        if (!(error instanceof Failure)) throw error; // it is done already
      })} /></li>`;
  }
  const link = one.to === "download" ? `${one.url}?as=attachment` : one.url;
  return html`<li class="job done">
    ${SHOWN.test(one.name) ? html`<img src=${one.url} alt=${`${one.name}, playing`} />`
      : html`<video src=${one.url} autoplay loop muted playsinline></video>`}
    <div><a href=${link} target="_blank" download=${one.to === "download" ? one.name : null}>${one.name}</a>
      <p>${bytesText(one.bytes)}, ${one.width} × ${one.height}, ${one.frames} frames, ${one.seconds.toFixed(2)} s,
        made in ${one.elapsed.toFixed(1)} s</p>
      ${one.notes.map((note) => html`<p class="quiet">${note}</p>`)}
      ${one.advice?.length > 0 && html`<p class="quiet">Smaller: ${one.advice.map((hint) =>
        `${hint.text} (−${bytesText(hint.saves)})`).join("; ")}</p>`}</div></li>`;
}
