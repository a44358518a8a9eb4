"use strict";
// What the person does, by mouse and keyboard, and the start.

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
