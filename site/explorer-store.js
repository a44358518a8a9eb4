"use strict";
unetlensExplorer.store = (() => {
function create(engine, onChange) {
const jobs = new Map();
let wanted = [];
let running = null;
function timestepOf(model, timestep) {
if (!model.timesteps) return timestep;
return model.timesteps.reduce((best, each) =>
Math.abs(each - timestep) < Math.abs(best - timestep) ? each : best);
}
function job(model, { image, timestep }, block) {
const step = timestepOf(model, timestep);
const key = `${model.name}|${image}|${step}`;
const id = model.folder ? `${key}|${block}` : key;
if (!jobs.has(id)) {
jobs.set(id, { id, key, model, image, timestep: step, block, status: "waiting", blocks: [] });
}
return jobs.get(id);
}
const shape = (job, block) => job.blocks.find(({ name }) => name === block);
function want(list) {
wanted = [...new Set(list)];
for (const each of jobs.values()) {
if (each.status === "waiting" && !wanted.includes(each)) jobs.delete(each.id);
}
if (running && !wanted.includes(running)) {
const isUseful = running.isFetching
&& wanted.some(({ model, status }) => model === running.model && status !== "ready");
if (!isUseful) {
engine.cancel();
running.abort?.abort();
}
}
pump();
}
async function pump() {
if (running) return;
const next = wanted.find(({ status }) => status === "waiting");
if (!next) return;
running = next;
change(next, { status: "loading", sentence: "", fraction: 0, layer: "" });
let end;
try {
next.blocks = await (next.model.folder ? fetchBlock(next) : compute(next));
end = { status: "ready" };
} catch (error) {
const isOver = error.code === "cancelled" || !wanted.includes(next);
end = isOver ? { status: "waiting" }
: { status: "failed", sentence: error.sentence ?? `The computation failed: ${error.message}.` };
}
running = null;
change(next, end);
want(wanted);
forgetOldest();
}
function change(job, values) {
Object.assign(job, values);
onChange(job);
}
async function compute(job) {
const pixels = await unetlensExplorer.images.pixels(job.image, job.model.imageSize);
job.isFetching = true;
const { blocks } = await engine.extract(
{ key: job.key, model: job.model, pixels, timestep: job.timestep, seed: 42 },
{
onLoad: (loaded, total) => change(job, { fraction: total ? loaded / total : 0, layer: "" }),
onProgress: (fraction, layer) => change(job, { isFetching: false, fraction, layer }),
});
return blocks;
}
async function fetchBlock(job) {
const { folder, blocks, images, name } = job.model;
const { ExplorerError, plain } = unetlensFiles;
const block = blocks.find((each) => each.name === job.block);
if (!images.includes(job.image) || !block) {
throw new ExplorerError("file", `${name} can’t run in a browser, and this page has no `
+ `representations of ${block ? "this image" : `the block ${job.block}`} from it.`);
}
job.abort = new AbortController();
const bytes = await plain(
`${folder}/${job.image}/t${job.timestep}/${block.file}.f16`, job.abort.signal);
await engine.put({ ...block, key: job.key, block: block.name, bytes });
return [block];
}
function forgetOldest() {
const spare = [...jobs.values()].filter((job) => job.status === "ready" && !wanted.includes(job));
for (const job of spare.slice(0, Math.max(0, spare.length - 24))) {
jobs.delete(job.id);
if (!job.model.folder) engine.forget(job.key);
}
}
function again(isLost) {
for (const job of jobs.values()) if (isLost(job)) job.status = "waiting";
want(wanted);
}
return { job, shape, want, again, timestepOf };
}
return { create };
})();
