"use strict";
unetlensWorker.extract = function (worker) {
const { Failure, bytesAt, withMemory, checked, drop, keep } = worker;
const pause = (() => {
const { port1, port2 } = new MessageChannel();
const waiting = [];
port1.onmessage = () => waiting.shift()();
return () => new Promise((resolve) => {
waiting.push(resolve);
port2.postMessage(0);
});
})();
const blockName = (kind, index) => (kind < 0 ? "autoencoder"
: ["conv_in", `down_blocks[${index}]`, "mid_block", `up_blocks[${index}]`, "conv_out"][kind]);
function layerName(kind, index, module, place) {
const sampler = kind === 1 ? "downsamplers[0]" : "upsamplers[0]";
const part = ["", `.resnets[${place}]`, `.attentions[${place}]`, `.${sampler}`][module];
return blockName(kind, index) + part;
}
async function extract({ key, model, width, height, pixels, timestep, seed }, tell, isOver) {
const start = performance.now();
const handle = withMemory(pixels.length, (place) => {
if (pixels.length !== 4 * width * height) {
throw new Failure("input", `The image has ${pixels.length} bytes, not 4 a pixel.`);
}
bytesAt(place, pixels.length).set(pixels);
return checked(worker.wasm.beginExtraction(
worker.modelHandle(model), place, width, height, timestep, seed));
});
const found = [];
try {
for (let more = 1; more; await pause()) {
if (isOver()) throw new Failure("cancelled", "The computation was cancelled.");
withMemory(36, (report) => {
more = checked(worker.wasm.stepExtraction(handle, report));
const view = new DataView(worker.wasm.memory.buffer, report);
const [kind, index, module, place, high, wide, channels, kept, fraction] =
Array.from({ length: 9 }, (_, field) => view.getInt32(4 * field, true));
if (kept >= 0) {
found.push({ name: blockName(kind, index), handle: kept, channels, height: high,
width: wide, bytes: 4 * high * wide * channels });
}
tell(fraction / 65536, layerName(kind, index, module, place));
});
}
} catch (error) {
for (const block of found) worker.wasm.dropRepresentation(block.handle);
throw error;
} finally {
worker.wasm.endExtraction(handle);
}
drop(key);
for (const { name, ...entry } of found) keep(key, name, entry);
return {
blocks: found.map(({ name, channels, height: high, width: wide }) =>
({ name, channels, height: high, width: wide })),
milliseconds: performance.now() - start,
};
}
Object.assign(worker, { extract });
};
