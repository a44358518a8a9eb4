"use strict";
// The labelling page. An answer is shown as saved only once the server has it on disk; changes that
// could not be sent wait in the browser's storage and are sent when the server is there again.

const $ = id => document.getElementById(id);
const token = new URLSearchParams(location.search).get("token") ?? "";
const map = $("map"), photo = $("photo");
const levels = document.createElement("canvas").getContext("2d", { willReadFrequently: true });

let project;                     // what /api/state said
let me = null;                   // who labels
let image = 0;                   // the image shown
let cursor = { x: 0, y: 0 };     // the patch under the cursor
let zoom = { level: 1, x: .5, y: .5 };
let version = 0;                 // the newest change known
let waiting = [];                // changes not yet on disk, oldest first
let sending = false;
const history = { undo: [], redo: [] };
const show = { suggest: true, others: false };

const key = patch => patch.join(",");
const blank = () => ({ patches: [], none: false, revision: 0 });
const known = (person, index) => project.answers[person]?.[index] ?? blank();

/** The answer as it will be once everything that waits is saved. */
function current(index = image) {
  let answer = known(me, index);
  for (const change of waiting) if (change.image === index) answer = changed(answer, change);
  return answer;
}

function changed(answer, change) {
  if (change.set) return { ...answer, patches: change.set, none: change.none };
  const patch = change.add ?? change.remove;
  const rest = answer.patches.filter(other => key(other) !== key(patch));
  return change.add ? { ...answer, patches: [...rest, patch], none: false } : { ...answer, patches: rest };
}

const stateOf = answer => answer.patches.length ? "marked" : answer.none ? "none" : "open";

/** People whose answer about an image is another one than mine. */
function differing(index) {
  const mine = current(index);
  if (stateOf(mine) === "open") return [];
  const text = answer => answer.patches.map(key).sort().join(" ");
  return Object.keys(project.answers).filter(person => {
    const answer = known(person, index);
    return person !== me && stateOf(answer) !== "open" && text(answer) !== text(mine);
  });
}

// Talking to the server.

async function ask(path, options = {}) {
  return fetch(path, { ...options, headers: { "X-Unetlens-Token": token }, cache: "no-store" });
}

function storageKey() { return `unetlens-label ${project.title} ${project.images} ${me}`; }
function keep() { localStorage.setItem(storageKey(), JSON.stringify(waiting)); }

function change(what, remember = true) {
  const before = current(what.image);
  const after = changed(before, what);
  if (remember) {
    history.undo.push({ image: what.image, forth: what, back: inverse(before, what) });
    history.redo.length = 0;
  }
  waiting.push({ ...what, id: crypto.randomUUID() });
  keep();
  draw();
  send();
  return after;
}

function inverse(before, what) {
  if (what.set) return { image: what.image, set: before.patches, none: before.none };
  if (what.remove) return { image: what.image, add: what.remove };
  return before.none
    ? { image: what.image, set: [], none: true } : { image: what.image, remove: what.add };
}

async function send() {
  if (sending) return;
  sending = true;
  while (waiting.length) {
    const { id, ...what } = waiting[0];
    saved("saving", waiting.length === 1 ? "Saving…" : `Saving ${waiting.length} changes…`);
    let response;
    try {
      response = await ask("api/change", {
        method: "POST",
        body: JSON.stringify({ ...what, labeler: me, seen: known(me, what.image).revision }),
      });
    } catch {
      failed("is unetlens label still running?");
      break;
    }
    if (response.status === 403) { failed("open the address that unetlens label prints now"); break; }
    if (!response.ok && response.status !== 409) { failed(await response.text()); break; }
    const result = await response.json();
    (project.answers[me] ??= {})[what.image] = result.answer;
    waiting.shift();
    keep();
    if (result.conflict) toast(`Image ${what.image}: ${result.conflict}`);
    draw();
  }
  sending = false;
  if (!waiting.length) saved("saved", "Everything is saved");
  else setTimeout(send, 1000);
}

function failed(why) {
  const count = waiting.length === 1 ? "1 change is" : `${waiting.length} changes are`;
  saved("failed", `${count} not saved: ${why}`);
}

function saved(state, text) {
  $("saved").dataset.state = state;
  if ($("saved").textContent !== text) $("saved").textContent = text;
}

async function listen() {
  try {
    const response = await ask(`api/news?after=${version}`);
    if (response.ok) {
      const news = await response.json();
      for (const item of news.changes) {
        const before = known(item.labeler, item.image);
        if (item.answer.revision <= before.revision) continue;
        (project.answers[item.labeler] ??= {})[item.image] = item.answer;
        if (item.labeler === me && item.image === image && !waiting.length)
          toast("This image was changed in another window");
      }
      version = news.version;
      if (news.changes.length) draw();
    }
  } catch { /* The next change says so. */ }
  setTimeout(listen, 1500);
}
