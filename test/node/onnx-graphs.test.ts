// What onnx.load makes of graphs: types of numbers, other files, functions, control flow, layers, and errors that name the place.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as torch from 'lamplight';
import * as onnx from 'lamplight/onnx';
import { expect, test } from 'vitest';
import { DATA, type FunctionMessage, type TensorMessage } from '../../src/doors/onnx/proto/messages';
import { graph, model, node, tensor, value } from '../support/onnx-models';

const floats = (numbers: number[] | number[][]) => torch.tensor(numbers, { dtype: 'float32' });

/** A model that adds a constant to x, [n]. */
const adding = (constant: TensorMessage, n = constant.dims[0]!) =>
  model({
    nodes: [node('Cast', ['c'], ['f'], { to: 1 }), node('Add', ['x', 'f'], ['y'])],
    initializers: [{ ...constant, name: 'c' }],
    inputs: [value('x', [n])],
    outputs: [value('y', [n])],
  });

const added = async (constant: TensorMessage): Promise<number[]> => {
  const n = constant.dims[0]!;
  return (await onnx.load(adding(constant)))(torch.zeros(n)).tolist();
};

test('numbers of every type are read, from bytes and from lists', async () => {
  expect(await added(tensor('', [3], [1.5, -2, 0]))).toEqual([1.5, -2, 0]);
  expect(await added(tensor('', [2], [0.1, 1e300], DATA.float64))).toEqual([Math.fround(0.1), Infinity]);
  expect(await added(tensor('', [3], [0x3e00, 0xc000, 0x7c00], DATA.float16))).toEqual([1.5, -2, Infinity]);
  expect(await added(tensor('', [2], [0x3fc0, 0xc000], DATA.bfloat16))).toEqual([1.5, -2]);
  expect(await added(tensor('', [2], [0x38, 0xc0], DATA.float8e4m3fn))).toEqual([1, -2]);
  expect(await added(tensor('', [2], [0x3c, 0xc0], DATA.float8e5m2))).toEqual([1, -2]);
  expect(await added(tensor('', [2], [-128, 127], DATA.int8))).toEqual([-128, 127]);
  expect(await added(tensor('', [2], [0, 255], DATA.uint8))).toEqual([0, 255]);
  expect(await added(tensor('', [2], [-300, 300], DATA.int16))).toEqual([-300, 300]);
  expect(await added(tensor('', [3], [0x7f, 0x8], DATA.int4))).toEqual([-1, 7, -8]);
  expect(await added(tensor('', [2], [2 ** 20, -5], DATA.int64))).toEqual([2 ** 20, -5]);
  const listed = { ...tensor('', [2], []), raw: null };
  expect(await added({ ...listed, numbers: [0.5, 2] })).toEqual([0.5, 2]);
});

test('numbers that do not fit their sizes, and those of other kinds, are refused by name', async () => {
  const wrong = { ...tensor('', [3], [1, 2]) };
  await expect(onnx.load(adding(wrong))).rejects.toThrowError(
    /tensor 'c': expected 12 bytes for shape \[3\], but got 8/,
  );
  const huge = { ...tensor('', [2 ** 40, 2 ** 40], []) };
  await expect(onnx.load(adding(huge, 1))).rejects.toThrowError(/tensor 'c': expected/);
  const complex = { ...tensor('', [1], [1, 2], DATA.complex64) };
  await expect(onnx.load(adding(complex))).rejects.toThrowError(/tensor 'c'.*complex64, which are not supported/);
});

test('numbers stand in other files, of which only theirs are read', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'onnx-'));
  try {
    const external = { location: 'weights.bin', offset: '8', length: '8' };
    const bytes = adding({ ...tensor('', [2], []), raw: null, external });
    const weights = Uint8Array.from(Buffer.from(Float32Array.of(9, 9, 3, 4).buffer));
    await writeFile(join(folder, 'model.onnx'), bytes);
    await expect(onnx.load(join(folder, 'model.onnx'))).rejects.toThrowError(/weights\.bin: there is no such file/);
    await writeFile(join(folder, 'weights.bin'), weights);
    for (const loading of [
      onnx.load(join(folder, 'model.onnx')),
      onnx.load(bytes, { externalData: { 'weights.bin': weights } }),
    ]) {
      expect(await (await loading)(torch.zeros(2)).tolist()).toEqual([3, 4]);
    }
    await expect(onnx.load(bytes)).rejects.toThrowError(/externalData: \{ "weights\.bin": … \}/);
    for (const location of ['../weights.bin', '/etc/passwd', 'http://a.b/c', 'a\\b']) {
      const other = adding({ ...tensor('', [2], []), raw: null, external: { ...external, location } });
      await writeFile(join(folder, 'other.onnx'), other);
      await expect(onnx.load(join(folder, 'other.onnx'))).rejects.toThrowError(
        /expected its data in a file beside the model/,
      );
    }
    const beyond = adding({ ...tensor('', [4], []), raw: null, external: { ...external, length: '16' } });
    await expect(onnx.load(beyond, { externalData: { 'weights.bin': weights } })).rejects.toThrowError(
      torch.FileFormatError,
    );
  } finally {
    await rm(folder, { recursive: true });
  }
});

