"use strict";
unetlensExplorer.status = (() => {
const { make } = unetlensExplorer.rows;
function wait(element, { status, isFetching, fraction, layer, model }) {
if (!element.firstChild) {
const bar = make("progress");
bar.setAttribute("aria-label", "Progress");
element.append(make("span", "", "Loading…"), bar, make("small"));
}
const [, bar, detail] = element.children;
if (status === "loading" && fraction > 0) bar.value = fraction;
else bar.removeAttribute("value");
const isWeights = isFetching && fraction > 0;
detail.textContent = status === "waiting" ? ""
: isWeights ? `weights of ${model.label}, ${Math.round(fraction * 100)} %` : layer;
}
function show(view, jobs, retry) {
jobs.forEach((job, index) => {
const pane = view.maps[index];
const isBusy = job.status === "waiting" || job.status === "loading";
pane.wait.hidden = !isBusy;
if (isBusy) wait(pane.wait, job);
else pane.wait.replaceChildren();
if (job.status === "ready") return;
pane.frame.classList.add("xp-absent");
view.pinned[index] = null;
});
const sentence = jobs.find(({ status }) => status === "failed")?.sentence ?? "";
if (view.message.dataset.sentence === sentence) return;
view.message.dataset.sentence = sentence;
view.message.textContent = sentence;
if (!sentence) return;
const button = make("button", "button", "Try again");
button.type = "button";
button.addEventListener("click", retry);
view.message.append(" ", button);
}
function describe(element, state, [model, other], shape) {
element.hidden = !shape;
if (!shape) return;
const named = ({ label, link }) => {
if (!link) return label;
const anchor = make("a", "", label);
anchor.href = link;
return anchor;
};
const measure = unetlensExplorer.measures.find(({ id }) => id === state.measure);
element.replaceChildren(
"Model ", named(model), ...(other ? [" beside ", named(other)] : []), ", output of ",
make("code", "", state.block),
`: ${shape.channels} channels at ${shape.width} × ${shape.height} tokens, from images of `
+ `${model.imageSize} × ${model.imageSize} pixels. `,
state.view === "norms"
? "Maps show the Euclidean norm of every token: the smallest of the images shown is transparent, the largest opaque."
: `${measure.name}: ${measure.how}, a the reference token, b each token of the map. `
+ "Orange is positive, blue negative, opacity the magnitude.");
}
return { show, describe };
})();
