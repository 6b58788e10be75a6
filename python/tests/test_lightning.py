"""The training loop of `lightning`, which is Python alone and so runs on PyTorch, too."""

import os
import tempfile
import unittest

import torch
import torch.nn.functional as F
import which_lightning  # noqa: F401  # chooses it
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

from lightning.pytorch.callbacks import EarlyStopping, ModelCheckpoint

import lightning as L


class Fit(L.LightningModule):
    def __init__(self, width=3, lr=0.1):
        super().__init__()
        self.save_hyperparameters()
        self.layer = nn.Linear(2, width)
        self.seen = []

    def forward(self, x):
        return self.layer(x)

    def training_step(self, batch, batch_idx):
        x, y = batch
        loss = F.cross_entropy(self(x), y)
        self.seen.append(loss.item())
        self.log("train_loss", loss, on_step=False, on_epoch=True, prog_bar=True)
        return loss

    def validation_step(self, batch, batch_idx):
        x, y = batch
        self.log_dict({"val_loss": F.cross_entropy(self(x), y), "val_acc": (self(x).argmax(1) == y).float().mean()})

    test_step = validation_step

    def configure_optimizers(self):
        optimizer = torch.optim.SGD(self.parameters(), lr=self.hparams.lr)
        schedule = torch.optim.lr_scheduler.StepLR(optimizer, 1, 0.5)
        return {"optimizer": optimizer, "lr_scheduler": {"scheduler": schedule, "interval": "epoch"}}


def loaders():
    torch.manual_seed(0)
    x = torch.randn(24, 2)
    data = TensorDataset(x, (x[:, 0] > 0).long())
    return DataLoader(data, batch_size=8), DataLoader(data, batch_size=12)


def trainer(**options):
    usual = {"enable_checkpointing": False, "logger": False, "enable_progress_bar": False, "enable_model_summary": False}
    return L.Trainer(**{**usual, **options})


