// Checks that every definition of an operation with a gradient is differentiated by a case of gradcheck.
import { autograd, type Tensor } from 'lamplight';
import { expect, test } from 'vitest';
import type { Node, Op } from '../../../src/engine/graph/value';
import { definedOperations } from '../../support/defined-operations';
import { gradchecks, inputsOf } from '../../support/gradchecks';

// Everything that can be reached is loaded, and defines its operations.
import.meta.glob('../../../src/{torch,doors}/*/index.ts', { eager: true });

/** Definitions that no case can reach, by name. A name stands here as often as definitions of that name are not reached. */
const withoutCase: readonly string[] = [
  // Steps of the engine, which no function of the library is.
  'pack',
  'window',
  // Rounds to float16, more coarsely than differences are: half.test.ts
  'cast',
  // Refuses to be differentiated: lost.test.ts
  'lostGraph',
  // Refuses to be differentiated: distributions.test.ts
  'implicitSlope',
  // Of numbers drawn at random, whose gradients are 0: the families corners and every
  'drawn',
  // Random in every call: dropout.test.ts
  'nativeDropout',
  // Passes on no gradient, as in PyTorch: corners.test.ts
  'nonzero',
  // Differentiated in third derivatives alone, which are those of the first.
  'maxPool2dPick',
  // Recorded on GPUs alone, with a mask or without, for gradients or not: test/long/attention-in-one-pass.test.ts
  'attention',
  'attention',
  'attention',
  'attention',
  // Recorded on GPUs alone, with its gradient: test/long/node/rows-on-gpus
  'nativeRmsNorm',
];

/** The operations that a gradient goes through, between these tensors and the leaves. */
function walked(outputs: readonly Tensor[]): Op[] {
  const nodes = new Set<Node>();
  const stack = outputs.map(({ value }) => value);
  while (stack.length > 0) {
    const value = stack.pop()!;
    if (!value.requiresGrad || value.sink || !value.node || nodes.has(value.node)) continue;
    nodes.add(value.node);
    stack.push(...value.node.inputs);
  }
  return [...nodes].map(({ op }) => op);
}

/** What a case goes through: in its gradient, and in the gradient of that. */
function operations(one: (typeof gradchecks)[string][number]): Op[] {
  const [, fn, , once] = one;
  const inputs = inputsOf(one);
  const outputs = [fn(...inputs)].flat().filter((y) => y.requiresGrad);
  if (once === 'once') return walked(outputs);
  const seeds = outputs.map((y) => y.detach().clone().requiresGrad_());
  const gradients = autograd.grad(outputs, inputs, seeds, { createGraph: true, allowUnused: true });
  return walked([...outputs, ...gradients.filter((dx) => dx !== null)]);
}

const differentiable = (ops: readonly Op[]): readonly Op[] => ops.filter(({ vjp }) => vjp !== undefined);

const named = (ops: readonly Op[]): string[] => ops.map(({ name }) => name).sort();

test('every operation with a gradient has a case', () => {
  const defined = differentiable(definedOperations());
  const checked = new Set(Object.values(gradchecks).flat().flatMap(operations));
  expect(named(defined.filter((op) => !checked.has(op)))).toEqual([...withoutCase].sort());
  // Operations are made when their modules are loaded, so that none is missed that comes later.
  expect(named([...checked].filter((op) => !defined.includes(op)))).toEqual([]);
  expect(named(differentiable(definedOperations()).filter((op) => !defined.includes(op)))).toEqual([]);
});

test('cases have names of their own', () => {
  for (const [family, cases] of Object.entries(gradchecks)) {
    const names = cases.map(([name]) => name);
    expect(names, family).toEqual([...new Set(names)]);
  }
});
