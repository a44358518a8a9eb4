#!/usr/bin/env python3
"""Makes Tests/Fixtures/tiny: two small random Stable Diffusion checkpoints, and what PyTorch makes of them.

    python3 Tests/Fixtures/make_tiny.py      (torch 2.15, diffusers 0.32.2, transformers 4.48.3)

sd1 is as SD-1.x (1x1 projections, one number of heads, quick-gelu, PNDM), in fp16 and with the VAE's key
names from before diffusers 0.17; sd2 is as SD-Turbo (linear projections, heads per level, gelu, "!" as
padding, Euler), in fp32 that fp16 can't hold, with a sharded U-Net and a bf16 VAE. Weights that a fresh network would
have at 0 or 1 are random too, so that a forgotten bias shows.

vectors_<name>.safetensors (float32 unless said):
  image [h, w, 3] uint8, ids_empty, ids_prompt, text_empty, text_prompt, time_proj, time_embedding
  vae.mean, vae.logvar, vae.sample_noise, latents, noise, noised_latents, unet_input, the 55 layers
  prompt/<layer>    three layers with the prompt of the file's metadata
  odd/…             the same from image and latents to the 11 block outputs, for 72 x 56 pixels
  circular/<layer>  the 11 block outputs with circular padding of every convolution of the U-Net
  decoded [1, 3, h, w]  the VAE's decoder on unet_input
  stored/<layer>    (sd2) the block outputs with the weights as stored, not rounded to fp16
A second pass in float64 gives fp64_<name>.json: the relative L2 distance of each fp32 tensor to it.
"""

import json
import pathlib
import shutil

import numpy
import torch
from diffusers import AutoencoderKL, DDIMScheduler, EulerDiscreteScheduler, PNDMScheduler, UNet2DConditionModel
from safetensors.torch import load_file, save_file
from transformers import CLIPTextConfig, CLIPTextModel, CLIPTokenizer
from transformers.models.clip.tokenization_clip import bytes_to_unicode

FOLDER = pathlib.Path(__file__).parent / "tiny"
PROMPT = "A photo of 2 cats, on the beach's edge: caf\u00e9 \u65e5\u672c!"
# Any text will do to learn a few merges from.
CORPUS = """a photo of a cat on a mat and a dog in the garden with another cat near the beach the photos of
mountains and rivers in the morning light show that the water is there and the stones are on the shore"""
BLOCKS = ["conv_in"] + [f"down_blocks[{i}]" for i in range(4)] + ["mid_block"]
BLOCKS += [f"up_blocks[{i}]" for i in range(4)] + ["conv_out"]


def make_tokenizer(folder, pad, merge_count=120):
    """A byte-pair vocabulary as CLIP's, learnt from CORPUS, the most frequent pair first."""
    words = [list(word[:-1]) + [word[-1] + "</w>"] for word in CORPUS.split()]
    merges = []
    while len(merges) < merge_count:
        counts = {}
        for word in words:
            for pair in zip(word, word[1:]):
                counts[pair] = counts.get(pair, 0) + 1
        if not counts:
            break
        best = max(sorted(counts), key=counts.get)
        merges.append(best)
        for word in words:
            i = 0
            while i + 1 < len(word):
                if (word[i], word[i + 1]) == best:
                    word[i : i + 2] = ["".join(best)]
                i += 1
    letters = list(bytes_to_unicode().values())
    entries = letters + [c + "</w>" for c in letters] + ["".join(m) for m in merges]
    entries = list(dict.fromkeys(entries)) + ["<|startoftext|>", "<|endoftext|>"]
    folder.mkdir(parents=True)
    text = json.dumps({e: i for i, e in enumerate(entries)}, ensure_ascii=False)
    (folder / "vocab.json").write_text(text, encoding="utf-8")
    lines = ["#version: 0.2"] + [" ".join(m) for m in merges]
    (folder / "merges.txt").write_text("\n".join(lines) + "\n", encoding="utf-8")
    tokenizer = CLIPTokenizer(str(folder / "vocab.json"), str(folder / "merges.txt"), pad_token=pad)
    tokenizer.model_max_length = 77
    tokenizer.save_pretrained(folder)
    return CLIPTokenizer.from_pretrained(folder)


def randomise(model, generator):
    """Weights of sensible size everywhere; nothing is trivially 0 or 1."""
    with torch.no_grad():
        for name, value in model.named_parameters():
            noise = torch.randn(value.shape, generator=generator)
            if value.ndim > 1 and "embedding.weight" not in name:
                value.copy_(noise * (1.3 / (value[0].numel() ** 0.5)))
            elif value.ndim > 1:
                value.copy_(noise * 0.5)
            else:
                value.copy_(noise * 0.2 + (1 if "norm" in name and name.endswith("weight") else 0))
    return model.eval()


