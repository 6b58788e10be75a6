"""PyTorch's words for what the library says, by which programs know an error, and the classes of such errors."""

from __future__ import annotations

import re
from collections.abc import Callable

_Class = type[Exception] | None
_Words = str | Callable[[re.Match[str]], str]


def _of_broadcast(found: re.Match[str]) -> str:
    """The first pair of sizes, from the last dimension on, that do not meet."""
    shapes = [[int(size) for size in shape.split(",") if size.strip()] for shape in re.findall(r"\[([\d, ]*)\]", found[1])]
    rank = max(map(len, shapes))
    wide = [[1] * (rank - len(shape)) + shape for shape in shapes]
    for d in reversed(range(rank)):
        a, b = wide[0][d], next((shape[d] for shape in wide if shape[d] not in (1, wide[0][d])), None)
        if a != 1 and b is not None:
            return f"The size of tensor a ({a}) must match the size of tensor b ({b}) at non-singleton dimension {d}"
    return "Shape mismatch: objects cannot be broadcast to a single shape"


def _of_moves(found: re.Match[str]) -> str:
    """What is wrong with dimensions that are to be moved."""
    source, destination = ([int(place) for place in places[1:-1].split(",") if place.strip()] for places in found.groups())
    if len(source) != len(destination):
        told = f"source ({source} dims) should contain the same number of dims as destination ({destination} dims)"
        return f"movedim: Invalid source or destination dims: {told}"
    name, places = ("source", source) if len(set(source)) < len(source) else ("destination", destination)
    return f"movedim: repeated dim in `{name}` ({places})"


def _of_cast(found: re.Match[str]) -> str:
    return f"result type {_NAMES.get(found[1], found[1])} can't be cast to the desired output type {_NAMES.get(found[2], found[2])}"


# PyTorch's names of dtypes in errors.
_NAMES = {"float32": "Float", "float16": "Half", "int64": "Long", "int32": "Int", "uint8": "Byte", "bool": "Bool"}
_TARGET_SIZE = (
    r"Using a target size (torch.Size(\2)) that is different to the input size (torch.Size(\1)) is deprecated. "
    "Please ensure they have the same size."
)
_ONE_VALUE = r"Expected more than 1 value per channel when training, got input size torch.Size(\1)"

