// Weights that are the same in every language, so that fixtures need not hold them: see test/fixtures/families/network_passes.py.

import type { nn } from 'lamplight';
import * as torch from 'lamplight';

/** Numbers in [-1, 1): the upper 24 bits of 2654435761 · (i + 1) + 40503 · row. */
export function numbers(count: number, row: number): Float64Array {
  return Float64Array.from({ length: count }, (_, i) => {
    const bits = (Math.imul(2654435761, i + 1) + 40503 * row) >>> 0;
    return (bits >>> 8) / 2 ** 23 - 1;
  });
}

/** Writes weights by the rule into every float of a module's state, in the order of its keys. */
export function byRule(model: nn.Module, seed: number): void {
  torch.noGrad(() => {
    for (const [row, [name, value]] of Object.entries(model.stateDict()).entries()) {
      if (value.dtype !== 'float32' || name.endsWith('codes')) continue;
      const isMatrix = value.shape.length > 1 && name.endsWith('weight');
      const range = Math.sqrt(6 / (value.numel() / (value.shape[0] || 1)));
      const drawn = numbers(value.numel(), row + 5000 * seed).map((x) => {
        if (name.endsWith('running_var')) return 1 + 0.2 * x;
        if (isMatrix) return x * range;
        return name.endsWith('weight') ? 1 + 0.1 * x : 0.1 * x;
      });
      value.copy_(torch.tensor(Float32Array.from(drawn)).reshape(value.shape));
    }
  });
}
