"""The options of `lightning`'s Trainer, its data and its Tuner: with `LIGHTNING=real` those of Lightning."""

import contextlib
import os
import random
import tempfile
import unittest
from unittest import mock

import torch
import torch.nn.functional as F
import which_lightning
from lightning.pytorch.callbacks import Callback, EarlyStopping
from lightning.pytorch.tuner import Tuner
from lightning.pytorch.utilities import CombinedLoader, grad_norm, rank_zero_only
from lightning.pytorch.utilities.types import STEP_OUTPUT, OptimizerLRScheduler
from torch import nn
from torch.utils.data import DataLoader, IterableDataset, TensorDataset

import lightning as L


class Counts(L.LightningModule):
    """Counts its batches."""

    def __init__(self, lr=0.1, batch_size=2):
        super().__init__()
        self.save_hyperparameters()
        self.lr = lr
        self.batch_size = batch_size
        self.layer = nn.Linear(1, 1)
        self.seen = {"train": 0, "val": 0, "test": 0}
        self.validated = []

    def training_step(self, batch, batch_idx) -> STEP_OUTPUT:
        self.seen["train"] += 1
        return F.mse_loss(self.layer(batch[0]), batch[0])

    def validation_step(self, batch, batch_idx):
        if not self.trainer.sanity_checking:
            self.seen["val"] += 1
            if batch_idx == 0:
                self.validated.append(self.trainer.fit_loop.total_batch_idx + 1)

    def test_step(self, batch, batch_idx):
        self.seen["test"] += 1

    def configure_optimizers(self) -> OptimizerLRScheduler:
        return torch.optim.SGD(self.parameters(), lr=self.lr)


def numbers(count=8):
    return TensorDataset(torch.arange(float(count)).reshape(count, 1) / count)


def loader(count=8, batch_size=1, **options):
    return DataLoader(numbers(count), batch_size=batch_size, **options)


def quiet(**options):
    usual = dict.fromkeys(("logger", "enable_progress_bar", "enable_model_summary", "enable_checkpointing"), False)
    return L.Trainer(**{**usual, **options})


def fitted(val=4, **options):
    module = Counts()
    trainer = quiet(**options)
    trainer.fit(module, loader(), loader(val) if val else None)
    return module, trainer


