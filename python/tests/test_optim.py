"""Optimizers and schedules: the library's, and those that are written in Python."""

import unittest

import torch
from torch.optim import lr_scheduler


def quadratic(p):
    return (p**2).sum()


class Optimizers(unittest.TestCase):
    # After three steps from [1, 2] on the sum of squares, as PyTorch has it.
    EXPECTED = {
        "SGD": [0.512, 1.024],
        "Adam": [0.7016, 1.7006],
        "AdamW": [0.6989, 1.6949],
        "RMSprop": [0.0, 0.3097],
        "Adagrad": [0.7805, 1.7758],
    }

    def test_values(self):
        for name in self.EXPECTED:
            p = torch.nn.Parameter(torch.tensor([1.0, 2.0]))
            optimizer = getattr(torch.optim, name)([p], lr=0.1)
            for _ in range(3):
                optimizer.zero_grad()
                quadratic(p).backward()
                optimizer.step()
            expected = torch.tensor(self.EXPECTED[name])
            self.assertTrue(torch.allclose(p.detach(), expected, atol=1e-4), f"{name}: {p.tolist()}")

    def test_closures_may_read_values(self):
        p = torch.nn.Parameter(torch.tensor([1.0, 2.0]))
        for optimizer in (torch.optim.SGD([p], lr=0.1), torch.optim.LBFGS([p], lr=0.5)):

            def closure():
                optimizer.zero_grad()
                loss = quadratic(p)
                loss.backward()
                self.assertIsInstance(loss.item(), float)
                return loss

            before = quadratic(p).item()
            self.assertAlmostEqual(optimizer.step(closure).item(), before, 5)
        self.assertLess(quadratic(p).item(), 1e-3)

    def test_groups_that_a_program_appends(self):
        w = torch.nn.Parameter(torch.ones(2))
        optimizer = torch.optim.Adam([{"params": [w], "lr": 0.5}])
        optimizer.param_groups.extend(optimizer.param_groups)
        groups = optimizer.state_dict()["param_groups"]
        self.assertEqual([(group["lr"], group["params"]) for group in groups], [(0.5, [0])] * 2)

    def test_steps_that_gradients_go_through(self):
        w = torch.tensor([1.0, -2.0], requires_grad=True)
        p = w.clone()
        p.grad = 3 * w
        optimizer = torch.optim.SGD([p], lr=0.1, momentum=0.9, differentiable=True)
        optimizer.step()
        (dw,) = torch.autograd.grad((p * p).sum(), w, retain_graph=True)
        # The first momentum is a copy, which no gradient goes through.
        self.assertEqual([round(v, 4) for v in p.tolist()], [0.7, -1.4])
        self.assertEqual([round(v, 4) for v in dw.tolist()], [1.4, -2.8])
        p = w.clone()
        p.grad = w * w
        optimizer = torch.optim.AdamW([p], lr=0.1, weight_decay=0.5, differentiable=True)
        optimizer.step()
        self.assertEqual([round(v, 4) for v in p.tolist()], [0.85, -2.0])
        self.assertIsInstance(optimizer, torch.optim.AdamW)
        self.assertEqual(optimizer.state[p]["step"].item(), 1)
        with self.assertRaisesRegex(ValueError, "can't optimize a non-leaf Tensor"):
            torch.optim.SGD([w.clone()], lr=0.1)

    def test_hooks_of_all_optimizers(self):
        from torch.optim.optimizer import register_optimizer_step_post_hook, register_optimizer_step_pre_hook

        told = []
        first = torch.optim.SGD([torch.nn.Parameter(torch.ones(1))], lr=0.1)
        handles = [
            register_optimizer_step_pre_hook(lambda *_: told.append("all before")),
            register_optimizer_step_post_hook(lambda *_: told.append("all after")),
            first.register_step_pre_hook(lambda *_: told.append("before")),
            first.register_step_post_hook(lambda *_: told.append("after")),
        ]
        first.step()
        self.assertEqual(told, ["all before", "before", "after", "all after"])
        for handle in handles:
            handle.remove()
        first.step()
        self.assertEqual(len(told), 4)

    def test_groups(self):
        p, q = torch.nn.Parameter(torch.ones(1)), torch.nn.Parameter(torch.ones(1))
        optimizer = torch.optim.SGD([{"params": [p], "lr": 0.5, "name": "first"}, {"params": q}], lr=0.1)
        self.assertEqual([group["lr"] for group in optimizer.param_groups], [0.5, 0.1])
        self.assertEqual(optimizer.param_groups[0]["name"], "first")
        optimizer.param_groups[1]["lr"] = 0.0
        (p + q).sum().backward()
        optimizer.step()
        self.assertEqual((p.item(), q.item()), (0.5, 1.0))
        optimizer.add_param_group({"params": [torch.nn.Parameter(torch.ones(1))], "lr": 1.0})
        self.assertEqual(len(optimizer.param_groups), 3)
        with self.assertRaises(ValueError):
            optimizer.add_param_group({"params": [p]})
        with self.assertRaises(ValueError):
            torch.optim.SGD([], lr=0.1)

    def test_state(self):
        p = torch.nn.Parameter(torch.tensor([1.0, 2.0]))
        optimizer = torch.optim.Adam([p], lr=0.1)
        quadratic(p).backward()
        optimizer.step()
        saved = optimizer.state_dict()
        self.assertEqual(sorted(saved["state"][0]), ["exp_avg", "exp_avg_sq", "step"])
        self.assertEqual(saved["param_groups"][0]["params"], [0])
        self.assertEqual(float(optimizer.state[p]["step"]), 1.0)
        other = torch.optim.Adam([p], lr=0.5)
        other.load_state_dict(saved)
        self.assertEqual(other.param_groups[0]["lr"], 0.1)
        self.assertTrue(torch.equal(other.state[p]["exp_avg"], optimizer.state[p]["exp_avg"]))

    def test_one_of_python(self):
        class Descent(torch.optim.Optimizer):
            def __init__(self, params, lr=0.1):
                super().__init__(params, {"lr": lr})

            @torch.no_grad()
            def step(self, closure=None):
                for group in self.param_groups:
                    for p in group["params"]:
                        if p.grad is not None:
                            p.add_(p.grad, alpha=-group["lr"])
                            self.state[p]["steps"] = self.state[p].get("steps", 0) + 1

        p = torch.nn.Parameter(torch.tensor([1.0]))
        optimizer = Descent([p])
        schedule = lr_scheduler.StepLR(optimizer, 1)
        quadratic(p).backward()
        optimizer.step()
        schedule.step()
        self.assertAlmostEqual(p.item(), 0.8, 6)
        self.assertAlmostEqual(optimizer.param_groups[0]["lr"], 0.01)
        self.assertEqual(optimizer.state_dict()["state"], {0: {"steps": 1}})

    def test_hooks(self):
        p = torch.nn.Parameter(torch.ones(1))
        optimizer = torch.optim.SGD([p], lr=0.1)
        seen = []
        optimizer.register_step_pre_hook(lambda *_: seen.append("before"))
        optimizer.register_step_post_hook(lambda *_: seen.append("after"))
        optimizer.step()
        self.assertEqual(seen, ["before", "after"])


