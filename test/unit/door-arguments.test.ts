// What constructors and functions behind the doors refuse by the kind of a parameter, and that every parameter may be given by place or by name.
import * as torch from 'lamplight';
import * as lightning from 'lamplight/lightning';
import { ops } from 'lamplight/vision';
import { expect, test } from 'vitest';

/** Calls that a typed program cannot write. */
const loose = <T>(call: T) => call as unknown as (...args: unknown[]) => unknown;
const make =
  (type: unknown) =>
  (...args: unknown[]) =>
    Reflect.construct(type as new () => unknown, args) as unknown;

const refusals: readonly [say: RegExp, call: () => unknown][] = [
  // A default that is a boolean tells that a boolean is meant, and a promise is awaited first.
  [/^RoIAlign: expected aligned to be a boolean, but got 1$/, () => make(ops.RoIAlign)(7, 1, 2, 1)],
  [
    /^roiAlign: expected spatialScale to be a finite number, but got a promise; await it first$/,
    () => loose(ops.roiAlign)(torch.ones(1, 1, 4, 4), torch.ones(1, 5), 2, { spatialScale: Promise.resolve(1) }),
  ],
  [
    /^roiAlign: expected samplingRatio to be a whole number from .* to 256, but got 1000000000000$/,
    () => ops.roiAlign(torch.ones(1, 1, 4, 4), torch.ones(1, 5), 2, { samplingRatio: 1e12 }),
  ],
  [/^MLP: expected hiddenChannels to be a list, each element a whole number/, () => make(ops.MLP)(4, null)],
  [
    /^MultiScaleRoIAlign: expected featmapNames to be a list/,
    () => make(ops.MultiScaleRoIAlign)({ featmapNames: 5, outputSize: 2, samplingRatio: 1 }),
  ],
  [/^FrozenBatchNorm2d: expected numFeatures/, () => make(ops.FrozenBatchNorm2d)('2')],
  [
    /^deformConv2d: expected bias to be a tensor or null, but got "x"$/,
    () =>
      loose(ops.deformConv2d)(torch.ones(1, 1, 4, 4), torch.ones(1, 2, 4, 4), torch.ones(1, 1, 1, 1), { bias: 'x' }),
  ],
  [
    /^stochasticDepth: expected input to be a tensor, but got null$/,
    () => loose(ops.stochasticDepth)(null, 0.5, 'row'),
  ],
  [
    /^stochasticDepth: expected training to be a boolean, but got 0$/,
    () => loose(ops.stochasticDepth)(torch.ones(1), 0.5, 'row', 0),
  ],
  [
    /^Trainer: expected limitTrainBatches to be a finite number of at least 0 or null, but got ""$/,
    () => make(lightning.Trainer)({ limitTrainBatches: '' }),
  ],
  [/^Trainer: expected limitValBatches .* but got \[\]$/, () => make(lightning.Trainer)({ limitValBatches: [] })],
  [
    /^ModelCheckpoint: expected dirpath to be a text or null, but got 5$/,
    () => make(lightning.ModelCheckpoint)({ dirpath: 5 }),
  ],
  [/^GradientAccumulationScheduler: expected epochs/, () => make(lightning.GradientAccumulationScheduler)(null)],
  [
    /^GradientAccumulationScheduler: got an unknown argument 'misspelt'/,
    () => make(lightning.GradientAccumulationScheduler)({ scheduling: { 0: 1 }, misspelt: 1 }),
  ],
];

test('are refused', () => {
  for (const [say, call] of refusals) {
    expect(call).toThrow(torch.ArgumentError);
    expect(call).toThrow(say);
  }
});

test('by name where a function has boolean parameters', async () => {
  const x = torch.ones(2, 2);
  expect(ops.stochasticDepth(x, 0.5, 'batch', { training: false })).toBe(x);
  expect(ops.stochasticDepth({ input: x, p: 0.5, mode: 'row', training: false })).toBe(x);
  expect(String(new ops.StochasticDepth({ p: 0.25, mode: 'row' }))).toBe('StochasticDepth(p=0.25, mode=row)');
});
