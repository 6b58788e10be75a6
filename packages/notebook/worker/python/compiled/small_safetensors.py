"""Files of safetensors, read and written in Python: a length, a header in JSON, and the bytes of the tensors (https://github.com/huggingface/safetensors)."""

import json

import torch

# By the name of a type in files: PyTorch's.
_TYPES = {
    "F64": torch.float64,
    "F32": torch.float32,
    "F16": torch.float16,
    "BF16": torch.bfloat16,
    "I64": torch.int64,
    "I32": torch.int32,
    "U8": torch.uint8,
    "BOOL": torch.bool,
}


class SafetensorError(Exception):
    """A file that is none of safetensors."""


class _Slice:
    """A tensor of a file, of which parts are read."""

    def __init__(self, file, name):
        self._file, self._name = file, name

    def get_shape(self):
        """The sizes of its dimensions."""
        return list(self._file.header[self._name]["shape"])

    def get_dtype(self):
        """The name of its type."""
        return self._file.header[self._name]["dtype"]

    def __getitem__(self, index):
        return self._file.get_tensor(self._name)[index]


class safe_open:
    """A file whose tensors are read one by one."""

    def __init__(self, filename, framework="pt", device="cpu", **_):
        with open(filename, "rb") as file:
            self._open(file.read())

    def _open(self, data):
        size = int.from_bytes(data[:8], "little")
        if len(data) < 8 or size > len(data) - 8:
            raise SafetensorError("Error while deserializing header: header too large")
        self.header = json.loads(data[8 : 8 + size])
        self._about = self.header.pop("__metadata__", None)
        self._bytes = data[8 + size :]

    def __enter__(self):
        return self

    def __exit__(self, *_):
        pass

    def keys(self):
        """The names of the tensors."""
        return list(self.header)

    offset_keys = keys

    def metadata(self):
        """The texts that stand beside them."""
        return self._about

    def get_slice(self, name):
        """A tensor of which parts are read."""
        if name not in self.header:
            raise SafetensorError(f"File does not contain tensor {name}")
        return _Slice(self, name)

    def get_tensor(self, name):
        """A tensor."""
        if name not in self.header:
            raise SafetensorError(f"File does not contain tensor {name}")
        about = self.header[name]
        begin, end = about["data_offsets"]
        dtype = _TYPES[about["dtype"]]
        if begin == end:
            return torch.empty(about["shape"], dtype=dtype)
        return torch.frombuffer(bytearray(self._bytes[begin:end]), dtype=dtype).reshape(about["shape"])


def load(data):
    """The tensors of a file's bytes, by their names."""
    file = safe_open.__new__(safe_open)
    file._open(bytes(data))
    return {name: file.get_tensor(name) for name in file.keys()}


def load_file(filename, device="cpu"):
    """The tensors of a file, by their names."""
    with open(filename, "rb") as file:
        return load(file.read())


def save(tensors, metadata=None):
    """A file's bytes, of tensors by their names."""
    names = {dtype: name for name, dtype in _TYPES.items() if name != "F64"}
    header = {"__metadata__": metadata} if metadata else {}
    parts, at = [], 0
    for name, tensor in tensors.items():
        part = tensor.detach().contiguous().numpy().tobytes()
        header[name] = {"dtype": names[tensor.dtype], "shape": list(tensor.shape), "data_offsets": [at, at + len(part)]}
        parts.append(part)
        at += len(part)
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    return b"".join([len(text).to_bytes(8, "little"), text, *parts])


def save_file(tensors, filename, metadata=None):
    """Writes tensors by their names."""
    with open(filename, "wb") as file:
        file.write(save(tensors, metadata))


def names():
    """The names of the package's module, and those of its `torch`."""
    return {"safe_open": safe_open, "SafetensorError": SafetensorError}, {"load": load, "load_file": load_file, "save": save, "save_file": save_file}
