"""Pipes of `torch.utils.data`: items in PyTorch's order, and its rules about iterators."""

import copy
import os
import pickle
import tempfile
import unittest
import warnings

import torch
from torch.utils.data import (
    DataChunk,
    DataLoader,
    IterableDataset,
    IterDataPipe,
    MapDataPipe,
    functional_datapipe,
    guaranteed_datapipes_determinism,
    non_deterministic,
)
from torch.utils.data.datapipes.iter import Batcher, Collator, FileLister, FileOpener, IterableWrapper, Mapper, Sampler, ShardingFilter
from torch.utils.data.datapipes.iter.combinatorics import ShufflerIterDataPipe
from torch.utils.data.datapipes.map import SequenceWrapper
from torch.utils.data.graph import traverse_dps
from torch.utils.data.graph_settings import apply_sharding, get_all_graph_pipes


def double(x):
    return 2 * x


def is_even(x):
    return x % 2 == 0


def total(a, b):
    return a + b


@functional_datapipe("repeat_each")
class Repeater(IterDataPipe):
    """As packages define theirs."""

    def __init__(self, source, times=2):
        super().__init__()
        self.source = source
        self.times = times

    def __iter__(self):
        for item in self.source:
            for _ in range(self.times):
                yield item

    def __len__(self):
        return self.times * len(self.source)


class Labels(Batcher):
    """As torch_geometric makes its batches."""

    def __init__(self, source, batch_size):
        super().__init__(source, batch_size=batch_size, wrapper_class=tuple)


def numbers(n=6):
    return IterableWrapper(range(n))