class Averages(unittest.TestCase):
    def test_of_a_model(self):
        net = torch.nn.Linear(1, 1, bias=False)
        averaged = torch.optim.swa_utils.AveragedModel(net)
        for value in (1.0, 3.0, 8.0):
            torch.nn.init.constant_(net.weight, value)
            averaged.update_parameters(net)
        self.assertEqual(averaged.module.weight.item(), 4.0)
        self.assertEqual(averaged(torch.ones(1, 1)).item(), 4.0)
        moving = torch.optim.swa_utils.AveragedModel(net, multi_avg_fn=torch.optim.swa_utils.get_ema_multi_avg_fn(0.5))
        for value in (2.0, 4.0):
            torch.nn.init.constant_(net.weight, value)
            moving.update_parameters(net)
        self.assertEqual(moving.module.weight.item(), 3.0)

    def test_statistics_are_computed_anew(self):
        norm = torch.nn.BatchNorm1d(1)
        torch.optim.swa_utils.update_bn([torch.ones(2, 1) * 2, torch.ones(2, 1) * 4], norm)
        self.assertEqual((norm.running_mean.item(), norm.momentum), (3.0, 0.1))


class Schedules(unittest.TestCase):
    CASES = (
        (lambda o: lr_scheduler.StepLR(o, 2), [1.0, 1.0, 0.1, 0.1, 0.01]),
        (lambda o: lr_scheduler.ExponentialLR(o, gamma=0.5), [1.0, 0.5, 0.25, 0.125, 0.0625]),
        (lambda o: lr_scheduler.CosineAnnealingLR(o, T_max=4), [1.0, 0.85355, 0.5, 0.14645, 0.0]),
        (lambda o: lr_scheduler.LambdaLR(o, lambda e: 1 / (e + 1)), [1.0, 0.5, 0.33333, 0.25, 0.2]),
        (lambda o: lr_scheduler.OneCycleLR(o, 1.0, 10), [0.04, 0.52, 1.0, 0.95048, 0.81175]),
        (lambda o: lr_scheduler.CosineAnnealingWarmRestarts(o, T_0=2), [1.0, 0.5, 1.0, 0.5, 1.0]),
        (
            lambda o: lr_scheduler.SequentialLR(
                o, [lr_scheduler.ConstantLR(o, 0.1, 2), lr_scheduler.ExponentialLR(o, 0.9)], milestones=[2]
            ),
            [0.1, 0.1, 1.0, 0.9, 0.81],
        ),
    )

    def test_rates(self):
        for make, expected in self.CASES:
            optimizer = torch.optim.SGD([torch.nn.Parameter(torch.ones(1))], lr=1.0, momentum=0.9)
            schedule = make(optimizer)
            rates = []
            for _ in range(5):
                rates.append(round(optimizer.param_groups[0]["lr"], 5))
                optimizer.step()
                schedule.step()
            self.assertEqual(rates, expected, type(schedule).__name__)
            self.assertIsInstance(schedule, lr_scheduler.LRScheduler)
            self.assertEqual(schedule.last_epoch, 5)

    def test_plateau(self):
        optimizer = torch.optim.SGD([torch.nn.Parameter(torch.ones(1))], lr=1.0)
        schedule = lr_scheduler.ReduceLROnPlateau(optimizer, patience=1)
        for _ in range(5):
            schedule.step(torch.tensor(1.0))
        self.assertAlmostEqual(optimizer.param_groups[0]["lr"], 0.01)

    def test_one_of_python(self):
        class Warmup(lr_scheduler.LRScheduler):
            def get_lr(self):
                return [base * (self.last_epoch + 1) for base in self.base_lrs]

        optimizer = torch.optim.SGD([torch.nn.Parameter(torch.ones(1))], lr=0.1)
        schedule = Warmup(optimizer)
        optimizer.step()
        schedule.step()
        self.assertEqual(schedule.get_last_lr(), [0.2])

    def test_state(self):
        optimizer = torch.optim.SGD([torch.nn.Parameter(torch.ones(1))], lr=1.0)
        schedule = lr_scheduler.StepLR(optimizer, 3)
        optimizer.step()
        schedule.step()
        saved = schedule.state_dict()
        self.assertEqual((saved["last_epoch"], saved["step_size"]), (1, 3))
        other = lr_scheduler.StepLR(torch.optim.SGD([torch.nn.Parameter(torch.ones(1))], lr=1.0), 7)
        other.load_state_dict(saved)
        self.assertEqual((other.last_epoch, other.step_size), (1, 3))


if __name__ == "__main__":
    unittest.main()
