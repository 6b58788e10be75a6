"""Operators of tensors with tensors and with numbers of Python."""

import math
import operator
import unittest

import torch


class Arithmetic(unittest.TestCase):
    def test_every_operator_with_a_tensor(self):
        a, b = torch.tensor([7.0, -8.0, 9.0]), torch.tensor([2.0, 3.0, -4.0])
        expected = {
            operator.add: [9.0, -5.0, 5.0],
            operator.sub: [5.0, -11.0, 13.0],
            operator.mul: [14.0, -24.0, -36.0],
            operator.truediv: [3.5, -2.6666667461395264, -2.25],
            operator.floordiv: [3.0, -3.0, -3.0],
            operator.mod: [1.0, 1.0, -3.0],
        }
        for operation, values in expected.items():
            self.assertEqual(operation(a, b).tolist(), values, operation)

    def test_every_operator_with_a_number_on_either_side(self):
        x = torch.tensor([1.0, 2.0, 4.0])
        self.assertEqual((x + 1).tolist(), [2, 3, 5])
        self.assertEqual((1 + x).tolist(), [2, 3, 5])
        self.assertEqual((x - 1).tolist(), [0, 1, 3])
        self.assertEqual((1 - x).tolist(), [0, -1, -3])
        self.assertEqual((x * 3).tolist(), [3, 6, 12])
        self.assertEqual((3 * x).tolist(), [3, 6, 12])
        self.assertEqual((x / 2).tolist(), [0.5, 1, 2])
        self.assertEqual((2 / x).tolist(), [2, 1, 0.5])
        self.assertEqual((x // 2).tolist(), [0, 1, 2])
        self.assertEqual((5 // x).tolist(), [5, 2, 1])
        self.assertEqual((x % 3).tolist(), [1, 2, 1])
        self.assertEqual((5 % x).tolist(), [0, 1, 1])
        self.assertEqual((x**2).tolist(), [1, 4, 16])
        self.assertEqual((2**x).tolist(), [2, 4, 16])
        self.assertEqual((-x).tolist(), [-1, -2, -4])
        self.assertEqual((+x).tolist(), [1, 2, 4])
        self.assertEqual(abs(-x).tolist(), [1, 2, 4])

    def test_whole_numbers_stay_whole(self):
        x = torch.tensor([5, -7])
        self.assertEqual((x // 2).tolist(), [2, -4])
        self.assertEqual((x % 3).tolist(), [2, 2])
        self.assertEqual((x**2).dtype, torch.int64)
        self.assertEqual((x + True).tolist(), [6, -6])
        self.assertEqual((x + 1.0).dtype, torch.float32)
        self.assertEqual((x - 0.0).dtype, torch.float32)
        self.assertEqual((2.0 - x).dtype, torch.float32)
        self.assertEqual((2.0 * x).tolist(), [10.0, -14.0])
        self.assertEqual((x**2.0).dtype, torch.float32)
        self.assertEqual((x // 2.0).dtype, torch.float32)
        self.assertEqual((x % 2.0).dtype, torch.float32)

    def test_bits_and_logic(self):
        a, b = torch.tensor([True, True, False]), torch.tensor([True, False, False])
        self.assertEqual((a & b).tolist(), [True, False, False])
        self.assertEqual((a | b).tolist(), [True, True, False])
        self.assertEqual((a ^ b).tolist(), [False, True, False])
        self.assertEqual((~a).tolist(), [False, False, True])
        x = torch.tensor([6, 5])
        self.assertEqual((x & 3).tolist(), [2, 1])
        self.assertEqual((x | 8).tolist(), [14, 13])
        self.assertEqual((x ^ 1).tolist(), [7, 4])
        self.assertEqual((~x).tolist(), [-7, -6])
        self.assertEqual((x << 1).tolist(), [12, 10])
        self.assertEqual((1 << x).tolist(), [64, 32])
        self.assertEqual((x >> 1).tolist(), [3, 2])

    def test_operators_that_numbers_do_not_have(self):
        with self.assertRaises(RuntimeError):
            torch.tensor([1]) & 2.0
        with self.assertRaises(RuntimeError):
            torch.tensor([2]) ** -3
        with self.assertRaises(TypeError):
            torch.tensor([2]) + "a"

    def test_comparisons(self):
        x = torch.tensor([1, 2, 3])
        self.assertEqual((x == 2).tolist(), [False, True, False])
        self.assertEqual((x != 2).tolist(), [True, False, True])
        self.assertEqual((x < 2).tolist(), [True, False, False])
        self.assertEqual((2 <= x).tolist(), [False, True, True])
        self.assertEqual((x > torch.tensor(2)).tolist(), [False, False, True])
        self.assertEqual((x >= 1.5).tolist(), [False, True, True])
        self.assertIs(x == None, False)  # noqa: E711
        self.assertIs(x != "x", True)

    def test_in_place(self):
        x = torch.tensor([1.0, 2.0])
        same = x
        x += 1
        x *= 2
        x -= torch.tensor([1.0, 0.0])
        x /= 3
        x **= 2
        self.assertIs(same, x)
        self.assertEqual(x.tolist(), [1.0, 4.0])
        self.assertIs(x.add_(1).mul_(2), x)
        self.assertEqual(x.tolist(), [4.0, 10.0])
        n = torch.tensor([5])
        n //= 2
        n <<= 2
        n |= 1
        self.assertEqual(n.tolist(), [9])
        with self.assertRaisesRegex(RuntimeError, "can't be cast"):
            n += 0.5

    def test_products_of_matrices(self):
        a, b = torch.arange(6.0).reshape(2, 3), torch.arange(6.0).reshape(3, 2)
        self.assertEqual((a @ b).tolist(), [[10, 13], [28, 40]])
        self.assertEqual(torch.einsum("ij,jk->ik", a, b).tolist(), [[10, 13], [28, 40]])
        self.assertEqual(torch.bmm(a[None], b[None]).shape, torch.Size([1, 2, 2]))


class Numbers(unittest.TestCase):
    def test_numbers_of_ones_own(self):
        from enum import IntEnum

        class Share(float):
            pass

        class Kind(IntEnum):
            TWO = 2

        x = torch.tensor([1.0, 2.0])
        self.assertEqual((x + Share(0.5)).tolist(), [1.5, 2.5])
        self.assertEqual((Share(2) - x).tolist(), [1, 0])
        self.assertEqual((x * Kind.TWO).tolist(), [2, 4])
        self.assertEqual((torch.arange(3) == Kind.TWO).tolist(), [False, False, True])
        x += Share(1)
        self.assertEqual(x.tolist(), [2, 3])

    def test_tensors_as_numbers(self):
        x = torch.tensor([2.5])
        self.assertEqual(float(x), 2.5)
        self.assertEqual(int(x), 2)
        self.assertEqual(round(x.item()), 2)
        self.assertTrue(torch.tensor(1))
        self.assertFalse(torch.tensor([0.0]))
        self.assertEqual([10, 20, 30][torch.tensor(1)], 20)
        self.assertEqual(math.sqrt(torch.tensor(4.0)), 2.0)
        self.assertEqual(list(range(torch.tensor(3))), [0, 1, 2])
        with self.assertRaisesRegex(RuntimeError, "ambiguous"):
            bool(torch.tensor([1, 2]))
        with self.assertRaises(TypeError):
            [1, 2][torch.tensor(1.0)]

    def test_sequences(self):
        x = torch.tensor([[1, 2], [3, 4]])
        self.assertEqual(len(x), 2)
        self.assertEqual([row.tolist() for row in x], [[1, 2], [3, 4]])
        a, b = x
        self.assertEqual(b.tolist(), [3, 4])
        self.assertIn(3, x)
        self.assertNotIn(9, x)
        self.assertEqual(sum(torch.tensor([1, 2, 3])).item(), 6)
        self.assertEqual(max(torch.tensor([1, 5, 3])).item(), 5)
        self.assertEqual(list(reversed(torch.tensor([1, 2]))), [2, 1])
        with self.assertRaisesRegex(TypeError, "0-d"):
            len(torch.tensor(1))
        with self.assertRaisesRegex(TypeError, "0-d"):
            iter(torch.tensor(1))
        self.assertEqual(list(zip(torch.tensor([1, 2]), "ab"))[1][1], "b")

    def test_formats(self):
        loss = torch.tensor(0.123456)
        self.assertEqual(f"{loss:.3f}", "0.123")
        self.assertEqual(f"{loss}", "0.12345600128173828")
        self.assertEqual("{:5d}|".format(torch.tensor(7)), "    7|")
        self.assertEqual("%.2f" % loss, "0.12")
        self.assertEqual(str(loss), "tensor(0.1235)")
        self.assertEqual(f"{torch.tensor([1, 2])}", "tensor([1, 2])")


if __name__ == "__main__":
    unittest.main()
