// Perturbation methods, measures and TCAV beside Captum's values, on small networks.

import type { nn, Tensor } from 'lamplight';
import * as torch from 'lamplight';
import * as interpret from 'lamplight/interpret';
import { Classifier, Concept, type ConceptData, infidelity, Saliency, sensitivityMax, TCAV } from 'lamplight/interpret';
import { describe, expect, test } from 'vitest';
import { expectClose, fromFixture } from '../../support/close';
import { explained } from '../../support/explained';
import { type FixtureCase, type FixtureNumber, fixtureNumber, loadFixture } from '../../support/fixtures';

type Encoded = null | number | string | boolean | { readonly array: string } | readonly Encoded[];

interface Case extends FixtureCase {
  readonly method?: string;
  readonly model: keyof typeof explained;
  readonly options: Readonly<Record<string, Encoded>>;
  /** The rows of the model's inputs that are explained. */
  readonly rows?: readonly [number, number];
  /** What is explained of the model: the sum of its outputs, one number a batch. */
  readonly forward?: 'sum';
  readonly perm?: 'flip';
  readonly seed?: number;
  readonly tolerance?: number;
  readonly surrogate?: { readonly kind: 'lasso' | 'ridge' | 'regression'; readonly options: object };
  readonly kernel?: readonly [mode: 'cosine' | 'euclidean', width: number];
  readonly shared?: boolean;
  readonly normalize?: boolean;
  readonly measure?: string;
  readonly order?: 'fro' | FixtureNumber;
  readonly layers?: readonly string[];
  readonly sets?: readonly (readonly number[])[];
  readonly attributeToLayerInput?: boolean;
  readonly accuracies?: Readonly<Record<string, number>>;
  readonly layerAttrMethod?: 'LayerIntegratedGradients';
}

interface Method {
  attribute(...args: readonly unknown[]): Promise<unknown>;
}

const fixture = await loadFixture<Case>('perturbation');
const array = (key: string): Tensor => fromFixture(fixture.tensor(key));
const models = new Map<string, nn.Module>();

function modelOf(name: keyof typeof explained): nn.Module {
  const known = models.get(name);
  if (known) return known;
  const model: nn.Module = new explained[name]();
  const keys = Object.keys(model.stateDict());
  model.loadStateDict(Object.fromEntries(keys.map((key) => [key, array(`model/${name}/${key}`)])));
  models.set(name, model.eval());
  return model;
}

function inputsOf(name: string): Tensor[] {
  const found: Tensor[] = [];
  for (let i = 0; fixture.has(`inputs/${name}/${i}`); i++) found.push(array(`inputs/${name}/${i}`));
  return found;
}

function decoded(value: Encoded, name: string): unknown {
  if (Array.isArray(value)) return value.map((item) => decoded(item, name));
  if (typeof value === 'object' && value !== null) return array(`${name}/${(value as { array: string }).array}`);
  return value;
}

const flip = (x: Tensor, mask: Tensor): Tensor => torch.where(mask, x.flip(0), x);

/** A generator of the fixture's samples, which begins anew for every example. */
const drawn = (samples: Tensor) =>
  function* (): Generator<Tensor> {
    for (let i = 0; i < samples.shape[0]!; i++) yield samples.narrow(0, i, 1);
  };

const SURROGATES = {
  lasso: interpret.Lasso,
  ridge: interpret.Ridge,
  regression: interpret.LinearRegression,
} as const;