class Steps(unittest.TestCase):
    def test_items(self):
        pipe = numbers(10).map(double).filter(is_even).batch(4)
        self.assertEqual(list(pipe), [[0, 2, 4, 6], [8, 10, 12, 14], [16, 18]])
        self.assertIsInstance(next(iter(pipe)), DataChunk)
        self.assertEqual(list(pipe.unbatch()), list(range(0, 20, 2)))
        self.assertEqual(list(IterableWrapper([[0, [1, 2]], [3]]).unbatch(unbatch_level=-1)), [0, 1, 2, 3])
        self.assertEqual(list(numbers(7).batch(3, drop_last=True)), [[0, 1, 2], [3, 4, 5]])
        self.assertEqual((len(numbers(7).batch(3)), len(numbers(7).batch(3, drop_last=True))), (3, 2))
        self.assertEqual(list(Labels(numbers(3), 2)), [(0, 1), (2,)])
        self.assertEqual(list(numbers(2).repeat_each(3)), [0, 0, 0, 1, 1, 1])
        self.assertEqual((len(Repeater(numbers(2))), str(Repeater(numbers(2)))), (4, "Repeater"))
        self.assertEqual(list(numbers(2).concat(numbers(3))), [0, 1, 0, 1, 2])
        self.assertEqual(list(numbers(3).zip(numbers(2))), [(0, 0), (1, 1)])
        self.assertEqual(list(numbers(3).mux(IterableWrapper("ab"))), [0, "a", 1, "b"])
        self.assertEqual((len(numbers(3).concat(numbers(2))), len(numbers(3).zip(numbers(2))), len(numbers(3).mux(numbers(2)))), (5, 2, 4))
        self.assertEqual(list(Sampler(numbers(3))), [0, 1, 2])
        self.assertIsInstance(numbers(), IterableDataset)
        with self.assertRaisesRegex(TypeError, "FilterIterDataPipe"):
            len(numbers().filter(is_even))

    def test_columns(self):
        pairs = IterableWrapper([(1, 2), (3, 4)])
        self.assertEqual(list(pairs.map(double, input_col=1)), [(1, 4), (3, 8)])
        self.assertEqual(list(pairs.map(double, input_col=0, output_col=-1)), [(1, 2, 2), (3, 4, 6)])
        self.assertEqual(list(pairs.map(total, input_col=[0, 1])), [(3,), (7,)])
        self.assertEqual(list(IterableWrapper([{"a": 1, "b": 2}]).map(total, input_col=["a", "b"], output_col="c")), [{"a": 1, "b": 2, "c": 3}])
        self.assertEqual(list(pairs.filter(is_even, input_col=0)), [])
        with self.assertRaisesRegex(ValueError, "takes 2 positional parameters, but 1 are required"):
            Mapper(pairs, total, input_col=0)
        with self.assertRaisesRegex(ValueError, "must be None when"):
            Mapper(pairs, double, output_col=0)

    def test_groups(self):
        words = IterableWrapper(["a.png", "b.png", "a.json", "b.json", "a.jpg", "c.json"])
        stem = operator_stem
        self.assertEqual(list(words.groupby(stem)), [["a.png", "a.json", "a.jpg"], ["b.png", "b.json"], ["c.json"]])
        self.assertEqual(list(words.groupby(stem, group_size=2)), [["a.png", "a.json"], ["b.png", "b.json"], ["a.jpg"], ["c.json"]])
        few = words.groupby(stem, buffer_size=3, group_size=3, guaranteed_group_size=2)
        self.assertEqual(list(few), [["a.png", "a.json"], ["b.png", "b.json"], ["a.jpg"], ["c.json"]])
        self.assertEqual(list(words.groupby(stem, keep_key=True))[-1], ("c", ["c.json"]))

    def test_parts(self):
        first, second = numbers(4).fork(2)
        self.assertEqual(list(zip(first, second)), [(i, i) for i in range(4)])
        self.assertEqual((list(first), list(second), len(first)), ([0, 1, 2, 3], [0, 1, 2, 3], 4))
        even, odd = numbers(5).demux(2, classifier_fn=lambda x: x % 2)
        self.assertEqual((list(even), list(odd)), ([0, 2, 4], [1, 3]))
        one, other = numbers(9).fork(2, buffer_size=3)
        with self.assertRaises(BufferError):
            list(one)
        even, odd = numbers(9).demux(2, classifier_fn=lambda x: x % 2, buffer_size=2)
        with self.assertRaises(BufferError):
            list(odd)
        with self.assertRaisesRegex(ValueError, "should be between 0 and 1. 7 is returned"):
            list(numbers(2).demux(2, classifier_fn=lambda x: 7)[0])
        one, other = numbers(4).fork(2)
        iterator = iter(one)
        next(iterator)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            again = iter(one)
        next(again)
        with self.assertRaisesRegex(RuntimeError, "This iterator has been invalidated"):
            next(iterator)

    def test_orders(self):
        self.assertEqual(list(numbers(8).shuffle().set_seed(3)), SEEDED)
        self.assertEqual(list(numbers(8).shuffle(buffer_size=3).set_seed(3)), OF_THREE)
        self.assertEqual(list(numbers(4).shuffle().set_shuffle(False)), [0, 1, 2, 3])
        torch.manual_seed(0)
        pipe = numbers(8).shuffle()
        self.assertEqual([list(pipe), list(pipe)], DRAWN)

    def test_shares(self):
        pipe = numbers(7).sharding_filter()
        apply_sharding(pipe, 3, 1)
        self.assertEqual((list(pipe), len(pipe)), ([1, 4], 2))
        with self.assertRaisesRegex(RuntimeError, "Sharding twice"):
            apply_sharding(ShardingFilter(pipe), 2, 0)

    def test_files(self):
        with tempfile.TemporaryDirectory() as folder:
            for name in ("b.txt", "a.txt", "c.csv"):
                with open(os.path.join(folder, name), "w") as file:
                    file.write(name)
            found = FileLister(folder, masks="*.txt")
            self.assertEqual([os.path.basename(path) for path in found], ["a.txt", "b.txt"])
            self.assertEqual([text for _, text in FileOpener(found, mode="r").read_from_stream()], ["a.txt", "b.txt"])


def operator_stem(name):
    return name.split(".")[0]


