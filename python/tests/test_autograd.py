"""Gradients: backward, grad, hooks, custom functions, functions of functions."""

import gc
import unittest
from unittest import mock

import torch
from torch.autograd import graph


class Backward(unittest.TestCase):
    def test_gradients_add_up(self):
        x = torch.tensor([1.0, 2.0], requires_grad=True)
        y = x * x
        y.backward(torch.tensor([1.0, 10.0]))
        self.assertEqual(x.grad.tolist(), [2, 40])
        (x * 3).sum().backward()
        self.assertEqual(x.grad.tolist(), [5, 43])
        x.grad.zero_()
        self.assertEqual(x.grad.tolist(), [0, 0])
        x.grad = None
        self.assertIsNone(x.grad)
        x.grad = torch.ones(2)
        self.assertEqual(x.grad.tolist(), [1, 1])

    def test_into_tensors_that_were_made(self):
        x = torch.tensor([3.0], requires_grad=True)
        y = x * 2
        (y * y).backward(inputs=[x, y])
        self.assertEqual((x.grad.item(), y.grad.item()), (24, 12))
        z = x * 2
        (z * 3).backward(inputs=z)
        self.assertEqual((x.grad.item(), z.grad.item()), (24, 3))
        with self.assertRaisesRegex(RuntimeError, "cannot be empty"):
            (x * 2).backward(inputs=[])

    def test_twice_needs_the_graph(self):
        x = torch.ones(1, requires_grad=True)
        y = x * x
        y.backward(retain_graph=True)
        y.backward()
        self.assertEqual(x.grad.item(), 4)
        with self.assertRaises(RuntimeError):
            y.backward()
        with self.assertRaises(RuntimeError):
            (torch.ones(2, requires_grad=True) * 2).backward()
        with self.assertRaises(RuntimeError):
            torch.ones(1).backward()

    def test_facts(self):
        x = torch.ones(1, requires_grad=True)
        y = x * 2
        self.assertTrue(x.is_leaf)
        self.assertFalse(y.is_leaf)
        self.assertIsNone(x.grad_fn)
        self.assertIsNotNone(y.grad_fn)
        self.assertFalse(y.detach().requires_grad)
        y.retain_grad()
        y.sum().backward()
        self.assertEqual(y.grad.item(), 1)
        z = torch.zeros(2)
        z.requires_grad = True
        self.assertTrue(z.requires_grad)
        self.assertIs(z.requires_grad_(False), z)

    def test_grad_and_higher_derivatives(self):
        x = torch.tensor(3.0, requires_grad=True)
        (dx,) = torch.autograd.grad(x**3, x, create_graph=True)
        self.assertEqual(dx.item(), 27)
        self.assertEqual(torch.autograd.grad(dx, x)[0].item(), 18)
        self.assertIsNone(x.grad)
        a, b = torch.ones(1, requires_grad=True), torch.ones(1, requires_grad=True)
        first, second = torch.autograd.grad([a * 2], [a, b], allow_unused=True)
        self.assertEqual((first.item(), second), (2, None))
        with self.assertRaises(RuntimeError):
            torch.autograd.grad(a * 2, b)
        (g,) = torch.autograd.grad(a * 2, a, grad_outputs=torch.tensor([5.0]))
        self.assertEqual(g.item(), 10)
        torch.autograd.backward([a * 2, b * 3])
        self.assertEqual((a.grad.item(), b.grad.item()), (2, 3))


class Switches(unittest.TestCase):
    def test_contexts_and_decorators(self):
        x = torch.ones(1, requires_grad=True)
        with torch.no_grad():
            self.assertFalse(torch.is_grad_enabled())
            with torch.enable_grad():
                self.assertTrue((x * 2).requires_grad)
            self.assertFalse((x * 2).requires_grad)
            # Reading waits, and the switch stays.
            self.assertEqual((x * 2).item(), 2)
            self.assertFalse((x * 2).requires_grad)
        self.assertTrue(torch.is_grad_enabled())
        with torch.set_grad_enabled(False):
            self.assertFalse((x * 2).requires_grad)
        with torch.inference_mode():
            self.assertFalse((x * 2).requires_grad)
        torch.set_grad_enabled(False)
        self.assertFalse((x * 2).requires_grad)
        torch.set_grad_enabled(True)

        @torch.no_grad()
        def generated():
            yield (x * 2).requires_grad
            yield (x * 2).requires_grad

        self.assertEqual(list(generated()), [False, False])

        @torch.no_grad
        def bare():
            return (x * 2).requires_grad

        @torch.inference_mode()
        def inferred():
            return (x * 2).requires_grad

        self.assertFalse(bare() or inferred())
        with self.assertRaises(ZeroDivisionError):
            with torch.no_grad():
                1 / 0
        self.assertTrue((x * 2).requires_grad)


