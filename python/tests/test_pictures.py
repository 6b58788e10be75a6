"""Data sets of pictures from files, and transforms of what they give."""

import os
import struct
import tempfile
import unittest
import zlib

import torch
from torch.utils.data import DataLoader
from torchvision import datasets, transforms


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

    def test_mnist(self):
        raw = os.path.join(self.root, "MNIST", "raw")
        os.makedirs(raw)
        for part, count in (("train", 3), ("t10k", 2)):
            idx(f"{raw}/{part}-images-idx3-ubyte", (count, 28, 28), [i % 256 for i in range(count * 784)])
            idx(f"{raw}/{part}-labels-idx1-ubyte", (count,), range(count))
        steps = transforms.Compose([transforms.ToTensor(), transforms.Normalize((0.1307,), (0.3081,))])
        data = datasets.MNIST(self.root, train=True, transform=steps)
        pictures, labels = next(iter(DataLoader(data, batch_size=3)))
        self.assertEqual((pictures.shape, labels.tolist()), ((3, 1, 28, 28), [0, 1, 2]))
        self.assertAlmostEqual(pictures[0, 0, 0, 2].item(), (2 / 255 - 0.1307) / 0.3081, 5)
        self.assertEqual(len(datasets.MNIST(self.root, train=False)), 2)
        self.assertEqual((data.data.shape, data.targets.tolist()), ((3, 28, 28), [0, 1, 2]))
        with self.assertRaisesRegex(RuntimeError, "Dataset not found"):
            datasets.MNIST(os.path.join(self.root, "nowhere"))

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

    def test_cifar_needs_its_files(self):
        with self.assertRaises(RuntimeError):
            datasets.CIFAR10(self.root)

    def test_noise(self):
        data = datasets.FakeData(4, (3, 8, 8), 10, transform=transforms.ToTensor())
        first, again = data[1], data[1]
        self.assertTrue(torch.equal(first[0], again[0]))
        self.assertEqual((first[0].shape, first[1], len(data)), ((3, 8, 8), again[1], 4))


if __name__ == "__main__":
    unittest.main()