test('inputs are checked by name, and sizes of one name agree', async () => {
  const bytes = model({
    nodes: [node('Add', ['a', 'b'], ['s']), node('Sub', ['a', 'b'], ['d'])],
    inputs: [value('a', ['n', 2]), value('b', ['n', 2])],
    outputs: [value('s', null), value('d', null)],
  });
  const m = await onnx.load<torch.Tensor[]>(bytes);
  expect([m.inputNames, m.outputNames, m.producer.name]).toEqual([['a', 'b'], ['s', 'd'], 'a test']);
  const [a, b] = [torch.ones([3, 2]), torch.full([3, 2], 2.5)];
  const results = m({ b, a });
  expect(await Promise.all(results.map((y) => y.sum().item()))).toEqual([21, -9]);
  expect(await m(a, b)[0]!.sum().item()).toBe(21);
  expect(() => m(a)).toThrowError(/expected 2 inputs \('a', 'b'\), but got 1/);
  expect(() => m({ a })).toThrowError(/expected input 'b', but it is left out/);
  expect(() => m({ a, b, c: a })).toThrowError(/unknown input 'c'/);
  expect(() => m(a, torch.ones([4, 2]))).toThrowError(
    /input 'b' of shape \[n, 2\], but got \[4, 2\]: 'n' is 3 in input 'a' and 4 here/,
  );
  expect(() => m(torch.ones([3, 5]), b)).toThrowError(/input 'a' of shape \[n, 2\], but got \[3, 5\]/);
  expect(() => m(torch.ones([3]), b)).toThrowError(torch.ShapeError);
  expect(() => m(a.to('int64'), b)).toThrowError(
    /input 'a' of dtype float32, but got int64; convert it with \.to\('float32'\)/,
  );
});

test('functions are written out, with the attributes of their calls', async () => {
  const alpha = { name: 'alpha', type: 1, refersTo: 'slope' };
  const leaky = node('LeakyRelu', ['in'], ['mid']);
  const functions = [
    {
      domain: 'mine',
      name: 'Twice',
      inputs: ['in'],
      outputs: ['out'],
      attributes: ['slope'],
      defaults: [],
      nodes: [{ ...leaky, attributes: [alpha] }, node('Add', ['mid', 'mid'], ['out'])],
      opsets: [{ domain: '', version: 17 }],
    },
  ];
  const call = node('Twice', ['x'], ['y'], { slope: 0.25 }, { domain: 'mine' });
  const parts = { nodes: [call], inputs: [value('x', [2])], outputs: [value('y')] };
  const m = await onnx.load(model(parts, { functions, domains: ['mine'] }));
  expect(await m(floats([-4, 1])).tolist()).toEqual([-2, 2]);
  const itself = [{ ...functions[0]!, nodes: [node('Twice', ['in'], ['out'], {}, { domain: 'mine' })] }];
  await expect(onnx.load(model(parts, { functions: itself, domains: ['mine'] }))).rejects.toThrowError(
    /nested at most/,
  );
  // Each calls the next twice: 2^40 nodes.
  const many = Array.from({ length: 40 }, (_, i) => ({
    ...functions[0]!,
    name: i === 0 ? 'Twice' : `F${i}`,
    nodes: [
      node(i === 39 ? 'Relu' : `F${i + 1}`, ['in'], ['mid'], {}, { domain: i === 39 ? '' : 'mine' }),
      node(i === 39 ? 'Relu' : `F${i + 1}`, ['mid'], ['out'], {}, { domain: i === 39 ? '' : 'mine' }),
    ],
  }));
  await expect(onnx.load(model(parts, { functions: many, domains: ['mine'] }))).rejects.toThrowError(
    /at most \d+ nodes/,
  );
});

