"""PyTorch's modules that packages import, whether the library has what is in them or says that it is missing."""

import importlib
import importlib.metadata
import unittest
from collections import OrderedDict, namedtuple

import torch
from torch import nn

# By module: a name that packages take from it.
ASKED = {
    "torch.__config__": "show",
    "torch._utils": "_flatten_dense_tensors",
    "torch._C": "_log_api_usage_once",
    "torch._dynamo": "allow_in_graph",
    "torch._dynamo.eval_frame": "OptimizedModule",
    "torch.amp.autocast_mode": "autocast",
    "torch.amp.grad_scaler": "GradScaler",
    "torch.autograd.graph": "Node",
    "torch.autograd.profiler": "record_function",
    "torch.compiler": "is_compiling",
    "torch.cuda.amp": "autocast",
    "torch.cuda.amp.grad_scaler": "GradScaler",
    "torch.distributed": "Backend",
    "torch.distributed.checkpoint": "FileSystemReader",
    "torch.distributed.device_mesh": "DeviceMesh",
    "torch.distributed.distributed_c10d": "ReduceOp",
    "torch.distributed.fsdp": "FullyShardedDataParallel",
    "torch.distributed.fsdp.fully_sharded_data_parallel": "FullStateDictConfig",
    "torch.distributed.nn": "all_reduce",
    "torch.distributed.optim": "ZeroRedundancyOptimizer",
    "torch.distributed.tensor": "DTensor",
    "torch.distributions.beta": "Beta",
    "torch.distributions.categorical": "Categorical",
    "torch.distributions.kl": "kl_divergence",
    "torch.distributions.normal": "Normal",
    "torch.distributions.transforms": "_clipped_sigmoid",
    "torch.ao.quantization": "FakeQuantizeBase",
    "torch.nn.modules.batchnorm": "_NormBase",
    "torch.optim.optimizer": "ParamsT",
    "torch.utils.data.datapipes.iter": "Batcher",
    "torch.fft": "rfft",
    "torch.func": "vmap",
    "torch.futures": "Future",
    "torch.fx": "Proxy",
    "torch.fx.graph_module": "GraphModule",
    "torch.hub": "get_dir",
    "torch.jit": "ScriptFunction",
    "torch.jit.annotations": "BroadcastingList2",
    "torch.library": "custom_op",
    "torch.nested": "nested_tensor",
    "torch.nn.attention.flex_attention": "flex_attention",
    "torch.nn.parallel.data_parallel": "DataParallel",
    "torch.nn.parallel.distributed": "DistributedDataParallel",
    "torch.nn.parallel.scatter_gather": "gather",
    "torch.onnx": "export",
    "torch.overrides": "has_torch_function",
    "torch.profiler": "record_function",
    "torch.serialization": "DEFAULT_PROTOCOL",
    "torch.sparse": "mm",
    "torch.types": "Device",
    "torch.utils._pytree": "tree_map",
    "torch.utils.benchmark": "Timer",
    "torch.utils.cpp_extension": "load",
    "torch.utils.dlpack": "to_dlpack",
    "torch.utils.flop_counter": "FlopCounterMode",
    "torch.utils.model_zoo": "load_url",
    "torch.xpu": "is_available",
}


@torch.fx.wrap
def halved(x):
    return x // 2


torch.fx.wrap("len")


class Insides(unittest.TestCase):
    """As torchvision's own sources and torchopt use what lies beneath PyTorch, where there is nothing of it."""

    def test_operations_of_compiled_code(self):
        with self.assertRaises(OSError):
            torch.ops.load_library("_C_stable.so")
        key, other = torch._C.DispatchKey.AutocastCPU, torch._C.DispatchKey.AutocastCUDA
        keys = torch._C.DispatchKeySet(key) | torch._C.DispatchKeySet(other)
        self.assertTrue(keys.has(key) and keys.has(other) and not keys.remove(key).has(key))
        self.assertEqual(keys, torch._C.DispatchKeySet(other).add(key))
        with torch._C._ExcludeDispatchKeyGuard(keys):
            self.assertEqual(torch.ones(1).item(), 1)

    def test_marks_of_functions(self):
        from torch.onnx.symbolic_helper import parse_args

        @parse_args("v", "i")
        def double(x, times):
            return x * times

        self.assertEqual(double(2, 3), 6)
        torch.onnx.register_custom_op_symbolic("own::double", double, 11)

    def test_modules_of_traces(self):
        class Own(torch.fx.GraphModule):
            pass

        self.assertTrue(issubclass(Own, nn.Module))
        self.assertFalse(isinstance(nn.Linear(1, 1), torch.fx.GraphModule))
        with self.assertRaisesRegex(NotImplementedError, "nothing is traced here"):
            Own(nn.Linear(1, 1), None)

    def test_calls_of_other_processes(self):
        from torch.distributed import rpc

        self.assertFalse(rpc.is_available())
        self.assertEqual(rpc.api.UNSET_RPC_TIMEOUT, -1.0)


