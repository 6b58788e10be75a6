"""What `lightning` logs, and where. Run with `LIGHTNING=real`, what is expected is what PyTorch Lightning does."""

import contextlib
import csv
import glob
import io
import os
import tempfile
import unittest
import warnings
from unittest import mock

import torch
import which_lightning
from lightning.pytorch.callbacks import Callback, ModelSummary, ProgressBar, TQDMProgressBar
from lightning.pytorch.loggers import CSVLogger, Logger, TensorBoardLogger
from lightning.pytorch.utilities.model_summary import summarize
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

import lightning as L


class Logs(L.LightningModule):
    """Logs by a function, which is given the module and the number of the batch."""

    def __init__(self, training=None, validation=None, width=1):
        super().__init__()
        self.save_hyperparameters(ignore=["training", "validation"])
        self.layer = nn.Linear(1, width)
        self.training_log = training
        self.validation_log = validation

    def training_step(self, batch, batch_idx):
        if self.training_log:
            self.training_log(self, batch_idx)
        return self.layer(batch[0]).mean()

    def validation_step(self, batch, batch_idx, dataloader_idx=0):
        if self.validation_log:
            self.validation_log(self, batch_idx)

    test_step = validation_step

    def configure_optimizers(self):
        return torch.optim.SGD(self.parameters(), lr=0.1)


class Rows(Logger):
    def __init__(self):
        super().__init__()
        self.rows = []
        self.params = None
        self.status = None

    name = "rows"
    version = 0

    def log_metrics(self, metrics, step):
        self.rows.append((step, {name: round(float(value), 4) for name, value in metrics.items()}))

    def log_hyperparams(self, params, *args, **kwargs):
        self.params = dict(params)

    def finalize(self, status):
        self.status = status


def loader(count=4, batch_size=1):
    return DataLoader(TensorDataset(torch.ones(count, 1)), batch_size=batch_size)


def quiet(**options):
    usual = dict.fromkeys(("logger", "enable_progress_bar", "enable_model_summary", "enable_checkpointing"), False)
    return L.Trainer(**{**usual, "num_sanity_val_steps": 0, **options})


def rows_of(module, epochs=1, every=1, **options):
    logger = Rows()
    trainer = quiet(logger=logger, max_epochs=epochs, log_every_n_steps=every, **options)
    trainer.fit(module, loader(), loader(2))
    return logger, trainer


