// Requests to the studio's server: JSON in and out; an error has the server's words.

export class Failure extends Error {
  constructor(status, said) {
    super(said.error || "the studio does not answer");
    this.status = status;
    this.said = said;
  }
}

export async function ask(method, path, body) {
  const options = { method };
  if (body !== undefined) {
    options.body = JSON.stringify(body);
    options.headers = { "content-type": "application/json" };
  }
  let response;
  try {
    response = await fetch(`/api${path}`, options);
  } catch {
    throw new Failure(0, { error: "the studio has ended: start gifsom studio again" });
  }
  const said = await response.json().catch(() => ({}));
  if (!response.ok || typeof said.error === "string") throw new Failure(response.status, said);
  return said;
}

export const get = (path) => ask("GET", path);
export const post = (path, body = {}) => ask("POST", path, body);

export async function drop(file) {
  const response = await fetch(`/api/drop/${encodeURIComponent(file.name)}`, { method: "PUT", body: file });
  const said = await response.json().catch(() => ({}));
  if (!response.ok) throw new Failure(response.status, said);
  return said.name;
}

export function listen(handlers, lost) {
  const source = new EventSource("/api/events");
  for (const [name, handler] of Object.entries(handlers)) {
    source.addEventListener(name, (event) => handler(JSON.parse(event.data)));
  }
  source.onerror = lost;
  return source;
}
