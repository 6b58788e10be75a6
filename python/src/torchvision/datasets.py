"""`torchvision.datasets`: data sets of pictures from the interpreter's files; items are pictures [H, W, C] of bytes."""

from __future__ import annotations

import functools
import gzip
import os
import pickle
import string
import tarfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import torch
from torch._aliases import add_modules
from torch._pictures import Picture, picture_of
from torch.utils.data import Dataset

IMG_EXTENSIONS = (".jpg", ".jpeg", ".png", ".ppm", ".bmp", ".pgm", ".tif", ".tiff", ".webp")


class VisionDataset(Dataset):
    """Base class of data sets of pictures: transforms of the picture, of the target, or of both."""

    def __init__(
        self,
        root: str | os.PathLike | None = None,
        transforms: Callable | None = None,
        transform: Callable | None = None,
        target_transform: Callable | None = None,
    ) -> None:
        if transforms is not None and (transform is not None or target_transform is not None):
            raise ValueError("Only transforms or transform/target_transform can be passed as argument")
        self.root = os.path.expanduser(root) if isinstance(root, str) else root
        self.transforms = transforms
        self.transform = transform
        self.target_transform = target_transform

    def _batch(self, planes: bytes, sizes: tuple[int, int, int], targets: list[int]) -> list[Any] | None:
        """Pictures of bytes that lie channel by channel, as a loader gives them, where their transforms take many at once."""
        from torchvision.transforms import Compose, Normalize, ToTensor

        first, *rest = self.transform.transforms if type(self.transform) is Compose else [self.transform]
        if self.transforms is not None or self.target_transform is not None or type(first) is not ToTensor:
            return None
        if any(type(transform) is not Normalize for transform in rest):
            return None
        pictures = torch.frombuffer(bytearray(planes), dtype=torch.uint8).view(-1, *sizes).float() / 255
        for transform in rest:
            pictures = transform(pictures)
        return [pictures, torch.tensor(targets)]

    def _item(self, picture: Any, target: Any) -> tuple[Any, Any]:
        if self.transforms is not None:
            return self.transforms(picture, target)
        if self.transform is not None:
            picture = self.transform(picture)
        if self.target_transform is not None:
            target = self.target_transform(target)
        return picture, target

    def extra_repr(self) -> str:
        """More lines of the printed text."""
        return ""

    def __repr__(self) -> str:
        lines = [f"Number of datapoints: {len(self)}"]
        if self.root is not None:
            lines.append(f"Root location: {self.root}")
        lines += self.extra_repr().splitlines()
        return "\n".join([f"Dataset {type(self).__name__}", *(f"    {line}" for line in lines)])


# Folders that a data set was told to download.
_downloaded: set[str] = set()


