"""Writes the current weights as fp16 diffusers folders below data/models, with a quality report.

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

from recipe import AUTOENCODER, SCHEDULER, SEED, UNET, Crops

REPORT = """# {name}

{what}

| | |
| --- | --- |
| topology | Stable Diffusion 1.5's block list, widths {widths}, {parameters:.2f} M parameters in the U-Net |
| photographs | {photographs} freely licensed ones from Debian packages (`Training/photographs.py`) |
| autoencoder | {ae_step} steps; {psnr:.2f} dB PSNR on held-out photographs |
| U-Net | {step} steps, seed {seed} |
| held-out denoising loss (predicting zero: 1) | {bands} |

Training curves (held-out PSNR in dB by step; training loss by step):

    autoencoder {ae_curve}
    U-Net {curve}
"""


def log(work: Path, name: str):
    path = work / f"{name}.log.jsonl"
    return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []


def write_json(path: Path, value):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(value, indent=2) + "\n")


def half(state):
    return {name: value.detach().half().contiguous() for name, value in sorted(state.items())}


def link(folder: Path, name: str, target: str):
    folder.mkdir(parents=True, exist_ok=True)
    if not (folder / name).is_symlink():
        os.symlink(target, folder / name)


@torch.no_grad()
def psnr(model, work):
    pixels = Crops(work / "photos/held-out", 512, 1).batch(16, 512)
    restored = model.decode(model.encode(pixels).latent_dist.mode()).sample.clamp(-1, 1)
    return (10 * torch.log10(4 / (restored - pixels).square().mean((1, 2, 3)))).mean().item()


def write_unet(work: Path, folder: Path, name: str):
    """The averaged weights of one trained U-Net; returns its number of steps."""
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
    return state


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--work", type=Path, required=True)
    parser.add_argument("--output", type=Path, default=Path("data/models"))
    options = parser.parse_args()
    work, output = options.work, options.output

    autoencoder = AutoencoderKL(**AUTOENCODER).eval()
    ae_state = torch.load(work / "autoencoder.state.pt", weights_only=True)
    autoencoder.load_state_dict(ae_state["model"])
    mini = output / "mini"
    scale = torch.load(work / "mini.state.pt", weights_only=True)["scale"]
    write_json(mini / "vae/config.json",
               {"_class_name": "AutoencoderKL", **AUTOENCODER, "scaling_factor": scale})
    save_file(half(autoencoder.state_dict()), mini / "vae/diffusion_pytorch_model.safetensors")
    write_json(mini / "scheduler/scheduler_config.json",
               {"_class_name": "DDIMScheduler", **SCHEDULER})
    quality = psnr(autoencoder, work)
    photographs = len(list((work / "photos/train").glob("*.png")))

    for name, what in (
        ("mini", "A small latent diffusion model with Stable Diffusion's topology and padding."),
        ("mini-circular", "The control: `mini`'s recipe with circular padding in every convolution of the U-Net."),
    ):
        if not (work / f"{name}.state.pt").exists():
            continue
        state = write_unet(work, output / name, name)
        entries = log(work, name)
        bands = entries[-1]["held_out"] if entries else []
        names = ("t < 100", "100-299", "300-599", "600-999")
        (output / name / "README.md").write_text(REPORT.format(
            name=name, what=what, widths="-".join(map(str, UNET["block_out_channels"])),
            parameters=sum(v.numel() for v in state["model"].values()) / 1e6,
            photographs=photographs, ae_step=ae_state["step"], psnr=quality, step=state["step"],
            seed=SEED, bands=", ".join(f"{b}: {v:.3f}" for b, v in zip(names, bands)),
            ae_curve=" ".join(f"{e['step']}:{e['held_out_psnr']:.1f}" for e in log(work, "autoencoder")),
            curve=" ".join(f"{e['step']}:{e['loss']:.3f}" for e in entries)))
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
