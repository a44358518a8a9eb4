"""Trains one U-Net on the frozen autoencoder's latents: `mini` or `mini-circular`.

Most steps see 32x32 latents (256 pixels), the last part 64x64 (512 pixels), as they are used.
"""

import argparse
from pathlib import Path

import torch
from diffusers import AutoencoderKL, DDPMScheduler, UNet2DConditionModel

import groupnorm
from optimiser import Optimiser
from recipe import (AUTOENCODER, SCHEDULER, SEED, TEXT_TOKENS, TEXT_WIDTH, TIMESTEP_BANDS, UNET,
                    Crops, Run, initialise, make_circular, schedule as rate)


@torch.no_grad()
def moments(work: Path, autoencoder, name: str, count: int, size: int, seed: int):
    """Means and standard deviations of the latents of `count` crops, cached: [count, 8, s, s]."""
    path = work / f"latents-{name}-{size}-{count}.pt"
    if path.exists():
        return torch.load(path, weights_only=True)
    crops, parts = Crops(work / f"photos/{name}", size, seed), []
    for start in range(0, count, 16):
        with torch.autocast("cpu", torch.bfloat16):
            latent = autoencoder.encode(crops.batch(min(16, count - start), size)).latent_dist
        parts.append(torch.cat([latent.mean, latent.std], 1).half())
    result = torch.cat(parts)
    torch.save(result, path)
    return result


def noised(table, indices, scale, schedule, timesteps):
    """(noised latents, noise) of a sample of the chosen latents."""
    mean, std = table[indices].float().chunk(2, 1)
    latents = (mean + std * torch.randn_like(mean)) * scale
    noise = torch.randn_like(latents)
    return schedule.add_noise(latents, noise, timesteps), noise


@torch.no_grad()
def held_out_loss(model, text, table, scale, schedule):
    """Mean squared error of the predicted noise per band of timesteps (predicting zero: 1)."""
    generator_state = torch.get_rng_state()
    torch.manual_seed(1)
    losses = []
    for low, high in TIMESTEP_BANDS:
        total = 0.0
        for start in range(0, len(table), 16):
            indices = torch.arange(start, min(start + 16, len(table)))
            timesteps = torch.randint(low, high, (len(indices),))
            inputs, noise = noised(table, indices, scale, schedule, timesteps)
            with torch.autocast("cpu", torch.bfloat16):
                output = model(inputs, timesteps, text.expand(len(indices), -1, -1)).sample
            total += (output.float() - noise).square().mean((1, 2, 3)).sum().item()
        losses.append(total / len(table))
    torch.set_rng_state(generator_state)
    return losses


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--work", type=Path, required=True)
    parser.add_argument("--name", choices=["mini", "mini-circular"], required=True)
    parser.add_argument("--minutes", type=float, default=100)
    parser.add_argument("--steps", type=int, default=900)
    parser.add_argument("--large-steps", type=int, default=150, help="of them at 64x64 latents")
    parser.add_argument("--batch", type=int, default=8)
    parser.add_argument("--crops", type=int, default=3000)
    options = parser.parse_args()
    groupnorm.install()
    run = Run(options.work, options.name, options.minutes)

    autoencoder = AutoencoderKL(**AUTOENCODER).eval()
    autoencoder.load_state_dict(
        torch.load(options.work / "autoencoder.state.pt", weights_only=True)["model"])
    small = moments(options.work, autoencoder, "train", options.crops, 256, SEED)
    held_out = moments(options.work, autoencoder, "held-out", 64, 256, SEED)
    scale = 1 / small[:, :4].float().std().item()
    schedule = DDPMScheduler(**{k: v for k, v in SCHEDULER.items()
                                if k not in ("set_alpha_to_one", "steps_offset")})

    model = UNet2DConditionModel(**UNET)
    initialise(model, SEED)
    if options.name == "mini-circular":
        make_circular(model)
    model = model.to(memory_format=torch.channels_last)
    text = torch.nn.Parameter(
        torch.randn(1, TEXT_TOKENS, TEXT_WIDTH, generator=torch.Generator().manual_seed(SEED)))
    parameters = [*model.parameters(), text]
    optimiser = Optimiser([*model.named_parameters(), ("empty_prompt", text)])
    averaged = [p.detach().clone() for p in parameters]
    step = 0
    if run.state:
        model.load_state_dict(run.state["model"])
        text.data.copy_(run.state["text"])
        optimiser.load(run.state["optimiser"])
        averaged, step = run.state["averaged"], run.state["step"]
    torch.manual_seed(SEED + step)
    large, average = None, None

    def save():
        run.save(model=model.state_dict(), text=text.data, averaged=averaged, scale=scale,
                 optimiser=optimiser.state(), step=step)

    while step < options.steps and not run.over:
        batch, table = options.batch, small
        if step >= options.steps - options.large_steps:
            if large is None:
                large = moments(
                    options.work, autoencoder, "train", options.crops // 4, 512, SEED + 1)
            batch, table = max(1, options.batch // 4), large
        indices = torch.randint(len(table), (batch,))
        timesteps = torch.randint(1000, (batch,))
        inputs, noise = noised(table, indices, scale, schedule, timesteps)
        inputs = inputs.contiguous(memory_format=torch.channels_last)
        with torch.autocast("cpu", torch.bfloat16):
            output = model(inputs, timesteps, text.expand(batch, -1, -1)).sample
        loss = (output.float() - noise).square().mean()
        optimiser.step(loss, rate(step, options.steps))
        step += 1
        decay = min(0.998, (step + 1) / (step + 10))
        for mean, value in zip(averaged, parameters):
            mean.lerp_(value.detach(), 1 - decay)
        average = loss.item() if average is None else 0.98 * average + 0.02 * loss.item()
        if step % 200 == 0:
            run.log(step=step, loss=average, large_steps=max(0, step - options.steps + options.large_steps),
                    held_out=held_out_loss(model, text, held_out, scale, schedule))
            save()
    save()


if __name__ == "__main__":
    main()
