"use strict";
const unetlensEngine = (() => {
class EngineError extends Error {
constructor(code, sentence) {
super(sentence);
this.name = "EngineError";
this.code = code;
this.sentence = sentence;
}
}
const measures = Object.freeze(["cosine", "centered-cosine", "dot-product", "manhattan",
"euclidean", "chebyshev", "relative-norm"]);
const arrivals = new Map();
function accept(name, base64) {
const arrival = arrivals.get(name);
arrivals.delete(name);
if (arrival) arrival(base64);
}
const fromDisk = () => location.protocol === "file:";
function script(address, name) {
return new Promise((resolve, reject) => {
const element = document.createElement("script");
element.src = address;
const end = (result) => {
element.remove();
result instanceof Error ? reject(result) : resolve(result);
};
if (name) arrivals.set(name, (text) => end(text));
element.onload = () => end(name && arrivals.delete(name)
? new EngineError("weights", `The file ${address} does not hold what it should.`) : "");
element.onerror = () => {
if (name) arrivals.delete(name);
end(new EngineError("weights", `The file ${address} could not be loaded.`));
};
document.head.append(element);
});
}
async function fetchData(address, name, signal, onBytes) {
if (fromDisk()) {
const bytes = new TextEncoder().encode(await script(address, name));
onBytes(bytes.length);
return bytes;
}
let response;
try {
response = await fetch(address, { signal });
if (!response.ok) throw new Error(String(response.status));
const chunks = [];
let length = 0;
for (const reader = response.body.getReader(); ;) {
const { done, value } = await reader.read();
if (done) break;
chunks.push(value);
length += value.length;
onBytes(length);
}
const bytes = new Uint8Array(length);
let place = 0;
for (const chunk of chunks) {
bytes.set(chunk, place);
place += chunk.length;
}
return bytes;
} catch (error) {
if (signal.aborted) throw cancelled();
throw new EngineError("weights",
`The file ${address} could not be loaded (${error.message || error}).`);
}
}
const cancelled = () => new EngineError("cancelled", "The computation was cancelled.");
function create(options = {}) {
const base = options.base ?? "assets/";
const onError = options.onError ?? (() => {});
let worker = null;
let starting = null;
let calls = new Map();
let nextCall = 1;
let loads = new Map();
let downloads = new AbortController();
function start() {
starting ??= begin().catch((error) => {
starting = null;
throw error;
});
return starting;
}
async function begin() {
if (typeof WebAssembly !== "object" || typeof Worker !== "function") {
throw new EngineError("unsupported",
"This browser has no WebAssembly or no workers, which the U-Net needs to run here.");
}
if (typeof unetlensWorker !== "function") await script(`${base}explorer-worker.js`);
const source = new Blob([`(${unetlensWorker})()`], { type: "text/javascript" });
const address = URL.createObjectURL(source);
const made = new Worker(address);
URL.revokeObjectURL(address);
worker = made;
made.onmessage = ({ data }) => hear(data);
made.onerror = (event) => {
event.preventDefault?.();
restart(new EngineError("crash", `The worker stopped: ${event.message || "no reason given"}.`));
};
await call("start",
{ wasm: await program(), memory: options.memory ?? 256 * 2 ** 20, measures });
}
async function program() {
if (fromDisk()) return script(`${base}explorer-wasm.js`, "explorer.wasm");
try {
const response = await fetch(`${base}explorer.wasm`);
if (!response.ok) throw new Error(String(response.status));
return await response.arrayBuffer();
} catch (error) {
throw new EngineError("weights",
`The file ${base}explorer.wasm could not be loaded (${error.message || error}).`);
}
}
function hear({ id, result, progress, error, fatal }) {
const waiting = calls.get(id);
if (progress) {
waiting?.onProgress?.(...progress);
return;
}
calls.delete(id);
if (!error) {
waiting?.resolve(result);
return;
}
const failure = new EngineError(error.code, error.sentence);
waiting?.reject(failure);
if (fatal) restart(failure);
}
function restart(error) {
worker?.terminate();
worker = null;
starting = null;
loads = new Map();
const lost = calls;
calls = new Map();
for (const waiting of lost.values()) waiting.reject(error);
onError(error);
}
function call(kind, message, { transfer = [], onProgress } = {}) {
return new Promise((resolve, reject) => {
const id = nextCall++;
calls.set(id, { resolve, reject, onProgress });
worker.postMessage({ id, kind, ...message }, transfer);
});
}
async function ask(kind, message, more) {
await start();
return call(kind, message, more);
}
function load(model, more = {}) {
const listeners = loads.get(model.name)?.listeners ?? new Set();
if (more.onProgress) listeners.add(more.onProgress);
if (!loads.has(model.name)) {
const done = loadOnce(model, (...state) => listeners.forEach((tell) => tell(...state)));
loads.set(model.name, { done, listeners });
done.catch(() => loads.delete(model.name));
}
return loads.get(model.name).done;
}
async function loadOnce(model, tell) {
const { signal } = downloads;
const files = Object.entries(model.files).filter(([, file]) => file);
const counts = new Map();
const total = files.reduce((sum, [part]) => sum + (model.bytes?.[part] ?? 0), 0);
const ready = start();
ready.catch(() => {});
const parts = await Promise.all(files.map(async ([part, file]) => {
const bytes = await fetchData(base + file, file, signal, (count) => {
counts.set(part, count);
const loaded = [...counts.values()].reduce((sum, more) => sum + more, 0);
tell(loaded, Math.max(total, loaded));
});
return [part, bytes];
}));
await ready;
if (signal.aborted) throw cancelled();
await call("load",
{ name: model.name, configs: model.configs, parts: Object.fromEntries(parts), files: model.files },
{ transfer: parts.map(([, bytes]) => bytes.buffer) });
}
async function extract({ key, model, pixels, timestep = 50, seed = 42 }, more = {}) {
await load(model, { onProgress: more.onLoad });
return ask("extract", {
key, model: model.name, width: pixels.width, height: pixels.height, pixels: pixels.data,
timestep, seed,
}, { onProgress: more.onProgress });
}
const put = (item) => ask("put", item);
const similarity = (request) => ask("similarity", request);
const strip = (request) => ask("strip", request);
const norms = ({ block, key }) => ask("norms", { block, key });
const values = ({ block, key }) => ask("values", { block, key });
const forget = (key) => (worker ? ask("forget", { key }) : Promise.resolve());
function cancel() {
downloads.abort();
downloads = new AbortController();
worker?.postMessage({ kind: "cancel" });
}
return { load, extract, put, similarity, strip, norms, values, forget, cancel };
}
return { create, accept, measures, EngineError };
})();
