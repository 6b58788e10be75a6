"""What is Lamplight's own: dtypes that WGSL has not, arrays of float64, reading back with `await`. PyTorch does not pass these."""

import asyncio
import importlib.machinery
import io
import os
import pickle
import sys
import tarfile
import tempfile
import types
import unittest
import warnings
from array import array
from unittest import mock

import torch
import torch.distributed
import torch.multiprocessing
import torch.onnx
import torchvision
from torch import nn
from torch.utils.tensorboard import SummaryWriter


class Arrays:
    """As NumPy's: what tensors look at of an array."""

    def __init__(self, code, name, values, shape):
        self._view = memoryview(array(code, values)).cast("B").cast(code, shape)
        self.dtype = type("dtype", (), {"name": name})
        self.ndim = len(shape)

    __array_interface__ = {}

    def __array__(self, dtype=None, copy=None):
        return self

    def __buffer__(self, flags):
        return self._view


class Numbers(unittest.TestCase):
    def test_float64_arrays_become_float32_with_one_warning(self):
        doubles = Arrays("d", "float64", [1.0, 2.5, 3.0, 4.0], (2, 2))
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            x = torch.from_numpy(doubles)
            y = torch.tensor(doubles)
        self.assertEqual((x.dtype, x.tolist()), (torch.float32, [[1.0, 2.5], [3.0, 4.0]]))
        self.assertEqual(y.shape, (2, 2))
        self.assertEqual([str(warning.message)[:31] for warning in caught], ["numbers of float64 become float"])

    def test_arrays_keep_other_dtypes(self):
        self.assertEqual(torch.from_numpy(Arrays("q", "int64", [1, -2], (2,))).dtype, torch.int64)
        self.assertEqual(torch.tensor(Arrays("B", "uint8", [1, 200], (1, 2))).tolist(), [[1, 200]])
        self.assertEqual(torch.from_numpy(Arrays("f", "float32", [1.5], (1,))).dtype, torch.float32)
        self.assertEqual((torch.ones(2) + Arrays("f", "float32", [1.0, 2.0], (2,))).tolist(), [2, 3])

    def test_dtypes_that_are_not_there_say_so(self):
        with self.assertRaisesRegex((TypeError, RuntimeError), "expected a dtype of float32") as caught:
            torch.ones(2, dtype=torch.int8)
        self.assertEqual(caught.exception.lamplight, "DTypeError")
        with warnings.catch_warnings(record=True) as told:
            warnings.simplefilter("always")
            self.assertEqual(torch.ones(2, dtype=torch.complex128).dtype, torch.complex64)
        self.assertEqual(len(told), 1)

    def test_numpy_is_asked_for_where_it_is_missing(self):
        with self.assertRaisesRegex(RuntimeError, "packages"):
            torch.ones(2).numpy()
        with self.assertRaisesRegex(RuntimeError, "requires grad"):
            torch.ones(2, requires_grad=True).numpy()


