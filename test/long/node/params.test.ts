// Holds what each pass writes into its uniforms against the structs of its source: types, order and number.
import * as torch from 'lamplight';
import { autograd, fft, linalg, nn, optim, Tensor, vision } from 'lamplight';
import { describe, expect, test } from 'vitest';
import { CNNModel, ComplexCNNModel } from '../../../demos/mnist/models';
import { nmsMask } from '../../../src/doors/vision/ops/nms';
import { compile } from '../../../src/engine/compiler/compile';
import { type Params, type Pass, type Program, paramsOf } from '../../../src/engine/compiler/ir';
import { withTexts } from '../../../src/engine/compiler/texts';
import { fromHost } from '../../../src/engine/graph/record';
import { winogradPasses } from '../../../src/engine/kernels/conv/winograd';
import { topk } from '../../../src/engine/kernels/sort/topk';
import { gatherBytes } from '../../../src/engine/ops/indexing/indexing';
import { attention } from '../../../src/engine/ops/linalg/attention';
import { packPixels, unpackPixels } from '../../../src/engine/ops/pictures/pixels';
import { specialise } from '../../../src/engine/wgsl/specialise';
import { adapterOf } from '../../support/adapter';
import { allParts } from '../../support/all-parts';
import { ofLargeWork } from '../../support/gpu-kernels';
import { gradchecks } from '../../support/gradchecks';
import { gradientPrograms, programsOf, stepProgram } from '../../support/recorded';
import { type Field, uniformsOf } from '../../support/uniforms';

await allParts();

const adapters = [
  adapterOf('software', { architecture: 'swiftshader', features: new Set(['subgroups']) }),
  adapterOf('gpu', { features: new Set(['subgroups', 'shader-f16']) }),
];

const files = import.meta.glob<string>('../../../shaders/*.wgsl', { query: '?raw', import: 'default', eager: true });

/** What tells kernels apart, and what the compiler makes of them keeps: the struct of their uniforms, and their functions. */
interface Kernel {
  readonly path: string;
  readonly params: string;
  readonly functions: readonly string[];
}

const compact = (code: string): string => code.replace(/\/\/[^\n]*/g, '').replace(/\s+/g, '');
const kernels = Object.entries(files).flatMap(([path, source]): Kernel[] => {
  // This one is generated, struct and all.
  if (path.endsWith('/pointwise.wgsl')) return [];
  const params = compact(/struct \w+ \{[^}]*\}/.exec(source)?.[0] ?? '');
  return [{ path, params, functions: [...source.matchAll(/\bfn \w+\(/g)].map(([head]) => head) }];
});
const seen = new Set<string>();

/** Fields that hold the bits of an element of any type. */
const bits = new Set(['fill']);

/** What is wrong with params for a struct of these fields; gaps that alignment leaves are filled by zeros. */
function wrongWith(given: Params, fields: readonly Field[]): string[] {
  const params = paramsOf(given);
  const names = Array.isArray(given) ? [] : Object.keys(given);
  const byOffset = new Map(fields.map((field) => [field.offset, field]));
  const wrong = params.flatMap(([type, value], i) => {
    const field = byOffset.get(4 * i);
    if (!field) return value === 0 ? [] : [`byte ${4 * i}: no field, but a param`];
    const name = field.name
      .replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase())
      .replace(/\[(\d)\]\[(\d)\]/, (_, vector, element) => `${4 * Number(vector) + Number(element)}`)
      .replace(/\[(\d)\]/, '$1');
    if (names.length > 0 && names[i] !== name) return [`${name}: a param of the name ${names[i]}`];
    return field.type === type || bits.has(field.name) ? [] : [`${field.name}: ${field.type}, but a param of ${type}`];
  });
  const unset = fields.filter(({ offset }) => offset >= 4 * params.length);
  return [...wrong, ...unset.map(({ name }) => `${name}: no param`)];
}

const known = new Map<string, Map<number, readonly Field[]>>();

