"""Writes the files in Fixtures with numpy, torch and safetensors, the readers' oracles.

Run `python Tests/TensorsTests/make_fixtures.py`; made with numpy 2.4, torch 2.15 (CPU) and
safetensors 0.8. Values follow `ramp`, so that the tests can state them: element i is i/2 - 3.
"""

import collections
import io
import json
import os
import pickle
import zipfile
from pathlib import Path

import numpy as np
import torch
from safetensors.torch import save_file

HERE = Path(__file__).parent / "Fixtures"
PICKLES = Path(__file__).parent.parent / "Fuzz" / "Torch" / "Seeds"


def ramp(*shape, dtype=np.float32):
    count = int(np.prod(shape))
    return (np.arange(count) / 2 - 3).astype(dtype).reshape(shape)


def npy():
    np.save(HERE / "c_order.npy", ramp(2, 3))
    np.save(HERE / "fortran_big_endian.npy", np.asfortranarray(ramp(2, 3, 2).astype(">f8")))
    np.save(HERE / "scalar.npy", np.int64(-7))
    np.save(HERE / "empty.npy", np.zeros((0, 3), np.int32))
    np.save(HERE / "specials.npy", np.array([np.nan, np.inf, -np.inf, 2, 1e-8], np.float16))
    np.save(HERE / "bools.npy", np.array([True, False, True]))
    for version in [(2, 0), (3, 0)]:
        with open(HERE / f"version{version[0]}.npy", "wb") as file:
            np.lib.format.write_array(file, ramp(4, dtype=np.int16), version=version)
    np.savez(HERE / "stored.npz", weights=ramp(2, 2), labels=np.arange(3))
    np.savez_compressed(HERE / "deflated.npz", weights=ramp(40, 5), flags=np.zeros(9, bool))


def torch_files():
    base = torch.from_numpy(ramp(4, 6))
    torch.save(
        {
            "whole": base,
            "columns": base.t(),
            "part": base[1:3, ::2],
            "expanded": base[0, :1].expand(3, 2),
            "last": base[3, 5],
            "empty": torch.zeros(0, 4),
        },
        HERE / "views.pt",
    )
    dtypes = ["float64", "float16", "bfloat16", "int64", "int32", "int16", "int8", "uint8"]
    dtypes += ["uint16", "uint32", "uint64"]
    torch.save(
        {name: torch.arange(4).to(getattr(torch, name)) for name in dtypes}
        | {"bool": torch.tensor([True, False])},
        HERE / "dtypes.pt",
    )
    model = torch.nn.Linear(2, 1)
    with torch.no_grad():
        model.weight.copy_(torch.tensor([[0.5, -1.5]]))
        model.bias.copy_(torch.tensor([4.0]))
    torch.save(
        {
            "state": model.state_dict(),
            "parameter": torch.nn.Parameter(torch.tensor([8.0])),
            "ordered": collections.OrderedDict(b=1, a=2.5),
            "list": [None, True, "text", (1, -70000, 2**40), {"deep": [torch.tensor(3)]}],
            5: "five",
            "size": torch.Size([2, 3]),
            "long": -(2**62),
        },
        HERE / "nested.pt",
    )
    numpy_arrays = {
        "c": ramp(2, 3, dtype=np.float64),
        "fortran": np.asfortranarray(ramp(2, 3)),
        "big": ramp(3).astype(">f4"),
        "scalar": np.float32(1.5),
        "bytes": np.arange(256, dtype=np.uint8),
    }
    torch.save(numpy_arrays, HERE / "numpy.pt")
    torch.save(numpy_arrays, HERE / "numpy_protocol5.pt", pickle_protocol=5)
    old_numpy_name()
    torch.save(ramp(3).tolist(), HERE / "floats.bin")
    torch.save(torch.ones(2), HERE / "legacy.pt", _use_new_zipfile_serialization=False)
    torch.serialization.set_crc32_options(False)
    torch.save(torch.ones(2), HERE / "no_checksums.pt")
    torch.serialization.set_crc32_options(True)
    other_byte_order()


def rewrite(source, target, change, compression=zipfile.ZIP_STORED):
    """A copy of a zip in which `change(name, bytes)` replaced the contents."""
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(target, "w", compression) as new:
        for name in old.namelist():
            info = zipfile.ZipInfo(name)
            info.compress_type = compression
            new.writestr(info, change(name, old.read(name)))


def old_numpy_name():
    """numpy 1 called its module numpy.core; the entries are deflated here as well."""
    torch.save(ramp(2, 2), HERE / "numpy_core.pt")
    data = (HERE / "numpy_core.pt").read_bytes()
    rewrite(
        io.BytesIO(data), HERE / "numpy_core.pt",
        lambda name, content: content.replace(b"numpy._core.", b"numpy.core."),
        zipfile.ZIP_DEFLATED)


def other_byte_order():
    """What a big-endian machine would have written."""
    torch.save(torch.from_numpy(ramp(2, 3)), HERE / "big_endian.pt")
    data = (HERE / "big_endian.pt").read_bytes()

    def swap(name, content):
        if name.endswith("byteorder"):
            return b"big"
        if "/data/" in name:
            return np.frombuffer(content, "<f4").astype(">f4").tobytes()
        return content

    rewrite(io.BytesIO(data), HERE / "big_endian.pt", swap)


def hostile_pickles():
    """Programs that would run something, or build something endless, if they were obeyed."""

    class Foreign:
        def __reduce__(self):
            return (print, ("this must never be printed",))

    def archive(name, program):
        with zipfile.ZipFile(HERE / name, "w") as file:
            for entry, content in [("a/data.pkl", program), ("a/version", b"3\n")]:
                file.writestr(zipfile.ZipInfo(entry), content)

    archive("foreign.pt", pickle.dumps(Foreign(), protocol=2))
    cycle = []
    cycle.append(cycle)
    archive("cycle.pt", pickle.dumps(cycle, protocol=2))


def seeds():
    """The pickles alone, from which the fuzzer of the interpreter starts."""
    PICKLES.mkdir(exist_ok=True)
    for path in sorted(HERE.glob("*.pt")):
        if zipfile.is_zipfile(path) and path.stem != "no_checksums":
            with zipfile.ZipFile(path) as file:
                name = next(name for name in file.namelist() if name.endswith("/data.pkl"))
                (PICKLES / f"{path.stem}.pkl").write_bytes(file.read(name))


def safetensors_files():
    tensors = {
        "b.weight": torch.from_numpy(ramp(2, 3)),
        "a.bias": torch.from_numpy(ramp(3)).to(torch.bfloat16),
        "half": torch.from_numpy(ramp(2)).to(torch.float16),
        "count": torch.tensor(7),
        "mask": torch.tensor([True, False]),
        "empty": torch.zeros(0, 2),
    }
    save_file(tensors, HERE / "mixed.safetensors", metadata={"format": "pt"})
    shards = {"x-00001-of-00002.safetensors": ["first"], "x-00002-of-00002.safetensors": ["second"]}
    for place, (file, names) in enumerate(shards.items()):
        save_file({name: torch.full((2,), float(place)) for name in names}, HERE / file)
    index = {
        "metadata": {"total_size": 16},
        "weight_map": {name: file for file, names in shards.items() for name in names},
    }
    (HERE / "x.safetensors.index.json").write_text(json.dumps(index, indent=2) + "\n")


HERE.mkdir(exist_ok=True)
os.umask(0o022)
npy()
torch_files()
hostile_pickles()
safetensors_files()
seeds()