class Packages(unittest.TestCase):
    def test_events_are_files(self):
        folder = os.path.join(tempfile.mkdtemp(), "run")
        with SummaryWriter(log_dir=folder) as writer:
            for step in range(12):
                writer.add_scalar("loss/train", torch.tensor(float(step)), global_step=step)
            writer.add_histogram("weights", torch.arange(10.0), 1)
            writer.add_text("note", "begun")
        [name] = os.listdir(folder)
        self.assertIn("tfevents", name)
        with open(os.path.join(folder, name), "rb") as file:
            data, records, at = file.read(), [], 0
        while at < len(data):
            size = int.from_bytes(data[at : at + 8], "little")
            records.append(data[at + 12 : at + 12 + size])
            at += size + 16
        self.assertEqual(len([record for record in records if b"loss/train" in record]), 12)
        self.assertIn(b"brain.Event:2", records[0])
        self.assertEqual(SummaryWriter(folder).log_dir, folder)

    def test_networks_as_onnx(self):
        class Net(nn.Module):
            def __init__(self):
                super().__init__()
                self.inner = nn.Linear(3, 2)

            def forward(self, x):
                return torch.relu(self.inner(x))

        path = os.path.join(tempfile.mkdtemp(), "net.onnx")
        program = torch.onnx.export(Net(), (torch.ones(1, 3),), path, input_names=["given"], dynamic_axes={"given": {0: "batch"}})
        with open(path, "rb") as file:
            data = file.read()
        for word in (b"Relu", b"inner.weight", b"given", b"batch"):
            self.assertIn(word, data)
        buffer = io.BytesIO()
        program.save(buffer)
        self.assertEqual(buffer.getvalue(), data)
        # The version of the operators is the last field of a file: a name that is left out, and the number.
        for opset in (17, 18):
            newer = io.BytesIO()
            torch.onnx.export(Net(), torch.ones(1, 3), newer, opset_version=opset)
            self.assertIn(bytes([0x10, opset]), newer.getvalue())
        with self.assertRaisesRegex(TypeError, "opset_version to be a whole number"):
            torch.onnx.export(Net(), torch.ones(1, 3), opset_version=3)
        with self.assertRaisesRegex(TypeError, "dynamic_shapes"):
            torch.onnx.export(Net(), torch.ones(1, 3), dynamic_shapes={"x": {0: 1}})

    def test_a_process_is_this_one(self):
        numbers = []
        torch.multiprocessing.spawn(lambda rank, *more: numbers.append((rank, *more)), (5,), nprocs=1)
        self.assertEqual(numbers, [(0, 5)])
        with self.assertRaisesRegex(RuntimeError, "nprocs=2"):
            torch.multiprocessing.spawn(print, nprocs=2)
        with self.assertRaisesRegex(RuntimeError, "rank 1 of 2"):
            torch.distributed.init_process_group("gloo", rank=1, world_size=2)

    def test_events_of_the_gpu(self):
        begin, end = torch.cuda.Event(enable_timing=True), torch.cuda.Event(enable_timing=True)
        begin.record()
        with torch.cuda.stream(torch.cuda.Stream()):
            x = torch.ones(64, 64) @ torch.ones(64, 64)
        end.record()
        torch.cuda.synchronize()
        self.assertGreater(begin.elapsed_time(end), 0)
        self.assertEqual(x[0, 0].item(), 64.0)
        self.assertGreater(torch.cuda.max_memory_allocated(), 0)
        self.assertEqual(torch.cuda.FloatTensor(2, 3).shape, (2, 3))
        self.assertIsInstance(x, torch.cuda.FloatTensor)
        with self.assertRaisesRegex(ValueError, "must be recorded"):
            torch.cuda.Event().elapsed_time(end)

    def test_images_of_pillow_itself(self):
        class Image:
            mode, width, height = "RGB", 2, 1
            __array_interface__ = {}

            def getbands(self):
                return ("R", "G", "B")

            def tobytes(self):
                return bytes([0, 51, 102, 255, 204, 153])

        x = torchvision.transforms.ToTensor()(Image())
        self.assertEqual(x.shape, (3, 1, 2))
        self.assertTrue(torch.allclose(x[:, 0, 0], torch.tensor([0.0, 0.2, 0.4])))


class Awaited(unittest.TestCase):
    def test_reading_with_await(self):
        async def read():
            self.assertEqual(await torch.lamplight.item(torch.tensor(2.0)), 2.0)
            self.assertIs(await torch.lamplight.item(torch.tensor(True)), True)
            self.assertEqual(await torch.lamplight.tolist(torch.eye(2)), [[1.0, 0.0], [0.0, 1.0]])
            with self.assertRaises(RuntimeError):
                await torch.lamplight.item(torch.ones(2))

        asyncio.get_event_loop().run_until_complete(read())


class Figures(unittest.TestCase):
    def test_names_of_the_mean_average_precision(self):
        from torchmetrics.detection import MeanAveragePrecision

        box = {"boxes": torch.tensor([[0.0, 0.0, 9.0, 9.0]]), "labels": torch.tensor([0])}
        precision = MeanAveragePrecision()
        precision.update([{**box, "scores": torch.tensor([0.9])}], [box])
        found = precision.compute()
        self.assertEqual((found["map_50"].item(), found["mar_100"].item()), (1, 1))
        self.assertIn("mar_100_per_class", found)

    def test_a_data_set_that_the_page_brings(self):
        import os
        import tempfile

        from torchvision import datasets

        def bring(folder, train):
            os.makedirs(folder, exist_ok=True)
            for name, sizes, data in (("images-idx3", (2, 28, 28), bytes(2 * 784)), ("labels-idx1", (2,), b"\1\2")):
                header = bytes([0, 0, 8, len(sizes)]) + b"".join(size.to_bytes(4, "big") for size in sizes)
                with open(os.path.join(folder, f"{'train' if train else 't10k'}-{name}-ubyte"), "wb") as file:
                    file.write(header + data)

        root = tempfile.mkdtemp()
        torch.lamplight.downloads["MNIST"] = bring
        try:
            self.assertEqual(datasets.MNIST(root, train=False, download=True).targets.tolist(), [1, 2])
            # PyTorch has fetched the other half, too.
            self.assertEqual(datasets.MNIST(root, train=True).targets.tolist(), [1, 2])
            with self.assertRaisesRegex(RuntimeError, "Dataset not found"):
                datasets.MNIST(tempfile.mkdtemp(), train=True)
        finally:
            del torch.lamplight.downloads["MNIST"]


