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

// What the person does.

const step = () => project.patch;
const snap = (value, size) => Math.max(0, Math.min(size - 1, value)) - Math.max(0, Math.min(size - 1, value)) % step();

function toggle(x = cursor.x, y = cursor.y) {
  const patch = [x, y];
  const there = current().patches.some(other => key(other) === key(patch));
  change({ image, [there ? "remove" : "add"]: patch });
}

function toggleNone() {
  const answer = current();
  change({ image, set: [], none: !(answer.none && !answer.patches.length) });
}

function undo() {
  const last = history.undo.pop();
  if (!last) return;
  history.redo.push(last);
  go(last.image);
  change(last.back, false);
}

function redo() {
  const next = history.redo.pop();
  if (!next) return;
  history.undo.push(next);
  go(next.image);
  change(next.forth, false);
}

function go(index) {
  const target = Math.max(0, Math.min(project.images - 1, index));
  if (target === image && map.querySelector("img").src) return draw();
  image = target;
  const here = new URL(location.href);
  here.hash = String(image);
  window.history.replaceState(null, "", here);
  load();
  draw();
}

function goOpen() {
  for (let i = 1; i <= project.images; i++) {
    const index = (image + i) % project.images;
    if (stateOf(current(index)) === "open") return go(index);
  }
  toast("Every image is labelled");
}

function acceptSuggestion(number) {
  const patch = project.suggestions[image]?.[number];
  if (!patch || !show.suggest) return;
  cursor = { x: patch[0], y: patch[1] };
  toggle();
}

function zoomTo(level, x = (cursor.x + step() / 2) / project.width, y = (cursor.y + step() / 2) / project.height) {
  const next = Math.max(1, Math.min(16, level));
  // The point (x, y) of the image stays where it is on the screen.
  const left = zoom.x - .5 / zoom.level, top = zoom.y - .5 / zoom.level;
  const atX = (x - left) * zoom.level, atY = (y - top) * zoom.level;
  zoom = { level: next, x: x - atX / next + .5 / next, y: y - atY / next + .5 / next };
  hold();
  place();
}

/** Keeps the view inside the image. */
function hold() {
  const half = .5 / zoom.level;
  zoom.x = Math.max(half, Math.min(1 - half, zoom.x));
  zoom.y = Math.max(half, Math.min(1 - half, zoom.y));
}

// Drawing.

function picture(kind, index) { return `${kind}/${index}?token=${encodeURIComponent(token)}`; }

function load() {
  const img = map.querySelector("img");
  img.onload = () => {
    levels.canvas.width = project.width;
    levels.canvas.height = project.height;
    levels.drawImage(img, 0, 0);
    drawStages();
  };
  img.src = picture("norm", image);
  if (project.photos) photo.querySelector("img").src = picture("photo", image);
  for (const index of [image + 1, image - 1]) {
    if (index < 0 || index >= project.images) continue;
    new Image().src = picture("norm", index);
    if (project.photos) new Image().src = picture("photo", index);
  }
}

function place() {
  const stages = project.photos ? [map, photo] : [map];
  const wide = matchMedia("(min-width: 62.01rem)").matches;
  const high = innerHeight - map.offsetTop - 52, across = innerWidth - 17 * 16 - 100;
  for (const stage of stages) {
    // Beside a photograph the map takes the larger part.
    const share = stages.length === 1 ? 1 : stage === map ? .58 : .42;
    const room = wide ? Math.min(across * share, high) : Math.min(innerWidth - 40, 560);
    // A whole number of pixels a token keeps the map crisp.
    const unit = Math.max(2, Math.floor(room / Math.max(project.width, project.height)));
    const width = unit * project.width, height = unit * project.height;
    Object.assign(stage.style, { width: `${width}px`, height: `${height}px` });
    const inner = stage.querySelector(".inner");
    Object.assign(inner.style, {
      width: `${width * zoom.level}px`, height: `${height * zoom.level}px`,
      left: `${Math.round(width * (.5 - zoom.x * zoom.level))}px`,
      top: `${Math.round(height * (.5 - zoom.y * zoom.level))}px`, right: "auto", bottom: "auto",
    });
    inner.querySelector("svg").setAttribute("viewBox", `0 0 ${project.width} ${project.height}`);
  }
}

function box(svg, x, y, name, grow = 0) {
  const rect = document.createElementNS("http://www.w3.org/2000/svg", "rect");
  const width = Math.min(step(), project.width - x), height = Math.min(step(), project.height - y);
  for (const [attribute, value] of Object.entries({
    x: x - grow, y: y - grow, width: width + 2 * grow, height: height + 2 * grow, class: name,
  })) rect.setAttribute(attribute, value);
  svg.append(rect);
}

