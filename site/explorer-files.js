"use strict";
const unetlensFiles = (() => {
class ExplorerError extends Error {
constructor(code, sentence) {
super(sentence);
this.name = "ExplorerError";
this.code = code;
this.sentence = sentence;
}
}
const isOnDisk = () => location.protocol === "file:";
const cancelled = () => new ExplorerError("cancelled", "The computation was cancelled.");
const damaged = (address) =>
new ExplorerError("file", `The file ${address} is cut short or damaged.`);
function run(address, charset = "utf-8") {
const element = document.createElement("script");
const done = new Promise((resolve, reject) => {
element.charset = charset;
element.src = address;
element.onload = resolve;
element.onerror = () =>
reject(new ExplorerError("file", `The file ${address} could not be loaded.`));
document.head.append(element);
});
return done.finally(() => element.remove());
}
const arrived = new Map();
function accept(name, text) {
arrived.set(name, text);
}
let bytesOfLetters;
function bytesOf(text, address) {
if (!bytesOfLetters) {
const all = new TextDecoder("windows-1252").decode(Uint8Array.from({ length: 256 }, (_, byte) => byte));
bytesOfLetters = new Int16Array(65536).fill(-1);
for (let byte = 0; byte < 256; byte += 1) bytesOfLetters[all.charCodeAt(byte)] = byte;
}
const bytes = new Uint8Array(text.length);
let seen = 0;
for (let place = 0; place < text.length; place += 1) {
const byte = bytesOfLetters[text.charCodeAt(place)];
seen |= byte;
bytes[place] = byte;
}
if (seen < 0) throw damaged(address);
return bytes;
}
async function fromDisk(address, name) {
await run(address, "windows-1252");
const text = arrived.get(name);
arrived.delete(name);
if (text === undefined) throw damaged(address);
return bytesOf(text, address);
}
function unescaped(file, address, name) {
const letters = (text) => new TextEncoder().encode(text);
const isAt = (place, expected) =>
place >= 0 && expected.every((letter, index) => file[place + index] === letter);
const head = letters(`unetlensFiles.accept("${name}","`);
const tail = letters("\")\n");
const end = file.length - tail.length;
if (!isAt(0, head) || !isAt(end, tail)) throw damaged(address);
const [backslash, n, r] = letters("\\nr");
let count = 0;
for (let place = head.length; place < end; place += 1) {
let byte = file[place];
if (byte === backslash) {
place += 1;
byte = file[place] === n ? 10 : file[place] === r ? 13 : file[place];
}
file[count] = byte;
count += 1;
}
return file.subarray(0, count);
}
async function answer(address, signal) {
const response = await fetch(address, { signal });
if (!response.ok) throw new Error(`the server says ${response.status}`);
return response;
}
async function reading(address, signal, body) {
try {
return await body();
} catch (error) {
if (signal?.aborted) throw cancelled();
throw new ExplorerError("file",
`The file ${address} could not be loaded (${error.message || error}).`);
}
}
async function bytesOverHTTP(address, { signal, onBytes }) {
const chunks = [];
let length = 0;
const response = await answer(address, signal);
for (const reader = response.body.getReader(); ;) {
const { done, value } = await reader.read();
if (done) break;
chunks.push(value);
length += value.length;
onBytes?.(length);
}
const bytes = new Uint8Array(length);
let place = 0;
for (const chunk of chunks) {
bytes.set(chunk, place);
place += chunk.length;
}
return bytes;
}
async function data(address, { name = address, ...more } = {}) {
if (isOnDisk()) {
const bytes = await fromDisk(address, name);
if (more.signal?.aborted) throw cancelled();
more.onBytes?.(bytes.length);
return bytes;
}
const file = await reading(address, more.signal, () => bytesOverHTTP(address, more));
return unescaped(file, address, name);
}
async function plain(address, signal) {
if (isOnDisk()) {
throw new ExplorerError("file", "A page opened from a disk may not read this model’s files. "
+ "Serve the folder, for instance with unetlens serve.");
}
return reading(address, signal, async () => (await answer(address, signal)).arrayBuffer());
}
return { accept, run, data, plain, cancelled, ExplorerError };
})();
