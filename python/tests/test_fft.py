"""Fourier transforms: against their sums, as others' programs call them, and trained through."""

import math
import unittest

import torch
from test_complex import close
from torch import nn


def summed(x, n=None, sign=-1):
    """The transform of the last dimension by its definition."""
    n = n or x.shape[-1]
    k = torch.arange(float(n))
    angles = sign * 2 * math.pi * (torch.outer(k, k) % n) / n
    return x.to(torch.cfloat) @ torch.polar(torch.ones(n, n), angles)


class Transforms(unittest.TestCase):
    def test_along_a_dimension(self):
        torch.manual_seed(0)
        x = torch.randn(3, 12)
        z = torch.randn(3, 12, dtype=torch.cfloat)
        close(self, torch.fft.fft(x), summed(x), 1e-4)
        close(self, torch.fft.fft(z), summed(z), 1e-4)
        close(self, torch.fft.ifft(z), summed(z, sign=1) / 12)
        close(self, torch.fft.fft(z, dim=0, norm="ortho"), summed(z.T).T / math.sqrt(3))
        close(self, torch.fft.rfft(x), summed(x)[:, :7], 1e-4)
        close(self, torch.fft.irfft(torch.fft.rfft(x), n=12), x)
        close(self, torch.fft.irfft(torch.fft.rfft(x[:, :11]), 11), x[:, :11])
        close(self, torch.fft.fft(x, 5), torch.fft.fft(x[:, :5]))
        close(self, torch.fft.hfft(torch.fft.ihfft(x)), x, 1e-4)
        self.assertEqual(torch.fft.rfft(x).dtype, torch.complex64)
        self.assertEqual(torch.fft.irfft(torch.fft.rfft(x)).dtype, torch.float32)

    def test_along_several(self):
        torch.manual_seed(0)
        x = torch.randn(2, 4, 6)
        both = torch.fft.fft(torch.fft.fft(x, dim=-1), dim=-2)
        close(self, torch.fft.fft2(x), both, 1e-4)
        close(self, torch.fft.fftn(x, dim=(1, 2)), both, 1e-4)
        close(self, torch.fft.rfft2(x), both[..., :4], 1e-4)
        close(self, torch.fft.irfft2(torch.fft.rfft2(x), s=(4, 6)), x)
        close(self, torch.fft.irfftn(torch.fft.rfftn(x), s=x.shape), x)
        close(self, torch.fft.ifftn(torch.fft.fftn(x)).real, x)
        close(self, torch.fft.ifft2(torch.fft.fft2(x, norm="forward"), norm="forward").real, x)

    def test_frequencies(self):
        self.assertEqual(torch.fft.fftfreq(4).tolist(), [0.0, 0.25, -0.5, -0.25])
        self.assertEqual(torch.fft.rfftfreq(5, d=0.2).tolist(), [0.0, 1.0, 2.0])
        self.assertEqual(torch.fft.fftshift(torch.arange(5)).tolist(), [3, 4, 0, 1, 2])
        self.assertEqual(torch.fft.ifftshift(torch.fft.fftshift(torch.arange(5))).tolist(), [0, 1, 2, 3, 4])
        z = torch.tensor([[1j, 2j, 3j]])
        self.assertEqual(torch.fft.fftshift(z).tolist(), [[3j, 1j, 2j]])
        self.assertEqual(torch.fft.fftshift(z, dim=-1).tolist(), [[3j, 1j, 2j]])

    def test_refusals(self):
        with self.assertRaisesRegex(TypeError, "real input"):
            torch.fft.rfft(torch.zeros(3, dtype=torch.cfloat))
        with self.assertRaises((RuntimeError, ValueError)):
            torch.fft.fft(torch.ones(3), n=0)
        with self.assertRaises(TypeError):
            torch.fft.fft(torch.ones(3), length=3)


