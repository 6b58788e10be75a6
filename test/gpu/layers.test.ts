// Checks the remaining layers against PyTorch: printed text, first weights, outputs and gradients; and embeddings' options.
import * as torch from 'lamplight';
import { nn, optim, type Tensor } from 'lamplight';
import { describe, expect, test } from 'vitest';
import { expectClose, fromFixture } from '../support/close';
import { type FixtureCase, loadFixture } from '../support/fixtures';
import { sampled } from '../support/sample';

const F = nn.functional;

interface LayerCase extends FixtureCase {
  readonly module: string;
  readonly args: readonly unknown[];
  readonly options: Record<string, unknown>;
  readonly inputs: number;
  readonly seed: number;
  readonly training: boolean;
  readonly fresh: string;
  readonly text: string;
}

interface NormCase extends FixtureCase {
  readonly norm: 'weightNorm' | 'spectralNorm';
  readonly module: string;
  readonly args: readonly unknown[];
  readonly options: Record<string, never>;
  readonly seed: number;
}

interface TrainedCase extends FixtureCase {
  readonly trained: 'weightNorm' | 'spectralNorm' | 'orthogonal';
  readonly options: Record<string, never>;
  readonly seed: number;
  readonly text: string;
  readonly parametrized: boolean;
}

type Prune = 'l1Unstructured' | 'randomUnstructured' | 'randomStructured' | 'lnStructured' | 'identity';

interface PrunedCase extends FixtureCase {
  readonly pruned: readonly { readonly function: Prune; readonly options: Record<string, never> }[];
  readonly seed: number;
  readonly keys: readonly string[];
}

interface EmbeddingCase extends FixtureCase {
  readonly embedding: Record<string, never>;
  readonly text: string;
}

const fixture = await loadFixture<LayerCase | EmbeddingCase | NormCase | TrainedCase | PrunedCase>('layers');
const layers = fixture.cases.filter((item): item is LayerCase => 'fresh' in item);
const embeddings = fixture.cases.filter((item): item is EmbeddingCase => 'embedding' in item);
const norms = fixture.cases.filter((item): item is NormCase => 'norm' in item);
const trained = fixture.cases.filter((item): item is TrainedCase => 'trained' in item);
const pruned = fixture.cases.filter((item): item is PrunedCase => 'pruned' in item);
const LayerTypes = nn as unknown as Record<string, new (...args: unknown[]) => nn.Module>;

function build(module: string, args: readonly unknown[], options: Record<string, unknown>): nn.Module {
  const width = { dimFeedforward: 12, dropout: 0 };
  if (module === 'TransformerEncoder') {
    const layer = new nn.TransformerEncoderLayer(8, 2, width);
    return new nn.TransformerEncoder(layer, 2, options.norm ? new nn.LayerNorm(8) : null);
  }
  if (module === 'TransformerDecoder') {
    return new nn.TransformerDecoder(new nn.TransformerDecoderLayer(8, 2, width), 2);
  }
  return new LayerTypes[module]!(...args, options);
}

describe('layers against PyTorch', () => {
  test.each(sampled(layers, 8))(
    '$name',
    async ({ name, module, args, options, inputs, seed, training, fresh, text }) => {
      const array = (key: string) => fixture.tensor(`${name}/${key}`);
      torch.manualSeed(seed);
      const layer = build(module, args, options).train(training);
      expect(`${layer}`).toBe(fresh);
      const xs = Array.from({ length: inputs }, (_, i) => fromFixture(array(`x${i}`), true));
      const y = layer(...xs) as Tensor;
      expect(`${layer}`).toBe(text);
      for (const [key, tensor] of Object.entries(layer.stateDict())) {
        await expectClose(tensor, array(`state_${key}`), { atol: 2e-6 });
      }
      await expectClose(y, array('y0'), { rtol: 2e-5, atol: 5e-6 });
      y.mul(fromFixture(array('dy0')))
        .sum()
        .backward();
      const tolerance = { rtol: 5e-5, atol: 2e-5 };
      for (const [i, x] of xs.entries()) await expectClose(x.grad!, array(`grad_x${i}`), tolerance);
      for (const [key, parameter] of layer.namedParameters()) {
        await expectClose(parameter.grad!, array(`grad_state_${key}`), tolerance);
      }
    },
  );
});

describe('embeddings against PyTorch', () => {
  test.each(embeddings)('$name', async ({ name, embedding, text }) => {
    const array = (key: string) => fixture.tensor(`${name}/${key}`);
    const options = Object.fromEntries(
      Object.entries(embedding).map(([key, value]) => [key, value === 'inf' ? Number.POSITIVE_INFINITY : value]),
    );
    const layer = new nn.Embedding(6, 3, options);
    expect(`${layer}`).toBe(text);
    torch.noGrad(() => layer.weight.copy_(fromFixture(array('weight'))));
    const y = layer(fromFixture(array('words')));
    await expectClose(y, array('output'));
    y.backward(fromFixture(array('dy')));
    await expectClose(layer.weight, array('after'));
    await expectClose(layer.weight.grad!, array('grad'));
  });
});

