// Holds the kernels of real operations to what their sources say: where these let the compiler put pointwise operations, it does, and
// what it makes of them is valid.
import * as torch from 'lamplight';
import { autograd, nn } from 'lamplight';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { CNNModel, ComplexCNNModel } from '../../../demos/mnist/models';
import { compile } from '../../../src/engine/compiler/compile';
import { stepsSharingKernels } from '../../../src/engine/compiler/fusion/share-kernels';
import type { KernelOp, Pass, Program, ProgramNode } from '../../../src/engine/compiler/ir';
import { pipelineRequests } from '../../../src/engine/compiler/link';
import type { Step } from '../../../src/engine/compiler/plan';
import { type DType, type Meta, numel } from '../../../src/engine/core/meta';
import type { AdapterProfile } from '../../../src/engine/gpu/device';
import { generalsOf, Pipelines } from '../../../src/engine/gpu/pipelines';
import { winogradPasses } from '../../../src/engine/kernels/conv/winograd';
import { adapterOf } from '../../support/adapter';
import { allParts } from '../../support/all-parts';
import { ofLargeWork } from '../../support/gpu-kernels';
import { gradchecks } from '../../support/gradchecks';
import { nullDevice } from '../../support/null-device';
import { gradientPrograms, programsOf, stepProgram } from '../../support/recorded';

await allParts();

const adapters = [
  adapterOf('software', { architecture: 'swiftshader', features: new Set(['subgroups']) }),
  adapterOf('gpu', { features: new Set(['subgroups', 'shader-f16']) }),
];

const files = import.meta.glob<string>('../../../shaders/**/*.wgsl', { query: '?raw', import: 'default', eager: true });
const sources = Object.entries(files).map(([path, text]) => ({ name: path.replace('../../../shaders/', ''), text }));

/** Some kernels are made with the lengths of their arrays. */
const withoutLengths = (text: string): string => text.replace(/> (\w+): array<([\w<>]+), \d+>;/g, '> $1: array<$2>;');

/** Names, by text, of the sources that say something of pointwise operations. */
const saying = (words: RegExp): ReadonlyMap<string, string> =>
  new Map(sources.filter(({ text }) => words.test(text)).map(({ name, text }) => [withoutLengths(text), name]));

const storing = saying(/\/\/ (The compiler may put pointwise operations on|And on) the (first )?result\b/);
const loading = saying(/\/\/ The compiler may put pointwise operations on what is read\b/);
const pooling = saying(/\/\/ The compiler may put pointwise operations on the maximum\b/);

const pointwise = (name: string, expr: string): KernelOp => ({
  name,
  lower: () => ({ kind: 'pointwise', body: { expr } }),
});
const added = pointwise('added', 'a0 * a1 + s0');
const bent = pointwise('bent', 'max(a0, -0.5)');
const asked = pointwise('asked', 'u32(a0 > 0.0)');

/** A program that grows by a node at a time; inputs come before all else. */
class Growing {
  readonly #inputs: Meta[] = [];
  readonly #results: Meta[] = [];
  readonly #nodes: (Omit<ProgramNode, 'inputs' | 'outputs'> & {
    readonly inputs: string[];
    readonly outputs: string[];
  })[] = [];
  #scalars = 0;

  /** A name for an input. */
  input(meta: Meta): string {
    this.#inputs.push(meta);
    return `input ${this.#inputs.length - 1}`;
  }

  /** Names for the results of a node. */
  node(node: Pick<ProgramNode, 'op' | 'attrs' | 'scalarCount'>, inputs: string[], results: readonly Meta[]): string[] {
    const outputs = results.map((meta) => `result ${this.#results.push(meta) - 1}`);
    this.#nodes.push({ ...node, inputs, outputs, scalarBase: this.#scalars });
    this.#scalars += node.scalarCount;
    return outputs;
  }

  program(exports: readonly string[]): Program {
    const indexOf = (name: string): number => {
      const [kind, index] = name.split(' ') as [string, string];
      return Number(index) + (kind === 'input' ? 0 : this.#inputs.length);
    };
    return {
      values: [...this.#inputs, ...this.#results],
      inputCount: this.#inputs.length,
      nodes: this.#nodes.map((node) => ({
        ...node,
        inputs: node.inputs.map(indexOf),
        outputs: node.outputs.map(indexOf),
      })),
      exports: exports.map(indexOf),
    };
  }
}

