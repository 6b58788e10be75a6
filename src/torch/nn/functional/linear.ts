// F.linear and F.bilinear.

import { ShapeError } from '../../../engine/core/errors';
import { type Arguments, parseArgs } from '../../../engine/core/options';
import { expectOfWeight } from '../../../engine/graph/record';
import * as ops from '../../../engine/ops/linalg/matmul';
import { callable } from '../../tensor/calling/callable';
import { Tensor } from '../../tensor/tensor';

interface Bias {
  bias?: Tensor | null;
}

type BiasArgs = Arguments<Bias, ['bias']>;

/** y = x Wᵀ + b. Shape: x [..., in], weight [out, in] or [in], bias [out] or null → [..., out]. */
export const linear = callable(
  'linear(input, weight, bias?, ...)',
  (input: Tensor, weight: Tensor, ...args: BiasArgs): Tensor => {
    const { bias } = parseArgs<Bias>('linear', [], { bias: null }, args);
    return Tensor.of(ops.linear(input.value, weight.value, bias?.value ?? null));
  },
);

/**
 * y_k = x₁ᵀ A_k x₂ + b_k. Shape: x1 [..., in1], x2 [..., in2], weight A [out, in1, in2], bias b [out] or null → [..., out].
 */
export const bilinear = callable(
  'bilinear(input1, input2, weight, bias?, ...)',
  (input1: Tensor, input2: Tensor, weight: Tensor, ...args: BiasArgs): Tensor => {
    const { bias } = parseArgs<Bias>('bilinear', [], { bias: null }, args);
    const [out, in1, in2] = weight.shape;
    const lead = input1.shape.slice(0, -1);
    const fits =
      input1.shape.at(-1) === in1 && input2.shape.at(-1) === in2 && lead.join() === input2.shape.slice(0, -1).join();
    if (weight.dim() !== 3 || input1.dim() === 0 || !fits) {
      const shapes = [input1, input2, weight].map(({ shape }) => `[${shape.join(', ')}]`);
      throw new ShapeError(
        `bilinear: expected x1 [..., in1], x2 [..., in2] and weight [out, in1, in2], but got ${shapes.join(', ')}`,
      );
    }
    for (const x of [input1, input2]) if (x.dtype !== weight.dtype) expectOfWeight('bilinear', x, weight, true);
    const rows = input1.reshape([-1, in1!]).matmul(weight.permute(1, 0, 2).reshape([in1!, out! * in2!]));
    const forms = rows.reshape([-1, out!, in2!]).mul(input2.reshape([-1, 1, in2!]));
    const y = forms
      .sum(-1)
      .to(input1.dtype)
      .reshape([...lead, out!]);
    return bias ? y.add(bias) : y;
  },
);
