"use strict";
unetlensExplorer.input = (() => {
const pictures = (transfer) => [...(transfer?.files ?? [])];
function start(section, chooser, take) {
chooser.addEventListener("change", () => {
take([...chooser.files]);
chooser.value = "";
});
let depth = 0;
const over = (change) => {
depth = Math.max(0, depth + change);
section.classList.toggle("xp-drop", depth > 0);
};
const hasFiles = ({ dataTransfer }) => dataTransfer?.types.includes("Files");
section.addEventListener("dragenter", (event) => { if (hasFiles(event)) over(1); });
section.addEventListener("dragleave", (event) => { if (hasFiles(event)) over(-1); });
section.addEventListener("dragover", (event) => { if (hasFiles(event)) event.preventDefault(); });
section.addEventListener("drop", (event) => {
over(-depth);
if (!hasFiles(event)) return;
event.preventDefault();
take(pictures(event.dataTransfer));
});
document.addEventListener("paste", (event) => {
const pasted = pictures(event.clipboardData);
if (!pasted.length) return;
event.preventDefault();
take(pasted);
section.scrollIntoView({ block: "nearest" });
});
}
function placePopups(section) {
for (const button of section.querySelectorAll("[popovertarget]")) {
const popup = document.getElementById(button.getAttribute("popovertarget"));
popup.addEventListener("toggle", ({ newState }) => {
button.setAttribute("aria-expanded", newState === "open");
if (newState !== "open") return;
const { left, top, bottom } = button.getBoundingClientRect();
const isBelow = bottom + popup.offsetHeight + 16 < innerHeight || top < popup.offsetHeight + 16;
const room = document.documentElement.clientWidth - popup.offsetWidth - 8;
popup.style.left = `${Math.max(8, Math.min(left - 16, room)) + scrollX}px`;
popup.style.top = `${(isBelow ? bottom + 8 : top - popup.offsetHeight - 8) + scrollY}px`;
});
button.setAttribute("aria-expanded", "false");
}
}
return { start, placePopups };
})();
