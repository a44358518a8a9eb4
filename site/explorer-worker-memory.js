"use strict";
unetlensWorker.memory = function (worker) {
class Failure extends Error {
constructor(code, sentence) {
super(sentence);
this.code = code;
}
}
const statuses = { "-1": "weights", "-2": "model", "-3": "input", "-4": "missing" };
const bytesAt = (place, count) => new Uint8Array(worker.wasm.memory.buffer, place, count);
const floatsAt = (place, count) => new Float32Array(worker.wasm.memory.buffer, place, count);
function withMemory(count, body) {
const place = worker.wasm.allocate(Math.max(count, 64)) >>> 0;
try {
return body(place);
} finally {
worker.wasm.release(place);
}
}
function checked(status) {
if (status >= 0) return status;
const sentence = withMemory(4096, (place) => {
const count = worker.wasm.message(place, 4096);
return new TextDecoder().decode(bytesAt(place, count).slice());
});
throw new Failure(statuses[status] ?? "crash", sentence);
}
Object.assign(worker, { Failure, bytesAt, floatsAt, withMemory, checked });
};
