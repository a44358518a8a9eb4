"""A faster gradient of group normalisation for narrow channels-last maps on a CPU.

PyTorch 2.15's own took 40 % of an autoencoder step: it walks such maps group by group.
"""

import torch
import torch.nn.functional as functional

_forward = functional.group_norm


class _GroupNorm(torch.autograd.Function):
    @staticmethod
    def forward(context, x, groups, weight, bias, eps):
        n, c = x.shape[:2]
        output, mean, rstd = torch.native_group_norm(
            x, weight.to(x.dtype), bias.to(x.dtype), n, c, x[0, 0].numel(), groups, eps)
        context.save_for_backward(x, weight, mean.float(), rstd.float())
        return output

    @staticmethod
    def backward(context, gradient):
        x, weight, mean, rstd = context.saved_tensors
        (n, c), groups = x.shape[:2], mean.shape[1]
        size, count = c // groups, x[0, 0].numel() * (c // groups)
        last = [x.movedim(1, -1).reshape(n, -1, c), gradient.movedim(1, -1).reshape(n, -1, c)]
        sum_g = last[1].sum(1, dtype=torch.float32)
        sum_gx = (last[1] * last[0]).sum(1, dtype=torch.float32)
        each = lambda values: values.repeat_interleave(size, 1)  # [n, groups] to [n, c]
        grouped = lambda values: values.reshape(n, groups, size).sum(2)
        m, r = each(mean), each(rstd)
        d_weight = (sum_gx - sum_g * m) * r  # sum of gradient * normalised x
        # dx = r * (w g - mean(w g) - xhat * mean(w g xhat)), linear in g and x.
        b = each(grouped(weight * d_weight)) / count * r * r
        a, shift = weight * r, b * m - each(grouped(weight * sum_g)) / count * r
        shaped = lambda values: values.to(x.dtype)[:, None]
        d_x = torch.addcmul(torch.addcmul(shaped(shift), last[1], shaped(a)), last[0], shaped(-b))
        d_x = d_x.reshape(n, *x.shape[2:], c).movedim(-1, 1)
        return d_x, None, d_weight.sum(0), sum_g.sum(0), None


def group_norm(x, groups, weight=None, bias=None, eps=1e-5):
    if not (torch.is_grad_enabled() and x.requires_grad):
        return _forward(x, groups, weight, bias, eps)
    return _GroupNorm.apply(x, groups, weight, bias, eps)


def install():
    """Makes torch.nn.GroupNorm use it."""
    functional.group_norm = group_norm
