"""Functions of Python that are called from within the library: they read a value or are told that they cannot, and may fail."""

import traceback
import unittest

import torch
from torch import nn
from torch.autograd import Function


def leaf():
    return torch.ones(2, requires_grad=True)


def function_backward(call):
    class Twice(Function):
        @staticmethod
        def forward(ctx, x):
            return x * 2

        @staticmethod
        def backward(ctx, grad):
            call(grad)
            return grad * 2

    Twice.apply(leaf()).sum().backward()


def function_forward(call):
    class Same(Function):
        @staticmethod
        def forward(ctx, x):
            call(x)
            return x * 1

        @staticmethod
        def backward(ctx, grad):
            return grad

    Same.apply(leaf()).sum().backward()


def tensor_hook(call):
    x = leaf()
    x.register_hook(lambda grad: call(grad) and None)
    (x * 2).sum().backward()


def post_accumulate_hook(call):
    x = leaf()
    x.register_post_accumulate_grad_hook(lambda x: call(x.grad))
    (x * 2).sum().backward()


def on_layer(register, pick):
    def run(call):
        layer = nn.Linear(2, 2)
        getattr(layer, register)(lambda *args: call(pick(args)))
        layer(torch.ones(1, 2, requires_grad=True)).sum().backward()

    return run


def within_network(register, pick):
    def run(call):
        net = nn.TransformerEncoderLayer(4, 2, 8, dropout=0.0)
        getattr(net.linear1, register)(lambda *args: call(pick(args)))
        net(torch.ones(3, 1, 4, requires_grad=True)).sum().backward()

    return run


def forward(call):
    class Net(nn.Module):
        def forward(self, x):
            call(x)
            return x * 2

    Net()(leaf())


def within_containers(call):
    class Net(nn.Module):
        def forward(self, x):
            call(x)
            return x * 2

    nn.Sequential(nn.Sequential(Net()), nn.ReLU())(leaf())


def within_a_transformer(call):
    class Encoder(nn.Module):
        def forward(self, x, *args, **kwargs):
            call(x)
            return x

    net = nn.Transformer(4, 2, num_decoder_layers=1, dim_feedforward=8, custom_encoder=Encoder())
    net(torch.ones(3, 1, 4), torch.ones(3, 1, 4))


def activation(call):
    def relu(x):
        call(x)
        return torch.relu(x)

    nn.TransformerEncoderLayer(4, 2, 8, dropout=0.0, activation=relu)(torch.ones(3, 1, 4))


def functional_call(call):
    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            self.w = nn.Parameter(torch.ones(2))

        def forward(self, x):
            call(x)
            return x * self.w

    torch.func.functional_call(Net(), {"w": torch.zeros(2)}, torch.ones(2))


def of_func(transform):
    def run(call):
        def function(x):
            call(x)
            return (x * x).sum()

        transform(function)

    return run


def lbfgs(call):
    x = leaf()
    optimizer = torch.optim.LBFGS([x], max_iter=2)

    def closure():
        optimizer.zero_grad()
        loss = (x * x).sum()
        loss.backward()
        call(loss)
        return loss

    optimizer.step(closure)


def adam(call):
    x = leaf()

    def closure():
        loss = (x * x).sum()
        loss.backward()
        call(loss)
        return loss

    torch.optim.Adam([x]).step(closure)


# By what calls them: those that Python itself runs, which wait for a value.
WAIT = {
    "Function.forward": function_forward,
    "a module's forward": forward,
    "a forward within containers": within_containers,
    "forward pre-hook": on_layer("register_forward_pre_hook", lambda args: args[1][0]),
    "forward hook": on_layer("register_forward_hook", lambda args: args[2]),
    "LBFGS's closure": lbfgs,
    "Adam's closure": adam,
    "functional_call": functional_call,
    "forward pre-hook within a network": within_network("register_forward_pre_hook", lambda args: args[1][0]),
    "forward hook within a network": within_network("register_forward_hook", lambda args: args[2]),
    "a module within a Transformer": within_a_transformer,
    "Function.backward": function_backward,
    "tensor hook": tensor_hook,
    "hook of an accumulated gradient": post_accumulate_hook,
    "full backward hook": on_layer("register_full_backward_hook", lambda args: args[2][0]),
    "full backward pre-hook": on_layer("register_full_backward_pre_hook", lambda args: args[1][0]),
    "full backward hook within a network": within_network("register_full_backward_hook", lambda args: args[2][0]),
    "full backward pre-hook within a network": within_network(
        "register_full_backward_pre_hook", lambda args: args[1][0]
    ),
}
# Those that the library calls: here they are told that they cannot wait. PyTorch's read, but for those below `vmap`.
ARE_TOLD = {
    "activation of a Transformer layer": activation,
    "func.grad": of_func(lambda f: torch.func.grad(f)(torch.ones(2))),
    "func.jacrev": of_func(lambda f: torch.func.jacrev(f)(torch.ones(2))),
    "func.vmap": of_func(lambda f: torch.func.vmap(f)(torch.ones(3, 2))),
    "func.jvp": of_func(lambda f: torch.func.jvp(f, (torch.ones(2),), (torch.ones(2),))),
    "autograd.functional.jacobian": of_func(lambda f: torch.autograd.functional.jacobian(f, torch.ones(2))),
}


