"""Files: what `torch.save` writes, `torch.load` reads."""

import base64
import io
import os
import pickle
import sys
import tempfile
import types
import unittest
import zlib

import torch
from torch import nn


# What PyTorch 2.15 saves of {"a": [[1, 3], [2, 4]] as a transposed tensor, "b": arange(3), "p": Parameter(ones(1))} with
# _use_new_zipfile_serialization=False, compressed by zlib.
LEGACY = (
    "eNp1kc1u1DAQx2Mn2wVDS/mmfBZOy2UVlSgJJ3pAvZjPcMkFRWnWaoJCnHEmlUCqtJdCyzPwAH21PgISB8a7banQYsUz8t+T+c2M"
    "p/yHqH//3Pq1/uno3dp4yl8fu2T3wBmlq47jtEajLnSd7SrTVboBRgHpMt3UFWKtMtVMqrwBfpAKEvFLq7Ku+qo6cPfAG6UDErtS"
    "G4SB5KlLp6pBWJJe6tkcutmBofT6/pTJSM2BFahNUY6zHqu6E5lR231VTzJUTadNtrshgI9G6dAmp8h8R4E7/0Vs1TrHD3NRgJeu"
    "UMzzwA+DOIr8Z3EQxDCY1VG0va3jDcLwvXQkl/wbXJDMuouHBbVcqwKp4068NRNl1ORlVaAA8TSBSwiXE1ieFbsNKyXVUp7yX1FL"
    "Z/grf/FR6Idx5EcbsFouSZewVy3W3Ydrku3D9cPSZr6BcDOBW7PMLdz+zxja3OSfFSoj4M4cXv7TaOjHYQBrRGJEumtJBLlnzf05"
    "6QHCwwQeHcwO69/hcQJP7Ct8tK+woGq2aJJ8EdVVYzvf84udeH7ivbOb6Qsym/TRnm6yc/ofFsumMg=="
)


class Files(unittest.TestCase):
    def test_nested(self):
        net = torch.nn.Linear(2, 3)
        optimizer = torch.optim.Adam(net.parameters())
        net(torch.ones(1, 2)).sum().backward()
        optimizer.step()
        path = os.path.join(tempfile.mkdtemp(), "checkpoint.pt")
        torch.save(
            {
                "net": net.state_dict(),
                "opt": optimizer.state_dict(),
                "epoch": 3,
                "sizes": torch.Size([1, 2]),
                "t": (1, "a"),
                "set": {1},
            },
            path,
        )
        loaded = torch.load(path, map_location="cpu", weights_only=True)
        self.assertEqual(loaded["set"], {1})
        self.assertEqual((loaded["epoch"], loaded["sizes"], loaded["t"]), (3, torch.Size([1, 2]), (1, "a")))
        self.assertTrue(torch.equal(loaded["net"]["weight"], net.weight))
        other = torch.nn.Linear(2, 3)
        other.load_state_dict(loaded["net"])
        torch.optim.Adam(other.parameters()).load_state_dict(loaded["opt"])

    def test_dtypes_and_views(self):
        buffer = io.BytesIO()
        whole = torch.arange(6)
        saved = [whole.view(2, 3).t(), whole[2:4], torch.tensor([True, False]), torch.tensor([1, 2], dtype=torch.uint8)]
        torch.save([*saved, torch.float32, torch.nn.Parameter(torch.ones(2))], buffer)
        buffer.seek(0)
        *loaded, dtype, parameter = torch.load(buffer)
        for one, other in zip(saved, loaded):
            self.assertEqual((one.tolist(), one.dtype), (other.tolist(), other.dtype))
        self.assertIs(dtype, torch.float32)
        self.assertIsInstance(parameter, torch.nn.Parameter)
        loaded[0][2, 0] = 9
        self.assertEqual(loaded[1].tolist(), [9, 3])

    def test_code_is_not_run(self):
        path = os.path.join(tempfile.mkdtemp(), "other.pt")
        torch.save({"f": os.getcwd}, path)
        with self.assertRaisesRegex(pickle.UnpicklingError, "Weights only load failed"):
            torch.load(path)
        self.assertIs(torch.load(path, weights_only=False)["f"], os.getcwd)

    def test_classes_that_are_not_here(self):
        # What PyTorch wrote of an object of a class `Config` in a module `nowhere`, with the arguments (1,) and the state {"x": 2}.
        made = type("Config", (), {"__module__": "nowhere", "__reduce__": lambda self: (type(self), (1,), {"x": 2})})
        sys.modules["nowhere"] = types.ModuleType("nowhere")
        sys.modules["nowhere"].Config = made
        buffer = io.BytesIO()
        torch.save({"config": made(), "w": torch.ones(2)}, buffer)
        del sys.modules["nowhere"]
        buffer.seek(0)
        with self.assertWarnsRegex(UserWarning, "nowhere.Config cannot be imported here"):
            loaded = torch.load(buffer, weights_only=False)
        self.assertEqual(loaded["w"].tolist(), [1, 1])
        self.assertEqual((loaded["config"].x, loaded["config"]._args), (2, (1,)))
        self.assertEqual(repr(loaded["config"]), "<object of nowhere.Config, which is not here>")
        buffer.seek(0)
        with self.assertRaisesRegex(pickle.UnpicklingError, "Unsupported global: GLOBAL nowhere.Config"):
            torch.load(buffer)

    def test_files_of_older_pytorch(self):
        loaded = torch.load(io.BytesIO(zlib.decompress(base64.b64decode(LEGACY))))
        self.assertEqual(loaded["a"].tolist(), [[1.0, 3.0], [2.0, 4.0]])
        self.assertEqual((loaded["b"].tolist(), loaded["b"].dtype), ([0, 1, 2], torch.int64))
        self.assertIsInstance(loaded["p"], torch.nn.Parameter)

    def test_no_file_of_tensors(self):
        with self.assertRaises((pickle.UnpicklingError, EOFError)):
            torch.load(io.BytesIO(b"nothing of the kind"))
        with self.assertRaises(FileNotFoundError):
            torch.load("nowhere.pt")


class Halves(nn.Module):
    def __init__(self):
        super().__init__()
        self.first = nn.Linear(3, 4)
        self.rest = nn.Sequential(nn.Dropout(0.0), nn.LSTM(4, 2, batch_first=True))
        self.size = 4

    def forward(self, x):
        return self.rest(self.first(x))[0]


class Whole(unittest.TestCase):
    def test_networks_of_classes_that_are_allowed(self):
        net, file = Halves(), io.BytesIO()
        torch.save(net, file)
        file.seek(0)
        with self.assertRaises(pickle.UnpicklingError):
            torch.load(file)
        file.seek(0)
        modules = torch.nn.modules
        allowed = [Halves, modules.linear.Linear, modules.container.Sequential, modules.dropout.Dropout, modules.rnn.LSTM]
        with torch.serialization.safe_globals(allowed):
            loaded = torch.load(file)
        x = torch.rand(2, 5, 3)
        self.assertEqual((type(loaded), loaded.size), (Halves, 4))
        self.assertTrue(torch.equal(loaded(x), net(x)))
        self.assertEqual(repr(loaded), repr(net))


if __name__ == "__main__":
    unittest.main()