class Nodes(unittest.TestCase):
    """Names of a network's nodes, which are found by a call."""

    def test_an_input_that_is_given(self):
        from torchvision.models.feature_extraction import get_graph_node_names

        class Odd(nn.Module):
            def __init__(self):
                super().__init__()
                self.fc = nn.Linear(3 * 37, 2)

            def forward(self, x):
                return self.fc(x[:, :, 5].flatten(1))

        with self.assertRaisesRegex(ValueError, "found no input that Odd takes.*concrete_args"):
            get_graph_node_names(Odd())
        nodes = get_graph_node_names(Odd(), concrete_args={"x": torch.zeros(1, 3, 9, 37)})
        self.assertEqual(" ".join(nodes[1]), "x getitem flatten fc")


class Fetched(unittest.TestCase):
    def test_cifar_is_unpacked_from_an_archive_beside_the_program(self):
        from torchvision import datasets

        entries = {
            "test_batch": {"data": bytes(range(256)) * 24, "labels": [3, 5]},
            "batches.meta": {"label_names": list("abcdefghij")},
        }
        before, folder = os.getcwd(), tempfile.mkdtemp()
        os.chdir(folder)
        try:
            with self.assertRaisesRegex(RuntimeError, "add cifar-10-python.tar.gz of https"):
                datasets.CIFAR10("data", train=False, download=True)
            with tarfile.open("cifar-10-python.tar.gz", "w:gz") as archive:
                for name, entry in entries.items():
                    data = pickle.dumps(entry)
                    about = tarfile.TarInfo(f"cifar-10-batches-py/{name}")
                    about.size = len(data)
                    archive.addfile(about, io.BytesIO(data))
            found = datasets.CIFAR10("data", train=False, download=True)
            self.assertEqual((len(found), found.targets, found[1][0].size), (2, [3, 5], (32, 32)))
            self.assertEqual(datasets.CIFAR10("data", train=False).classes[2], "c")
            with mock.patch.object(torch.Tensor, "numpy", lambda self: self):
                self.assertEqual((found.data.shape, found.data[1, 0, 5].tolist()), ((2, 32, 32, 3), [5, 5, 5]))
        finally:
            os.chdir(before)

    def test_the_first_array_fetches_numpy(self):
        asked = []

        async def load(name):
            asked.append(name)
            array_of = type("Array", (list,), {"reshape": lambda self, shape: self, "copy": lambda self: self})
            numpy = types.ModuleType("numpy")
            numpy.__spec__ = importlib.machinery.ModuleSpec("numpy", None)
            numpy.frombuffer = lambda data, dtype: array_of(memoryview(data).cast("f").tolist())
            sys.modules["numpy"] = numpy

        fake = types.ModuleType("pyodide_js")
        fake.loadPackage = load
        real, sys.modules["pyodide_js"] = sys.modules.get("pyodide_js"), fake
        try:
            self.assertEqual(torch.tensor([1.0, 2.0]).numpy(), [1.0, 2.0])
            self.assertEqual(torch.tensor([3.0]).numpy(), [3.0])
            self.assertEqual(asked, ["numpy"])
        finally:
            sys.modules["pyodide_js"] = real
            sys.modules.pop("numpy", None)

    def test_without_numpy_an_array_says_what_to_do(self):
        async def load(name):
            raise OSError("offline")

        fake = types.ModuleType("pyodide_js")
        fake.loadPackage = load
        real, sys.modules["pyodide_js"] = sys.modules.get("pyodide_js"), fake
        try:
            with self.assertRaisesRegex(RuntimeError, "it is not loaded; give it to loadPython"):
                torch.ones(2).numpy()
        finally:
            sys.modules["pyodide_js"] = real


class Masks(unittest.TestCase):
    def test_dropout_by_the_generator_drops_what_pytorch_drops(self):
        torch.lamplight.dropout_masks("generator")
        try:
            torch.manual_seed(0)
            dropped = nn.Dropout(0.5)(torch.ones(12))
            # What PyTorch's processor gives.
            self.assertEqual(dropped.tolist(), [0, 0, 2, 0, 0, 0, 2, 2, 0, 2, 2, 2])
            self.assertEqual(torch.rand(1).item(), 0.41940832138061523)
        finally:
            torch.lamplight.dropout_masks("device")


class Memory(unittest.TestCase):
    def test_python_counts_its_tensors(self):
        before = torch.lamplight.live()
        x = torch.ones(2)
        y = [x * 2 for _ in range(3)]
        self.assertEqual(torch.lamplight.live(), before + 4)
        del x, y
        self.assertEqual(torch.lamplight.live(), before)

    def test_views_keep_their_base(self):
        row = (torch.ones(2, 2) * 3)[0]
        self.assertEqual(row.tolist(), [3, 3])
        row += 1
        self.assertEqual((row * 2).tolist(), [8, 8])


if __name__ == "__main__":
    unittest.main()