/** The uniforms of a pass's source; kernels that it is made of count as seen. */
function uniformsIn({ source, consts }: Pass): Map<number, readonly Field[]> {
  const key = JSON.stringify([source, consts]);
  let uniforms = known.get(key);
  if (!uniforms) {
    const code = specialise(source.join('\n'), consts);
    uniforms = uniformsOf(code);
    known.set(key, uniforms);
    const shape = compact(code);
    for (const { path, params, functions } of kernels) {
      if (shape.includes(params) && functions.every((head) => code.includes(head))) seen.add(path);
    }
  }
  return uniforms;
}

function expectStruct(pass: Pass): void {
  const uniforms = uniformsIn(pass);
  let binding = pass.reads.length + pass.writes.length;
  const hold = (params: Params | undefined): void => {
    if (!params || paramsOf(params).length === 0) return;
    expect(wrongWith(params, uniforms.get(binding) ?? []), `${pass.label}, binding ${binding}`).toEqual([]);
    binding++;
  };
  hold(pass.params);
  binding += (pass.extras?.reads.length ?? 0) + (pass.extras?.writes.length ?? 0);
  hold(pass.extras?.params);
  const { general, besides = [] } = pass.variants ?? {};
  for (const other of [...(general ? [general] : []), ...besides]) expectStruct(other);
}

function expectStructs(programs: readonly Program[]): void {
  expect(programs.length).toBeGreaterThan(0);
  for (const program of programs) {
    for (const adapter of adapters) for (const { pass } of compile(program, adapter).steps) expectStruct(pass);
  }
}

describe('a function, its gradient, and the gradient of that', () => {
  test.each(Object.values(gradchecks).flat())('%s', (...one) => {
    expectStructs(gradientPrograms(one));
  });
});

describe('training', () => {
  test.each<[string, () => nn.UnaryModule]>([
    ['CNNModel', () => new CNNModel()],
    ['ComplexCNNModel', () => new ComplexCNNModel()],
  ])('a step of %s', (_, make) => expectStructs([stepProgram(make(), 10)]));

  test.each<[string, (parameters: nn.Parameter[]) => optim.Optimizer]>([
    ['SGD', (p) => new optim.SGD(p, 0.1)],
    ['SGD with momentum', (p) => new optim.SGD(p, 0.1, { momentum: 0.9 })],
    ['Adam', (p) => new optim.Adam(p)],
    ['Adam with amsgrad', (p) => new optim.Adam(p, { amsgrad: true })],
    ['AdamW', (p) => new optim.AdamW(p)],
    ['Adamax', (p) => new optim.Adamax(p)],
    ['NAdam', (p) => new optim.NAdam(p)],
    ['RAdam', (p) => new optim.RAdam(p)],
    ['RMSprop', (p) => new optim.RMSprop(p)],
    ['RMSprop with momentum', (p) => new optim.RMSprop(p, { momentum: 0.9 })],
    ['RMSprop, centered', (p) => new optim.RMSprop(p, { centered: true })],
    ['RMSprop, centered with momentum', (p) => new optim.RMSprop(p, { centered: true, momentum: 0.9 })],
    ['Adagrad', (p) => new optim.Adagrad(p)],
    ['Adadelta', (p) => new optim.Adadelta(p)],
    ['ASGD', (p) => new optim.ASGD(p)],
    ['Adafactor', (p) => new optim.Adafactor(p)],
    ['Rprop', (p) => new optim.Rprop(p)],
  ])('a clipped step of %s', (_, make) => {
    const programs = programsOf(() => {
      const model = new nn.Sequential(new nn.Linear(5, 3), new nn.Dropout());
      const optimizer = make(model.parameters());
      const lossFn = new nn.CrossEntropyLoss();
      // The first step gives the parameters their places in flat buffers, which the second clips.
      for (let step = 0; step < 2; step++) {
        lossFn(model(torch.ones(4, 5)), torch.tensor([0, 1, 2, 0])).backward();
        nn.utils.clipGradNorm_(model.parameters(), 1);
        nn.utils.clipGradValue_(model.parameters(), 1);
        optimizer.step();
      }
      return [];
    });
    expectStructs(programs);
  });
});