/** A node of a recorded program, and what it reads and gives. */
interface Recorded {
  readonly node: Pick<ProgramNode, 'op' | 'attrs' | 'scalarCount'>;
  readonly inputs: readonly Meta[];
  readonly outputs: readonly Meta[];
}

type Follow = (growing: Growing, y: string, meta: Meta) => string[];

const calls = (op: KernelOp, scalarCount: number) => ({ op, attrs: undefined, scalarCount });
const asDType = (meta: Meta, dtype: DType): Meta => ({ ...meta, dtype });

/** What may come after the first result, by how many results that gives. */
const nothing: Follow = (_, y) => [y];
const one: Follow = (growing, y, meta) => growing.node(calls(added, 1), [y, growing.input(meta)], [meta]);
const another: Follow = (growing, y, meta) => growing.node(calls(bent, 0), [y], [meta]);
const two: Follow = (growing, y, meta) => {
  const [sum] = one(growing, y, meta) as [string];
  return [sum, ...growing.node(calls(asked, 0), [sum], [asDType(meta, 'bool')])];
};

/** The node alone, with what follows its first result. */
function followed({ node, inputs, outputs }: Recorded, follow: Follow): Program {
  const growing = new Growing();
  const [y, ...others] = growing.node(
    node,
    inputs.map((meta) => growing.input(meta)),
    outputs,
  ) as [string, ...string[]];
  return growing.program([...follow(growing, y, outputs[0]!), ...others]);
}

/** The node alone, with a pointwise one before its first input. */
function preceded({ node, inputs: [first, ...rest], outputs }: Recorded): Program {
  const growing = new Growing();
  const [x] = growing.node(calls(added, 1), [growing.input(first!), growing.input(first!)], [first!]) as [string];
  const inputs = [x, ...rest.map((meta) => growing.input(meta))];
  return growing.program(growing.node(node, inputs, outputs));
}

/** The nodes of programs, those that are alike once. */
function nodesOf(programs: readonly Program[]): Recorded[] {
  const nodes = new Map<string, Recorded>();
  for (const { values, nodes: all } of programs) {
    for (const node of all) {
      const { op, attrs, scalarCount } = node;
      const [inputs, outputs] = [node.inputs, node.outputs].map((list) => list.map((v) => values[v]!));
      const key = JSON.stringify([op.name, attrs, inputs, outputs].map((part) => part ?? null));
      nodes.set(key, { node: { op, attrs, scalarCount }, inputs: inputs!, outputs: outputs! });
    }
  }
  return [...nodes.values()];
}

/** Correlations that a GPU computes by Winograd's method once it has been measured to be faster there. */
function winograd(): Recorded {
  const size = { batch: 2, groups: 1, groupIn: 5, groupOut: 6, size: [7, 9], outSize: [7, 9], kernel: [3, 3] } as const;
  const steps = { stride: [1, 1], dilation: [1, 1], padTop: 1, padLeft: 1, flip: false, bias: true } as const;
  const lower = ({ adapter }: { adapter: AdapterProfile }) =>
    winogradPasses({ ...size, ...steps, weight: { group: 270, out: 45, in: 9 } }, adapter);
  const meta = (...shape: number[]): Meta => ({ shape, dtype: 'float32' });
  return {
    node: calls({ name: 'winograd', lower }, 0),
    inputs: [meta(2, 5, 7, 9), meta(6, 5, 3, 3), meta(6)],
    outputs: [meta(2, 6, 7, 9)],
  };
}

