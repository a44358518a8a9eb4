"use strict";
unetlensWorker.tensors = function (worker) {
const { Failure, bytesAt, withMemory } = worker;
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
function withTensors(file, name, body) {
const list = tensors(file, name);
const recordBytes = 40;
const names = list.reduce((sum, tensor) => sum + tensor.key.length, 0);
return withMemory(file.length, (data) => {
bytesAt(data, file.length).set(file);
return withMemory(list.length * recordBytes + names, (records) => {
const view = new DataView(worker.wasm.memory.buffer, records);
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
Object.assign(worker, { withTensors });
};