class MNIST(VisionDataset):
    """Digits of handwriting, 28 × 28, from the files of `root/MNIST/raw`."""

    home = "https://storage.googleapis.com/cvdf-datasets/mnist"

    classes = tuple(
        f"{i} - {name}" for i, name in enumerate("zero one two three four five six seven eight nine".split())
    )

    def __init__(
        self,
        root: str | os.PathLike,
        train: bool = True,
        transform: Callable | None = None,
        target_transform: Callable | None = None,
        download: bool = False,
    ) -> None:
        super().__init__(root, transform=transform, target_transform=target_transform)
        self.train = train
        part = self._part()
        # PyTorch's download brings both halves: the other one comes when it is asked for.
        if download or self.raw_folder in _downloaded:
            _downloaded.add(self.raw_folder)
            self._fetch(part)
        pictures = self._idx(f"{part}-images-idx3-ubyte", download)
        labels = self._idx(f"{part}-labels-idx1-ubyte", download)
        self._bytes, self._size = pictures
        self._labels = labels[0]

    def _fetch(self, part: str) -> None:
        """Has the page bring the files, if there are none and it knows how."""
        bring = torch.lamplight.downloads.get(type(self).__name__)
        names = (f"{part}-images-idx3-ubyte", f"{part}-labels-idx1-ubyte")
        if bring and not all(_found(self.raw_folder, name) for name in names):
            bring(self.raw_folder, self.train)

    def _idx(self, name: str, download: bool) -> tuple[bytes, tuple[int, ...]]:
        """
        The bytes and the sizes of a file of MNIST's format, compressed or not; where it is to be downloaded, it may lie beside the program, as
        the files of a notebook do.
        """
        path = _found(self.raw_folder, name) or (_found(".", name) if self.raw_folder in _downloaded else None)
        if path is None:
            remedy = f"add {name}.gz and the other files of {self.home} to the notebook's files, or write them into the interpreter's"
            raise _missing(os.path.join(self.raw_folder, name), download, remedy)
        with gzip.open(path, "rb") if path.endswith(".gz") else open(path, "rb") as file:
            data = file.read()
        if data[:3] != b"\0\0\x08":
            raise RuntimeError(f"{path}: expected a file of bytes in MNIST's format, but it begins with {data[:4]!r}")
        sizes = tuple(int.from_bytes(data[4 + 4 * i : 8 + 4 * i], "big") for i in range(data[3]))
        return data[4 + 4 * data[3] :], sizes

    def _part(self) -> str:
        """How the names of the files of this half begin."""
        return "train" if self.train else "t10k"

    @property
    def raw_folder(self) -> str:
        """Where the files lie."""
        return os.path.join(self.root, type(self).__name__, "raw")

    @property
    def data(self) -> Any:
        """All pictures, uint8 [N, H, W]."""
        return torch.frombuffer(bytearray(self._bytes), dtype=torch.uint8).view(self._size)

    @property
    def targets(self) -> Any:
        """All labels."""
        return torch.tensor(list(self._labels))

    # By the names of before torchvision 0.3.
    train_data = test_data = data
    train_labels = test_labels = targets

    @property
    def class_to_idx(self) -> dict[str, int]:
        """The number of each class."""
        return {name: i for i, name in enumerate(self.classes)}

    def __len__(self) -> int:
        return self._size[0]

    def __getitem__(self, index: int) -> tuple[Any, Any]:
        if not -len(self) <= index < len(self):
            raise IndexError(f"index {index} is out of range of {len(self)} pictures")
        index %= len(self)
        _, height, width = self._size
        size = height * width
        picture = Picture.from_bytes(self._bytes[index * size : (index + 1) * size], (height, width, 1))
        return self._item(picture, self._labels[index])

    def _together(self, indices: list[int]) -> list[Any] | None:
        if type(self).__getitem__ is not MNIST.__getitem__:
            return None
        _, height, width = self._size
        size = height * width
        planes = b"".join(self._bytes[i * size : (i + 1) * size] for i in indices)
        return self._batch(planes, (1, height, width), [self._labels[i] for i in indices])

    def extra_repr(self) -> str:
        """The split."""
        return f"Split: {'Train' if self.train else 'Test'}"


class FashionMNIST(MNIST):
    """Pictures of clothes in MNIST's format, from `root/FashionMNIST/raw`."""

    home = "https://github.com/zalandoresearch/fashion-mnist"
    classes = tuple("T-shirt/top,Trouser,Pullover,Dress,Coat,Sandal,Shirt,Sneaker,Bag,Ankle boot".split(","))


class KMNIST(MNIST):
    """Characters of Kuzushiji in MNIST's format, from `root/KMNIST/raw`."""

    home = "http://codh.rois.ac.jp/kmnist"
    classes = tuple("o ki su tsu na ha ma ya re wo".split())


class EMNIST(MNIST):
    """Letters and digits in MNIST's format, rows and columns exchanged as in the files, from `root/EMNIST/raw`."""

    home = "https://www.nist.gov/itl/products-and-services/emnist-dataset"
    splits = ("byclass", "bymerge", "balanced", "letters", "digits", "mnist")
    _merged_classes = frozenset("cijklmopsuvwxyz")
    _all_classes = frozenset(string.digits + string.ascii_letters)
    classes_split_dict = {
        "byclass": sorted(_all_classes),
        "bymerge": sorted(_all_classes - _merged_classes),
        "balanced": sorted(_all_classes - _merged_classes),
        "letters": ["N/A", *string.ascii_lowercase],
        "digits": list(string.digits),
        "mnist": list(string.digits),
    }

    def __init__(self, root: str | os.PathLike, split: str, **kwargs: Any) -> None:
        if split not in self.splits:
            raise ValueError(
                f"Unknown value '{split}' for argument split. Valid values are {{{', '.join(map(repr, self.splits))}}}."
            )
        self.split = split
        super().__init__(root, **kwargs)
        self.classes = self.classes_split_dict[split]

    def _part(self) -> str:
        return f"emnist-{self.split}-{'train' if self.train else 'test'}"


def _found(folder: str, name: str) -> str | None:
    """Where a file lies, compressed or not."""
    paths = (os.path.join(folder, name), os.path.join(folder, f"{name}.gz"))
    return next((path for path in paths if os.path.exists(path)), None)


def _missing(path: str, download: bool, remedy: str) -> RuntimeError:
    reason = "pages cannot download from the servers of data sets" if download else "there is none"
    return RuntimeError(f"Dataset not found: expected a file {path}, but {reason}; {remedy}")