/** What takes more than the small cases of gradcheck, or is drawn. */
const others: readonly (() => readonly torch.Tensor[])[] = [
  () => [nn.functional.dropout(torch.rand(6, 40), { p: 0.5, training: true })],
  () => [nn.functional.conv2d(torch.rand(1, 128, 4, 4), torch.rand(128, 1, 3, 3), { padding: 1, groups: 128 })],
  () => {
    const [w, b] = [torch.rand(8, 8, 3, 3, { requiresGrad: true }), torch.rand(8, { requiresGrad: true })];
    return autograd.grad(nn.functional.conv2d(torch.rand(2, 8, 3, 3), w, b, { padding: 1 }).sum(), [w, b]);
  },
  ...[
    [3, 1024],
    [600, 12288],
    [2, 65536],
  ].flatMap(([rows, length]: number[]) => {
    const x = torch.rand(rows!, length!, { requiresGrad: true });
    const norm = () => nn.functional.layerNorm(x, [length!]);
    return [() => [norm()], () => autograd.grad(norm().square().sum(), [x])];
  }),
  () => [torch.matmul(torch.rand(4, 65536), torch.rand(65536, 4))],
  () => {
    const table = torch.rand(50, 8).requiresGrad_();
    nn.functional
      .embedding(torch.randint(0, 50, [3000]), table)
      .square()
      .sum()
      .backward();
    return [table.grad!];
  },
];

const recorded = (): Recorded[] => [
  ...nodesOf([
    ...Object.values(gradchecks).flat().flatMap(gradientPrograms),
    stepProgram(new CNNModel(), 10),
    stepProgram(new ComplexCNNModel(), 10),
    ...[...others, ...Object.values(ofLargeWork)].flatMap(programsOf),
  ]),
  winograd(),
];

let device: GPUDevice;
let pipelines: Pipelines;
beforeAll(async () => {
  device = await nullDevice();
  pipelines = new Pipelines(device);
});
afterAll(() => device?.destroy());

/** Compiles the kernels of steps, and those that run in their place or besides. */
async function expectValid(steps: readonly Step[]): Promise<void> {
  const also = (pass: Pass): Pass[] => {
    const { often, besides = [] } = pass.variants ?? {};
    return [pass, ...(often ? [often()] : []), ...besides.flatMap(also)];
  };
  const all = steps.flatMap((step) => also(step.pass).map((pass) => ({ ...step, pass })));
  const requests = [false, true].flatMap((forLayers) => pipelineRequests({ steps: all }, forLayers));
  await Promise.all(pipelines.getAll(requests.flatMap((request) => [request, ...generalsOf(request)])));
}

const namesIn = ({ source }: Pass, names: ReadonlyMap<string, string>): string[] =>
  source.flatMap((text) => names.get(withoutLengths(text)) ?? []);

interface Case {
  readonly one: Recorded;
  readonly adapter: AdapterProfile;
  /** How it runs alone. */
  readonly steps: readonly Step[];
  /** The names of the sources. */
  readonly found: readonly string[];
}

/**
 * By adapter, the nodes whose first kernel reads the first input, or whose last gives the first result, and is made of these sources:
 * one a kernel.
 */
function casesOf(nodes: readonly Recorded[], names: ReadonlyMap<string, string>, by: 'reads' | 'writes'): Case[] {
  const from = by === 'reads' ? 'input' : 'output';
  const cases = new Map<string, Case>();
  for (const adapter of adapters) {
    for (const one of nodes) {
      const [first] = by === 'reads' ? one.inputs : one.outputs;
      if (first?.dtype !== 'float32' || numel(first.shape) === 0) continue;
      const { steps } = compile(followed(one, nothing), adapter);
      const pass = steps.at(by === 'reads' ? 0 : -1)?.pass;
      const isMeant = pass?.[by].some((place) => place.from === from && place.index === 0);
      const found = pass && isMeant ? namesIn(pass, names) : [];
      if (found.length === 0) continue;
      const { source, entry, consts, overrides } = pass!;
      const key = JSON.stringify([adapter.kind, one.node.op.name, steps.length, source, entry, consts, overrides]);
      cases.set(key, { one, adapter, steps, found });
    }
  }
  return [...cases.values()];
}