def make(name, generator):
    """Writes one checkpoint folder and returns its parts with their weights as stored."""
    folder = FOLDER / name
    is_sd1 = name == "sd1"
    tokenizer = make_tokenizer(folder / "tokenizer", "<|endoftext|>" if is_sd1 else "!")
    width = 8 if is_sd1 else 12
    text_encoder = randomise(
        CLIPTextModel(
            CLIPTextConfig(
                vocab_size=len(tokenizer), hidden_size=width, intermediate_size=4 * width,
                num_hidden_layers=2 if is_sd1 else 3, num_attention_heads=2, projection_dim=8,
                hidden_act="quick_gelu" if is_sd1 else "gelu", bos_token_id=0, eos_token_id=2)),
        generator)
    unet = randomise(
        UNet2DConditionModel(
            block_out_channels=(8, 8, 16, 16), norm_num_groups=4, cross_attention_dim=width,
            attention_head_dim=2 if is_sd1 else [1, 2, 4, 4], use_linear_projection=not is_sd1,
            sample_size=8),
        generator)
    vae = randomise(
        AutoencoderKL(
            block_out_channels=(8, 8, 12, 12), norm_num_groups=4, layers_per_block=2, latent_channels=4,
            down_block_types=["DownEncoderBlock2D"] * 4, up_block_types=["UpDecoderBlock2D"] * 4,
            sample_size=64, scaling_factor=0.18215 if is_sd1 else 0.2),
        generator)
    betas = dict(beta_start=0.00085, beta_end=0.012, beta_schedule="scaled_linear")
    if is_sd1:
        for part in (text_encoder, unet, vae):
            part.half()
        scheduler = PNDMScheduler(**betas, skip_prk_steps=True, steps_offset=1)
    else:
        vae.bfloat16()
        scheduler = EulerDiscreteScheduler(**betas, timestep_spacing="trailing", steps_offset=1)
    text_encoder.save_pretrained(folder / "text_encoder")
    unet.save_pretrained(folder / "unet", max_shard_size="10GB" if is_sd1 else "300KB")
    vae.save_pretrained(folder / "vae")
    scheduler.save_pretrained(folder / "scheduler")
    if is_sd1:
        path = folder / "vae" / "diffusion_pytorch_model.safetensors"
        names = {"to_q": "query", "to_k": "key", "to_v": "value", "to_out.0": "proj_attn"}
        old = {}
        for key, value in load_file(path).items():
            for new_name, old_name in names.items():
                key = key.replace(f"attentions.0.{new_name}.", f"attentions.0.{old_name}.")
            old[key] = value
        save_file(old, path, {"format": "pt"})
    parts = {
        "scheduler": ["diffusers", type(scheduler).__name__], "text_encoder": ["transformers", "CLIPTextModel"],
        "tokenizer": ["transformers", "CLIPTokenizer"], "unet": ["diffusers", "UNet2DConditionModel"],
        "vae": ["diffusers", "AutoencoderKL"], "safety_checker": [None, None], "feature_extractor": [None, None],
    }
    index = {"_class_name": "StableDiffusionPipeline", "_diffusers_version": "0.32.2"} | parts
    (folder / "model_index.json").write_text(json.dumps(index, indent=2, sort_keys=True) + "\n")
    return tokenizer, text_encoder, unet, vae, scheduler


