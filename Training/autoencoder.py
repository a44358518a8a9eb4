"""Trains the autoencoder that all built-in models share."""

import argparse
from pathlib import Path

import torch
from diffusers import AutoencoderKL

from recipe import AUTOENCODER, SEED, Crops, Run, initialise, rate


def loss_of(model, pixels):
    """L1 + L2 of the reconstruction and a little KL; also the mean squared error alone."""
    posterior = model.encode(pixels).latent_dist
    restored = model.decode(posterior.sample()).sample.float()
    error = restored - pixels
    kl = posterior.kl().mean() / pixels[0].numel()
    return error.abs().mean() + error.square().mean() + 1e-4 * kl, error.square().mean()


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
    parser.add_argument("--steps", type=int, default=6000)
    parser.add_argument("--batch", type=int, default=16)
    parser.add_argument("--peak", type=float, default=1.5e-3)
    options = parser.parse_args()
    run = Run(options.work, "autoencoder", options.minutes)
    model = AutoencoderKL(**AUTOENCODER).to(memory_format=torch.channels_last)
    initialise(model, SEED)
    optimiser = torch.optim.AdamW(model.parameters(), lr=options.peak, weight_decay=1e-4)
    step = 0
    if run.state:
        model.load_state_dict(run.state["model"])
        optimiser.load_state_dict(run.state["optimiser"])
        step = run.state["step"]
    torch.manual_seed(SEED + step)
    crops = Crops(options.work / "photos/train", 128, SEED + step)
    average = None
    while step < options.steps and not run.over:
        for group in optimiser.param_groups:
            group["lr"] = rate(step, options.steps, options.peak)
        pixels = crops.batch(options.batch, 128).contiguous(memory_format=torch.channels_last)
        with torch.autocast("cpu", torch.bfloat16):
            loss, error = loss_of(model, pixels)
        optimiser.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimiser.step()
        step += 1
        average = error.item() if average is None else 0.98 * average + 0.02 * error.item()
        if step % 200 == 0 or run.over:
            held_out = Crops(options.work / "photos/held-out", 256, 1)
            run.log(step=step, mse=average, held_out_psnr=psnr(model, held_out))
            run.save(model=model.state_dict(), optimiser=optimiser.state_dict(), step=step)
    run.save(model=model.state_dict(), optimiser=optimiser.state_dict(), step=step)


if __name__ == "__main__":
    main()
