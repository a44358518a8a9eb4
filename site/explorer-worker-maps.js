"use strict";
unetlensWorker.maps = function (worker) {
const { Failure, bytesAt, floatsAt, withMemory, checked } = worker;
const kept = new Map();
let keptBytes = 0;
function drop(key) {
for (const { handle, bytes } of kept.get(key)?.values() ?? []) {
worker.wasm.dropRepresentation(handle);
keptBytes -= bytes;
}
kept.delete(key);
}
function keep(key, block, entry) {
if (!kept.has(key)) kept.set(key, new Map());
const blocks = kept.get(key);
const old = blocks.get(block);
if (old) {
worker.wasm.dropRepresentation(old.handle);
keptBytes -= old.bytes;
}
blocks.set(block, entry);
keptBytes += entry.bytes;
for (const oldest of kept.keys()) {
if (keptBytes <= worker.budget || oldest === key) break;
drop(oldest);
}
}
function find(key, block) {
const blocks = kept.get(key);
const entry = blocks?.get(block);
if (!entry) {
throw new Failure("missing", `Nothing is kept of "${key}" for ${block}: compute it again.`);
}
kept.delete(key);
kept.set(key, blocks);
return entry;
}
function put({ key, block, channels, height, width, bytes }) {
const count = channels * height * width;
if (!(count > 0) || bytes?.byteLength !== 2 * count) {
throw new Failure("input",
`The representation of ${block} has ${bytes?.byteLength} bytes; expected `
+ `${height} x ${width} tokens of ${channels} float16 values.`);
}
const handle = withMemory(2 * count, (place) => {
bytesAt(place, 2 * count).set(new Uint8Array(bytes));
return checked(worker.wasm.putRepresentation(place, height, width, channels));
});
keep(key, block, { handle, height, width, channels, bytes: 4 * count });
return { name: block, channels, height, width };
}
function map({ height, width }, fill) {
const count = height * width;
return withMemory(4 * count, (target) => withMemory(12, (report) => {
const start = performance.now();
checked(fill(target, report));
const milliseconds = performance.now() - start;
const view = new DataView(worker.wasm.memory.buffer, report);
return { height, width, values: floatsAt(target, count).slice(), milliseconds,
mean: view.getFloat32(0, true), std: view.getFloat32(4, true), best: view.getInt32(8, true) };
}));
}
function similarityMap(measure, reference, token, other) {
const place = worker.measures.indexOf(measure);
if (place < 0) throw new Failure("input", `There is no similarity measure "${measure}".`);
if (!Number.isInteger(token)) throw new Failure("input", "The reference token is no number.");
return map(other, (target, report) =>
worker.wasm.similarity(place, reference.handle, token, other.handle, target, report));
}
function similarity({ measure, block, reference, keys }) {
const from = find(reference.key, block);
return keys.map((key) =>
({ key, ...similarityMap(measure, from, reference.token, find(key, block)) }));
}
function strip({ measure, reference, key, blocks }) {
const pinned = find(reference.key, reference.block);
const column = reference.token % pinned.width;
const row = Math.floor(reference.token / pinned.width);
return blocks.map((block) => {
const from = find(reference.key, block);
const token = Math.floor(row * from.height / pinned.height) * from.width
+ Math.floor(column * from.width / pinned.width);
return { block, token, ...similarityMap(measure, from, token, find(key, block)) };
});
}
function norms({ block, key }) {
const entry = find(key, block);
return map(entry, (target, report) => worker.wasm.norms(entry.handle, target, report));
}
function values({ block, key }) {
const { handle, height, width, channels } = find(key, block);
const count = height * width * channels;
return withMemory(4 * count, (target) => {
checked(worker.wasm.copyRepresentation(handle, target));
return { height, width, channels, values: floatsAt(target, count).slice() };
});
}
Object.assign(worker, { drop, keep, put, similarity, strip, norms, values });
};