function explainerOf(each: Case): Method {
  const { name, method, perm, surrogate, kernel, shared } = each;
  const model = modelOf(each.model) as unknown as (...args: readonly unknown[]) => Tensor;
  const forward = each.forward ? (...args: readonly unknown[]) => model(...args).sum() : model;
  const make = Reflect.get(interpret, method!) as new (...args: readonly unknown[]) => Method;
  if (method === 'LimeBase') {
    const noise = array(`${name}/noise`);
    return new make(forward, new interpret.Ridge({ alpha: 0.5 }), {
      similarityFunc: (x: Tensor, sample: Tensor, _: Tensor, { kernelWidth }: { kernelWidth: number }) =>
        x
          .sub(sample)
          .square()
          .sum()
          .div(-(kernelWidth ** 2))
          .exp(),
      perturbFunc: function* (x: Tensor) {
        for (let i = 0; i < noise.shape[0]!; i++) yield x.add(noise.narrow(0, i, 1));
      },
      perturbInterpretableSpace: false,
      toInterpRepTransform: (sample: Tensor) => sample,
    });
  }
  if (method !== 'Lime') return new make(forward, ...(perm ? [flip] : []));
  const byFeatures = (_x: Tensor, _sample: Tensor, sample: Tensor, { numInterpFeatures }: interpret.SampleOptions) =>
    sample
      .float()
      .mean()
      .add(0.1 * numInterpFeatures);
  return new make(forward, {
    interpretableModel: surrogate && new SURROGATES[surrogate.kind](surrogate.options),
    similarityFunc: shared ? byFeatures : kernel && interpret.getExpKernelSimilarityFunction(...kernel),
    perturbFunc: fixture.has(`${name}/samples`) ? drawn(array(`${name}/samples`)) : undefined,
  });
}

const flat = (value: unknown): Tensor[] => (Array.isArray(value) ? value.flatMap(flat) : [value as Tensor]);

describe('values of Captum', () => {
  test.each(fixture.cases.filter(({ method }) => method !== undefined))('$name', async (each) => {
    const { name, options, seed, rows, tolerance = 2e-4 } = each;
    const explainer = explainerOf(each);
    const all = inputsOf(each.model);
    const inputs = rows ? all.map((x) => x.narrow(0, rows[0], rows[1] - rows[0])) : all;
    const given = Object.entries(options).map(([key, value]): [string, unknown] => [key, decoded(value, name)]);
    if (seed !== undefined) torch.manualSeed(seed);
    const result = await explainer.attribute(inputs.length > 1 ? inputs : inputs[0], Object.fromEntries(given));
    const close = { rtol: tolerance, atol: tolerance / 10 };
    for (const [i, x] of flat(result).entries()) await expectClose(x, fixture.tensor(`${name}/out/${i}`), close);
  });
});

describe('measures', () => {
  const close = { rtol: 1e-4, atol: 1e-6 };
  const cnn = modelOf('cnn');
  const [x] = inputsOf('cnn') as [Tensor];
  const ofMeasure = (kind: string): Case[] => fixture.cases.filter(({ measure }) => measure === kind);

  test.each(ofMeasure('infidelity'))('$name', async ({ name, normalize }) => {
    const [noise, maps] = [array(`${name}/noise`), array(`${name}/maps`)];
    const perturb = (rows: Tensor) => [noise, rows.sub(noise)] as const;
    const found = infidelity(cnn, perturb, x, maps, { target: [0, 2], nPerturbSamples: 3, normalize: normalize! });
    await expectClose(found, fixture.tensor(`${name}/out`), close);
  });

  const own = (name: string) => ({
    baselines: [array(`${name}/own`), 0.25] as const,
    additionalForwardArgs: [array(`${name}/shift`), 0.5],
    target: [0, 1, 2],
  });

  test('infidelity of two inputs', async () => {
    const name = 'infidelity of two inputs';
    const noise = [array(`${name}/noise0`), array(`${name}/noise1`)];
    const perturb = interpret.infidelityPerturbFuncDecorator(true)((rows: readonly Tensor[]) =>
      rows.map((each, i) => each.sub(noise[i]!.narrow(0, 0, each.shape[0]!))),
    );
    const maps = [array(`${name}/maps0`), array(`${name}/maps1`)];
    const options = { ...own(name), nPerturbSamples: 4, maxExamplesPerBatch: 6 };
    const found = infidelity(modelOf('mlp'), perturb, inputsOf('mlp'), maps, options);
    await expectClose(found, fixture.tensor(`${name}/out`), close);
  });

  test.each(ofMeasure('sensitivityMax'))('$name', async ({ name, order }) => {
    const noise = array(`${name}/noise`);
    const found = sensitivityMax(new Saliency(cnn), x, {
      perturbFunc: (rows: Tensor) => rows.add(noise),
      target: [0, 2],
      nPerturbSamples: 3,
      normOrd: order === 'fro' ? order : fixtureNumber(order!),
    });
    await expectClose(found, fixture.tensor(`${name}/out`), close);
  });

  test('sensitivity of two inputs', async () => {
    const name = 'sensitivity of two inputs';
    torch.manualSeed(44);
    const method = new interpret.IntegratedGradients(modelOf('mlp'));
    const options = { ...own(name), nPerturbSamples: 5, maxExamplesPerBatch: 9, nSteps: 4 };
    await expectClose(sensitivityMax(method, inputsOf('mlp'), options), fixture.tensor(`${name}/out`), {
      rtol: 1e-3,
      atol: 1e-5,
    });
  });
});

