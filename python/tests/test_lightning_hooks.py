"""The hooks of `lightning`: which are called, and in which order. With `LIGHTNING=real` they are those of Lightning."""

import os
import tempfile
import unittest

import torch
import torch.nn.functional as F
import which_lightning  # noqa: F401  # chooses it
from lightning.pytorch.callbacks import Callback, ModelCheckpoint
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

import lightning as L

PREPARED = "m.configure_callbacks d.prepare_data m.prepare_data d.setup c.setup m.setup m.configure_model"
MOVED = "d.on_before_batch_transfer d.transfer_batch_to_device d.on_after_batch_transfer"
ENDED = "d.teardown c.teardown m.teardown"


def evaluated(word, step):
    return (
        f"m.on_{word}_model_eval c.on_{word}_start m.on_{word}_start c.on_{word}_epoch_start m.on_{word}_epoch_start "
        f"{MOVED} c.on_{word}_batch_start m.on_{word}_batch_start m.{step} c.on_{word}_batch_end m.on_{word}_batch_end "
        f"c.on_{word}_epoch_end m.on_{word}_epoch_end c.on_{word}_end m.on_{word}_end"
    )


BEGUN = f"{MOVED} c.on_train_batch_start m.on_train_batch_start"
BACK = "c.on_before_backward m.on_before_backward m.backward c.on_after_backward m.on_after_backward"
FORGOT = "c.on_before_zero_grad m.on_before_zero_grad m.optimizer_zero_grad"
STEPPED = "c.on_before_optimizer_step m.on_before_optimizer_step m.configure_gradient_clipping"
OVER = "c.on_train_batch_end m.on_train_batch_end"
SANITY = (
    f"c.on_fit_start m.on_fit_start c.on_sanity_check_start d.val_dataloader {evaluated('validation', 'validation_step')} "
    "m.on_validation_model_train c.on_sanity_check_end d.train_dataloader c.on_train_start m.on_train_start"
)
VALIDATED = f"m.on_validation_model_zero_grad {evaluated('validation', 'validation_step')} m.on_validation_model_train"
FIT = f"""
    {PREPARED} m.configure_optimizers {SANITY}
    c.on_train_epoch_start m.on_train_epoch_start
    {BEGUN} m.training_step {FORGOT} {BACK} {OVER}
    {BEGUN} m.optimizer_step m.training_step {BACK} {STEPPED} m.lr_scheduler_step {OVER}
    {VALIDATED}
    c.on_train_epoch_end m.on_train_epoch_end
    m.state_dict c.state_dict d.state_dict c.on_save_checkpoint m.on_save_checkpoint
    c.on_train_end m.on_train_end c.on_fit_end m.on_fit_end {ENDED}
"""
RESUMED = f"""
    {PREPARED} m.on_load_checkpoint m.load_state_dict d.load_state_dict c.on_load_checkpoint c.load_state_dict
    m.configure_optimizers {SANITY}
    c.on_train_epoch_start m.on_train_epoch_start
    {BEGUN} m.optimizer_step m.training_step {FORGOT} {BACK} {STEPPED} {OVER}
    {BEGUN} m.optimizer_step m.training_step {FORGOT} {BACK} {STEPPED} m.lr_scheduler_step {OVER}
    {VALIDATED}
    c.on_train_epoch_end m.on_train_epoch_end
    c.on_train_end m.on_train_end c.on_fit_end m.on_fit_end {ENDED}
"""

_LEFT_OUT = {"forward", "zero_grad", "train", "eval", "log", "log_dict", "print"}


class Small(L.LightningModule):
    def __init__(self):
        super().__init__()
        self.layer = nn.Linear(2, 3)

    def training_step(self, batch, batch_idx):
        return F.cross_entropy(self.layer(batch[0]), batch[1])

    def validation_step(self, batch, batch_idx):
        self.log("val_loss", F.cross_entropy(self.layer(batch[0]), batch[1]))

    def test_step(self, batch, batch_idx):
        self.log("test_loss", F.cross_entropy(self.layer(batch[0]), batch[1]))

    def predict_step(self, batch, batch_idx):
        return self.layer(batch[0])

    def configure_optimizers(self):
        optimizer = torch.optim.SGD(self.parameters(), 0.1)
        return [optimizer], [torch.optim.lr_scheduler.StepLR(optimizer, 1)]


