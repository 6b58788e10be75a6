"""Data sets and loaders: the same orders as PyTorch's at the same seeds."""

import unittest

import torch
from torch.utils.data import (
    ConcatDataset,
    DataLoader,
    Dataset,
    IterableDataset,
    RandomSampler,
    Subset,
    TensorDataset,
    WeightedRandomSampler,
    random_split,
)


class Words(Dataset):
    def __len__(self):
        return 5

    def __getitem__(self, i):
        return {"x": torch.full((2,), float(i)), "n": i, "word": str(i)}


class Loaders(unittest.TestCase):
    def test_orders(self):
        torch.manual_seed(0)
        data = TensorDataset(torch.arange(10).float(), torch.arange(10))
        batches = [y.tolist() for _, y in DataLoader(data, batch_size=4, shuffle=True)]
        self.assertEqual(batches, ORDER)
        own = DataLoader(data, batch_size=10, shuffle=True, generator=torch.Generator().manual_seed(3))
        self.assertEqual(next(iter(own))[1].tolist(), OWN_ORDER)

    def test_draws(self):
        torch.manual_seed(0)
        first, second = random_split(range(10), [7, 3])
        self.assertEqual((list(first.indices), list(second.indices)), SPLIT)
        self.assertEqual(list(WeightedRandomSampler([0.1, 0.9, 0.4], 5)), WEIGHTED)
        self.assertEqual(list(RandomSampler(range(5), replacement=True, num_samples=7)), DRAWN)

    def test_collation(self):
        batches = list(DataLoader(Words(), batch_size=2))
        self.assertEqual(batches[0]["x"].tolist(), [[0.0, 0.0], [1.0, 1.0]])
        self.assertEqual(batches[1]["n"].tolist(), [2, 3])
        self.assertEqual(batches[2]["word"], ["4"])
        self.assertEqual(len(DataLoader(Words(), 2, drop_last=True)), 2)
        pairs = list(DataLoader([(1.0, "a"), (2.0, "b")], batch_size=2))
        self.assertEqual((pairs[0][0].tolist(), pairs[0][1]), ([1.0, 2.0], ("a", "b")))

    def test_python_in_the_loader_may_read_values(self):
        class Read(Dataset):
            def __len__(self):
                return 4

            def __getitem__(self, i):
                return float((torch.ones(2) * i).sum().item())

        def collate(items):
            return torch.tensor(items).sum().item()

        self.assertEqual(list(DataLoader(Read(), batch_size=2, collate_fn=collate)), [2.0, 10.0])

    def test_items_that_come(self):
        class Count(IterableDataset):
            def __iter__(self):
                return iter(range(5))

        self.assertEqual([b.tolist() for b in DataLoader(Count(), batch_size=2)], [[0, 1], [2, 3], [4]])
        with self.assertRaises(ValueError):
            DataLoader(Count(), shuffle=True)

    def test_parts(self):
        joined = ConcatDataset([range(3), range(10, 12)])
        self.assertEqual([joined[i] for i in (0, 3, -1)], [0, 10, 11])
        rows = Subset(TensorDataset(torch.arange(6)), [5, 1])
        self.assertEqual([b.tolist() for (b,) in DataLoader(rows, batch_size=2)], [[5, 1]])

    def test_options_that_exclude_each_other(self):
        with self.assertRaises(ValueError):
            DataLoader(Words(), shuffle=True, sampler=range(3))
        with self.assertRaises(ValueError):
            DataLoader(Words(), batch_size=2, batch_sampler=[[0]])


# As PyTorch draws them.
ORDER = [[6, 7, 1, 4], [2, 0, 9, 8], [3, 5]]
OWN_ORDER = [7, 4, 2, 9, 1, 5, 0, 8, 6, 3]
SPLIT = ([4, 1, 7, 5, 3, 9, 0], [8, 6, 2])
WEIGHTED = [0, 1, 1, 1, 1]
DRAWN = [2, 2, 0, 3, 0, 2, 1]


if __name__ == "__main__":
    unittest.main()