test('If and Loop run where shapes and constants decide, and are refused where data does', async () => {
  const branch = (op: string) => graph({ nodes: [node(op, ['x', 'x'], ['r'])], outputs: [value('r')] });
  const branches = { then_branch: branch('Add'), else_branch: branch('Mul') };
  const parts = { inputs: [value('x', ['n'])], outputs: [value('y')] };
  const constant = await onnx.load(
    model({ ...parts, nodes: [node('If', ['c'], ['y'], branches)], initializers: [tensor('c', [], [1], DATA.bool)] }),
  );
  expect(await constant(floats([3])).tolist()).toEqual([6]);
  const bySize = [
    node('Shape', ['x'], ['s']),
    node('Squeeze', ['s'], ['n']),
    node('Greater', ['n', 'two'], ['c']),
    node('If', ['c'], ['y'], branches),
  ];
  const two = [tensor('two', [], [2], DATA.int64)];
  const open = await onnx.load(model({ ...parts, nodes: bySize, initializers: two }));
  expect(await open(floats([3, 1, 1])).tolist()).toEqual([6, 2, 2]);
  expect(await open(floats([3, 4])).tolist()).toEqual([9, 16]);
  const byData = [
    node('ReduceSum', ['x'], ['t'], { keepdims: 0 }),
    node('Greater', ['t', 'zero'], ['c']),
    node('If', ['c'], ['y'], branches),
  ];
  const refused = await onnx.load(model({ ...parts, nodes: byData, initializers: [tensor('zero', [], [0])] }));
  expect(() => refused(floats([1, 2]))).toThrowError(
    /node 'the If' \(If\): expected its condition to depend only on shapes and constants/,
  );

  const body = graph({
    nodes: [node('Add', ['v', 'x'], ['w']), node('Identity', ['k'], ['go']), node('Cast', ['i'], ['f'], { to: 1 })],
    inputs: [value('i', [], DATA.int64), value('k', [], DATA.bool), value('v')],
    outputs: [value('go', [], DATA.bool), value('w'), value('f')],
  });
  const loop = node('Loop', ['s', '', 'x'], ['y', 'rounds'], { body });
  const nodes = [node('Shape', ['x'], ['a']), node('Squeeze', ['a'], ['s']), loop];
  const looped = await onnx.load<[torch.Tensor, torch.Tensor]>(
    model({ ...parts, outputs: [value('y'), value('rounds')], nodes }),
  );
  const [y, rounds] = looped(floats([1, 2, 3]));
  expect([await y.tolist(), await rounds.tolist()]).toEqual([
    [4, 8, 12],
    [0, 1, 2],
  ]);
});

test('weights in int8 are trained in float, and quantised activations are rounded', async () => {
  const bytes = model({
    nodes: [
      node('DequantizeLinear', ['fc.weight_quantized', 's', 'z'], ['w']),
      node('QuantizeLinear', ['x', 's', 'u'], ['q']),
      node('DequantizeLinear', ['q', 's', 'u'], ['d']),
      node('MatMul', ['d', 'w'], ['y']),
    ],
    initializers: [
      tensor('fc.weight_quantized', [2, 1], [2, -4], DATA.int8),
      tensor('s', [], [0.5]),
      tensor('z', [], [0], DATA.int8),
      tensor('u', [], [128], DATA.uint8),
    ],
    inputs: [value('x', ['n', 2])],
    outputs: [value('y')],
  });
  const m = await onnx.load(bytes);
  expect(String(m)).toContain('Linear(in_features=2, out_features=1, bias=False)');
  expect(Object.keys(m.stateDict())).toEqual(['fc.weight']);
  // 0.6 is nearest to 0.5, and 1000 beyond 127 steps.
  expect(
    await m(
      floats([
        [0.6, 0],
        [1000, 0],
      ]),
    ).tolist(),
  ).toEqual([[0.5], [63.5]]);
  m(torch.ones([1, 2]))
    .sum()
    .backward();
  expect(await m.parameters()[0]!.grad!.tolist()).toEqual([[1, 1]]);
});

test('models of float16 run, whatever the device computes with', async () => {
  const bytes = model({
    nodes: [
      node('Cast', ['x'], ['h'], { to: DATA.float16 }),
      node('MatMul', ['h', 'w'], ['a']),
      node('ConstantOfShape', ['one'], ['c'], { value: tensor('', [1], [0x3e00], DATA.float16) }),
      node('Add', ['a', 'c'], ['b']),
      node('Cast', ['b'], ['y'], { to: DATA.float32 }),
    ],
    initializers: [tensor('w', [2, 1], [0x3c00, 0xc000], DATA.float16), tensor('one', [1], [1], DATA.int64)],
    inputs: [value('x', ['n', 2])],
    outputs: [value('y')],
  });
  const m = await onnx.load(bytes);
  expect(m.parameters()[0]!.requiresGrad).toBe(true);
  expect(await m(floats([[1, 2]])).tolist()).toEqual([[-1.5]]);
});

