// Run by scripts/bench-explorer in a page with an explorer, as the body of a WebDriver script: the
// last argument takes lines of text. Neither backslashes nor double quotes, for the way there.
const done = arguments[arguments.length - 1];
const line = (name, value, unit) => `${name}: ${value} ${unit}`;
const median = (list) => [...list].sort((one, other) => one - other)[Math.floor(list.length / 2)];
const worst = (list) => Math.max(...list);
const turn = () => new Promise((resolve) => {
  const { port1, port2 } = new MessageChannel();
  port1.onmessage = resolve;
  port2.postMessage(0);
});
const frame = () => new Promise(requestAnimationFrame);

async function timed(body) {
  const start = performance.now();
  await body();
  return performance.now() - start;
}

async function benchEngine(model, picture) {
  const engine = unetlensEngine.create({ base: '' });
  const lines = [];
  lines.push(line('start and weights', (await timed(() => engine.load(model))).toFixed(0), 'ms'));
  const pixels = await unetlensExplorer.images.pixels(picture, model.imageSize);
  const extract = () => timed(() => engine.extract({ key: 'a', model, pixels }));
  lines.push(line('extraction, first', (await extract()).toFixed(0), 'ms'));
  const later = [];
  for (let run = 0; run < 5; run += 1) later.push(await extract());
  lines.push(line('extraction, later', median(later).toFixed(0), 'ms'));
  const steps = [];
  let last = performance.now();
  await engine.extract({ key: 'a', model, pixels }, { onProgress() {
    steps.push(performance.now() - last);
    last = performance.now();
  } });
  lines.push(line('longest step between answers', worst(steps).toFixed(0), 'ms'));
  const slowest = { measure: '', mean: 0 };
  for (const measure of unetlensEngine.measures) {
    let total = 0;
    const count = 200;
    for (let token = 0; token < count; token += 1) {
      const [map] = await engine.similarity(
        { measure, block: 'up_blocks[3]', reference: { key: 'a', token: token * 20 }, keys: ['a'] });
      total += map.milliseconds;
    }
    if (total / count > slowest.mean) Object.assign(slowest, { measure, mean: total / count });
  }
  lines.push(line(`similarity of 4096 tokens, computing (slowest: ${slowest.measure})`,
    slowest.mean.toFixed(2), 'ms'));
  return lines;
}

/** From the pointer's move over a picture to the map that is drawn, and what it costs a frame. */
async function benchPointer(model, picture) {
  location.hash = `#explorer?model=${model.name}&block=up_blocks[3]&measure=cosine`
    + `&images=${picture}@50&token=0,0,0,64`;
  while (!document.querySelector('.xp-map:not(.xp-absent)')) await frame();
  const { app } = unetlensExplorer;
  const target = document.querySelector('.xp-picture');
  target.scrollIntoView({ block: 'center' });
  const { left, top, width, height } = target.getBoundingClientRect();
  const answers = [];
  const frames = [];
  let before = await frame();
  for (let place = 0; place < 240; place += 1) {
    const start = performance.now();
    target.dispatchEvent(new PointerEvent('pointermove', { bubbles: true, pointerType: 'mouse',
      clientX: left + ((place * 7) % 64 + 0.5) / 64 * width,
      clientY: top + ((place * 3) % 64 + 0.5) / 64 * height }));
    while (!app.isSettled()) await turn();
    answers.push(performance.now() - start);
    const now = await frame();
    frames.push(now - before);
    before = now;
  }
  return [
    line('map of 4096 tokens, from the pointer to the drawn map', median(answers).toFixed(1), 'ms'),
    line('the same, slowest of 240', worst(answers).toFixed(1), 'ms'),
    line('frames while the pointer moves', median(frames).toFixed(1), 'ms'),
  ];
}

(async () => {
  const { models, images } = JSON.parse(document.getElementById('explorer-data').textContent);
  const model = models.find(({ name }) => name === 'mini') ?? models[0];
  return [...await benchEngine(model, images[0].id), ...await benchPointer(model, images[0].id)];
})().then((lines) => done(lines.join('; ')), (error) => done(`failed: ${error.sentence ?? error}`));
