// Checks how functions and containers of nn are called: by place, by name, and with what they refuse in their own name.
import * as torch from 'lamplight';
import { nn } from 'lamplight';
import { describe, expect, test } from 'vitest';

const { init, utils } = nn;
const { parametrizations, parametrize } = utils;

class Same extends nn.Module {
  forward(x: torch.Tensor): torch.Tensor {
    return x;
  }
}

describe('by place and by name', () => {
  test('initial values are drawn alike', async () => {
    torch.manualSeed(1);
    const placed = init.kaimingUniform_(torch.empty(3, 4), 0.5, 'fan_out');
    torch.manualSeed(1);
    const named = init.kaimingUniform_({ tensor: torch.empty(3, 4), a: 0.5, mode: 'fan_out' });
    expect(placed.shape).toEqual(named.shape);
    expect(init.constant_({ tensor: torch.empty(2), val: 3 }).shape).toEqual([2]);
    expect(init.eye_({ tensor: torch.empty(2, 2) }).shape).toEqual([2, 2]);
  });

  test('tables of given vectors take the parameters of PyTorch in its order', () => {
    const embeddings = torch.ones(4, 3);
    const placed = nn.Embedding.fromPretrained(embeddings, false, 1);
    const named = nn.Embedding.fromPretrained({ embeddings, freeze: false, paddingIdx: 1 });
    for (const table of [placed, named]) {
      expect([table.weight.requiresGrad, `${table}`]).toEqual([true, 'Embedding(4, 3, padding_idx=1)']);
    }
    const bag = nn.EmbeddingBag.fromPretrained(embeddings, true, null, 2, false, 'sum');
    expect([bag.weight.requiresGrad, bag.mode]).toEqual([false, 'sum']);
  });

  test('norms and parametrizations keep the class of their module', () => {
    const layer: nn.Linear = utils.weightNorm({ module: new nn.Linear(2, 2), name: 'weight', dim: null });
    expect(utils.removeWeightNorm({ module: layer })).toBe(layer);
    const conv: nn.Conv2d = parametrizations.spectralNorm(new nn.Conv2d(2, 2, 2), 'weight', 2);
    expect(parametrize.isParametrized({ module: conv, tensorName: 'weight' })).toBe(true);
    const fused: nn.Linear = utils.fuseLinearBnEval({ linear: layer.eval(), bn: new nn.BatchNorm1d(2).eval() });
    expect(fused).toBeInstanceOf(nn.Linear);
  });

  test('containers take what they hold', () => {
    const [first, second] = [new nn.Linear(2, 2), new nn.ReLU()];
    const list = new nn.ModuleList<nn.Module>({ modules: [first] }).append({ module: second });
    expect([list.at({ index: -1 }), list.pop({ key: 0 }), list.length]).toEqual([second, first, 1]);
    const dict = new nn.ModuleDict({ first }).set({ key: 'second', module: first });
    expect([dict.has({ key: 'second' }), dict.pop({ key: 'second' })]).toEqual([true, first]);
    const scales = new nn.ParameterDict({ left: torch.ones(2) }).set({ key: 'right', value: torch.ones(3) });
    expect(scales.get({ key: 'right' }).shape).toEqual([3]);
    expect(new nn.ParameterList({ values: [torch.ones(2)] }).length).toBe(1);
    expect(new nn.Parameter({ data: torch.ones(2), requiresGrad: false }).requiresGrad).toBe(false);
  });
});

describe('an error begins with the name that was called', () => {
  const wrong = (value: unknown): never => value as never;
  test.each([
    ['ones_', () => init.ones_(wrong(null)), /^ones_: expected tensor to be a tensor/],
    ['zeros_', () => init.zeros_(wrong(3)), /^zeros_: expected tensor to be a tensor/],
    ['kaimingNormal_', () => init.kaimingNormal_(torch.ones(2, 2), 0, 'fan_in', wrong('x')), /^kaimingNormal_: /],
    ['eye_', () => Reflect.apply(init.eye_, null, [torch.ones(2, 2), 1]), /^eye_: expected at most 1 argument/],
    ['fuseLinearBnWeights', () => utils.fuseLinearBnWeights(wrong({})), /^fuseLinearBnWeights: missing/],
    ['weightNorm', () => parametrizations.weightNorm(new nn.Linear(2, 2), 'none'), /^weightNorm: expected a parameter/],
    ['power iterations', () => utils.spectralNorm(new nn.Linear(2, 2), 'weight', 1e12), /^spectralNorm: .* to 10000/],
    ['lengths', () => utils.rnn.unpadSequence(torch.ones(2, 1), [-1]), /^unpadSequence: expected lengths/],
    ['extend', () => new nn.ModuleList().extend(wrong([1])), /^extend: expected an nn.Module for '0'/],
    ['Sequential', () => new nn.Sequential(wrong(Promise.resolve(1))), /^Sequential: .* await it first/],
    ['insert', () => new nn.ModuleList().insert(2, new nn.ReLU()), /^ModuleList: index 2 is out of range/],
    ['has', () => new nn.ModuleDict().has(wrong(3)), /^has: expected key to be a string/],
    [
      'keys',
      () => Reflect.apply(new nn.ModuleDict().keys, new nn.ModuleDict(), [1]),
      /^keys: expected no arguments, but got 1/,
    ],
    [
      'materialize',
      () => new nn.UninitializedBuffer().materialize(wrong({ size: [1] })),
      /^materialize: got an unknown/,
    ],
    ['parametrization', () => new parametrize.ParametrizationList([new Same()], wrong(1)), /^ParametrizationList: /],
    [
      'ctcLoss',
      () => nn.functional.ctcLoss(torch.zeros(4, 1, 3), torch.ones(1, 2).long(), [-1], [2]),
      /^ctcLoss: expected inputLengths to be a whole number/,
    ],
    [
      'mask',
      () => nn.Transformer.generateSquareSubsequentMask(1e12),
      /^generateSquareSubsequentMask: expected sz to be a whole number/,
    ],
  ])('%s', (_name, call, message) => {
    expect(call).toThrow(torch.LamplightError);
    expect(call).toThrow(message);
  });
});
