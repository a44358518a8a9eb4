"""Measures the shipped models on held-out photographs and writes data/models/<name>/README.md.

Reads data/models as diffusers does, so the figures are those of the fp16 weights that users get.
"""

import argparse
import json
from pathlib import Path

import torch
from diffusers import AutoencoderKL, DDIMScheduler, UNet2DConditionModel
from PIL import Image
from safetensors.torch import load_file

from recipe import SEED, TIMESTEP_BANDS, UNET, Crops, make_circular

REPORT = """# {name}

{what}

| | |
| --- | --- |
| topology | Stable Diffusion 1.5's block list, widths {widths}, {parameters:.2f} M parameters in the U-Net |
| photographs | {photographs} freely licensed ones from Debian packages, listed by `Training/photographs.py` |
| autoencoder | {ae_step} steps of 8 crops of 128 pixels, {decoder_step} more of the decoder alone on 2 of 256; {psnr:.2f} dB PSNR on 24 held-out crops of 512 pixels |
| U-Net | {run}; seed {seed}; averaged weights |

Held-out denoising loss at 64x64 latents (mean squared error of the predicted noise; predicting zero gives 1):

| timesteps | {band_names} |
| --- |{band_rules}
| loss | {bands} |

Training curves, step: value.

    autoencoder, held-out PSNR in dB of 256-pixel crops, then the decoder's steps
    {ae_curve}
    U-Net, training loss
    {curve}
    U-Net, held-out loss at 64x64 latents, mean of the bands
    {held_out_curve}

![Held-out photographs, what the autoencoder makes of them, and images drawn from noise](samples.jpg)

Top: held-out photographs. Middle: the same after the autoencoder. Bottom: samples from noise, 40 DDIM steps, seeds 0 to 3.
A model of this size and training does not draw things; it has learned what natural textures and edges are like.
"""

WHAT = {
    "mini": "A small latent diffusion model with Stable Diffusion's topology and zero padding.",
    "mini-circular": "The control: `mini`'s recipe with circular padding in every convolution of the U-Net.",
}


def load(folder: Path):
    """The model as diffusers opens it: (U-Net, autoencoder, scheduler, empty prompt)."""
    config = json.loads((folder / "unet/config.json").read_text())
    unet = UNet2DConditionModel.from_pretrained(folder / "unet", torch_dtype=torch.float32).eval()
    if config.get("padding_mode") == "circular":
        make_circular(unet)
    autoencoder = AutoencoderKL.from_pretrained(folder / "vae", torch_dtype=torch.float32).eval()
    scheduler = DDIMScheduler.from_pretrained(folder / "scheduler")
    return unet, autoencoder, scheduler, load_file(folder / "empty_prompt.safetensors")["empty_prompt"].float()


@torch.no_grad()
def restored(autoencoder, pixels):
    latents = torch.cat([autoencoder.encode(p[None]).latent_dist.mode() for p in pixels])
    return torch.cat([autoencoder.decode(l[None]).sample for l in latents]).clamp(-1, 1)


def psnr(autoencoder, pixels):
    """Mean PSNR in dB over crops, for values in a range of 2."""
    error = (restored(autoencoder, pixels) - pixels).square().mean((1, 2, 3))
    return (10 * torch.log10(4 / error)).mean().item()


@torch.no_grad()
def band_losses(unet, autoencoder, scheduler, text, pixels):
    """Mean squared error of the predicted noise per band of timesteps."""
    generator = torch.Generator().manual_seed(1)
    latents = torch.cat([autoencoder.encode(p[None]).latent_dist.mode() for p in pixels])
    latents *= autoencoder.config.scaling_factor
    losses = []
    for low, high in TIMESTEP_BANDS:
        total = 0.0
        for latent in latents:
            timestep = torch.randint(low, high, (1,), generator=generator)
            noise = torch.randn(latent[None].shape, generator=generator)
            noised = scheduler.add_noise(latent[None], noise, timestep)
            total += (unet(noised, timestep, text).sample - noise).square().mean().item()
        losses.append(total / len(latents))
    return losses