class Parts(unittest.TestCase):
    def test_spectra_of_parts(self):
        torch.manual_seed(0)
        x, window = torch.randn(2, 50), torch.hann_window(16)
        spectra = torch.stft(x, 16, hop_length=4, window=window, return_complex=True)
        self.assertEqual(spectra.shape, torch.Size([2, 9, 13]))
        padded = torch.nn.functional.pad(x[:, None], (8, 8), mode="reflect")[:, 0]
        close(self, spectra[:, :, 3], torch.fft.rfft(padded[:, 12:28] * window), 1e-4)
        close(self, torch.istft(spectra, 16, hop_length=4, window=window, length=50), x)
        narrow = torch.hann_window(10)
        plain = torch.stft(x[0], 16, 4, 10, narrow, center=False, normalized=True, return_complex=True)
        weights = torch.nn.functional.pad(narrow, (3, 3))
        close(self, plain[:, 1], torch.fft.rfft(x[0, 4:20] * weights, norm="ortho"))
        whole = torch.stft(x[0], 16, 4, window=window, onesided=False, return_complex=True)
        close(self, torch.istft(whole, 16, 4, window=window, length=50), x[0])
        close(self, torch.view_as_real(spectra), torch.stft(x, 16, 4, window=window, return_complex=False), 1e-4)

    def test_a_spectrogram_has_gradients(self):
        x = torch.sin(torch.arange(64.0) * 0.5).requires_grad_()
        spectrogram = torch.stft(x, 16, 8, window=torch.hann_window(16), return_complex=True).abs() ** 2
        # A wave of 16 · 0.5 / 2π turns a part.
        self.assertEqual(spectrogram[:, 4].argmax().item(), 1)
        spectrogram.sum().backward()
        self.assertTrue(bool(x.grad.isfinite().all()) and x.grad.abs().sum().item() > 1)

    def test_refusals(self):
        with self.assertRaisesRegex(RuntimeError, "return_complex"):
            torch.stft(torch.zeros(32), 8)
        with self.assertRaisesRegex(RuntimeError, "window"):
            torch.stft(torch.zeros(32), 8, window=torch.ones(7), return_complex=True)
        with self.assertRaisesRegex(TypeError, "complex"):
            torch.istft(torch.zeros(5, 3), 8)


class FourierBlock(nn.Module):
    """FNet's mixing of tokens, as its reproductions write it."""

    def forward(self, x):
        return torch.fft.fft(torch.fft.fft(x, dim=-1), dim=-2).real


class SpectralConv2d(nn.Module):
    """The layer of Fourier neural operators, as their authors write it."""

    def __init__(self, in_channels, out_channels, modes1, modes2):
        super().__init__()
        self.in_channels = in_channels
        self.out_channels = out_channels
        self.modes1 = modes1
        self.modes2 = modes2
        self.scale = 1 / (in_channels * out_channels)
        self.weights1 = nn.Parameter(
            self.scale * torch.rand(in_channels, out_channels, self.modes1, self.modes2, dtype=torch.cfloat)
        )
        self.weights2 = nn.Parameter(
            self.scale * torch.rand(in_channels, out_channels, self.modes1, self.modes2, dtype=torch.cfloat)
        )

    def compl_mul2d(self, input, weights):
        return torch.einsum("bixy,ioxy->boxy", input, weights)

    def forward(self, x):
        batchsize = x.shape[0]
        x_ft = torch.fft.rfft2(x)
        out_ft = torch.zeros(
            batchsize, self.out_channels, x.size(-2), x.size(-1) // 2 + 1, dtype=torch.cfloat, device=x.device
        )
        out_ft[:, :, : self.modes1, : self.modes2] = self.compl_mul2d(
            x_ft[:, :, : self.modes1, : self.modes2], self.weights1
        )
        out_ft[:, :, -self.modes1 :, : self.modes2] = self.compl_mul2d(
            x_ft[:, :, -self.modes1 :, : self.modes2], self.weights2
        )
        return torch.fft.irfft2(out_ft, s=(x.size(-2), x.size(-1)))