class CIFAR10(VisionDataset):
    """Colour pictures of ten classes, 32 × 32, from `root/cifar-10-batches-py`."""

    base_folder = "cifar-10-batches-py"
    filename = "cifar-10-python.tar.gz"
    _train = tuple(f"data_batch_{i}" for i in range(1, 6))
    _test = ("test_batch",)
    _meta = ("batches.meta", "label_names", "labels")

    def __init__(
        self,
        root: str | os.PathLike,
        train: bool = True,
        transform: Callable | None = None,
        target_transform: Callable | None = None,
        download: bool = False,
    ) -> None:
        super().__init__(root, transform=transform, target_transform=target_transform)
        self.train = train
        self.targets: list[int] = []
        self._rows: list[bytes] = []
        if download:
            self._unpack()
        file, names, labels = self._meta
        for part in self._train if train else self._test:
            entry = self._entry(part, download)
            self.targets += entry[labels]
            pixels = bytes(entry["data"])
            size = len(pixels) // len(entry[labels])
            self._rows += [pixels[i : i + size] for i in range(0, len(pixels), size)]
        self.classes = self._entry(file, download)[names]
        self.class_to_idx = {name: i for i, name in enumerate(self.classes)}

    @functools.cached_property
    def data(self) -> Any:
        """All pictures, as an array [N, H, W, 3] of NumPy's."""
        rows = torch.frombuffer(bytearray(b"".join(self._rows)), dtype=torch.uint8)
        side = int((len(self._rows[0]) // 3) ** 0.5)
        return rows.view(-1, 3, side, side).permute(0, 2, 3, 1).contiguous().numpy()

    def _unpack(self) -> None:
        """Unpacks the archive, which lies in the root, or beside the program, where files that are added to a notebook lie."""
        archives = [os.path.join(folder, self.filename) for folder in (self.root, ".")]
        path = next((path for path in archives if os.path.exists(path)), None)
        if path is None or os.path.exists(os.path.join(self.root, self.base_folder)):
            return
        # A folder of its name is whole: unpacking may be interrupted.
        begun = os.path.join(self.root, f".{self.base_folder}")
        with tarfile.open(path) as archive:
            archive.extractall(begun, filter="data")
        os.rename(os.path.join(begun, self.base_folder), os.path.join(self.root, self.base_folder))
        os.rmdir(begun)

    def _entry(self, name: str, download: bool) -> dict[str, Any]:
        path = os.path.join(self.root, self.base_folder, name)
        if not os.path.exists(path):
            remedy = f"add {self.filename} of https://www.cs.toronto.edu/~kriz/cifar.html to the notebook's files, or write it into the interpreter's"
            raise _missing(path, download, remedy)
        with open(path, "rb") as file:
            return _Pixels(file, encoding="latin1").load()

    def __len__(self) -> int:
        return len(self.targets)

    def __getitem__(self, index: int) -> tuple[Any, Any]:
        row = self._rows[index]
        plane = len(row) // 3
        side = int(plane**0.5)
        mixed = bytearray(len(row))
        for channel in range(3):
            mixed[channel::3] = row[channel * plane : (channel + 1) * plane]
        return self._item(Picture.from_bytes(bytes(mixed), (side, side, 3)), self.targets[index])

    def _together(self, indices: list[int]) -> list[Any] | None:
        if type(self).__getitem__ is not CIFAR10.__getitem__:
            return None
        rows = [self._rows[i] for i in indices]
        side = int((len(rows[0]) // 3) ** 0.5)
        return self._batch(b"".join(rows), (3, side, side), [self.targets[i] for i in indices])

    def extra_repr(self) -> str:
        """The split."""
        return f"Split: {'Train' if self.train else 'Test'}"


class CIFAR100(CIFAR10):
    """Colour pictures of a hundred classes, 32 × 32, from `root/cifar-100-python`."""

    base_folder = "cifar-100-python"
    filename = "cifar-100-python.tar.gz"
    _train = ("train",)
    _test = ("test",)
    _meta = ("meta", "fine_label_names", "fine_labels")


class _Pixels(pickle.Unpickler):
    """Reads CIFAR's batches, whose pixels are an array of NumPy's, without NumPy."""

    def find_class(self, module: str, name: str) -> Any:
        if name == "_reconstruct":
            return lambda *_: _Array()
        if module.startswith("numpy") and name == "ndarray":
            return _Array
        if module.startswith("numpy") and name == "dtype":
            return _Array
        if (module, name) == ("_codecs", "encode"):
            return lambda text, encoding: text.encode(encoding)
        raise pickle.UnpicklingError(f"expected nothing but pixels and labels, but got {module}.{name}")


class _Array:
    """The bytes of an array of NumPy's."""

    def __init__(self, *_: Any) -> None:
        self._bytes = b""

    def __setstate__(self, state: Any) -> None:
        if len(state) == 5 and isinstance(state[-1], (bytes, str)):
            self._bytes = state[-1] if isinstance(state[-1], bytes) else state[-1].encode("latin1")

    def __bytes__(self) -> bytes:
        return self._bytes


class DatasetFolder(VisionDataset):
    """The files of a folder's folders, each of which is a class."""

    def __init__(
        self,
        root: str | os.PathLike,
        loader: Callable[[str], Any],
        extensions: tuple[str, ...] | None = None,
        transform: Callable | None = None,
        target_transform: Callable | None = None,
        is_valid_file: Callable[[str], bool] | None = None,
        allow_empty: bool = False,
    ) -> None:
        super().__init__(root, transform=transform, target_transform=target_transform)
        self.loader = loader
        self.extensions = extensions
        self.classes = sorted(entry.name for entry in os.scandir(self.root) if entry.is_dir())
        if not self.classes:
            raise FileNotFoundError(f"Couldn't find any class folder in {self.root}.")
        self.class_to_idx = {name: i for i, name in enumerate(self.classes)}
        fits = is_valid_file or (lambda path: path.lower().endswith(extensions or ""))
        self.samples = [(path, self.class_to_idx[name]) for name in self.classes for path in self._files(name, fits)]
        self.imgs = self.samples
        self.targets = [target for _, target in self.samples]
        empty = sorted(set(self.classes) - {self.classes[target] for target in self.targets})
        if empty and not allow_empty:
            raise FileNotFoundError(f"Found no valid file for the classes {', '.join(empty)}. ")

    def _files(self, name: str, fits: Callable[[str], bool]) -> Iterator[str]:
        for folder, _, files in sorted(os.walk(os.path.join(self.root, name), followlinks=True)):
            yield from (path for path in (os.path.join(folder, file) for file in sorted(files)) if fits(path))

    def __len__(self) -> int:
        return len(self.samples)

    def __getitem__(self, index: int) -> tuple[Any, Any]:
        path, target = self.samples[index]
        return self._item(self.loader(path), target)


def default_loader(path: str) -> Any:
    """The picture in a file, in red, green and blue."""
    return picture_of(Path(path).read_bytes(), "RGB")


class ImageFolder(DatasetFolder):
    """The pictures of a folder's folders, each of which is a class."""

    def __init__(
        self,
        root: str | os.PathLike,
        transform: Callable | None = None,
        target_transform: Callable | None = None,
        loader: Callable[[str], Any] = default_loader,
        is_valid_file: Callable[[str], bool] | None = None,
        allow_empty: bool = False,
    ) -> None:
        extensions = IMG_EXTENSIONS if is_valid_file is None else None
        super().__init__(root, loader, extensions, transform, target_transform, is_valid_file, allow_empty)


class FakeData(VisionDataset):
    """Pictures of noise, each of which is the same whenever it is asked for."""

    def __init__(
        self,
        size: int = 1000,
        image_size: tuple[int, int, int] = (3, 224, 224),
        num_classes: int = 10,
        transform: Callable | None = None,
        target_transform: Callable | None = None,
        random_offset: int = 0,
    ) -> None:
        super().__init__(None, transform=transform, target_transform=target_transform)
        self.size = size
        self.num_classes = num_classes
        self.image_size = image_size
        self.random_offset = random_offset

    def __len__(self) -> int:
        return self.size

    def __getitem__(self, index: int) -> tuple[Any, Any]:
        if index >= self.size:
            raise IndexError(f"{type(self).__name__} index out of range")
        before = torch.get_rng_state()
        torch.manual_seed(index + self.random_offset)
        noise = torch.randn(*self.image_size)
        target = torch.randint(0, self.num_classes, size=(1,), dtype=torch.long)[0].item()
        torch.set_rng_state(before)
        from torchvision.transforms import ToPILImage

        return self._item(ToPILImage()(noise), target)


__all__ = [
    "CIFAR10",
    "CIFAR100",
    "DatasetFolder",
    "EMNIST",
    "FakeData",
    "FashionMNIST",
    "IMG_EXTENSIONS",
    "ImageFolder",
    "KMNIST",
    "MNIST",
    "VisionDataset",
    "default_loader",
]


add_modules(__name__)
