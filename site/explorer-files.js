"use strict";
unetlensExplorer.files = (() => {
const waiting = new Map();
class FileError extends Error {
constructor(sentence, code = "file") {
super(sentence);
this.sentence = sentence;
this.code = code;
}
}
const isOnDisk = () => location.protocol === "file:";
function fromBase64(text) {
if (Uint8Array.fromBase64) return Uint8Array.fromBase64(text);
return Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
}
function accept(path, base64) {
waiting.get(path)?.(base64);
waiting.delete(path);
}
async function get(path, signal) {
let answer;
try {
answer = await fetch(path, { signal });
} catch (error) {
if (signal?.aborted) throw new FileError("Cancelled.", "cancelled");
throw new FileError(`${path} could not be fetched: ${error.message}.`);
}
if (!answer.ok) throw new FileError(`${path} could not be fetched: the server says ${answer.status}.`);
return answer;
}
async function script(path) {
if (!isOnDisk()) return fromBase64((await (await get(path)).text()).split("\"")[3]);
const text = await new Promise((resolve, reject) => {
const element = document.createElement("script");
waiting.set(path, resolve);
element.src = path;
element.onload = () => reject(new FileError(`${path} does not hold a picture.`));
element.onerror = () => reject(new FileError(`${path} could not be loaded.`));
document.head.append(element);
});
return fromBase64(text);
}
async function plain(path, signal) {
if (isOnDisk()) {
throw new FileError("A page opened from a disk may not read this model’s files. Serve the "
+ "folder, for instance with unetlens serve.");
}
return (await get(path, signal)).arrayBuffer();
}
return { accept, script, plain, FileError };
})();