describe('norms of parameters against PyTorch', () => {
  test.each(norms)('$name', async ({ name, norm, module, args, options, seed }) => {
    const array = (key: string) => fixture.tensor(`${name}/${key}`);
    torch.manualSeed(seed);
    const plain = new LayerTypes[module]!(...args);
    const layer = norm === 'weightNorm' ? nn.utils.weightNorm(plain, options) : nn.utils.spectralNorm(plain, options);
    const x = fromFixture(array('input'), true);
    const y = layer(x) as Tensor;
    const state = Object.entries(layer.stateDict());
    expect(state.map(([key]) => fixture.has(`${name}/state_${key}`))).toEqual(state.map(() => true));
    for (const [key, tensor] of state) await expectClose(tensor, array(`state_${key}`));
    await expectClose(y, array('y0'), { rtol: 2e-5, atol: 2e-6 });
    y.mul(fromFixture(array('dy0')))
      .sum()
      .backward();
    await expectClose(x.grad!, array('grad_input'), { rtol: 2e-5, atol: 5e-6 });
    for (const [key, parameter] of layer.namedParameters()) {
      await expectClose(parameter.grad!, array(`grad_state_${key}`), { rtol: 5e-5, atol: 1e-5 });
    }
    const remove = norm === 'weightNorm' ? nn.utils.removeWeightNorm : nn.utils.removeSpectralNorm;
    const whole = remove(layer);
    expect(whole.namedParameters().map(([key]) => key)).toEqual(['bias', 'weight']);
    expect(await torch.allclose(whole(x) as Tensor, y, { atol: 1e-5 })).toBe(true);
    expect(() => remove(layer)).toThrow(/not found in/);
  });
});

describe('norms of parameters in training', () => {
  test.each(trained)('$name', async ({ name, trained: norm, options, seed, text, parametrized }) => {
    const array = (key: string) => fixture.tensor(`${name}/${key}`);
    torch.manualSeed(seed);
    const { weightNorm, spectralNorm } = parametrized ? nn.utils.parametrizations : nn.utils;
    const plain = new nn.Linear(4, 3);
    const { orthogonal } = nn.utils.parametrizations;
    const layer = { weightNorm, spectralNorm, orthogonal }[norm](plain, options as never);
    expect(`${layer}`).toBe(text);
    for (const [key, tensor] of Object.entries(layer.stateDict())) {
      await expectClose(tensor, array(`before_${key}`), { atol: 2e-6 });
    }
    const optimizer = new optim.SGD(layer.parameters(), { lr: 0.2, momentum: 0.9 });
    const losses: Tensor[] = [];
    const xs = fromFixture(array('xs'));
    for (const x of xs) {
      optimizer.zeroGrad();
      const loss = layer(x).sin().square().mean();
      loss.backward();
      optimizer.step();
      losses.push(loss);
    }
    const tolerance = { rtol: 5e-5, atol: 5e-6 };
    await expectClose(torch.stack(losses), array('losses'), tolerance);
    for (const [key, tensor] of Object.entries(layer.stateDict()))
      await expectClose(tensor, array(`after_${key}`), tolerance);
    await expectClose(layer.eval()(xs.at(0)), array('evaluated'), tolerance);
    const whole = () => nn.utils.parametrize.removeParametrizations(layer, 'weight');
    const remove = norm === 'weightNorm' ? nn.utils.removeWeightNorm : nn.utils.removeSpectralNorm;
    await expectClose((parametrized ? whole() : remove(layer)).weight, array('weight'), tolerance);
    expect(`${layer}`).toBe('Linear(in_features=4, out_features=3, bias=True)');
  });
});

