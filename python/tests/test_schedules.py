"""Schedules of learning rates: what they give, what they save, and warnings about the order of steps."""

import copy
import pickle
import unittest
import warnings

import torch
from torch.optim import SGD, Adam
from torch.optim import lr_scheduler as schedules
from torch.optim.swa_utils import SWALR


def rates(make, epochs=8, lr=0.5, kind=SGD, **options):
    """The rates of the epochs, of an optimizer that takes its steps."""
    optimizer = kind([torch.nn.Parameter(torch.ones(1))], lr=lr, **options)
    schedule = make(optimizer)
    seen = []
    for _ in range(epochs):
        seen.append(round(optimizer.param_groups[0]["lr"], 6))
        optimizer.step()
        schedule.step()
    return seen


class Rates(unittest.TestCase):
    def test_factors(self):
        self.assertEqual(rates(lambda o: schedules.StepLR(o, 2, 0.1), 5), [0.5, 0.5, 0.05, 0.05, 0.005])
        self.assertEqual(rates(lambda o: schedules.MultiStepLR(o, [1, 1, 3], 0.1), 4), [0.5, 0.005, 0.005, 0.0005])
        self.assertEqual(rates(lambda o: schedules.ConstantLR(o, 0.5, 2), 4), [0.25, 0.25, 0.5, 0.5])
        self.assertEqual(rates(lambda o: schedules.LinearLR(o, 0.5, 1.0, 2), 4), [0.25, 0.375, 0.5, 0.5])
        self.assertEqual(rates(lambda o: schedules.PolynomialLR(o, 2), 4), [0.5, 0.25, 0, 0])
        self.assertEqual(rates(lambda o: schedules.LambdaLR(o, lambda e: 1 / (e + 1)), 3), [0.5, 0.25, 0.166667])
        self.assertEqual(rates(lambda o: schedules.MultiplicativeLR(o, lambda e: 0.5), 3), [0.5, 0.25, 0.125])

    def test_cosines(self):
        self.assertEqual(rates(lambda o: schedules.CosineAnnealingLR(o, 2), 6), [0.5, 0.25, 0, 0.25, 0.5, 0.25])
        seen = rates(lambda o: schedules.CosineAnnealingWarmRestarts(o, 2, 2), 7)
        self.assertEqual(seen, [0.5, 0.25, 0.5, 0.426777, 0.25, 0.073223, 0.5])
        self.assertEqual(rates(lambda o: SWALR(o, 0.1, 2, "linear"), 4), [0.5, 0.3, 0.1, 0.1])

    def test_cycles(self):
        seen = rates(lambda o: schedules.CyclicLR(o, 0.1, 0.5, 2), 6, momentum=0.9)
        self.assertEqual(seen, [0.1, 0.3, 0.5, 0.3, 0.1, 0.3])
        seen = rates(lambda o: schedules.OneCycleLR(o, 1.0, total_steps=5), 5, kind=Adam)
        self.assertEqual(seen, rates(lambda o: schedules.OneCycleLR(o, 1.0, epochs=1, steps_per_epoch=5), 5, kind=Adam))
        optimizer = SGD([torch.nn.Parameter(torch.ones(1))], lr=0.1, momentum=0.9)
        schedules.OneCycleLR(optimizer, 1.0, total_steps=5)
        self.assertEqual(optimizer.param_groups[0]["momentum"], 0.95)
        self.assertAlmostEqual(optimizer.param_groups[0]["lr"], 0.04)

    def test_one_after_another(self):
        def sequence(o):
            return schedules.SequentialLR(
                o, [schedules.ConstantLR(o, 0.1, 2), schedules.ExponentialLR(o, 0.5)], milestones=[2]
            )

        self.assertEqual(rates(sequence, 5), [0.05, 0.05, 0.5, 0.25, 0.125])
        both = lambda o: schedules.ChainedScheduler([schedules.ConstantLR(o, 0.1, 2), schedules.ExponentialLR(o, 0.5)])  # noqa: E731
        self.assertEqual(rates(both, 4), [0.05, 0.025, 0.125, 0.0625])

    def test_a_metric(self):
        optimizer = SGD([torch.nn.Parameter(torch.ones(1))], lr=1.0)
        schedule = schedules.ReduceLROnPlateau(optimizer, factor=0.5, patience=1)
        seen = []
        for metric in (5, 4, 4, 4, 4, 4):
            optimizer.step()
            schedule.step(metric)
            seen.append(optimizer.param_groups[0]["lr"])
        self.assertEqual(seen, [1, 1, 1, 0.5, 0.5, 0.25])
        self.assertEqual((schedule.best, schedule.num_bad_epochs, schedule.last_epoch), (4, 0, 6))