class Imports(unittest.TestCase):
    def test_modules_and_names(self):
        for path, name in ASKED.items():
            with self.subTest(path):
                self.assertTrue(hasattr(importlib.import_module(path), name))

    def test_names_that_packages_use_as_they_are_imported(self):
        from torch.distributions import constraints, utils

        class Squares:
            @utils.lazy_property
            def square(self):
                return torch.full((2,), 3.0).square()

        made = Squares()
        self.assertIs(made.square, made.square)
        self.assertIsInstance(Squares.square, property)
        self.assertIn("positive", constraints.__all__)
        self.assertIs(torch.ops.aten.mm.default, torch.ops.aten.mm.default)
        self.assertEqual(len({torch.ops.aten.mm: 1, torch.ops.aten.addmm: 2, torch.ops.aten.mm.default: 3}), 3)
        self.assertFalse(hasattr(torch.ops.no_library, "no_operation"))
        self.assertFalse(isinstance(nn.Linear(1, 1), torch.ScriptModule))

        @torch.jit._overload
        def either(x):  # noqa: F811
            pass

        self.assertEqual(either.__name__, "either")
        self.assertIs(torch.jit._script_if_tracing(either), either)
        self.assertFalse(torch.onnx.is_in_onnx_export())
        self.assertIs(torch._jit_internal._copy_to_script_wrapper(either), either)
        self.assertEqual(torch.jit.script_if_tracing(either).__name__, "either")
        self.assertIsInstance(torch.profiler.kineto_available(), bool)
        same = torch._dynamo.assume_constant_result(lambda: 3)
        self.assertEqual(same(), 3)

    def test_singular_values_of_low_rank(self):
        torch.manual_seed(0)
        x = torch.randn(6, 2) @ torch.randn(2, 5)
        for a in (x, x.mT):
            u, s, v = torch.svd_lowrank(a, q=2)
            self.assertEqual((u.shape, s.shape, v.shape), ((a.shape[0], 2), (2,), (a.shape[1], 2)))
            torch.testing.assert_close(u @ s.diag() @ v.mT, a, rtol=1e-4, atol=1e-4)

    def test_parts_of_networks(self):
        from torchvision.models.vgg import make_layers
        from torchvision.models.vision_transformer import ConvStemConfig

        kinds = [type(layer).__name__ for layer in make_layers([4, "M", 8], batch_norm=True)]
        self.assertEqual(kinds, ["Conv2d", "BatchNorm2d", "ReLU", "MaxPool2d", "Conv2d", "BatchNorm2d", "ReLU"])
        self.assertEqual(make_layers([4, 8])[2].weight.shape, (8, 4, 3, 3))
        self.assertIs(ConvStemConfig(8, 3, 2).activation_layer, nn.ReLU)

    def test_blocks_of_networks(self):
        from torchvision.models.resnet import BasicBlock, Bottleneck, ResNet

        class Encoder(ResNet):
            """As segmentation_models_pytorch: a network without its head."""

            def __init__(self, **options):
                super().__init__(**options)
                del self.fc
                del self.avgpool

            def forward(self, x):
                x = self.relu(self.bn1(self.conv1(x)))
                return self.layer2(self.layer1(self.maxpool(x)))

        encoder = Encoder(block=BasicBlock, layers=[1, 1, 1, 1])
        self.assertEqual(encoder(torch.zeros(1, 3, 32, 32)).shape, (1, 128, 4, 4))
        self.assertNotIn("fc.weight", encoder.state_dict())
        self.assertIsInstance(encoder.layer1[0], BasicBlock)
        self.assertEqual(ResNet(Bottleneck, [1, 1, 1, 1], num_classes=3).fc.weight.shape, (3, 2048))

    def test_an_encoder_of_ones_own(self):
        from torchvision.models import vision_transformer

        class Masked(vision_transformer.Encoder):
            """As lightly's encoder of masked pictures."""

            def forward(self, input, kept):
                return super().forward(input)[:, kept]

        torch.manual_seed(0)
        encoder = Masked(3, 2, 2, 4, 8, 0.0, 0.0).eval()
        self.assertEqual(len(encoder.state_dict()), 27)
        self.assertIsInstance(encoder.layers.encoder_layer_1, vision_transformer.EncoderBlock)
        out = encoder(torch.arange(12.0).reshape(1, 3, 4) / 12, [0, 2])
        torch.testing.assert_close(out[0], torch.tensor(ENCODED), rtol=1e-3, atol=1e-3)

    def test_what_is_there_is_the_librarys(self):
        from torch.distributions.normal import Normal
        from torch.nn.parallel.distributed import DistributedDataParallel
        from torch.utils.model_zoo import load_url

        self.assertIs(Normal, torch.distributions.Normal)
        self.assertIs(DistributedDataParallel, nn.parallel.DistributedDataParallel)
        self.assertTrue(callable(load_url))

    def test_what_does_not_exist(self):
        with self.assertRaises(ImportError):
            importlib.import_module("torch.nothing_of_this_name")
        with self.assertRaises(ImportError):
            from torch.fx import nothing_of_this_name  # noqa: F401

    def test_annotations_and_questions(self):
        from torch.distributed.tensor import DTensor

        def call(x: DTensor | None = None, y: "torch.fx.Node | torch.Tensor" = None):
            return x

        self.assertFalse(isinstance(torch.ones(1), DTensor) or call())

    def test_versions(self):
        for name in ("torch", "torchvision", "torchmetrics", "captum", "lightning"):
            self.assertRegex(importlib.metadata.version(name), r"^\d+\.\d+")
        self.assertEqual(importlib.metadata.version("torch").split("+")[0], torch.__version__.split("+")[0])


