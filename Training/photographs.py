"""Fetches freely licensed photographs from Debian packages and parts them by use.

Writes WORK/photos/{train,held-out,samples}/NAME.png, longest side at most 2560, and
WORK/photos/licences.tsv (file, use, author, licence, source, package).

Which package's photographs may be shipped as samples follows from how exactly its licence is stated
per file; packages with one blanket licence serve for training only.
"""

import argparse
import csv
import hashlib
import re
import struct
import subprocess
import zlib
from pathlib import Path

from PIL import Image

# package -> (patterns of its photographs, blanket licence where files have none of their own,
# whether a photograph with a licence of its own may be shipped as a sample)
PLASMA = ("Autumn", "BytheWater", "ColdRipple", "DarkestHour", "EveningGlow", "FallenLeaf", "Grey",
          "Kite", "OneStandsOut", "PastelHills", "Path", "summer_1am")
PACKAGES = {
    "gcompris-qt-data": ((), "", True),
    "lomiri-wallpapers-16.04": (("usr/share/backgrounds/*_by_*.jpg",), "", True),
    "lomiri-wallpapers-20.04": (("usr/share/backgrounds/Kleiber*.jpg",), "", True),
    "plasma-workspace-wallpapers": (
        [f"usr/share/wallpapers/{name}/contents/images/2560x1600.jpg" for name in PLASMA],
        "LGPL-3.0", False),
    "mate-backgrounds": (("usr/share/backgrounds/mate/nature/*.jpg",), "GPL-2.0+", False),
}
PHOTO_FOLDERS = ("erase", "explore_monuments", "explore_world_animals", "explore_farm_animals",
                 "explore_world_music", "clickgame")


def fetch(work: Path) -> Path:
    """Downloads and unpacks every package below WORK/packages; returns that folder."""
    folder = work / "packages"
    folder.mkdir(parents=True, exist_ok=True)
    for package in PACKAGES:
        target = folder / package
        if target.exists():
            continue
        if not list(folder.glob(f"{package}_*.deb")):
            subprocess.run(["apt-get", "download", package], cwd=folder, check=True)
        archive = next(folder.glob(f"{package}_*.deb"))
        subprocess.run(["dpkg-deb", "-x", archive, target], check=True)
    return folder


def resources(path: Path):
    """Yields (name, bytes) of a Qt resource file (magic qres, version 3)."""
    data = path.read_bytes()
    magic, version, tree, blobs, names = struct.unpack(">4sIIII", data[:20])
    assert magic == b"qres" and version >= 2, path

    def name_at(offset):
        length, = struct.unpack_from(">H", data, names + offset)
        start = names + offset + 6
        return data[start:start + 2 * length].decode("utf-16-be")

    def walk(node, prefix):
        base = tree + 22 * node
        name_offset, flags = struct.unpack_from(">IH", data, base)
        name = prefix + (name_at(name_offset) if node else "")
        if flags & 2:
            count, child = struct.unpack_from(">II", data, base + 6)
            for index in range(count):
                yield from walk(child + index, name + "/" if name else "")
            return
        offset, = struct.unpack_from(">I", data, base + 10)
        size, = struct.unpack_from(">I", data, blobs + offset)
        blob = data[blobs + offset + 4:blobs + offset + 4 + size]
        if flags & 1:
            blob = zlib.decompress(blob[4:])
        if not flags & 4:
            yield name, blob

    yield from walk(0, "")


def unpack_gcompris(folder: Path):
    """Writes the photographs of gcompris-qt-data as files; yields (path, author, licence, source)."""
    out = folder / "gcompris-photos"
    out.mkdir(exist_ok=True)
    for archive in sorted((folder / "gcompris-qt-data").rglob("*.rcc")):
        if archive.stem not in PHOTO_FOLDERS:
            continue
        files = dict(resources(archive))
        facts = {}
        for name, blob in files.items():
            if name.upper().endswith("README"):
                facts.update(readme_facts(blob.decode("utf-8", "replace")))
        for name, blob in files.items():
            if name.endswith(".webp"):
                path = out / f"{archive.stem}-{Path(name).name}"
                path.write_bytes(blob)
                yield (path, *facts.get(Path(name).name, ("", "", "")))


def readme_facts(text: str):
    """Reads the README's paragraphs (Copyright, License, Source, Files): file name -> facts."""
    facts = {}
    for paragraph in re.split(r"\n\s*\n", text):
        fields, files, key = {}, [], ""
        for line in paragraph.splitlines():
            match = re.match(r"(Copyright|License|Source|Comments|Files):\s*(.*)", line)
            if match:
                key, value = match.groups()
                fields[key] = value.strip()
            elif key == "Files":
                files.append(line.strip())
        files += [fields["Files"]] if fields.get("Files") else []
        for name in files:
            facts[Path(name).name] = tuple(
                fields.get(field, "") for field in ("Copyright", "License", "Source"))
    return facts


def copyright_facts(package: Path):
    """Reads Debian's machine-readable copyright file: file name -> (author, licence, source)."""
    facts = {}
    for path in package.glob("usr/share/doc/*/copyright"):
        for paragraph in re.split(r"\n\s*\n", path.read_text()):
            fields = dict(re.findall(r"^(Files|Copyright|License): (.*)$", paragraph, re.M))
            if "Files" in fields:
                author = re.sub(r"^[\d., ]+|, \d{4}$", "", fields.get("Copyright", ""))
                facts[Path(fields["Files"]).name] = (
                    author.strip('"'), fields.get("License", ""), "")
    return facts


def candidates(folder: Path):
    """Yields (path, package, author, licence, source, may be a sample)."""
    for path, *facts in unpack_gcompris(folder):
        yield path, "gcompris-qt-data", *facts, bool(facts[1])
    for package, (patterns, licence, sample) in PACKAGES.items():
        facts = copyright_facts(folder / package)
        for pattern in patterns:
            for path in sorted((folder / package).glob(pattern)):
                author, own, source = facts.get(path.name, ("", "", ""))
                yield path, package, author, own or licence, source, sample and bool(own)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--work", type=Path, required=True)
    options = parser.parse_args()
    folder = fetch(options.work)
    out = options.work / "photos"
    rows, seen = [], set()
    for path, package, author, licence, source, sample in candidates(folder):
        try:
            image = Image.open(path).convert("RGB")
        except OSError:
            continue
        if min(image.size) < 512:
            continue
        image.thumbnail((2560, 2560), Image.LANCZOS)
        digest = hashlib.sha256(image.resize((16, 16)).tobytes()).hexdigest()
        if digest in seen:
            continue
        seen.add(digest)
        # By content, so that the parts stay the same: three in ten of what may be shipped become
        # samples, one in twelve of the rest is held out.
        pick = int(digest[:8], 16)
        use = "samples" if sample and pick % 20 < 6 else "held-out" if pick % 12 == 0 else "train"
        stem = path.parts[-4] if package.startswith("plasma") else path.stem
        name = f"{package}-{stem}".replace(" ", "_") + ".png"
        (out / use).mkdir(parents=True, exist_ok=True)
        image.save(out / use / name, compress_level=1)
        rows.append((name, use, author, licence, source, package))
    with (out / "licences.tsv").open("w", newline="") as file:
        writer = csv.writer(file, delimiter="\t")
        writer.writerow(["file", "use", "author", "licence", "source", "package"])
        writer.writerows(sorted(rows))
    for use in ("train", "held-out", "samples"):
        print(use, sum(row[1] == use for row in rows))


if __name__ == "__main__":
    main()