class Training(unittest.TestCase):
    def test_a_value_of_steps_and_of_the_epoch_has_a_name_for_each(self):
        class Both(Fit):
            def training_step(self, batch, batch_idx):
                loss = super().training_step(batch, batch_idx)
                self.log("loss", loss, on_epoch=True)
                self.log("index", float(batch_idx))
                return loss

        module = Both()
        train, val = loaders()
        runs = trainer(max_epochs=1)
        runs.fit(module, train, val)
        values = {name: float(value) for name, value in runs.callback_metrics.items()}
        self.assertAlmostEqual(values["loss_step"], module.seen[-1], 5)
        self.assertAlmostEqual(values["loss_epoch"], sum(module.seen) / 3, 5)
        self.assertAlmostEqual(values["loss"], values["loss_epoch"], 6)
        self.assertEqual(values["index"], 2.0)
        self.assertNotIn("index_epoch", values)

    def test_the_look_at_validation_before_training_draws_no_numbers(self):
        seen = []
        for steps in (0, 2):
            train, val = (DataLoader(loader.dataset, batch_size=8, shuffle=True) for loader in loaders())
            torch.manual_seed(3)
            module = Fit()
            trainer(max_epochs=1, num_sanity_val_steps=steps).fit(module, train, val)
            seen.append(module.seen)
        self.assertEqual(*seen)

    def test_should_stop_ends_the_training_after_the_batch(self):
        class Stop(L.Callback):
            def on_train_batch_end(self, trainer, pl_module, outputs, batch, batch_idx):
                trainer.should_stop = trainer.global_step >= 2

        runs = trainer(max_epochs=5, callbacks=[Stop()])
        runs.fit(Fit(), loaders()[0])
        self.assertEqual(runs.global_step, 2)

    def test_the_same_losses_as_a_loop_by_hand(self):
        train, _ = loaders()
        module = Fit()
        twin = nn.Linear(2, 3)
        twin.load_state_dict(module.layer.state_dict())
        trainer(max_epochs=2).fit(module, train)
        expected, lr = [], 0.1
        for _ in range(2):
            for x, y in train:
                loss = F.cross_entropy(twin(x), y)
                twin.zero_grad()
                loss.backward()
                with torch.no_grad():
                    for p in twin.parameters():
                        p -= lr * p.grad
                expected.append(loss.item())
            lr *= 0.5
        self.assertTrue(torch.allclose(torch.tensor(module.seen), torch.tensor(expected), atol=1e-5))

    def test_metrics(self):
        train, val = loaders()
        module, run = Fit(), trainer(max_epochs=3)
        run.fit(module, train, val)
        self.assertEqual((run.current_epoch, run.global_step), (3, 9))
        self.assertAlmostEqual(run.callback_metrics["train_loss"].item(), sum(module.seen[-3:]) / 3, 5)
        found = run.validate(module, val)[0]
        self.assertEqual(sorted(found), ["val_acc", "val_loss"])
        self.assertEqual(run.test(module, val)[0]["val_acc"], found["val_acc"])
        self.assertEqual(
            [r.shape for r in run.predict(module, DataLoader(torch.ones(3, 2), batch_size=2))], [(2, 3), (1, 3)]
        )

    def test_stopping_and_checkpoints(self):
        train, val = loaders()
        folder = tempfile.mkdtemp()
        saving = ModelCheckpoint(dirpath=folder, filename="{epoch}-{val_loss:.2f}", monitor="val_loss")
        stopping = EarlyStopping("val_loss", min_delta=10.0, patience=2)
        module, run = Fit(width=4), trainer(max_epochs=9, callbacks=[saving, stopping], enable_checkpointing=True)
        run.fit(module, train, val)
        self.assertEqual(run.current_epoch, 3)
        self.assertEqual(len(os.listdir(folder)), 1)
        self.assertRegex(os.listdir(folder)[0], r"^epoch=2-val_loss=\d\.\d\d\.ckpt$")
        loaded = Fit.load_from_checkpoint(saving.best_model_path)
        self.assertEqual(loaded.hparams.width, 4)
        self.assertTrue(torch.equal(loaded.layer.weight, module.layer.weight))
        again = trainer(max_epochs=4)
        again.fit(Fit(width=4), train, val, ckpt_path=saving.best_model_path)
        self.assertEqual((again.current_epoch, again.global_step), (4, 12))

    def test_by_hand(self):
        class Manual(Fit):
            def __init__(self):
                super().__init__()
                self.automatic_optimization = False

            def training_step(self, batch, batch_idx):
                optimizer = self.optimizers()
                optimizer.zero_grad()
                loss = F.cross_entropy(self(batch[0]), batch[1])
                self.manual_backward(loss)
                optimizer.step()
                self.seen.append(loss.item())

        train, _ = loaders()
        module = Manual()
        trainer(max_epochs=2).fit(module, train)
        self.assertLess(module.seen[-1], module.seen[0])

    def test_hooks_in_their_order(self):
        seen = []

        class Watch(L.Callback):
            def on_train_start(self, trainer, module):
                seen.append("start")

            def on_train_epoch_end(self, trainer, module):
                seen.append(trainer.current_epoch)

            def on_validation_end(self, trainer, module):
                seen.append("validated")

        train, val = loaders()
        trainer(max_epochs=2, callbacks=[Watch()]).fit(Fit(), train, val)
        self.assertEqual(seen, ["validated", "start", "validated", 0, "validated", 1])

    def test_limits(self):
        train, val = loaders()
        module = Fit()
        run = trainer(max_epochs=2, limit_train_batches=2, accumulate_grad_batches=2, gradient_clip_val=0.5)
        run.fit(module, train)
        self.assertEqual((run.global_step, len(module.seen)), (2, 4))
        with self.assertRaises(TypeError):
            L.Trainer(max_epoch=1)


if __name__ == "__main__":
    unittest.main()
