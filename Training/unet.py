"""Trains one U-Net on the frozen autoencoder's latents: `mini` or `mini-circular`.

The first part of a run can see 32x32 latents (256 pixels); the rest sees 64x64 (512 pixels), as
they are used. WORK/NAME.safetensors holds the averaged weights of the lowest held-out loss.
"""

import argparse
import copy
import os
from pathlib import Path

import torch
from diffusers import AutoencoderKL, DDPMScheduler, UNet2DConditionModel
from safetensors.torch import save_file

import groupnorm
from latents import held_out_loss, moments, noised
from optimiser import Optimiser
from recipe import (AUTOENCODER, SCHEDULER, SEED, TEXT_TOKENS, TEXT_WIDTH, UNET, Crops, Run,
                    initialise, make_circular, schedule as rate_at)


def arguments():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--work", type=Path, required=True)
    parser.add_argument("--name", choices=["mini", "mini-circular"], required=True)
    parser.add_argument("--autoencoder", type=Path, default=Path("data/models/mini/vae"),
                        help="a diffusers folder, or autoencoder.state.pt")
    parser.add_argument("--minutes", type=float, default=100)
    parser.add_argument("--steps", type=int, help="instead of as many as fit into the minutes")
    parser.add_argument("--small", type=float, default=0.8,
                        help="the part of the run at 32x32 latents, 0 ... 1")
    parser.add_argument("--batch", type=int, default=2, help="at 64x64 latents; four times it at 32x32")
    parser.add_argument("--crops", type=int, default=750, help="of 512 pixels; four times it of 256")
    parser.add_argument("--held-out", type=int, default=16, help="as --crops, of the held-out photographs")
    parser.add_argument("--report", type=int, default=200, help="steps between held-out losses")
    parser.add_argument("--device", default="cpu")
    return parser.parse_args()


def open_autoencoder(path: Path):
    """(autoencoder, factor that brings its latents to unit variance, None where not known yet)."""
    if path.is_dir():
        model = AutoencoderKL.from_pretrained(path, torch_dtype=torch.float32)
        return model.eval(), model.config.scaling_factor
    model = AutoencoderKL(**AUTOENCODER).eval()
    model.load_state_dict(torch.load(path, weights_only=True)["model"])
    return model, None


