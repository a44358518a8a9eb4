"""A checkpoint of a release's size with random weights, to measure and test with: nothing is downloaded.

    python Training/random_checkpoint.py --like sd15 --output /tmp/random-sd15

Without --tokenizer the empty prompt is one random tensor and there is no text encoder; with it (a folder with
vocab.json and merges.txt) a random text encoder is made too.
"""

import argparse
import json
from pathlib import Path
import shutil

import torch
from diffusers import AutoencoderKL, PNDMScheduler, UNet2DConditionModel
from safetensors.torch import save_file
from transformers import CLIPTextConfig, CLIPTextModel

UNETS = {
    "sd15": dict(cross_attention_dim=768, attention_head_dim=8),
    "sd21": dict(
        cross_attention_dim=1024, attention_head_dim=[5, 10, 20, 20], use_linear_projection=True
    ),
}
TEXTS = {
    "sd15": dict(hidden_size=768, intermediate_size=3072, num_hidden_layers=12, num_attention_heads=12),
    "sd21": dict(
        hidden_size=1024, intermediate_size=4096, num_hidden_layers=23, num_attention_heads=16,
        hidden_act="gelu",
    ),
}


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--like", choices=UNETS, default="sd15")
    parser.add_argument("--tokenizer", type=Path)
    parser.add_argument("--dtype", choices=["float16", "float32"], default="float16")
    parser.add_argument("--output", type=Path, required=True)
    options = parser.parse_args()
    dtype = getattr(torch, options.dtype)
    torch.manual_seed(42)
    output = options.output

    unet = UNet2DConditionModel(
        sample_size=64, block_out_channels=(320, 640, 1280, 1280), layers_per_block=2,
        down_block_types=("CrossAttnDownBlock2D",) * 3 + ("DownBlock2D",),
        up_block_types=("UpBlock2D",) + ("CrossAttnUpBlock2D",) * 3, **UNETS[options.like],
    )
    unet.to(dtype).save_pretrained(output / "unet")
    vae = AutoencoderKL(
        block_out_channels=(128, 256, 512, 512), layers_per_block=2, latent_channels=4,
        down_block_types=("DownEncoderBlock2D",) * 4, up_block_types=("UpDecoderBlock2D",) * 4,
        sample_size=512, scaling_factor=0.18215,
    )
    vae.to(dtype).save_pretrained(output / "vae")
    PNDMScheduler(
        beta_start=0.00085, beta_end=0.012, beta_schedule="scaled_linear", skip_prk_steps=True,
        steps_offset=1,
    ).save_pretrained(output / "scheduler")
    index = {"_class_name": "StableDiffusionPipeline", "_diffusers_version": "0.32.2"}
    if options.tokenizer:
        text = CLIPTextModel(CLIPTextConfig(projection_dim=768, **TEXTS[options.like]))
        text.to(dtype).save_pretrained(output / "text_encoder")
        shutil.copytree(options.tokenizer, output / "tokenizer", dirs_exist_ok=True)
    else:
        width = TEXTS[options.like]["hidden_size"]
        save_file(
            {"empty_prompt": torch.randn(1, 77, width, dtype=dtype)},
            output / "empty_prompt.safetensors",
        )
    (output / "model_index.json").write_text(json.dumps(index, indent=2) + "\n")


if __name__ == "__main__":
    main()