# What the library says, the words that go before it, and the class where it is not the one that the library's error has.
WORDS: tuple[tuple[str, _Words, _Class], ...] = (
    (
        r"has been changed by an in-place operation",
        "one of the variables needed for gradient computation has been modified by an inplace operation",
        None,
    ),
    (
        r"has been used by an earlier backward and is gone",
        "Trying to backward through the graph a second time (or directly access saved tensors after they have already "
        "been freed). Saved intermediate values of the graph are freed when you call .backward() or autograd.grad(). "
        "Specify retain_graph=True if you need to backward through the graph a second time",
        None,
    ),
    (
        r"a view was made in no_grad mode and is being changed in place",
        "A view was created in no_grad mode and is being modified inplace with grad mode enabled",
        None,
    ),
    (
        r"a view was made in no_grad mode, and what it is a view of has been changed",
        "A view was created in no_grad mode and its base or another view of its base has been modified inplace with grad mode enabled",
        None,
    ),
    (
        r"this tensor does not require grad and was not made from one that does"
        r"|output 0 does not require grad and was not made from a tensor that does",
        "element 0 of tensors does not require grad and does not have a grad_fn",
        None,
    ),
    (
        r"^grad: input \d+ was not used to make the outputs",
        "One of the differentiated Tensors appears to not have been used in the graph. Set allow_unused=True if this is the "
        "desired behavior.",
        None,
    ),
    (
        r"expected a window whose elements are distinct",
        "unsupported operation: more than one element of the written-to tensor refers to a single memory location. "
        "Please clone() the tensor before performing the operation.",
        RuntimeError,
    ),
    (
        r"^masked_fill_?: expected a mask of dtype bool",
        "masked_fill_ only supports boolean masks, but got mask with another dtype",
        None,
    ),
    (r"^binary_cross_entropy: expected inputs between 0 and 1", "all elements of input should be between 0 and 1", RuntimeError),
    (
        r"^grad: this tensor was made by",
        "The .grad attribute of a Tensor that is not a leaf Tensor is being accessed. Its .grad attribute won't be populated "
        "during autograd.backward().",
        None,
    ),
    (r"^masked_select: expected a mask of dtype bool", "masked_select: expected BoolTensor for mask", None),
    (
        r"^is_nonzero: expected a tensor with one element, but got shape \[0\]",
        "Boolean value of Tensor with no values is ambiguous",
        RuntimeError,
    ),
    (r"^is_nonzero: expected a tensor", "Boolean value of Tensor with more than one value is ambiguous", RuntimeError),
    (
        r"the target's shape .* differs from the input's",
        "Using a target size that is different to the input size. This will likely lead to incorrect results due to "
        "broadcasting. Please ensure they have the same size.",
        None,
    ),
    (r"^(?:weight_norm|spectral_norm): expected parameters with a shape", "Modules that have uninitialized parameters.", None),
    (r"^detect_anomaly: function ('\w+') returned nan values in its (\d+)\w+ output", r"Function \1 returned nan values in its \2th output.", None),
    # Shapes and dimensions.
    (r"^rot90: expected a dimension from .*, but got (-?\d+)", r"Rotation dim out of range, dim = \1", RuntimeError),
    (r"^rot90: expected two different dim", "expected two different rotation dims", RuntimeError),
    (
        r"expected a dimension from (-?\d+) to (-?\d+), but got (-?\d+)",
        r"Dimension out of range (expected to be in range of [\1, \2], but got \3)",
        IndexError,
    ),
    (
        r"^at: expected shapes that broadcast together, but got (\[.*?\]) and (\[.*?\])",
        r"shape mismatch: indexing tensors could not be broadcast together with shapes \1, \2",
        IndexError,
    ),
    (r"expected shapes that broadcast together, but got (.*), which differ", _of_broadcast, RuntimeError),
    (
        r"^at: too many indices for shape \[\]",
        "invalid index of a 0-dim tensor. Use `tensor.item()` in Python or `tensor.item<T>()` in C++ to convert a 0-dim tensor to a number",
        IndexError,
    ),
    (r"^index_put_?: expected from 1 to (\d+) index tensors", r"too many or too few indices for tensor of dimension \1", RuntimeError),
    (r"the result is (\w+), which cannot be written into a tensor of dtype (\w+)", _of_cast, RuntimeError),
    (
        r"^(?:view|reshape): shape (\[.*-1.*\]) is invalid for input of size 0$",
        r"cannot reshape tensor of 0 elements into shape \1 because the unspecified dimension size -1 can be any value and is ambiguous",
        RuntimeError,
    ),
    (r"^H: expected a matrix, but got shape (\[.*?\])", r"tensor.H is only supported on matrices (2-D tensors).", RuntimeError),
    (r"^broadcast_shapes: expected sizes ≥ 0, but got \[.*?(-\d+)", r"Trying to create tensor with negative dimension \1", RuntimeError),
    (r"^chunk: expected chunks to be .* but got 0", "chunk expects `chunks` to be greater than 0, got: 0", RuntimeError),
    (
        r"^add\w*: expected a whole alpha|^sub\w*: expected a whole alpha|^rsub: expected a whole alpha",
        "For integral input tensors, argument alpha must not be a floating point number.",
        RuntimeError,
    ),
    (
        r"^addcdiv_?: expected operands of dtype float32, but got (?:u?int\d+|bool)",
        "Integer division with addcdiv is no longer supported, and in a future release addcdiv will perform a true division of "
        "tensor1 and tensor2.",
        RuntimeError,
    ),
    (r"^(?:clamp|clip)_?: expected min or max", "torch.clamp: At least one of 'min' or 'max' must not be None", RuntimeError),
    (r"^(flip(?:lr|ud)): expected at least (?:one|(\d)) dimension", lambda found: f"Input must be >= {found[2] or 1}-d.", RuntimeError),
    (r"^move(?:dim|axis): expected as many distinct places as dimensions, but got (\[.*?\]) and (\[.*?\])", _of_moves, RuntimeError),
    # Layers and losses.
    (
        r"^conv([12])d: expected \d-D \(or \d-D\) input for \d-D weight .*?, but got \d-D input of \w+ (\[.*?\])",
        lambda found: f"Expected {int(found[1]) + 1}D (unbatched) or {int(found[1]) + 2}D (batched) input to conv{found[1]}d, "
        f"but got input of size: {found[2]}",
        RuntimeError,
    ),
    (r"expected padding 'same', 'valid' or numbers, but got '(\w+)'", r"Invalid padding string '\1', should be one of {'valid', 'same'}", ValueError),
    (r"^Conv\w+: expected stride 1 with padding 'same'", "padding='same' is not supported for strided convolutions", ValueError),
    (r"^Conv\w+: expected groups to be", "groups must be a positive integer", ValueError),
    (r"^Conv\w+: expected padding_mode to be one of (.*), but got", r"padding_mode must be one of {\1}", ValueError),
    (
        r"^(?:nll_loss|cross_entropy): expected weight of shape \[(\d+)\], but got (\[.*\])",
        r"weight tensor should be defined either for all \1 classes or no classes but got weight tensor of shape: \2",
        RuntimeError,
    ),
    (
        r"^(?:nll_loss|cross_entropy): expected target of shape \[(\d+)\] for input \[\1, \d+\], but got \[(\d+)\]",
        r"Expected input batch_size (\1) to match target batch_size (\2).",
        ValueError,
    ),
    (r"^(?:nll_loss|cross_entropy): expected target of shape \[\d+\] for", "1D target tensor expected, multi-target not supported", RuntimeError),
    (r"^cosine_embedding_loss: expected inputs \[N, D\]", "1D target tensor expected, multi-target not supported", RuntimeError),
    (r"^cross_entropy: expected label_smoothing from 0 to 1, but got (.*)", r"label_smoothing must be between 0.0 and 1.0. Got: \1", RuntimeError),
    (r"^binary_cross_entropy: expected target of input's shape (\[.*?\]), but got (\[.*?\])", _TARGET_SIZE, ValueError),
    (
        r"^binary_cross_entropy_with_logits: expected target of input's shape (\[.*?\]), but got (\[.*?\])",
        r"Target size (torch.Size(\2)) must be the same as input size (torch.Size(\1))",
        ValueError,
    ),
    (r"^(?:batch|group)_norm: expected more than 1 value per channel when training, but got input of shape (\[.*?\])", _ONE_VALUE, ValueError),
    (
        r"^instance_norm: expected input .* of more than 1 spatial element when training, but got (\[.*\])",
        r"Expected more than 1 spatial element when training, got input size torch.Size(\1)",
        ValueError,
    ),
    (r"^GroupNorm: expected num_channels to be a multiple of num_groups", "num_channels must be divisible by num_groups", ValueError),
    (r"^huber_loss: expected delta greater than 0", "huber_loss does not support non-positive values for delta.", RuntimeError),
    (r"^smooth_l1_loss: expected beta of at least 0", "smooth_l1_loss does not support negative values for beta.", RuntimeError),
    (r"^gaussian_nll_loss: expected a variance of shape", "var is of incorrect size", ValueError),
    (r"^softshrink: expected lambd ≥ 0, but got (.*)", r"lambda must be greater or equal to 0, but found to be \1.", RuntimeError),
    (r"^exponential_: expected lambda > 0, but got (.*)", r"exponential_ expects lambda > 0.0, but found lambda=\1", RuntimeError),
    (r"^cauchy_: expected sigma > 0, but got (.*)", r"cauchy_ expects sigma > 0.0, but found sigma=\1", RuntimeError),
    (r"^dropout1d: expected 3-D or 2-D .*, but got (\[.*\])", lambda found: f"dropout1d: Expected 2D or 3D input, but received a {found[1].count(',') + 1}D input", RuntimeError),
    (r"^RNN(?:Cell)?: expected nonlinearity .* but got '(\w+)'", r"Unknown nonlinearity '\1'. Select from 'tanh' or 'relu'.", ValueError),
    (r"^(?:RNN|GRU|LSTM): expected a sequence of at least 1 element", "Expected sequence length to be larger than 0 in RNN", RuntimeError),
    (
        r"^pack\w*_sequence: expected descending lengths",
        "`lengths` array must be sorted in decreasing order when `enforce_sorted` is True. You can pass `enforce_sorted=False` to "
        "pack_padded_sequence and/or pack_sequence to sidestep this requirement if you do not need ONNX exportability.",
        RuntimeError,
    ),
    (
        r"^pad_packed_sequence: expected total_length .*got (-?\d+)",
        r"Expected total_length to be at least the length of the longest sequence in input, but got total_length=\1",
        ValueError,
    ),
    (r"^pad_sequence: expected sequences to be", "pad_sequence: Expected iterable for input sequences, but got another type", RuntimeError),
    (
        r"^(?:RNN|GRU): got an unknown argument 'proj_size'",
        "proj_size argument is only supported for LSTM, not RNN or GRU",
        ValueError,
    ),
    (
        r"^AdaptiveLogSoftmaxWithLoss: expected cutoffs to be unique",
        "cutoffs should be a sequence of unique, positive integers sorted in an increasing order, where each value is between 1 "
        "and n_classes-1",
        ValueError,
    ),
    (
        r"^fold: expected input \[N, C·(\d+), .*but got \[.*?\]$",
        r"Expected size of input's dimension 1 to be divisible by the product of kernel_size, which is \1",
        RuntimeError,
    ),
    (
        r"^grid_sample: expected mode .*, but got '(\w+)'",
        r"nn.functional.grid_sample(): expected mode to be 'bilinear', 'nearest' or 'bicubic', but got: '\1'",
        ValueError,
    ),
    (
        r"^grid_sample: expected padding_mode .*, but got '(\w+)'",
        r"nn.functional.grid_sample(): expected padding_mode to be 'zeros', 'border', or 'reflection', but got: '\1'",
        ValueError,
    ),
    (r"^Transformer: expected source and target of \d+ features", "the feature number of src and tgt must be equal to d_model", RuntimeError),
    (r"^\w+Layer: expected activation 'relu', 'gelu' or a function, but got '(\w+)'", r"activation should be relu/gelu, not \1", RuntimeError),
)
