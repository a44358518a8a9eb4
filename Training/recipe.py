"""What all training runs share: configurations, initialisation, crops, bookkeeping."""

import json
import math
import os
import random
import time
from pathlib import Path

import numpy as np
import torch
from PIL import Image

SEED = 20250409
TEXT_TOKENS, TEXT_WIDTH = 8, 32
TIMESTEP_BANDS = [(0, 100), (100, 300), (300, 600), (600, 1000)]

# One resnet a block and no attention keep the encoder at 4.4 GMAC for 512x512 pixels; the U-Net
# takes 9.2 GMAC there. Together they run in a browser on one thread.
AUTOENCODER = dict(
    in_channels=3, out_channels=3, latent_channels=4, sample_size=512,
    block_out_channels=[16, 32, 64, 64], layers_per_block=1, norm_num_groups=8,
    down_block_types=["DownEncoderBlock2D"] * 4, up_block_types=["UpDecoderBlock2D"] * 4,
    mid_block_add_attention=False)

# Stable Diffusion 1.5's block list, narrow. `attention_head_dim` is the number of heads.
UNET = dict(
    in_channels=4, out_channels=4, sample_size=64, block_out_channels=[32, 64, 80, 96],
    layers_per_block=2, attention_head_dim=[1, 2, 2, 3], cross_attention_dim=TEXT_WIDTH,
    norm_num_groups=8,
    down_block_types=["CrossAttnDownBlock2D"] * 3 + ["DownBlock2D"],
    up_block_types=["UpBlock2D"] + ["CrossAttnUpBlock2D"] * 3)

SCHEDULER = dict(
    num_train_timesteps=1000, beta_start=0.00085, beta_end=0.012, beta_schedule="scaled_linear",
    clip_sample=False, set_alpha_to_one=False, steps_offset=1, prediction_type="epsilon")


@torch.no_grad()
def initialise(model: torch.nn.Module, seed: int):
    """The documented rule of docs/MODELS.md, so that `mini-untrained` need not be stored.

    One generator, parameters in byte order of their names. Norms: weight 1, bias 0. Others:
    uniform in +-1/sqrt(fan_in), the bias with its weight's fan_in.
    """
    generator = torch.Generator().manual_seed(seed)
    parameters = dict(model.named_parameters())
    for name in sorted(parameters):
        weight = parameters[name.rsplit(".", 1)[0] + ".weight"]
        if weight.ndim == 1:
            parameters[name].fill_(1.0 if name.endswith(".weight") else 0.0)
        else:
            bound = 1 / math.sqrt(weight[0].numel())
            values = torch.empty(parameters[name].shape).uniform_(-bound, bound, generator=generator)
            parameters[name].copy_(values)


def make_circular(unet: torch.nn.Module):
    """Circular padding in every convolution that pads."""
    for module in unet.modules():
        if isinstance(module, torch.nn.Conv2d) and module.padding != (0, 0):
            module.padding_mode = "circular"
            module._reversed_padding_repeated_twice = [
                side for side in reversed(module.padding) for _ in range(2)]


class Crops:
    """Random square crops of the photographs at scales 1, 1/2 and 1/4, mirrored at random."""

    def __init__(self, folder: Path, smallest: int, seed: int):
        self.random = random.Random(seed)
        self.images = []
        for path in sorted(folder.glob("*.png")):
            image = Image.open(path).convert("RGB")
            for scale in (1, 2, 4):
                size = (image.width // scale, image.height // scale)
                if min(size) >= smallest:
                    self.images.append(np.asarray(image.resize(size, Image.LANCZOS)))
        # A photograph's weight is the root of its area: large ones show more, not all there is.
        self.weights = [math.sqrt(a.shape[0] * a.shape[1]) for a in self.images]

    def batch(self, count: int, size: int) -> torch.Tensor:
        """[count, 3, size, size] in -1 ... 1, channels last."""
        out = np.empty((count, size, size, 3), np.uint8)
        fitting = [(a, w) for a, w in zip(self.images, self.weights) if min(a.shape[:2]) >= size]
        images, weights = zip(*fitting)
        for index, image in enumerate(self.random.choices(images, weights, k=count)):
            y = self.random.randrange(image.shape[0] - size + 1)
            x = self.random.randrange(image.shape[1] - size + 1)
            crop = image[y:y + size, x:x + size]
            out[index] = crop[:, ::-1] if self.random.random() < 0.5 else crop
        return torch.from_numpy(out).permute(0, 3, 1, 2).float().div_(127.5).sub_(1)


class Run:
    """A resumable run: state on disk, a log of JSON lines, a time limit."""

    def __init__(self, work: Path, name: str, minutes: float):
        self.state_path = work / f"{name}.state.pt"
        self.log_path = work / f"{name}.log.jsonl"
        self.deadline = time.monotonic() + 60 * minutes
        self.state = torch.load(self.state_path, weights_only=True) if self.state_path.exists() else None

    @property
    def over(self) -> bool:
        return time.monotonic() > self.deadline

    def save(self, **state):
        partial = self.state_path.with_suffix(".partial")
        torch.save(state, partial)
        os.replace(partial, self.state_path)

    def log(self, **values):
        with self.log_path.open("a") as file:
            file.write(json.dumps(values) + "\n")
        print(values, flush=True)


def schedule(step: int, steps: int) -> float:
    """The learning rate's factor: warm-up over 20 steps, constant, a linear fall over the last 40 %."""
    return min(1, (step + 1) / 20, max(0.01, (steps - step) / (0.4 * steps)))