def loader(batch_size):
    x = torch.arange(32.0).reshape(16, 2) / 32
    return DataLoader(TensorDataset(x, (x[:, 0] > 0.5).long()), batch_size=batch_size)


class Data(L.LightningDataModule):
    def train_dataloader(self):
        return loader(8)

    def val_dataloader(self):
        return loader(16)

    def test_dataloader(self):
        return loader(16)

    def predict_dataloader(self):
        return loader(16)

    def state_dict(self):
        return {"kept": 1}


class Kept(Callback):
    def state_dict(self):
        return {"kept": 2}


HOOKS = """
    prepare_data setup configure_model configure_optimizers configure_callbacks training_step validation_step test_step
    predict_step on_fit_start on_fit_end on_sanity_check_start on_sanity_check_end on_before_batch_transfer
    transfer_batch_to_device on_after_batch_transfer on_before_zero_grad on_before_backward on_after_backward
    on_before_optimizer_step optimizer_step optimizer_zero_grad configure_gradient_clipping backward lr_scheduler_step
    on_save_checkpoint on_load_checkpoint train_dataloader val_dataloader test_dataloader predict_dataloader teardown
    state_dict load_state_dict on_exception on_validation_model_zero_grad on_validation_model_eval
    on_validation_model_train on_test_model_eval on_test_model_train on_predict_model_eval
""".split()
HOOKS += [
    f"on_{word}_{part}{end}"
    for word in ("train", "validation", "test", "predict")
    for part in ("", "epoch_", "batch_")
    for end in ("start", "end")
]


def watched(base, letter, seen):
    """A class whose hooks note that they are called."""
    made = type(base.__name__, (base,), {})
    for name in HOOKS:
        if hasattr(base, name):

            def hook(self, *args, _name=name, **kwargs):
                seen.append(f"{letter}.{_name}")
                return getattr(super(made, self), _name)(*args, **kwargs)

            setattr(made, name, hook)
    return made


def quiet(**options):
    usual = dict.fromkeys(("logger", "enable_progress_bar", "enable_model_summary"), False)
    return L.Trainer(**{**usual, **options})


class Order(unittest.TestCase):
    def setUp(self):
        self.seen = []
        self.module = watched(Small, "m", self.seen)()
        self.data = watched(Data, "d", self.seen)()
        self.callback = watched(Kept, "c", self.seen)()

    def expect(self, text):
        self.assertEqual(self.seen, text.split())
        self.seen.clear()

    def test_fit_and_going_on(self):
        with tempfile.TemporaryDirectory() as folder:
            trainer = quiet(
                max_epochs=1,
                callbacks=[self.callback, ModelCheckpoint(folder)],
                num_sanity_val_steps=1,
                gradient_clip_val=0.5,
                accumulate_grad_batches=2,
            )
            trainer.fit(self.module, datamodule=self.data)
            self.expect(FIT)
            path = os.path.join(folder, os.listdir(folder)[0])
            again = quiet(max_epochs=2, callbacks=[self.callback], enable_checkpointing=False)
            again.fit(self.module, datamodule=self.data, ckpt_path=path)
            self.expect(RESUMED)
            self.assertEqual((again.current_epoch, again.global_step), (2, 3))

    def test_the_other_runs(self):
        trainer = quiet(callbacks=[self.callback], enable_checkpointing=False)
        trainer.validate(self.module, datamodule=self.data, verbose=False)
        self.expect(
            f"{PREPARED} d.val_dataloader {evaluated('validation', 'validation_step')} m.on_validation_model_train {ENDED}"
        )
        trainer.test(self.module, datamodule=self.data, verbose=False)
        self.expect(f"{PREPARED} d.test_dataloader {evaluated('test', 'test_step')} m.on_test_model_train {ENDED}")
        trainer.predict(self.module, datamodule=self.data)
        self.expect(f"{PREPARED} d.predict_dataloader {evaluated('predict', 'predict_step')} {ENDED}")

    def test_an_error(self):
        def fail(batch, batch_idx):
            raise ArithmeticError("too much")

        self.module.training_step = fail
        trainer = quiet(max_epochs=1, callbacks=[self.callback], enable_checkpointing=False, num_sanity_val_steps=0)
        with self.assertRaisesRegex(ArithmeticError, "too much"):
            trainer.fit(self.module, datamodule=self.data)
        self.assertEqual(self.seen[-2:], ["c.on_exception", "d.on_exception"])
        self.assertTrue(trainer.interrupted)