@unittest.skipUnless(hasattr(torch, "lamplight"), "PyTorch has these")
class Missing(unittest.TestCase):
    def test_they_say_so_when_they_are_used(self):
        from torch.distributed.fsdp import FullyShardedDataParallel, ShardingStrategy

        for call, why in (
            (lambda: FullyShardedDataParallel(nn.Linear(1, 1)), "FullyShardedDataParallel is PyTorch's"),
            (lambda: torch.fx.Tracer(), "torch.fx.Tracer .*compiler"),
            (lambda: type("Own", (torch.fx.Tracer,), {})(), "torch.fx.Tracer"),
            (lambda: ShardingStrategy.FULL_SHARD(), "FULL_SHARD"),
        ):
            with self.assertRaisesRegex(NotImplementedError, why):
                call()
        self.assertEqual(ShardingStrategy.FULL_SHARD, ShardingStrategy.FULL_SHARD)


class Trees(unittest.TestCase):
    def test_they_come_apart_and_together(self):
        from torch.utils import _pytree as pytree

        Pair = namedtuple("Pair", "a b")
        tree = {"x": [1, (2, 3)], "y": Pair(4, OrderedDict(z=5)), "n": None}
        leaves, spec = pytree.tree_flatten(tree)
        self.assertEqual((leaves, spec.num_leaves), ([1, 2, 3, 4, 5, None], 6))
        self.assertEqual(pytree.tree_unflatten(leaves, spec), tree)
        self.assertEqual(pytree.tree_map(lambda x: x and x + 1, tree)["y"], Pair(5, OrderedDict(z=6)))
        self.assertEqual(pytree.tree_map(lambda a, b: a * b, [1, 2], [3, 4]), [3, 8])
        self.assertEqual(pytree.tree_map_only(int, str, [1, 2.5]), ["1", 2.5])
        self.assertTrue(pytree.tree_all(lambda x: x > 0, [1, (2,)]) and not pytree.tree_any(lambda x: x > 2, [1, (2,)]))
        self.assertEqual(spec, pytree.tree_structure(tree))
        with self.assertRaises(ValueError):
            pytree.tree_unflatten([1], spec)
        with self.assertRaises(ValueError):
            pytree.tree_map(lambda a, b: a, [1, 2], [3])

    def test_kinds_of_nodes(self):
        from torch.utils._pytree import SUPPORTED_NODES, LeafSpec, TreeSpec, _get_node_type, _is_leaf, tree_unflatten

        pair = namedtuple("pair", "a b")
        self.assertEqual([_get_node_type(each) for each in ([], {}, pair(1, 2), 3)], [list, dict, namedtuple, int])
        self.assertEqual((_is_leaf(3), _is_leaf([3]), int in SUPPORTED_NODES), (True, False, False))
        self.assertEqual(tree_unflatten([1, 2], TreeSpec(list, None, [LeafSpec(), LeafSpec()])), [1, 2])

    def test_classes_of_ones_own(self):
        from torch.utils import _pytree as pytree

        class Point:
            def __init__(self, x, y):
                self.x, self.y = x, y

        pytree.register_pytree_node(Point, lambda p: ([p.x, p.y], None), lambda parts, _: Point(*parts))
        made = pytree.tree_map(lambda x: x * 2, [Point(torch.ones(1), 3)])[0]
        self.assertEqual((made.x.item(), made.y), (2.0, 6))


