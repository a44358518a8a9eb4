"""Writes test pictures of every mode, and what Pillow makes of them.

    python pillow_cases.py FOLDER [--small]

FOLDER gets the pictures and expected.tsv: file, what was done, width, height, SHA-256 of the
pixels. `--small` is the committed set (pillow-vectors, made with Pillow 13.0.0); without it there
are several hundred pictures, which a test makes and compares when UNETLENS_PYTHON names a Python
with Pillow.
"""

import argparse
import hashlib
import io
import random
import struct
import sys
import zlib
from pathlib import Path

from PIL import Image, ImageOps

ADAM7 = [(0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2)]


def pattern(width, height, channels, seed):
    """Smooth ramps with noise: resizing overshoots, and no two axes or channels look alike."""
    rng = random.Random(seed)
    values = bytearray()
    for y in range(height):
        for x in range(width):
            for c in range(channels):
                base = 255 * (x * (c + 1) + y * 2) // max(1, width * (c + 1) + height * 2)
                edge = 255 if (x // 5 + y // 7 + c) % 3 == 0 else 0
                values.append(max(0, min(255, (base + edge) // 2 + rng.randrange(-40, 41))))
    return bytes(values)


def chunk(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def raw_png(width, height, depth, color, rng, interlaced=False, palette=0, extra=b""):
    """A PNG of random samples, of any colour type and depth, which Pillow cannot write itself."""
    bits = depth * {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}[color]

    def rows(w, h):
        out = b""
        for _ in range(h if w else 0):
            row = bytearray(rng.randbytes((w * bits + 7) // 8))
            if palette and depth == 8:
                row = bytearray(b % palette for b in row)
            out += b"\0" + bytes(row)
        return out

    if interlaced:
        data = b"".join(
            rows((width - x + dx - 1) // dx, (height - y + dy - 1) // dy) for x, y, dx, dy in ADAM7
        )
    else:
        data = rows(width, height)
    head = struct.pack(">IIBBBBB", width, height, depth, color, 0, 0, int(interlaced))
    png = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head)
    if palette:
        png += chunk(b"PLTE", rng.randbytes(3 * palette))
    return png + extra + chunk(b"IDAT", zlib.compress(data)) + chunk(b"IEND", b"")


def exif(orientation, big=False, kind=3, count=1):
    """A TIFF structure whose second entry is the orientation."""
    e = ">" if big else "<"
    value = struct.pack(e + {1: "B", 2: "c", 3: "H", 4: "L"}[kind], bytes([orientation]) if kind == 2 else orientation)
    entries = struct.pack(e + "HHL4s", 271, 2, 2, b"a\0\0\0")
    entries += struct.pack(e + "HHL4s", 274, kind, count, value.ljust(4, b"\0"))
    return (b"MM\0*" if big else b"II*\0") + struct.pack(e + "LH", 8, 2) + entries + b"\0\0\0\0"


def xmp(orientation):
    return b'<x:xmpmeta><rdf:Description tiff:Orientation="%d"/></x:xmpmeta>' % orientation


def jpeg_with(jpeg, *segments):
    out = jpeg[:2]
    for data in segments:
        out += b"\xff\xe1" + struct.pack(">H", len(data) + 2) + data
    return out + jpeg[2:]


def encoded(image, kind, **options):
    out = io.BytesIO()
    image.save(out, kind, **options)
    return out.getvalue()


def cases(small):
    rng = random.Random(7)
    sizes = [(24, 17)] if small else [(2, 2), (3, 9), (24, 17), (41, 40), (64, 131), (200, 97), (333, 251)]
    for width, height in sizes:
        name = f"{width}x{height}"
        seed = width * 1000 + height
        rgb = Image.frombytes("RGB", (width, height), pattern(width, height, 3, seed))
        grey = Image.frombytes("L", (width, height), pattern(width, height, 1, seed + 1))
        for mode in ("RGB", "L", "LA", "RGBA", "1", "P"):
            if mode in ("LA", "RGBA"):
                alpha = Image.frombytes("L", (width, height), pattern(width, height, 1, seed + 2))
                image = (rgb if mode == "RGBA" else grey).convert(mode)
                image.putalpha(alpha)
            else:
                image = rgb.convert(mode) if mode != "P" else rgb.quantize(37)
            yield f"{name}-{mode}.png", encoded(image, "PNG")
        for quality, sampling in [(90, 0)] if small else [(30, 2), (75, 1), (95, 0)]:
            options = {"quality": quality, "subsampling": sampling}
            yield f"{name}-q{quality}.jpg", encoded(rgb, "JPEG", **options)
            yield f"{name}-q{quality}p.jpg", encoded(rgb, "JPEG", progressive=True, **options)
            yield f"{name}-grey-q{quality}.jpg", encoded(grey, "JPEG", quality=quality)
            cmyk = Image.frombytes("CMYK", (width, height), pattern(width, height, 4, seed + 3))
            yield f"{name}-cmyk-q{quality}.jpg", encoded(cmyk, "JPEG", quality=quality)
        kinds = [(d, c) for c, ds in {0: (1, 2, 4, 8, 16), 2: (8, 16), 3: (1, 2, 4, 8), 4: (8, 16), 6: (8, 16)}.items() for d in ds]
        for depth, color in kinds:
            for interlaced in (False, True):
                if small and interlaced and (depth, color) not in ((1, 0), (8, 2)):
                    continue
                palette = min(2**depth, 200) if color == 3 else 0
                extra = chunk(b"gAMA", struct.pack(">I", 100000))
                if color == 3:
                    extra += chunk(b"tRNS", b"\0\x80")
                png = raw_png(width, height, depth, color, rng, interlaced, palette, extra)
                yield f"{name}-raw{color}-{depth}{'i' if interlaced else ''}.png", png
    rgb = Image.frombytes("RGB", (19, 12), pattern(19, 12, 3, 5))
    jpeg, png = encoded(rgb, "JPEG", quality=90), encoded(rgb, "PNG")
    for value in range(0, 10):
        yield f"exif{value}.jpg", jpeg_with(jpeg, b"Exif\0\0" + exif(value, big=value % 2 == 0, kind=3 + value % 2))
    yield "exif-png.png", png[:33] + chunk(b"eXIf", exif(6)) + png[33:]
    yield "exif-png-late.png", png[:-12] + chunk(b"eXIf", exif(8)) + png[-12:]
    profile = ("\nexif\n%8d\n" % len(exif(5))).encode() + exif(5).hex().encode() + b"\n"
    yield "exif-profile.png", png[:33] + chunk(b"tEXt", b"Raw profile type exif\0" + profile) + png[33:]
    yield "exif-profile-z.png", png[:33] + chunk(b"zTXt", b"Raw profile type exif\0\0" + zlib.compress(profile)) + png[33:]
    yield "xmp.png", png[:33] + chunk(b"iTXt", b"XML:com.adobe.xmp\0\0\0\0\0" + xmp(6)) + png[33:]
    space = b"http://ns.adobe.com/xap/1.0/\0"
    yield "xmp.jpg", jpeg_with(jpeg, space + xmp(8))
    yield "exif-then-xmp.jpg", jpeg_with(jpeg, b"Exif\0\0" + exif(3), space + xmp(8))
    yield "exif-byte.jpg", jpeg_with(jpeg, b"Exif\0\0" + exif(6, kind=1))
    yield "exif-ascii.jpg", jpeg_with(jpeg, b"Exif\0\0" + exif(6, kind=2))
    yield "exif-none.jpg", jpeg_with(jpeg, b"Exif\0\0" + exif(6, count=0))
    yield "exif-two.jpg", jpeg_with(jpeg, b"Exif\0\0" + exif(6, count=2))
    yield "exif-cut.jpg", jpeg_with(jpeg, b"Exif\0\0" + exif(6)[:30])
    yield "exif-twice.jpg", jpeg_with(jpeg, b"Exif\0\0" + exif(3), b"Exif\0\0" + exif(6))
    yield "jpeg-named.png", jpeg
    yield "png-bad-crc.png", png[:-20] + bytes([png[-20] ^ 0]) + png[-19:-16] + b"\0\0\0\0" + png[-12:]
    yield "png-no-end.png", png[:-12]


def dataset_rule(image, size):
    image = ImageOps.exif_transpose(image)
    w, h = image.size
    s = min(w, h)
    box = (w // 2 - s // 2, h // 2 - s // 2, w // 2 + s // 2, h // 2 + s // 2)
    return image.crop(box).resize((size, size)).convert("RGB")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--small", action="store_true")
    arguments = parser.parse_args()
    arguments.folder.mkdir(parents=True, exist_ok=True)
    lines = []
    for name, data in cases(arguments.small):
        (arguments.folder / name).write_bytes(data)
        results = {}
        with Image.open(io.BytesIO(data)) as image:
            results["load"] = image.convert("RGB")
            results["resize 13 29"] = image.convert("RGB").resize((13, 29))
            results["resize 90 7"] = image.convert("RGB").resize((90, 7))
            for size in (8, 21, 64) if arguments.small else (1, 8, 21, 64, 333, 512):
                results[f"square {size}"] = dataset_rule(image, size)
        for what, result in results.items():
            digest = hashlib.sha256(result.tobytes()).hexdigest()
            lines.append(f"{name}\t{what}\t{result.width}\t{result.height}\t{digest}\n")
    (arguments.folder / "expected.tsv").write_text("".join(lines))


if __name__ == "__main__":
    sys.exit(main())
