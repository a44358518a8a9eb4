"""Opens with torch, numpy and safetensors what the Swift test wrote into the folder given."""

import sys
from pathlib import Path

import numpy as np
import torch
from safetensors import safe_open

folder = Path(sys.argv[1])
ramp = torch.arange(6) / 2 - 3

sample = torch.load(folder / "sample.pt", weights_only=True)
keys = "conv_in count large share flag name nothing empty scalar none half brain wide mask"
assert list(sample) == keys.split(), list(sample)
assert torch.equal(sample["conv_in"][0], ramp.reshape(2, 3)) and sample["conv_in"][1] == ()
assert (sample["count"], sample["large"], sample["share"]) == (-5, 2**40, 0.25)
assert sample["flag"] is True and sample["name"] == "größe" and sample["nothing"] is None
assert sample["empty"] == {} and sample["none"].shape == (0, 3)
assert sample["scalar"].item() == 2.5 and sample["scalar"].dtype == torch.float64
assert sample["half"].tolist() == [1, -2] and sample["half"].dtype == torch.float16
assert sample["brain"].tolist() == [1] and sample["brain"].dtype == torch.bfloat16
assert sample["wide"].tolist() == [1, 65535] and sample["wide"].dtype == torch.uint16
assert sample["mask"].tolist() == [True, False]

mean = torch.load(folder / "mean.pt", weights_only=False)
assert isinstance(mean, np.ndarray) and mean.dtype == np.float64
assert mean.tolist() == [i * 1.37 - 50 for i in range(45)]
with torch.serialization.safe_globals(
    [np._core.multiarray._reconstruct, np.ndarray, np.dtype, type(np.dtype("f8"))]
):
    assert np.array_equal(torch.load(folder / "mean.pt", weights_only=True), mean)

assert np.load(folder / "labels.npy").tolist() == [[1, 2, 3], [4, 5, 6]]
with np.load(folder / "arrays.npz") as arrays:
    assert arrays.files == ["a", "b"] and arrays["a"].tolist() == ramp.tolist()
    assert arrays["b"].shape == (0, 2)

with safe_open(folder / "arrays.safetensors", "pt") as file:
    assert set(file.keys()) == {"a", "b"} and file.metadata() == {"format": "pt"}
    assert torch.equal(file.get_tensor("a"), ramp)
    assert file.get_tensor("b").tolist() == [1] and file.get_tensor("b").dtype == torch.bfloat16
print("all read")
