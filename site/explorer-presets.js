"use strict";
unetlensExplorer.presets = [
{ id: "positional", models: ["sd15", "mini"], block: "up_blocks[0]", measure: "cosine",
images: [0, 1], row: 0, token: [13, 2, 16] },
{ id: "corner", models: ["sd21", "mini"], block: "mid_block", measure: "cosine",
images: [2, 3], row: 1, token: [7, 0, 8] },
{ id: "high-norm", models: ["sdturbo", "mini"], block: "up_blocks[1]", measure: "relative-norm",
images: [0, 2], row: 0, token: "largest" },
];
unetlensExplorer.presetState = (preset, catalogue) => {
const { state } = unetlensExplorer;
const wanted = preset.models.map((name) => catalogue.models.find((model) => model.name === name));
const model = wanted.find(Boolean) ?? catalogue.models[0];
const images = model.images ?? catalogue.images.filter(({ file }) => file).map(({ id }) => id);
if (!images.length) return null;
const rows = preset.images.map((place) => state.row(images[place % images.length]));
const isLargest = preset.token === "largest";
const [x, y, side] = isLargest ? [0, 0, 1] : preset.token;
return {
...state.initial(catalogue), model: model.name, block: preset.block, measure: preset.measure,
rows, preset: preset.id, reference: { row: rows[preset.row].id, x, y, side, isLargest },
};
};
