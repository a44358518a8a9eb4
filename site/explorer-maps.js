"use strict";
unetlensExplorer.maps = (() => {
const { draw, blocks, state: { place } } = unetlensExplorer;
function create(app, engine, strip) {
let isDrawing = false;
let isStale = false;
async function update() {
isStale = true;
if (isDrawing) return;
isDrawing = true;
while (isStale) {
isStale = false;
try {
await drawOnce(app.state, app.hover);
} catch (error) {
app.fail(error);
}
}
isDrawing = false;
}
async function drawOnce(shown, hover) {
if (shown.reference.isLargest && await pinLargest(shown)) return;
const reference = hover ?? shown.reference;
const results = await Promise.all(app.models().map((model) => mapsOf(shown, reference, model)));
if (isStale || app.state !== shown) return;
results.forEach((maps, index) => show(shown, reference, maps, index, !hover));
if (hover) return;
announce(shown, results[0]);
if (shown.strip) await drawStrip(shown);
}
async function mapsOf(shown, reference, model, block = shown.block) {
const ready = shown.rows.filter((row) => app.shape(row, model, block));
const result = new Map(shown.rows.map(({ id }) => [id, null]));
const keys = ready.map((row) => app.job(row, model, block).key);
const first = ready.find(({ id }) => id === reference.row);
let maps = [];
if (shown.view === "norms") {
maps = await Promise.all(keys.map((key) => engine.norms({ block, key })));
} else if (first) {
const { width } = app.shape(first, model, block);
const { x, y } = place(reference, width);
const key = app.job(first, model, block).key;
maps = await engine.similarity(
{ measure: shown.measure, block, reference: { key, token: y * width + x }, keys });
}
maps.forEach((map, index) => result.set(ready[index].id, map));
return result;
}
async function pinLargest(shown) {
const row = shown.rows.find(({ id }) => id === shown.reference.row);
const [model] = app.models();
const block = row && app.shape(row, model);
if (!block) return false;
const { best } = await engine.norms({ block: shown.block, key: app.job(row, model).key });
if (app.state === shown) {
app.change({ reference: { row: row.id, ...tokenOf(best, block.width), side: block.width } });
}
return true;
}
const tokenOf = (index, width) => ({ x: index % width, y: Math.floor(index / width) });
function rangeOf(maps) {
const values = [...maps.values()].filter(Boolean).map((each) => each.values);
return {
smallest: Math.min(...values.map((each) => each.reduce((one, other) => Math.min(one, other)))),
largest: Math.max(...values.map((each) => each.reduce((one, other) => Math.max(one, other)))),
};
}
function show(shown, reference, maps, index, isPinned) {
const isNorms = shown.view === "norms";
const range = isNorms ? rangeOf(maps) : null;
const models = app.models();
const name = models.length > 1 ? `${models[index].label}: ` : "";
for (const row of shown.rows) {
const view = app.views.get(row.id);
const pane = view.maps[index];
const map = maps.get(row.id);
const grids = index === 0 ? [pane, view.picture] : [pane];
const isReference = row.id === reference.row;
const best = map && (isNorms || !isReference) ? tokenOf(map.best, map.width) : null;
const at = map && isReference ? place(reference, map.width) : null;
for (const grid of grids) {
if (map) grid.lines.style.setProperty("--tokens", map.width);
draw.mark(grid.reference, at, map?.width);
draw.mark(grid.best, best, map?.width);
}
pane.frame.classList.toggle("xp-absent", !map);
if (isPinned) view.pinned[index] = map;
if (!map) {
pane.note.textContent = name;
continue;
}
if (isNorms) draw.norms(pane.canvas, map, range);
else draw.map(pane.canvas, map);
const found = best
? `; ${isNorms ? "largest" : "best match"} ${draw.number(map.values[map.best])} at (${best.x}, ${best.y})`
: "";
pane.note.textContent = `${name}mean ${draw.number(map.mean)} ± ${draw.number(map.std)}${found}`;
const title = view.title.textContent;
pane.frame.setAttribute("aria-label", `Map of ${title}: ${pane.note.textContent}`);
if (index > 0) continue;
view.side = map.width;
view.picture.frame.setAttribute("aria-label", `Tokens of ${title}, ${map.width} by ${map.height}. `
+ (at ? `Reference token at column ${at.x}, row ${at.y}.` : "The reference token is in another image."));
}
}
async function drawStrip(shown) {
for (const block of blocks) {
const maps = await mapsOf(shown, shown.reference, app.models()[0], block);
if (isStale || app.state !== shown) return;
strip.show(block, [...maps.values()], shown.view === "norms" ? rangeOf(maps) : null);
}
}
function announce(shown, maps) {
const isNorms = shown.view === "norms";
const own = maps.get(shown.reference.row);
if (!own) return;
const { x, y } = place(shown.reference, own.width);
const number = shown.rows.findIndex(({ id }) => id === shown.reference.row) + 1;
const parts = [`Reference: image ${number}, column ${x}, row ${y} of ${own.width}.`];
shown.rows.forEach((row, index) => {
const map = maps.get(row.id);
if (!map || (map === own && !isNorms)) return;
const best = tokenOf(map.best, map.width);
parts.push(`Image ${index + 1}: ${isNorms ? "largest norm" : "best match"} `
+ `${draw.number(map.values[map.best])} at column ${best.x}, row ${best.y}.`);
});
app.announce(parts.join(" "));
}
return { update, isSettled: () => !isDrawing };
}
return { create };
})();
