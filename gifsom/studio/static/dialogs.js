// Dialogs: open, save, trust, the palette's film, and the keys.

import { addEdit, failed, open, reopen, save } from "/static/actions.js";
import { Button, Dialog, html, useEffect, useState } from "/static/html.js";
import { set, useStore } from "/static/store.js";
import { get } from "/static/api.js";
import { bytesText } from "/static/values.js";

export const shut = () => set({ dialog: null });

export function Open({ asked }) {
  const { doc } = useStore();
  const [there, setThere] = useState(null);
  const [chosen, setChosen] = useState([]);
  const go = (folder) => get(`/files?folder=${encodeURIComponent(folder)}`).then((found) => {
    setThere(found);
    setChosen([]);
  }).catch(failed);
  useEffect(() => { go("."); }, []);
  const path = (name) => (there.folder === "." ? name : `${there.folder}/${name}`);
  const pick = (name, more) => setChosen(more ? [...chosen.filter((one) => one !== name), name] : [name]);
  const take = (names) => {
    const full = names.map(path);
    if (!asked) return open(full);
    const file = `${doc.folder}/${full[0]}`;
    const value = { insert: `${file}@0+2`, overlay: `${file}|size=20%`, subtitles: file }[asked];
    shut();
    return addEdit(asked, value);
  };
  return html`<${Dialog} title=${asked ? "Choose a file" : "Open"} close=${shut}>
    ${!asked && html`<${Left} />`}
    ${there && html`<p class="quiet">${there.folder === "." ? doc.folder : `${doc.folder}/${there.folder}`}</p>
      <ul class="files" role="listbox" aria-label="Files" aria-multiselectable="true">
        ${there.parent !== null && html`<li role="presentation"><button type="button" role="option" aria-selected="false"
          aria-label="The folder above" onClick=${() => go(there.parent)}>..</button></li>`}
        ${there.entries.map((one) => html`<li key=${one.name} role="presentation"><button type="button" role="option"
          aria-selected=${String(chosen.includes(one.name))} class=${one.folder ? "folder" : ""}
          onClick=${(event) => (one.folder ? go(path(one.name)) : pick(one.name, event.ctrlKey || event.metaKey))}
          onDblClick=${() => !one.folder && take([one.name])}>
          <span>${one.name}${one.folder ? "/" : ""}</span><small>${one.folder ? "" : bytesText(one.bytes)}</small></button></li>`)}
      </ul>
      ${!there.entries.length && html`<p class="quiet">There is nothing in this folder.</p>`}
      ${there.of > there.entries.length && html`<p class="quiet">… and ${there.of - there.entries.length} more</p>`}`}
    <div class="foot"><span class="quiet">${asked ? "" : "Or drop files on the page. With Ctrl, several follow each other."}</span>
      <${Button} name=${asked ? "Use it" : "Open it"} kind="main" disabled=${!chosen.length} onClick=${() => take(chosen)} /></div>
  </${Dialog}>`;
}

export function Left() {
  const { doc } = useStore();
  if (!doc.left.length && !doc.recordings?.length) return null;
  return html`<div class="left"><h3>Not finished yet</h3>
    ${doc.left.slice(0, 5).map((one) => html`<button type="button" key=${one.id} onClick=${() => reopen({ left: one.id })}>
      <b>${one.name}</b> <small>${one.steps === 1 ? "1 edit" : `${one.steps} edits`},
        ${new Date(one.when * 1000).toLocaleString()}</small></button>`)}
    ${(doc.recordings || []).slice(0, 5).map((one) => html`<button type="button" key=${one.name}
      onClick=${() => reopen({ recording: one.name })}><b>Recording of ${one.name}</b>
      <small>${bytesText(one.bytes)}</small></button>`)}</div>`;
}

export function Save({ file, exists }) {
  const { doc } = useStore();
  const [name, setName] = useState(file || `${doc.name.replace(/\.[^.]+$/, "")}${doc.suffix || ".gifsom"}`);
  return html`<${Dialog} title="Save the document" close=${shut}>
    <p class="quiet">A small file with the clip's name and all edits. gifsom convert ${name} makes the GIF of it.</p>
    <label class="field"><span>Name</span><input aria-label="Name" data-first value=${name}
      onInput=${(event) => setName(event.target.value)} /></label>
    ${exists && html`<p class="error" role="alert">${file} is there already.</p>`}
    <div class="foot"><${Button} name=${exists ? "Replace it" : "Save it"} kind="main" disabled=${!name.trim()}
      onClick=${() => save(name.trim(), Boolean(exists) && name === file)} /></div></${Dialog}>`;
}

export const Trust = ({ names, text }) => html`<${Dialog} title="Open files elsewhere?" close=${shut}>
  <p>${text.split(": --trust")[0].split(": trust=")[0]}</p>
  <p class="quiet">Open it only if you trust whoever made the document.</p>
  <div class="foot"><${Button} name="Open it anyway" kind="main" onClick=${() => open(names, true)} /></div></${Dialog}>`;

export const Film = ({ rev }) => html`<${Dialog} title="How the palette was learned" close=${shut}>
  <p class="quiet">A line of neurons folds itself through the clip's colors; where it comes to rest, it is the palette.</p>
  <img class="movie" src=${`/api/film/${rev}`} alt="The map as it learns the clip's colors" width="512" height="384" />
</${Dialog}>`;

const KEYS = [
  ["Space", "play, pause"], ["← →", "a frame back, a frame on; with Shift ten"], ["Home, End", "first and last frame"],
  ["I, O", "select from here, to here"], ["Ctrl-A", "select all"], ["Delete", "cut what is selected"], ["Esc", "select nothing"],
  ["C, T, B, Z", "crop, caption, blur, zoom"], ["V", "original, both, GIF"], ["H", "heat map"],
  ["Alt-↑ Alt-↓", "on an edit: earlier, later"], ["Ctrl-Z, Ctrl-Shift-Z", "undo, redo"], ["Ctrl-O", "open"],
  ["Ctrl-S", "save the document"], ["Ctrl-E", "export"], ["R", "record"], ["?", "this list"],
];

export const Help = () => html`<${Dialog} title="Keys" close=${shut}><dl class="keys">
  ${KEYS.map(([key, does]) => html`<dt key=${key}>${key}</dt><dd>${does}</dd>`)}</dl></${Dialog}>`;
