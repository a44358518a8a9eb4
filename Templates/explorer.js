// The explorer: holds the view's state, asks for what it needs, and shows what has arrived.
"use strict";
unetlensExplorer.start = (() => {
  const { measures, blocks, presets, images, rows, draw, files } = unetlensExplorer;
  const states = unetlensExplorer.state;
  const byId = (id) => document.getElementById(`explorer-${id}`);
  const mostRows = 8;

  /** A tiny module with one vector instruction: only browsers that can run the engine accept it. */
  const probe = new Uint8Array([0, 97, 115, 109, 1, 0, 0, 0, 1, 5, 1, 96, 0, 1, 123, 3, 2, 1, 0, 10,
    10, 1, 8, 0, 65, 0, 253, 15, 253, 98, 11]);

  function whyNot() {
    if (typeof WebAssembly !== "object") return "this browser has no WebAssembly, or it is switched off";
    if (!WebAssembly.validate(probe)) return "this browser’s WebAssembly lacks vector instructions";
    if (typeof Worker !== "function" || typeof createImageBitmap !== "function"
      || !("popover" in HTMLElement.prototype)) return "this browser is too old for it";
    return "";
  }

  return function start(makeEngine) {
    const reason = whyNot();
    if (reason) {
      byId("why").textContent = `The explorer can’t run here: ${reason}.`;
      return;
    }
    byId("without").hidden = true;
    byId("app").hidden = false;
    const catalogue = JSON.parse(byId("data").textContent);
    images.start(catalogue);
    const engine = makeEngine({
      base: "",
      // A new worker has none of the old one's representations.
      onError: () => store.again((job) => job.status === "ready"),
    });
    const store = unetlensExplorer.store.create(engine, changed);
    let state = states.initial(catalogue);
    let hover = null;
    const views = new Map();
    const strip = unetlensExplorer.strip.create(byId("strip"), (block) => change({ block, preset: "" }));

    // MARK: The state

    const model = (name) => catalogue.models.find((each) => each.name === name);
    const models = () => [model(state.model), ...(state.other ? [model(state.other)] : [])];
    const job = (row, each, block = state.block) => store.job(each, row, block);
    const shape = (row, each, block = state.block) => store.shape(job(row, each, block), block);

    /** Takes over changes and shows them; `where` says whether the address follows at once. */
    function change(values) {
      state = { ...state, ...values };
      if (!state.rows.some(({ id }) => id === state.reference.row)) {
        state.reference = { row: state.rows[0]?.id ?? 0, x: 0, y: 0, side: 1 };
      }
      hover = null;
      update();
      clearTimeout(change.timer);
      change.timer = setTimeout(() => {
        try { history.replaceState(null, "", states.address(state)); } catch { /* Too often; the next one. */ }
        byId("link").setAttribute("href", states.address(state));
      }, 150);
    }

    /** The token that maps are relative to now: {row, x, y, side}, hovered or pinned. */
    const reference = () => hover ?? state.reference;

    function pin(row, place) {
      change({ reference: { row: row.id, ...place } });
    }

    function step(row, dx, dy) {
      const side = views.get(row.id)?.side;
      if (!side) return;
      const { x, y } = states.place(state.reference, side);
      const isHere = state.reference.row === row.id;
      const clamp = (value) => Math.max(0, Math.min(side - 1, value));
      pin(row, { x: clamp(x + (isHere ? dx : 0)), y: clamp(y + (isHere ? dy : 0)), side });
    }

    const actionsOf = (row) => ({
      preview: (place) => {
        hover = { row: row.id, ...place };
        drawMaps();
      },
      leave: () => {
        if (!hover) return;
        hover = null;
        drawMaps();
      },
      pin: (place) => pin(row, place),
      step: (dx, dy) => step(row, dx, dy),
      timestep: (timestep) => change({
        rows: state.rows.map((each) => (each.id === row.id ? { ...each, timestep } : each)) }),
      remove: () => {
        const place = state.rows.findIndex(({ id }) => id === row.id);
        change({ rows: state.rows.filter(({ id }) => id !== row.id), preset: "" });
        const next = state.rows[Math.min(place, state.rows.length - 1)];
        (next ? views.get(next.id).remove : byId("file")).focus();
      },
    });

    function add(image) {
      if (state.rows.length >= mostRows) {
        complain(`${mostRows} images are the most at a time; remove one first.`);
        return;
      }
      complain("");
      const row = states.row(image);
      const isFirst = !state.rows.length;
      change({
        rows: [...state.rows, row], preset: "",
        ...(isFirst && { reference: { row: row.id, x: 0, y: 0, side: 1 } }),
      });
    }

    function complain(sentence) { byId("complaint").textContent = sentence; }

    async function take(given) {
      complain("");
      for (const file of given) {
        try {
          add(await images.add(file, file.name || "The picture"));
        } catch (error) {
          complain(error.sentence ?? String(error.message));
        }
      }
    }

    // MARK: What the view needs

    /** Asks for what is shown, reference first, and shows the rest of the state. */
    function update() {
      const needed = [];
      const first = state.rows.find(({ id }) => id === state.reference.row);
      const ordered = [first, ...state.rows.filter((row) => row !== first)].filter(Boolean);
      for (const row of ordered) for (const each of models()) needed.push(job(row, each));
      if (state.strip) {
        for (const row of ordered) {
          for (const block of blocks) {
            if (!models()[0].folder || models()[0].blocks.some(({ name }) => name === block)) {
              needed.push(job(row, models()[0], block));
            }
          }
        }
      }
      showControls();
      showRows();
      store.want(needed);
      drawMaps();
    }

    function changed(job) {
      showStatus();
      if (job.status === "ready") drawMaps();
    }

    // MARK: Maps

    let isDrawing = false;
    let isStale = false;

    /** Draws the maps; while one request is under way only the newest of those that follow counts. */
    async function drawMaps() {
      isStale = true;
      if (isDrawing) return;
      isDrawing = true;
      while (isStale) {
        isStale = false;
        try {
          await drawOnce(state, reference());
        } catch (error) {
          if (error.code === "missing") store.again(({ status }) => status === "ready");
          else if (error.code !== "cancelled" && error.code !== "crash" && error.code !== "memory") {
            complain(error.sentence ?? `The maps could not be drawn: ${error.message}.`);
          }
        }
      }
      isDrawing = false;
    }

    async function drawOnce(shown, pinned) {
      showStatus();
      const isHover = Boolean(hover);
      if (shown.reference.isLargest && await pinLargest(shown)) return;
      const results = await Promise.all(models().map((each) => mapsOf(shown, pinned, each)));
      if (isStale || state !== shown) return;
      results.forEach((maps, place) => show(shown, pinned, maps, place, isHover));
      if (!isHover) {
        announce(shown, results);
        if (shown.strip) await drawStrip(shown);
      }
    }

    /** The maps of one model by row; null for those that are not there yet. */
    async function mapsOf(shown, pinned, each, block = shown.block) {
      const ready = shown.rows.filter((row) => shape(row, each, block));
      const result = new Map(shown.rows.map(({ id }) => [id, null]));
      if (shown.view === "norms") {
        await Promise.all(ready.map(async (row) => {
          result.set(row.id, await engine.norms({ block, key: job(row, each, block).key }));
        }));
        return result;
      }
      const first = ready.find(({ id }) => id === pinned.row);
      if (!first) return result;
      const { width } = shape(first, each, block);
      const { x, y } = states.place(pinned, width);
      const maps = await engine.similarity({
        measure: shown.measure, block, reference: { key: job(first, each, block).key, token: y * width + x },
        keys: ready.map((row) => job(row, each, block).key),
      });
      ready.forEach((row, index) => result.set(row.id, maps[index]));
      return result;
    }

    /** Pins the reference image's token of largest norm, once it is there. */
    async function pinLargest(shown) {
      const row = shown.rows.find(({ id }) => id === shown.reference.row);
      const block = row && shape(row, models()[0]);
      if (!block) return false;
      const { best } = await engine.norms({ block: shown.block, key: job(row, models()[0]).key });
      if (state !== shown) return true;
      change({ reference: {
        row: row.id, x: best % block.width, y: Math.floor(best / block.width), side: block.width } });
      return true;
    }

    function largestOf(maps) {
      return Math.max(0, ...[...maps.values()].filter(Boolean).map(({ values, best }) => values[best]));
    }

    /** Draws one model's maps and puts the marks. */
    function show(shown, pinned, maps, place, isHover) {
      const isNorms = shown.view === "norms";
      const largest = isNorms ? largestOf(maps) : 0;
      for (const row of shown.rows) {
        const view = views.get(row.id);
        const pane = view?.maps[place];
        const map = maps.get(row.id);
        if (!pane) continue;
        pane.frame.classList.toggle("xp-absent", !map);
        if (!map) {
          pane.note.textContent = models().length > 1 ? models()[place].label : "";
          draw.mark(pane.reference, null);
          draw.mark(pane.best, null);
          if (place === 0) for (const mark of [view.picture.reference, view.picture.best]) draw.mark(mark, null);
          continue;
        }
        if (isNorms) draw.norms(pane.canvas, map, largest);
        else draw.map(pane.canvas, map);
        pane.map = map;
        view.pinned ??= [];
        if (!isHover) view.pinned[place] = map;
        const best = { x: map.best % map.width, y: Math.floor(map.best / map.width) };
        const isReference = row.id === pinned.row;
        const at = isReference ? states.place(pinned, map.width) : null;
        const shownBest = isNorms || !isReference ? best : null;
        for (const grid of place === 0 ? [pane, view.picture] : [pane]) {
          grid.lines.style.setProperty("--tokens", map.width);
          draw.mark(grid.reference, at, map.width);
          draw.mark(grid.best, shownBest, map.width);
        }
        const name = models().length > 1 ? `${models()[place].label}: ` : "";
        const value = `${isNorms ? "largest" : "best match"} ${draw.number(map.values[map.best])}`
          + ` at (${best.x}, ${best.y})`;
        pane.note.textContent = `${name}mean ${draw.number(map.mean)} ± ${draw.number(map.std)}`
          + (shownBest ? `; ${value}` : "");
        pane.frame.setAttribute("aria-label", `Map of ${view.title.textContent}: ${pane.note.textContent}`);
        if (place === 0) {
          view.side = map.width;
          describe(view, row, shown, at);
        }
      }
    }

    function describe(view, row, shown, at) {
      const where = at ? `Reference token at column ${at.x}, row ${at.y}` : "The reference token is in another image";
      view.picture.frame.setAttribute("aria-label",
        `Tokens of ${view.title.textContent}, ${view.side} by ${view.side}. ${where}.`);
    }

    async function drawStrip(shown) {
      const [first] = models();
      for (const block of blocks) {
        const maps = await mapsOf(shown, shown.reference, first, block);
        if (isStale || state !== shown) return;
        strip.show(block, [...maps.values()], shown.view === "norms" ? largestOf(maps) : undefined);
      }
    }

    /** Tells screen readers what is pinned and where the best matches are. */
    function announce(shown, [maps]) {
      const place = shown.rows.findIndex(({ id }) => id === shown.reference.row);
      const own = maps.get(shown.reference.row);
      if (!own) return;
      const { x, y } = states.place(shown.reference, own.width);
      const parts = [`Reference: image ${place + 1}, column ${x}, row ${y} of ${own.width}.`];
      shown.rows.forEach((row, index) => {
        const map = maps.get(row.id);
        if (!map || (index === place && shown.view !== "norms")) return;
        parts.push(`Image ${index + 1}: ${shown.view === "norms" ? "largest norm" : "best match"} `
          + `${draw.number(map.values[map.best])} at column ${map.best % map.width}, `
          + `row ${Math.floor(map.best / map.width)}.`);
      });
      byId("status").textContent = parts.join(" ");
    }

    // MARK: What is shown beside maps

    function showRows() {
      const list = byId("rows");
      for (const [id, view] of views) {
        if (state.rows.some((row) => row.id === id)) continue;
        view.element.remove();
        views.delete(id);
      }
      state.rows.forEach((row, index) => {
        const actions = actionsOf(row);
        if (!views.has(row.id)) {
          const view = rows.create(row, actions);
          views.set(row.id, view);
          list.append(view.element);
        }
        const view = views.get(row.id);
        rows.setModels(view, models(), actions);
        view.title.textContent = `${index + 1}. ${images.get(row.image).name}`;
        view.remove.setAttribute("aria-label", `Remove image ${index + 1}, ${images.get(row.image).name}`);
        const steps = models()[0].timesteps;
        view.steps = steps;
        view.slider.min = 0;
        view.slider.max = steps ? steps.length - 1 : 999;
        const timestep = store.timestepOf(models()[0], row.timestep);
        view.slider.value = steps ? steps.indexOf(timestep) : timestep;
        view.slider.setAttribute("aria-valuetext", `timestep ${timestep}`);
        view.step.textContent = timestep;
      });
      byId("empty").hidden = state.rows.length > 0;
      for (const id of ["view-actions", "keys"]) byId(id).hidden = !state.rows.length;
      byId("strip-part").hidden = !state.strip || !state.rows.length;
      strip.mark(state.block);
    }

    /** What is computed, fetched or failed, in the place where its map will be. */
    function showStatus() {
      for (const row of state.rows) {
        const view = views.get(row.id);
        if (!view) continue;
        let message = "";
        models().forEach((each, place) => {
          const work = job(row, each);
          const pane = view.maps[place];
          if (!pane) return;
          const isBusy = work.status === "waiting" || work.status === "loading";
          pane.wait.hidden = !isBusy;
          if (isBusy) wait(pane.wait, work);
          if (work.status !== "ready") {
            pane.frame.classList.add("xp-absent");
            if (view.pinned) view.pinned[place] = null;
          }
          if (work.status === "failed") message = work.sentence;
        });
        if (view.message.dataset.text !== message) {
          view.message.dataset.text = message;
          view.message.textContent = message;
          if (message) {
            const again = rows.make("button", "button", "Try again");
            again.type = "button";
            again.addEventListener("click", () => store.again(({ status }) => status === "failed"));
            view.message.append(" ", again);
          }
        }
      }
      showSentence();
    }

    function wait(element, { status, isFetching, fraction, layer, model: { name } }) {
      if (!element.firstChild) {
        const bar = rows.make("progress");
        bar.setAttribute("aria-label", "Progress");
        element.append(rows.make("span", "", "Loading…"), bar, rows.make("small"));
      }
      const [, bar, detail] = element.children;
      if (status === "loading" && fraction > 0) bar.value = fraction;
      else bar.removeAttribute("value");
      detail.textContent = status === "waiting" ? "" : layer ? layer
        : isFetching && fraction > 0 ? `weights of ${name}, ${Math.round(fraction * 100)} %` : "";
    }

    function showSentence() {
      const sentence = byId("sentence");
      const [first, other] = models();
      const row = state.rows.find((each) => shape(each, first));
      sentence.hidden = !row;
      if (!row) return;
      const { channels, height, width } = shape(row, first);
      const named = (each) => {
        if (!each.link) return each.label;
        const link = rows.make("a", "", each.label);
        link.href = each.link;
        return link;
      };
      const measure = measures.find(({ id }) => id === state.measure);
      const code = rows.make("code", "", state.block);
      sentence.replaceChildren(
        "Model ", named(first), ...(other ? [" beside ", named(other)] : []), ", output of ", code,
        `: ${channels} channels at ${width} × ${height} tokens, from images of ${first.imageSize} × `
        + `${first.imageSize} pixels. `,
        state.view === "norms"
          ? "Maps show the Euclidean norm of every token, as opaque as it is large among the images shown."
          : `${measure.name}: ${measure.how}, a the reference token, b each token of the map. `
            + "Orange is positive, blue negative, opacity the magnitude.");
    }

    // MARK: Controls

    function fill(select, options) {
      select.replaceChildren(...options.map(([value, text]) => new Option(text, value)));
    }

    function showControls() {
      fill(byId("other"), [["", "nothing"], ...catalogue.models
        .filter(({ name }) => name !== state.model).map(({ name, label }) => [name, label])]);
      for (const name of ["model", "other", "block", "measure"]) byId(name).value = state[name];
      byId("norms").checked = state.view === "norms";
      byId("all-blocks").checked = state.strip;
      byId("measure").disabled = state.view === "norms";
      for (const button of byId("presets").querySelectorAll("[value]")) {
        button.setAttribute("aria-pressed", button.value === state.preset);
      }
    }

    function wire() {
      fill(byId("model"), catalogue.models.map(({ name, label }) => [name, label]));
      fill(byId("block"), blocks.map((block) => [block, `${unetlensExplorer.shortName(block)} – ${block}`]));
      fill(byId("measure"), measures.map(({ id, name }) => [id, name]));
      byId("other-part").hidden = catalogue.models.length < 2;
      byId("model").addEventListener("change", ({ target }) => change({
        model: target.value, other: state.other === target.value ? "" : state.other, preset: "" }));
      for (const name of ["other", "block", "measure"]) {
        byId(name).addEventListener("change", ({ target }) => change({ [name]: target.value, preset: "" }));
      }
      byId("norms").addEventListener("change", ({ target }) =>
        change({ view: target.checked ? "norms" : "similarity" }));
      byId("all-blocks").addEventListener("change", ({ target }) => change({ strip: target.checked }));
      for (const button of byId("presets").querySelectorAll("[value]")) {
        button.addEventListener("click", () => {
          const preset = presets.find(({ id }) => id === button.value);
          const next = unetlensExplorer.presetState(preset, catalogue);
          complain(next ? "" : "This page has no sample images for that; add one of your own.");
          if (next) change(next);
        });
      }
      for (const image of catalogue.images) {
        const thumbnail = rows.make("img");
        Object.assign(thumbnail, { src: image.thumbnail, alt: image.name, width: 72, height: 72, loading: "lazy" });
        const button = rows.make("button", "", thumbnail);
        button.type = "button";
        button.title = `Add ${image.name}`;
        button.addEventListener("click", () => add(image.id));
        byId("samples").append(rows.make("li", "", button));
      }
      byId("download").addEventListener("click", () => unetlensExplorer.picture.download(
        state.rows.map(({ id }) => views.get(id)), byId("sentence").textContent,
        `unetlens-${state.model}-${unetlensExplorer.shortName(state.block)}.png`));
      unetlensExplorer.input.start(byId("app").parentElement, byId("file"), take);
      unetlensExplorer.input.placePopups(byId("app"));
      addEventListener("hashchange", follow);
    }

    /** Shows the view that the address names. */
    function follow() {
      const named = states.parse(location.hash, catalogue);
      if (!named) return;
      change(named);
      byId("app").parentElement.scrollIntoView();
    }

    wire();
    update();
    follow();
    return { state: () => state, views, engine };
  };
})();

unetlensExplorer.app = unetlensExplorer.start(unetlensEngine.create);
