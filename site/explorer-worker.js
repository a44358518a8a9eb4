"use strict";
function unetlensWorker() {
"use strict";
class Failure extends Error {
constructor(code, sentence) {
super(sentence);
this.code = code;
}
}
const statuses = { "-1": "weights", "-2": "model", "-3": "input", "-4": "missing" };
let wasm;
let budget = 0;
let measures = [];
const models = new Map();
const kept = new Map();
let keptBytes = 0;
let cancellations = 0;
const bytesAt = (place, count) => new Uint8Array(wasm.memory.buffer, place, count);
const floatsAt = (place, count) => new Float32Array(wasm.memory.buffer, place, count);
function withMemory(count, body) {
const place = wasm.allocate(Math.max(count, 64)) >>> 0;
try {
return body(place);
} finally {
wasm.release(place);
}
}
function checked(status) {
if (status >= 0) return status;
const sentence = withMemory(4096, (place) => {
const count = wasm.message(place, 4096);
return new TextDecoder().decode(bytesAt(place, count).slice());
});
throw new Failure(statuses[status] ?? "crash", sentence);
}
const digits = new Uint8Array(256).fill(255);
[..."ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"].forEach(
(letter, value) => { digits[letter.charCodeAt(0)] = value; });
function decode(text, name) {
const wrong = () => new Failure("weights", `The file ${name} is cut short or damaged.`);
let first = 0;
let last = text.length;
const quote = 0x22;
if (text.indexOf(quote) >= 0) {
last = text.lastIndexOf(quote);
first = text.lastIndexOf(quote, last - 1) + 1;
if (first > last || first === 0) throw wrong();
}
while (last > first && text[last - 1] === 0x3d) last -= 1;
const count = last - first;
if (count % 4 === 1) throw wrong();
const bytes = new Uint8Array(Math.floor(count * 3 / 4));
let bits = 0;
let seen = 0;
for (let place = first, out = 0; place < last;) {
const a = digits[text[place++]];
const b = place < last ? digits[text[place++]] : 0;
const c = place < last ? digits[text[place++]] : 0;
const d = place < last ? digits[text[place++]] : 0;
seen |= a | b | c | d;
bits = a << 18 | b << 12 | c << 6 | d;
bytes[out++] = bits >> 16;
bytes[out++] = bits >> 8;
bytes[out++] = bits;
}
if (seen & 128) throw wrong();
return bytes;
}
function tensors(file, name) {
const wrong = () => new Failure("weights",
`The file ${name} is not the safetensors file that it should be, or is cut short.`);
if (file.length < 8) throw wrong();
const view = new DataView(file.buffer, file.byteOffset);
const length = view.getUint32(0, true);
if (view.getUint32(4, true) !== 0 || length > file.length - 8) throw wrong();
let header;
try {
header = JSON.parse(new TextDecoder().decode(file.subarray(8, 8 + length)));
} catch {
throw wrong();
}
const whole = (value) => Number.isInteger(value) && value >= 0 && value < 2 ** 31;
return Object.entries(header ?? {}).filter(([key]) => key !== "__metadata__")
.map(([key, entry]) => {
const [from, to] = entry?.data_offsets ?? [];
const shape = entry?.shape;
if (!whole(from) || !whole(to) || to < from || to > file.length - 8 - length) throw wrong();
if (!Array.isArray(shape) || shape.length > 4 || !shape.every(whole)) throw wrong();
return { key: new TextEncoder().encode(key), type: ["F16", "F32"].indexOf(entry.dtype),
from: 8 + length + from, bytes: to - from, shape };
})
.sort((first, second) => compare(first.key, second.key));
}
function compare(first, second) {
const count = Math.min(first.length, second.length);
for (let place = 0; place < count; place += 1) {
if (first[place] !== second[place]) return first[place] - second[place];
}
return first.length - second.length;
}
function withTensors(text, name, body) {
const file = decode(text, name);
const list = tensors(file, name);
const recordBytes = 40;
const names = list.reduce((sum, tensor) => sum + tensor.key.length, 0);
return withMemory(file.length, (data) => {
bytesAt(data, file.length).set(file);
return withMemory(list.length * recordBytes + names, (records) => {
const view = new DataView(wasm.memory.buffer, records);
let place = records + list.length * recordBytes;
list.forEach(({ key, type, from, bytes, shape }, index) => {
bytesAt(place, key.length).set(key);
const fields = [place, key.length, type, data + from, bytes, shape.length, ...shape];
fields.forEach((value, field) => {
view.setUint32(index * recordBytes + 4 * field, value, true);
});
place += key.length;
});
return body(records, list.length);
});
});
}
const unknown = (key, value) => new Failure("model",
`The model's "${key}" is ${JSON.stringify(value)}, which does not run in a browser.`);
function choice(key, value, choices) {
const place = choices.indexOf(value);
if (place < 0) throw unknown(key, value);
return place;
}
const activation = (config) => choice("act_fn", config.act_fn ?? "silu",
["silu", "gelu", "quick_gelu"]);
function unetNumbers(config) {
if ((config._class_name ?? "UNet2DConditionModel") !== "UNet2DConditionModel") {
throw unknown("_class_name", config._class_name);
}
const widths = config.block_out_channels ?? [320, 640, 1280, 1280];
const perLevel = (value) => (Array.isArray(value) ? value : widths.map(() => value));
const kinds = (key, names) => {
if (config[key]?.length !== widths.length) throw unknown(key, config[key]);
return config[key].map((name) => choice(key, name, names));
};
return [config.in_channels ?? 4, config.out_channels ?? 4, widths.length, ...widths,
...kinds("down_block_types", ["DownBlock2D", "CrossAttnDownBlock2D"]),
...kinds("up_block_types", ["UpBlock2D", "CrossAttnUpBlock2D"]),
config.mid_block_type === null ? 0 : 1,
...perLevel(config.layers_per_block ?? 2),
...perLevel(config.transformer_layers_per_block ?? 1),
...perLevel(config.num_attention_heads ?? config.attention_head_dim ?? 8),
perLevel(config.cross_attention_dim ?? 1280)[0], config.norm_num_groups ?? 32,
config.norm_eps ?? 1e-5, activation(config), Number(config.flip_sin_to_cos ?? true),
config.freq_shift ?? 0, Number(config.center_input_sample ?? false),
choice("padding_mode", config.padding_mode ?? "zeros", ["zeros", "circular"])];
}
function encoderNumbers(config) {
const widths = config.block_out_channels ?? [64];
return [config.latent_channels ?? 4, widths.length, ...widths, config.layers_per_block ?? 1,
config.norm_num_groups ?? 32, activation(config),
Number(config.mid_block_add_attention ?? true), Number(config.use_quant_conv ?? true),
config.scaling_factor ?? 0.18215];
}
function scheduleNumbers(config) {
const euler = ["EulerDiscreteScheduler", "EulerAncestralDiscreteScheduler",
"LMSDiscreteScheduler"];
return [config.beta_start ?? 0.0001, config.beta_end ?? 0.02,
config.num_train_timesteps ?? 1000,
choice("beta_schedule", config.beta_schedule ?? "linear", ["linear", "scaled_linear"]),
Number(euler.includes(config._class_name))];
}
function withNumbers(list, body) {
return withMemory(8 * list.length, (place) => {
new Float64Array(wasm.memory.buffer, place, list.length).set(list);
return body(place, list.length);
});
}
function load({ name, configs, parts, files }) {
if (models.has(name)) return;
for (const part of ["vae", "text"]) {
if (!parts[part]) throw new Failure("weights", `The model ${name} has no file for its ${part}.`);
}
const seed = configs.unet.init_seed ?? -1;
if (!parts.unet && seed < 0) {
throw new Failure("weights", `The model ${name} has no file for its unet.`);
}
const unet = withNumbers(unetNumbers(configs.unet), (...numbers) => (seed >= 0
? checked(wasm.makeUNet(...numbers, 0, 0, seed))
: withTensors(parts.unet, files.unet, (...records) =>
checked(wasm.makeUNet(...numbers, ...records, -1)))));
const encoder = withNumbers(encoderNumbers(configs.vae), (...numbers) =>
withTensors(parts.vae, files.vae, (...records) =>
checked(wasm.makeEncoder(...numbers, ...records))));
models.set(name, withNumbers(scheduleNumbers(configs.scheduler ?? {}), (...numbers) =>
withTensors(parts.text, files.text, (records, count) => {
if (count !== 1) {
throw new Failure("weights", `The file ${files.text} should hold one tensor, not ${count}.`);
}
return checked(wasm.makeModel(unet, encoder, ...numbers, records));
})));
}
function drop(key) {
for (const { handle, bytes } of kept.get(key)?.values() ?? []) {
wasm.dropRepresentation(handle);
keptBytes -= bytes;
}
kept.delete(key);
}
function keep(key, block, entry) {
if (!kept.has(key)) kept.set(key, new Map());
const blocks = kept.get(key);
const old = blocks.get(block);
if (old) {
wasm.dropRepresentation(old.handle);
keptBytes -= old.bytes;
}
blocks.set(block, entry);
keptBytes += entry.bytes;
for (const oldest of kept.keys()) {
if (keptBytes <= budget || oldest === key) break;
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
return checked(wasm.putRepresentation(place, height, width, channels));
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
const view = new DataView(wasm.memory.buffer, report);
return { height, width, values: floatsAt(target, count).slice(), milliseconds,
mean: view.getFloat32(0, true), std: view.getFloat32(4, true), best: view.getInt32(8, true) };
}));
}
function similarityMap(measure, reference, token, other) {
const place = measures.indexOf(measure);
if (place < 0) throw new Failure("input", `There is no similarity measure "${measure}".`);
if (!Number.isInteger(token)) throw new Failure("input", "The reference token is no number.");
return map(other, (target, report) =>
wasm.similarity(place, reference.handle, token, other.handle, target, report));
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
return map(entry, (target, report) => wasm.norms(entry.handle, target, report));
}
function values({ block, key }) {
const { handle, height, width, channels } = find(key, block);
const count = height * width * channels;
return withMemory(4 * count, (target) => {
checked(wasm.copyRepresentation(handle, target));
return { height, width, channels, values: floatsAt(target, count).slice() };
});
}
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
return checked(wasm.beginExtraction(models.get(model) ?? -1, place, width, height, timestep, seed));
});
const found = [];
const giveUp = () => found.forEach((block) => wasm.dropRepresentation(block.handle));
try {
for (let more = 1; more; await pause()) {
if (isOver()) {
giveUp();
throw new Failure("cancelled", "The computation was cancelled.");
}
withMemory(36, (report) => {
more = checked(wasm.stepExtraction(handle, report));
const view = new DataView(wasm.memory.buffer, report);
const [kind, index, module, place, high, wide, channels, kept, fraction] =
Array.from({ length: 9 }, (_, field) => view.getInt32(4 * field, true));
if (kept >= 0) {
found.push({ name: blockName(kind, index), handle: kept, channels, height: high,
width: wide, bytes: 4 * high * wide * channels });
}
tell(fraction / 65536, layerName(kind, index, module, place));
});
}
} finally {
wasm.endExtraction(handle);
}
drop(key);
for (const { name, ...entry } of found) keep(key, name, entry);
return {
blocks: found.map(({ name, channels, height: high, width: wide }) =>
({ name, channels, height: high, width: wide })),
milliseconds: performance.now() - start,
};
}
async function startModule({ wasm: program, memory, measures: names }) {
budget = memory;
measures = names;
const bytes = typeof program === "string"
? decode(new TextEncoder().encode(program), "explorer-wasm.js") : program;
const host = { outOfMemory() {
throw new Failure("memory", "The browser has no memory left for this: close other pages, or "
+ "remove images.");
} };
try {
const { instance } = await WebAssembly.instantiate(bytes, { host });
wasm = instance.exports;
} catch (error) {
throw new Failure("unsupported",
`This browser cannot run the U-Net's WebAssembly, which needs SIMD (${error.message}).`);
}
}
const answers = { start: startModule, load, put, similarity, strip, norms, values,
forget: ({ key }) => drop(key) };
let queue = Promise.resolve();
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
}