class Limits(unittest.TestCase):
    def test_numbers_and_shares_of_batches(self):
        module, _ = fitted(max_epochs=1, limit_train_batches=3, limit_val_batches=0.5)
        self.assertEqual(module.seen, {"train": 3, "val": 2, "test": 0})
        module, trainer = fitted(max_epochs=1, limit_val_batches=0)
        self.assertEqual(module.seen["val"], 0)
        trainer.limit_test_batches = 2
        trainer.test(module, loader(), verbose=False)
        self.assertEqual(module.seen["test"], 2)
        with self.assertRaisesRegex(Exception, "increase|invalid"):
            fitted(max_epochs=1, limit_train_batches=0.01)

    def test_a_run_of_one_batch(self):
        module, trainer = fitted(fast_dev_run=True, logger=True, enable_checkpointing=True)
        self.assertEqual(module.seen, {"train": 1, "val": 1, "test": 0})
        self.assertEqual((trainer.max_steps, trainer.max_epochs, trainer.num_sanity_val_steps), (1, 1, 0))
        self.assertEqual(fitted(fast_dev_run=3)[0].seen, {"train": 3, "val": 3, "test": 0})

    def test_steps_end_training_within_an_epoch(self):
        module, trainer = fitted(max_steps=11)
        self.assertEqual((module.seen["train"], trainer.global_step, trainer.current_epoch), (11, 11, 2))
        module, trainer = fitted(max_steps=5, max_epochs=-1, val=0)
        self.assertEqual((trainer.global_step, trainer.current_epoch), (5, 1))

    def test_validation_within_epochs(self):
        self.assertEqual(fitted(max_epochs=2, val_check_interval=0.25)[0].validated, [2, 4, 6, 8, 10, 12, 14, 16])
        self.assertEqual(fitted(max_epochs=2, val_check_interval=3)[0].validated, [3, 6, 11, 14])
        every = {"val_check_interval": 3, "check_val_every_n_epoch": None}
        self.assertEqual(fitted(max_epochs=2, **every)[0].validated, [3, 6, 9, 12, 15])
        self.assertEqual(fitted(max_epochs=4, check_val_every_n_epoch=2)[0].validated, [16, 32])
        with self.assertRaisesRegex(ValueError, "val_check_interval"):
            fitted(max_epochs=1, val_check_interval=9)

    def test_the_look_at_validation(self):
        seen = []

        class Sanity(Callback):
            def on_validation_batch_end(self, trainer, pl_module, *args):
                seen.append(trainer.sanity_checking)

        for steps, expected in ((0, 0), (2, 2), (-1, 4)):
            seen.clear()
            fitted(max_epochs=1, num_sanity_val_steps=steps, callbacks=[Sanity()])
            self.assertEqual((sum(seen), len(seen)), (expected, expected + 4))

    def test_the_same_batches_again_and_again(self):
        class Keeps(Counts):
            def training_step(self, batch, batch_idx):
                self.kept = [*getattr(self, "kept", []), round(batch[0].item() * 8)]
                return super().training_step(batch, batch_idx)

        module = Keeps()
        trainer = quiet(max_epochs=2, overfit_batches=3, num_sanity_val_steps=0)
        trainer.fit(module, loader(shuffle=True), loader(4))
        self.assertEqual(module.kept, [0, 1, 2, 0, 1, 2])
        self.assertEqual(module.seen["val"], 6)

    def test_loaders_are_taken_again(self):
        class Data(L.LightningDataModule):
            taken = 0

            def train_dataloader(self):
                self.taken += 1
                return loader(2)

        for every, expected in ((0, 1), (1, 4), (2, 2)):
            data = Data()
            quiet(max_epochs=4, reload_dataloaders_every_n_epochs=every).fit(Counts(), datamodule=data)
            self.assertEqual(data.taken, expected)

    def test_loaders_without_a_length(self):
        class Stream(IterableDataset):
            def __iter__(self):
                return iter(torch.ones(5, 1))

        class Plain(Counts):
            def training_step(self, batch, batch_idx):
                self.seen["train"] += 1
                self.last = self.trainer.is_last_batch
                return self.layer(batch).mean()

        module = Plain()
        trainer = quiet(max_epochs=2)
        trainer.fit(module, DataLoader(Stream(), batch_size=2), loader(4))
        self.assertEqual((module.seen["train"], module.seen["val"], module.last), (6, 8, True))
        self.assertEqual(trainer.num_training_batches, float("inf"))

    def test_several_loaders_of_training(self):
        class Pairs(Counts):
            def training_step(self, batch, batch_idx):
                self.seen["train"] += 1
                self.keys = sorted(batch)
                return self.layer(batch["a"][0]).mean() + self.layer(batch["b"][0]).mean()

        module = Pairs()
        quiet(max_epochs=1).fit(module, {"a": loader(3), "b": loader(5)})
        self.assertEqual((module.seen["train"], module.keys), (5, ["a", "b"]))
        module = Pairs()
        quiet(max_epochs=1).fit(module, CombinedLoader({"a": loader(3), "b": loader(5)}, "min_size"))
        self.assertEqual(module.seen["train"], 3)

    def test_combined_loaders(self):
        found = {}
        for mode in ("min_size", "max_size", "max_size_cycle", "sequential"):
            combined = CombinedLoader([range(2), range(10, 13)], mode)
            found[mode] = [(batch, i, index) for batch, i, index in combined]
        self.assertEqual(found["min_size"], [([0, 10], 0, 0), ([1, 11], 1, 0)])
        self.assertEqual(found["max_size"], [*found["min_size"], ([None, 12], 2, 0)])
        self.assertEqual(found["max_size_cycle"], [*found["min_size"], ([0, 12], 2, 0)])
        self.assertEqual(found["sequential"], [(0, 0, 0), (1, 1, 0), (10, 0, 1), (11, 1, 1), (12, 2, 1)])

    def test_steps_that_training_takes(self):
        class Estimates(Counts):
            def configure_optimizers(self):
                self.steps = self.trainer.estimated_stepping_batches
                return super().configure_optimizers()

        for options, expected in (
            ({"max_epochs": 3}, 24),
            ({"max_epochs": 3, "accumulate_grad_batches": 3}, 9),
            ({"max_steps": 5}, 5),
        ):
            module = Estimates()
            quiet(**options).fit(module, loader())
            self.assertEqual(module.steps, expected)


