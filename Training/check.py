"""Compares the U-Nets of data/models, run by diffusers, with `unetlens extract`, layer by layer.

Diffusers' autoencoder encodes the image in float64, since PyTorch's float32 strays on flat images;
latents and noise are drawn as the original draws them. Prints the largest distance
|ours - diffusers| / |diffusers| of each model, and fails where it is above the tolerance.
"""

import argparse
import json
import subprocess
import tempfile
from pathlib import Path

import numpy as np
import torch
from diffusers import AutoencoderKL, DDIMScheduler, UNet2DConditionModel
from PIL import Image
from safetensors.torch import load_file

from recipe import initialise, make_circular


def module_of(unet, name):
    """The module whose output is the layer called `name`, as `down_blocks[0].resnets[1]`."""
    return unet.get_submodule(name.replace("[", ".").replace("]", ""))


def load_unet(folder: Path):
    """A U-Net as its config says: from weights or from a seed, circular where it says so."""
    config = json.loads((folder / "unet/config.json").read_text())
    if "init_seed" in config:
        own = {key: config[key] for key in config if key not in ("init_seed", "padding_mode")}
        unet = UNet2DConditionModel.from_config(own)
        initialise(unet, config["init_seed"])
    else:
        unet = UNet2DConditionModel.from_pretrained(folder / "unet", low_cpu_mem_usage=False)
    if config.get("padding_mode") == "circular":
        make_circular(unet)
    return unet.eval()


@torch.no_grad()
def latents(folder: Path, image: Path, timestep: int):
    """The U-Net's input for one image: pixels in [0, 1], seed 42, a batch of one."""
    autoencoder = AutoencoderKL.from_pretrained(folder / "vae", low_cpu_mem_usage=False)
    autoencoder = autoencoder.half().double().eval()
    pixels = np.asarray(Image.open(image).convert("RGB"), np.float32) / np.float32(255)
    pixels = torch.from_numpy(pixels).permute(2, 0, 1)[None].double()
    posterior = autoencoder.encode(pixels).latent_dist
    generator = torch.Generator().manual_seed(42)
    drawn = torch.randn(posterior.mean.shape, generator=generator)
    sample = (posterior.mean + posterior.std * drawn).float() * autoencoder.config.scaling_factor
    # The noise lies channels last, and torch draws it in the order in which it lies.
    noise = torch.empty_like(sample, memory_format=torch.channels_last).normal_(generator=generator)
    schedule = DDIMScheduler.from_pretrained(folder / "scheduler")
    return schedule.add_noise(sample, noise, torch.tensor([timestep]))


@torch.no_grad()
def distances(folder: Path, image: Path, ours: dict, timestep: int):
    """Relative distance of each layer's output."""
    unet = load_unet(folder)
    found, hooks = {}, []

    def keep(name):
        def hook(module, inputs, output):
            found[name] = output[0] if isinstance(output, tuple) else getattr(output, "sample", output)
        return hook

    for name in ours:
        hooks.append(module_of(unet, name).register_forward_hook(keep(name)))
    text = next(iter(load_file(folder / "empty_prompt.safetensors").values())).float()
    unet(latents(folder, image, timestep), timestep, text)
    for hook in hooks:
        hook.remove()
    result = {}
    for name, value in ours.items():
        theirs = found[name].float()
        result[name] = ((value - theirs).norm() / theirs.norm()).item()
    return result


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--models", type=Path, default=Path("data/models"))
    parser.add_argument("--image", type=Path, default=Path("data/images/00.jpg"))
    parser.add_argument("--program", default=".build/release/unetlens")
    parser.add_argument("--timestep", type=int, default=50)
    parser.add_argument("--tolerance", type=float, default=1e-4)
    parser.add_argument("--layers", action="store_true", help="print every layer")
    options = parser.parse_args()
    failed = False
    for folder in sorted(path for path in options.models.iterdir() if (path / "unet").is_dir()):
        with tempfile.TemporaryDirectory() as scratch:
            output = Path(scratch) / "ours.safetensors"
            subprocess.run(
                [options.program, "extract", "--model", folder, "--image", options.image,
                 "--positions", "all", "--timestep", str(options.timestep), "--quiet",
                 "--output", output], check=True, stdout=subprocess.DEVNULL)
            found = distances(folder, options.image, load_file(output), options.timestep)
        if options.layers:
            for name, distance in found.items():
                print(f"  {name:32} {distance:.1e}")
        worst = max(found, key=found.get)
        print(f"{folder.name}: {len(found)} layers, largest distance {found[worst]:.1e} ({worst})")
        failed = failed or not found[worst] <= options.tolerance
    if failed:
        raise SystemExit(f"a layer is farther than {options.tolerance} from diffusers")


if __name__ == "__main__":
    main()
