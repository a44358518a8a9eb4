// The explorer's worker owns explorer.wasm, its memory, and the representations in it. Its parts are
// functions so that a page opened from a disk can start it too, from their source (explorer-engine.js).
// Here: the module's memory, and its failures.
"use strict";

unetlensWorker.memory = function (worker) {
  /** A failure with a sentence for the visitor, which leaves the module usable. */
  class Failure extends Error {
    constructor(code, sentence) {
      super(sentence);
      this.code = code;
    }
  }

  const statuses = { "-1": "weights", "-2": "model", "-3": "input", "-4": "missing" };

  // Views go stale whenever the memory grows: they are made anew.
  const bytesAt = (place, count) => new Uint8Array(worker.wasm.memory.buffer, place, count);
  const floatsAt = (place, count) => new Float32Array(worker.wasm.memory.buffer, place, count);

  /** Calls `body` with the address of `count` bytes that are freed after it. */
  function withMemory(count, body) {
    const place = worker.wasm.allocate(Math.max(count, 64)) >>> 0;
    try {
      return body(place);
    } finally {
      worker.wasm.release(place);
    }
  }

  /** The result of an exported function, or the failure that its status stands for. */
  function checked(status) {
    if (status >= 0) return status;
    const sentence = withMemory(4096, (place) => {
      const count = worker.wasm.message(place, 4096);
      return new TextDecoder().decode(bytesAt(place, count).slice());
    });
    throw new Failure(statuses[status] ?? "crash", sentence);
  }

  Object.assign(worker, { Failure, bytesAt, floatsAt, withMemory, checked });
};
