"""Groups of one process, and samplers that divide a data set among several."""

import os
import tempfile
import unittest

import torch
import torch.distributed as dist
from torch.utils.data import DataLoader, DistributedSampler, TensorDataset


class Group(unittest.TestCase):
    def test_a_group_of_one(self):
        self.assertFalse(dist.is_initialized())
        with self.assertRaisesRegex(ValueError, "process group has not been initialized"):
            dist.get_rank()
        place = os.path.join(tempfile.mkdtemp(), "group")
        dist.init_process_group("gloo", init_method=f"file://{place}", rank=0, world_size=1)
        try:
            self.assertTrue(dist.is_initialized())
            self.assertEqual((dist.get_rank(), dist.get_world_size(), dist.get_backend()), (0, 1, "gloo"))
            x = torch.arange(3.0)
            self.assertIsNone(dist.all_reduce(x, dist.ReduceOp.SUM))
            dist.broadcast(x, 0)
            dist.barrier()
            gathered = [torch.zeros(3)]
            dist.all_gather(gathered, x)
            self.assertEqual(gathered[0].tolist(), [0.0, 1.0, 2.0])
            self.assertEqual(len(DistributedSampler(range(5))), 5)
            self.assertTrue(dist.all_reduce(x, async_op=True).wait())
        finally:
            dist.destroy_process_group()
        self.assertFalse(dist.is_initialized())



class Placements(unittest.TestCase):
    def test_tables_of_layers_name_them(self):
        from torch.distributed.tensor import DTensor, Partial, Placement, Replicate, Shard
        from torch.distributed.tensor.placement_types import Shard as ByItsFile

        self.assertIs(ByItsFile, Shard)
        self.assertEqual((Shard(0), Replicate()), (Shard(dim=0), Replicate()))
        self.assertNotEqual(Shard(0), Shard(1))
        self.assertEqual(len({Shard(0), Shard(0), Replicate()}), 2)
        self.assertTrue(Shard(1).is_shard(1) and Replicate().is_replicate() and Partial("avg").is_partial())
        self.assertFalse(Shard(1).is_shard(0) or Partial("avg").is_partial("sum") or Shard(0).is_replicate())
        self.assertIsInstance(Partial(), Placement)
        self.assertNotIsInstance(torch.ones(1), DTensor)


class Sampler(unittest.TestCase):
    def test_parts(self):
        data = TensorDataset(torch.arange(7))
        parts = [list(DistributedSampler(data, 3, rank, shuffle=False)) for rank in range(3)]
        self.assertEqual(parts, [[0, 3, 6], [1, 4, 0], [2, 5, 1]])
        parts = [list(DistributedSampler(data, 3, rank, shuffle=False, drop_last=True)) for rank in range(3)]
        self.assertEqual(parts, [[0, 3], [1, 4], [2, 5]])
        with self.assertRaisesRegex(ValueError, "Invalid rank 3"):
            DistributedSampler(data, 3, 3)

    def test_the_order_is_of_the_seed_and_the_epoch(self):
        data = TensorDataset(torch.arange(8))
        sampler = DistributedSampler(data, 2, 0, seed=3)
        first = list(sampler)
        generator = torch.Generator()
        generator.manual_seed(3)
        self.assertEqual(first, torch.randperm(8, generator=generator).tolist()[::2])
        sampler.set_epoch(1)
        self.assertNotEqual(list(sampler), first)
        self.assertEqual(len(DataLoader(data, batch_size=2, sampler=sampler)), 2)


if __name__ == "__main__":
    unittest.main()
