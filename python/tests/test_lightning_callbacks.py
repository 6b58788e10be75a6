"""The callbacks of `lightning`. Run with `LIGHTNING=real`, what is expected is what PyTorch Lightning does."""

import os
import tempfile
import unittest
from datetime import timedelta

import torch
import which_lightning
from lightning.pytorch.callbacks import (
    Callback,
    DeviceStatsMonitor,
    EarlyStopping,
    GradientAccumulationScheduler,
    LambdaCallback,
    LearningRateMonitor,
    ModelCheckpoint,
    StochasticWeightAveraging,
    Timer,
)
from lightning.pytorch.loggers import Logger
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

import lightning as L


class Line(L.LightningModule):
    """y = w x, whose validation gives the values of a list, one an epoch."""

    def __init__(self, values=(), lr=0.1):
        super().__init__()
        self.layer = nn.Linear(1, 1, bias=False)
        nn.init.ones_(self.layer.weight)
        self.values = list(values)
        self.lr = lr

    def training_step(self, batch, batch_idx):
        loss = (self.layer(batch[0]) ** 2).mean()
        self.log("train_loss", loss)
        return loss

    def validation_step(self, batch, batch_idx):
        if self.values and not self.trainer.sanity_checking:
            self.log("score", self.values[min(self.current_epoch, len(self.values) - 1)])

    def configure_optimizers(self):
        return torch.optim.SGD(self.parameters(), lr=self.lr)


class Rows(Logger):
    def __init__(self):
        super().__init__()
        self.rows = []

    name = "rows"
    version = 0

    def log_metrics(self, metrics, step):
        self.rows.append((step, {name: round(float(value), 5) for name, value in metrics.items()}))

    def log_hyperparams(self, params, *args, **kwargs):
        self.params = params


def loader(count=4, batch_size=1):
    return DataLoader(TensorDataset(torch.ones(count, 1)), batch_size=batch_size)


def quiet(**options):
    usual = dict.fromkeys(("logger", "enable_progress_bar", "enable_model_summary"), False)
    return L.Trainer(**{**usual, "num_sanity_val_steps": 0, **options})


def fit(module, callbacks, **options):
    trainer = quiet(callbacks=callbacks, **options)
    trainer.fit(module, loader(), loader(1))
    return trainer


class Stopping(unittest.TestCase):
    def stopped(self, values, **options):
        callback = EarlyStopping("score", **options)
        trainer = fit(Line(values), [callback], max_epochs=10, enable_checkpointing=False)
        return trainer.current_epoch, callback.wait_count, round(float(callback.best_score), 3)

    def test_when_it_ends(self):
        falling = [1.0, 0.9, 0.95, 0.94, 0.93, 0.1]
        self.assertEqual(self.stopped(falling, patience=2), (4, 2, 0.9))
        self.assertEqual(self.stopped(falling, patience=3), (5, 3, 0.9))
        self.assertEqual(self.stopped(falling, patience=9), (10, 4, 0.1))
        self.assertEqual(self.stopped(falling, patience=2, mode="max"), (3, 2, 1.0))
        self.assertEqual(self.stopped([1.0, 0.9, 0.8, 0.7], min_delta=0.15, patience=2), (5, 2, 0.8))

    def test_thresholds_and_what_is_not_finite(self):
        self.assertEqual(self.stopped([1.0, 0.5, 0.05], stopping_threshold=0.1)[0], 3)
        self.assertEqual(self.stopped([1.0, 5.0, 50.0], divergence_threshold=10.0, patience=9)[0], 3)
        self.assertEqual(self.stopped([1.0, float("nan")])[0], 2)
        self.assertEqual(self.stopped([1.0, float("nan"), 0.5], check_finite=False, patience=2)[0], 5)

    def test_a_metric_that_is_not_there(self):
        with self.assertRaisesRegex(RuntimeError, "`absent` which is not available"):
            fit(Line([1.0]), [EarlyStopping("absent")], max_epochs=2, enable_checkpointing=False)
        trainer = fit(Line([1.0]), [EarlyStopping("absent", strict=False)], max_epochs=2, enable_checkpointing=False)
        self.assertEqual(trainer.current_epoch, 2)

    def test_min_epochs_and_min_steps_come_first(self):
        trainer = fit(Line([1.0, 2.0]), [EarlyStopping("score", patience=1)], max_epochs=9, min_epochs=5, enable_checkpointing=False)
        self.assertEqual(trainer.current_epoch, 5)
        options = {"max_epochs": 9, "min_steps": 14, "enable_checkpointing": False}
        trainer = fit(Line([1.0, 2.0]), [EarlyStopping("score", patience=1)], **options)
        self.assertEqual(trainer.global_step, 14)

    def test_its_state(self):
        callback = EarlyStopping("score", patience=4)
        fit(Line([1.0, 2.0]), [callback], max_epochs=3, enable_checkpointing=False)
        state = callback.state_dict()
        self.assertEqual((state["wait_count"], state["patience"], float(state["best_score"])), (2, 4, 1.0))
        self.assertEqual(callback.state_key, "EarlyStopping{'monitor': 'score', 'mode': 'min'}")
        other = EarlyStopping("score", patience=1)
        other.load_state_dict(state)
        self.assertEqual((other.wait_count, other.patience), (2, 4))