class Iterators(unittest.TestCase):
    def test_one_at_a_time(self):
        pipe = numbers(3)
        first = iter(pipe)
        self.assertEqual(next(first), 0)
        second = iter(pipe)
        self.assertEqual(next(second), 0)
        with self.assertRaisesRegex(RuntimeError, "This iterator has been invalidated because another iterator has been created"):
            next(first)

    def test_iterators_of_their_own(self):
        class Counter(IterDataPipe):
            def __init__(self):
                self.resets = 0

            def reset(self):
                self.resets += 1
                self.at = 0

            def __iter__(self):
                return self

            def __next__(self):
                if self.at == 3:
                    raise StopIteration
                self.at += 1
                return self.at

        pipe = Counter()
        self.assertEqual((list(pipe), list(pipe), pipe.resets), ([1, 2, 3], [1, 2, 3], 2))
        first, second = iter(pipe), iter(pipe)
        next(second)
        with self.assertRaisesRegex(RuntimeError, "This iterator has been invalidated"):
            next(first)

    def test_errors_tell_the_pipe(self):
        with self.assertRaisesRegex(ZeroDivisionError, r"by zero\nThis exception is thrown by __iter__ of MapperIterDataPipe\("):
            list(numbers(2).map(lambda x: 1 // x))

    def test_names(self):
        with self.assertRaisesRegex(AttributeError, "has no attribute 'nothing"):
            numbers().nothing
        with self.assertRaisesRegex(Exception, "already taken"):
            functional_datapipe("map")(Repeater)
        self.assertIn("repeat_each", dir(numbers()))

    def test_determinism(self):
        @non_deterministic
        class Noise(IterDataPipe):
            def __iter__(self):
                yield 0

        self.assertEqual(list(Noise()), [0])
        with guaranteed_datapipes_determinism(), self.assertRaisesRegex(TypeError, "Noise is non-deterministic"):
            Noise()

    def test_copies(self):
        pipe = numbers(6).shuffle().map(double)
        for other in (copy.deepcopy(pipe), pickle.loads(pickle.dumps(pipe))):
            self.assertEqual(sorted(other), [0, 2, 4, 6, 8, 10])

    def test_graph(self):
        source = numbers(4)
        shuffled = source.shuffle()
        pipe = shuffled.zip(Repeater(source))
        found = get_all_graph_pipes(traverse_dps(pipe))
        self.assertEqual([type(each).__name__ for each in found], ["ZipperIterDataPipe", "ShufflerIterDataPipe", "IterableWrapperIterDataPipe", "Repeater"])
        self.assertIsInstance(shuffled, ShufflerIterDataPipe)


class Maps(unittest.TestCase):
    def test_items(self):
        pipe = SequenceWrapper(range(5)).map(double)
        self.assertIsInstance(pipe, MapDataPipe)
        self.assertEqual((list(pipe), len(pipe), pipe[2]), ([0, 2, 4, 6, 8], 5, 4))
        self.assertEqual(list(pipe.batch(2)), [[0, 2], [4, 6], [8]])
        self.assertEqual(list(pipe.concat(SequenceWrapper("ab"))), [0, 2, 4, 6, 8, "a", "b"])
        self.assertEqual(list(pipe.zip(SequenceWrapper("abc"))), [(0, "a"), (2, "b"), (4, "c")])
        self.assertEqual(SequenceWrapper({"a": 1})["a"], 1)
        self.assertEqual(list(pipe.shuffle().set_seed(3)), MAPPED)
        with self.assertRaisesRegex(ValueError, "at least one DataPipe"):
            type(pipe.concat(pipe))()


class Loaders(unittest.TestCase):
    def test_batches(self):
        torch.manual_seed(0)
        loader = DataLoader(numbers(6).shuffle().map(double), batch_size=4, shuffle=True)
        self.assertEqual([[batch.tolist() for batch in loader] for _ in range(2)], LOADED)
        plain = DataLoader(numbers(6).shuffle(), batch_size=3, shuffle=False)
        self.assertEqual([batch.tolist() for batch in plain], [[0, 1, 2], [3, 4, 5]])
        self.assertEqual(torch.rand(2).mul(1000).int().tolist(), AFTER)

    def test_own_generator(self):
        loader = DataLoader(numbers(6).shuffle(), batch_size=6, generator=torch.Generator().manual_seed(3))
        self.assertEqual(next(iter(loader)).tolist(), OWN)

    def test_without_a_shuffler(self):
        with self.assertWarnsRegex(UserWarning, "does not contain a `Shuffler`"):
            loader = DataLoader(numbers(6), batch_size=6, shuffle=True)
        self.assertEqual(next(iter(loader)).tolist(), UNSHUFFLED)

    def test_tensors(self):
        pipe = IterableWrapper([(torch.ones(2) * i, i) for i in range(4)]).batch(2).collate()
        self.assertEqual([(x.tolist(), y.tolist()) for x, y in pipe], [([[0, 0], [1, 1]], [0, 1]), ([[2, 2], [3, 3]], [2, 3])])
        self.assertEqual(list(Collator(numbers(4).batch(2), collate_fn=sum)), [1, 5])
        whole = DataLoader(pipe, batch_size=None)
        self.assertEqual([y.tolist() for _, y in whole], [[0, 1], [2, 3]])
        rows = DataLoader(SequenceWrapper(range(4)), batch_size=2)
        self.assertEqual([batch.tolist() for batch in rows], [[0, 1], [2, 3]])


# By PyTorch 2.15.
SEEDED = [3, 5, 6, 1, 4, 7, 2, 0]
OF_THREE = [0, 2, 4, 3, 1, 5, 7, 6]
DRAWN = [[3, 7, 2, 0, 1, 6, 5, 4], [3, 1, 5, 4, 7, 2, 6, 0]]
MAPPED = [0, 4, 6, 8, 2]
LOADED = [[[8, 0, 6, 10], [4, 2]], [[6, 8, 0, 4], [10, 2]]]
AFTER = [22, 168]
OWN = [0, 1, 5, 4, 2, 3]
UNSHUFFLED = [0, 1, 2, 3, 4, 5]

if __name__ == "__main__":
    unittest.main()
