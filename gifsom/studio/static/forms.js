// Forms of edits: fields for what a value says, and a line for all of it as the command line has it.

import { html, useEffect, useState } from "/static/html.js";
import { joined, listed } from "/static/values.js";

// A field that tells its value when it is left or Enter is pressed, and follows what comes from elsewhere.
export function Field({ label, value, write, type = "text", list, ...rest }) {
  const [now, setNow] = useState(value);
  useEffect(() => setNow(value), [value]);
  const tell = () => { if (String(now) !== String(value)) write(now); };
  const key = (event) => { if (event.key === "Enter") { event.preventDefault(); tell(); } };
  return html`<label class="field"><span>${label}</span>
    <input type=${type} aria-label=${label} value=${now} onInput=${(event) => setNow(event.target.value)}
      onBlur=${tell} onKeyDown=${key} ...${rest} /></label>`;
}

export const Choice = ({ label, value, choices, write }) => html`<label class="field"><span>${label}</span>
  <select aria-label=${label} value=${value} onChange=${(event) => write(event.target.value)}>
    ${choices.map(([name, title]) => html`<option value=${name}>${title}</option>`)}</select></label>`;

export function ValueForm({ described, value, write }) {
  if (described.choices.length) {
    return html`<${Choice} label="Value" value=${String(value)} write=${write}
      choices=${described.choices.map((name) => [name, name])} />`;
  }
  const read = (text) => write(described.kind === "number" && text.trim() !== "" && !Number.isNaN(+text) ? +text : text);
  return html`<${Field} label=${described.metavar || "Value"} value=${String(value)} write=${read} />`;
}

const PLACES = ["top-left", "top", "top-right", "left", "center", "right", "bottom-left", "bottom", "bottom-right"];

export function CaptionForm({ value, write }) {
  const { head, values } = listed(value);
  const [text, setText] = useState(head);
  useEffect(() => setText(head), [head]);
  const put = (name) => (now) => write(joined(head, { ...values, [name]: now }));
  const move = (place) => {
    const { x, y, ...rest } = values;
    write(joined(head, { ...rest, position: place }));
  };
  const tell = () => { if (text !== head && text.trim()) write(joined(text, values)); };
  return html`
    <label class="field"><span>Text</span><textarea aria-label="Text" rows="2" value=${text}
      onInput=${(event) => setText(event.target.value)} onBlur=${tell}
      onKeyDown=${(event) => { if (event.key === "Enter" && !event.shiftKey) { event.preventDefault(); tell(); } }}
    ></textarea></label>
    <div class="nine" role="group" aria-label="Place">${PLACES.map((place) => html`<button type="button" key=${place}
      aria-label=${place} title=${place} aria-pressed=${String((values.position || "bottom") === place && values.x === undefined)}
      onClick=${() => move(place)}></button>`)}</div>
    <${Choice} label="Look" value=${values.style || "outline"} write=${put("style")}
      choices=${[["pill", "Pill"], ["box", "Box"], ["outline", "Outline"]]} />
    <${Field} label="Letters, pixels" value=${values.size || ""} write=${put("size")} type="number" min="6" max="400" />
    <${Field} label="Time" value=${values.time || ""} write=${put("time")} placeholder="all of it, or 1-3" />
    <${Field} label="Fade, seconds" value=${values.fade || ""} write=${put("fade")} placeholder="0" />`;
}