def picture(height, width):
    """An RGB picture with edges, slopes and texture, the same on every machine."""
    y, x = numpy.mgrid[0:height, 0:width]
    red = (x * 255) // (width - 1)
    green = ((x // 8 + y // 8) % 2) * 200 + (y * 37 + x * 11) % 50
    blue = 255 - (y * 255) // (height - 1)
    return torch.from_numpy(numpy.stack([red, green, blue], axis=-1).astype(numpy.uint8))


def layers(unet):
    """Every named output of METHOD's `--positions all`, with its module."""
    found = {"conv_in": unet.conv_in, "mid_block": unet.mid_block, "conv_out": unet.conv_out}
    for kind, blocks in (("down_blocks", unet.down_blocks), ("up_blocks", unet.up_blocks)):
        for i, block in enumerate(blocks):
            found[f"{kind}[{i}]"] = block
    for prefix, block in list(found.items()):
        for part in ("resnets", "attentions", "downsamplers", "upsamplers"):
            for i, module in enumerate(getattr(block, part, None) or []):
                found[f"{prefix}.{part}[{i}]"] = module
    return found


@torch.no_grad()
def run(unet, sample, timestep, text, wanted=None):
    """The wanted layers' outputs, and the time embedding, of one pass."""
    results, handles = {}, []
    for name, module in layers(unet).items():
        if wanted is None or name in wanted:
            def hook(_, __, output, name=name):
                results[name] = (output[0] if isinstance(output, tuple) else output).detach().clone()
            handles.append(module.register_forward_hook(hook))
    for name, module in (("time_proj", unet.time_proj), ("time_embedding", unet.time_embedding)):
        if wanted is None:
            handles.append(module.register_forward_hook(
                lambda _, __, output, name=name: results.__setitem__(name, output.detach().clone())))
    unet(sample, timestep, encoder_hidden_states=text)
    for handle in handles:
        handle.remove()
    return results


@torch.no_grad()
def encode(vae, scheduler, image, dtype, given=None, timestep=50):
    """Image to the U-Net's input, as METHOD says; random numbers are always drawn in float32."""
    x = (image.to(torch.float32) / 255).permute(2, 0, 1)[None].to(dtype)
    distribution = vae.encode(x).latent_dist
    generator = torch.Generator().manual_seed(42)
    sample_noise = torch.randn(distribution.mean.shape, generator=generator, dtype=torch.float32)
    latents = (distribution.mean + distribution.std * sample_noise.to(dtype)) * vae.config.scaling_factor
    _, channels, height, width = latents.shape
    noise = torch.empty(1, height, width, channels, dtype=torch.float32).permute(0, 3, 1, 2)
    noise.normal_(generator=generator)
    betas = dict(beta_start=0.00085, beta_end=0.012, beta_schedule="scaled_linear")
    noised = DDIMScheduler(**betas).add_noise(latents, noise.to(dtype), torch.tensor([timestep]))
    scaled = noised
    if isinstance(scheduler, EulerDiscreteScheduler):
        alpha = scheduler.alphas_cumprod[timestep]
        scaled = noised / ((1 - alpha) / alpha + 1) ** 0.5
    return {
        "vae.mean": distribution.mean, "vae.logvar": distribution.logvar, "vae.sample_noise": sample_noise,
        "latents": latents, "noise": noise, "noised_latents": noised, "unet_input": scaled}


def published(part, dtype):
    """The part with weights rounded to fp16, computing in `dtype`."""
    return part.half().to(dtype)


@torch.no_grad()
def compute(parts, dtype, stored):
    """Every vector; `stored` holds the U-Net's weights before rounding."""
    tokenizer, text_encoder, unet, vae, scheduler = parts
    results = {}
    texts = {}
    for label, prompt in (("empty", ""), ("prompt", PROMPT)):
        ids = tokenizer(prompt, padding="max_length", max_length=77, truncation=True, return_tensors="pt").input_ids
        results[f"ids_{label}"] = ids.to(torch.int32)
        results[f"text_{label}"] = texts[label] = text_encoder(ids)[0]
    results["image"] = picture(64, 64)
    results |= encode(vae, scheduler, results["image"], dtype)
    results |= run(unet, results["unet_input"], 50, texts["empty"])
    results["decoded"] = vae.decode(results["unet_input"] / vae.config.scaling_factor).sample
    some = ["mid_block", "up_blocks[1].upsamplers[0]", "conv_out"]
    for name, value in run(unet, results["unet_input"], 50, texts["prompt"], some).items():
        results[f"prompt/{name}"] = value
    results["odd/image"] = picture(72, 56)
    for name, value in encode(vae, scheduler, results["odd/image"], dtype, timestep=200).items():
        results[f"odd/{name}"] = value
    for name, value in run(unet, results["odd/unet_input"], 200, texts["empty"], BLOCKS).items():
        results[f"odd/{name}"] = value
    convolutions = [module for module in unet.modules() if isinstance(module, torch.nn.Conv2d)]
    for convolution in convolutions:
        convolution.padding_mode = "circular"
        p = convolution.padding
        convolution._reversed_padding_repeated_twice = [p[1], p[1], p[0], p[0]]
    for name, value in run(unet, results["unet_input"], 50, texts["empty"], BLOCKS).items():
        results[f"circular/{name}"] = value
    for convolution in convolutions:
        convolution.padding_mode = "zeros"
    if stored is not None:
        unet.load_state_dict(stored)
        unet.to(dtype)
        for name, value in run(unet, results["unet_input"], 50, texts["empty"], BLOCKS).items():
            results[f"stored/{name}"] = value
    return results


def main():
    shutil.rmtree(FOLDER, ignore_errors=True)
    generator = torch.Generator().manual_seed(1)
    for name in ("sd1", "sd2"):
        tokenizer, text_encoder, unet, vae, scheduler = make(name, generator)
        stored = None if name == "sd1" else {k: v.clone() for k, v in unet.state_dict().items()}
        results = {}
        for dtype in (torch.float32, torch.float64):
            parts = [published(part, dtype) for part in (text_encoder, unet, vae)]
            torch.set_default_dtype(dtype)
            results[dtype] = compute((tokenizer, *parts, scheduler), dtype, stored)
        torch.set_default_dtype(torch.float32)
        single, double = results[torch.float32], results[torch.float64]
        distances = {}
        for key, value in single.items():
            if value.dtype == torch.float32:
                exact = double[key].double()
                distances[key] = float((value.double() - exact).norm() / exact.norm())
        text = json.dumps(distances, indent=0, sort_keys=True)
        (FOLDER / f"fp64_{name}.json").write_text(text + "\n")
        tensors = {k: v.contiguous().clone() for k, v in sorted(single.items())}
        save_file(tensors, FOLDER / f"vectors_{name}.safetensors", {"prompt": PROMPT})


main()
