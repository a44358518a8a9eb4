"use strict";
unetlensWorker.configs = function (worker) {
const { Failure, withMemory } = worker;
const unknown = (key, value) => new Failure("model",
`The model's "${key}" is ${JSON.stringify(value)}, which does not run in a browser.`);
function choice(key, value, choices) {
const place = choices.indexOf(value);
if (place < 0) throw unknown(key, value);
return place;
}
const activation = (config) => choice("act_fn", config.act_fn ?? "silu",
["silu", "gelu", "quick_gelu"]);
function unetNumbers(config) {
if ((config._class_name ?? "UNet2DConditionModel") !== "UNet2DConditionModel") {
throw unknown("_class_name", config._class_name);
}
const widths = config.block_out_channels ?? [320, 640, 1280, 1280];
const perLevel = (value) => (Array.isArray(value) ? value : widths.map(() => value));
const kinds = (key, names) => {
if (config[key]?.length !== widths.length) throw unknown(key, config[key]);
return config[key].map((name) => choice(key, name, names));
};
return [config.in_channels ?? 4, config.out_channels ?? 4, widths.length, ...widths,
...kinds("down_block_types", ["DownBlock2D", "CrossAttnDownBlock2D"]),
...kinds("up_block_types", ["UpBlock2D", "CrossAttnUpBlock2D"]),
config.mid_block_type === null ? 0 : 1,
...perLevel(config.layers_per_block ?? 2),
...perLevel(config.transformer_layers_per_block ?? 1),
...perLevel(config.num_attention_heads ?? config.attention_head_dim ?? 8),
perLevel(config.cross_attention_dim ?? 1280)[0], config.norm_num_groups ?? 32,
config.norm_eps ?? 1e-5, activation(config), Number(config.flip_sin_to_cos ?? true),
config.freq_shift ?? 0, Number(config.center_input_sample ?? false),
choice("padding_mode", config.padding_mode ?? "zeros", ["zeros", "circular"])];
}
function encoderNumbers(config) {
const widths = config.block_out_channels ?? [64];
return [config.latent_channels ?? 4, widths.length, ...widths, config.layers_per_block ?? 1,
config.norm_num_groups ?? 32, activation(config),
Number(config.mid_block_add_attention ?? true), Number(config.use_quant_conv ?? true),
config.scaling_factor ?? 0.18215];
}
function scheduleNumbers(config) {
const euler = ["EulerDiscreteScheduler", "EulerAncestralDiscreteScheduler",
"LMSDiscreteScheduler"];
return [config.beta_start ?? 0.0001, config.beta_end ?? 0.02,
config.num_train_timesteps ?? 1000,
choice("beta_schedule", config.beta_schedule ?? "linear", ["linear", "scaled_linear"]),
Number(euler.includes(config._class_name))];
}
function withNumbers(list, body) {
return withMemory(8 * list.length, (place) => {
new Float64Array(worker.wasm.memory.buffer, place, list.length).set(list);
return body(place, list.length);
});
}
Object.assign(worker, { unetNumbers, encoderNumbers, scheduleNumbers, withNumbers });
};
