// Values of edits as the command line writes them, and the parts of them that the page shows and pulls.

export const round = (seconds) => String(Math.round(seconds * 1000) / 1000);

export function listed(text) {
  const [head, ...parts] = String(text).split(/\|(?=[a-z_]+\s*=)/);
  const values = {};
  for (const part of parts) {
    const at = part.indexOf("=");
    values[part.slice(0, at).trim()] = part.slice(at + 1).trim();
  }
  return { head, values };
}

export function joined(head, values) {
  const parts = Object.entries(values).filter(([, value]) => value !== "" && value !== undefined && value !== null);
  return [head, ...parts.map(([name, value]) => `${name}=${value}`)].join("|");
}

const REGION = /^(\d+)x(\d+)\+(\d+)\+(\d+)/;

export function region(text) {
  const match = REGION.exec(String(text));
  return match && { width: +match[1], height: +match[2], x: +match[3], y: +match[4] };
}

export const regionText = (box) =>
  `${Math.round(box.width)}x${Math.round(box.height)}+${Math.round(box.x)}+${Math.round(box.y)}`;

export const PLACED = ["crop", "blur", "pixelate", "solid", "still_outside"]; // their value begins with a region

export function clock(text) {
  return String(text).split(":").reduce((sum, part) => sum * 60 + parseFloat(part || "0"), 0);
}

function spanOf(text) {
  const match = /^([\d.:]+)-([\d.:]*)$/.exec(text || "");
  return match && [clock(match[1]), match[2] === "" ? null : clock(match[2])];
}

// The stretch of time that an edit is about: [start, end or null], or null for all of the clip.
export function span(name, value) {
  const text = String(value);
  if (name === "caption" || name === "overlay") return spanOf(listed(text).values.time);
  if (["blur", "pixelate", "solid"].includes(name)) return spanOf(listed(text).head.split("@")[1]);
  if (name === "zoom") return spanOf((/@([\d.:]+-[\d.:]*)/.exec(text) || [])[1]);
  if (name === "cut" || name === "only") return text.includes(",") ? null : spanOf(text);
  if (name === "fast_forward") {
    const match = /^([\d.]+):([\d.]+)@/.exec(text);
    return match ? [+match[1], +match[2]] : spanOf(text.split("@")[0]);
  }
  return null;
}

export function withSpan(name, value, start, end) {
  const text = String(value);
  const time = `${round(start)}-${end === null ? "" : round(end)}`;
  if (name === "caption" || name === "overlay") {
    const { head, values } = listed(text);
    return joined(head, { ...values, time });
  }
  if (["blur", "pixelate", "solid"].includes(name)) {
    const { head, values } = listed(text);
    return joined(`${head.split("@")[0]}@${time}`, values);
  }
  if (name === "zoom") return text.replace(/@[\d.:]+-[\d.:]*/, `@${time}`);
  if (name === "cut" || name === "only") return time;
  if (name === "fast_forward") {
    const [, factor] = text.split("@");
    return `${round(start)}:${round(end === null ? start + 1 : end)}@${factor}`;
  }
  return text;
}

export const TITLES = {
  crop: "Crop", rotate: "Rotate", flip: "Flip", cut: "Cut", only: "Keep only", frame_delay: "Delay of frames",
  hold: "Freeze", duplicate: "Duplicate", move: "Move", insert: "Insert", title: "Title card", fade: "Fade",
  speed: "Speed", fast_forward: "Fast-forward", reverse: "Reverse", boomerang: "Boomerang",
  loop_smooth: "Smooth loop", still_outside: "Cinemagraph", trim_still: "Trim still ends",
  drop_duplicates: "Drop duplicates", idle_limit: "Shorten stillness", hold_last: "Hold the last frame", zoom: "Zoom",
  backdrop: "Backdrop", border: "Border", overlay: "Picture on top", caption: "Caption", subtitles: "Subtitles",
  blur: "Blur", pixelate: "Pixelate", solid: "Cover", progress_bar: "Progress bar", progress_style: "Progress bar, styled",
  grayscale: "Without colors", brightness: "Brightness", contrast: "Contrast", saturation: "Saturation",
  width: "Width", height: "Height", fit: "Fit into", scale: "Scale", fps: "Frame rate",
};

export const titled = (name) => TITLES[name] || name.replace(/_/g, " ");

// A value to begin with, for those edits that need one.
export const FIRST = {
  rotate: 90, flip: "horizontal", speed: 2, fade: "0.3", title: "Title", loop_smooth: 0.3, idle_limit: 0.5,
  hold_last: 1, backdrop: "window", border: "2", brightness: 1.2, contrast: 1.2, saturation: 1.2, width: 480,
  height: 270, fit: "640x640", scale: 0.5, fps: 12, frame_delay: "0.1", progress_style: "color=tomato",
};

export function bytesText(bytes) {
  if (bytes >= 1e6) return `${(bytes / 1e6).toFixed(2)} MB`;
  if (bytes >= 1e3) return `${(bytes / 1e3).toFixed(1)} kB`;
  return `${bytes} bytes`;
}

export function timeText(seconds) {
  const minutes = Math.floor(seconds / 60 + 1e-6);
  return `${minutes}:${(seconds - 60 * minutes).toFixed(2).padStart(5, "0")}`;
}
