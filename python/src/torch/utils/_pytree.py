"""`torch.utils._pytree`: nested lists, tuples, dictionaries and registered classes as a flat list of leaves and a description."""

from __future__ import annotations

import functools
from collections import OrderedDict, defaultdict, deque, namedtuple
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any, NamedTuple

Context = Any
PyTree = Any


class NodeDef(NamedTuple):
    """How objects of a class come apart, and together again."""

    type: Any
    flatten_fn: Callable[[Any], tuple[list[Any], Context]]
    unflatten_fn: Callable[[Iterable[Any], Context], Any]


SUPPORTED_NODES: dict[Any, NodeDef] = {}


def register_pytree_node(cls: Any, flatten_fn: Any, unflatten_fn: Any, **_: Any) -> None:
    """Has objects of a class come apart by `flatten_fn`, and together again by `unflatten_fn`."""
    SUPPORTED_NODES[cls] = NodeDef(cls, flatten_fn, unflatten_fn)


_register_pytree_node = register_pytree_node


def register_dataclass(cls: Any, *, field_names: Any = None, **_: Any) -> None:
    """Has objects of a data class come apart by their fields."""
    names = list(field_names or cls.__dataclass_fields__)
    register_pytree_node(
        cls,
        lambda made: ([getattr(made, name) for name in names], names),
        lambda parts, known: cls(**dict(zip(known, parts))),
    )


def register_constant(cls: Any) -> None:
    """Has objects of a class be part of the description."""
    register_pytree_node(cls, lambda made: ([], made), lambda _, made: made)


def _of_dict(kind: Any) -> None:
    register_pytree_node(
        kind, lambda made: (list(made.values()), list(made)), lambda parts, keys: kind(zip(keys, parts))
    )


register_pytree_node(list, lambda made: (list(made), None), lambda parts, _: list(parts))
register_pytree_node(tuple, lambda made: (list(made), None), lambda parts, _: tuple(parts))
register_pytree_node(namedtuple, lambda made: (list(made), type(made)), lambda parts, kind: kind(*parts))
register_pytree_node(deque, lambda made: (list(made), made.maxlen), lambda parts, length: deque(parts, maxlen=length))
_of_dict(dict)
_of_dict(OrderedDict)
register_pytree_node(
    defaultdict,
    lambda made: (list(made.values()), (made.default_factory, list(made))),
    lambda parts, context: defaultdict(context[0], zip(context[1], parts)),
)


def _is_namedtuple(kind: type) -> bool:
    return issubclass(kind, tuple) and hasattr(kind, "_fields")


def _is_namedtuple_instance(tree: Any) -> bool:
    return _is_namedtuple(type(tree))


def _get_node_type(tree: Any) -> Any:
    kind = type(tree)
    return namedtuple if kind not in SUPPORTED_NODES and _is_namedtuple(kind) else kind


@dataclass
class TreeSpec:
    """The description of a tree: what it is, and those of its parts."""

    type: Any
    context: Context
    children_specs: list[TreeSpec]
    num_nodes: int = field(init=False)
    num_leaves: int = field(init=False)
    num_children: int = field(init=False)

    def __post_init__(self) -> None:
        self.num_nodes = 1 + sum(each.num_nodes for each in self.children_specs)
        self.num_leaves = 1 if self.type is None else sum(each.num_leaves for each in self.children_specs)
        self.num_children = len(self.children_specs)

    def is_leaf(self) -> bool:
        """Whether it stands for a single value."""
        return self.type is None

    def unflatten(self, leaves: Iterable[Any]) -> Any:
        """The tree with these leaves."""
        return tree_unflatten(leaves, self)


class LeafSpec(TreeSpec):
    """The description of a leaf."""

    def __init__(self) -> None:
        super().__init__(None, None, [])


def tree_is_leaf(tree: Any, is_leaf: Any = None) -> bool:
    """Whether a value has no parts."""
    return bool(is_leaf is not None and is_leaf(tree)) or _get_node_type(tree) not in SUPPORTED_NODES


_is_leaf = tree_is_leaf


def tree_flatten(tree: Any, is_leaf: Any = None) -> tuple[list[Any], TreeSpec]:
    """The leaves of a tree, and its description."""
    if tree_is_leaf(tree, is_leaf):
        return [tree], LeafSpec()
    kind = _get_node_type(tree)
    parts, context = SUPPORTED_NODES[kind].flatten_fn(tree)
    pairs = [tree_flatten(part, is_leaf) for part in parts]
    return [leaf for leaves, _ in pairs for leaf in leaves], TreeSpec(kind, context, [spec for _, spec in pairs])