function drawOverlay(svg) {
  svg.replaceChildren();
  if (show.others) {
    for (const person of Object.keys(project.answers)) {
      if (person === me) continue;
      for (const [x, y] of known(person, image).patches) {
        box(svg, x, y, "shade", .3);
        box(svg, x, y, "other", .3);
      }
    }
  }
  if (show.suggest) {
    (project.suggestions[image] ?? []).forEach(([x, y], index) => {
      box(svg, x, y, "shade", .15);
      box(svg, x, y, "suggestion", .15);
      if (index > 8) return;
      const text = document.createElementNS("http://www.w3.org/2000/svg", "text");
      const left = x + step() + 1 > project.width - .5;
      text.setAttribute("x", left ? x - .35 : x + step() + .35);
      if (left) text.setAttribute("text-anchor", "end");
      text.setAttribute("y", y + .9);
      text.textContent = index + 1;
      svg.append(text);
    });
  }
  const safe = new Set(known(me, image).patches.map(key));
  for (const [x, y] of current().patches) {
    box(svg, x, y, "shade");
    box(svg, x, y, safe.has(key([x, y])) ? "mark" : "mark waiting");
  }
  box(svg, cursor.x, cursor.y, "cursorShade");
  box(svg, cursor.x, cursor.y, "cursor");
}

/** What changes when the cursor moves: the rest stays, as there may be hundreds of images. */
function drawStages() {
  if (!project || me === null) return;
  place();
  drawOverlay(map.querySelector("svg"));
  if (project.photos) drawOverlay(photo.querySelector("svg"));
  const level = levels.canvas.width ? levels.getImageData(cursor.x, cursor.y, 1, 1).data[0] / 255 : 0;
  $("token").textContent = `· token (${cursor.x}, ${cursor.y}), ${level.toFixed(2)} of the largest`;
}

function draw() {
  if (!project || me === null) return;
  drawStages();
  const answer = current(), state = stateOf(answer), differ = differing(image);
  $("image").textContent = `Image ${image} (0 … ${project.images - 1})`;
  $("answer").dataset.state = state;
  const marks = answer.patches.length === 1 ? "1 patch marked" : `${answer.patches.length} patches marked`;
  $("answer").textContent = { marked: marks, none: "None here", open: "Not labelled yet" }[state];
  $("note").hidden = !differ.length;
  $("note").textContent = differ.length ? `Differs from ${differ.join(", ")} (O shows it)` : "";
  $("none").setAttribute("aria-pressed", state === "none");
  $("suggest").setAttribute("aria-pressed", show.suggest);
  $("others").setAttribute("aria-pressed", show.others);
  $("undo").disabled = !history.undo.length;
  $("redo").disabled = !history.redo.length;
  $("previous").disabled = image === 0;
  $("next").disabled = image === project.images - 1;
  $("who").textContent = me;
  drawStrip();
}

function drawStrip() {
  const strip = $("strip");
  while (strip.children.length < project.images) {
    const cell = document.createElement("button"), index = strip.children.length;
    cell.type = "button";
    cell.tabIndex = -1;
    cell.addEventListener("click", () => { go(index); map.focus(); });
    strip.append(cell);
  }
  let done = 0;
  [...strip.children].forEach((cell, index) => {
    const state = stateOf(current(index));
    if (state !== "open") done++;
    cell.dataset.state = state;
    cell.toggleAttribute("data-differs", differing(index).length > 0);
    cell.title = cell.ariaLabel = `Image ${index}: ${state === "open" ? "unlabelled" : state}`;
    cell.setAttribute("aria-current", index === image);
    if (index === image && cell.dataset.shown !== "1") {
      const top = cell.offsetTop - strip.offsetTop;
      if (top < strip.scrollTop || top > strip.scrollTop + strip.clientHeight - 20)
        strip.scrollTop = top - strip.clientHeight / 2;
    }
    cell.dataset.shown = index === image ? "1" : "";
  });
  $("progress").max = project.images;
  $("progress").value = done;
  $("count").textContent = `${done} of ${project.images}`;
}

let toastTimer;
function toast(text) {
  $("toast").textContent = text;
  $("toast").hidden = false;
  clearTimeout(toastTimer);
  toastTimer = setTimeout(() => { $("toast").hidden = true; }, 4000);
}

// Events.

function tokenAt(stage, event) {
  const area = stage.querySelector(".inner").getBoundingClientRect();
  const x = Math.floor((event.clientX - area.left) / area.width * project.width);
  const y = Math.floor((event.clientY - area.top) / area.height * project.height);
  return { x: snap(x, project.width), y: snap(y, project.height) };
}