class Modes(unittest.TestCase):
    def test_tensors_of_inference(self):
        x = torch.ones(2)
        with torch.inference_mode():
            made, seen, inner = torch.ones(2), x.view(2, 1), torch.ones(2)[0]
            self.assertTrue(torch.is_inference_mode_enabled())
            with torch.inference_mode(False):
                self.assertFalse(torch.ones(1).is_inference())
        self.assertEqual([each.is_inference() for each in (x, made, seen, inner, made + 1, made.view(2, 1))], [False, True, False, True, False, True])
        self.assertFalse(torch.is_inference_mode_enabled())
        with torch.no_grad():
            self.assertFalse(torch.is_inference_mode_enabled())

    def test_generators_that_meet_exceptions(self):
        @torch.no_grad()
        def steps():
            while True:
                try:
                    yield torch.is_grad_enabled()
                except KeyError:
                    yield "again" if not torch.is_grad_enabled() else None

        made = steps()
        self.assertEqual((next(made), torch.is_grad_enabled()), (False, True))
        self.assertEqual((made.throw(KeyError()), torch.is_grad_enabled()), ("again", True))
        made.close()
        with self.assertWarnsRegex(FutureWarning, "Decorating classes is deprecated"):
            torch.no_grad()(dict)


class Hooks(unittest.TestCase):
    def test_hooks_see_and_change_gradients(self):
        x = torch.ones(2, requires_grad=True)
        seen = []
        handle = x.register_hook(lambda g: seen.append(g.shape) or g * 10)
        (x * 2).sum().backward()
        self.assertEqual(x.grad.tolist(), [20, 20])
        self.assertEqual(seen, [(2,)])
        handle.remove()
        x.grad = None
        (x * 2).sum().backward()
        self.assertEqual(x.grad.tolist(), [2, 2])
        y = x * 3
        y.register_hook(lambda g: g * 2)
        x.grad = None
        y.sum().backward()
        self.assertEqual(x.grad.tolist(), [6, 6])
        x.register_post_accumulate_grad_hook(lambda p: seen.append("added"))
        (x * 2).sum().backward()
        self.assertEqual(seen[-1], "added")

    def test_an_exception_in_a_hook_comes_out(self):
        x = torch.ones(2, requires_grad=True)

        def fails(_):
            raise KeyError("mine")

        x.register_hook(fails)
        with self.assertRaises(KeyError):
            (x * 2).sum().backward()
        self.assertEqual(torch.ones(1).item(), 1)


class Cube(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x, scale):
        ctx.save_for_backward(x)
        ctx.scale = scale
        assert x.sum().item() is not None
        return x**3 * scale

    @staticmethod
    def backward(ctx, dy):
        (x,) = ctx.saved_tensors
        return dy * 3 * x * x * ctx.scale, None


