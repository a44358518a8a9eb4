// Comforts only: without this file the page says and shows the same.
"use strict";

// A button that copies the text of the element that it names.
for (const button of document.querySelectorAll("button[data-copy]")) {
  const source = document.getElementById(button.dataset.copy);
  const label = button.textContent;
  button.hidden = false;
  button.addEventListener("click", async () => {
    button.textContent = (await copy(source)) ? "Copied" : "Press Ctrl+C";
    setTimeout(() => { button.textContent = label; }, 2000);
  });
}

// The clipboard is there on secure origins; elsewhere, and from a disk, selecting does it.
async function copy(source) {
  try {
    await navigator.clipboard.writeText(source.textContent);
    return true;
  } catch {
    const range = document.createRange();
    range.selectNodeContents(source);
    const selection = getSelection();
    selection.removeAllRanges();
    selection.addRange(range);
    return document.execCommand("copy");
  }
}

// A link to something inside a closed tab opens the tab first.
function openTab() {
  const target = location.hash.length > 1
    && document.getElementById(decodeURIComponent(location.hash.slice(1)));
  const panel = target && target.closest(".panel");
  if (!panel) return;
  document.getElementById(panel.id.replace(/^model-/, "tab-")).checked = true;
  target.scrollIntoView();
}
addEventListener("hashchange", openTab);
openTab();
