// Initialisers, containers, layers and data sets that are given nothing or something else either work or throw one of the library's errors.
import * as torch from 'lamplight';
import { data, nn, optim, vision } from 'lamplight';
import { expect, test } from 'vitest';

const spaces: Record<string, object> = {
  torch,
  'nn.functional': nn.functional,
  'nn.init': nn.init,
  nn,
  'optim.lrScheduler': optim.lrScheduler,
  'vision.transforms': vision.transforms,
};
const optimizer = new optim.SGD([torch.ones(1, { requiresGrad: true })], { lr: 0.1 });

/** What needs a class or functions of the user's, and one that by default draws 44 million weights. */
const apart = new Set(['torch.Tensor', 'torch.checkpoint', 'nn.Transformer', 'optim.lrScheduler.LRScheduler']);

/** Errors of any kind but the library's own. */
function untyped(call: () => unknown): string[] {
  try {
    const result = call();
    if (result instanceof Promise) result.catch(() => {});
    return [];
  } catch (error) {
    return error instanceof torch.LamplightError ? [] : [String(error)];
  }
}

test.each(Object.keys(spaces))('%s', (space) => {
  const found = Object.entries(spaces[space]!).flatMap(([name, f]) => {
    if (typeof f !== 'function' || /Error$|Failure$/.test(name) || apart.has(`${space}.${name}`)) return [];
    const isClass = /^class\b/.test(String(f));
    return [null, undefined, 'x'].flatMap((value) => {
      const args = space === 'optim.lrScheduler' ? [optimizer, value] : [value];
      const call = () => (isClass ? Reflect.construct(f, args) : Reflect.apply(f, undefined, args));
      return untyped(call).map((text) => `${name}(${value}): ${text}`);
    });
  });
  expect(found).toEqual([]);
});

test('others', async () => {
  const calls: (() => unknown)[] = [
    () => new data.TensorDataset(null as never),
    () => nn.utils.parametersToVector(null as never),
    () => nn.utils.vectorToParameters(null as never, []),
    () => torch.summary(null as never),
    () => nn.utils.weightNorm(null as never),
    () => nn.utils.spectralNorm(null as never),
    () => nn.utils.removeWeightNorm(null as never),
    () => nn.utils.rnn.padSequence(null as never),
    () => data.randomSplit(null as never, [1]),
    () => data.defaultCollate(null as never),
  ];
  for (const call of calls) expect(call).toThrow(torch.ArgumentError);
  await expect(torch.warmup(null as never)).rejects.toThrow(/^warmup: expected a function/);
});