class Options(unittest.TestCase):
    def test_gradients_are_clipped(self):
        norms = []

        class Watch(Callback):
            def on_train_batch_end(self, trainer, pl_module, *args):
                norms.append(torch.cat([p.grad.flatten() for p in pl_module.parameters()]))

        class Steep(Counts):
            def training_step(self, batch, batch_idx):
                return 1e3 * super().training_step(batch, batch_idx)

        quiet(max_steps=2, gradient_clip_val=0.5, callbacks=[Watch()]).fit(Steep(), loader())
        self.assertAlmostEqual(norms[0].norm().item(), 0.5, 4)
        norms.clear()
        options = {"gradient_clip_val": 0.25, "gradient_clip_algorithm": "value", "callbacks": [Watch()]}
        quiet(max_steps=1, **options).fit(Steep(), loader())
        self.assertLessEqual(norms[0].abs().max().item(), 0.25)

    def test_nan_is_found(self):
        class Broken(Counts):
            def training_step(self, batch, batch_idx):
                return (self.layer(batch[0]) * 0 - 1).sqrt().mean()

        with self.assertRaisesRegex(RuntimeError, "nan"):
            quiet(max_epochs=1, detect_anomaly=True).fit(Broken(), loader())

    def test_evaluations_without_gradients(self):
        wanted = []

        class Modes(Counts):
            def test_step(self, batch, batch_idx):
                wanted.append(self.layer(batch[0]).requires_grad)

        for inference in (True, False):
            quiet(inference_mode=inference).test(Modes(), loader(1), verbose=False)
        self.assertEqual(wanted, [False, False])

    def test_bare(self):
        module = Counts()
        trainer = L.Trainer(barebones=True, max_epochs=1)
        trainer.fit(module, loader(), loader(4))
        self.assertEqual((module.seen, trainer.loggers), ({"train": 8, "val": 4, "test": 0}, []))
        with self.assertRaisesRegex(ValueError, "barebones"):
            L.Trainer(barebones=True, logger=True)

    def test_choices_of_one_device(self):
        for options in (
            {"accelerator": "auto", "devices": "auto", "strategy": "auto"},
            {"accelerator": "cpu", "devices": 1},
            {"num_nodes": 1, "precision": "32-true"},
            {"benchmark": True, "use_distributed_sampler": False},
        ):
            self.assertEqual(quiet(**options).world_size, 1)

    @unittest.skipIf(which_lightning.is_real, "of one device alone")
    def test_other_devices_are_refused(self):
        for name, value in (
            ("accelerator", "tpu"),
            ("devices", 2),
            ("strategy", "ddp"),
            ("num_nodes", 2),
            ("profiler", "simple"),
            ("precision", "bf16-mixed"),
            ("precision", "64-true"),
            ("plugins", [object()]),
        ):
            with self.subTest(f"{name}={value}"), self.assertRaisesRegex(Exception, f"Trainer: expected {name}"):
                L.Trainer(**{name: value})

    def test_options_that_make_no_sense(self):
        for options in (
            {"max_steps": -2},
            {"limit_train_batches": -1},
            {"limit_val_batches": 1.5},
            {"val_check_interval": -0.5},
            {"gradient_clip_algorithm": "most"},
            {"fast_dev_run": -1},
            {"check_val_every_n_epoch": None, "val_check_interval": 0.5},
            {"accelerator": "abacus"},
            {"unknown": 1},
        ):
            with self.subTest(options), self.assertRaises(Exception):
                L.Trainer(**options)

    def test_what_a_module_lacks(self):
        class Bare(L.LightningModule):
            pass

        class Steps(L.LightningModule):
            def training_step(self, batch, batch_idx):
                pass

        with self.assertRaisesRegex(Exception, "training_step"):
            quiet(max_epochs=1).fit(Bare(), loader())
        with self.assertRaisesRegex(Exception, "configure_optimizers"):
            quiet(max_epochs=1).fit(Steps(), loader())
        with self.assertRaisesRegex(TypeError, "LightningModule"):
            quiet().test()
        with self.assertRaisesRegex(TypeError, "LightningModule"):
            quiet().fit(nn.Linear(1, 1), loader())

    @unittest.skipIf(which_lightning.is_real, "Lightning ends the program")
    def test_an_interrupt_ends_training(self):
        told = []

        class Stop(Callback):
            def on_train_batch_end(self, trainer, *args):
                if trainer.global_step == 3:
                    raise KeyboardInterrupt

            def on_exception(self, trainer, pl_module, exception):
                told.append(type(exception))

        trainer = quiet(max_epochs=2, callbacks=[Stop()])
        trainer.fit(Counts(), loader())
        self.assertEqual((told, trainer.interrupted, trainer.global_step), ([KeyboardInterrupt], True, 3))

    @unittest.skipIf(which_lightning.is_real, "Lightning wants CUDA")
    def test_products_of_float16(self):
        weights = []
        # Devices may be without float16: losses are scaled all the same.
        with mock.patch.object(torch, "autocast", lambda *args, **kwargs: contextlib.nullcontext()):
            for precision in (None, "16-mixed", 16):
                torch.manual_seed(0)
                module, trainer = fitted(max_epochs=1, precision=precision, gradient_clip_val=0.1)
                self.assertEqual(trainer.precision, "16-mixed" if precision else "32-true")
                weights.append(module.layer.weight.item())
        self.assertAlmostEqual(weights[0], weights[1], 5)
        self.assertEqual(weights[1], weights[2])
        self.assertEqual(quiet(precision="16-true").precision, "16-true")

    def test_several_optimizers_by_hand(self):
        class Two(Counts):
            def __init__(self):
                super().__init__()
                self.automatic_optimization = False
                self.other = nn.Linear(1, 1)

            def training_step(self, batch, batch_idx):
                one, two = self.optimizers()
                for optimizer, layer in ((one, self.layer), (two, self.other)):
                    with optimizer.toggle_model():
                        wanted = [p.requires_grad for p in self.parameters()]
                        optimizer.zero_grad()
                        self.manual_backward(layer(batch[0]).mean())
                        optimizer.step()
                self.wanted = wanted
                self.lr_schedulers().step()

            def configure_optimizers(self):
                one = torch.optim.SGD(self.layer.parameters(), lr=1.0)
                two = torch.optim.SGD(self.other.parameters(), lr=1.0)
                return [one, two], [torch.optim.lr_scheduler.ExponentialLR(two, 0.5)]

        module = Two()
        trainer = quiet(max_epochs=1)
        trainer.fit(module, loader(4))
        self.assertEqual(trainer.global_step, 8)
        self.assertEqual(module.wanted, [False, False, True, True])
        self.assertAlmostEqual(trainer.optimizers[1].param_groups[0]["lr"], 0.0625)
        self.assertTrue(all(p.requires_grad for p in module.parameters()))
        with self.assertRaisesRegex(Exception, "manual"):
            quiet(max_epochs=1, gradient_clip_val=1.0).fit(Two(), loader(4))

    def test_schedules(self):
        class Plateau(Counts):
            def validation_step(self, batch, batch_idx):
                self.log("v", 1.0)

            def configure_optimizers(self):
                optimizer = torch.optim.SGD(self.parameters(), lr=1.0)
                schedule = torch.optim.lr_scheduler.ReduceLROnPlateau(optimizer, factor=0.5, patience=0)
                return {"optimizer": optimizer, "lr_scheduler": {"scheduler": schedule, "monitor": self.name}}

        module = Plateau()
        module.name = "v"
        trainer = quiet(max_epochs=3)
        trainer.fit(module, loader(2), loader(1))
        self.assertAlmostEqual(trainer.optimizers[0].param_groups[0]["lr"], 0.25)
        for name, words in (("absent", "not available"), (None, "monitor")):
            module = Plateau()
            module.name = name
            with self.assertRaisesRegex(Exception, words):
                quiet(max_epochs=1).fit(module, loader(2), loader(1))

    def test_data_of_data_sets(self):
        data = L.LightningDataModule.from_datasets(numbers(6), val_dataset=numbers(4), batch_size=2)
        module = Counts()
        quiet(max_epochs=1, num_sanity_val_steps=0).fit(module, datamodule=data)
        self.assertEqual(module.seen, {"train": 3, "val": 2, "test": 0})

    def test_predictions_of_several_loaders(self):
        class Indexed(Counts):
            def predict_step(self, batch, batch_idx, dataloader_idx=0):
                return dataloader_idx, batch_idx

        found = quiet().predict(Indexed(), [loader(2), loader(1)])
        self.assertEqual(found, [[(0, 0), (0, 1)], [(1, 0)]])
        self.assertIsNone(quiet().predict(Indexed(), loader(2), return_predictions=False))

    def test_seeds(self):
        drawn = []
        for _ in range(2):
            self.assertEqual(L.seed_everything(7, verbose=False), 7)
            drawn.append((torch.rand(2).tolist(), random.random()))
        self.assertEqual(*drawn)
        self.assertEqual(os.environ["PL_GLOBAL_SEED"], "7")
        self.assertEqual(rank_zero_only(lambda: 3)(), 3)

    def test_norms_of_gradients(self):
        layer = nn.Linear(1, 1)
        (layer(torch.full((1, 1), 3.0)) * 2).sum().backward()
        found = {name: round(value.item(), 4) for name, value in grad_norm(layer, 2).items()}
        expected = {"grad_2.0_norm/weight": 6.0, "grad_2.0_norm/bias": 2.0, "grad_2.0_norm_total": 6.3246}
        self.assertEqual(found, expected)

    def test_weights_of_a_checkpoint(self):
        module, trainer = fitted(max_epochs=1)
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "a.ckpt")
            trainer.save_checkpoint(path)
            loaded = Counts.load_from_checkpoint(path, lr=0.7)
            self.assertEqual((loaded.hparams.lr, loaded.hparams.batch_size), (0.7, 2))
            self.assertTrue(torch.equal(loaded.layer.weight, module.layer.weight))
            stopped = EarlyStopping("absent", strict=False)
            with self.assertRaisesRegex(Exception, "max_epochs"):
                quiet(max_epochs=0, callbacks=[stopped]).fit(Counts(), loader(), ckpt_path=path)