/** Points from the mean of the others to that of a concept. */
class MeanDifference extends Classifier {
  rows: Tensor | null = null;
  labels: number[] = [];

  override async trainAndEval(data: ConceptData): Promise<{ accs: number }> {
    const batches = [...data];
    const inputs = torch.cat(batches.map(([x]) => x));
    const labels = torch.cat(batches.map(([, y]) => y));
    this.labels = [...new Set((await labels.tolist()) as number[])].sort((a, b) => b - a);
    const means = this.labels.map((label) => {
      const of = (rows: Tensor): Tensor => inputs.mul(rows.float().unsqueeze(1)).sum(0).div(rows.float().sum());
      return [of(labels.eq(label)), of(labels.ne(label))] as const;
    });
    this.rows = torch.stack(means.map(([own, others]) => own.sub(others)));
    const offsets = torch.stack(means.map(([own, others]) => own.sub(others).mul(own.add(others)).sum().div(2)));
    const found = inputs.matmul(this.rows.t()).sub(offsets).argmax(1);
    const right = torch.tensor(this.labels).indexSelect(0, found).eq(labels);
    return { accs: await right.float().mean().item() };
  }

  override weights(): Tensor {
    return this.rows!;
  }

  override classes(): number[] {
    return this.labels;
  }
}

describe('concepts', () => {
  test.each(fixture.cases.filter(({ sets }) => sets !== undefined))('$name', async (each) => {
    const { name, layers, sets, options, layerAttrMethod, attributeToLayerInput } = each;
    const model = modelOf('cnn');
    const given = [0, 1, 2].map((i) => new Concept(i, `pattern${i}`, array(`concepts/${i}`).split(4)));
    const tcav = new TCAV(model, layers!, {
      classifier: new MeanDifference(),
      attributeToLayerInput: attributeToLayerInput!,
      layerAttrMethod: layerAttrMethod
        ? new interpret.LayerIntegratedGradients(model, 'fc', { multiplyByInputs: false })
        : null,
    });
    const named = sets!.map((set) => set.map((i) => given[i]!));
    const scores = await tcav.interpret(array('concepts/inputs'), named, options);
    for (const set of sets!) {
      const key = set.join('-');
      for (const layer of layers!) {
        const { signCount, magnitude } = scores[key]![layer]!;
        await expectClose(signCount, fixture.tensor(`${name}/${key}/${layer}/signCount`));
        await expectClose(magnitude, fixture.tensor(`${name}/${key}/${layer}/magnitude`), { rtol: 1e-4, atol: 1e-6 });
        expect(tcav.cavs[key]![layer]!.stats.accs).toBeCloseTo(each.accuracies![`${key}/${layer}`]!, 6);
      }
    }
  });
});
