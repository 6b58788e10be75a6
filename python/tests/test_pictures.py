"""Data sets of pictures from files, and transforms of what they give."""

import os
import struct
import tempfile
import unittest
import zlib
from io import BytesIO

import torch
from PIL import Image
from torch.utils.data import DataLoader
from torchvision import datasets, io, transforms, utils


def idx(path, sizes, data):
    with open(path, "wb") as file:
        file.write(bytes([0, 0, 8, len(sizes)]) + b"".join(struct.pack(">I", size) for size in sizes) + bytes(data))


def png(path, height, width, pixel):
    rows = b"".join(b"\0" + bytes(pixel) * width for _ in range(height))

    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    with open(path, "wb") as file:
        file.write(b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header))
        file.write(chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b""))


class Files(unittest.TestCase):
    def setUp(self):
        self.root = tempfile.mkdtemp()

    def test_palettes(self):
        def chunk(kind, data):
            return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

        path = os.path.join(self.root, "mask.png")
        with open(path, "wb") as file:
            file.write(b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", 2, 1, 8, 3, 0, 0, 0)))
            file.write(chunk(b"PLTE", bytes([9, 8, 7, 128, 0, 0, 5, 5, 5])) + chunk(b"IDAT", zlib.compress(b"\0\1\2")) + chunk(b"IEND", b""))
        mask = Image.open(path)
        self.assertEqual((mask.mode, mask.getbands(), mask.getpixel((1, 0))), ("P", ("P",), 2))
        self.assertEqual(mask.convert("RGB").getpixel((0, 0)), (128, 0, 0))
        self.assertEqual(mask.resize((4, 1)).convert("RGBA").getpixel((3, 0)), (5, 5, 5, 255))
        self.assertEqual(transforms.PILToTensor()(mask).tolist(), [[[1, 2]]])
        self.assertEqual(io.read_image(path).tolist(), [[[1, 2]]])
        self.assertEqual(io.read_image(path, io.ImageReadMode.RGB, apply_exif_orientation=True).tolist(), [[[128, 5]], [[0, 5]], [[0, 5]]])

    def test_mnist(self):
        raw = os.path.join(self.root, "MNIST", "raw")
        os.makedirs(raw)
        for part, count in (("train", 3), ("t10k", 2)):
            idx(f"{raw}/{part}-images-idx3-ubyte", (count, 28, 28), [i % 256 for i in range(count * 784)])
            idx(f"{raw}/{part}-labels-idx1-ubyte", (count,), range(count))
        steps = transforms.Compose([transforms.ToTensor(), transforms.Normalize([0.1307], [0.3081])])
        self.assertEqual(str(steps.transforms[1]), "Normalize(mean=[0.1307], std=[0.3081])")
        image = torch.linspace(0, 1, 12).reshape(3, 2, 2)
        for mean, std in ((0.5, 0.25), ((0.5,), (0.25,)), ([0.5] * 3, [0.25] * 3)):
            normalize = transforms.Normalize(mean, std)
            self.assertTrue(torch.equal(normalize(image), (image - 0.5) / 0.25))
            self.assertEqual(str(normalize), f"Normalize(mean={mean}, std={std})")
        data = datasets.MNIST(self.root, train=True, transform=steps)
        pictures, labels = next(iter(DataLoader(data, batch_size=3)))
        self.assertEqual((pictures.shape, labels.tolist()), ((3, 1, 28, 28), [0, 1, 2]))
        self.assertAlmostEqual(pictures[0, 0, 0, 2].item(), (2 / 255 - 0.1307) / 0.3081, 5)
        self.assertTrue(torch.equal(pictures, torch.stack([data[i][0] for i in range(3)])))
        self.assertEqual(labels.dtype, torch.int64)
        self.assertEqual(len(datasets.MNIST(self.root, train=False)), 2)
        self.assertEqual((data.data.shape, data.targets.tolist()), ((3, 28, 28), [0, 1, 2]))
        self.assertEqual((data.train_data.shape, data.train_labels.tolist()), ((3, 28, 28), [0, 1, 2]))
        with self.assertRaisesRegex(RuntimeError, "Dataset not found"):
            datasets.MNIST(os.path.join(self.root, "nowhere"))
        # Files of another set lie where those of a notebook do.
        self.addCleanup(os.chdir, os.getcwd())
        os.chdir(raw)
        clothes = datasets.FashionMNIST(self.root, download=True)
        self.assertEqual((len(clothes), len(datasets.FashionMNIST(self.root, train=False))), (3, 2))
        os.chdir("/")
        told = "add emnist-letters-test-images-idx3-ubyte.gz and the other files of https://www.nist.gov/.* to the notebook's files"
        with self.assertRaisesRegex(RuntimeError, told):
            datasets.EMNIST(self.root, "letters", train=False, download=True)

    def test_emnist(self):
        raw = os.path.join(self.root, "EMNIST", "raw")
        os.makedirs(raw)
        for part in ("train", "test"):
            idx(f"{raw}/emnist-letters-{part}-images-idx3-ubyte", (2, 28, 28), [9] * (2 * 784))
            idx(f"{raw}/emnist-letters-{part}-labels-idx1-ubyte", (2,), [1, 26])
        data = datasets.EMNIST(self.root, "letters", train=False, transform=transforms.ToTensor())
        self.assertEqual((len(data), data.targets.tolist(), data.classes[26]), (2, [1, 26], "z"))
        self.assertEqual(data[1][0].shape, (1, 28, 28))
        with self.assertRaises(ValueError):
            datasets.EMNIST(self.root, "words")

    def test_folders_of_pictures(self):
        for name, pixel in (("cat", (255, 0, 51)), ("dog", (0, 255, 0))):
            os.makedirs(os.path.join(self.root, name))
            png(os.path.join(self.root, name, "one.png"), 2, 3, pixel)
        data = datasets.ImageFolder(self.root, transform=transforms.ToTensor())
        self.assertEqual((data.classes, data.targets), (["cat", "dog"], [0, 1]))
        picture, label = data[0]
        self.assertEqual((picture.shape, label), ((3, 2, 3), 0))
        self.assertTrue(torch.allclose(picture[:, 0, 0], torch.tensor([1.0, 0.0, 0.2])))

    def test_transforms_of_pictures(self):
        os.makedirs(os.path.join(self.root, "cat"))
        png(os.path.join(self.root, "cat", "one.png"), 8, 8, (10, 20, 30))
        steps = transforms.Compose([transforms.Resize(4), transforms.CenterCrop(2), transforms.ToTensor()])
        picture, _ = datasets.ImageFolder(self.root, transform=steps)[0]
        self.assertTrue(torch.allclose(picture[:, 1, 1] * 255, torch.tensor([10.0, 20.0, 30.0])))

    def test_antialias(self):
        x = torch.arange(36.0).reshape(1, 6, 6).square()
        crop = {"scale": (1, 1), "ratio": (1, 1)}
        for antialias, expected in ((False, [49.0, 100.0, 625.0, 784.0]), (True, [111.25, 161.25, 598.75, 723.75])):
            resampled = [
                torch.nn.functional.interpolate(x[None], size=(2, 2), mode="bilinear", antialias=antialias),
                transforms.functional.resize(x, [2, 2], antialias=antialias),
                transforms.functional.resized_crop(x, 0, 0, 6, 6, [2, 2], antialias=antialias),
                transforms.Resize([2, 2], antialias=antialias)(x),
                transforms.RandomResizedCrop([2, 2], antialias=antialias, **crop)(x),
            ]
            for each in resampled:
                self.assertTrue(torch.allclose(each.flatten(), torch.tensor(expected), rtol=1e-5))

    def test_cifar_needs_its_files(self):
        with self.assertRaises(RuntimeError):
            datasets.CIFAR10(self.root)

    def test_noise(self):
        data = datasets.FakeData(4, (3, 8, 8), 10, transform=transforms.ToTensor())
        first, again = data[1], data[1]
        self.assertTrue(torch.equal(first[0], again[0]))
        self.assertEqual((first[0].shape, first[1], len(data)), ((3, 8, 8), again[1], 4))


class Images(unittest.TestCase):
    """Pictures with the names of PIL's; the numbers are Pillow's."""

    def setUp(self):
        self.pixels = (torch.arange(60).view(4, 5, 3) * 37 % 256).to(torch.uint8)
        self.image = transforms.ToPILImage()(self.pixels.permute(2, 0, 1))

    def test_facts(self):
        image = self.image
        self.assertEqual((image.size, image.width, image.height, image.mode), ((5, 4), 5, 4, "RGB"))
        self.assertEqual((image.getbands(), image.getpixel((1, 2))), (("R", "G", "B"), (197, 234, 15)))
        self.assertEqual(image.getextrema(), ((0, 240), (3, 243), (6, 237)))
        self.assertEqual(image.tobytes(), bytes(self.pixels.flatten().tolist()))
        self.assertEqual(image.copy().tobytes(), image.tobytes())
        self.assertNotIsInstance(image, torch.nn.Parameter)

    def test_modes(self):
        grey, ycc, alpha = (self.image.convert(mode) for mode in ("L", "YCbCr", "RGBA"))
        self.assertEqual((list(grey.tobytes())[:5], sum(grey.tobytes())), ([30, 141, 73, 107, 189], 2378))
        self.assertEqual((list(ycc.tobytes())[:9], sum(ycc.tobytes())), ([30, 152, 106, 141, 152, 106, 72, 109, 234], 7466))
        self.assertEqual((ycc.getbands(), ycc.mode), (("Y", "Cb", "Cr"), "YCbCr"))
        self.assertEqual(list(ycc.convert("RGB").tobytes())[:9], [0, 37, 72, 110, 148, 183, 220, 2, 38])
        self.assertEqual(list(alpha.tobytes())[:8], [0, 37, 74, 255, 111, 148, 185, 255])
        self.assertEqual([band.mode for band in ycc.split()], ["L", "L", "L"])
        self.assertEqual(list(ycc.split()[1].tobytes())[:3], [152, 152, 109])
        self.assertEqual(grey.convert("RGB").getpixel((0, 0)), (30, 30, 30))
        with self.assertRaises(ValueError):
            self.image.convert("no mode")

    def test_sizes(self):
        halved = [43, 80, 117, 9, 46, 83, 231, 12, 49, 129, 166, 203, 95, 132, 169, 61, 98, 135]
        self.assertEqual(list(self.image.resize((3, 2), Image.NEAREST).tobytes()), halved)
        cubic = [72, 113, 137, 114, 89, 125, 154, 122, 95, 151, 135, 124, 127, 141, 120, 107, 130, 124]
        self.assertEqual(list(self.image.resize((3, 2)).tobytes()), cubic)
        linear = [79, 116, 137, 115, 91, 120, 150, 124, 99, 146, 136, 126, 121, 134, 122, 113, 129, 119]
        self.assertEqual(list(self.image.resize((3, 2), Image.Resampling.BILINEAR).tobytes()), linear)
        part = self.image.crop((1, 1, 3, 3))
        # As Pillow, to the nearest pixels.
        self.assertEqual(self.image.crop((0.5, 1.2, 2.6, 3.0)), self.image.crop((0, 1, 3, 3)))
        self.assertEqual((part.size, list(part.tobytes())[:6]), ((2, 2), [154, 191, 228, 9, 46, 83]))

    def test_modes_by_name(self):
        nearest = transforms.InterpolationMode.NEAREST
        self.assertEqual((nearest.name, nearest.value), ("NEAREST", "nearest"))
        # Packages name all of them in tables.
        names = ["NEAREST", "NEAREST_EXACT", "BILINEAR", "BICUBIC", "BOX", "HAMMING", "LANCZOS"]
        self.assertEqual([mode.name for mode in transforms.functional.InterpolationMode], names)
        self.assertEqual([kind.name for kind in sorted(Image.Resampling)], ["NEAREST", "LANCZOS", "BILINEAR", "BICUBIC", "BOX", "HAMMING"])
        halved = self.image.resize((3, 2), Image.NEAREST).tobytes()
        self.assertEqual(transforms.Resize((2, 3), interpolation=nearest)(self.image).tobytes(), halved)
        self.assertEqual(transforms.functional.resize(self.image, [2, 3], interpolation=nearest).tobytes(), halved)

    def test_turns(self):
        firsts = [
            [188, 225, 6],
            [129, 166, 203],
            [188, 225, 6],
            [61, 98, 135],
            [129, 166, 203],
            [0, 37, 74],
            [61, 98, 135],
        ]
        for method, first in enumerate(firsts):
            self.assertEqual(list(self.image.transpose(method).tobytes())[:3], first, method)
        self.assertEqual(self.image.transpose(Image.FLIP_LEFT_RIGHT).size, (5, 4))
        self.assertEqual(self.image.transpose(Image.ROTATE_90).size, (4, 5))

    def test_files(self):
        folder = tempfile.mkdtemp()
        path = os.path.join(folder, "one.png")
        self.image.save(path)
        for source in (path, open(path, "rb")):
            with Image.open(source) as read:
                self.assertEqual((read.size, read.mode, read.convert("RGB").tobytes()), ((5, 4), "RGB", self.image.tobytes()))
        self.assertTrue(torch.equal(io.read_image(path), self.pixels.permute(2, 0, 1)))
        self.assertEqual(io.read_image(path, io.ImageReadMode.GRAY).shape, (1, 4, 5))
        io.write_png(self.pixels.permute(2, 0, 1), path)
        self.assertTrue(torch.equal(io.decode_image(io.read_file(path)), self.pixels.permute(2, 0, 1)))
        utils.save_image(torch.tensor([[[0.0, 1.0, 0.5]]]), path)
        self.assertEqual(Image.open(path).getpixel((2, 0)), (128, 128, 128))
        buffer = BytesIO()
        utils.save_image(torch.ones(2, 1, 3, 3), buffer, format="png", padding=0)
        buffer.seek(0)
        self.assertEqual(Image.open(buffer).size, (6, 3))
        self.image.convert("L").save(path)
        self.assertEqual(Image.open(path).mode, "L")

    def test_made(self):
        self.assertEqual(Image.new("RGB", (2, 1), (1, 2, 3)).tobytes(), bytes([1, 2, 3, 1, 2, 3]))
        self.assertEqual(Image.new("L", (2, 1), 7).tobytes(), bytes([7, 7]))
        self.assertEqual(Image.new("RGB", (1, 1), 7).tobytes(), bytes([7, 0, 0]))
        self.assertEqual(Image.merge("RGB", self.image.split()).tobytes(), self.image.tobytes())
        self.assertIsInstance(self.image, Image.Image)

    def test_transforms_take_them(self):
        x = transforms.ToTensor()(self.image)
        self.assertTrue(torch.allclose(x, self.pixels.permute(2, 0, 1) / 255))
        steps = transforms.Compose([transforms.Resize((2, 3)), transforms.Grayscale(), transforms.PILToTensor()])
        self.assertEqual((steps(self.image).shape, steps(self.image).dtype), ((1, 2, 3), torch.uint8))
        self.assertEqual(transforms.CenterCrop(2)(self.image.convert("YCbCr").split()[0]).size, (2, 2))
        self.assertEqual(transforms.ToTensor()(self.image.convert("L")).shape, (1, 4, 5))


if __name__ == "__main__":
    unittest.main()