class Tuning(unittest.TestCase):
    def test_rates(self):
        module = Counts()
        before = module.layer.weight.item()
        finder = Tuner(quiet(max_epochs=1)).lr_find(
            module, loader(64), min_lr=1e-4, max_lr=1.0, num_training=20, early_stop_threshold=None
        )
        rates, losses = finder.results["lr"], finder.results["loss"]
        self.assertEqual((len(rates), len(losses)), (20, 20))
        self.assertAlmostEqual(rates[0], 1e-4, 7)
        self.assertAlmostEqual(rates[1] / 1e-4, 1e4 ** (2 / 20), 3)
        self.assertAlmostEqual(rates[19], 1.0, 4)
        self.assertEqual(module.layer.weight.item(), before)
        suggestion = finder.suggestion(skip_begin=2, skip_end=1)
        self.assertIn(suggestion, rates[2:19])
        self.assertEqual(module.lr, finder.suggestion())

    def test_a_loss_that_grows_ends_the_search(self):
        module = Counts()
        options = {"min_lr": 1.0, "max_lr": 100.0, "num_training": 50, "update_attr": False}
        finder = Tuner(quiet(max_epochs=9)).lr_find(module, loader(64), mode="linear", **options)
        self.assertLess(len(finder.results["lr"]), 50)
        self.assertEqual(module.lr, 0.1)
        with self.assertRaises(AttributeError):
            Tuner(quiet(max_epochs=1)).lr_find(module, loader(), attr_name="absent")

    def test_sizes_of_batches(self):
        class Loads(Counts):
            def train_dataloader(self):
                return DataLoader(numbers(24), batch_size=self.batch_size)

            val_dataloader = train_dataloader

        class Small(Loads):
            def training_step(self, batch, batch_idx):
                if len(batch[0]) > 6:
                    raise RuntimeError("CUDA out of memory. Tried to allocate 1 GiB")
                return super().training_step(batch, batch_idx)

        for kind, mode, expected in ((Loads, "power", 32), (Small, "power", 4), (Small, "binsearch", 5)):
            module = kind()
            found = Tuner(quiet(max_epochs=1)).scale_batch_size(module, mode=mode)
            self.assertEqual((found, module.batch_size), (expected, expected))
        with self.assertRaises(Exception):
            Tuner(quiet(max_epochs=1)).scale_batch_size(Counts(), loader())


if __name__ == "__main__":
    unittest.main()
