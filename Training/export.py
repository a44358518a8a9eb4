"""Writes the current weights as fp16 diffusers folders below data/models.

`mini` holds everything; the controls link to its autoencoder and scheduler. `mini-untrained` is a
configuration with `init_seed` and no weights.
"""

import argparse
import json
import os
from pathlib import Path

import torch
from diffusers import AutoencoderKL
from safetensors.torch import save_file

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
    state = torch.load(work / f"{name}.state.pt", weights_only=True)
    names = [key for key in state["model"]]
    # `averaged` follows the order of model.parameters(), which is the state's; the text is last.
    weights = dict(zip(names, state["averaged"]))
    config = {"_class_name": "UNet2DConditionModel", **UNET}
    if name == "mini-circular":
        config["padding_mode"] = "circular"
    write_json(folder / "unet/config.json", config)
    save_file(half(weights), folder / "unet/diffusion_pytorch_model.safetensors")
    save_file({"empty_prompt": state["averaged"][-1].half().contiguous()},
              folder / "empty_prompt.safetensors")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--work", type=Path, required=True)
    parser.add_argument("--output", type=Path, default=Path("data/models"))
    options = parser.parse_args()
    work, output = options.work, options.output

    autoencoder = AutoencoderKL(**AUTOENCODER).eval()
    ae_state = torch.load(work / "autoencoder.state.pt", weights_only=True)
    if (work / "decoder.state.pt").exists():  # The same encoder with a better decoder.
        ae_state = torch.load(work / "decoder.state.pt", weights_only=True)
    autoencoder.load_state_dict(ae_state["model"])
    mini = output / "mini"
    scale = torch.load(work / "mini.state.pt", weights_only=True)["scale"]
    write_json(mini / "vae/config.json",
               {"_class_name": "AutoencoderKL", **AUTOENCODER, "scaling_factor": scale})
    save_file(half(autoencoder.state_dict()), mini / "vae/diffusion_pytorch_model.safetensors")
    write_json(mini / "scheduler/scheduler_config.json",
               {"_class_name": "DDIMScheduler", **SCHEDULER})
    for name in ("mini", "mini-circular"):
        if (work / f"{name}.state.pt").exists():
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
