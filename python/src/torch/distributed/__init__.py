"""`torch.distributed` for a group of one process, which is what a page is: each collective gives what one process gets from itself."""

from __future__ import annotations

import os
from typing import Any

from torch import _tree
from torch._tensor import Tensor


class ReduceOp:
    """How numbers of several processes become one."""

    AVG = "avg"
    BAND = "band"
    BOR = "bor"
    BXOR = "bxor"
    MAX = "max"
    MIN = "min"
    PREMUL_SUM = "premul_sum"
    PRODUCT = "product"
    SUM = "sum"
    UNUSED = "unused"
    RedOpType = str


class reduce_op(ReduceOp):
    """The older name of `ReduceOp`."""


class Backend(str):
    """The name of a way between processes, in small letters."""

    UNDEFINED, GLOO, NCCL, UCC, MPI, XCCL = "undefined", "gloo", "nccl", "ucc", "mpi", "xccl"
    backend_list = [UNDEFINED, GLOO, NCCL, UCC, MPI, XCCL]

    def __new__(cls, name: str) -> Backend:
        if not isinstance(name, str):
            raise ValueError(f"Backend constructor parameter must be string-ish: {name}")
        return str.__new__(cls, name.lower())


class _Group:
    """The group of all processes: this one."""

    WORLD: _Group | None = None

    def rank(self) -> int:
        """0."""
        return 0

    def size(self) -> int:
        """1."""
        return 1


ProcessGroup = group = GroupMember = _Group
_backend = ""


def is_available() -> bool:
    """Whether groups can be made."""
    return True


def is_initialized() -> bool:
    """Whether `init_process_group` has been called."""
    return _Group.WORLD is not None


def is_torchelastic_launched() -> bool:
    """No: nothing launches processes here."""
    return False


def is_backend_available(backend: str) -> bool:
    """Whether a group of this backend can be made; of one process, each can."""
    return backend.lower() in ("gloo", "mpi", "nccl", "ucc")


is_gloo_available = is_mpi_available = is_nccl_available = is_ucc_available = lambda: True


def init_process_group(
    backend: str | None = None,
    init_method: str | None = None,
    timeout: Any = None,
    world_size: int = -1,
    rank: int = -1,
    **_: Any,
) -> None:
    """Makes the group of this process."""
    global _backend
    size = world_size if world_size >= 0 else int(os.environ.get("WORLD_SIZE", 1))
    if size != 1 or rank > 0:
        raise RuntimeError(
            f"init_process_group: expected a world of one process, since a page is one, but got rank {rank} of {size}; "
            "give world_size=1 and rank=0"
        )
    if is_initialized():
        raise ValueError("trying to initialize the default process group twice!")
    _Group.WORLD = _Group()
    _backend = backend or "gloo"


def destroy_process_group(group: Any = None) -> None:
    """Takes the group away."""
    _Group.WORLD = None


def _expect_group() -> None:
    if not is_initialized():
        raise ValueError("Default process group has not been initialized, please make sure to call init_process_group.")


def get_backend(group: Any = None) -> str:
    """The name that `init_process_group` was given."""
    _expect_group()
    return _backend


def get_rank(group: Any = None) -> int:
    """0, the number of this process."""
    _expect_group()
    return 0


def get_world_size(group: Any = None) -> int:
    """1, the number of processes."""
    _expect_group()
    return 1


def new_group(*_: Any, **__: Any) -> _Group:
    """The group of this process."""
    _expect_group()
    return _Group()


class Work:
    """A collective under way, which has ended already."""

    def wait(self, timeout: Any = None) -> bool:
        """Ends at once."""
        return True

    def is_completed(self) -> bool:
        """It has."""
        return True

    def is_success(self) -> bool:
        """It was."""
        return True


def _done(async_op: bool) -> Work | None:
    _expect_group()
    return Work() if async_op else None


def barrier(group: Any = None, async_op: bool = False, device_ids: Any = None) -> Work | None:
    """Waits for no one."""
    return _done(async_op)


