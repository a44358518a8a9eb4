"use strict";
unetlensWorker.calls = function (worker) {
const { Failure, load, put, similarity, strip, norms, values, drop, extract } = worker;
async function unpacked(program) {
try {
const stream = new Blob([program]).stream().pipeThrough(new DecompressionStream("gzip"));
return await new Response(stream).arrayBuffer();
} catch (error) {
throw new Failure("unsupported", `The U-Net’s program could not be unpacked (${error.message}).`);
}
}
async function start({ program, memory, measures }) {
worker.budget = memory;
worker.measures = measures;
const host = { outOfMemory() {
throw new Failure("memory", "The browser has no memory left for this: close other pages, or "
+ "remove images.");
} };
const bytes = await unpacked(program);
try {
const { instance } = await WebAssembly.instantiate(bytes, { host });
worker.wasm = instance.exports;
} catch (error) {
throw new Failure("unsupported",
`This browser cannot run the U-Net's WebAssembly, which needs SIMD (${error.message}).`);
}
}
const answers = { start, load, put, similarity, strip, norms, values, forget: ({ key }) => drop(key) };
let queue = Promise.resolve();
let cancellations = 0;
const isFatal = (error) => !(error instanceof Failure) || error.code === "memory";
function fail(id, error) {
const failure = error instanceof Failure ? error
: error instanceof RangeError
? new Failure("memory", `The browser has no memory left for this (${error.message}).`)
: new Failure("crash", `The computation stopped by an error of its own (${error.message}).`);
postMessage({ id, error: { code: failure.code, sentence: failure.message },
fatal: isFatal(error) });
}
async function answer({ id, kind, ...message }) {
if (kind === "cancel") {
cancellations += 1;
return;
}
try {
if (kind === "extract") {
const seen = cancellations;
const turn = queue.then(() => extract(message,
(...progress) => postMessage({ id, progress }), () => cancellations !== seen));
queue = turn.catch(() => {});
postMessage({ id, result: await turn });
} else {
postMessage({ id, result: await answers[kind](message) });
}
} catch (error) {
fail(id, error);
}
}
self.onmessage = ({ data }) => { answer(data); };
};
