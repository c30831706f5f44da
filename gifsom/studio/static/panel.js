// The panel: edits in their order, with a form for the one that is selected, and how the GIF is to be.

import { moveEdit, removeEdit, setEdit, switchEdit, tool } from "/static/actions.js";
import { edits, set, useStore } from "/static/store.js";
import { Button, html, useState } from "/static/html.js";
import { listed, titled } from "/static/values.js";
import { CaptionForm, ValueForm } from "/static/forms.js";
import { Settings } from "/static/settings.js";

export function Panel() {
  return html`<aside class="panel"><${Edits} /><${Settings} /></aside>`;
}

const summary = (one) => (one.value === true ? "" : listed(one.value).head);

function Edits() {
  const state = useStore();
  const all = edits();
  const [dragged, setDragged] = useState(null);
  const wrong = state.doc.error && state.doc.error.step;
  return html`<section class="edits" role="region" aria-label="Edits">
    <header><h2>Edits</h2><${AddEdit} /></header>
    ${!all.length && html`<p class="quiet">Nothing is changed yet. Choose a tool above, or add an edit here.</p>`}
    <ol>${all.map((one, number) => html`<li key=${number} draggable="true"
        class=${`${state.step === number ? "chosen" : ""} ${one.on === false ? "off" : ""} ${wrong === number ? "wrong" : ""}`}
        onDragStart=${() => setDragged(number)} onDragOver=${(event) => event.preventDefault()}
        onDrop=${(event) => { event.preventDefault(); if (dragged !== null) moveEdit(dragged, number); setDragged(null); }}>
      <div class="line">
        <button type="button" class="name" aria-expanded=${state.step === number}
          onClick=${() => set({ step: state.step === number ? null : number })}
          onKeyDown=${(event) => {
            if (event.altKey && event.key === "ArrowUp") { event.preventDefault(); moveEdit(number, number - 1); }
            if (event.altKey && event.key === "ArrowDown") { event.preventDefault(); moveEdit(number, number + 1); }
          }}><b>${titled(one.edit)}</b> <span>${summary(one)}</span></button>
        <${Button} name=${`${one.on === false ? "Switch on" : "Switch off"} ${titled(one.edit)}`}
          icon=${one.on === false ? "off" : "eye"} bare onClick=${() => switchEdit(number)} />
        <${Button} name=${`Delete ${titled(one.edit)}`} icon="trash" bare onClick=${() => removeEdit(number)} />
      </div>
      ${wrong === number && html`<p class="error" role="alert">${state.doc.error.text}</p>`}
      ${state.step === number && html`<${Form} number=${number} one=${one} last=${all.length - 1} />`}
    </li>`)}</ol>
  </section>`;
}

function Form({ number, one, last }) {
  const { table } = useStore();
  const described = table.edits.find((entry) => entry.name === one.edit);
  const write = (value) => setEdit(number, value);
  return html`<div class="form">
    ${one.edit === "caption" ? html`<${CaptionForm} value=${String(one.value)} write=${write} />`
      : described.kind !== "flag" && html`<${ValueForm} described=${described} value=${one.value} write=${write} />`}
    <p class="quiet">${described.help}</p>
    <div class="row">
      <${Button} name="Earlier" icon="up" kind="small" disabled=${number === 0} onClick=${() => moveEdit(number, number - 1)} />
      <${Button} name="Later" icon="down" kind="small" disabled=${number === last}
        onClick=${() => moveEdit(number, number + 1)} />
    </div>
  </div>`;
}

function AddEdit() {
  const { table, doc } = useStore();
  const names = table.edits.map((one) => one.name).filter((name) => name !== "width" && name !== "fps");
  const add = (event) => {
    const name = event.target.value;
    event.target.value = "";
    if (name) tool(name);
  };
  return html`<select aria-label="Add an edit" disabled=${!doc.clip} onChange=${add}>
    <option value="">Add …</option>
    ${names.map((name) => [titled(name), name]).sort().map(([title, name]) => html`<option value=${name}>${title}</option>`)}
  </select>`;
}