test('what cannot be loaded is said with its node', async () => {
  const parts = { inputs: [value('x', [2])], outputs: [value('y')] };
  const load = (nodes: ReturnType<typeof node>[], more = {}) => onnx.load(model({ ...parts, nodes }, more));
  await expect(
    load([node('Nonsense', ['x'], ['a']), node('Odd', ['a'], ['y'], {}, { domain: 'their' })]),
  ).rejects.toThrowError(/got Nonsense \(node 'the Nonsense'\), their\.Odd \(node 'the Odd'\)/);
  await expect(load([node('Relu', ['y0'], ['y']), node('Relu', ['y'], ['y0'])])).rejects.toThrowError(
    /node 'the Relu' \(Relu\): expected 'y0' to be an input, an initializer or the output of a node before it/,
  );
  await expect(load([node('Relu', ['x'], ['y']), node('Tanh', ['x'], ['y'])])).rejects.toThrowError(
    /its output 'y' to be new/,
  );
  await expect(load([node('Relu', ['x'], ['z'])])).rejects.toThrowError(/output 'y' to be/);
  await expect(load([node('Relu', ['x'], ['y'])], { opset: 6 })).rejects.toThrowError(
    /version 7 or later, but the model follows version 6/,
  );
  await expect(load([node('Relu', ['x'], ['y'])], { opset: 999 })).rejects.toThrowError(
    /version 28 or earlier, .* but the model follows version 999/,
  );
  const text = new TextEncoder();
  await expect(onnx.load(text.encode('<!doctype html>'))).rejects.toThrowError(
    /expected an ONNX model, but got an HTML page/,
  );
  await expect(onnx.load('test/fixtures/pytorch/adam.pt')).rejects.toThrowError(
    /adam\.pt: expected an ONNX model, but got a zip archive.*torch\.load/,
  );
  await expect(onnx.load(new Uint8Array())).rejects.toThrowError(/expected an ONNX model, but got an empty file/);
  await expect(onnx.load(Uint8Array.of(8, 7))).rejects.toThrowError(/no graph/);
});

test('a large constant that sizes ask for is made in the call, and takes nothing before', async () => {
  const bytes = model({
    nodes: [
      node('ConstantOfShape', ['wide'], ['a']),
      node('Expand', ['x', 'wide'], ['b']),
      node('Add', ['a', 'b'], ['y']),
    ],
    initializers: [tensor('wide', [2], [1000, 50_000], DATA.int64)],
    inputs: [value('x', [1])],
    outputs: [value('y')],
  });
  const before = torch.gpu.stats().liveBytes;
  const m = await onnx.load(bytes);
  await torch.synchronize();
  expect(m.namedBuffers()).toEqual([]);
  expect(torch.gpu.stats().liveBytes - before).toBeLessThan(2 ** 20);
  expect(
    await m(floats([2]))
      .at(999, ':2')
      .tolist(),
  ).toEqual([2, 2]);
});

test('sizes that numbers ask for are bounded before anything is allocated', async () => {
  const parts = { inputs: [value('x', [1])], outputs: [value('y')] };
  const big = [tensor('big', [2], [2 ** 30, 2 ** 30], DATA.int64)];
  for (const made of [node('ConstantOfShape', ['big'], ['y']), node('Expand', ['x', 'big'], ['y'])]) {
    const run = async () => (await onnx.load(model({ ...parts, nodes: [made], initializers: big })))(torch.ones(1));
    await expect(run()).rejects.toThrowError(/at most 2\^28 elements/);
  }
});

test('progress is told, and a signal ends loading', async () => {
  const bytes = adding(tensor('', [2], [1, 2]));
  const told: unknown[] = [];
  await onnx.load(bytes, { onProgress: (progress) => void told.push(progress) });
  expect(told.at(-1)).toEqual({ done: bytes.length, total: bytes.length });
  const stopped = new AbortController();
  stopped.abort();
  await expect(onnx.load(bytes, { signal: stopped.signal })).rejects.toThrowError(/abort/i);
  await expect(onnx.load(bytes, { onProgres: null } as never)).rejects.toThrowError(/did you mean|unknown argument/);
});

