"use strict";
unetlensExplorer.start = (() => {
const { images, rows, presets, blocks, state: states } = unetlensExplorer;
const byId = (name) => document.getElementById(`explorer-${name}`);
const mostRows = 8;
const probe = new Uint8Array([0, 97, 115, 109, 1, 0, 0, 0, 1, 5, 1, 96, 0, 1, 123, 3, 2, 1, 0, 10,
10, 1, 8, 0, 65, 0, 253, 15, 253, 98, 11]);
function whyNot() {
if (typeof WebAssembly !== "object") return "this browser has no WebAssembly, or it is switched off";
if (!WebAssembly.validate(probe)) return "this browser’s WebAssembly lacks vector instructions";
const isOld = [typeof Worker, typeof createImageBitmap, typeof DecompressionStream]
.some((kind) => kind !== "function") || !("popover" in HTMLElement.prototype);
return isOld ? "this browser is too old for it" : "";
}
return function start(makeEngine) {
const reason = whyNot();
if (reason) {
byId("why").textContent = `The explorer can’t run here: ${reason}.`;
return null;
}
const section = byId("app").parentElement;
const catalogue = JSON.parse(byId("data").textContent);
images.start(catalogue);
const model = (name) => catalogue.models.find((each) => each.name === name);
const app = {
state: states.initial(catalogue),
hover: null,
views: new Map(),
models: () => [app.state.model, app.state.other].filter(Boolean).map(model),
job: (row, each, block = app.state.block) => store.job(each, row, block),
shape: (row, each, block = app.state.block) => store.shape(app.job(row, each, block), block),
change,
fail,
announce: (text) => { byId("status").textContent = text; },
isSettled: () => maps.isSettled(),
};
const engine = makeEngine({
base: "",
onError: () => store.again(({ status }) => status === "ready"),
});
const store = unetlensExplorer.store.create(engine, ({ status }) => {
showStatus();
if (status === "ready") maps.update();
});
const strip = unetlensExplorer.strip.create(byId("strip"), (block) => change({ block, preset: "" }));
const maps = unetlensExplorer.maps.create(app, engine, strip);
const showControls = unetlensExplorer.controls.create(byId, catalogue, {
change, add, preset, download,
});
function change(values) {
app.state = { ...app.state, ...values };
const { state } = app;
if (state.other === state.model) state.other = "";
if (!state.rows.some(({ id }) => id === state.reference.row)) {
state.reference = { row: state.rows[0]?.id ?? 0, x: 0, y: 0, side: 1 };
}
app.hover = null;
losses = 0;
showControls(state);
strip.mark(state.block);
showRows();
store.want(needed());
showStatus();
maps.update();
clearTimeout(change.timer);
change.timer = setTimeout(writeAddress, 150);
}
function writeAddress() {
const address = states.address(app.state);
byId("link").setAttribute("href", address);
try {
history.replaceState(null, "", address);
} catch { /* Browsers allow only so many a minute; the next change tries again. */ }
}
function needed() {
const { state } = app;
const isReference = ({ id }) => id === state.reference.row;
const ordered = [...state.rows].sort((one, other) => isReference(other) - isReference(one));
const jobs = ordered.flatMap((row) => app.models().map((each) => app.job(row, each)));
const [first] = app.models();
const has = (block) => !first.folder || first.blocks.some(({ name }) => name === block);
if (state.strip) {
jobs.push(...ordered.flatMap((row) => blocks.filter(has).map((block) => app.job(row, first, block))));
}
return jobs;
}
function add(image) {
const { state } = app;
if (state.rows.length >= mostRows) {
complain(`${mostRows} images are the most at a time; remove one first.`);
return;
}
complain("");
change({ rows: [...state.rows, states.row(image)], preset: "" });
}
async function take(files) {
complain("");
for (const file of files) {
try {
add(await images.add(file, file.name || "The picture"));
} catch (error) {
complain(error.sentence ?? `${error.message}.`);
}
}
}
function preset(id) {
const next = unetlensExplorer.presetState(presets.find((each) => each.id === id), catalogue);
complain(next ? "" : "This page has no photographs for that; add images of your own.");
if (next) change(next);
}
function download() {
const shown = app.state.rows.map(({ id }) => app.views.get(id));
const name = `unetlens-${app.state.model}-${unetlensExplorer.shortName(app.state.block)}.png`;
unetlensExplorer.picture.download(shown, byId("sentence").textContent, name);
}
const actionsOf = (row) => ({
preview(place) {
app.hover = { row: row.id, ...place };
maps.update();
},
leave() {
if (!app.hover) return;
app.hover = null;
maps.update();
},
pin: (place) => change({ reference: { row: row.id, ...place } }),
step(dx, dy) {
const { reference } = app.state;
const { side } = app.views.get(row.id);
if (!side) return;
const { x, y } = states.place(reference, side);
const isHere = reference.row === row.id;
const moved = (value, by) => Math.max(0, Math.min(side - 1, value + (isHere ? by : 0)));
change({ reference: { row: row.id, x: moved(x, dx), y: moved(y, dy), side } });
},
timestep: (timestep) => change({
rows: app.state.rows.map((each) => (each.id === row.id ? { ...each, timestep } : each)) }),
remove() {
const place = app.state.rows.findIndex(({ id }) => id === row.id);
change({ rows: app.state.rows.filter(({ id }) => id !== row.id), preset: "" });
const next = app.state.rows[Math.min(place, app.state.rows.length - 1)];
(next ? app.views.get(next.id).remove : byId("file")).focus();
},
});
function complain(sentence) { byId("complaint").textContent = sentence; }
let losses = 0;
function fail(error) {
if (error.code === "missing" && ++losses < 4) store.again(({ status }) => status === "ready");
else if (error.code === "missing") {
complain("This view needs more memory than the explorer takes; remove an image or show fewer blocks.");
}
else if (!["cancelled", "crash", "memory"].includes(error.code)) {
complain(error.sentence ?? `The maps could not be drawn: ${error.message}.`);
}
}
function showRows() {
const { state, views } = app;
for (const [id, view] of views) {
if (state.rows.some((row) => row.id === id)) continue;
view.element.remove();
views.delete(id);
}
const [{ timesteps }] = app.models();
state.rows.forEach((row, index) => {
const actions = actionsOf(row);
if (!views.has(row.id)) {
views.set(row.id, rows.create(row, actions));
byId("rows").append(views.get(row.id).element);
}
const view = views.get(row.id);
rows.setModels(view, app.models(), actions);
rows.setTimestep(view, store.timestepOf(app.models()[0], row.timestep), timesteps);
const { name } = images.get(row.image);
view.title.textContent = `${index + 1}. ${name}`;
view.remove.setAttribute("aria-label", `Remove image ${index + 1}, ${name}`);
});
}
function showStatus() {
const { state } = app;
const retry = () => store.again(({ status }) => status === "failed");
for (const row of state.rows) {
const view = app.views.get(row.id);
if (view) unetlensExplorer.status.show(view, app.models().map((each) => app.job(row, each)), retry);
}
const [first] = app.models();
const shape = state.rows.map((row) => app.shape(row, first)).find(Boolean);
unetlensExplorer.status.describe(byId("sentence"), state, app.models(), shape);
}
function follow() {
const named = states.parse(location.hash, catalogue);
if (!named) return;
change(named);
section.scrollIntoView();
}
unetlensExplorer.input.start(section, byId("file"), take);
unetlensExplorer.input.placePopups(section);
byId("without").hidden = true;
byId("app").hidden = false;
showControls(app.state);
addEventListener("hashchange", follow);
follow();
return app;
};
})();
unetlensExplorer.app = unetlensExplorer.start(unetlensEngine.create);
