"use strict";
unetlensExplorer.draw = (() => {
const orange = [255, 165, 0];
const blue = [0, 165, 255];
function map(canvas, { values, width, height }) {
if (canvas.width !== width || canvas.height !== height) {
canvas.width = width;
canvas.height = height;
}
const context = canvas.getContext("2d");
const image = context.createImageData(width, height);
const { data } = image;
for (let token = 0, place = 0; token < values.length; token += 1, place += 4) {
const value = values[token];
const colour = value < 0 ? blue : orange;
for (let part = 0; part < 3; part += 1) data[place + part] = colour[part];
data[place + 3] = Math.min(255, Math.round(Math.abs(value) * 255)) || 0;
}
context.putImageData(image, 0, 0);
}
function norms(canvas, result, { smallest, largest }) {
const span = largest - smallest;
map(canvas, { ...result, values: result.values.map((norm) => (span > 0 ? (norm - smallest) / span : 1)) });
}
function mark(element, place, side) {
element.hidden = !place;
if (!place) return;
element.style.left = `${(place.x / side) * 100}%`;
element.style.top = `${(place.y / side) * 100}%`;
element.style.width = element.style.height = `${100 / side}%`;
}
const number = (value) => (Math.abs(value) < 100 ? value.toFixed(3) : value.toFixed(1))
.replace(/^-(?=0\.0*$)/, "").replace("-", "−");
return { map, norms, mark, number };
})();
