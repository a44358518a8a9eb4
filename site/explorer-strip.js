"use strict";
unetlensExplorer.strip = (() => {
const { make } = unetlensExplorer.rows;
const { draw, shortName } = unetlensExplorer;
function create(list, choose) {
const columns = new Map();
for (const block of unetlensExplorer.blocks) {
const maps = make("span", "xp-strip-maps");
const button = make("button", "", make("span", "xp-strip-name", shortName(block)), maps);
button.type = "button";
button.setAttribute("aria-label", block);
button.addEventListener("click", () => choose(block));
columns.set(block, { button, maps });
list.append(make("li", "", button));
}
function show(block, maps, range) {
const column = columns.get(block).maps;
while (column.childElementCount > maps.length) column.lastChild.remove();
while (column.childElementCount < maps.length) column.append(make("canvas"));
maps.forEach((map, index) => {
const canvas = column.children[index];
canvas.classList.toggle("xp-absent", !map);
if (!map) canvas.width = canvas.height = 1;
else if (range) draw.norms(canvas, map, range);
else draw.map(canvas, map);
});
}
function mark(chosen) {
for (const [block, { button }] of columns) button.setAttribute("aria-pressed", block === chosen);
}
return { show, mark };
}
return { create };
})();
