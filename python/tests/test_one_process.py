"""Programs written for several devices, for compilers and for PyTorch's insides, as they run on one device in one process."""

import os
import unittest
import warnings

import torch
import torch.distributed as dist
import torch.nn.functional as F
from torch import nn
from torch.nn.parallel import DataParallel, DistributedDataParallel

OURS = hasattr(torch, "lamplight")


@torch.fx.wrap
def window(x, size: int):
    """As timm and torchvision mark functions that a trace keeps whole."""
    return x.unfold(-1, size, size)


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(1, 4, 3, padding=1)
        self.head = nn.Linear(4, 2)

    def forward(self, x):
        return self.head(F.relu(self.conv(x)).mean((2, 3)))


class Distributed(unittest.TestCase):
    """As `torchrun` starts a training script with one process."""

    def setUp(self):
        os.environ.update(MASTER_ADDR="localhost", MASTER_PORT="29511", RANK="0", WORLD_SIZE="1", LOCAL_RANK="0")
        dist.init_process_group("gloo")

    def tearDown(self):
        dist.destroy_process_group()
        for name in ("MASTER_ADDR", "MASTER_PORT", "RANK", "WORLD_SIZE", "LOCAL_RANK"):
            del os.environ[name]

    def test_training(self):
        torch.manual_seed(0)
        plain = Net()
        torch.manual_seed(0)
        model = DistributedDataParallel(Net(), find_unused_parameters=False)
        data = torch.utils.data.TensorDataset(torch.randn(8, 1, 6, 6), torch.arange(8) % 2)
        sampler = torch.utils.data.DistributedSampler(data, shuffle=True)
        loader = torch.utils.data.DataLoader(data, batch_size=4, sampler=sampler)
        optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
        for epoch in range(2):
            sampler.set_epoch(epoch)
            total = torch.zeros(2)
            for x, y in loader:
                loss = F.cross_entropy(model(x), y)
                optimizer.zero_grad()
                loss.backward()
                optimizer.step()
                total += torch.tensor([loss.item(), 1.0])
            dist.all_reduce(total, op=dist.ReduceOp.SUM)
            dist.barrier()
        self.assertEqual(total[1].item(), 2.0)
        self.assertEqual(list(model.state_dict()), [f"module.{name}" for name in plain.state_dict()])
        self.assertIs(type(model.module), Net)
        plain.load_state_dict(model.module.state_dict())
        x = torch.randn(2, 1, 6, 6)
        self.assertTrue(torch.allclose(plain(x), model(x)))
        with model.no_sync():
            model(x).sum().backward()
        if dist.get_rank() == 0:
            saved = {name.replace("module.", ""): value for name, value in model.state_dict().items()}
            plain.load_state_dict(saved)

    def test_collectives(self):
        x = torch.arange(4.0)
        for op in (dist.ReduceOp.SUM, dist.ReduceOp.MAX, dist.ReduceOp.MIN, dist.ReduceOp.PRODUCT):
            dist.all_reduce(x, op)
        dist.all_reduce(x, async_op=True).wait()
        dist.broadcast(x, src=0)
        dist.reduce(x, dst=0)
        self.assertEqual(x.tolist(), [0.0, 1.0, 2.0, 3.0])
        parts = [torch.empty_like(x) for _ in range(dist.get_world_size())]
        dist.all_gather(parts, x)
        self.assertEqual(torch.cat(parts).tolist(), x.tolist())
        into = torch.empty(4)
        dist.all_gather_into_tensor(into, x)
        self.assertEqual(into.tolist(), x.tolist())
        dist.reduce_scatter(into, [x * 2])
        self.assertEqual(into.tolist(), [0.0, 2.0, 4.0, 6.0])
        received = [torch.empty(4)]
        dist.all_to_all(received, [x])
        self.assertEqual(received[0].tolist(), x.tolist())
        objects = [None]
        dist.all_gather_object(objects, {"rank": dist.get_rank()})
        self.assertEqual(objects, [{"rank": 0}])
        dist.broadcast_object_list(objects, src=0)
        self.assertEqual(dist.get_world_size(dist.new_group([0])), 1)