class Training:
    """One U-Net, its empty prompt, their averages, and the latents they learn from."""

    def __init__(self, options, run: Run):
        self.options, self.run = options, run
        self.step, self.large_steps, self.lowest = 0, 0, float("inf")
        self.device = torch.device(options.device)
        autoencoder, self.scale = open_autoencoder(options.autoencoder)
        autoencoder = autoencoder.to(self.device)

        def table(name, count, size):
            return moments(options.work, autoencoder, name, count, size, SEED + (size > 256))

        self.small = table("train", 4 * options.crops, 256) if options.small > 0 else None
        self.large = table("train", options.crops, 512) if options.small < 1 else None
        self.held_out = {32: table("held-out", 4 * options.held_out, 256),
                         64: table("held-out", options.held_out, 512)}
        if self.scale is None:
            latents = self.large if self.small is None else self.small
            self.scale = 1 / latents[:, :4].float().std().item()
        self.schedule = DDPMScheduler(**{k: v for k, v in SCHEDULER.items()
                                         if k not in ("set_alpha_to_one", "steps_offset")})
        self._make_model()

    def _make_model(self):
        model = UNet2DConditionModel(**UNET)
        initialise(model, SEED)
        if self.options.name == "mini-circular":
            make_circular(model)
        self.model = model.to(self.device, memory_format=torch.channels_last)
        text = torch.randn(
            1, TEXT_TOKENS, TEXT_WIDTH, generator=torch.Generator().manual_seed(SEED))
        self.text = torch.nn.Parameter(text.to(self.device))
        self.parameters = [*model.parameters(), self.text]
        self.optimiser = Optimiser([*model.named_parameters(), ("empty_prompt", self.text)])
        self.average = copy.deepcopy(model).requires_grad_(False)
        self.averages = [*self.average.parameters(), self.text.detach().clone()]
        if state := self.run.state:
            self.model.load_state_dict(state["model"])
            self.text.data.copy_(state["text"])
            self.optimiser.load(state["optimiser"])
            for average, stored in zip(self.averages, state["averaged"]):
                average.data.copy_(stored)
            self.step, self.large_steps = state["step"], state["large_steps"]
            self.lowest = state["lowest"]
        self.generator = torch.Generator(self.device).manual_seed(SEED + self.step)

    def loss(self, table, batch: int):
        """The squared error of the predicted noise on a random batch."""
        indices = torch.randint(len(table), (batch,), generator=self.generator, device=self.device)
        timesteps = torch.randint(1000, (batch,), generator=self.generator, device=self.device)
        inputs, noise = noised(table[indices], self.scale, self.schedule, timesteps, self.generator)
        inputs = inputs.contiguous(memory_format=torch.channels_last)
        with torch.autocast(self.device.type, torch.bfloat16):
            output = self.model(inputs, timesteps, self.text.expand(batch, -1, -1)).sample
        return (output.float() - noise).square().mean()

    def sizes(self):
        """(latents, batch) of the run's two parts."""
        return (self.small, 4 * self.options.batch), (self.large, self.options.batch)

    def train(self):
        """Steps until the run is over, with a report every so many."""
        mean = None
        while not self.run.over(self.step):
            progress = self.run.progress(self.step)
            table, batch = self.sizes()[progress >= self.options.small]
            loss = self.loss(table, batch)
            self.optimiser.step(loss, rate_at(self.step, progress))
            self.step += 1
            self.large_steps += table is self.large
            decay = min(0.999, (self.step + 1) / (self.step + 10))
            with torch.no_grad():
                torch._foreach_lerp_(self.averages, self.parameters, 1 - decay)
                mean = loss.detach() if mean is None else torch.lerp(mean, loss.detach(), 0.02)
            if self.step % self.options.report == 0 or self.run.over(self.step):
                self.report(mean)

    def report(self, loss):
        """Logs, saves, and keeps the averaged weights where they are the best so far at 64x64 latents."""
        losses = {size: held_out_loss(self.average, self.averages[-1], table, self.scale, self.schedule)
                  for size, table in self.held_out.items()}
        total = sum(losses[64])
        if not total < float("inf"):
            raise SystemExit(f"step {self.step}: the held-out loss is {total}, not a number below infinity")
        kept = total < self.lowest
        if kept:
            self.lowest = total
            path = self.options.work / f"{self.options.name}.safetensors"
            weights = {name: value.half().contiguous() for name, value in self.average.state_dict().items()}
            weights["empty_prompt"] = self.averages[-1].half()
            save_file(weights, path.with_suffix(".partial"), {"scaling_factor": str(self.scale)})
            os.replace(path.with_suffix(".partial"), path)
        device = torch.cuda.get_device_name(self.device) if self.device.type == "cuda" else "CPU"
        self.run.log(step=self.step, large_steps=self.large_steps, batch=self.options.batch,
                     device=device, loss=round(loss.item(), 5), kept=kept,
                     **{f"held_out_{size}": [round(v, 5) for v in losses[size]] for size in losses})
        if self.run.steps is not None:
            self.run.save(
                model=self.model.state_dict(), text=self.text.data, averaged=self.averages,
                optimiser=self.optimiser.state(), step=self.step, large_steps=self.large_steps,
                lowest=self.lowest)


def main():
    options = arguments()
    run = Run(options.work, options.name, options.minutes, options.steps)
    if options.device == "cpu":
        groupnorm.install()
    else:
        torch.set_float32_matmul_precision("high")
    training = Training(options, run)
    run.start()
    training.train()


if __name__ == "__main__":
    main()
