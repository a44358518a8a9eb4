"""What U-Nets learn from: latents of crops, noised; and the loss on held-out ones."""

import os
from pathlib import Path

import torch

from recipe import TIMESTEP_BANDS, Crops


@torch.no_grad()
def moments(work: Path, autoencoder, name: str, count: int, size: int, seed: int):
    """Means and standard deviations of the latents of `count` crops, cached: [count, 8, s, s].

    Crops for training at 512 pixels hold whole photographs too, as the models are used on those.
    """
    device = autoencoder.device
    path = work / f"latents-{name}-{size}-{count}.pt"
    if path.exists():
        return torch.load(path, weights_only=True, map_location=device)
    crops, parts = Crops(work / f"photos/{name}", size, seed, name == "train" and size == 512), []
    for start in range(0, count, 16):
        pixels = crops.batch(min(16, count - start), size, device)
        with torch.autocast(device.type, torch.bfloat16, enabled=device.type == "cpu"):
            latent = autoencoder.encode(pixels).latent_dist
        parts.append(torch.cat([latent.mean, latent.std], 1).half())
    result = torch.cat(parts)
    partial = path.with_suffix(f".{os.getpid()}.partial")
    torch.save(result, partial)
    os.replace(partial, path)
    return result


def noised(moments, scale, schedule, timesteps, generator):
    """(noised latents, noise) of a sample of latents with these moments [batch, 8, s, s].

    The generator's device draws, so that a CPU's gives the same anywhere.
    """
    def normal(like):
        return torch.randn(like.shape, generator=generator, device=generator.device).to(like.device)

    mean, std = moments.float().chunk(2, 1)
    latents = (mean + std * normal(mean)) * scale
    noise = normal(latents)
    return schedule.add_noise(latents, noise, timesteps), noise


@torch.no_grad()
def held_out_loss(model, text, table, scale, schedule):
    """Mean squared error of the predicted noise per band of timesteps (predicting zero: 1)."""
    device, generator, losses = table.device, torch.Generator().manual_seed(1), []
    for low, high in TIMESTEP_BANDS:
        total = 0.0
        for part in table.split(16):
            timesteps = torch.randint(low, high, (len(part),), generator=generator).to(device)
            inputs, noise = noised(part, scale, schedule, timesteps, generator)
            with torch.autocast(device.type, torch.bfloat16):
                output = model(inputs, timesteps, text.expand(len(part), -1, -1)).sample
            total += (output.float() - noise).square().mean((1, 2, 3)).sum().item()
        losses.append(total / len(table))
    return losses
