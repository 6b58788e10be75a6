// Activation checkpointing: backward recomputes the values between inputs and results, so that they need not be kept.

import { either } from '../../engine/core/argument-kinds';
import { calls, convertedBy } from '../../engine/core/calls';
import { ArgumentError } from '../../engine/core/errors';
import { expectKind, kindOf } from '../../engine/core/options';
import { mode, withMode } from '../../engine/graph/mode';
import { named } from '../../engine/graph/record';
import type { Value } from '../../engine/graph/value';
import { recomputed, withGradient } from '../../engine/ops/custom';
import { backward } from '../../engine/storage/backward';
import { defaultGenerator } from '../../engine/storage/random/generator';
import { tensor, tensors } from '../tensor/calling/tensor-kinds';
import { zeros } from '../tensor/creation/creation';
import { Tensor } from '../tensor/tensor';

/**
 * Calls `fn(...args)`, but keeps only the arguments for backward, which runs `fn` a second time (Chen et al. 2016).
 * `fn` must compute the same both times; random numbers are drawn again from the same state. Parameters that `fn` uses
 * get their gradients in `grad`.
 *
 *     const y = torch.checkpoint((x) => block(x), x);
 */
export function checkpoint<Args extends readonly unknown[], R extends Tensor | readonly Tensor[]>(
  fn: (...args: Args) => R,
  ...args: Args
): R {
  if (typeof fn !== 'function') throw new ArgumentError(`checkpoint: expected a function, but got ${kindOf(fn)}`);
  if (!mode.grad) return fn(...args);
  const generator = defaultGenerator();
  const state = generator.getState();
  // Backward may run outside of the autocast that surrounds this call, so keep its conversions.
  const { conversions } = calls;
  const result = withMode({ grad: false }, () => fn(...args));
  expectKind('checkpoint', 'the result of fn', result, either(tensor, tensors));
  const inputs = args.filter((arg): arg is Args[number] & Tensor => arg instanceof Tensor);
  const results: readonly Tensor[] = result instanceof Tensor ? [result] : result;
  // Parameters that fn uses need gradients even if no argument requires one: an extra input makes backward always come
  // here.
  const always = zeros([], { requiresGrad: true });
  const gradient = (dys: readonly (Value | undefined)[]): (Value | null)[] => {
    const copies = new Map(inputs.map((x) => [x as unknown, again(x)]));
    const now = generator.getState();
    generator.setState(state);
    const given = args.map((arg) => copies.get(arg) ?? arg) as unknown as Args;
    const repeated = withMode({ grad: true, keepSaved: true }, () => convertedBy(conversions, () => fn(...given)));
    generator.setState(now);
    const outputs: readonly Tensor[] = repeated instanceof Tensor ? [repeated] : repeated;
    const reached = outputs.flatMap((y, i) => (dys[i] && y.requiresGrad ? [i] : []));
    backward(
      reached.map((i) => outputs[i]!.value),
      reached.map((i) => dys[i]!),
    );
    return [...inputs.map((x) => copies.get(x)!.grad?.value ?? null), null];
  };
  const values = withGradient(
    [...inputs.map((x) => x.value), always.value],
    results.map((y) => y.value),
    gradient,
  );
  const wrapped = values.map((value) => Tensor.of(named(value, 'CheckpointFunctionBackward')));
  return (result instanceof Tensor ? wrapped[0]! : wrapped) as R;
}

/** A new leaf with the contents of x; it requires a gradient if x does. */
const again = (x: Tensor): Tensor => Tensor.of(recomputed(x.value)).requiresGrad_(x.requiresGrad);
