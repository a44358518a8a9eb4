"""The optimiser of all training runs: Muon for convolutions and linears, AdamW for the rest.

Muon (Jordan et al. 2024, https://kellerjordan.github.io/posts/muon) replaces a matrix's momentum
by the nearest orthogonal one. In trials of 200 steps the autoencoder's held-out PSNR was 19.6 dB
with it and 16.1 dB with AdamW alone: group norms make these narrow networks badly conditioned.
"""

import torch

# Quintic Newton-Schulz coefficients of the post above: five rounds bring singular values near 1.
A, B, C = 3.4445, -4.7750, 2.0315
# Of a matrix, per unit of learning rate: what no norm follows would grow with every step.
DECAY = 0.02


def orthogonal(updates: torch.Tensor) -> torch.Tensor:
    """`updates`, read as matrices [count, out, rest], with their singular values brought near 1."""
    matrices = updates.flatten(2)
    tall = matrices.shape[1] > matrices.shape[2]
    x = matrices.mT if tall else matrices
    x = x / (x.norm(dim=(1, 2), keepdim=True) + 1e-7)
    for _ in range(5):
        gram = x @ x.mT
        x = torch.baddbmm(x, torch.baddbmm(gram, gram, gram, beta=B, alpha=C), x, beta=A)
    return (x.mT if tall else x).reshape(updates.shape)


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
        # Matrices of one shape go together: on a GPU hundreds of small products would wait in line.
        self.groups = {}
        for index, parameter in enumerate(self.matrices):
            self.groups.setdefault(parameter.shape, []).append(index)
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
            self._step_matrices(scale)

    def _step_matrices(self, scale: float):
        gradients = [parameter.grad for parameter in self.matrices]
        torch._foreach_lerp_(self.momenta, gradients, 0.05)
        updates = list(torch._foreach_lerp(gradients, self.momenta, 0.95))
        for shape, indices in self.groups.items():
            stacked = orthogonal(torch.stack([updates[index] for index in indices]))
            stacked *= max(1, shape[0] / shape[1:].numel()) ** 0.5
            for index, update in zip(indices, stacked):
                updates[index] = update
        torch._foreach_mul_(self.matrices, 1 - self.rate * scale * DECAY)
        torch._foreach_add_(self.matrices, updates, alpha=-self.rate * scale)

    def state(self):
        return {"momenta": self.momenta, "plain": self.plain.state_dict()}

    def load(self, state):
        for momentum, stored in zip(self.momenta, state["momenta"]):
            momentum.copy_(stored)
        self.plain.load_state_dict(state["plain"])
