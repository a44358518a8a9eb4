"use strict";
unetlensExplorer.rows = (() => {
const { draw, images } = unetlensExplorer;
function make(name, className = "", ...children) {
const element = document.createElement(name);
if (className) element.className = className;
element.append(...children);
return element;
}
function grid(kind) {
const canvas = make("canvas");
const lines = make("div", "xp-lines");
const best = make("div", "xp-mark xp-best");
const reference = make("div", "xp-mark xp-reference");
const value = make("output", "xp-value");
value.setAttribute("aria-hidden", "true");
best.hidden = reference.hidden = value.hidden = true;
const frame = make("div", `xp-grid ${kind}`, canvas, lines, best, reference, value);
const note = make("p", "xp-note");
return { pane: make("div", "xp-pane", frame, note), frame, canvas, lines, best, reference, value, note };
}
function tokenAt({ clientX, clientY }, frame, side) {
const box = frame.getBoundingClientRect();
const clamp = (part) => Math.max(0, Math.min(side - 1, Math.floor(part * side)));
return { x: clamp((clientX - box.left) / box.width), y: clamp((clientY - box.top) / box.height) };
}
const steps = {
ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1],
Home: [-Infinity, 0], End: [Infinity, 0], PageUp: [0, -Infinity], PageDown: [0, Infinity],
Enter: [0, 0], " ": [0, 0],
};
function create(row, actions) {
const entry = images.get(row.image);
const picture = grid("xp-picture");
picture.frame.tabIndex = 0;
picture.frame.setAttribute("role", "application");
picture.frame.setAttribute("aria-describedby", "explorer-keys");
if (entry.source) {
const link = make("a", "", entry.author ?? "Source");
link.href = entry.source;
picture.note.append("Photograph: ", link, entry.licence ? `, ${entry.licence}` : "");
} else {
picture.note.textContent = entry.isOwn ? "Your image; it stays in this browser." : "";
}
const title = make("h3", "", entry.name);
const slider = make("input");
slider.type = "range";
const step = make("output", "", String(row.timestep));
const label = make("label", "xp-step", make("span", "", "Timestep "), slider, step);
const remove = make("button", "xp-remove", "Remove");
remove.type = "button";
const message = make("p", "xp-message");
message.setAttribute("role", "status");
const panes = make("div", "xp-panes", picture.pane);
const element = make("li", "xp-row", make("div", "xp-head", title, label, remove), panes, message);
const view = { row, element, picture, maps: [], pinned: [], side: 0, slider, step, remove, message, title };
remove.addEventListener("click", actions.remove);
slider.addEventListener("input", () => {
step.textContent = view.steps ? view.steps[slider.value] : slider.value;
});
slider.addEventListener("change", () => actions.timestep(Number(step.textContent)));
picture.frame.addEventListener("keydown", (event) => {
const move = steps[event.key];
if (!move || event.altKey || event.ctrlKey || event.metaKey) return;
event.preventDefault();
actions.step(...move);
});
point(view, picture, actions, 0);
images.canvas(row.image).then((source) => {
picture.canvas.width = picture.canvas.height = source.width;
picture.canvas.getContext("2d").drawImage(source, 0, 0);
}, (error) => { picture.note.textContent = error.sentence; });
return view;
}
function point(view, { frame, value }, actions, model) {
const place = (event) => ({ ...tokenAt(event, frame, view.side), side: view.side });
const read = (event) => {
const { x, y } = place(event);
const map = view.pinned[model];
value.hidden = !map;
if (!map) return;
value.textContent = draw.number(map.values[y * map.width + x]);
value.style.left = `${((x + 0.5) / view.side) * 100}%`;
value.style.top = `${(y / view.side) * 100}%`;
value.classList.toggle("xp-below", y < view.side / 5);
};
const follow = (event) => {
if (!view.side) return;
read(event);
actions.preview(place(event));
};
frame.addEventListener("pointermove", follow);
frame.addEventListener("pointerdown", (event) => { if (event.pointerType === "touch") follow(event); });
frame.addEventListener("pointerup", (event) => {
if (view.side && event.pointerType === "touch") actions.pin(place(event));
});
frame.addEventListener("click", (event) => {
if (view.side && event.pointerType !== "touch") actions.pin(place(event));
});
for (const name of ["pointerleave", "pointercancel"]) {
frame.addEventListener(name, () => {
value.hidden = true;
actions.leave();
});
}
}
function setModels(view, models, actions) {
const names = models.map(({ name }) => name).join();
if (view.names === names) return;
view.names = names;
for (const map of view.maps) map.pane.remove();
view.pinned = [];
view.maps = models.map((model, index) => {
const map = grid("xp-map");
map.frame.setAttribute("role", "img");
map.wait = make("div", "xp-wait");
map.frame.after(map.wait);
point(view, map, actions, index);
return map;
});
view.element.querySelector(".xp-panes").append(...view.maps.map(({ pane }) => pane));
view.element.style.setProperty("--panes", models.length + 1);
}
function setTimestep(view, timestep, steps) {
view.steps = steps;
view.slider.max = steps ? steps.length - 1 : 999;
view.slider.value = steps ? steps.indexOf(timestep) : timestep;
view.slider.setAttribute("aria-valuetext", `timestep ${timestep}`);
view.step.textContent = timestep;
}
return { create, setModels, setTimestep, make };
})();