class Values(unittest.TestCase):
    def test_of_steps(self):
        logger, _ = rows_of(Logs(lambda module, i: module.log("a", float(i))), epochs=2, every=2)
        self.assertEqual(
            logger.rows,
            [(step, {"a": float(step % 4), "epoch": float(step // 4)}) for step in (1, 3, 5, 7)],
        )

    def test_of_epochs(self):
        logger, trainer = rows_of(Logs(lambda module, i: module.log("a", float(i), on_step=False, on_epoch=True)))
        self.assertEqual(logger.rows, [(3, {"a": 1.5, "epoch": 0.0})])
        self.assertEqual(float(trainer.callback_metrics["a"]), 1.5)
        self.assertEqual(logger.status, "success")

    def test_of_both(self):
        logger, trainer = rows_of(Logs(lambda module, i: module.log("a", float(i), on_epoch=True)), every=4)
        self.assertEqual(logger.rows, [(3, {"a_step": 3.0, "epoch": 0.0}), (3, {"a_epoch": 1.5, "epoch": 0.0})])
        self.assertEqual(sorted(trainer.callback_metrics), ["a", "a_epoch", "a_step"])

    def test_of_validation(self):
        logger, trainer = rows_of(Logs(None, lambda module, i: module.log("v", torch.tensor(float(i)))))
        self.assertEqual(logger.rows, [(3, {"v": 0.5, "epoch": 0.0})])
        self.assertIsInstance(trainer.callback_metrics["v"], torch.Tensor)

    def test_reductions(self):
        def logs(module, i):
            for name in ("min", "max", "sum", "mean"):
                module.log(name, torch.tensor([2.0, 5.0, 1.0, 4.0][i]), on_step=False, on_epoch=True, reduce_fx=name)

        logger, _ = rows_of(Logs(logs))
        self.assertEqual(logger.rows[0][1], {"min": 1.0, "max": 5.0, "sum": 12.0, "mean": 3.0, "epoch": 0.0})

    def test_means_weigh_batches_by_their_sizes(self):
        def logs(module, i):
            module.log("own", float(i))
            module.log("given", float(i), batch_size=1)

        trainer = quiet()
        found = trainer.validate(Logs(None, logs), loader(6, 4), verbose=False)
        self.assertAlmostEqual(found[0]["own"], 2 / 6, 5)
        self.assertAlmostEqual(found[0]["given"], 0.5, 5)

    def test_for_the_bar_or_the_loggers_alone(self):
        def logs(module, i):
            module.log("shown", float(i), prog_bar=True, logger=False)
            module.log_dict({"kept": float(i), "too": 1.0})

        logger, trainer = rows_of(Logs(logs), every=4)
        self.assertEqual(logger.rows, [(3, {"kept": 3.0, "too": 1.0, "epoch": 0.0})])
        self.assertEqual(trainer.progress_bar_metrics, {"shown": 3.0})
        self.assertNotIn("shown", trainer.logged_metrics)
        self.assertIn("kept", trainer.callback_metrics)

    def test_several_loaders(self):
        module = Logs(None, lambda module, i: module.log("v", float(i)))
        found = quiet().validate(module, [loader(2), loader(4)], verbose=False)
        self.assertEqual(found, [{"v/dataloader_idx_0": 0.5}, {"v/dataloader_idx_1": 1.5}])

    def test_a_row_may_have_a_step_of_its_own(self):
        def logs(module, i):
            module.log("v", 2.0)
            module.log("step", 17.0)

        logger, _ = rows_of(Logs(None, logs))
        self.assertEqual(logger.rows, [(17, {"v": 2.0})])

    def test_what_cannot_be_logged(self):
        for log, words in (
            (lambda module, i: module.log("a", "text"), "cannot be logged"),
            (lambda module, i: module.log("a", torch.ones(2)), "single element"),
            (lambda module, i: module.log("a", {"b": 1}), "cannot be logged"),
            (lambda module, i: module.log("a", 1.0, on_step=False, on_epoch=False), "not useful"),
            (lambda module, i: [module.log("a", 1.0), module.log("a", 1.0, on_epoch=True)], "different arguments"),
            (lambda module, i: module.log("a", 1.0, reduce_fx="median"), "reduce_fx"),
        ):
            with self.subTest(words), self.assertRaisesRegex(Exception, words):
                quiet(max_epochs=1).fit(Logs(log), loader())

    def test_hooks_that_may_not_log(self):
        class Starts(Logs):
            def on_fit_start(self):
                self.log("a", 1.0)

        class Ends(Logs):
            def on_train_epoch_end(self):
                self.log("a", 1.0, on_step=True)

        for kind in (Starts, Ends):
            with self.assertRaisesRegex(Exception, "You can't"):
                quiet(max_epochs=1).fit(kind(), loader())

    def test_values_of_hooks_and_callbacks(self):
        class Late(Callback):
            def on_train_epoch_end(self, trainer, pl_module):
                pl_module.log("late", 4.0)

            def on_validation_epoch_end(self, trainer, pl_module):
                pl_module.log("checked", 5.0)

        logger, _ = rows_of(Logs(), callbacks=[Late()])
        self.assertEqual(logger.rows, [(3, {"checked": 5.0, "epoch": 0.0}), (3, {"late": 4.0, "epoch": 0.0})])

    def test_accumulated_steps_count_once(self):
        logger, _ = rows_of(Logs(lambda module, i: module.log("a", float(i))), accumulate_grad_batches=2)
        self.assertEqual([(step, row["a"]) for step, row in logger.rows], [(0, 1.0), (1, 3.0)])

    def reads(self, **options):
        """How often a run of 40 steps reads values."""
        count = []

        def counted(read):
            def call(*args):
                count.append(read)
                return read(*args)

            return call

        module = Logs(lambda module, i: module.log("a", module.layer.bias.sum(), on_epoch=True, prog_bar=True))
        with mock.patch.object(torch.Tensor, "item", counted(torch.Tensor.item)):
            with mock.patch.object(torch.Tensor, "tolist", counted(torch.Tensor.tolist)):
                quiet(max_epochs=1, **options).fit(module, loader(40))
        return len(count)

    @unittest.skipIf(which_lightning.is_real, "Lightning reads each row and each picture of the bar")
    def test_a_run_reads_little_by_itself(self):
        # PyTorch's loaders read a seed.
        self.assertLessEqual(self.reads(), 1)
        with contextlib.redirect_stdout(io.StringIO()):
            self.assertLess(self.reads(logger=Rows(), log_every_n_steps=1, enable_progress_bar=True), 20)

    def test_hyperparameters(self):
        logger, trainer = rows_of(Logs(width=2))
        self.assertEqual(logger.params, {"width": 2})
        self.assertEqual(trainer.lightning_module.hparams.width, 2)
        logger, _ = rows_of(Logs(), enable_autolog_hparams=False)
        self.assertIsNone(logger.params)

    def test_hyperparameters_of_subclasses(self):
        class More(Logs):
            def __init__(self, depth=3, **others):
                super().__init__(**others)

        self.assertEqual(dict(More(depth=5, width=2).hparams), {"depth": 5, "width": 2})


class Files(unittest.TestCase):
    def setUp(self):
        held = tempfile.TemporaryDirectory()
        self.addCleanup(held.cleanup)
        self.folder = held.name

    def fit(self, logger):
        trainer = quiet(logger=logger, max_epochs=2, log_every_n_steps=2)
        module = Logs(lambda module, i: module.log("a", float(i)), lambda module, i: module.log("v", 0.25))
        trainer.fit(module, loader(), loader(2))

    def test_csv(self):
        logger = CSVLogger(self.folder, name="mine")
        with self.assertRaisesRegex(AttributeError, "no attribute 'add_image'; give the Trainer logger=TensorBoardLogger"):
            logger.experiment.add_image("digits", torch.zeros(1, 2, 2))
        self.fit(logger)
        self.assertEqual(logger.log_dir, os.path.join(self.folder, "mine", "version_0"))
        with open(os.path.join(logger.log_dir, "metrics.csv")) as file:
            rows = list(csv.reader(file))
        self.assertEqual(
            rows,
            [["a", "epoch", "step", "v"]]
            + [row for e in (0, 1) for row in (
                ["1.0", str(e), str(4 * e + 1), ""],
                ["3.0", str(e), str(4 * e + 3), ""],
                ["", str(e), str(4 * e + 3), "0.25"],
            )],
        )
        with open(os.path.join(logger.log_dir, "hparams.yaml")) as file:
            self.assertEqual(file.read(), "width: 1\n")
        self.assertEqual(CSVLogger(self.folder, name="mine").version, 1)

    def test_csv_by_hand(self):
        logger = CSVLogger(self.folder, version="named", prefix="p")
        logger.log_metrics({"a": 1.0}, step=3)
        logger.log_metrics({"b": torch.tensor(2.0)}, step=4)
        logger.log_hyperparams({"lr": 0.5, "name": "x", "deep": {"n": 2}, "sizes": [1, 2]})
        logger.save()
        folder = os.path.join(self.folder, "lightning_logs", "named")
        with open(os.path.join(folder, "metrics.csv")) as file:
            self.assertEqual(file.read().split(), ["p-a,p-b,step", "1.0,,3", ",2.0,4"])
        with open(os.path.join(folder, "hparams.yaml")) as file:
            self.assertEqual(file.read(), "deep:\n  n: 2\nlr: 0.5\nname: x\nsizes:\n- 1\n- 2\n")

    def test_events_of_tensorboard(self):
        logger = TensorBoardLogger(self.folder, name="board")
        self.fit(logger)
        files = glob.glob(os.path.join(self.folder, "board", "version_0", "events*"))
        self.assertGreaterEqual(len(files), 1)
        text = b"".join(open(path, "rb").read() for path in files)
        for name in (b"hp_metric", b"epoch", b"width"):
            self.assertIn(name, text)
        with open(os.path.join(logger.log_dir, "hparams.yaml")) as file:
            self.assertEqual(file.read(), "width: 1\n")

    def test_checkpoints_lie_beside_the_log(self):
        logger = CSVLogger(self.folder)
        trainer = quiet(logger=logger, max_epochs=1, enable_checkpointing=True)
        trainer.fit(Logs(), loader())
        path = os.path.join(self.folder, "lightning_logs", "version_0", "checkpoints", "epoch=0-step=4.ckpt")
        self.assertTrue(os.path.isfile(path))
        self.assertEqual(trainer.log_dir, logger.log_dir)


class Shown(unittest.TestCase):
    def test_the_summary(self):
        class Net(Logs):
            def __init__(self):
                super().__init__()
                self.layer = nn.Sequential(nn.Linear(1, 50), nn.ReLU(), nn.Linear(50, 30))
                self.scale = nn.Parameter(torch.ones(5))
                self.layer[2].requires_grad_(False)

            def forward(self, x):
                return self.layer(x)

        module = Net()
        summary = summarize(module)
        self.assertEqual((summary.total_parameters, summary.trainable_parameters), (1635, 105))
        text = str(summary)
        for line in (
            "0 | layer        | Sequential | 1.6 K  | train",
            "  | other params | n/a        | 5      | n/a",
            "105       Trainable params",
            "1.5 K     Non-trainable params",
            "1.6 K     Total params",
            "0.007     Total estimated model params size (MB)",
            "4         Modules in train mode",
            "0         Modules in eval mode",
        ):
            self.assertIn(line, text)
        self.assertIn("layer.2", str(summarize(module, max_depth=-1)))
        module.example_input_array = torch.ones(4, 1)
        self.assertIn("[4, 30]", str(summarize(module)))
        with self.assertRaises(ValueError):
            summarize(module, max_depth=-2)

    def test_the_older_name_and_others(self):
        import pytorch_lightning
        from pytorch_lightning.callbacks import RichModelSummary, RichProgressBar
        from pytorch_lightning.loggers import CSVLogger as Older

        trainer = pytorch_lightning.Trainer(callbacks=[RichModelSummary(), RichProgressBar()], max_epochs=1, logger=False)
        self.assertIsInstance(trainer.progress_bar_callback, RichProgressBar)
        self.assertEqual(Older.__name__, "CSVLogger")

    @unittest.skipIf(which_lightning.is_real, "Lightning says it by its log, and draws tables by rich")
    def test_what_a_run_prints(self):
        said = io.StringIO()
        trainer = L.Trainer(max_epochs=1, logger=False, enable_checkpointing=False)
        module = Logs(lambda module, i: module.log("a", float(i), prog_bar=True), lambda module, i: module.log("v", 0.5))
        with contextlib.redirect_stdout(said):
            trainer.fit(module, loader(), loader(2))
            trainer.test(module, loader(2))
        text = said.getvalue()
        for part in ("0 | layer | Linear | 2", "Epoch 0: 100%|██████████| 4/4 [", "a=3.000", "`max_epochs=1` reached"):
            self.assertIn(part, text)
        self.assertRegex(text, r"─{40,}\n +Test metric +DataLoader 0\n─+\n +v +0\.5\n─+")

    def test_nothing_is_shown_where_it_is_not_wanted(self):
        said = io.StringIO()
        with contextlib.redirect_stdout(said):
            trainer = quiet(max_epochs=1)
            trainer.validate(Logs(None, lambda module, i: module.log("v", 0.5)), loader(2), verbose=False)
        self.assertEqual(said.getvalue(), "")
        self.assertIsNone(trainer.progress_bar_callback)
        self.assertFalse(any(isinstance(callback, ModelSummary) for callback in trainer.callbacks))

    def test_a_bar_of_ones_own(self):
        seen = []

        class Own(ProgressBar):
            def enable(self):
                self.on = True

            def disable(self):
                self.on = False

            def on_train_batch_end(self, trainer, pl_module, outputs, batch, batch_idx):
                seen.append((batch_idx, self.total_train_batches, self.get_metrics(trainer, pl_module)))

        trainer = quiet(max_epochs=1, enable_progress_bar=True, callbacks=[Own()])
        trainer.fit(Logs(lambda module, i: module.log("a", float(i), prog_bar=True)), loader(2))
        self.assertEqual([(i, total) for i, total, _ in seen], [(0, 2), (1, 2)])
        self.assertEqual(seen[1][2]["a"], 1.0)
        with self.assertRaisesRegex(Exception, "progress bar|ProgressBar"):
            quiet(callbacks=[TQDMProgressBar()])

    def test_a_validation_that_shuffles(self):
        shuffled = DataLoader(TensorDataset(torch.ones(4, 1)), shuffle=True)
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            quiet().test(Logs(), shuffled, verbose=False)
        self.assertTrue(any("sampler has shuffling enabled" in str(each.message) for each in caught))


if __name__ == "__main__":
    unittest.main()
