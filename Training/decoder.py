"""Trains the autoencoder's decoder further, after the U-Nets: latents stay as those learned them."""

import argparse
from pathlib import Path

import torch
from diffusers import AutoencoderKL

import groupnorm
from autoencoder import psnr
from optimiser import Optimiser
from recipe import AUTOENCODER, SEED, Crops, Run, schedule


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--work", type=Path, required=True)
    parser.add_argument("--minutes", type=float, default=100)
    parser.add_argument("--steps", type=int, default=400)
    options = parser.parse_args()
    groupnorm.install()
    run = Run(options.work, "decoder", options.minutes, options.steps)
    start = torch.load(options.work / "autoencoder.state.pt", weights_only=True)
    model = AutoencoderKL(**AUTOENCODER).to(memory_format=torch.channels_last)
    model.load_state_dict((run.state or start)["model"])
    trained = [(name, parameter) for name, parameter in model.named_parameters()
               if name.startswith(("decoder.", "post_quant_conv."))]
    optimiser = Optimiser(trained, rate=0.01, plain_rate=7e-4)
    step = 0
    if run.state:
        optimiser.load(run.state["optimiser"])
        step = run.state["step"]
    torch.manual_seed(SEED + step)
    crops = Crops(options.work / "photos/train", 256, SEED + 7 + step)
    while not run.over(step):
        pixels = crops.batch(2, 256).contiguous(memory_format=torch.channels_last)
        with torch.autocast("cpu", torch.bfloat16):
            with torch.no_grad():
                latents = model.encode(pixels).latent_dist.sample()
            error = model.decode(latents).sample.float() - pixels
        optimiser.step(error.abs().mean() + 4 * error.square().mean(), schedule(step, run.progress(step)))
        step += 1
        if step % 100 == 0 or run.over(step):
            held_out = Crops(options.work / "photos/held-out", 256, 1)
            run.log(step=step, held_out_psnr=psnr(model, held_out))
            run.save(model=model.state_dict(), optimiser=optimiser.state(), step=step)


if __name__ == "__main__":
    main()
