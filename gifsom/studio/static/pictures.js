// Pictures of frames: decoded once, kept as long as there is room, fetched ahead while a clip plays.

const KEPT = 90;
const held = new Map();

async function fetched(url) {
  const response = await fetch(url);
  if (response.status !== 200) throw new Error(url); // of a document that is another one by now
  return createImageBitmap(await response.blob());
}

export function picture(url) {
  if (held.has(url)) {
    const found = held.get(url);
    held.delete(url);
    held.set(url, found);
    return found;
  }
  const entry = { bitmap: null, failed: false, ready: null };
  entry.ready = fetched(url).then(
    (bitmap) => { entry.bitmap = bitmap; return bitmap; },
    () => { entry.failed = true; held.delete(url); return null; },
  );
  held.set(url, entry);
  while (held.size > KEPT) {
    const [oldest, entryOfIt] = held.entries().next().value;
    held.delete(oldest);
    if (entryOfIt.bitmap) entryOfIt.bitmap.close();
  }
  return entry;
}

export const frameUrl = (rev, frame, rest = "") => `/api/frame/${rev}/${frame}${rest}`;
export const codedUrl = (rev, frame) => `/api/coded/${rev}/${frame}`;
export const heatUrl = (rev, frame) => `/api/heat/${rev}/${frame}`;
export const thumbUrl = (rev, frame) => `/api/frame/${rev}/${frame}?width=128`;