/** What did not become one kernel with the pointwise operations that were put around it, and the sources of what did. */
class Findings {
  readonly apart: string[] = [];
  readonly joined = new Set<string>();

  /** `names`: of the sources; `alone`: how many steps there were without the pointwise operations. */
  async add(names: readonly string[], alone: number, steps: readonly Step[], what: string): Promise<void> {
    const fused = steps.filter(({ pass }) => pass.extras);
    if (steps.length !== alone || fused.length !== 1) {
      this.apart.push(`${what}: ${steps.map(({ pass }) => pass.label).join(', ')}`);
      return;
    }
    for (const name of names) this.joined.add(name);
    await expectValid(fused);
  }

  expectAll(names: ReadonlyMap<string, string>): void {
    expect(this.apart).toEqual([]);
    expect([...names.values()].filter((name) => !this.joined.has(name))).toEqual([]);
  }
}

const described = ({ node, inputs }: Recorded, { kind }: AdapterProfile): string =>
  `${node.op.name} of ${inputs.map(({ shape }) => `[${shape}]`).join(' ')} on ${kind}`;

describe('kernels of real operations', () => {
  const nodes = recorded();
  const storingCases = casesOf(nodes, storing, 'writes');

  // A new one counts here; one that no longer says so is slower than it was.
  test('are as many as say that they take pointwise operations', () => {
    expect([storing, loading, pooling].map(({ size }) => size)).toEqual([30, 1, 1]);
  });

  test('take those on their results', async () => {
    const findings = new Findings();
    for (const { one: node, adapter, steps, found } of storingCases) {
      for (const follow of [one, two]) {
        const { steps: after } = compile(followed(node, follow), adapter);
        await findings.add(found, steps.length, after, described(node, adapter));
      }
    }
    findings.expectAll(storing);
  });

  test('take those on what they read first', async () => {
    const findings = new Findings();
    for (const { one: node, adapter, steps, found } of casesOf(nodes, loading, 'reads')) {
      await findings.add(found, steps.length, compile(preceded(node), adapter).steps, described(node, adapter));
    }
    findings.expectAll(loading);
  });

  test('take those on what they pool, and on the maxima', async () => {
    const { conv2d, maxPool2d, relu } = nn.functional;
    const [x, w, b] = [torch.rand(4, 3, 12, 12), torch.rand(8, 3, 3, 3), torch.rand(8)];
    const pooled = (before: boolean, after: boolean): Program => {
      const run = () => {
        const kept = maxPool2d(before ? relu(conv2d(x, w, b)) : conv2d(x, w, b), 2);
        return [after ? relu(kept) : kept];
      };
      return programsOf(() => torch.scope(run))[0]!;
    };
    const findings = new Findings();
    for (const adapter of adapters) {
      const { steps } = compile(pooled(false, false), adapter);
      const found = steps.flatMap(({ pass }) => namesIn(pass, pooling));
      for (const program of [pooled(true, false), pooled(false, true)]) {
        await findings.add(found, 1, compile(program, adapter).steps, `pooled on ${adapter.kind}`);
      }
    }
    findings.expectAll(pooling);
  });

  test('choose between those of layers that share them', async () => {
    const names = new Set<string>();
    for (const { one: node, adapter, found } of storingCases) {
      const steps = [nothing, one, another].flatMap((follow) => compile(followed(node, follow), adapter).steps);
      const ending = steps.filter(({ pass }) => pass.ending);
      if (ending.length === 0) continue;
      const shared = stepsSharingKernels(steps, ({ label, source }) => JSON.stringify([label, source]));
      expect(
        ending.filter((step) => !shared.has(step)),
        described(node, adapter),
      ).toEqual([]);
      for (const name of found) names.add(name);
      await expectValid([...shared.values()]);
    }
    const grads = ['conv2d-input-grad-block.wgsl', 'conv2d-input-grad.wgsl'];
    const depthwise = ['conv2d-depthwise-map.wgsl', 'conv2d-depthwise.wgsl'];
    expect([...names].sort()).toEqual([...depthwise, ...grads, 'lib/outputs-each.wgsl', 'reduce.wgsl']);
  });
});