class Parallel(unittest.TestCase):
    def test_data_parallel(self):
        torch.manual_seed(0)
        model = DataParallel(Net()) if OURS else nn.DataParallel(Net().to("cpu"), device_ids=None)
        x = torch.randn(3, 1, 5, 5)
        self.assertTrue(torch.equal(model(x), model.module(x)))
        self.assertIn("module.conv.weight", model.state_dict())
        core = model.module if isinstance(model, nn.DataParallel) else model
        self.assertIsInstance(core, Net)


class Processes(unittest.TestCase):
    def test_names_of_pythons_multiprocessing(self):
        import multiprocessing

        import torch.multiprocessing as mp
        from torch.multiprocessing import Manager, Pool, Process, Queue
        from torch.multiprocessing.spawn import ProcessException, ProcessRaisedException, start_processes

        self.assertEqual([name for name in multiprocessing.__all__ if not hasattr(mp, name)], [])

        class Worker(Process):
            """As programs for several processes describe them."""

        self.assertIsInstance(Worker(target=print, daemon=True), multiprocessing.process.BaseProcess)
        self.assertEqual(mp.current_process().name, "MainProcess")
        self.assertIsInstance(mp.get_context("spawn"), multiprocessing.context.BaseContext)
        self.assertEqual(mp.get_context("spawn").get_start_method(), "spawn")
        self.assertTrue(issubclass(ProcessRaisedException, ProcessException) and callable(start_processes))
        self.assertTrue(issubclass(mp.TimeoutError, mp.ProcessError))
        with self.assertRaisesRegex(ValueError, "cannot find context for 'threads'"):
            mp.get_context("threads")
        if OURS:
            for use in (Worker().start, Pool, Queue, Manager, mp.Lock, mp.get_context("fork").Value):
                with self.assertRaisesRegex(RuntimeError, "expected code of one process, since a page has no other"):
                    use()

    def test_calls_of_other_processes(self):
        from torch.distributed import rpc

        @rpc.api._require_initialized
        def called():
            return 3

        with self.assertRaisesRegex(RuntimeError, "RPC has not been initialized"):
            called()

    def test_states_of_all_generators(self):
        states = torch.cuda.get_rng_state_all()
        self.assertEqual(len(states), torch.cuda.device_count())
        drawn = torch.rand(3) if OURS else None
        torch.cuda.set_rng_state_all(states)
        if OURS:
            self.assertEqual(torch.rand(3).tolist(), drawn.tolist())


class Compiling(unittest.TestCase):
    def test_script_and_trace(self):
        torch.manual_seed(0)
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            net = Net()
            scripted = torch.jit.script(net)
            again = torch.jit.script(net)
            traced = torch.jit.trace(net, torch.zeros(1, 1, 4, 4))

            @torch.jit.script
            def scaled(x, factor: float):
                return x * factor

        x = torch.randn(2, 1, 4, 4)
        for each in (scripted, again, traced):
            self.assertTrue(torch.allclose(each(x), net(x)))
        self.assertEqual(scaled(torch.ones(2), 3.0).tolist(), [3.0, 3.0])
        self.assertFalse(torch.jit.is_scripting() or torch.jit.is_tracing())
        if OURS:
            told = [str(each.message) for each in caught if "jit.script " in str(each.message)]
            self.assertLessEqual(len(told), 1)

    def test_compile_and_its_switches(self):
        @torch.compiler.disable
        def kept(x):
            return x + 1

        @torch._dynamo.disable
        def kept_too(x):
            return x * 2

        self.assertEqual(kept_too(kept(torch.ones(1))).item(), 4.0)
        self.assertFalse(torch.compiler.is_compiling() or torch._dynamo.is_compiling())
        torch._dynamo.reset()
        torch._dynamo.config.suppress_errors = True

    def test_fx_wrap(self):
        self.assertEqual(window(torch.arange(4), 2).tolist(), [[0, 1], [2, 3]])


