// Checks that every operation with a gradient, as the sources define them, is differentiated by a case of gradcheck.
import { autograd, type Tensor } from 'lamplight';
import { expect, test } from 'vitest';
import type { Value } from '../../src/graph/value';
import { gradchecks, inputsOf } from '../support/gradchecks';

const sources = import.meta.glob<string>('../../src/ops/*.ts', { query: '?raw', import: 'default', eager: true });

/** Steps of the engine: no function of the library is one of these, or they are differentiated in tests of their own. */
const engine = new Set([
  'identity',
  'rewritten',
  'pack',
  'window',
  'gatherRows',
  // Of autograd.Function and checkpoint: custom-gradients.test.ts
  'custom',
  'customGate',
  // Refuses to be differentiated: lost.test.ts
  'lostGraph',
  // Of numbers drawn at random, whose gradients are 0: the families corners and every
  'drawn',
  // Random in every call: dropout.test.ts
  'nativeDropout',
  // Refuses to be differentiated: distributions.test.ts
  'implicitSlope',
  // Passes on no gradient, as in PyTorch: corners.test.ts
  'nonzero',
  // Differentiated in third derivatives alone, which are those of the first.
  'maxPool2dPick',
  // No function of the library leads to it.
  'xlog1py',
]);

const hasGradient = (text: string): boolean => /\b(vjp|grads?)\b|\.\.\.\w*(Op|Spec)\b/.test(text);

/**
 * The names of the operations with a gradient in a source file: a statement has a name and a `vjp`, or lends its name to one that has
 * it, or calls a function that has it.
 */
function differentiable(source: string): string[] {
  const statements = source.split(/^(?=(?:export )?(?:const|function) )/m);
  const ofGradients = statements.filter(hasGradient);
  const defines = (text: string): string => /^(?:export )?(?:const|function) (\w+)/.exec(text)?.[1] ?? '';
  const makers = new Set(ofGradients.map(defines));
  return statements.flatMap((text) => {
    const made = [...text.matchAll(/(?:= |\.\.\.)(\w+)\(\s*'(\w+)'/g)].filter(([, maker]) => makers.has(maker!));
    if (made.length > 0) return made.map(([, , name]) => name!);
    const lends = ofGradients.some((other) => other.includes(`...${defines(text)},`));
    return hasGradient(text) || lends ? [...text.matchAll(/\bname: '(\w+)'/g)].map(([, name]) => name!) : [];
  });
}

/** Names of the operations that a gradient goes through, between these tensors and the leaves. */
function walked(outputs: readonly Tensor[]): string[] {
  const nodes = new Set<NonNullable<Value['node']>>();
  const stack = outputs.map(({ value }) => value);
  while (stack.length > 0) {
    const value = stack.pop()!;
    if (!value.requiresGrad || value.sink || !value.node || nodes.has(value.node)) continue;
    nodes.add(value.node);
    stack.push(...value.node.inputs);
  }
  return [...nodes].map(({ op }) => op.name);
}

/** What a case goes through: in its gradient, and in the gradient of that. */
function operations(one: (typeof gradchecks)[string][number]): string[] {
  const [, fn, , once] = one;
  const inputs = inputsOf(one);
  const outputs = [fn(...inputs)].flat().filter((y) => y.requiresGrad);
  if (once === 'once') return walked(outputs);
  const seeds = outputs.map((y) => y.detach().clone().requiresGrad_());
  const gradients = autograd.grad(outputs, inputs, seeds, { createGraph: true, allowUnused: true });
  return walked([...outputs, ...gradients.filter((dx) => dx !== null)]);
}

test('every operation with a gradient has a case', () => {
  const defined = new Set(Object.values(sources).flatMap(differentiable));
  const checked = new Set(Object.values(gradchecks).flat().flatMap(operations));
  expect([...defined].filter((name) => !checked.has(name) && !engine.has(name)).sort()).toEqual([]);
  // What is differentiated is defined somewhere: the reading of the sources misses nothing.
  expect([...checked].filter((name) => !defined.has(name)).sort()).toEqual([]);
});

test('cases have names of their own', () => {
  for (const [family, cases] of Object.entries(gradchecks)) {
    const names = cases.map(([name]) => name);
    expect(names, family).toEqual([...new Set(names)]);
  }
});