class States(unittest.TestCase):
    def setUp(self):
        self.optimizer = SGD([torch.nn.Parameter(torch.ones(2))], lr=0.5, momentum=0.9)

    def run_on(self, schedule, steps):
        for _ in range(steps):
            self.optimizer.step()
            schedule.step()

    def test_saved_and_loaded(self):
        schedule = schedules.CosineAnnealingLR(self.optimizer, T_max=5)
        self.run_on(schedule, 3)
        other = schedules.CosineAnnealingLR(self.optimizer, T_max=8)
        other.load_state_dict(pickle.loads(pickle.dumps(schedule.state_dict())))
        self.assertEqual(other.state_dict(), schedule.state_dict())
        self.assertEqual((other.T_max, other.last_epoch), (5, 3))

    def test_objects_that_are_called_are_saved_by_their_attributes(self):
        class Fall:
            def __init__(self, by):
                self.by = by

            def __call__(self, epoch):
                return self.by**epoch

        schedule = schedules.LambdaLR(self.optimizer, Fall(0.5))
        self.assertEqual(schedule.state_dict()["lr_lambdas"], [{"by": 0.5}])
        other = schedules.LambdaLR(self.optimizer, Fall(0.1))
        other.load_state_dict(schedule.state_dict())
        self.assertEqual(other.lr_lambdas[0].by, 0.5)
        self.assertEqual(schedules.LambdaLR(self.optimizer, lambda e: 1).state_dict()["lr_lambdas"], [None])

    def test_a_subclass(self):
        class Halved(schedules.ExponentialLR):
            def get_lr(self):
                return [lr / 2 for lr in super().get_lr()]

        schedule = Halved(self.optimizer, gamma=1.0)
        self.assertEqual(schedule.get_last_lr(), [0.25])
        self.run_on(schedule, 1)
        self.assertEqual(schedule.get_last_lr(), [0.125])

    def test_optimizers_are_copied_and_pickled(self):
        self.optimizer.param_groups[0]["params"][0].grad = torch.ones(2)
        self.optimizer.step()
        for other in (copy.deepcopy(self.optimizer), pickle.loads(pickle.dumps(self.optimizer))):
            self.assertEqual(other.param_groups[0]["lr"], 0.5)
            own, copied = (each.param_groups[0]["params"][0] for each in (self.optimizer, other))
            self.assertIsNot(own, copied)
            self.assertEqual(copied.tolist(), own.tolist())
            self.assertEqual(other.state[copied]["momentum_buffer"].tolist(), [1, 1])
        self.assertEqual(type(copy.deepcopy(self.optimizer.param_groups)[0]), dict)

    def test_rates_that_are_tensors(self):
        optimizer = SGD([torch.nn.Parameter(torch.ones(1))], lr=torch.tensor(0.5))
        schedule = schedules.ExponentialLR(optimizer, 0.5)
        parameter = optimizer.param_groups[0]["params"][0]
        parameter.grad = torch.ones(1)
        optimizer.step()
        schedule.step()
        optimizer.step()
        self.assertEqual(parameter.tolist(), [0.25])


class Warnings(unittest.TestCase):
    def warned(self, steps):
        optimizer = SGD([torch.nn.Parameter(torch.ones(1))], lr=0.5)
        schedule = schedules.StepLR(optimizer, 3)
        with warnings.catch_warnings(record=True) as seen:
            warnings.simplefilter("always")
            steps(optimizer, schedule)
        return [str(one.message) for one in seen]

    def test_the_order_of_steps(self):
        self.assertEqual(self.warned(lambda o, s: (o.step(), s.step(), o.step(), s.step())), [])
        (text,) = self.warned(lambda o, s: (s.step(), s.step(), o.step()))
        self.assertIn("Detected call of `lr_scheduler.step()` before `optimizer.step()`", text)

    def test_rates_asked_for_outside_of_a_step(self):
        (text,) = self.warned(lambda o, s: s.get_lr())
        self.assertIn("please use `get_last_lr()`", text)

    def test_bad_input(self):
        optimizer = SGD([torch.nn.Parameter(torch.ones(1))], lr=0.5)
        with self.assertRaisesRegex(TypeError, "list is not an Optimizer"):
            schedules.StepLR([], 1)
        with self.assertRaisesRegex(ValueError, "between 0 and 1"):
            schedules.ConstantLR(optimizer, factor=2.0)
        with self.assertRaisesRegex(KeyError, "param 'initial_lr' is not specified"):
            schedules.ExponentialLR(optimizer, 0.5, last_epoch=3)
        with self.assertRaisesRegex(ValueError, "anneal_strategy must"):
            SWALR(optimizer, 0.1, anneal_strategy="exponential")


if __name__ == "__main__":
    unittest.main()