describe('pruning', () => {
  const { prune } = nn.utils;

  test.each(pruned)('$name', async ({ name, pruned: calls, seed, keys }) => {
    const array = (key: string) => fixture.tensor(`${name}/${key}`);
    torch.manualSeed(seed);
    const layer = new nn.Linear(4, 3);
    for (const { function: of, options } of calls) prune[of](layer, { name: 'weight', ...options } as never);
    const parts = layer as nn.Linear & { readonly weightOrig: nn.Parameter; readonly weightMask: Tensor };
    expect(prune.isPruned(new nn.Sequential(layer))).toBe(true);
    expect(Object.keys(layer.stateDict())).toEqual(keys);
    const y = layer(fromFixture(array('x')));
    await expectClose(parts.weightMask, array('mask'));
    await expectClose(parts.weightOrig, array('original'));
    await expectClose(y, array('y'));
    y.mul(fromFixture(array('dy')))
      .sum()
      .backward();
    await expectClose(parts.weightOrig.grad!, array('grad'));
    const copy = torch.deepcopy(layer);
    prune.remove(copy, 'weight');
    expect([prune.isPruned(copy), prune.isPruned(layer)]).toEqual([false, true]);
    await expectClose(copy.weight, array('weight'));
    await expectClose(copy(fromFixture(array('x'))), array('y'));
    expect(() => prune.remove(copy, 'weight')).toThrow(/expected 'weight' of Linear to be pruned/);
  });

  test('two layers together, a method of a program, and wrong amounts', async () => {
    torch.manualSeed(140);
    const [first, second] = [new nn.Linear(4, 3), new nn.Linear(3, 2)];
    prune.l1Unstructured(first, 'weight', 0.25);
    const parameters: [nn.Module, string][] = [first, second].map((layer) => [layer, 'weight']);
    prune.globalUnstructured(parameters, prune.L1Unstructured, { amount: 0.4 });
    await expectClose(first.getBuffer('weight_mask'), fixture.tensor('pruned-together/first'));
    await expectClose(second.getBuffer('weight_mask'), fixture.tensor('pruned-together/second'));
    class EveryOther extends prune.BasePruningMethod {
      override computeMask(t: Tensor, defaultMask: Tensor): Tensor {
        return defaultMask.mul(torch.arange(t.numel()).remainder(2).reshape(t.shape));
      }
    }
    EveryOther.apply(first, 'bias');
    expect(await first.getBuffer('bias_mask').tolist()).toEqual([0, 1, 0]);
    const weights = torch.tensor([3.5, 0.5, 2]);
    expect(await new prune.L1Unstructured(1).prune(weights).tolist()).toEqual([3.5, 0, 2]);
    prune.L1Unstructured.apply(second, 'bias', 1, { importanceScores: torch.tensor([2.5, 1.5]) });
    expect(await second.getBuffer('bias_mask').tolist()).toEqual([1, 0]);
    expect(() => prune.l1Unstructured(second, 'weight', 1.5)).toThrow(/a share from 0 to 1 or a whole number/);
    expect(() => prune.l1Unstructured(new nn.Linear(2, 2), 'weight', 5)).toThrow(/an amount of at most 4/);
    expect(() => prune.lnStructured(new nn.Linear(2, 2), 'bias', 1, 2, 0)).toThrow(/at least 2 dimensions/);
    expect(() => prune.identity(second, 'gain')).toThrow(/a parameter named 'gain', but Linear has none/);
  });
});

describe('layers', () => {
  test('rrelu and gumbelSoftmax draw at random within their bounds', async () => {
    torch.manualSeed(1);
    const y = F.rrelu(torch.full([500], -1, { dtype: 'float32' }), { lower: 0.2, upper: 0.4, training: true });
    const [low, high] = [await y.amin().item(), await y.amax().item()] as [number, number];
    expect([low >= -0.4 && low < -0.38, high <= -0.2 && high > -0.22]).toEqual([true, true]);
    const soft = F.gumbelSoftmax(torch.zeros(4, 3), { tau: 0.5 });
    expect(await torch.allclose(soft.sum(-1), torch.ones(4))).toBe(true);
    const logits = torch.zeros(50, 3, { requiresGrad: true });
    const hard = F.gumbelSoftmax(logits, { hard: true });
    expect(await hard.detach().sum(-1).tolist()).toEqual(Array(50).fill(1));
    hard.mul(torch.arange(3)).sum().backward();
    expect(await logits.grad!.abs().sum().item()).toBeGreaterThan(0);
  });

  test('a lazy norm takes a state dict before its first input', async () => {
    const eager = new nn.BatchNorm2d(3);
    eager(torch.randn(2, 3, 4, 4));
    const lazy = new nn.LazyBatchNorm2d();
    lazy.loadStateDict(eager.stateDict());
    const x = torch.randn(2, 3, 4, 4);
    expect(await torch.equal(lazy.eval()(x), eager.eval()(x))).toBe(true);
    expect(lazy).toBeInstanceOf(nn.BatchNorm2d);
    expect(torch.deepcopy(new nn.LazyBatchNorm1d())(x.at(0, 0)).shape).toEqual([4, 4]);
  });

  test('checkpoints without num_batches_tracked load, other missing keys do not', async () => {
    const norm = new nn.Sequential(new nn.BatchNorm1d(2));
    const { '0.num_batches_tracked': _, ...old } = norm.stateDict();
    expect(norm.loadStateDict(old)).toEqual({ missingKeys: [], unexpectedKeys: [] });
    const { '0.running_mean': mean, ...less } = old;
    expect(() => norm.loadStateDict({ ...less, mean: mean! })).toThrow(
      'Error(s) in loading state_dict for Sequential:\n\tMissing key(s) in state_dict: "0.running_mean". \n\tUnexpected key(s) in state_dict: "mean". ',
    );
  });

  test('say what they want', () => {
    expect(() => new nn.Embedding(3, 2, { sparse: true })).toThrow(/expected sparse false/);
    expect(() => F.bilinear(torch.ones(2, 3), torch.ones(2, 4), torch.ones(5, 4, 3))).toThrow(
      /bilinear: .*\[5, 4, 3\]/,
    );
    expect(() => F.channelShuffle(torch.ones(1, 5, 2), 2)).toThrow(/multiple of groups 2/);
    expect(() => F.rrelu(torch.ones(2), { lower: 1, upper: 0 })).toThrow(/lower ≤ upper/);
    expect(() => new nn.Transformer({ dModel: 8, nhead: 2 })(torch.ones(2, 1, 8), torch.ones(2, 1, 6))).toThrow(
      /8 features/,
    );
  });
});
