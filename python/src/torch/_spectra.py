"""Spectra of the parts of a signal, one after another: `torch.stft`, and its inverse."""

from __future__ import annotations

import warnings
from typing import Any

from . import fft
from ._tensor import Tensor


def _window(window: Tensor | None, win_length: int, n_fft: int, name: str) -> Tensor:
    """The weights of the samples of a part, in the middle of it."""
    from . import ones
    from .nn.functional import pad

    if not 0 < win_length <= n_fft:
        raise RuntimeError(f"{name}: expected 0 < win_length <= n_fft, but got win_length={win_length}")
    if window is None:
        window = ones(win_length)
    if tuple(window.shape) != (win_length,):
        raise RuntimeError(f"{name}: expected a 1D window tensor of size equal to win_length={win_length}, but got window with size {list(window.shape)}")
    left = (n_fft - win_length) // 2
    return pad(window, (left, n_fft - win_length - left))


def stft(
    input: Tensor,
    n_fft: int,
    hop_length: int | None = None,
    win_length: int | None = None,
    window: Tensor | None = None,
    center: bool = True,
    pad_mode: str = "reflect",
    normalized: bool = False,
    onesided: bool | None = None,
    return_complex: bool | None = None,
    align_to_window: bool | None = None,
) -> Any:
    """The spectra of the parts of a signal [..., time] that begin every `hop_length` samples: [..., frequency, part]."""
    from .nn.functional import pad

    is_complex = input.is_complex()
    if return_complex is None:
        if not is_complex:
            raise RuntimeError("stft requires the return_complex parameter be given for real inputs, and will further require that return_complex=True in a future PyTorch release.")
        return_complex = True
    hop = n_fft // 4 if hop_length is None else hop_length
    if hop <= 0:
        raise RuntimeError(f"stft: expected hop_length > 0, but got hop_length={hop}")
    length = n_fft if win_length is None else win_length
    if window is None:
        warnings.warn("A window was not provided. A rectangular window will be applied, which is known to cause spectral leakage.", stacklevel=2)
    weights = _window(window, length, n_fft, "stft")
    signal = input if input.dim() > 1 else input.unsqueeze(0)
    if center:
        signal = pad(signal.unsqueeze(1), (n_fft // 2, n_fft // 2), mode=pad_mode).squeeze(1)
    if not 0 < n_fft <= signal.shape[-1]:
        raise RuntimeError(f"stft: expected 0 < n_fft <= {signal.shape[-1]}, but got n_fft={n_fft}")
    parts = signal.unfold(-1, n_fft, hop) * weights
    half = not is_complex if onesided is None else onesided
    transform = fft.rfft if half else fft.fft
    spectra = transform(parts, norm="ortho" if normalized else "backward").transpose(-1, -2)
    if input.dim() == 1:
        spectra = spectra.squeeze(0)
    return spectra if return_complex else spectra._pairs


def istft(
    input: Tensor,
    n_fft: int,
    hop_length: int | None = None,
    win_length: int | None = None,
    window: Tensor | None = None,
    center: bool = True,
    normalized: bool = False,
    onesided: bool | None = None,
    length: int | None = None,
    return_complex: bool = False,
) -> Any:
    """The signal of which `stft` gives these spectra: parts added where they overlap, divided by the squares of their weights."""
    if not input.is_complex():
        raise TypeError("istft requires a complex-valued input tensor matching the output from stft with return_complex=True.")
    hop = n_fft // 4 if hop_length is None else hop_length
    size = n_fft if win_length is None else win_length
    weights = _window(window, size, n_fft, "istft")
    spectra = input if input.dim() == 3 else input.unsqueeze(0)
    half = (spectra.shape[1] != n_fft) if onesided is None else onesided
    norm = "ortho" if normalized else "backward"
    parts = spectra.transpose(1, 2)
    parts = fft.irfft(parts, n=n_fft, norm=norm) if half else fft.ifft(parts, norm=norm)
    if not half and not return_complex:
        parts = parts.real
    count = parts.shape[1]
    reach = n_fft + hop * (count - 1)
    signal = _overlapped(parts * weights, reach, hop)
    squares = _overlapped((weights * weights).expand(1, count, n_fft), reach, hop)
    start = n_fft // 2 if center else 0
    end = start + length if length is not None else reach - n_fft // 2 if center else reach
    signal, squares = signal[:, start:end], squares[:, start:end]
    if squares.numel() and not bool((squares > 1e-11).all()):
        raise RuntimeError("window overlap add min: 1")
    signal = signal / squares
    if length is not None and signal.shape[-1] < length:
        from .nn.functional import pad

        signal = pad(signal, (0, length - signal.shape[-1]))
    return signal if input.dim() == 3 else signal.squeeze(0)


def _overlapped(parts: Any, reach: int, hop: int) -> Any:
    """Parts [batch, part, sample] added where they lie: [batch, time]."""
    from ._complex_functions import joined
    from .nn.functional import fold

    if parts.is_complex():
        return joined(_overlapped(parts.real, reach, hop), _overlapped(parts.imag, reach, hop))
    added = fold(parts.transpose(1, 2), (1, reach), (1, parts.shape[-1]), stride=(1, hop))
    return added.reshape(parts.shape[0], reach)


FUNCTIONS = {"stft": stft, "istft": istft}
for _function in FUNCTIONS.values():
    _function.__module__ = "torch"
