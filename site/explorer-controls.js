"use strict";
unetlensExplorer.controls = (() => {
const { make } = unetlensExplorer.rows;
const { blocks, measures, shortName } = unetlensExplorer;
function create(byId, catalogue, actions) {
const { change } = actions;
const fill = (menu, options) =>
menu.replaceChildren(...options.map(([value, text]) => new Option(text, value)));
fill(byId("model"), catalogue.models.map(({ name, label }) => [name, label]));
fill(byId("block"), blocks.map((block) => [block, `${shortName(block)} – ${block}`]));
fill(byId("measure"), measures.map(({ id, name }) => [id, name]));
byId("other-part").hidden = catalogue.models.length < 2;
for (const name of ["model", "other", "block", "measure"]) {
byId(name).addEventListener("change", ({ target }) => change({ [name]: target.value, preset: "" }));
}
byId("norms").addEventListener("change", ({ target }) =>
change({ view: target.checked ? "norms" : "similarity" }));
byId("all-blocks").addEventListener("change", ({ target }) => change({ strip: target.checked }));
byId("download").addEventListener("click", actions.download);
const presets = byId("presets").querySelectorAll("[value]");
for (const button of presets) button.addEventListener("click", () => actions.preset(button.value));
for (const { id, name, thumbnail } of catalogue.images) {
const picture = Object.assign(make("img"),
{ loading: "lazy", src: thumbnail, alt: name, width: 72, height: 72 });
const button = Object.assign(make("button", "", picture), { type: "button", title: `Add ${name}` });
button.addEventListener("click", () => actions.add(id));
byId("samples").append(make("li", "", button));
}
byId("samples").hidden = !catalogue.images.length;
return (state) => {
fill(byId("other"), [["", "nothing"], ...catalogue.models
.filter(({ name }) => name !== state.model).map(({ name, label }) => [name, label])]);
for (const name of ["model", "other", "block", "measure"]) byId(name).value = state[name];
byId("norms").checked = state.view === "norms";
byId("all-blocks").checked = state.strip;
byId("measure").disabled = state.view === "norms";
for (const button of presets) button.setAttribute("aria-pressed", button.value === state.preset);
byId("empty").hidden = state.rows.length > 0;
for (const name of ["view-actions", "keys"]) byId(name).hidden = !state.rows.length;
byId("strip-part").hidden = !state.strip || !state.rows.length;
};
}
return { create };
})();
