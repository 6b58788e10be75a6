// Optimizer steps over flat buffers of parameters, gradients and state: one dispatch a step, in place.
import { fault, gridFor, input, type Lowering, output, scalar, u32 } from '../../compiler/ir';
import type { Text } from '../../compiler/texts';
import { invariant } from '../../core/errors';
import { type Meta, numel } from '../../core/meta';
import { recordAll } from '../../graph/record';
import type { Op, Value } from '../../graph/value';

const adamSource: Text = '#optim/adam';
const amsgradSource: Text = '#optimMore/adamAmsgrad';
const adamLib: Text = '#optim/libAdam';
const optimLib: Text = '#optim/libOptim';
const sgdLib: Text = '#sgd/libSgd';
const sgdSource: Text = '#sgd/sgd';
const momentumSource: Text = '#sgd/sgdMomentum';

const WORKGROUP = 64;

export interface StepAttrs {
  /** The boolean overrides of the kernel, as 0 or 1. */
  readonly flags: Readonly<Record<string, number>>;
}

/**
 * Inputs: the parameters and the states, which are overwritten, and last the gradients. Outputs: the overwritten
 * inputs, in order.
 */
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

/** Flat float32 buffers of one length. A step overwrites the parameters and the states; use its results instead. */
export interface FlatBuffers {
  readonly param: Value;
  readonly states: readonly Value[];
  readonly grad: Value;
  /** The number of steps, including this one. */
  readonly step: number;
}

/** The new parameters, then the new states. */
export type Stepped = readonly Value[];

export interface AdamStep {
  readonly lr: number;
  readonly betas: readonly [number, number];
  readonly eps: number;
  readonly weightDecay: number;
  /** Applies the weight decay to the weights, not through the gradient, as AdamW does. */
  readonly decoupledWeightDecay: boolean;
  readonly maximize: boolean;
}

/** A boolean as an override of a kernel. */
export const flag = (on: boolean | undefined): number => (on ? 1 : 0);

/**
 * A step of Adam. States: the running means of the gradient and of its square; for AMSGrad also the greatest second
 * mean so far. If the device has reported a fault in this program, such as a label out of range, the step changes
 * nothing.
 */
export function adamStep({ param, states, grad, step }: FlatBuffers, options: AdamStep): Stepped {
  const { lr, betas, eps, weightDecay, decoupledWeightDecay: decoupled, maximize } = options;
  const [beta1, beta2] = betas;
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
  return recordAll(states.length > 2 ? amsgradOp : adamOp, [param, ...states, grad], attrs, scalars);
}

export interface SgdStep {
  readonly lr: number;
  readonly momentum: number;
  readonly dampening: number;
  readonly weightDecay: number;
  readonly nesterov: boolean;
  readonly maximize: boolean;
}

/**
 * A step of stochastic gradient descent. State: with momentum, the momentum buffer, which the first step sets to the
 * gradient. As for `adamStep`, a fault keeps the step from changing anything.
 */
export function sgdStep({ param, states, grad, step }: FlatBuffers, options: SgdStep): Stepped {
  const { lr, momentum, dampening, weightDecay, nesterov, maximize } = options;
  const [kept, taken] = step === 1 ? [0, 1] : [momentum, 1 - dampening];
  const scalars = [lr, weightDecay, momentum, kept, taken];
  const flags = { MAXIMIZE: flag(maximize) };
  if (states.length === 0) return recordAll(sgdOp, [param, grad], { flags }, scalars);
  return recordAll(momentumOp, [param, ...states, grad], { flags: { ...flags, NESTEROV: flag(nesterov) } }, scalars);
}
