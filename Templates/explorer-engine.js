// The explorer's engine: the page's side. It starts a worker that runs the U-Net (explorer.wasm, the
// same Swift sources as the program) and turns its answers into promises. docs/EXPLORER.md, "API".
//
// Nothing is fetched and no worker started before the first call that needs it.
"use strict";

/** The worker's parts by name, as their scripts bring them. */
const unetlensWorker = {};

const unetlensEngine = (() => {
  const { ExplorerError, cancelled } = unetlensFiles;

  /** The measures, in the order of the menu and of Swift's `SimilarityMeasure.all`. */
  const measures = Object.freeze(["cosine", "centered-cosine", "dot-product", "manhattan",
    "euclidean", "chebyshev", "relative-norm"]);

  /** The worker's parts, `explorer-worker-NAME.js`, in the order in which they build on each other. */
  const parts = ["memory", "tensors", "configs", "models", "maps", "extract", "calls"];

  /** The worker's source: its parts, each given the object that they share. */
  async function workerSource(base) {
    const missing = parts.filter((part) => !unetlensWorker[part]);
    await Promise.all(missing.map((part) => unetlensFiles.run(`${base}explorer-worker-${part}.js`)));
    const calls = parts.map((part) => `(${unetlensWorker[part]})(worker);`);
    return new Blob(["\"use strict\";\nconst worker = {};\n", ...calls], { type: "text/javascript" });
  }

  /**
   * Makes an engine.
   *
   * @param {string} options.base folder of the assets, ending in a slash; relative to the page
   * @param {number} [options.memory] bytes of representations that are kept at most (256 MiB); the
   *   least recently used go first, and calls that need one answer with the code "missing"
   * @param {(error: ExplorerError) => void} [options.onError] told when the worker died; calls under
   *   way fail with the same error, and the next call starts a new worker
   */
  function create(options = {}) {
    const base = options.base ?? "assets/";
    const onError = options.onError ?? (() => {});
    let worker = null;
    let starting = null;
    let calls = new Map();
    let nextCall = 1;
    let loads = new Map();
    let downloads = new AbortController();

    function start() {
      starting ??= begin().catch((error) => {
        worker?.terminate();
        worker = null;
        starting = null;
        throw error;
      });
      return starting;
    }

    async function begin() {
      if (typeof WebAssembly !== "object" || typeof Worker !== "function") {
        throw new ExplorerError("unsupported",
          "This browser has no WebAssembly or no workers, which the U-Net needs to run here.");
      }
      if (typeof DecompressionStream !== "function") {
        throw new ExplorerError("unsupported", "This browser can’t unpack the U-Net’s program; "
          + "Chromium from version 80, Firefox 113 and Safari 16.4 can.");
      }
      const program = await unetlensFiles.data(`${base}explorer-wasm.txt`, { name: "explorer-wasm.txt" });
      const address = URL.createObjectURL(await workerSource(base));
      const made = new Worker(address);
      URL.revokeObjectURL(address);
      worker = made;
      made.onmessage = ({ data }) => hear(data);
      made.onerror = (event) => {
        event.preventDefault?.();
        restart(new ExplorerError("crash", `The worker stopped: ${event.message || "no reason given"}.`));
      };
      await call("start", { program, memory: options.memory ?? 256 * 2 ** 20, measures },
        { transfer: [program.buffer] });
    }

    function hear({ id, result, progress, error, fatal }) {
      const waiting = calls.get(id);
      if (progress) {
        waiting?.onProgress?.(...progress);
        return;
      }
      calls.delete(id);
      if (!error) {
        waiting?.resolve(result);
        return;
      }
      const failure = new ExplorerError(error.code, error.sentence);
      waiting?.reject(failure);
      if (fatal) restart(failure);
    }

    /** Drops the worker, whose memory can't be trusted any more; the next call starts another. */
    function restart(error) {
      worker?.terminate();
      worker = null;
      starting = null;
      loads = new Map();
      const lost = calls;
      calls = new Map();
      for (const waiting of lost.values()) waiting.reject(error);
      onError(error);
    }

    function call(kind, message, { transfer = [], onProgress } = {}) {
      return new Promise((resolve, reject) => {
        const id = nextCall++;
        calls.set(id, { resolve, reject, onProgress });
        worker.postMessage({ id, kind, ...message }, transfer);
      });
    }

    async function ask(kind, message, more) {
      await start();
      return call(kind, message, more);
    }

    /**
     * Fetches a model's files and builds its networks; once, whoever asks how often.
     *
     * @param {object} model `{name, configs: {unet, vae, scheduler}, files: {unet?, vae, text},
     *   bytes?: {unet?, vae, text}}`: diffusers' configurations as they are; files relative to `base`
     *   (`unet` is missing where `configs.unet` has `init_seed`); their sizes for progress
     * @param {(loadedBytes: number, totalBytes: number) => void} [more.onProgress]
     */
    function load(model, more = {}) {
      const listeners = loads.get(model.name)?.listeners ?? new Set();
      if (more.onProgress) listeners.add(more.onProgress);
      if (!loads.has(model.name)) {
        const done = loadOnce(model, (...state) => listeners.forEach((tell) => tell(...state)));
        loads.set(model.name, { done, listeners });
        done.catch(() => loads.delete(model.name));
      }
      return loads.get(model.name).done;
    }

    async function loadOnce(model, tell) {
      const { signal } = downloads;
      const files = Object.entries(model.files).filter(([, file]) => file);
      const counts = new Map();
      const total = files.reduce((sum, [part]) => sum + (model.bytes?.[part] ?? 0), 0);
      const ready = start();
      ready.catch(() => {});
      const parts = await Promise.all(files.map(async ([part, file]) => {
        const onBytes = (count) => {
          counts.set(part, count);
          const loaded = [...counts.values()].reduce((sum, more) => sum + more, 0);
          tell(loaded, Math.max(total, loaded));
        };
        return [part, await unetlensFiles.data(base + file, { name: file, signal, onBytes })];
      }));
      await ready;
      if (signal.aborted) throw cancelled();
      // Again: the worker may have stopped meanwhile.
      await start();
      await call("load",
        { name: model.name, configs: model.configs, parts: Object.fromEntries(parts), files: model.files },
        { transfer: parts.map(([, bytes]) => bytes.buffer) });
    }

    /**
     * Runs an image through a model (a batch of its own) and keeps the block outputs under `key`.
     *
     * @param {string} request.key any name; what it held before is replaced
     * @param {object} request.model see load, which is called first
     * @param {ImageData} request.pixels sides from 8 pixels on; the page uses 512 x 512
     * @param {number} [request.timestep] 50
     * @param {number} [request.seed] 42
     * @param {(fraction: number, layer: string) => void} [more.onProgress] 0 ... 1
     * @param {(loadedBytes: number, totalBytes: number) => void} [more.onLoad] see load
     * @returns {{blocks: {name, channels, height, width}[], milliseconds: number}}
     */
    async function extract({ key, model, pixels, timestep = 50, seed = 42 }, more = {}) {
      await load(model, { onProgress: more.onLoad });
      return ask("extract", {
        key, model: model.name, width: pixels.width, height: pixels.height, pixels: pixels.data,
        timestep, seed,
      }, { onProgress: more.onProgress });
    }

    /**
     * Keeps a representation from a file: float16, little-endian, token by token, channels last.
     *
     * @param {{key, block, channels, height, width, bytes: ArrayBuffer}} item
     */
    const put = (item) => ask("put", item);

    /**
     * The similarity of every token of some images to one reference token.
     *
     * @param {string} request.measure one of `measures`
     * @param {string} request.block
     * @param {{key: string, token: number}} request.reference token = row * width + column
     * @param {string[]} request.keys
     * @returns {{key, height, width, values: Float32Array, mean, std, best, milliseconds}[]} one a
     *   key; `best` is the token of the largest value
     */
    const similarity = (request) => ask("similarity", request);

    /**
     * The same for several blocks of one image at once, for the token at a place of one grid.
     *
     * @param {{key: string, block: string, token: number}} request.reference its place in other
     *   blocks is floor(column * width / width of `block`), rows alike
     * @param {string} request.key the image whose maps are wanted
     * @param {string[]} request.blocks
     * @returns as similarity, with `block` and the reference's `token` there; one a block
     */
    const strip = (request) => ask("strip", request);

    /**
     * The Euclidean norm of every token.
     *
     * @returns {{height, width, values: Float32Array, mean, std, best}}
     */
    const norms = ({ block, key }) => ask("norms", { block, key });

    /** The representation itself: `{height, width, channels, values: Float32Array}`, token-major. */
    const values = ({ block, key }) => ask("values", { block, key });

    /** Frees what is kept under a key. */
    const forget = (key) => (worker ? ask("forget", { key }) : Promise.resolve());

    /** Ends downloads and extractions under way: they fail with the code "cancelled". */
    function cancel() {
      downloads.abort();
      downloads = new AbortController();
      worker?.postMessage({ kind: "cancel" });
    }

    return { load, extract, put, similarity, strip, norms, values, forget, cancel };
  }

  return { create, measures };
})();