describe('what has no gradient', () => {
  const x = () => torch.rand(6, 40);
  const labels = (count: number, classes: number) => torch.randint(0, classes, [count]);
  const cases: Record<string, () => readonly Tensor[]> = {
    extrema: () => [x().argmax(1), x().argmin(), ...x().cummax(1), ...x().max(0)],
    orders: () => [...x().sort(1), torch.searchsorted(torch.arange(9).float(), x())],
    draws: () => [x().multinomial(3), x().multinomial(3, true)],
    'factors of symmetric matrices, and of large ones': () => {
      const { LD, pivots } = linalg.ldlFactor(torch.rand(3, 3));
      const large = torch.rand(100, 100);
      const spectra = [linalg.eigvalsh(torch.rand(128, 128)), linalg.svdvals(torch.rand(256, 256))];
      return [
        linalg.ldlSolve(LD, pivots, torch.rand(3, 2)),
        linalg.cholesky(large),
        linalg.luFactor(large).LU,
        ...spectra,
      ];
    },
    'transforms of a large prime length': () => [fft.rfft(torch.rand(2, 67))],
    places: () => [nn.functional.oneHot(labels(7, 5), 5), torch.arange(9).gather(0, labels(4, 9))],
    'gradients of many rows': () => {
      const table = torch.rand(50, 8).requiresGrad_();
      nn.functional.embedding(labels(3000, 50), table).square().sum().backward();
      return [table.grad!];
    },
    'writes into views': () => {
      const [floats, whole, truths] = [x(), torch.arange(12).reshape(3, 4), x().gt(0.5)];
      floats.at(':', '::2').fill_(2.5);
      whole.at('::2', 1).fill_(-3);
      truths
        .t()
        .at(1)
        .copy_(torch.zeros(6, { dtype: 'bool' }));
      return [floats, whole, truths];
    },
    'parts that are no multiples of a binding': () =>
      x()
        .narrow(0, 1, 3)
        .clone()
        .split(7, 1)
        .map((part) => part.exp()),
    'losses of many rows': () => [nn.functional.crossEntropy(torch.rand(20_000, 3), labels(20_000, 3))],
    'a norm by running statistics': () => {
      const vector = () => torch.tensor([1.5, 2, 3]);
      const [weight, bias] = [vector(), vector()];
      return [nn.functional.batchNorm(torch.rand(2, 3, 4, 4), vector(), vector(), { weight, bias })];
    },
    ...ofLargeWork,
    'a convolution of small maps': () => {
      const [w, b] = [torch.rand(8, 8, 3, 3, { requiresGrad: true }), torch.rand(8, { requiresGrad: true })];
      return autograd.grad(nn.functional.conv2d(torch.rand(2, 8, 3, 3), w, b, { padding: 1 }).sum(), [w, b]);
    },
    'a convolution of small maps, channel by channel': () => [
      nn.functional.conv2d(torch.rand(1, 128, 4, 4), torch.rand(128, 1, 3, 3), { padding: 1, groups: 128 }),
    ],
    pixels: () => {
      const words = fromHost(new Uint32Array(12), [3, 4], 'uint32');
      const picture = unpackPixels(words, { columns: 4, channels: 3, dtype: 'float32' });
      const bytes = gatherBytes(words, labels(2, 3).value, [1, 4, 4], { divisor: 255, mean: [0.5], std: [0.5] });
      const packed = packPixels(picture, { rowWords: 4, blueFirst: false });
      return [picture, bytes, packed].map((value) => Tensor.of(value));
    },
    'pictures that are turned, and in perspective': () => {
      const { affine, perspective } = vision.transforms.functional;
      const coefficients = [1, 0, 0, 0, 1, 0, 0.01, 0];
      const picture = torch.rand(3, 5, 7);
      const bytes = picture.mul(255).to('uint8');
      return [affine(picture, 15, [1, 0], 1, [0, 0]), perspective(bytes, null, null, { coefficients, fill: 3 })];
    },
    'pictures with other colours, and painted over': () => {
      const { functional } = vision.transforms;
      const picture = torch.zeros(3, 5, 7, { dtype: 'uint8' });
      const boxes = torch.tensor([[1, 1, 4, 3]]);
      return [
        functional.adjustContrast(picture, 2),
        functional.equalize(picture),
        vision.utils.drawBoundingBoxes(picture, boxes, { fill: true }),
      ];
    },
    'attention in one pass': () => {
      const [q, k, v, mask] = [
        torch.rand(2, 3, 9, 8).requiresGrad_(),
        torch.rand(2, 3, 7, 8).requiresGrad_(),
        torch.rand(2, 3, 7, 4).requiresGrad_(),
        torch.rand(9, 7),
      ];
      const options = { scale: 0.5, dropping: { key: [1, 2], p: 0.5 } } as const;
      const [whole, causal] = [mask, null].map((given) =>
        Tensor.of(
          attention(q.value, k.value, v.value, { ...options, mask: given?.value ?? null, causal: given === null }),
        ),
      );
      const gradients = autograd.grad(whole!, [q, k, v], torch.ones(whole!.shape)) as readonly Tensor[];
      const few = attention(torch.rand(3, 1, 8).value, torch.rand(3, 200, 8).value, torch.rand(3, 200, 8).value, {
        mask: null,
        scale: 0.5,
        causal: false,
      });
      return [whole!, causal!, ...gradients, Tensor.of(few)];
    },
    'norms and softmax of long rows': () => {
      const of = (rows: number, length: number) => {
        const x = torch.rand(rows, length).requiresGrad_();
        const y = nn.functional.layerNorm(x, [length]);
        return [y, ...autograd.grad(y.square().sum(), [x])];
      };
      const softmaxes = [1024, 9000].map((length) => torch.rand(80, length).softmax(1));
      return [...of(3, 1024), ...of(600, 12288), ...of(2, 65536), ...softmaxes];
    },
    'boxes that suppress others': () => {
      const { order, keep } = nmsMask(torch.rand(2, 1030, 4), torch.rand(2, 1030), 0.5, {
        classes: labels(2060, 3).reshape(2, 1030),
      });
      return [order, keep];
    },
  };
  test.each(Object.entries(cases))('%s', (_, run) => expectStructs(programsOf(run)));

  test("a convolution's weight gradient on a GPU of Intel", () => {
    const w = torch.rand(8, 8, 3, 3, { requiresGrad: true });
    const run = () => autograd.grad(nn.functional.conv2d(torch.rand(2, 8, 9, 9), w).sum(), [w]);
    const intel = adapterOf('gpu', { vendor: 'intel' });
    for (const program of programsOf(run)) for (const { pass } of compile(program, intel).steps) expectStruct(pass);
  });

  test('the first elements of rows', () => {
    const [x, y] = [[3, 9000] as const, [3, 5] as const].map((shape) => ({ shape, dtype: 'float32' as const }));
    const attrs = { dim: 1, k: 5, descending: true };
    const lowering = withTexts(topk({ inputs: [x!], outputs: [y!], attrs, adapter: adapters[1]! }));
    for (const pass of lowering.kind === 'passes' ? lowering.passes : []) expectStruct(pass);
  });

  test('filtering by Winograd', () => {
    const size = {
      batch: 2,
      groups: 1,
      groupIn: 5,
      groupOut: 6,
      size: [7, 9],
      outSize: [7, 9],
      kernel: [3, 3],
    } as const;
    const steps = { stride: [1, 1], dilation: [1, 1], padTop: 1, padLeft: 1, flip: false, bias: true } as const;
    for (const adapter of adapters) {
      const named = winogradPasses({ ...size, ...steps, weight: { group: 270, out: 45, in: 9 } }, adapter);
      const lowering = withTexts(named);
      for (const pass of lowering.kind === 'passes' ? lowering.passes : []) expectStruct(pass);
    }
  });
});

test('every kernel was seen', () => {
  expect(kernels.map(({ path }) => path).filter((path) => !seen.has(path))).toEqual([]);
});
