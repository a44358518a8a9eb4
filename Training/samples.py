"""Writes data/images: the sample photographs as 512x512 JPEGs, and their table of licences."""

import argparse
import csv
from pathlib import Path

from PIL import Image


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--work", type=Path, required=True)
    parser.add_argument("--output", type=Path, default=Path("data/images"))
    options = parser.parse_args()
    options.output.mkdir(parents=True, exist_ok=True)
    table = csv.DictReader((options.work / "photos/licences.tsv").open(), delimiter="\t")
    rows = [row for row in table if row["use"] == "samples"]
    with (options.output / "LICENCES.tsv").open("w", newline="") as file:
        writer = csv.writer(file, delimiter="\t", lineterminator="\n")
        writer.writerow(["file", "author", "licence", "source", "package", "original"])
        for index, row in enumerate(rows):
            image = Image.open(options.work / "photos/samples" / row["file"])
            side = min(image.size)
            left, top = (image.width - side) // 2, (image.height - side) // 2
            image = image.crop((left, top, left + side, top + side)).resize((512, 512))
            name = f"{index:02}.jpg"
            image.save(options.output / name, quality=90, subsampling=0, optimize=True)
            stem = row["file"].removeprefix(row["package"] + "-").removesuffix(".png")
            writer.writerow([name, row["author"], row["licence"], row["source"], row["package"], stem])


if __name__ == "__main__":
    main()
