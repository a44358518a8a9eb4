"use strict";
unetlensExplorer.images = (() => {
const { ExplorerError, data, plain } = unetlensFiles;
const entries = new Map();
let count = 0;
function start(catalogue) {
for (const image of catalogue.images) entries.set(image.id, { ...image });
}
function square(picture, side) {
const edge = Math.min(picture.width, picture.height);
const canvas = document.createElement("canvas");
canvas.width = canvas.height = side;
const context = canvas.getContext("2d", { willReadFrequently: true });
context.imageSmoothingQuality = "high";
context.fillStyle = "#ffffff";
context.fillRect(0, 0, side, side);
context.drawImage(picture, Math.floor((picture.width - edge) / 2),
Math.floor((picture.height - edge) / 2), edge, edge, 0, 0, side, side);
return canvas;
}
async function decode(blob, complaint) {
try {
const bitmap = await createImageBitmap(blob);
const canvas = square(bitmap, Math.min(bitmap.width, bitmap.height, 512));
bitmap.close();
return canvas;
} catch {
throw new ExplorerError("file", complaint);
}
}
async function add(blob, name) {
const canvas = await decode(blob, `${name} is not a picture that this browser can decode.`);
const id = `own-${++count}`;
entries.set(id, { id, name, isOwn: true, canvas: Promise.resolve(canvas) });
return id;
}
async function load({ file, thumbnail, name }) {
const bytes = await (file ? data(file) : plain(thumbnail));
return decode(new Blob([bytes]), `The picture ${name} is damaged.`);
}
function canvas(id) {
const entry = entries.get(id);
entry.canvas ??= load(entry).catch((error) => {
entry.canvas = undefined;
throw error;
});
return entry.canvas;
}
async function pixels(id, side) {
let picture = await canvas(id);
if (side !== picture.width) picture = square(picture, side);
return picture.getContext("2d").getImageData(0, 0, side, side);
}
return { start, add, canvas, pixels, get: (id) => entries.get(id), has: (id) => entries.has(id) };
})();