class Insides(unittest.TestCase):
    def test_pytree(self):
        from torch.utils._pytree import tree_flatten, tree_map, tree_map_only, tree_unflatten

        batch = {"image": torch.ones(2), "more": [torch.zeros(1), (3, "name")]}
        moved = tree_map_only(torch.Tensor, lambda x: x.to("cpu") + 1, batch)
        self.assertEqual((moved["image"].tolist(), moved["more"][0].tolist(), moved["more"][1]), ([2.0, 2.0], [1.0], (3, "name")))
        leaves, spec = tree_flatten(batch)
        self.assertEqual(len(leaves), 4)
        self.assertEqual(tree_unflatten(list(range(4)), spec), {"image": 0, "more": [1, (2, 3)]})
        self.assertEqual(tree_map(lambda n: n + 1, [1, (2, {"a": 3})]), [2, (3, {"a": 4})])

    def test_c(self):
        place, dtype, non_blocking, form = torch._C._nn._parse_to(torch.float32)
        self.assertEqual((place, dtype, non_blocking, form), (None, torch.float32, False, None))
        self.assertIsNone(torch._C._log_api_usage_once("here"))
        with torch._C.DisableTorchFunctionSubclass():
            self.assertEqual(torch.ones(1).item(), 1.0)

    def test_derivatives_go_backward(self):
        x = torch.ones(2)
        primal, tangent = torch.autograd.forward_ad.unpack_dual(x)
        self.assertEqual((primal.tolist(), tangent), ([1.0, 1.0], None))
        self.assertFalse(torch._C._are_functorch_transforms_active())

    def test_futures(self):
        first, second = torch.futures.Future(), torch.futures.Future()
        third = first.then(lambda done: done.wait() + 1)
        first.set_result(1)
        second.set_result(torch.ones(2))
        self.assertEqual(third.wait(), 2)
        self.assertIsInstance(first, torch.Future)
        self.assertEqual(len(torch.futures.wait_all([first, second])), 2)
        self.assertTrue(torch.futures.collect_all([first, second]).done())

    def test_checkpoint(self):
        from torch.utils.checkpoint import checkpoint, checkpoint_sequential

        torch.manual_seed(0)
        layers = nn.Sequential(nn.Linear(3, 4), nn.Tanh(), nn.Linear(4, 2))
        x = torch.randn(5, 3, requires_grad=True)
        layers(x).square().sum().backward()
        wanted = [p.grad.clone() for p in layers.parameters()]
        for run in (
            lambda: checkpoint(layers, x, use_reentrant=False),
            lambda: checkpoint_sequential(layers, 2, x, use_reentrant=False),
        ):
            layers.zero_grad()
            run().square().sum().backward()
            for parameter, gradient in zip(layers.parameters(), wanted):
                self.assertTrue(torch.allclose(parameter.grad, gradient, atol=1e-6))

    def test_mixed_precision_under_the_old_names(self):
        from torch.cuda.amp import GradScaler, autocast

        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            model = nn.Linear(2, 1)
            scaler = GradScaler(enabled=False)
            optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
            with autocast(enabled=False):
                loss = model(torch.ones(3, 2)).square().mean()
            scaler.scale(loss).backward()
            scaler.unscale_(optimizer)
            nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            scaler.step(optimizer)
            scaler.update()
        self.assertLess(model(torch.ones(3, 2)).square().mean().item(), loss.item())

    def test_addresses_of_weights(self):
        from torch.hub import load_state_dict_from_url
        from torch.utils import model_zoo

        self.assertTrue(callable(load_state_dict_from_url) and callable(model_zoo.load_url))
        self.assertTrue(torch.hub.get_dir().endswith("hub"))
        self.assertEqual(torch.hub.HASH_REGEX.search("resnet18-f37072fd.pth").group(1), "f37072fd")


if __name__ == "__main__":
    unittest.main()
