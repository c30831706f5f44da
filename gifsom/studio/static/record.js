// The record dialog: monitors, windows, or a region drawn on a still; then count-down, pause and stop.

import { Button, Dialog, drag, html, useEffect, useRef, useState } from "/static/html.js";
import { get, post } from "/static/api.js";
import { failed } from "/static/actions.js";
import { Field } from "/static/forms.js";
import { set, useStore } from "/static/store.js";
import { shut } from "/static/dialogs.js";

export function Record() {
  const { recording } = useStore();
  return recording && !["done", "failed", "cancelled"].includes(recording.state)
    ? html`<${Running} now=${recording} />` : html`<${Choose} trouble=${recording?.text} />`;
}

function Running({ now }) {
  const act = (name) => () => post(`/record/${name}`).catch(failed);
  const paused = now.state === "paused";
  const words = now.state === "waiting" ? `Recording begins in ${Math.ceil(now.seconds)} …`
    : `${paused ? "Paused" : "Recording"}: ${now.seconds.toFixed(1)} s`;
  return html`<${Dialog} title="Recording" close=${shut}><p class="count" role="status">${words}</p>
    <div class="foot"><${Button} name="Discard" onClick=${act("cancel")} />
      ${now.state !== "waiting" && html`<${Button} name=${paused ? "Go on" : "Pause recording"}
        onClick=${act(paused ? "resume" : "pause")} /><${Button} name="Stop" kind="main" onClick=${act("stop")} />`}</div>
  </${Dialog}>`;
}

function Choose({ trouble }) {
  const [there, setThere] = useState(null);
  const [error, setError] = useState(trouble);
  const [what, setWhat] = useState(null);
  const [fps, setFps] = useState(15);
  const [delay, setDelay] = useState(3);
  const [shown, setShown] = useState({ clicks: true, shortcuts: false });
  useEffect(() => { get("/screens").then((found) => {
    setThere({ ...found, still: `/api/still?${Date.now()}` });
    setWhat({ monitor: found.monitors[0].number });
  }).catch((failure) => setError(failure.message)); }, []);
  const start = () => post("/record", { ...what, fps: +fps, delay: +delay, ...shown }).then(() => {
    set({ recording: { state: "waiting", seconds: +delay } });
  }).catch((failure) => setError(failure.message));
  return html`<${Dialog} title="Record the screen" close=${shut} wide>
    ${error && html`<p class="error" role="alert">${error}</p>`}
    ${there && html`<${Still} there=${there} what=${what} choose=${setWhat} />
      <div class="row chips parts" role="group" aria-label="What to record">
        ${there.monitors.map((one) => html`<button type="button" class="chip" key=${one.number}
          aria-pressed=${String(what?.monitor === one.number)} onClick=${() => setWhat({ monitor: one.number })}>
          <${Part} there=${there} box=${one} />Monitor ${one.number}, ${one.width} × ${one.height}</button>`)}
        ${there.windows.map((one) => html`<button type="button" class="chip" key=${one.id}
          aria-pressed=${String(what?.window === one.id)} onClick=${() => setWhat({ window: one.id })}>
          <${Part} there=${there} box=${one} />${one.title || "a window"}</button>`)}</div>
      <p class="quiet">${what?.region ? `A region of ${what.region[2]} × ${what.region[3]}`
        : "Draw a region on the picture, or choose a monitor or a window."}</p>
      <div class="pair"><${Field} label="Frames a second" type="number" min="1" max="50" value=${fps} write=${setFps} />
        <${Field} label="Count down, seconds" type="number" min="0" max="60" value=${delay} write=${setDelay} /></div>
      <div class="row">${[["clicks", "Show clicks"], ["shortcuts", "Show shortcuts"]].map(([name, title]) => html`<label
        class="check" key=${name}><input type="checkbox" checked=${shown[name]}
        onChange=${(event) => setShown({ ...shown, [name]: event.target.checked })} /> ${title}</label>`)}</div>`}
    ${!there && !error && html`<p class="quiet">Looking for screens …</p>`}
    <div class="foot"><${Button} name="Start" kind="main" disabled=${!what} onClick=${start} /></div></${Dialog}>`;
}

// A monitor or a window as it is on the still.
function Part({ there, box }) {
  const by = 40 / box.height;
  return html`<i class="part" style=${{
    width: `${Math.min(90, box.width * by)}px`,
    backgroundImage: `url("${there.still}")`,
    backgroundSize: `${there.width * by}px ${there.height * by}px`,
    backgroundPosition: `${-(box.x - there.left) * by}px ${-(box.y - there.top) * by}px`,
  }}></i>`;
}

function Still({ there, what, choose }) {
  const picture = useRef();
  const place = (box) => ({
    left: `${(100 * (box.x - there.left)) / there.width}%`, top: `${(100 * (box.y - there.top)) / there.height}%`,
    width: `${(100 * box.width) / there.width}%`, height: `${(100 * box.height) / there.height}%`,
  });
  const begin = (event) => {
    const box = picture.current.getBoundingClientRect();
    const by = there.width / box.width;
    const x = (event.clientX - box.left) * by, y = (event.clientY - box.top) * by;
    drag(event, (dx, dy) => {
      const [wide, high] = [Math.abs(dx * by), Math.abs(dy * by)].map(Math.round);
      if (wide < 16 || high < 16) return;
      choose({ region: [Math.round(there.left + x + Math.min(0, dx * by)), Math.round(there.top + y + Math.min(0, dy * by)), wide, high] });
    });
  };
  const chosen = what?.region ? { x: what.region[0], y: what.region[1], width: what.region[2], height: what.region[3] }
    : what?.window ? there.windows.find((one) => one.id === what.window)
      : there.monitors.find((one) => one.number === what?.monitor);
  return html`<div class="still" ref=${picture} onPointerDown=${begin}><img src=${there.still} alt="The screen now" draggable="false" />
    ${chosen && html`<div class="chosen" style=${place(chosen)}></div>`}</div>`;
}
