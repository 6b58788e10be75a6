// Steps of optimizers over flat buffers of parameters, gradients and state: one dispatch, in place.
import { fault, input, type Lowering, output, scalar, u32 } from '../compiler/ir';
import { gridFor } from '../compiler/lowering';
import type { Text } from '../compiler/texts';
import { invariant } from '../core/errors';
import { type Meta, numel } from '../core/meta';
import { recordAll } from '../graph/record';
import type { Op, Value } from '../graph/value';

const adamSource: Text = '#optim/adam';
const amsgradSource: Text = '#optimMore/adamAmsgrad';
const adamLib: Text = '#optim/libAdam';
const optimLib: Text = '#optim/libOptim';
const sgdLib: Text = '#sgd/libSgd';
const sgdSource: Text = '#sgd/sgd';
const momentumSource: Text = '#sgd/sgdMomentum';

const WORKGROUP = 64;

export interface StepAttrs {
  /** Booleans of the kernel. */
  readonly flags: Readonly<Record<string, number>>;
}

/** Inputs: the parameters, then state, all overwritten, and the gradients last. Outputs: the overwritten inputs, in that order. */
export function stepOp(name: string, source: readonly string[], written: number, scalars: number): Op<StepAttrs> {
  const range = Array.from({ length: written }, (_, i) => i);
  return {
    name,
    gated: true,
    infer(inputs) {
      const [param] = inputs;
      invariant(
        inputs.every((x) => numel(x.shape) === numel(param.shape)),
        `${name}: flat buffers of several lengths`,
      );
      invariant(numel(param.shape) % 4 === 0, `${name}: flat buffers of a length that four does not divide`);
      return range.map((i): Meta => inputs[i]!);
    },
    inPlace: () => range.map((i) => [i, i] as const),
    lower: ({ inputs: [param], attrs: { flags } }): Lowering => ({
      kind: 'passes',
      passes: [
        {
          source,
          label: name,
          overrides: flags,
          reads: [input(written)],
          writes: [...range.map(output), fault],
          params: [u32(numel(param!.shape) / 4), ...Array.from({ length: scalars }, (_, i) => scalar(i))],
          grid: gridFor(numel(param!.shape) / 4, WORKGROUP),
        },
      ],
    }),
  };
}

const adamOp = stepOp('adam', [optimLib, adamLib, adamSource], 3, 7);
const amsgradOp = stepOp('adamAmsgrad', [optimLib, adamLib, amsgradSource], 4, 7);
const sgdOp = stepOp('sgd', [optimLib, sgdLib, sgdSource], 1, 5);
const momentumOp = stepOp('sgdMomentum', [optimLib, sgdLib, momentumSource], 2, 5);

/** State of Adam, as flat buffers like the parameters'. */
export interface AdamState {
  /** Running mean of the gradient. */
  readonly m: Value;
  /** Running mean of its square. */
  readonly v: Value;
  /** The greatest v so far: makes the step AMSGrad's. */
  readonly maxV?: Value;
}

export interface AdamStep {
  readonly lr: number;
  readonly beta1: number;
  readonly beta2: number;
  readonly eps: number;
  readonly weightDecay: number;
  /** Steps taken, this one included. */
  readonly step: number;
  /** Weight decay apart from the gradient: AdamW. */
  readonly decoupled?: boolean;
  readonly maximize?: boolean;
}

/** A boolean of a kernel. */
export const flag = (on: boolean | undefined): number => (on ? 1 : 0);

/**
 * A step of Adam over flat float32 buffers, which it overwrites; the results replace them. Nothing changes once the device
 * has reported a fault, such as a label out of range.
 */
export function adamStep(param: Value, grad: Value, state: AdamState, options: AdamStep): { param: Value } & AdamState {
  const { lr, beta1, beta2, eps, weightDecay, step, decoupled, maximize } = options;
  const scalars = [
    lr / (1 - beta1 ** step),
    1 - beta1,
    beta2,
    1 - beta2,
    eps,
    decoupled ? 1 - lr * weightDecay : weightDecay,
    Math.sqrt(1 - beta2 ** step),
  ];
  const attrs = { flags: { DECOUPLED: flag(decoupled), MAXIMIZE: flag(maximize) } };
  const { m, v, maxV } = state;
  const outputs = maxV
    ? recordAll(amsgradOp, [param, m, v, maxV, grad], attrs, scalars)
    : recordAll(adamOp, [param, m, v, grad], attrs, scalars);
  return { param: outputs[0]!, m: outputs[1]!, v: outputs[2]!, maxV: outputs[3] };
}

export interface SgdStep {
  readonly lr: number;
  readonly momentum: number;
  readonly dampening: number;
  readonly weightDecay: number;
  /** The first step starts the momentum buffer with the gradient itself. */
  readonly first: boolean;
  readonly nesterov?: boolean;
  readonly maximize?: boolean;
}

/** A step of stochastic gradient descent; with a momentum buffer (zeros at first) that is overwritten too. See `adamStep`. */
export function sgdStep(
  param: Value,
  grad: Value,
  buffer: Value | null,
  options: SgdStep,
): { param: Value; buffer: Value | null } {
  const { lr, momentum, dampening, weightDecay, first, nesterov, maximize } = options;
  const scalars = [lr, weightDecay, momentum, first ? 0 : momentum, first ? 1 : 1 - dampening];
  const flags = { MAXIMIZE: flag(maximize) };
  if (!buffer) return { param: recordAll(sgdOp, [param, grad], { flags }, scalars)[0]!, buffer: null };
  const attrs = { flags: { ...flags, NESTEROV: flag(nesterov) } };
  const [moved, momentumBuffer] = recordAll(momentumOp, [param, buffer, grad], attrs, scalars);
  return { param: moved!, buffer: momentumBuffer! };
}