def all_reduce(tensor: Tensor, op: Any = ReduceOp.SUM, group: Any = None, async_op: bool = False) -> Work | None:
    """Leaves `tensor` as it is: it is the sum, and whatever else `op` says, over one process."""
    return _done(async_op)


def broadcast(tensor: Tensor, src: int = 0, group: Any = None, async_op: bool = False, **_: Any) -> Work | None:
    """Leaves `tensor` as it is: it is the sender's."""
    return _done(async_op)


def reduce(tensor: Tensor, dst: int = 0, op: Any = ReduceOp.SUM, group: Any = None, async_op: bool = False) -> Work | None:
    """Leaves `tensor` as it is, as `all_reduce` does."""
    return _done(async_op)


def all_gather(tensor_list: list[Tensor], tensor: Tensor, group: Any = None, async_op: bool = False) -> Work | None:
    """Writes `tensor` to the only one of the list."""
    tensor_list[0].detach().copy_(tensor)
    return _done(async_op)


def gather(tensor: Tensor, gather_list: list[Tensor] | None = None, dst: int = 0, **_: Any) -> Work | None:
    """Writes `tensor` to the only one of the list."""
    if gather_list:
        gather_list[0].detach().copy_(tensor)
    return _done(False)


def scatter(tensor: Tensor, scatter_list: list[Tensor] | None = None, src: int = 0, **_: Any) -> Work | None:
    """Writes the only one of the list to `tensor`."""
    if scatter_list:
        tensor.detach().copy_(scatter_list[0])
    return _done(False)


def all_gather_into_tensor(output_tensor: Tensor, input_tensor: Tensor, group: Any = None, async_op: bool = False) -> Any:
    """Writes one tensor to the other."""
    output_tensor.detach().copy_(input_tensor.reshape(output_tensor.shape))
    return _done(async_op)


reduce_scatter_tensor = all_to_all_single = all_gather_into_tensor


def reduce_scatter(
    output: Tensor, input_list: list[Tensor], op: Any = ReduceOp.SUM, group: Any = None, async_op: bool = False
) -> Work | None:
    """Writes the only one of the list to `output`."""
    output.detach().copy_(input_list[0])
    return _done(async_op)


def all_to_all(
    output_tensor_list: list[Tensor], input_tensor_list: list[Tensor], group: Any = None, async_op: bool = False
) -> Work | None:
    """Writes the only one of one list to that of the other."""
    output_tensor_list[0].detach().copy_(input_tensor_list[0])
    return _done(async_op)


def all_gather_object(object_list: list[Any], obj: Any, group: Any = None) -> None:
    """Puts `obj` into the list."""
    object_list[0] = obj
    _done(False)


def broadcast_object_list(object_list: list[Any], src: int = 0, group: Any = None, device: Any = None) -> None:
    """Leaves the list as it is: it is the sender's."""
    _done(False)


def get_process_group_ranks(group: Any = None) -> list[int]:
    """[0]: the group of this process."""
    return [0]


def get_global_rank(group: Any, group_rank: int) -> int:
    """0, the number of this process."""
    return 0


get_group_rank = get_global_rank


def gather_object(obj: Any, object_gather_list: list[Any] | None = None, dst: int = 0, group: Any = None, **_: Any) -> None:
    """Puts `obj` into the list."""
    if object_gather_list is not None:
        object_gather_list[0] = obj
    _done(False)


def scatter_object_list(output: list[Any], inputs: list[Any] | None = None, src: int = 0, group: Any = None, **_: Any) -> None:
    """Puts the only object of one list into the other."""
    if inputs:
        output[0] = inputs[0]
    _done(False)


def monitored_barrier(group: Any = None, timeout: Any = None, wait_all_ranks: bool = False) -> None:
    """Waits for no one."""
    _done(False)


def get_node_local_rank(fallback_rank: int | None = None) -> int:
    """0, the number of this process."""
    return 0


__getattr__, __dir__ = _tree.answering(__name__, globals())
