"""Writes the current weights as fp16 diffusers folders below data/models.

`mini` holds everything; the controls link to its autoencoder and scheduler. `mini-untrained` is a
configuration with `init_seed` and no weights. What WORK doesn't hold stays there as it is, so
U-Nets trained on the shipped autoencoder can be exported on their own.
"""

import argparse
import json
import os
from pathlib import Path

import torch
from diffusers import AutoencoderKL
from safetensors import safe_open
from safetensors.torch import load_file, save_file

from recipe import AUTOENCODER, SCHEDULER, SEED, UNET


def write_json(path: Path, value):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(value, indent=2) + "\n")


def half(state):
    return {name: value.detach().half().contiguous() for name, value in sorted(state.items())}


def link(folder: Path, name: str, target: str):
    folder.mkdir(parents=True, exist_ok=True)
    if not (folder / name).is_symlink():
        os.symlink(target, folder / name)


def write_unet(work: Path, folder: Path, name: str):
    """The averaged weights of one trained U-Net and its empty prompt."""
    weights = load_file(work / f"{name}.safetensors")
    text = weights.pop("empty_prompt")
    config = {"_class_name": "UNet2DConditionModel", **UNET}
    if name == "mini-circular":
        config["padding_mode"] = "circular"
    write_json(folder / "unet/config.json", config)
    save_file(half(weights), folder / "unet/diffusion_pytorch_model.safetensors")
    save_file({"empty_prompt": text.half().contiguous()}, folder / "empty_prompt.safetensors")


def write_autoencoder(work: Path, folder: Path):
    """The encoder that the U-Nets learned from, with the better decoder where there is one."""
    decoder = work / "decoder.state.pt"
    path = decoder if decoder.exists() else work / "autoencoder.state.pt"
    autoencoder = AutoencoderKL(**AUTOENCODER).eval()
    autoencoder.load_state_dict(torch.load(path, weights_only=True)["model"])
    with safe_open(work / "mini.safetensors", "pt") as file:
        scale = float(file.metadata()["scaling_factor"])
    write_json(folder / "config.json",
               {"_class_name": "AutoencoderKL", **AUTOENCODER, "scaling_factor": scale})
    save_file(half(autoencoder.state_dict()), folder / "diffusion_pytorch_model.safetensors")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--work", type=Path, required=True)
    parser.add_argument("--output", type=Path, default=Path("data/models"))
    options = parser.parse_args()
    work, output = options.work, options.output

    mini = output / "mini"
    if (work / "autoencoder.state.pt").exists():
        write_autoencoder(work, mini / "vae")
    write_json(mini / "scheduler/scheduler_config.json",
               {"_class_name": "DDIMScheduler", **SCHEDULER})
    for name in ("mini", "mini-circular"):
        if (work / f"{name}.safetensors").exists():
            write_unet(work, output / name, name)
    controls = ["mini-circular", "mini-untrained"]
    for name in controls:
        if name == "mini-circular" and not (output / name / "unet").exists():
            continue
        link(output / name, "vae", "../mini/vae")
        link(output / name, "scheduler", "../mini/scheduler")
    link(output / "mini-untrained", "empty_prompt.safetensors", "../mini/empty_prompt.safetensors")
    write_json(output / "mini-untrained/unet/config.json",
               {"_class_name": "UNet2DConditionModel", **UNET, "init_seed": SEED})
    (output / "mini-untrained/README.md").write_text(
        "# mini-untrained\n\nThe control: `mini` before its first step of training, made from the seed in\n"
        "`unet/config.json` by the rule in docs/MODELS.md.\n")
    for folder in sorted(output.iterdir()):
        write_json(folder / "model_index.json", {
            "_class_name": "StableDiffusionPipeline", "_diffusers_version": "0.32.2",
            "unet": ["diffusers", "UNet2DConditionModel"], "vae": ["diffusers", "AutoencoderKL"],
            "scheduler": ["diffusers", "DDIMScheduler"], "text_encoder": [None, None],
            "tokenizer": [None, None], "safety_checker": [None, None],
            "feature_extractor": [None, None]})


if __name__ == "__main__":
    main()
