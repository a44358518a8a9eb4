"use strict";
unetlensWorker.models = function (worker) {
const { Failure, checked, withTensors, withNumbers } = worker;
const models = new Map();
function load({ name, configs, parts, files }) {
if (models.has(name)) return;
for (const part of ["vae", "text"]) {
if (!parts[part]) throw new Failure("weights", `The model ${name} has no file for its ${part}.`);
}
const seed = configs.unet.init_seed ?? -1;
if (!parts.unet && seed < 0) {
throw new Failure("weights", `The model ${name} has no file for its unet.`);
}
const unet = withNumbers(worker.unetNumbers(configs.unet), (...numbers) => (seed >= 0
? checked(worker.wasm.makeUNet(...numbers, 0, 0, seed))
: withTensors(parts.unet, files.unet, (...records) =>
checked(worker.wasm.makeUNet(...numbers, ...records, -1)))));
const encoder = withNumbers(worker.encoderNumbers(configs.vae), (...numbers) =>
withTensors(parts.vae, files.vae, (...records) =>
checked(worker.wasm.makeEncoder(...numbers, ...records))));
models.set(name, withNumbers(worker.scheduleNumbers(configs.scheduler ?? {}), (...numbers) =>
withTensors(parts.text, files.text, (records, count) => {
if (count !== 1) {
throw new Failure("weights", `The file ${files.text} should hold one tensor, not ${count}.`);
}
return checked(worker.wasm.makeModel(unet, encoder, ...numbers, records));
})));
}
const modelHandle = (name) => models.get(name) ?? -1;
Object.assign(worker, { load, modelHandle });
};