class Checkpoints(unittest.TestCase):
    def setUp(self):
        held = tempfile.TemporaryDirectory()
        self.addCleanup(held.cleanup)
        self.folder = os.path.realpath(held.name)

    def files(self, values=(1.0, 0.5, 0.7, 0.4), epochs=4, trainer=None, **options):
        callback = ModelCheckpoint(self.folder, **options)
        self.trainer = fit(Line(values), [callback], max_epochs=epochs, **(trainer or {}))
        self.callback = callback
        return sorted(os.listdir(self.folder))

    def test_the_last(self):
        self.assertEqual(self.files(), ["epoch=3-step=16.ckpt"])
        self.assertEqual(os.path.basename(self.callback.best_model_path), "epoch=3-step=16.ckpt")

    def test_the_best(self):
        found = self.files(monitor="score", save_top_k=2, filename="{epoch}-{score:.2f}")
        self.assertEqual(found, ["epoch=1-score=0.50.ckpt", "epoch=3-score=0.40.ckpt"])
        self.assertEqual(os.path.basename(self.callback.best_model_path), "epoch=3-score=0.40.ckpt")
        self.assertEqual(os.path.basename(self.callback.kth_best_model_path), "epoch=1-score=0.50.ckpt")
        self.assertAlmostEqual(float(self.callback.best_model_score), 0.4, 5)

    def test_by_the_greatest(self):
        found = self.files(monitor="score", mode="max", filename="{epoch}")
        self.assertEqual(found, ["epoch=0.ckpt"])

    def test_all_and_every_so_many_epochs(self):
        self.assertEqual(len(self.files(save_top_k=-1)), 4)
        found = self.files(save_top_k=-1, every_n_epochs=2, filename="every-{epoch:02d}")
        self.assertEqual([name for name in found if "every" in name], ["every-epoch=01.ckpt", "every-epoch=03.ckpt"])

    def test_after_so_many_steps(self):
        found = self.files(every_n_train_steps=6, save_top_k=-1, filename="{step}")
        self.assertEqual(found, ["step=12.ckpt", "step=6.ckpt"])

    def test_after_some_time(self):
        found = self.files(train_time_interval=timedelta(seconds=0), save_top_k=-1, filename="{step}", epochs=1)
        self.assertEqual(found, [f"step={i}.ckpt" for i in range(1, 5)])

    def test_the_last_beside_the_best(self):
        found = self.files(monitor="score", save_last=True, filename="best", values=(0.1, 0.5))
        self.assertEqual(found, ["best.ckpt", "last.ckpt"])
        saved = torch.load(os.path.join(self.folder, "last.ckpt"), weights_only=False)
        self.assertEqual(saved["epoch"], 0)

    def test_names_that_are_there_get_versions(self):
        for expected in (["same.ckpt"], ["same-v1.ckpt", "same.ckpt"]):
            self.assertEqual(self.files(filename="same", epochs=1), expected)
        found = self.files(filename="same", epochs=1, enable_version_counter=False)
        self.assertEqual(found, ["same-v1.ckpt", "same.ckpt"])

    def test_names_without_those_of_values(self):
        found = self.files(filename="e{epoch}-s{score:.1f}-{absent}", auto_insert_metric_name=False, epochs=1)
        self.assertEqual(found, ["e0-s1.0-0.ckpt"])

    def test_within_epochs_after_validations(self):
        options = {"val_check_interval": 2}
        found = self.files(save_top_k=-1, filename="{step}", epochs=1, trainer=options)
        self.assertEqual(found, ["step=2.ckpt", "step=4.ckpt"])

    def test_options_that_do_not_go_together(self):
        for options in (
            {"save_top_k": 3},
            {"save_top_k": -2},
            {"every_n_train_steps": 1, "every_n_epochs": 1},
            {"every_n_epochs": -1},
            {"mode": "least"},
        ):
            with self.assertRaisesRegex(Exception, "nvalid|mutually|can be|valid"):
                ModelCheckpoint(self.folder, **options)

    def test_best_and_last_are_found_by_name(self):
        self.files(monitor="score", save_last=True)
        seen = []
        watch = LambdaCallback(on_validation_start=lambda trainer, module: seen.append(module.layer.weight.item()))
        self.trainer.callbacks.append(watch)
        for name in ("best", "last"):
            self.trainer.validate(self.trainer.lightning_module, loader(1), ckpt_path=name, verbose=False)
            saved = torch.load(getattr(self.callback, f"{name}_model_path"), weights_only=False)
            self.assertAlmostEqual(seen.pop(), saved["state_dict"]["layer.weight"].item(), 6)

    def test_a_run_goes_on_within_an_epoch(self):
        self.files(every_n_train_steps=6, filename="{step}", epochs=3, save_top_k=-1)
        steps = []

        class Steps(Callback):
            def on_train_batch_start(self, trainer, pl_module, batch, batch_idx):
                steps.append((trainer.current_epoch, batch_idx, trainer.global_step))

        trainer = quiet(max_epochs=2, callbacks=[Steps()], enable_checkpointing=False)
        trainer.fit(Line([1.0]), loader(), loader(1), ckpt_path=os.path.join(self.folder, "step=6.ckpt"))
        self.assertEqual(steps, [(1, 2, 6), (1, 3, 7)])
        self.assertEqual((trainer.current_epoch, trainer.global_step), (2, 8))


