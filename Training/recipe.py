"""What all training runs share: configurations, initialisation, crops, bookkeeping."""

import json
import math
import os
import random
import time
from concurrent.futures import ThreadPoolExecutor
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


class CircularConv2d(torch.nn.Conv2d):
    """A convolution that takes the opposite border where others take zeros.

    Its values are those of `padding_mode="circular"`, which only a new convolution can be given.
    """

    def _conv_forward(self, x, weight, bias):
        for dim, side in ((2, self.padding[0]), (3, self.padding[1])):
            size = x.shape[dim]
            x = torch.cat([x.narrow(dim, size - side, side), x, x.narrow(dim, 0, side)], dim)
        return torch.nn.functional.conv2d(x, weight, bias, self.stride, 0, self.dilation, self.groups)


def make_circular(unet: torch.nn.Module):
    """Circular padding in every convolution that pads."""
    for module in unet.modules():
        if isinstance(module, torch.nn.Conv2d) and module.padding != (0, 0):
            module.__class__ = CircularConv2d


class Crops:
    """Random square crops of the photographs at scales 1, 1/2 and 1/4, mirrored at random."""

    def __init__(self, folder: Path, smallest: int, seed: int, whole: bool = False):
        """`whole` adds each photograph at the scale at which its short side is `smallest`."""
        self.random = random.Random(seed)

        def scaled(path: Path):
            image = Image.open(path).convert("RGB")
            sizes = [(image.width // scale, image.height // scale) for scale in (1, 2, 4)]
            if whole:
                sizes.append(tuple(smallest * side // min(image.size) for side in image.size))
            return [np.asarray(image.resize(size, Image.LANCZOS))
                    for size in dict.fromkeys(sizes) if min(size) >= smallest]

        with ThreadPoolExecutor() as pool:
            paths = sorted(path for path in folder.iterdir() if path.is_file())
            self.images = [image for images in pool.map(scaled, paths) for image in images]
        # A photograph's weight is the root of its area: large ones show more, not all there is.
        self.weights = [math.sqrt(a.shape[0] * a.shape[1]) for a in self.images]

    def batch(self, count: int, size: int, device: str = "cpu") -> torch.Tensor:
        """[count, 3, size, size] in -1 ... 1, channels last."""
        out = np.empty((count, size, size, 3), np.uint8)
        fitting = [(a, w) for a, w in zip(self.images, self.weights) if min(a.shape[:2]) >= size]
        images, weights = zip(*fitting)
        for index, image in enumerate(self.random.choices(images, weights, k=count)):
            y = self.random.randrange(image.shape[0] - size + 1)
            x = self.random.randrange(image.shape[1] - size + 1)
            crop = image[y:y + size, x:x + size]
            out[index] = crop[:, ::-1] if self.random.random() < 0.5 else crop
        return torch.from_numpy(out).to(device).permute(0, 3, 1, 2).float().div_(127.5).sub_(1)


class Run:
    """A resumable run: state on disk, a log of JSON lines, an end by steps or by time."""

    def __init__(self, work: Path, name: str, minutes: float, steps: int | None):
        """Without `steps` the whole recipe fits itself into the minutes; such a run is one piece."""
        self.state_path = work / f"{name}.state.pt"
        self.log_path = work / f"{name}.log.jsonl"
        self.steps = steps
        self.begun = self.started = time.monotonic()
        self.deadline = self.begun + 60 * minutes
        self.state = torch.load(self.state_path, weights_only=True) if self.state_path.exists() else None
        if self.state and steps is None:
            raise SystemExit(f"{self.state_path}: a run without --steps can't go on; move it away")

    def start(self):
        """Called where training begins, so that preparation is no part of the recipe's time."""
        self.started = time.monotonic()

    def progress(self, step: int) -> float:
        """How much of the recipe is done, 0 ... 1; at 1 the run is over."""
        if self.steps is not None:
            return step / self.steps
        return (time.monotonic() - self.started) / (self.deadline - self.started)

    def over(self, step: int) -> bool:
        return time.monotonic() > self.deadline or self.progress(step) >= 1

    def save(self, **state):
        partial = self.state_path.with_suffix(".partial")
        torch.save(state, partial)
        os.replace(partial, self.state_path)

    def log(self, **values):
        """Appends to the log, with the seconds since this run began."""
        values["seconds"] = round(time.monotonic() - self.begun, 1)
        with self.log_path.open("a") as file:
            file.write(json.dumps(values) + "\n")
        print(values, flush=True)


def schedule(step: int, progress: float) -> float:
    """The learning rate's factor: warm-up over 20 steps, constant, a linear fall over the last 40 %."""
    return min(1, (step + 1) / 20, max(0.01, (1 - progress) / 0.4))