class Calls(unittest.TestCase):
    def test_a_batch_goes_through_the_hooks_of_transfer(self):
        class Doubled(Small):
            def on_after_batch_transfer(self, batch, dataloader_idx):
                return [batch[0] * 2, batch[1]]

            def training_step(self, batch, batch_idx):
                self.most = batch[0].max().item()
                return super().training_step(batch, batch_idx)

        module = Doubled()
        quiet(max_epochs=1, enable_checkpointing=False).fit(module, loader(16))
        self.assertAlmostEqual(module.most, 2 * 31 / 32, 5)

    def test_minus_one_leaves_out_the_rest_of_an_epoch(self):
        class Short(Small):
            def on_train_batch_start(self, batch, batch_idx):
                return -1 if batch_idx == 1 else None

        trainer = quiet(max_epochs=2, enable_checkpointing=False)
        trainer.fit(Short(), loader(4))
        self.assertEqual((trainer.current_epoch, trainer.global_step), (2, 2))

    def test_a_step_without_a_loss_is_left_out(self):
        class Skips(Small):
            def training_step(self, batch, batch_idx):
                return None if batch_idx == 0 else super().training_step(batch, batch_idx)

        module = Skips()
        ends = []

        class Ends(Callback):
            def on_train_batch_end(self, trainer, pl_module, outputs, batch, batch_idx):
                ends.append(sorted(outputs or {}))

        trainer = quiet(max_epochs=1, enable_checkpointing=False, callbacks=[Ends()])
        trainer.fit(module, loader(8))
        self.assertEqual(ends, [[], ["loss"]])

    def test_a_hook_may_step_in_the_place_of_the_trainer(self):
        class Own(Small):
            taken = 0

            def optimizer_step(self, epoch, batch_idx, optimizer, optimizer_closure):
                if batch_idx % 2 == 0:
                    optimizer.step(closure=optimizer_closure)
                    self.taken += 1
                else:
                    optimizer_closure()

        module = Own()
        quiet(max_epochs=1, enable_checkpointing=False).fit(module, loader(4))
        self.assertEqual(module.taken, 2)

    def test_callbacks_of_the_module_replace_those_of_their_class(self):
        class Watch(Callback):
            def __init__(self, name):
                self.name = name

        class Brings(Small):
            def configure_callbacks(self):
                return [Watch("module's")]

        trainer = quiet(max_epochs=1, enable_checkpointing=False, callbacks=[Watch("trainer's")])
        trainer.fit(Brings(), loader(16))
        self.assertEqual([each.name for each in trainer.callbacks if isinstance(each, Watch)], ["module's"])

    def test_checkpoints_keep_what_callbacks_and_hooks_add(self):
        class Adds(Small):
            def on_save_checkpoint(self, checkpoint):
                checkpoint["more"] = 7

        trainer = quiet(max_epochs=1, callbacks=[Kept()], enable_checkpointing=False)
        trainer.fit(Adds(), loader(8))
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "all.ckpt")
            trainer.save_checkpoint(path)
            saved = torch.load(path, weights_only=False)
            self.assertEqual((saved["more"], saved["callbacks"], saved["global_step"]), (7, {"Kept": {"kept": 2}}, 2))
            self.assertEqual(sorted(saved["state_dict"]), ["layer.bias", "layer.weight"])
            self.assertEqual(saved["lr_schedulers"][0]["last_epoch"], 1)
            trainer.save_checkpoint(path, weights_only=True)
            self.assertNotIn("optimizer_states", torch.load(path, weights_only=False))

    def test_layers_go_on_as_they_did_after_a_validation(self):
        class Frozen(Small):
            def __init__(self):
                super().__init__()
                self.still = nn.Dropout(0.5)
                self.still.eval()

        module = Frozen()
        modes = []

        class Modes(Callback):
            def on_validation_start(self, trainer, pl_module):
                modes.append((pl_module.training, pl_module.still.training))

            def on_train_epoch_end(self, trainer, pl_module):
                modes.append((pl_module.training, pl_module.still.training))

        options = {"num_sanity_val_steps": 0, "enable_checkpointing": False}
        quiet(max_epochs=1, callbacks=[Modes()], **options).fit(module, loader(8), loader(16))
        self.assertEqual(modes, [(False, False), (True, False)])


if __name__ == "__main__":
    unittest.main()
