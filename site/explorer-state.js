"use strict";
unetlensExplorer.state = (() => {
const mark = "#explorer?";
let lastRow = 0;
const row = (image, timestep = 50) => ({ id: ++lastRow, image, timestep });
function initial(catalogue) {
return {
model: catalogue.models[0].name, other: "", block: "up_blocks[1]", measure: "cosine",
view: "similarity", strip: false, rows: [], preset: "",
reference: { row: 0, x: 0, y: 0, side: 1 },
};
}
const place = ({ x, y, side: old }, side) =>
({ x: Math.floor((x * side) / old), y: Math.floor((y * side) / old) });
function address(state) {
const rows = state.rows.filter(({ image }) => unetlensExplorer.images.get(image)?.file
|| !unetlensExplorer.images.get(image)?.isOwn);
if (!rows.length) return "#explorer";
const query = new URLSearchParams({
model: state.model, block: state.block, measure: state.measure,
images: rows.map(({ image, timestep }) => `${image}@${timestep}`).join(","),
});
const { row: id, x, y, side } = state.reference;
const index = rows.findIndex((each) => each.id === id);
if (index >= 0) query.set("token", [index, x, y, side].join(","));
if (state.other) query.set("other", state.other);
if (state.view !== "similarity") query.set("view", state.view);
if (state.strip) query.set("strip", "1");
if (state.preset) query.set("preset", state.preset);
return mark + query;
}
function parse(hash, catalogue) {
if (!hash.startsWith(mark)) return null;
const query = new URLSearchParams(hash.slice(mark.length));
const state = initial(catalogue);
const has = (name) => catalogue.models.some((model) => model.name === name);
const choose = (name, isKnown) => { if (isKnown(query.get(name))) state[name] = query.get(name); };
choose("model", has);
choose("other", (name) => has(name) && name !== state.model);
choose("block", (name) => unetlensExplorer.blocks.includes(name));
choose("measure", (id) => unetlensExplorer.measures.some((measure) => measure.id === id));
choose("view", (name) => name === "norms");
choose("preset", (id) => unetlensExplorer.presets.some((preset) => preset.id === id));
state.strip = query.get("strip") === "1";
for (const item of (query.get("images") ?? "").split(",")) {
const [image, timestep] = item.split("@");
if (!unetlensExplorer.images.has(image)) continue;
const step = Math.round(Number(timestep));
state.rows.push(row(image, step >= 0 && step < 1000 ? step : 50));
}
const [index, x, y, side] = (query.get("token") ?? "").split(",").map(Number);
if (state.rows[index] && side >= 1 && side <= 256
&& [x, y].every((value) => Number.isInteger(value) && value >= 0 && value < side)) {
state.reference = { row: state.rows[index].id, x, y, side };
} else if (state.rows.length) {
state.reference.row = state.rows[0].id;
}
return state;
}
return { initial, row, place, address, parse };
})();
