// Nodes of networks as torchvision names them, and networks that give the results of chosen ones.
import * as torch from 'lamplight';
import { nn, type Tensor } from 'lamplight';
import { models } from 'lamplight/vision';
import { describe, expect, test, vi } from 'vitest';
import { type FixtureCase, loadFixture } from '../../support/fixtures';
import { partOf } from '../../support/sample';

const F = nn.functional;

interface Case extends FixtureCase {
  readonly network: string;
  readonly options: object;
  readonly shape: readonly number[];
  readonly eval: readonly string[];
  /** Null where they are those of evaluation. */
  readonly train: readonly string[] | null;
}

/** As in the fixtures: operations and a module that come again, a parameter of its own, and a branch of training. */
class Repeating extends nn.Module {
  scale = new nn.Parameter(torch.ones(4));
  fc = new nn.Linear(4, 4);
  act = new nn.Tanh();

  forward(x: Tensor): Tensor {
    let y = F.relu(this.fc(x)).add(x);
    y = F.relu(this.fc(y)).mul(this.scale);
    const [a, b] = y.chunk(2, 1) as [Tensor, Tensor];
    y = torch.cat([this.act(a), this.act(b)], 1).mul(this.scale);
    y.add_(x);
    if (this.training) y = F.dropout(y, 0.5, true);
    return y.flatten(1).at(':', 0);
  }
}

const { cases } = await loadFixture<Case>('network-nodes');
const networks = { ...models, ...models.segmentation, repeating: () => new Repeating() } as unknown as Record<
  string,
  (options: object) => nn.Module
>;

test.each(partOf(cases, 4))('nodes of $name', ({ network, options, shape, eval: evaluation, train }) => {
  const model = networks[network]!(options);
  torch.manualSeed(1);
  const state = Object.entries(model.stateDict()).map(([, value]) => value.storage.value);
  const lists = models.getGraphNodeNames(model, torch.rand(...shape), { suppressDiffWarning: true });
  expect(lists[1]).toEqual(evaluation);
  expect(lists[0]).toEqual(train ?? evaluation);
  expect(model.training).toBe(true);
  // Running statistics are those of before.
  expect(Object.values(model.stateDict()).map((value) => value.storage.value)).toEqual(state);
});

test('lists that differ are warned of', () => {
  const warn = vi.spyOn(console, 'warn').mockImplementation(() => {});
  models.getGraphNodeNames(new Repeating(), torch.rand(2, 4));
  expect(warn.mock.calls.join()).toContain('trainReturnNodes');
  warn.mockRestore();
  expect(() => models.getGraphNodeNames(new Repeating(), undefined as never)).toThrow(
    "missing 1 required argument: 'example'",
  );
});

describe('a feature extractor', () => {
  test('gives nodes by their names or by others, and the last of many', () => {
    const alexNet = models.alexnet().eval();
    const x = torch.rand(1, 3, 350, 210);
    const { maps, features } = models.createFeatureExtractor(alexNet, { 'features.0': 'maps', features: 'features' })(
      x,
    );
    expect(maps!.shape).toEqual([1, 64, 86, 51]);
    expect(features!.shape).toEqual([1, 256, 9, 5]);
    expect(Object.keys(models.createFeatureExtractor(alexNet, ['flatten', 'avgpool'])(x))).toEqual([
      'avgpool',
      'flatten',
    ]);
  });

  test('has the modules, the mode and the keys of the network', () => {
    const model = models.resnet18();
    const extractor = models.createFeatureExtractor(model, ['layer1.0.relu_1', 'layer2']);
    expect(Object.keys(extractor.stateDict())).toEqual(Object.keys(model.stateDict()));
    expect(extractor.training).toBe(true);
    extractor.eval();
    expect(model.training).toBe(false);
    const found = extractor(torch.rand(1, 3, 64, 64));
    expect(Object.entries(found).map(([key, { shape }]) => [key, shape])).toEqual([
      ['layer1.0.relu_1', [1, 64, 16, 16]],
      ['layer2', [1, 128, 8, 8]],
    ]);
    const parameters = Object.keys(
      models.createFeatureExtractor(models.vitB16({ imageSize: 32 }), ['class_token']).stateDict(),
    );
    expect(parameters).toContain('class_token');
  });

  test('calls nothing behind the last node', () => {
    const model = models.resnet18();
    const called: string[] = [];
    for (const [name, module] of model.namedChildren()) module.registerForwardHook(() => void called.push(name));
    const extractor = models.createFeatureExtractor(model, { layer1: 'low' });
    const x = torch.rand(2, 3, 32, 32);
    extractor(x);
    called.length = 0;
    const before = model.layer2.stateDict()['0.bn1.running_mean']!.storage.value;
    const { low } = extractor(x);
    // Not even layer1 comes to its end: what its last node gives is all that is wanted.
    expect(called).toEqual(['conv1', 'bn1', 'relu', 'maxpool']);
    expect(model.layer2.stateDict()['0.bn1.running_mean']!.storage.value).toBe(before);
    expect(low!.requiresGrad).toBe(true);
  });

  test('has nodes of its own in each mode', () => {
    const model = new Repeating();
    const extractor = models.createFeatureExtractor(model, null, { dropout: 'out' } as never, ['flatten'] as never);
    const x = torch.rand(2, 4);
    expect(Object.keys(extractor(x))).toEqual(['out']);
    extractor.eval();
    expect(Object.keys(extractor(x))).toEqual(['flatten']);
    const named = models.createFeatureExtractor(model, {
      trainReturnNodes: ['dropout'],
      evalReturnNodes: { fc_1: 'second' },
    });
    expect(Object.keys(named(x))).toEqual(['second']);
  });

  test('refuses names that are not there', () => {
    const model = new Repeating();
    expect(() => models.createFeatureExtractor(model, ['body.0'])).toThrow("node 'body.0' is not present in model");
    const late = models.createFeatureExtractor(model, ['relu_7']);
    expect(() => late(torch.rand(2, 4))).toThrow("node 'relu_7' is not present in model. Hint: use getGraphNodeNames");
    expect(() => models.createFeatureExtractor(model, {})).toThrow('expected returnNodes');
    expect(() => models.createFeatureExtractor(model, { trainReturnNodes: ['fc'] })).toThrow('together, but got one');
    expect(() => models.createFeatureExtractor(model, ['fc'], ['fc'] as never, ['fc'] as never)).toThrow(
      'got all of them',
    );
  });

  test('passes on the errors of the network', () => {
    const extractor = models.createFeatureExtractor(models.alexnet(), ['features']);
    expect(() => extractor(torch.rand(3, 3))).toThrow(torch.ShapeError);
  });
});