def tree_unflatten(leaves: Iterable[Any], treespec: TreeSpec) -> Any:
    """The tree of this description with these leaves."""
    if not isinstance(treespec, TreeSpec):
        raise TypeError(f"tree_unflatten(leaves, treespec): Expected `treespec` to be instance of TreeSpec but got {type(treespec)}.")
    given = list(leaves)
    if len(given) != treespec.num_leaves:
        raise ValueError(
            f"tree_unflatten(leaves, treespec): `leaves` has length {len(given)} but the spec refers to a pytree that holds "
            f"{treespec.num_leaves} items ({treespec})."
        )
    if treespec.is_leaf():
        return given[0]
    parts, at = [], 0
    for spec in treespec.children_specs:
        parts.append(tree_unflatten(given[at : at + spec.num_leaves], spec))
        at += spec.num_leaves
    return SUPPORTED_NODES[treespec.type].unflatten_fn(parts, treespec.context)


def tree_leaves(tree: Any, is_leaf: Any = None) -> list[Any]:
    """The leaves of a tree."""
    return tree_flatten(tree, is_leaf)[0]


tree_iter = tree_leaves


def tree_structure(tree: Any, is_leaf: Any = None) -> TreeSpec:
    """The description of a tree."""
    return tree_flatten(tree, is_leaf)[1]


def _flat_up_to(tree: Any, spec: TreeSpec) -> list[Any]:
    if spec.is_leaf():
        return [tree]
    kind = _get_node_type(tree)
    if kind != spec.type:
        raise ValueError(f"Node type mismatch; expected {spec.type}, but got {kind}.")
    parts, _ = SUPPORTED_NODES[kind].flatten_fn(tree)
    if len(parts) != spec.num_children:
        raise ValueError(f"Node arity mismatch; expected {spec.num_children}, but got {len(parts)}.")
    return [leaf for part, child in zip(parts, spec.children_specs) for leaf in _flat_up_to(part, child)]


def tree_map(func: Any, tree: Any, *rests: Any, is_leaf: Any = None) -> Any:
    """The tree of what a function gives for the leaves, one or several trees at a time."""
    leaves, spec = tree_flatten(tree, is_leaf)
    return tree_unflatten(map(func, leaves, *[_flat_up_to(rest, spec) for rest in rests]), spec)


def tree_map_(func: Any, tree: Any, *rests: Any, is_leaf: Any = None) -> Any:
    """Calls a function with the leaves; gives the tree."""
    tree_map(func, tree, *rests, is_leaf=is_leaf)
    return tree


def map_only(type_or_types_or_pred: Any, /) -> Any:
    """A decorator: the function is called with values of these types alone, or of which the condition is true."""
    is_kind = isinstance(type_or_types_or_pred, type | tuple) or not callable(type_or_types_or_pred)

    def decorate(func: Any) -> Any:
        @functools.wraps(func)
        def called(value: Any) -> Any:
            fits = isinstance(value, type_or_types_or_pred) if is_kind else type_or_types_or_pred(value)
            return func(value) if fits else value

        return called

    return decorate


def tree_map_only(type_or_types_or_pred: Any, /, func: Any, tree: Any, is_leaf: Any = None) -> Any:
    """`tree_map` over leaves of these types alone."""
    return tree_map(map_only(type_or_types_or_pred)(func), tree, is_leaf=is_leaf)


def tree_map_only_(type_or_types_or_pred: Any, /, func: Any, tree: Any, is_leaf: Any = None) -> Any:
    """`tree_map_` over leaves of these types alone."""
    return tree_map_(map_only(type_or_types_or_pred)(func), tree, is_leaf=is_leaf)


def tree_all(pred: Any, tree: Any, is_leaf: Any = None) -> bool:
    """Whether a condition is true of every leaf."""
    return all(map(pred, tree_leaves(tree, is_leaf)))


def tree_any(pred: Any, tree: Any, is_leaf: Any = None) -> bool:
    """Whether a condition is true of a leaf."""
    return any(map(pred, tree_leaves(tree, is_leaf)))


def _broadcast_to_and_flatten(tree: Any, treespec: TreeSpec, is_leaf: Any = None) -> list[Any] | None:
    if tree_is_leaf(tree, is_leaf):
        return [tree] * treespec.num_leaves
    if treespec.is_leaf() or _get_node_type(tree) != treespec.type:
        return None
    parts, context = SUPPORTED_NODES[treespec.type].flatten_fn(tree)
    if len(parts) != treespec.num_children or context != treespec.context:
        return None
    found: list[Any] = []
    for part, spec in zip(parts, treespec.children_specs):
        flat = _broadcast_to_and_flatten(part, spec, is_leaf)
        if flat is None:
            return None
        found += flat
    return found
