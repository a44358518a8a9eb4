"use strict";
unetlensExplorer.picture = (() => {
const side = 384, gap = 16, head = 30, foot = 26;
function lines(context, text, width) {
const out = [""];
for (const word of text.split(/\s+/)) {
const longer = out.at(-1) ? `${out.at(-1)} ${word}` : word;
if (context.measureText(longer).width > width) out.push(word);
else out[out.length - 1] = longer;
}
return out;
}
function square(context, { canvas, frame, note }, x, y, isMap) {
context.save();
context.translate(x, y);
context.fillStyle = "#ffffff";
context.fillRect(0, 0, side, side);
context.imageSmoothingEnabled = !isMap;
if (canvas.width > 1) context.drawImage(canvas, 0, 0, side, side);
for (const mark of frame.querySelectorAll(".xp-mark:not([hidden])")) {
const [left, top, width] = ["left", "top", "width"].map(
(name) => (parseFloat(mark.style[name]) / 100) * side);
const isReference = mark.classList.contains("xp-reference");
context.fillStyle = isReference ? "rgb(255 165 0 / 70%)" : "rgb(165 255 0 / 70%)";
context.fillRect(left, top, width, width);
context.lineWidth = 2;
context.strokeStyle = "#000000";
context.strokeRect(left, top, width, width);
}
context.strokeStyle = "#b8c0ca";
context.lineWidth = 1;
context.strokeRect(0.5, 0.5, side - 1, side - 1);
context.fillStyle = "#333d49";
context.font = "14px sans-serif";
context.fillText(note.textContent, 0, side + 18, side);
context.restore();
}
function draw(views, sentence) {
const columns = 1 + Math.max(...views.map(({ maps }) => maps.length));
const width = gap + columns * (side + gap);
const canvas = document.createElement("canvas");
const context = canvas.getContext("2d");
context.font = "15px sans-serif";
const text = lines(context, sentence, width - 2 * gap);
canvas.width = width;
canvas.height = gap + views.length * (head + side + foot + gap) + text.length * 21 + gap;
context.fillStyle = "#ffffff";
context.fillRect(0, 0, canvas.width, canvas.height);
let y = gap;
for (const view of views) {
context.fillStyle = "#1b2430";
context.font = "bold 17px sans-serif";
context.fillText(`${view.title.textContent}, timestep ${view.step.textContent}`, gap, y + 18, width - 2 * gap);
square(context, view.picture, gap, y + head, false);
view.maps.forEach((map, index) =>
square(context, map, gap + (index + 1) * (side + gap), y + head, true));
y += head + side + foot + gap;
}
context.font = "15px sans-serif";
context.fillStyle = "#1b2430";
text.forEach((line, index) => context.fillText(line, gap, y + 16 + index * 21));
return canvas;
}
async function download(views, sentence, name) {
const blob = await new Promise((resolve) => draw(views, sentence).toBlob(resolve, "image/png"));
const link = document.createElement("a");
link.href = URL.createObjectURL(blob);
link.download = name;
link.click();
setTimeout(() => URL.revokeObjectURL(link.href), 10000);
}
return { draw, download };
})();