@torch.no_grad()
def drawn(unet, autoencoder, scheduler, text, seeds, steps=40):
    """Images from noise, 512 pixels."""
    scheduler.set_timesteps(steps)
    images = []
    for seed in seeds:
        latent = torch.randn(1, 4, 64, 64, generator=torch.Generator().manual_seed(seed))
        for timestep in scheduler.timesteps:
            latent = scheduler.step(unet(latent, timestep, text).sample, timestep, latent).prev_sample
        images.append(autoencoder.decode(latent / autoencoder.config.scaling_factor).sample.clamp(-1, 1))
    return torch.cat(images)


def sheet(rows, path: Path, side=256):
    """Rows of images [n, 3, h, w] in -1 ... 1 as one JPEG of squares of `side` pixels."""
    picture = Image.new("RGB", (side * len(rows[0]), side * len(rows)))
    for y, row in enumerate(rows):
        for x, image in enumerate(row):
            values = ((image + 1) * 127.5).round().byte().permute(1, 2, 0).numpy()
            picture.paste(Image.fromarray(values).resize((side, side), Image.LANCZOS), (x * side, y * side))
    picture.save(path, quality=85, optimize=True)


def log(folder: Path, name: str):
    return [json.loads(line) for line in (folder / f"{name}.log.jsonl").read_text().splitlines()]


def curve(entries, value):
    return "  ".join(f"{entry['step']}: {value(entry)}" for entry in entries)


def run_of(entries):
    """What a U-Net's run was, in words."""
    last = [entry for entry in entries if entry["kept"]][-1]
    small = last["step"] - last["large_steps"]
    words = f"{last['step']:,} steps of {last['batch']} crops of 512 pixels"
    if small:
        words += f", the first {small:,} of {4 * last['batch']} of 256 instead"
    return f"{words}; {last['seconds'] / 60:.0f} minutes ({last['device']})"


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--work", type=Path, required=True)
    parser.add_argument("--models", type=Path, default=Path("data/models"))
    parser.add_argument("--logs", type=Path, default=Path("Training/logs"),
                        help="of the runs that made these models")
    options = parser.parse_args()
    photographs = len(list((options.work / "photos/train").glob("*.png")))
    pixels = Crops(options.work / "photos/held-out", 512, 1).batch(24, 512)
    for name, what in WHAT.items():
        folder = options.models / name
        if not (folder / "unet/diffusion_pytorch_model.safetensors").exists():
            print(f"{name}: no weights in {folder}, left out")
            continue
        unet, autoencoder, scheduler, text = load(folder)
        bands = band_losses(unet, autoencoder, scheduler, text, pixels)
        entries, ae_entries, decoder = (log(options.logs, n) for n in (name, "autoencoder", "decoder"))
        (folder / "README.md").write_text(REPORT.format(
            name=name, what=what, widths="-".join(map(str, UNET["block_out_channels"])),
            parameters=sum(p.numel() for p in unet.parameters()) / 1e6, photographs=photographs,
            ae_step=ae_entries[-1]["step"], decoder_step=decoder[-1]["step"],
            psnr=psnr(autoencoder, pixels), run=run_of(entries), seed=SEED,
            band_names=" | ".join(f"{a} to {b - 1}" for a, b in TIMESTEP_BANDS),
            band_rules=" --- |" * len(bands), bands=" | ".join(f"{v:.3f}" for v in bands),
            ae_curve=curve(ae_entries + decoder, lambda entry: f"{entry['held_out_psnr']:.1f}"),
            curve=curve(entries, lambda entry: f"{entry['loss']:.3f}"),
            held_out_curve=curve(entries, lambda entry: f"{sum(entry['held_out_64']) / 4:.4f}")))
        four = pixels[:4]
        sheet([four, restored(autoencoder, four), drawn(unet, autoencoder, scheduler, text, range(4))],
              folder / "samples.jpg")
        print(name, "held-out loss per band", [round(v, 4) for v in bands], flush=True)


if __name__ == "__main__":
    main()