class S4DKernel(nn.Module):
    """The kernel of diagonal state spaces, as their authors write it."""

    def __init__(self, d_model, N=8, dt_min=0.001, dt_max=0.1):
        super().__init__()
        log_dt = torch.rand(d_model) * (math.log(dt_max) - math.log(dt_min)) + math.log(dt_min)
        C = torch.randn(d_model, N // 2, dtype=torch.cfloat)
        self.C = nn.Parameter(torch.view_as_real(C))
        self.log_dt = nn.Parameter(log_dt)
        self.log_A_real = nn.Parameter(torch.log(0.5 * torch.ones(d_model, N // 2)))
        self.A_imag = nn.Parameter(math.pi * torch.arange(N // 2).repeat(d_model, 1).float())

    def forward(self, L):
        dt = torch.exp(self.log_dt)
        C = torch.view_as_complex(self.C)
        A = -torch.exp(self.log_A_real) + 1j * self.A_imag
        dtA = A * dt.unsqueeze(-1)
        K = dtA.unsqueeze(-1) * torch.arange(L, device=A.device)
        C = C * (torch.exp(dtA) - 1.0) / A
        return 2 * torch.einsum("hn, hnl -> hl", C, torch.exp(K)).real


class GlobalFilter(nn.Module):
    """The layer of global filter networks, as their authors write it."""

    def __init__(self, dim, h=6, w=4):
        super().__init__()
        self.complex_weight = nn.Parameter(torch.randn(h, w, dim, 2, dtype=torch.float32) * 0.02)

    def forward(self, x):
        B, N, C = x.shape
        a = b = int(math.sqrt(N))
        x = x.view(B, a, b, C).to(torch.float32)
        x = torch.fft.rfft2(x, dim=(1, 2), norm="ortho")
        weight = torch.view_as_complex(self.complex_weight)
        x = x * weight
        x = torch.fft.irfft2(x, s=(a, b), dim=(1, 2), norm="ortho")
        return x.reshape(B, N, C)


class Programs(unittest.TestCase):
    def test_diagonal_state_spaces(self):
        torch.manual_seed(0)
        kernel, D = S4DKernel(3), torch.randn(3)
        u, L = torch.randn(2, 3, 20), 20
        k = kernel(L)
        k_f = torch.fft.rfft(k, n=2 * L)
        u_f = torch.fft.rfft(u, n=2 * L)
        y = torch.fft.irfft(u_f * k_f, n=2 * L)[..., :L] + u * D.unsqueeze(-1)
        y.square().mean().backward()
        found = [y.square().mean().item(), *(p.grad.abs().sum().item() for p in kernel.parameters())]
        for number, wanted in zip(found, S4D):
            self.assertAlmostEqual(number, wanted, delta=1e-3 * max(1, wanted))

    def test_a_global_filter(self):
        torch.manual_seed(0)
        layer = GlobalFilter(5, 6, 4)
        x = torch.randn(2, 36, 5, requires_grad=True)
        y = layer(x)
        y.square().sum().backward()
        found = [y.square().sum().item(), x.grad.abs().sum().item(), layer.complex_weight.grad.abs().sum().item()]
        for number, wanted in zip(found, FILTER):
            self.assertAlmostEqual(number, wanted, delta=1e-3 * max(1, wanted))

    def test_delays_by_correlation(self):
        """Autoformer's attention, of one head."""
        torch.manual_seed(0)
        queries, keys, values = (torch.randn(2, 4, 3, 24) for _ in range(3))
        q_fft = torch.fft.rfft(queries.contiguous(), dim=-1)
        k_fft = torch.fft.rfft(keys.contiguous(), dim=-1)
        corr = torch.fft.irfft(q_fft * torch.conj(k_fft), dim=-1)
        mean_value = torch.mean(torch.mean(corr, dim=1), dim=1)
        index = torch.topk(torch.mean(mean_value, dim=0), 3, dim=-1)[1]
        weights = torch.softmax(torch.stack([mean_value[:, index[i]] for i in range(3)], dim=-1), dim=-1)
        rolled = [torch.roll(values, -int(index[i]), -1) * weights[:, i].view(-1, 1, 1, 1) for i in range(3)]
        self.assertEqual(index.tolist(), AUTO[0])
        self.assertAlmostEqual(sum(rolled).abs().sum().item(), AUTO[1], delta=1e-2)

    def test_fnet(self):
        torch.manual_seed(0)
        x = torch.randn(2, 6, 10, requires_grad=True)
        y = FourierBlock()(x)
        y.square().mean().backward()
        self.assertAlmostEqual(y.square().mean().item(), FNET[0], delta=1e-3)
        self.assertAlmostEqual(x.grad.abs().sum().item(), FNET[1], delta=1e-2)

    def test_a_fourier_neural_operator_is_trained(self):
        torch.manual_seed(0)
        model = nn.Sequential(nn.Conv2d(1, 4, 1), SpectralConv2d(4, 4, 3, 3), nn.GELU(), nn.Conv2d(4, 1, 1))
        x = torch.randn(2, 1, 8, 8)
        optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
        losses = []
        for _ in range(4):
            optimizer.zero_grad()
            loss = (model(x) - x.flip(-1)).square().mean()
            loss.backward()
            optimizer.step()
            losses.append(loss.item())
        for loss, wanted in zip(losses, FNO):
            self.assertAlmostEqual(loss, wanted, delta=1e-4)

    def test_a_convolution_by_spectra(self):
        torch.manual_seed(0)
        x, kernel = torch.randn(1, 1, 32), torch.randn(1, 1, 5)
        spectra = torch.fft.rfft(x, n=36) * torch.fft.rfft(kernel, n=36)
        wanted = torch.nn.functional.conv1d(x, kernel.flip(-1), padding=4)
        close(self, torch.fft.irfft(spectra, n=36), wanted)


# What PyTorch's processor gives.
FNET = (27.683605194091797, 62.30864334106445)
S4D = (2.1481001377105713, 0.5534088015556335, 0.0882708728313446, 0.004870755597949028, 0.01907241716980934)
FILTER = (0.2851249873638153, 0.6495388746261597, 23.517335891723633)
AUTO = ([20, 16, 22], 325.622802734375)
FNO = (1.0474202632904053, 1.0329805612564087, 1.0189706087112427, 1.0049619674682617)


if __name__ == "__main__":
    unittest.main()