test('inputs of the graph decide shapes where the numbers of their tensors are at hand, behind other nodes, too', async () => {
  const n = value('n', [], DATA.int64);
  const range = await onnx.load(
    model({
      nodes: [
        node('Constant', [], ['one'], { value: tensor('', [], [1]) }),
        node('Constant', [], ['zero'], { value: tensor('', [], [0]) }),
        node('Cast', ['n'], ['f'], { to: DATA.float32 }),
        node('Sub', ['f', 'one'], ['limit']),
        node('Range', ['zero', 'limit', 'one'], ['r']),
        node('Add', ['r', 'x'], ['y']),
      ],
      inputs: [n, value('x', [1])],
      outputs: [value('y', ['m'])],
    }),
  );
  const long = (numbers: number | number[]) => torch.tensor(numbers, { dtype: 'int64' });
  expect(await range(long(5), floats([0.5])).tolist()).toEqual([0.5, 1.5, 2.5, 3.5]);
  expect(await range({ n: long(3), x: floats([2]) }).tolist()).toEqual([2, 3]);
  // Numbers that the device alone has are refused, by the name of the node.
  const computed = long([2, 5]).max();
  expect(() => range(computed, floats([0]))).toThrow(/Range.*decides a shape/);
  // Within a function, and by half of the size that is missing.
  const centred: FunctionMessage = {
    domain: 'mine',
    name: 'Centred',
    inputs: ['x', 'size'],
    outputs: ['y'],
    attributes: [],
    defaults: [],
    nodes: [
      node('Constant', [], ['two'], { value: tensor('', [], [2], DATA.int64) }),
      node('Shape', ['x'], ['own']),
      node('Sub', ['size', 'own'], ['missing']),
      node('Div', ['missing', 'two'], ['before']),
      node('Sub', ['missing', 'before'], ['after']),
      node('Concat', ['before', 'after'], ['pads'], { axis: 0 }),
      node('Pad', ['x', 'pads'], ['y']),
    ],
    opsets: [{ domain: '', version: 17 }],
  };
  const padded = await onnx.load(
    model(
      {
        nodes: [node('Centred', ['x', 'size'], ['y'], {}, { domain: 'mine' })],
        inputs: [value('x', ['n']), value('size', [1], DATA.int64)],
        outputs: [value('y', ['m'])],
      },
      { functions: [centred], domains: ['mine'] },
    ),
  );
  const x = floats([1, 2]).requiresGrad_();
  const y = padded(x, long([5]));
  expect(await y.tolist()).toEqual([0, 1, 2, 0, 0]);
  y.sum().backward();
  expect(await x.grad!.tolist()).toEqual([1, 1]);
});

test('operators of training and of other learning machines are refused by their names, without a version of ONNX as well', async () => {
  const cases: readonly (readonly [domain: string, opType: string])[] = [
    ['ai.onnx.preview.training', 'Adam'],
    ['ai.onnx.preview.training', 'Adagrad'],
    ['ai.onnx.preview.training', 'Momentum'],
    ['ai.onnx.preview.training', 'Gradient'],
    ['ai.onnx.ml', 'TreeEnsembleClassifier'],
    ['ai.onnx.ml', 'LinearRegressor'],
    ['ai.onnx.ml', 'Scaler'],
  ];
  for (const [domain, opType] of cases) {
    const parts = {
      nodes: [node(opType, ['x'], ['y'], {}, { domain })],
      inputs: [value('x', [2])],
      outputs: [value('y', [2])],
    };
    for (const opsets of [
      [{ domain, version: 1 }],
      [
        { domain: '', version: 17 },
        { domain, version: 1 },
      ],
    ]) {
      await expect(onnx.load(model(parts, { opsets }))).rejects.toThrow(
        `expected operators that are supported, but got ${domain}.${opType} (node 'the ${opType}')`,
      );
    }
  }
});

test.each(['before it answers', 'after it has begun'])(
  'a signal ends loading from a server that has gone silent %s',
  async (when) => {
    const stop = new AbortController();
    let answer = () => {};
    const server = createServer((_, response) => {
      answer = () => response.writeHead(200, { 'content-length': 1000 }).write('first bytes');
      if (when === 'after it has begun') answer();
      response.on('close', () => server.close());
      setTimeout(() => stop.abort(new Error('enough')), 50);
    });
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
    const closed = new Promise((done) => server.on('close', done));
    const address = `http://127.0.0.1:${(server.address() as AddressInfo).port}/model.onnx`;
    await expect(onnx.load(address, { signal: stop.signal })).rejects.toThrowError('enough');
    // An answer that comes too late is let go of.
    if (when === 'before it answers') answer();
    await closed;
  },
  20_000,
);
