// Compiles every kernel with every set of constants that the code can choose: all candidates of what is tuned, and, as for a GPU,
// every operation with its gradients. The device checks them and compiles nothing for a machine.
import * as torch from 'lamplight';
import { autograd, nn, type Tensor } from 'lamplight';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { compile } from '../../../src/engine/compiler/compile';
import type { Program } from '../../../src/engine/compiler/ir';
import { pipelineRequests } from '../../../src/engine/compiler/link';
import type { AdapterProfile, Tuning } from '../../../src/engine/gpu/device';
import { Pipelines } from '../../../src/engine/gpu/pipelines';
import { adapterOf } from '../../support/adapter';
import { allParts } from '../../support/all-parts';
import { gradchecks, inputsOf } from '../../support/gradchecks';
import { CNNModel, ComplexCNNModel } from '../../support/models';
import { nullDevice } from '../../support/null-device';
import { programsOf, stepProgram } from '../../support/recorded';

const F = nn.functional;

let device: GPUDevice;
let pipelines: Pipelines;
beforeAll(async () => {
  await allParts();
  device = await nullDevice();
  pipelines = new Pipelines(device);
});
afterAll(() => device?.destroy());

const profile = (kind: AdapterProfile['kind'], architecture: string, tuning?: Tuning) =>
  adapterOf(kind, { architecture, features: new Set(device.features as Set<string>), ...(tuning && { tuning }) });

const kinds = [
  ['processors', 'software', ''],
  ['SwiftShader', 'software', 'swiftshader'],
  ['GPUs', 'gpu', ''],
] as const;

/** Answers with the candidate of this number, and remembers whether there was one. */
class Numbered implements Tuning {
  found = false;
  constructor(private readonly number: number) {}

  choose<T>(_kernel: string, _shape: readonly number[], candidates: readonly T[], fallback: T): T {
    if (this.number < candidates.length) this.found = true;
    return candidates[this.number] ?? fallback;
  }
}

const compiled = (program: Program, adapter: AdapterProfile) =>
  Promise.all(pipelines.getAll(pipelineRequests(compile(program, adapter))));

const withGradients = (y: Tensor, inputs: readonly Tensor[]): Tensor[] => {
  const gradients = autograd.grad(y, inputs, torch.ones(y.shape), { allowUnused: true });
  return [y, ...gradients].filter((x) => x !== null);
};
const leaf = (...shape: number[]) => torch.rand(shape).requiresGrad_();

const product = (a: number[], b: number[], after: (y: Tensor) => Tensor = (y) => y) => {
  return () =>
    programsOf(() => {
      const inputs = [leaf(...a), leaf(...b)] as const;
      return withGradients(after(inputs[0].matmul(inputs[1])), inputs);
    });
};

const convolution = (x: number[], w: number[], options: object = {}) => {
  return () =>
    programsOf(() => {
      const inputs = [leaf(...x), leaf(...w), leaf(w[0]!)] as const;
      return withGradients(F.conv2d(...inputs, options).relu(), inputs);
    });
};

const tuned: readonly (readonly [string, () => Program[]])[] = [
  ['a step of CNNModel', () => [stepProgram(new CNNModel(), 10)]],
  ['a step of ComplexCNNModel', () => [stepProgram(new ComplexCNNModel(), 10)]],
  ['a large product', product([256, 300], [300, 260])],
  ['a small product and what follows it', product([7, 33], [33, 5], (y) => y.add(1).tanh())],
  ['a long sum of few results', product([16, 20_000], [20_000, 12])],
  ['products of many matrices', product([6, 40, 33], [6, 33, 50])],
  ['a matrix and a vector', product([500, 300], [300, 1])],
  ['a vector and a matrix', product([1, 300], [300, 500])],
  ['a convolution of 3 × 3', convolution([4, 16, 20, 20], [32, 16, 3, 3], { padding: 1 })],
  ['a convolution of one channel', convolution([4, 1, 28, 28], [8, 1, 5, 5])],
  ['a convolution with stride', convolution([2, 8, 23, 21], [12, 8, 3, 3], { stride: 2, padding: 1 })],
  ['a dilated convolution in groups', convolution([2, 8, 17, 18], [12, 4, 3, 2], { dilation: 2, groups: 2 })],
  ['a convolution of 1 × 1', convolution([4, 32, 14, 14], [48, 32, 1, 1])],
  ['a convolution of each channel', convolution([2, 24, 14, 14], [24, 1, 3, 3], { padding: 1, groups: 24 })],
  ['a convolution of 11 × 11', convolution([2, 3, 64, 64], [16, 3, 11, 11], { stride: 4, padding: 2 })],
];

describe.for(kinds)('every candidate for %s', ([, kind, architecture]) => {
  test.for(tuned)('of %s', { timeout: 600_000 }, async ([, record]) => {
    const programs = record();
    expect(programs.length).toBeGreaterThan(0);
    for (let number = 0, found = true; found; number++) {
      found = false;
      for (const program of programs) {
        const tuning = new Numbered(number);
        await compiled(program, profile(kind, architecture, tuning));
        found ||= tuning.found;
      }
    }
  });
});

describe('as for a GPU', () => {
  test.each(Object.entries(gradchecks))('%s', { timeout: 600_000 }, async (_, cases) => {
    for (const one of cases) {
      const [, fn, , once] = one;
      const programs = programsOf(() => {
        const inputs = inputsOf(one);
        const outputs = [fn(...inputs)].flat();
        const smooth = outputs.filter((y) => y.requiresGrad);
        const seeds = smooth.map((y) => torch.onesLike(y).requiresGrad_());
        const options = { createGraph: once !== 'once', allowUnused: true };
        const gradients = autograd.grad(smooth, inputs, seeds, options).filter((dx) => dx !== null);
        return [...outputs, ...gradients];
      });
      for (const program of programs) await compiled(program, profile('gpu', ''));
    }
  });
});