class Others(unittest.TestCase):
    def test_accumulation_by_epochs(self):
        steps = []
        ends = LambdaCallback(on_train_epoch_end=lambda trainer, module: steps.append(trainer.global_step))
        scheduler = GradientAccumulationScheduler({1: 2, 2: 4})
        fit(Line(), [scheduler, ends], max_epochs=3, enable_checkpointing=False)
        self.assertEqual(steps, [4, 6, 7])
        with self.assertRaises(TypeError):
            GradientAccumulationScheduler({})
        with self.assertRaisesRegex(Exception, "int greater than 0"):
            GradientAccumulationScheduler({0: 0})
        with self.assertRaisesRegex(ValueError, "accumulate_grad_batches"):
            fit(Line(), [GradientAccumulationScheduler({0: 2})], accumulate_grad_batches=2, max_epochs=1, enable_checkpointing=False)

    def test_gradients_of_batches_are_averaged(self):
        module = Line()
        fit(module, [], max_epochs=1, accumulate_grad_batches=4, enable_checkpointing=False)
        self.assertAlmostEqual(module.layer.weight.item(), 0.8, 5)

    def test_a_timer(self):
        timer = Timer(duration=timedelta(seconds=0))
        trainer = fit(Line(), [timer], max_epochs=5, enable_checkpointing=False)
        self.assertLessEqual(trainer.global_step, 1)
        timer = Timer("00:01:00:00")
        fit(Line([1.0]), [timer], max_epochs=1, enable_checkpointing=False)
        self.assertGreater(timer.time_elapsed("train"), 0)
        self.assertGreater(timer.time_elapsed("validate"), 0)
        self.assertEqual(timer.time_elapsed("test"), 0)
        self.assertLess(timer.time_remaining(), 3600)
        stages = ["predict", "sanity_check", "test", "train", "validate"]
        self.assertEqual(sorted(timer.state_dict()["time_elapsed"]), stages)
        for wrong in ("1:00", "soon"):
            with self.assertRaises(Exception):
                Timer(wrong)

    def test_max_time_ends_training(self):
        self.assertLessEqual(fit(Line(), [], max_time={"seconds": 0}, enable_checkpointing=False).global_step, 1)

    def test_the_mean_of_weights(self):
        # w ← 0.8 w each step of rate 0.1; the averages begin with epoch 1, at the same rate.
        module = Line()
        options = {"max_epochs": 3, "enable_checkpointing": False}
        callback = StochasticWeightAveraging(swa_lrs=0.1, swa_epoch_start=2, annealing_epochs=1)
        weights = []
        keeps = LambdaCallback(on_train_epoch_start=lambda trainer, module: weights.append(module.layer.weight.item()))
        fit(module, [keeps, callback], **options)
        self.assertAlmostEqual(module.layer.weight.item(), (weights[1] + weights[2]) / 2, 5)
        self.assertEqual(int(callback.state_dict()["n_averaged"]), 2)
        self.assertEqual(callback.state_dict()["latest_update_epoch"], 2)

    def test_the_mean_of_weights_with_batch_normalization(self):
        class Normed(Line):
            def __init__(self):
                super().__init__()
                self.norm = nn.BatchNorm1d(1)

            def training_step(self, batch, batch_idx):
                return (self.norm(self.layer(batch[0])) - 1).abs().mean()

        module = Normed()
        data = DataLoader(TensorDataset(torch.arange(8.0).reshape(8, 1)), batch_size=4)
        callback = StochasticWeightAveraging(swa_lrs=0.1, swa_epoch_start=1)
        trainer = quiet(max_epochs=2, callbacks=[callback], enable_checkpointing=False)
        trainer.fit(module, data)
        # In the additional epoch nothing is learnt, and the batches count alike.
        self.assertEqual((trainer.current_epoch, trainer.global_step), (3, 5))
        weight = module.layer.weight.item()
        self.assertAlmostEqual(module.norm.running_mean.item(), 3.5 * weight, 3)
        self.assertEqual(module.norm.momentum, 0.1)

    @unittest.skipIf(which_lightning.is_real, "Lightning wants a GPU, or psutil")
    def test_counters_of_the_device(self):
        logger = Rows()
        options = {"max_epochs": 1, "logger": logger, "log_every_n_steps": 2, "enable_checkpointing": False}
        fit(Line(), [DeviceStatsMonitor()], **options)
        name = "DeviceStatsMonitor.on_train_batch_start/allocated_bytes.all.current"
        # PyTorch has no counters without CUDA.
        steps = [step for step, row in logger.rows if name in row]
        self.assertEqual(steps, [1, 3] if torch.cuda.memory_stats() else [])
        with self.assertRaisesRegex(Exception, "logger"):
            fit(Line(), [DeviceStatsMonitor()], max_epochs=1, enable_checkpointing=False)

    def test_functions_as_hooks(self):
        seen = []
        callback = LambdaCallback(on_train_end=lambda trainer, module: seen.append(trainer.global_step))
        fit(Line(), [callback], max_epochs=1, enable_checkpointing=False)
        self.assertEqual(seen, [4])
        with self.assertRaises((TypeError, Exception)):
            LambdaCallback(on_trian_end=print)


