"""Times a U-Net of the given configuration, with random weights, in PyTorch or OpenVINO.

    python scripts/bench_peers.py torch|openvino f32|bf16 sd15|sd21 RUNS

prints one JSON document. `scripts/bench` runs it beside `unetlens benchmark unet`.
"""

import json
import os
import statistics
import sys
import time

import diffusers
import torch

diffusers.logging.set_verbosity_error()

CONFIGURATIONS = {
    "sd15": dict(cross_attention_dim=768, attention_head_dim=8),
    "sd21": dict(
        cross_attention_dim=1024,
        attention_head_dim=[5, 10, 20, 20],
        use_linear_projection=True,
    ),
}


def make_unet(name):
    """diffusers' defaults are SD-1.x's but for what CONFIGURATIONS says; weights are random."""
    torch.manual_seed(42)
    unet = diffusers.UNet2DConditionModel(
        sample_size=64,
        in_channels=4,
        out_channels=4,
        block_out_channels=(320, 640, 1280, 1280),
        layers_per_block=2,
        **CONFIGURATIONS[name],
    )
    return unet.eval()


def inputs(name):
    width = CONFIGURATIONS[name]["cross_attention_dim"]
    return torch.randn(1, 4, 64, 64), torch.tensor(50), torch.randn(1, 77, width)


def torch_pass(name, precision):
    dtype = torch.float32 if precision == "f32" else torch.bfloat16
    unet = make_unet(name).to(dtype)
    sample, timestep, text = inputs(name)
    sample, text = sample.to(dtype), text.to(dtype)

    def run():
        with torch.inference_mode():
            unet(sample, timestep, text, return_dict=False)

    return run, f"torch {torch.__version__}"


class Plain(torch.nn.Module):
    """The U-Net with a tuple as its result, for tracing."""

    def __init__(self, unet):
        super().__init__()
        self.unet = unet

    def forward(self, sample, timestep, text):
        return self.unet(sample, timestep, text, return_dict=False)[0]


def openvino_pass(name, precision):
    import openvino

    example = inputs(name)
    with torch.inference_mode():
        model = openvino.convert_model(
            Plain(make_unet(name)),
            example_input=example,
            input=[(1, 4, 64, 64), (), tuple(example[2].shape)],
        )
    compiled = openvino.Core().compile_model(
        model,
        "CPU",
        {
            "INFERENCE_PRECISION_HINT": precision,
            "PERFORMANCE_HINT": "LATENCY",
            "INFERENCE_NUM_THREADS": os.cpu_count(),
        },
    )
    request = compiled.create_infer_request()
    arrays = [tensor.numpy() for tensor in example]

    def run():
        request.infer(arrays)

    return run, f"openvino {openvino.__version__}"


def main():
    peer, precision, name, runs = sys.argv[1:5]
    make = {"torch": torch_pass, "openvino": openvino_pass}[peer]
    run, version = make(name, precision)
    for _ in range(2):
        run()
    times = []
    for _ in range(int(runs)):
        start = time.perf_counter()
        run()
        times.append(time.perf_counter() - start)
    json.dump(
        {
            "peer": version,
            "precision": precision,
            "threads": torch.get_num_threads(),
            "median_s": statistics.median(times),
            "min_s": min(times),
        },
        sys.stdout,
    )
    print()


if __name__ == "__main__":
    main()