class NotANumber(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        return x * 2

    @staticmethod
    def backward(ctx, dy):
        return dy * float("nan")


class Pair(torch.autograd.Function):
    @staticmethod
    def forward(ctx, a, b):
        index = (a > b).long()
        ctx.mark_non_differentiable(index)
        return a * 2, b * 3, index

    @staticmethod
    def backward(ctx, da, db, _):
        return da * 2 if ctx.needs_input_grad[0] else None, db * 3


class Split(torch.autograd.Function):
    @staticmethod
    def forward(x):
        return x * 2

    @staticmethod
    def setup_context(ctx, inputs, output):
        ctx.shape = inputs[0].shape

    @staticmethod
    def backward(ctx, dy):
        return dy * 2 + len(ctx.shape)


class Scratch(torch.autograd.Function):
    """Writes past the count of changes, as torchdiffeq does."""

    @staticmethod
    def forward(ctx, scratch, value, index):
        ctx.index = index
        scratch.data[index] = value
        return scratch

    @staticmethod
    def backward(ctx, dy):
        return dy, dy[ctx.index], None


class Functions(unittest.TestCase):
    def test_changes_through_data_are_not_counted(self):
        x, w = torch.tensor([1.0, 2.0], requires_grad=True), torch.tensor([3.0, 4.0], requires_grad=True)
        y = (x * w).sum()
        count = w._version
        w.data.mul_(2)
        self.assertEqual(w._version, count)
        w.data = w.data + 1
        self.assertEqual(w._version, count)
        y.backward()
        self.assertEqual((x.grad.tolist(), w.grad.tolist()), ([7, 9], [1, 2]))
        a, scratch = torch.tensor([2.0, 3.0], requires_grad=True), torch.zeros(3, 2)
        scratch = Scratch.apply(scratch, a * a, 0)
        inner = (scratch[:1] * a).sum(0)
        scratch = Scratch.apply(scratch, inner * a, 1)
        (scratch[:2] * a).sum().backward()
        self.assertEqual(a.grad.tolist(), [92, 432])

    def test_a_gradient_of_ones_own(self):
        x = torch.tensor([1.0, 2.0], requires_grad=True)
        y = Cube.apply(x, 2)
        self.assertEqual(y.tolist(), [2, 16])
        self.assertEqual(y.grad_fn.name(), "CubeBackward")
        y.sum().backward()
        self.assertEqual(x.grad.tolist(), [6, 24])
        with torch.no_grad():
            self.assertFalse(Cube.apply(x, 2).requires_grad)
        (g,) = torch.autograd.grad(Cube.apply(x, 1).sum(), x, create_graph=True)
        self.assertEqual(torch.autograd.grad(g.sum(), x)[0].tolist(), [6, 12])

    def test_several_results(self):
        a, b = torch.ones(1, requires_grad=True), torch.zeros(1, requires_grad=True)
        ya, yb, index = Pair.apply(a, b)
        self.assertEqual(index.item(), 1)
        self.assertFalse(index.requires_grad)
        (ya + yb).sum().backward()
        self.assertEqual((a.grad.item(), b.grad.item()), (2, 3))
        a.grad = None
        Pair.apply(a, b.detach())[0].sum().backward()
        self.assertEqual(a.grad.item(), 2)

    def test_wrong_ones(self):
        class Nothing(torch.autograd.Function):
            @staticmethod
            def forward(ctx, x):
                return x * 2

        x = torch.ones(1, requires_grad=True)
        with self.assertRaisesRegex(NotImplementedError, "must implement either the backward or vjp method"):
            Nothing.apply(x).backward()
        with self.assertRaisesRegex(RuntimeError, "Legacy autograd function"), self.assertWarns(DeprecationWarning):
            Nothing()(x)
        with self.assertRaisesRegex(RuntimeError, "cannot be empty"):
            torch.autograd.grad(x * 2, [])

    def test_contexts_set_up_apart(self):
        x = torch.ones(2, requires_grad=True)
        Split.apply(x).sum().backward()
        self.assertEqual(x.grad.tolist(), [3, 3])


class Anomalies(unittest.TestCase):
    def test_the_function_whose_gradient_is_nan_is_named(self):
        x = torch.tensor([0.0], requires_grad=True)
        with torch.autograd.detect_anomaly():
            (x * 2).sum().backward()
            with self.assertRaisesRegex(RuntimeError, "^Function 'SqrtBackward0' returned nan values in its 0th output"):
                (torch.sqrt(x) * 0).sum().backward()
            with self.assertRaisesRegex(RuntimeError, "Function 'NotANumberBackward' returned nan values in its 0th output"):
                NotANumber.apply(x).sum().backward()
        (torch.sqrt(x) * 0).sum().backward()


class OfFunctions(unittest.TestCase):
    def test_grad_and_vmap(self):
        self.assertEqual(torch.func.grad(lambda x: x**2)(torch.tensor(3.0)).item(), 6)
        g, v = torch.func.grad_and_value(lambda x: x**2)(torch.tensor(3.0))
        self.assertEqual((g.item(), v.item()), (6, 9))
        self.assertEqual(torch.func.grad(torch.func.grad(lambda x: x**3))(torch.tensor(2.0)).item(), 12)
        x = torch.arange(6.0).reshape(2, 3)
        self.assertEqual(torch.vmap(lambda row: row.sum())(x).tolist(), [3, 12])
        self.assertEqual(torch.func.vmap(lambda a, b: a * b, in_dims=(0, None))(x, torch.tensor(2.0))[1].tolist(), [6, 8, 10])
        self.assertEqual(torch.func.jacrev(lambda x: x * x)(torch.tensor([1.0, 2.0])).tolist(), [[2, 0], [0, 4]])
        self.assertEqual(torch.func.hessian(lambda x: (x**2).sum())(torch.ones(2)).tolist(), [[2, 0], [0, 2]])
        y, back = torch.func.vjp(lambda x: x * 2, torch.ones(2))
        self.assertEqual(back(torch.ones(2))[0].tolist(), [2, 2])
        y, dy = torch.func.jvp(lambda x: x**2, (torch.tensor(3.0),), (torch.tensor(1.0),))
        self.assertEqual((y.item(), dy.item()), (9, 6))


class Whole(unittest.TestCase):
    def test_jacobians_and_hessians(self):
        from torch.autograd import functional

        x = torch.tensor([1.0, 2.0])
        self.assertEqual(functional.jacobian(lambda a: a * a, x).tolist(), [[2, 0], [0, 4]])
        by_a, by_b = functional.jacobian(lambda a, b: a * b, (x, x * 2))
        self.assertEqual((by_a.tolist(), by_b.tolist()), ([[2, 0], [0, 4]], [[1, 0], [0, 2]]))
        self.assertEqual(functional.hessian(lambda a: (a**3).sum(), x).tolist(), [[6, 0], [0, 12]])
        self.assertEqual(functional.vjp(lambda a: a * a, x, torch.ones(2))[1].tolist(), [2, 4])
        self.assertEqual(functional.jvp(lambda a: a * a, x, torch.ones(2))[1].tolist(), [2, 4])

    def test_of_several_tensors(self):
        from torch.autograd import functional

        x, y = torch.tensor([1.0, 2.0]), torch.tensor([3.0, 5.0])

        def both(a, b):
            return a * b, (a * a).sum()

        one, two = functional.jacobian(both, (x, y))
        self.assertEqual([part.tolist() for part in (*one, *two)], [[[3, 0], [0, 5]], [[1, 0], [0, 2]], [2, 4], [0, 0]])
        found = functional.vjp(both, (x, y), (torch.ones(2), torch.tensor(1.0)))
        self.assertEqual([part.tolist() for part in (*found[0], *found[1])], [[3, 10], 5, [5, 9], [1, 2]])
        found = functional.jvp(both, (x, y), (torch.ones(2), torch.zeros(2)))
        self.assertEqual([part.tolist() for part in found[1]], [[3, 5], 6])

        def cubed(a, b):
            return (a**3 * b).sum()

        for product in (functional.hvp, functional.vhp):
            result, (by_x, by_y) = product(cubed, (x, y), (torch.ones(2), torch.zeros(2)))
            self.assertEqual((result.item(), by_x.tolist(), by_y.tolist()), (43, [18, 60], [3, 12]))
            self.assertFalse(by_x.requires_grad)
            self.assertTrue(product(cubed, (x, y), (x, y), create_graph=True)[1][0].requires_grad)

    def test_what_cannot_be_derived_says_so(self):
        from torch.autograd import functional

        x = torch.ones(2)
        for call, message in (
            (lambda: functional.jacobian(lambda a: a * 2, [x]), "must be either a Tensor or a tuple of Tensors but the given inputs has type"),
            (lambda: functional.hessian(lambda a: a * 2, x), "should contain a single element"),
            (lambda: functional.vjp(lambda a: a * 2, x), "The vector v can only be None if the user-provided function returns"),
            (lambda: functional.hvp(lambda a: a.sum(), x), "The vector v can only be None if the input to the user-provided function"),
            (lambda: functional.vjp(lambda a: a * 2, x, torch.ones(3)), "v has invalid size: should be torch.Size"),
            (lambda: functional.jacobian(lambda a: a.detach(), x, strict=True), "Output 0 of the user-provided function does not require gradient"),
            (lambda: functional.vjp(lambda a, b: a.sum(), (x, x), strict=True), "independent of input 1. This is not allowed in strict mode"),
        ):
            with self.assertRaisesRegex((RuntimeError, TypeError), message):
                call()


class Views(unittest.TestCase):
    def test_they_know_what_they_are_views_of(self):
        x = torch.arange(6.0)
        for y in (x.view(2, 3), x[1:], x[1:].view(5), x.expand(2, 6), x.reshape(3, 2)):
            self.assertTrue(y._is_view())
            self.assertIs(y._base, x)
        for y in (x, x.clone(), x[[0, 1]], x + 1, x.detach()):
            self.assertFalse(y._is_view())
            self.assertIsNone(y._base)


class Graph(unittest.TestCase):
    def test_functions_know_where_gradients_go_on(self):
        x, y = torch.ones(2, requires_grad=True), torch.ones(2, requires_grad=True)
        product = (x * 2).exp() * y
        node = (product + 1).grad_fn
        self.assertIsInstance(node, torch.autograd.graph.Node)
        self.assertEqual(node.name(), "AddBackward0")
        self.assertEqual(node.next_functions[0], (product.grad_fn, 0))
        (exp, number), (leaf, _) = product.grad_fn.next_functions
        self.assertEqual((exp.name(), number), ("ExpBackward0", 0))
        self.assertIs(leaf.variable, y)
        self.assertEqual(leaf.name(), "torch::autograd::AccumulateGrad")
        self.assertIs(exp.next_functions[0][0].next_functions[0][0].variable, x)
        self.assertEqual(Cube.apply(x, 1.0).grad_fn.next_functions[0][0].variable.tolist(), [1, 1])

    def test_a_walk_looks_for_its_leaves_once(self):
        leaves = [torch.ones(1, requires_grad=True) for _ in range(20)]
        total = leaves[0] * leaves[0]
        for leaf in leaves[1:]:
            total = total + leaf
        node, found = total.grad_fn, []
        with mock.patch("gc.get_objects", wraps=gc.get_objects) as looks:
            for _ in leaves[1:]:
                (node, _), (end, _) = node.next_functions
                found.append(end.variable)
        for leaf, own in zip(reversed(leaves), found):
            self.assertIs(own, leaf)
        self.assertEqual(looks.call_count, 1)

    def test_callbacks_at_the_end(self):
        told = []
        x, y, z = (torch.ones(1, requires_grad=True) for _ in range(3))
        engine = torch.autograd.Variable._execution_engine
        x.register_hook(lambda gradient: engine.queue_callback(lambda: told.append("end")))
        every = torch.autograd.graph.register_multi_grad_hook((x, y), lambda grads: told.append([g is not None for g in grads]))
        once = torch.autograd.graph.register_multi_grad_hook((x, y), lambda g: told.append(g.item()), mode="any")
        (x * y * 2).sum().backward()
        self.assertEqual(sorted(map(str, told)), ["2.0", "[True, True]", "end"])
        told.clear()
        (x * 3 + z).sum().backward()
        self.assertEqual(sorted(map(str, told)), ["3.0", "[True, False]", "end"])
        every.remove()
        once.remove()
        told.clear()
        (x * y).sum().backward()
        self.assertEqual(told, ["end"])
        with self.assertRaisesRegex(RuntimeError, "during backward pass"):
            engine.queue_callback(told.clear)


class HooksOfFunctions(unittest.TestCase):
    def test_they_see_and_change_gradients(self):
        x, w = torch.tensor([1.0, 2.0], requires_grad=True), torch.tensor([3.0, 4.0], requires_grad=True)
        y, seen = x * w, []
        y.grad_fn.register_hook(lambda *grads: seen.append([[g.tolist() for g in part] for part in grads]))
        before = y.grad_fn.register_prehook(lambda outputs: (outputs[0] * 10,))
        y.sum().backward(retain_graph=True)
        self.assertEqual(seen, [[[[30, 40], [10, 20]], [[10, 10]]]])
        self.assertEqual(x.grad.tolist(), [30, 40])
        before.remove()
        behind = y.grad_fn.register_hook(lambda inputs, outputs: (inputs[0] * 2, None))
        x.grad = w.grad = None
        y.sum().backward(retain_graph=True)
        self.assertEqual((x.grad.tolist(), w.grad), ([6, 8], None))
        behind.remove()
        y.sum().backward()
        self.assertEqual((x.grad.tolist(), w.grad.tolist()), ([9, 12], [1, 2]))

    def test_of_views_and_functions_of_ones_own(self):
        x = torch.arange(6.0, requires_grad=True)
        row = x.view(2, 3)[0]
        row.grad_fn.register_hook(lambda inputs, outputs: (inputs[0] * 2,))
        part = x[4:]
        part.grad_fn.register_prehook(lambda outputs: (outputs[0] * 3,))
        (row.sum() + part.sum()).backward()
        self.assertEqual(x.grad.tolist(), [2, 2, 2, 0, 3, 3])
        a, b, sizes = torch.ones(1, requires_grad=True), torch.zeros(1, requires_grad=True), []
        ya, yb, _ = Pair.apply(a, b)
        yb.grad_fn.register_prehook(lambda outputs: tuple(g if g is None else g * 5 for g in outputs))
        yb.grad_fn.register_hook(lambda inputs, outputs: sizes.append(len(inputs)))
        yb.grad_fn.register_prehook(lambda outputs: sizes.append(len(outputs)))
        (ya + yb).sum().backward()
        self.assertEqual((a.grad.item(), b.grad.item(), sizes), (10, 15, [3, 2]))
        self.assertEqual(Cube.apply(a, 7).grad_fn.scale, 7)

    def test_of_leaves(self):
        x, seen = torch.ones(2, requires_grad=True), []
        end = x.expand_as(x).grad_fn.next_functions[0][0]
        self.assertIs(end.variable, x)
        end.register_prehook(lambda outputs: (outputs[0] * 3,))
        end.register_hook(lambda inputs, outputs: seen.append((inputs, outputs[0].tolist(), x.grad.tolist())))
        (x * 2).sum().backward()
        self.assertEqual(seen, [((), [6, 6], [6, 6])])
        self.assertEqual(torch.autograd.grad((x * 2).sum(), x)[0].tolist(), [2, 2])

    def test_second_derivatives(self):
        x = torch.tensor(2.0, requires_grad=True)
        y = x**3
        y.grad_fn.register_hook(lambda inputs, outputs: (inputs[0] * x,))
        (g,) = torch.autograd.grad(y, x, create_graph=True)
        self.assertEqual(g.item(), 24)
        self.assertEqual(torch.autograd.grad(g, x)[0].item(), 36)

    def test_wrong_answers(self):
        x = torch.ones(2, requires_grad=True)

        def hook(inputs, outputs):
            return answer

        for answer, kind, message in (
            (1, TypeError, "expected tuple, but hook returned 'int'"),
            ((None, None), RuntimeError, "hook 'hook' has returned an incorrect number of values .got 2, but expected 1."),
            ((1,), TypeError, "expected Variable, but hook returned 'int'"),
            ((torch.ones(3),), RuntimeError, "hook 'hook' has changed the size of value"),
        ):
            y = x.exp()
            y.grad_fn.register_hook(hook)
            with self.assertRaisesRegex(kind, message):
                y.sum().backward()


class SavedValues(unittest.TestCase):
    def test_hooks_take_them(self):
        packed, unpacked = [], []

        def pack(x):
            packed.append([round(value, 2) for value in x.tolist()])
            return x.tolist()

        def unpack(values):
            unpacked.append(values)
            return torch.tensor(values)

        x = torch.tensor([1.0, 2.0], requires_grad=True)
        with graph.saved_tensors_hooks(pack, unpack):
            y = x.exp() * x
        self.assertEqual(sorted(packed), [[1, 2], [2.72, 7.39], [2.72, 7.39]])
        self.assertEqual(unpacked, [])
        (x * x + y).sum().backward()
        self.assertEqual((len(packed), len(unpacked)), (3, 3))
        torch.testing.assert_close(x.grad, (x.exp() * (1 + x) + 2 * x).detach())

    def test_gradients_read_what_comes_back(self):
        x = torch.tensor([1.0, 2.0], requires_grad=True)
        with graph.saved_tensors_hooks(lambda x: 2 * x, lambda x: x):
            cubes, third = (x**3).sum(), Cube.apply(x, 1)
        (g,) = torch.autograd.grad(cubes, x, create_graph=True)
        self.assertEqual(g.tolist(), [12, 48])
        g.sum().backward()
        self.assertEqual(x.grad.tolist(), [12, 24])
        self.assertEqual(torch.autograd.grad(third.sum(), x)[0].tolist(), [12, 48])
        layer = torch.nn.Linear(2, 2)
        with graph.saved_tensors_hooks(lambda x: x * 0, lambda x: x):
            layer(x).sum().backward()
        self.assertEqual(layer.weight.grad.tolist(), [[0, 0], [0, 0]])

    def test_blocks_that_save(self):
        x = torch.tensor([1.0, 2.0], requires_grad=True)
        with graph.save_on_cpu():
            y = (x * x).exp()
        y.sum().backward()
        torch.testing.assert_close(x.grad, (2 * x * (x * x).exp()).detach())
        x.grad = None
        with graph.allow_mutation_on_saved_tensors():
            a = x * 1
            y = a * a
            a.zero_()
            y.sum().backward()
        self.assertEqual(x.grad.tolist(), [2, 4])

    def test_what_is_wrong_is_said(self):
        x = torch.ones(2, requires_grad=True)
        with graph.disable_saved_tensors_hooks("not here"), self.assertRaisesRegex(RuntimeError, "not here"):
            with graph.saved_tensors_hooks(lambda x: x, lambda x: x):
                self.fail("entered")
        with graph.saved_tensors_hooks(lambda x: x.mul_(2), lambda x: x), self.assertRaisesRegex(RuntimeError, "pack hook is modifying its input in place"):
            x * x
        with graph.saved_tensors_hooks(lambda x: x, lambda x: 3):
            y = x * x
        count = x._version
        graph.increment_version(x)
        self.assertEqual(x._version, count + 1)
        with self.assertRaisesRegex(TypeError, "unpack_hook expected to be a Tensor but got result of type .?int"):
            y.sum().backward()


class OfConvolutions(unittest.TestCase):
    def test_gradients_by_input_and_weight(self):
        from torch.nn import grad

        self.assertIs(torch.nn.functional.grad, grad)
        torch.manual_seed(0)
        for name, size in (("conv1d", (9,)), ("conv2d", (7, 6)), ("conv3d", (5, 6, 4))):
            x = torch.randn(2, 4, *size, requires_grad=True)
            w = torch.randn(6, 2, *(3 for _ in size), requires_grad=True)
            y = getattr(torch.nn.functional, name)(x, w, None, 2, 1, 1, 2)
            dy = torch.randn(y.shape)
            y.backward(dy)
            by_x = getattr(grad, f"{name}_input")(x.shape, w.detach(), dy, 2, 1, 1, 2)
            by_w = getattr(grad, f"{name}_weight")(x.detach(), w.shape, dy, stride=2, padding=1, groups=2)
            torch.testing.assert_close(by_x, x.grad)
            torch.testing.assert_close(by_w, w.grad)


class Checkpoints(unittest.TestCase):
    def test_what_lies_between_is_computed_again(self):
        from torch.utils.checkpoint import checkpoint

        w = torch.tensor([3.0], requires_grad=True)
        calls = []

        def run(x, factor=1):
            calls.append(1)
            return torch.nn.functional.dropout(x * w * factor, 0.5)

        torch.manual_seed(0)
        x = torch.ones(8, requires_grad=True)
        y = checkpoint(run, x, factor=2, use_reentrant=False)
        kept = [value != 0 for value in y.tolist()]
        y.sum().backward()
        self.assertEqual(len(calls), 2)
        self.assertEqual([value != 0 for value in x.grad.tolist()], kept)
        self.assertEqual(w.grad.item(), 4.0 * sum(kept))


if __name__ == "__main__":
    unittest.main()
