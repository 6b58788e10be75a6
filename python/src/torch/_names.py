"""Names: the rule by which Python's become the library's, and its exceptions in one table."""

import re

# By Python's name: the library's, where the rule does not lead to it.
EXCEPTIONS: dict[str, str] = {"dsmm": "mm", "ger": "outer", "spmm": "mm"}

# Functions that `torch` has beside `torch.nn.functional`; the library has them there alone.
SHARED = frozenset(
    """
    adaptive_avg_pool1d adaptive_max_pool1d alpha_dropout avg_pool1d bilinear binary_cross_entropy_with_logits celu
    channel_shuffle cosine_embedding_loss cosine_similarity ctc_loss embedding_bag feature_alpha_dropout grid_sampler
    hardshrink hinge_embedding_loss instance_norm kl_div margin_ranking_loss max_pool1d max_pool2d max_pool3d
    pairwise_distance pixel_shuffle pixel_unshuffle poisson_nll_loss prelu rrelu selu threshold triplet_margin_loss
    """.split()
)

# Members of the library's tensors that are no methods of PyTorch's.
HIDDEN = frozenset(
    """
    accumulate alongDim assign at become before constructor contents current dispose expectChangeable followRetained
    inConsole keep leafOf leafValue length make makeDetached makeView missesLeaf overwrite ownDim ownLeaf ownRead pad
    picked plus print retain text toJSON toString untold value weakly whole wrapDim leaf line base origin madeAt madeAtTold ended cached
    """.split()
)

# Functions in which a float of Python promotes whole numbers.
PROMOTING = frozenset(
    """
    add sub subtract mul multiply rsub pow remainder fmod floor_divide where clamp clamp_min clamp_max clip lerp
    """.split()
)

# Keywords under which NumPy knows a parameter, and those that change nothing here.
KEYWORDS: dict[str, str] = {"axis": "dim", "keepdims": "keepdim"}
IGNORED = frozenset({"foreach", "memory_format", "pin_memory", "layout", "non_blocking", "names"})

# By function: how many tensors stood behind the number that came first before version 1.5, as in `add_(alpha, other)`, and the number's name.
NUMBER_FIRST: dict[str, tuple[int, str]] = {
    **{f"{name}{end}": (1, "alpha") for name in ("add", "sub") for end in ("", "_")},
    **{f"{name}{end}": (2, "value") for name in ("addcmul", "addcdiv") for end in ("", "_")},
}

# Losses whose parameters have `size_average` and `reduce` among them, which PyTorch has kept of its early versions, by place.
PLACES_OF_LOSSES: dict[str, list[str]] = {
    name: parameters.split()
    for name, parameters in (
        ("nll_loss", "input target weight size_average ignore_index reduce reduction"),
        ("cross_entropy", "input target weight size_average ignore_index reduce reduction label_smoothing"),
        ("binary_cross_entropy", "input target weight size_average reduce reduction"),
        ("binary_cross_entropy_with_logits", "input target weight size_average reduce reduction pos_weight"),
        ("kl_div", "input target size_average reduce reduction log_target"),
        ("smooth_l1_loss", "input target size_average reduce reduction beta"),
        ("hinge_embedding_loss", "input target margin size_average reduce reduction"),
        ("poisson_nll_loss", "input target log_input full size_average eps reduce reduction"),
        ("cosine_embedding_loss", "input1 input2 target margin size_average reduce reduction"),
        ("margin_ranking_loss", "input1 input2 target margin size_average reduce reduction"),
        ("multi_margin_loss", "input target p margin weight size_average reduce reduction"),
        ("triplet_margin_loss", "anchor positive negative margin p eps swap size_average reduce reduction"),
        *((name, "input target size_average reduce reduction") for name in ("mse_loss", "l1_loss", "soft_margin_loss", "multilabel_margin_loss")),
    )
}

# Names of PyTorch's that have a capital within.
_TRANSPOSES = frozenset({"mT", "mH"})

_later_words = re.compile(r"(?<=[A-Za-z0-9])_+([A-Za-z0-9])")
_capitals = re.compile(r"(?<=[a-z0-9])([A-Z])")
_known: dict[str, str] = {}


def camel(name: str) -> str:
    """The library's spelling of a name: `log_softmax` is `logSoftmax`, `relu_` stays as it is."""
    known = _known.get(name)
    if known is None:
        known = _later_words.sub(lambda match: match.group(1).upper(), name)
        _known[name] = known
    return known


def is_pythonic(name: str) -> bool:
    """Whether a name is as Python writes it: the library's own spelling is none of its names."""
    return name[:1].isupper() or name in _TRANSPOSES or not _capitals.search(name)


_before_digits = re.compile(r"(?<=[a-z])(?=\d)")


def snake_figure(name: str) -> str:
    """Python's spelling of the name of a figure, whose numbers stand apart: `map50` is `map_50`."""
    return snake(_before_digits.sub("_", name))


def snake(name: str) -> str:
    """Python's spelling of a name of the library; one that begins with a capital stays as it is."""
    return name if name[:1].isupper() else _capitals.sub(lambda match: "_" + match.group(1).lower(), name)