for (const stage of [map, photo]) {
  stage.addEventListener("mousemove", event => {
    const at = tokenAt(stage, event);
    if (at.x === cursor.x && at.y === cursor.y) return;
    cursor = at;
    drawStages();
  });
  stage.addEventListener("click", event => {
    cursor = tokenAt(stage, event);
    toggle();
  });
  stage.addEventListener("contextmenu", event => { event.preventDefault(); go(image + 1); });
  stage.addEventListener("wheel", event => {
    event.preventDefault();
    const area = stage.querySelector(".inner").getBoundingClientRect();
    zoomTo(zoom.level * (event.deltaY < 0 ? 1.25 : .8),
      (event.clientX - area.left) / area.width, (event.clientY - area.top) / area.height);
  }, { passive: false });
}

function moveCursor(x, y) {
  cursor = { x: snap(cursor.x + x * step(), project.width), y: snap(cursor.y + y * step(), project.height) };
  const half = .5 / zoom.level, fx = cursor.x / project.width, fy = cursor.y / project.height;
  if (Math.abs(fx - zoom.x) > half * .8) zoom.x = fx;
  if (Math.abs(fy - zoom.y) > half * .8) zoom.y = fy;
  hold();
  drawStages();
}

function switchOver(what) { show[what] = !show[what]; draw(); }

const actions = {
  arrowright: () => go(image + 1), arrowleft: () => go(image - 1),
  home: () => go(0), end: () => go(project.images - 1),
  w: () => moveCursor(0, -1), a: () => moveCursor(-1, 0), s: () => moveCursor(0, 1), d: () => moveCursor(1, 0),
  " ": () => toggle(), enter: () => toggle(),
  n: toggleNone, u: goOpen, z: undo, y: redo,
  h: () => switchOver("suggest"), o: () => switchOver("others"),
  "+": () => zoomTo(zoom.level * 1.5), "=": () => zoomTo(zoom.level * 1.5),
  "-": () => zoomTo(zoom.level / 1.5), "−": () => zoomTo(zoom.level / 1.5), "0": () => zoomTo(1),
  "?": () => $("keys").showModal(),
};

addEventListener("keydown", event => {
  if (!project || me === null || document.querySelector("dialog[open]") || event.altKey) return;
  const name = event.key.toLowerCase();
  if (event.ctrlKey || event.metaKey) {
    if (name === "z") { event.preventDefault(); if (event.shiftKey) redo(); else undo(); }
    if (name === "y") { event.preventDefault(); redo(); }
    return;
  }
  // Space and Enter belong to a focused button.
  if ((name === " " || name === "enter") && event.target.closest("button")) return;
  const action = /^[1-9]$/.test(name) ? () => acceptSuggestion(Number(name) - 1) : actions[name];
  if (!action) return;
  event.preventDefault();
  action();
});

for (const [id, action] of Object.entries({
  previous: actions.arrowleft, next: actions.arrowright, none: toggleNone, open: goOpen, undo, redo,
  suggest: actions.h, others: actions.o, out: actions["-"], in: actions["+"], fit: actions["0"],
  help: actions["?"], who: () => askName(),
})) $(id).addEventListener("click", action);
addEventListener("resize", () => project && draw());
addEventListener("beforeunload", event => { if (waiting.length) event.preventDefault(); });

function askName() {
  $("nameField").value = me ?? "";
  $("known").replaceChildren(...Object.keys(project.answers).map(person => {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = person;
    button.addEventListener("click", () => { $("nameField").value = person; });
    return button;
  }));
  $("name").showModal();
}

$("name").addEventListener("close", () => {
  const name = $("nameField").value.trim();
  if (name) begin(name); else if (me === null) askName();
});

function begin(name) {
  me = name;
  localStorage.setItem("unetlens-label name", me);
  history.undo.length = history.redo.length = 0;
  try { waiting = JSON.parse(localStorage.getItem(storageKey()) ?? "[]"); } catch { waiting = []; }
  waiting = waiting.filter(what => what.image >= 0 && what.image < project.images);
  load();
  draw();
  send();
  map.focus({ preventScroll: true });
}

async function start() {
  const response = await ask("api/state").catch(() => null);
  if (!response?.ok) {
    saved("failed", response ? (await response.text()).trim() : "unetlens label does not answer");
    return;
  }
  project = await response.json();
  version = project.version;
  $("title").textContent = project.title;
  document.title = `Label anomalies: ${project.title}`;
  $("beside").hidden = !project.photos;
  image = Math.max(0, Math.min(project.images - 1, parseInt(location.hash.slice(1)) || 0));
  const name = project.labeler ?? localStorage.getItem("unetlens-label name");
  if (name) begin(name); else askName();
  listen();
}

start();
