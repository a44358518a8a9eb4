"use strict";
// Draws what answers.js knows.

function picture(kind, index) { return `${kind}/${index}?token=${encodeURIComponent(token)}`; }

function load() {
  const img = map.querySelector("img");
  img.onload = () => {
    levels.canvas.width = project.width;
    levels.canvas.height = project.height;
    levels.drawImage(img, 0, 0);
    drawStages();
  };
  img.src = picture("norm", image);
  if (project.photos) photo.querySelector("img").src = picture("photo", image);
  for (const index of [image + 1, image - 1]) {
    if (index < 0 || index >= project.images) continue;
    new Image().src = picture("norm", index);
    if (project.photos) new Image().src = picture("photo", index);
  }
}

function place() {
  const stages = project.photos ? [map, photo] : [map];
  const wide = matchMedia("(min-width: 62.01rem)").matches;
  const high = innerHeight - map.offsetTop - 52, across = innerWidth - 17 * 16 - 100;
  for (const stage of stages) {
    // Beside a photograph the map takes the larger part.
    const share = stages.length === 1 ? 1 : stage === map ? .58 : .42;
    const room = wide ? Math.min(across * share, high) : Math.min(innerWidth - 40, 560);
    // A whole number of pixels a token keeps the map crisp.
    const unit = Math.max(2, Math.floor(room / Math.max(project.width, project.height)));
    const width = unit * project.width, height = unit * project.height;
    Object.assign(stage.style, { width: `${width}px`, height: `${height}px` });
    const inner = stage.querySelector(".inner");
    Object.assign(inner.style, {
      width: `${width * zoom.level}px`, height: `${height * zoom.level}px`,
      left: `${Math.round(width * (.5 - zoom.x * zoom.level))}px`,
      top: `${Math.round(height * (.5 - zoom.y * zoom.level))}px`, right: "auto", bottom: "auto",
    });
    inner.querySelector("svg").setAttribute("viewBox", `0 0 ${project.width} ${project.height}`);
  }
}

function box(svg, x, y, name, grow = 0) {
  const rect = document.createElementNS("http://www.w3.org/2000/svg", "rect");
  const width = Math.min(step(), project.width - x), height = Math.min(step(), project.height - y);
  for (const [attribute, value] of Object.entries({
    x: x - grow, y: y - grow, width: width + 2 * grow, height: height + 2 * grow, class: name,
  })) rect.setAttribute(attribute, value);
  svg.append(rect);
}

function drawOverlay(svg) {
  svg.replaceChildren();
  if (show.others) {
    for (const person of Object.keys(project.answers)) {
      if (person === me) continue;
      for (const [x, y] of known(person, image).patches) {
        box(svg, x, y, "shade", .3);
        box(svg, x, y, "other", .3);
      }
    }
  }
  if (show.suggest) {
    (project.suggestions[image] ?? []).forEach(([x, y], index) => {
      box(svg, x, y, "shade", .15);
      box(svg, x, y, "suggestion", .15);
      if (index > 8) return;
      const text = document.createElementNS("http://www.w3.org/2000/svg", "text");
      const left = x + step() + 1 > project.width - .5;
      text.setAttribute("x", left ? x - .35 : x + step() + .35);
      if (left) text.setAttribute("text-anchor", "end");
      text.setAttribute("y", y + .9);
      text.textContent = index + 1;
      svg.append(text);
    });
  }
  const safe = new Set(known(me, image).patches.map(key));
  for (const [x, y] of current().patches) {
    box(svg, x, y, "shade");
    box(svg, x, y, safe.has(key([x, y])) ? "mark" : "mark waiting");
  }
  box(svg, cursor.x, cursor.y, "cursorShade");
  box(svg, cursor.x, cursor.y, "cursor");
}

/** What changes when the cursor moves: the rest stays, as there may be hundreds of images. */
function drawStages() {
  if (!project || me === null) return;
  place();
  drawOverlay(map.querySelector("svg"));
  if (project.photos) drawOverlay(photo.querySelector("svg"));
  const level = levels.canvas.width ? levels.getImageData(cursor.x, cursor.y, 1, 1).data[0] / 255 : 0;
  $("token").textContent = `· token (${cursor.x}, ${cursor.y}), ${level.toFixed(2)} of the largest`;
}

function draw() {
  if (!project || me === null) return;
  drawStages();
  const answer = current(), state = stateOf(answer), differ = differing(image);
  $("image").textContent = `Image ${image} (0 … ${project.images - 1})`;
  $("answer").dataset.state = state;
  const marks = answer.patches.length === 1 ? "1 patch marked" : `${answer.patches.length} patches marked`;
  $("answer").textContent = { marked: marks, none: "None here", open: "Not labelled yet" }[state];
  $("note").hidden = !differ.length;
  $("note").textContent = differ.length ? `Differs from ${differ.join(", ")} (O shows it)` : "";
  $("none").setAttribute("aria-pressed", state === "none");
  $("suggest").setAttribute("aria-pressed", show.suggest);
  $("others").setAttribute("aria-pressed", show.others);
  $("undo").disabled = !history.undo.length;
  $("redo").disabled = !history.redo.length;
  $("previous").disabled = image === 0;
  $("next").disabled = image === project.images - 1;
  $("who").textContent = me;
  drawStrip();
}

function drawStrip() {
  const strip = $("strip");
  while (strip.children.length < project.images) {
    const cell = document.createElement("button"), index = strip.children.length;
    cell.type = "button";
    cell.tabIndex = -1;
    cell.addEventListener("click", () => { go(index); map.focus(); });
    strip.append(cell);
  }
  let done = 0;
  [...strip.children].forEach((cell, index) => {
    const state = stateOf(current(index));
    if (state !== "open") done++;
    cell.dataset.state = state;
    cell.toggleAttribute("data-differs", differing(index).length > 0);
    cell.title = cell.ariaLabel = `Image ${index}: ${state === "open" ? "unlabelled" : state}`;
    cell.setAttribute("aria-current", index === image);
    if (index === image && cell.dataset.shown !== "1") {
      const top = cell.offsetTop - strip.offsetTop;
      if (top < strip.scrollTop || top > strip.scrollTop + strip.clientHeight - 20)
        strip.scrollTop = top - strip.clientHeight / 2;
    }
    cell.dataset.shown = index === image ? "1" : "";
  });
  $("progress").max = project.images;
  $("progress").value = done;
  $("count").textContent = `${done} of ${project.images}`;
}

let toastTimer;
function toast(text) {
  $("toast").textContent = text;
  $("toast").hidden = false;
  clearTimeout(toastTimer);
  toastTimer = setTimeout(() => { $("toast").hidden = true; }, 4000);
}