class Rates(unittest.TestCase):
    def rows(self, configure, **options):
        class Scheduled(Line):
            configure_optimizers = configure

        logger = Rows()
        callback = LearningRateMonitor(**options)
        trainer = quiet(max_epochs=2, callbacks=[callback], logger=logger, log_every_n_steps=2, enable_checkpointing=False)
        trainer.fit(Scheduled(), loader())
        return [(step, row) for step, row in logger.rows if any(name.startswith("lr-") for name in row)], callback

    def stepped(self):
        optimizer = torch.optim.SGD(self.parameters(), lr=1.0, momentum=0.9)
        return [optimizer], [torch.optim.lr_scheduler.ExponentialLR(optimizer, 0.5)]

    def test_of_epochs(self):
        rows, callback = self.rows(Rates.stepped)
        self.assertEqual(rows, [(0, {"lr-SGD": 1.0}), (4, {"lr-SGD": 0.5})])
        self.assertEqual(callback.lrs, {"lr-SGD": [1.0, 0.5]})

    def test_of_steps_with_the_momentum(self):
        rows, callback = self.rows(Rates.stepped, logging_interval="step", log_momentum=True)
        row = {"lr-SGD": 1.0, "lr-SGD-momentum": 0.9}
        half = {"lr-SGD": 0.5, "lr-SGD-momentum": 0.9}
        self.assertEqual(rows, [(1, row), (3, row), (5, half), (7, half)])
        self.assertEqual(callback.last_momentum_values, {"lr-SGD-momentum": 0.9})

    def test_of_groups_and_names(self):
        def groups(self):
            params = [{"params": [self.layer.weight], "lr": 0.2}, {"params": [nn.Parameter(torch.ones(1))], "lr": 0.3}]
            return torch.optim.Adam(params, lr=0.1)

        rows, _ = self.rows(groups, logging_interval="epoch")
        self.assertEqual(rows[0], (0, {"lr-Adam/pg1": 0.2, "lr-Adam/pg2": 0.3}))

        def named(self):
            optimizer = torch.optim.SGD(self.parameters(), lr=1.0)
            schedule = torch.optim.lr_scheduler.StepLR(optimizer, 1)
            return {"optimizer": optimizer, "lr_scheduler": {"scheduler": schedule, "interval": "step", "name": "lr-mine"}}

        rows, _ = self.rows(named)
        self.assertEqual([step for step, _ in rows], [1, 3, 5, 7])
        self.assertIn("lr-mine", rows[0][1])

    def test_without_a_logger(self):
        with self.assertRaisesRegex(Exception, "no logger"):
            fit(Line(), [LearningRateMonitor()], max_epochs=1, enable_checkpointing=False)


if __name__ == "__main__":
    unittest.main()
