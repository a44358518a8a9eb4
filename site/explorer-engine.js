"use strict";
const unetlensWorker = {};
const unetlensEngine = (() => {
const { ExplorerError, cancelled } = unetlensFiles;
const measures = Object.freeze(["cosine", "centered-cosine", "dot-product", "manhattan",
"euclidean", "chebyshev", "relative-norm"]);
const parts = ["memory", "tensors", "configs", "models", "maps", "extract", "calls"];
async function workerSource(base) {
const missing = parts.filter((part) => !unetlensWorker[part]);
await Promise.all(missing.map((part) => unetlensFiles.run(`${base}explorer-worker-${part}.js`)));
const calls = parts.map((part) => `(${unetlensWorker[part]})(worker);`);
return new Blob(["\"use strict\";\nconst worker = {};\n", ...calls], { type: "text/javascript" });
}
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
worker?.terminate();
worker = null;
starting = null;
throw error;
});
return starting;
}
async function begin() {
if (typeof WebAssembly !== "object" || typeof Worker !== "function") {
throw new ExplorerError("unsupported",
"This browser has no WebAssembly or no workers, which the U-Net needs to run here.");
}
if (typeof DecompressionStream !== "function") {
throw new ExplorerError("unsupported", "This browser can’t unpack the U-Net’s program; "
+ "Chromium from version 80, Firefox 113 and Safari 16.4 can.");
}
const program = await unetlensFiles.data(`${base}explorer-wasm.txt`, { name: "explorer-wasm.txt" });
const address = URL.createObjectURL(await workerSource(base));
const made = new Worker(address);
URL.revokeObjectURL(address);
worker = made;
made.onmessage = ({ data }) => hear(data);
made.onerror = (event) => {
event.preventDefault?.();
restart(new ExplorerError("crash", `The worker stopped: ${event.message || "no reason given"}.`));
};
await call("start", { program, memory: options.memory ?? 256 * 2 ** 20, measures },
{ transfer: [program.buffer] });
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
const failure = new ExplorerError(error.code, error.sentence);
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
const onBytes = (count) => {
counts.set(part, count);
const loaded = [...counts.values()].reduce((sum, more) => sum + more, 0);
tell(loaded, Math.max(total, loaded));
};
return [part, await unetlensFiles.data(base + file, { name: file, signal, onBytes })];
}));
await ready;
if (signal.aborted) throw cancelled();
await start();
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
return { create, measures };
})();
