"""Trains the autoencoder that all built-in models share."""

import argparse
from pathlib import Path

import torch
from diffusers import AutoencoderKL

import groupnorm
from optimiser import Optimiser
from recipe import AUTOENCODER, SEED, Crops, Run, initialise, schedule


def loss_of(model, pixels):
    """L1 + L2 of the reconstruction and a little KL; also the mean squared error alone."""
    posterior = model.encode(pixels).latent_dist
    restored = model.decode(posterior.sample()).sample.float()
    error = restored - pixels
    kl = posterior.kl().mean() / pixels[0].numel()
    return error.abs().mean() + error.square().mean() + 1e-6 * kl, error.square().mean()


@torch.no_grad()
def psnr(model, crops):
    """PSNR in dB of held-out crops, in a range of 2, from latent means."""
    pixels = crops.batch(24, 256)
    restored = model.decode(model.encode(pixels).latent_dist.mode()).sample.clamp(-1, 1)
    return (10 * torch.log10(4 / (restored - pixels).square().mean((1, 2, 3)))).mean().item()


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--work", type=Path, required=True)
    parser.add_argument("--minutes", type=float, default=100)
    parser.add_argument("--steps", type=int, default=2400)
    parser.add_argument("--batch", type=int, default=8)
    options = parser.parse_args()
    groupnorm.install()
    run = Run(options.work, "autoencoder", options.minutes)
    model = AutoencoderKL(**AUTOENCODER).to(memory_format=torch.channels_last)
    initialise(model, SEED)
    with torch.no_grad():  # Latents start with little noise: exp(-6 / 2) = 0.05.
        model.quant_conv.bias[AUTOENCODER["latent_channels"]:] = -6
    optimiser = Optimiser(model.named_parameters())
    step = 0
    if run.state:
        model.load_state_dict(run.state["model"])
        optimiser.load(run.state["optimiser"])
        step = run.state["step"]
    torch.manual_seed(SEED + step)
    crops = Crops(options.work / "photos/train", 128, SEED + step)
    average = None
    while step < options.steps and not run.over:
        pixels = crops.batch(options.batch, 128).contiguous(memory_format=torch.channels_last)
        with torch.autocast("cpu", torch.bfloat16):
            loss, error = loss_of(model, pixels)
        optimiser.step(loss, schedule(step, options.steps))
        step += 1
        average = error.item() if average is None else 0.98 * average + 0.02 * error.item()
        if step % 100 == 0 or run.over:
            held_out = Crops(options.work / "photos/held-out", 256, 1)
            run.log(step=step, mse=average, held_out_psnr=psnr(model, held_out))
            run.save(model=model.state_dict(), optimiser=optimiser.state(), step=step)
    run.save(model=model.state_dict(), optimiser=optimiser.state(), step=step)


if __name__ == "__main__":
    main()