class Marks(unittest.TestCase):
    def test_compilers_leave_functions_as_they_are(self):
        def doubled(x):
            return x * 2

        self.assertEqual(halved(6), 3)
        self.assertFalse(torch.compiler.is_compiling() or torch.compiler.is_dynamo_compiling())
        for decorated in (torch.compiler.disable(doubled), torch._dynamo.disable(doubled), torch.compiler.disable()(doubled)):
            self.assertEqual(decorated(3), 6)
        self.assertIs(torch._dynamo.allow_in_graph(doubled), doubled)

    def test_operations_of_ones_own(self):
        @torch.library.custom_op("lamplight_tests::doubled", mutates_args=())
        def doubled(x: torch.Tensor) -> torch.Tensor:
            return x * 2

        @doubled.register_fake
        def _(x):
            return torch.empty_like(x)

        self.assertEqual(doubled(torch.ones(2)).tolist(), [2.0, 2.0])

    def test_blocks_with_names(self):
        with torch.profiler.record_function("block"):
            total = torch.ones(2).sum()
        self.assertEqual(total.item(), 2.0)

    def test_the_few_functions_of_the_core(self):
        torch._C._log_api_usage_once("lamplight")
        device, dtype, non_blocking, _ = torch._C._nn._parse_to("cpu", torch.float16, non_blocking=True)
        self.assertEqual((device, dtype, non_blocking), (torch.device("cpu"), torch.float16, True))
        self.assertEqual(torch._C._nn._parse_to(torch.int64)[:2], (None, torch.int64))
        self.assertIn("\n", torch.__config__.show())
        torch._assert(True, "nothing")
        with self.assertRaisesRegex(AssertionError, "said"):
            torch._assert(False, "said")

    def test_futures(self):
        first, second = torch.futures.Future(), torch.futures.Future()
        both = torch.futures.collect_all([first, second])
        later = first.then(lambda done: done.wait() + 1)
        first.set_result(1)
        second.set_result(2)
        self.assertEqual((later.wait(), [each.wait() for each in both.wait()]), (2, [1, 2]))
        self.assertEqual(torch.futures.wait_all([first, second]), [1, 2])

    def test_hub(self):
        self.assertEqual(torch.hub.HASH_REGEX.search("resnet18-f37072fd.pth").group(1), "f37072fd")
        self.assertTrue(torch.hub.get_dir().endswith("hub"))


@unittest.skipUnless(torch.distributed.is_available(), "a build without it")
class OneProcess(unittest.TestCase):
    def test_backends(self):
        from torch.distributed import Backend, ReduceOp

        self.assertEqual((Backend("GLOO"), Backend.NCCL), ("gloo", "nccl"))
        self.assertNotEqual(ReduceOp.SUM, ReduceOp.BAND)


# By torchvision 0.29.
ENCODED = [[-0.2579, 0.9847, 0.7984, -1.5252], [-0.812, 0.911, 1.0699, -1.1689]]

if __name__ == "__main__":
    unittest.main()