class Odd(Exception):
    pass


class Callbacks(unittest.TestCase):
    def goes_on(self):
        self.assertEqual((1 + 1, (torch.ones(2) + 1).sum().item()), (2, 4))

    def test_a_value_is_read(self):
        for name, run in WAIT.items():
            with self.subTest(name):
                read = []
                run(lambda x: read.append(x.sum().item()))
                self.assertTrue(read)
                self.assertIsInstance(read[0], float)
                self.goes_on()

    def test_gradients_are_the_same_where_hooks_read_on_the_way(self):
        def gradients(reads):
            torch.manual_seed(3)
            w = [torch.rand(4, 4, requires_grad=True) for _ in range(3)]
            x = torch.rand(2, 4)
            a = torch.tanh(x @ w[0])
            b, c = a.split(2, dim=1)
            d = torch.sigmoid(a @ w[1]) + torch.cat([c, b], dim=1) * a
            e = (d @ w[2]).softmax(1) * d.std()
            seen = []
            for y in (e, d, c, b, a, *w):
                if reads:
                    y.register_hook(lambda g: seen.append(g.abs().sum().item()))
            (e.pow(2).sum() + a[0].prod()).backward()
            return [each.grad.tolist() for each in w], len(seen)

        plain, watched = gradients(False), gradients(True)
        self.assertEqual(watched[1], 8)
        for each, other in zip(plain[0], watched[0]):
            torch.testing.assert_close(torch.tensor(other), torch.tensor(each), rtol=1e-5, atol=1e-7)

    def test_hooks_have_the_modes_of_the_backward(self):
        x, modes = torch.ones(2, requires_grad=True), []
        y = x * x
        y.register_hook(lambda g: modes.append((torch.is_grad_enabled(), (g * 2).requires_grad)))
        torch.autograd.grad(y.sum(), x, retain_graph=True)
        torch.autograd.grad(y.sum(), x, create_graph=True)
        with torch.no_grad():
            y.sum().item()
        self.assertEqual([mode for mode, _ in modes], [False, True])
        self.assertTrue(torch.is_grad_enabled())

    def test_a_backward_that_fails_at_a_hook_adds_nothing(self):
        x = torch.ones(2, requires_grad=True)
        y = x * 2

        def fails(g):
            raise Odd(g.sum().item())

        handle = y.register_hook(fails)
        with self.assertRaises(Odd):
            y.sum().backward()
        self.assertIsNone(x.grad)
        handle.remove()
        y.sum().backward()
        self.assertEqual(x.grad.tolist(), [2.0, 2.0])

    def test_backwards_stand_within_hooks(self):
        x, z, inner = torch.ones(2, requires_grad=True), torch.ones(2, requires_grad=True), []

        def hook(g):
            with torch.enable_grad():
                loss = (z * g).sum()
            loss.backward()
            inner.append(loss.item())

        y = x * 3
        y.register_hook(hook)
        (y * 2).sum().backward()
        self.assertEqual((inner, z.grad.tolist(), x.grad.tolist()), ([4.0], [2.0, 2.0], [6.0, 6.0]))

    def test_a_value_is_read_or_the_error_says_so(self):
        for name, run in ARE_TOLD.items():
            with self.subTest(name):
                told = []

                def call(x):
                    try:
                        told.append(x.sum().item())
                    except RuntimeError as error:
                        told.append(error)

                run(call)
                self.assertTrue(told)
                if not isinstance(told[0], float):
                    self.assertRegex(str(told[0]), r"expected Python code that may wait|vmap over calling \.item")
                self.goes_on()

    def test_an_error_of_reading_ends_the_call(self):
        def call(x):
            x.sum().item()

        for name, run in ARE_TOLD.items():
            with self.subTest(name):
                try:
                    run(call)
                except RuntimeError as error:
                    self.assertRegex(str(error), r"expected Python code that may wait|vmap over calling \.item")
                self.goes_on()

    def test_an_exception_comes_with_its_traceback(self):
        def fails(x):
            raise Odd("no such thing")

        for name, run in (WAIT | ARE_TOLD).items():
            with self.subTest(name):
                # `assertRaises` would clear the traceback.
                try:
                    run(fails)
                    self.fail("no exception")
                except Odd as error:
                    frames = [frame.name for frame in traceback.extract_tb(error.__traceback__)]
                    self.assertEqual((str(error), frames[-1]), ("no such thing", "fails"))
                self.goes_on()


if __name__ == "__main__":
    unittest.main()
