// Calls the model to be explained. Every attribution method calls it within `explaining`, which restores the model's
// buffers afterwards.

import { noGrad, scope, type Tensor } from '../../../torch';
import { kinds, Module, withMode } from '../../../torch/inside';
import { expectTensor, type TargetRows } from './target';

/** A module, or a function of the inputs and of further arguments; dimension 0 of its output counts examples. */
export type ForwardFunction = Module | ((...args: never[]) => unknown);

/** The first argument of every method. */
export interface Forward {
  /** The model, or a function that calls it. */
  forwardFunc: ForwardFunction;
}

/** The first argument of methods that need the modules of a network. */
export interface Network {
  /** The network that is explained. */
  model: Module;
}

export const forwardKinds = {
  forwardFunc: { words: 'a module or a function', fits: (value) => typeof value === 'function' },
} satisfies kinds.Kinds<Forward>;

export const networkKinds = { model: kinds.instance(Module, 'an nn.Module') } satisfies kinds.Kinds<Network>;

/** The function to call, its arguments after the inputs, and the choice of output. */
export interface Call {
  readonly op: string;
  readonly forward: ForwardFunction;
  readonly args: readonly unknown[];
  readonly target: TargetRows;
}

/** Calls the model, and returns its result unchecked. */
export const called = ({ forward, args }: Pick<Call, 'forward' | 'args'>, inputs: readonly Tensor[]): unknown =>
  (forward as (...args: readonly unknown[]) => unknown)(...inputs, ...args);

/** Calls the model, and returns the part of its output that is explained. */
export function chosen(call: Call, inputs: readonly Tensor[]): Tensor {
  return call.target.select(call.op, expectTensor(call.op, called(call, inputs)));
}

/** The buffers that a call in training mode writes to, such as running statistics. */
function writtenTo(forward: ForwardFunction): readonly Tensor[] {
  if (!(forward instanceof Module)) return [];
  return forward.modules().some(({ training }) => training) ? forward.buffers() : [];
}

/**
 * Runs `explain`, which calls the model, in one scope, and then restores the model's buffers. `gradients` switches
 * gradients on or off, whatever the mode outside.
 */
export function explaining<T>(forward: ForwardFunction, gradients: boolean, explain: () => T): T {
  return scope(() => {
    const kept = writtenTo(forward).map((buffer) => {
      const { changes } = buffer.storage;
      return { buffer, changes, contents: noGrad(() => buffer.clone()) };
    });
    try {
      return withMode({ grad: gradients }, explain);
    } finally {
      for (const { buffer, changes, contents } of kept) {
        if (buffer.storage.changes !== changes) noGrad(() => buffer.copy_(contents));
      }
    }
  });
}
