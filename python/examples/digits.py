"""Pictures of digits, drawn by a script: a data set that needs no download."""

import torch
from torch.utils.data import Dataset

GLYPHS = (
    "01110 10001 10011 10101 11001 10001 01110",
    "00100 01100 00100 00100 00100 00100 01110",
    "01110 10001 00001 00110 01000 10000 11111",
    "11110 00001 00001 01110 00001 00001 11110",
    "00010 00110 01010 10010 11111 00010 00010",
    "11111 10000 11110 00001 00001 10001 01110",
    "00110 01000 10000 11110 10001 10001 01110",
    "11111 00001 00010 00100 01000 01000 01000",
    "01110 10001 10001 01110 10001 10001 01110",
    "01110 10001 10001 01111 00001 00010 01100",
)
SIZE = 12


def glyph(digit):
    """The drawing of a digit, [7, 5]."""
    return torch.tensor([[float(dot) for dot in row] for row in GLYPHS[digit].split()])


class Digits(Dataset):
    """Digits at random places of a grey ground, with their labels."""

    def __init__(self, count, seed, transform=None):
        generator = torch.Generator().manual_seed(seed)
        glyphs = [glyph(digit) for digit in range(10)]
        self.labels = torch.randint(0, 10, (count,), generator=generator).tolist()
        places = torch.randint(0, 3, (count, 2), generator=generator).tolist()
        self.pictures = torch.rand(count, 1, SIZE, SIZE, generator=generator) * 0.2
        for picture, label, (row, column) in zip(self.pictures, self.labels, places, strict=True):
            picture[0, row : row + 7, column : column + 5] += glyphs[label] * 0.8
        self.transform = transform

    def __len__(self):
        return len(self.labels)

    def __getitem__(self, index):
        picture = self.pictures[index]
        return (self.transform(picture) if self.transform else picture), self.labels[index]
