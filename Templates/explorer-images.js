// Pictures: the page's samples and the visitor's own, as squares of the size that the model takes.
"use strict";
unetlensExplorer.images = (() => {
  const { ExplorerError, data, plain } = unetlensFiles;
  const entries = new Map();
  let count = 0;

  /** Takes over the catalogue's pictures. */
  function start(catalogue) {
    for (const image of catalogue.images) entries.set(image.id, { ...image });
  }

  /** The middle square of a decoded picture, `side` x `side` pixels. */
  function square(picture, side) {
    const edge = Math.min(picture.width, picture.height);
    const canvas = document.createElement("canvas");
    canvas.width = canvas.height = side;
    const context = canvas.getContext("2d", { willReadFrequently: true });
    context.imageSmoothingQuality = "high";
    context.fillStyle = "#ffffff";
    context.fillRect(0, 0, side, side);
    context.drawImage(picture, Math.floor((picture.width - edge) / 2),
      Math.floor((picture.height - edge) / 2), edge, edge, 0, 0, side, side);
    return canvas;
  }

  /** Decodes a picture into a square of at most 512 x 512 pixels: what models here take. */
  async function decode(blob, complaint) {
    try {
      const bitmap = await createImageBitmap(blob);
      const canvas = square(bitmap, Math.min(bitmap.width, bitmap.height, 512));
      bitmap.close();
      return canvas;
    } catch {
      throw new ExplorerError("file", complaint);
    }
  }

  /** Adds the visitor's own picture and gives its id. */
  async function add(blob, name) {
    const canvas = await decode(blob, `${name} is not a picture that this browser can decode.`);
    const id = `own-${++count}`;
    entries.set(id, { id, name, isOwn: true, canvas: Promise.resolve(canvas) });
    return id;
  }

  async function load({ file, thumbnail, name }) {
    const bytes = await (file ? data(file) : plain(thumbnail));
    return decode(new Blob([bytes]), `The picture ${name} is damaged.`);
  }

  /** A square canvas that holds the picture. */
  function canvas(id) {
    const entry = entries.get(id);
    entry.canvas ??= load(entry).catch((error) => {
      entry.canvas = undefined;
      throw error;
    });
    return entry.canvas;
  }

  /** The pixels that enter a model of that image size. */
  async function pixels(id, side) {
    let picture = await canvas(id);
    if (side !== picture.width) picture = square(picture, side);
    return picture.getContext("2d").getImageData(0, 0, side, side);
  }

  return { start, add, canvas, pixels, get: (id) => entries.get(id), has: (id) => entries.has(id) };
})();
