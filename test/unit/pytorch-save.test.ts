// torch.save: what comes back is what was saved, in Python's types too, in PyTorch's format and in safetensors.
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import * as torch from 'lamplight';
import { nn, optim } from 'lamplight';
import { describe, expect, test } from 'vitest';
import { unpickle } from '../../src/torch/io/pickle/unpickle';
import { Container, type Py, PyFloat, PyGlobal } from '../../src/torch/io/pickle/values';
import { memoryReader } from '../../src/torch/io/reader';
import { openZip } from '../../src/torch/io/zip/zip';
import { valuesAtHand } from '../../src/torch/tensor/reading/shown';

const path = (name: string) => fileURLToPath(new URL(`../fixtures/pytorch/${name}`, import.meta.url));

/** A value with its tensors as what they hold. */
function plain(value: unknown): unknown {
  if (value instanceof torch.Tensor) return [value.dtype, value.shape, Array.from(valuesAtHand(value)!)];
  if (Array.isArray(value)) return value.map(plain);
  if (value instanceof Map) return new Map([...value].map(([key, item]) => [key, plain(item)]));
  if (value instanceof Set || value instanceof Uint8Array || typeof value !== 'object' || value === null) return value;
  if (Object.getPrototypeOf(value) !== Object.prototype) return String(value);
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, plain(item)]));
}

/** What the pickle of a file says, in Python's types. */
async function pythons(bytes: Uint8Array): Promise<unknown> {
  const zip = await openZip(memoryReader(bytes, 'x'));
  const pickle = await zip.read(zip.names.find((name) => name.endsWith('data.pkl'))!);
  const call = (name: string) => (args: readonly Py[]) =>
    name === 'OrderedDict' ? new Container('OrderedDict') : new Container('tuple', [name, ...args]);
  const { value } = unpickle(pickle, {
    name: 'x',
    find: (module, name) => new PyGlobal(`${module}.${name}`, call(name), name),
    persistent: () => 'storage',
  });
  const show = (py: Py): unknown => {
    if (py instanceof PyFloat) return { float: py.value };
    if (py instanceof PyGlobal) return { global: py.name };
    if (py instanceof Container) return { [py.kind]: py.items.map(show) };
    return py;
  };
  return show(value);
}

describe.each(['x.pt', 'x.safetensors'])('%s', (name) => {
  const crossed = async <T>(value: T): Promise<T> =>
    (await torch.load(await torch.saveBytes(value as object, name))) as T;

  test.each(['values', 'types', 'adam', 'sgd', 'lbfgs', 'nadam', 'schedulers', 'list', 'tensor', 'number'])(
    'what PyTorch wrote comes back: %s',
    async (file) => {
      const before = await torch.load<object>(path(`${file}.pt`));
      const after = await crossed(before);
      expect(plain(after)).toEqual(plain(before));
      // Ours once more: types of Python that JavaScript does not tell apart survive.
      const pt = (value: object) => torch.saveBytes(value, 'x.pt').then(pythons);
      expect(await pt(after)).toEqual(await pt(before));
    },
  );

  test('random values come back', async () => {
    const key = fc.oneof(fc.constantFrom('__proto__', 'constructor', '1', ''), fc.string());
    const { tree } = fc.letrec((tie) => ({
      tree: fc.oneof(
        { maxDepth: 4 },
        fc.constantFrom(
          null,
          true,
          false,
          -0,
          1e300,
          2 ** 31,
          -(2 ** 31) - 1,
          Number.NaN,
          -Infinity,
          1n << 80n,
          -(1n << 63n),
        ),
        fc.string(),
        fc.double(),
        fc.integer(),
        fc.bigInt().map((x) => (Number.isSafeInteger(Number(x)) ? Number(x) : x)),
        fc.uint8Array({ maxLength: 300 }),
        fc.array(tie('tree')),
        fc.array(tie('tree')).map((items) => torch.tuple(...items)),
        fc.dictionary(key, tie('tree')),
        fc.uniqueArray(fc.integer()).map((items) => new Set(items)),
        fc.array(fc.tuple(fc.integer(), tie('tree')), { minLength: 1 }).map((entries) => new Map(entries)),
      ),
    }));
    await fc.assert(
      fc.asyncProperty(tree, async (value) => {
        expect(await crossed({ value })).toEqual({ value });
      }),
      { numRuns: 100 },
    );
  });

  test('one object in two places is one again, and one tensor one', async () => {
    const x = torch.tensor([1, 2]);
    const list = [x];
    const { a, b, y } = await crossed({ a: list, b: list, y: x });
    expect(a).toBe(b);
    expect(y).toBe(a[0]);
    // Many references to few values take little room.
    let pairs: unknown[] = [];
    for (let i = 0; i < 17; i++) pairs = [pairs, pairs];
    expect((await torch.saveBytes({ pairs }, name)).length).toBeLessThan(3000);
  });

  test('what files do not hold is refused where it is', async () => {
    const cycle: { self?: unknown } = {};
    cycle.self = { cycle };
    const save = (value: unknown) => torch.saveBytes(value as object, name);
    for (const [value, message] of [
      [{ a: { b: () => 1 } }, /expected what can be saved at "a\.b", but got a function/],
      [new nn.Linear(1, 1), /got an instance of Linear; pass model\.stateDict\(\)/],
      [{ net: new nn.Linear(1, 1) }, /at "net".*pass net\.stateDict\(\)/],
      [{ optimizer: new optim.SGD([torch.ones(1)]) }, /pass optimizer\.stateDict\(\)/],
      [cycle, /at "self\.cycle", but got an object inside of itself/],
      [{ x: new Float32Array(3) }, /pass torch\.tensor/],
      [{ when: new Date(0) }, /toISOString/],
      [{ x: Promise.resolve(1) }, /a promise; await it first/],
      [{ x: Symbol('x') }, /symbol/],
      [[new nn.LazyLinear(3).weight], /without a shape/],
    ] as const) {
      await expect(save(value), String(message)).rejects.toThrow(message);
      await expect(save(value)).rejects.toThrow(torch.ArgumentError);
    }
  });
});

test('integers of any length are written in time linear in it', async () => {
  for (const sign of [1n, -1n]) {
    const huge = sign * (3n + (1n << 2_000_000n));
    expect((await torch.load<{ n: bigint }>(await torch.saveBytes({ n: huge }, 'x.pt'))).n).toBe(huge);
  }
});

describe('what Python gets', () => {
  const written = async (value: unknown) => pythons(await torch.saveBytes(value as object, 'x.pt'));

  test('integers, floats, tuples, keys and bytes', async () => {
    expect(
      await written({ n: 1, x: 0.5, big: 2n ** 64n, t: torch.tuple(1, [2]), e: torch.tuple(), m: new Map([[3, 'a']]) }),
    ).toEqual({
      dict: [
        'n',
        1,
        'x',
        { float: 0.5 },
        'big',
        2n ** 64n,
        't',
        { tuple: [1, { list: [2] }] },
        'e',
        { tuple: [] },
        'm',
        { dict: [3, 'a'] },
      ],
    });
  });

  test('an optimizer of ours as PyTorch has it', async () => {
    const optimizer = new optim.Adam([torch.ones(1, { requiresGrad: true })], { lr: 1 });
    const { param_groups } = optimizer.stateDict();
    const state = { 0: { step: 3, exp_avg: torch.ones(1), exp_avg_sq: torch.ones(1) } };
    const tensor = { tuple: expect.arrayContaining(['_rebuild_tensor_v2', 'storage', 0]) };
    expect(await written({ nested: { optimizer: { state, param_groups } } })).toMatchObject({
      dict: [
        'nested',
        {
          dict: [
            'optimizer',
            {
              dict: [
                'state',
                { dict: [0, { dict: ['step', tensor, 'exp_avg', tensor, 'exp_avg_sq', tensor] }] },
                'param_groups',
                {
                  list: [
                    {
                      dict: expect.arrayContaining([
                        'lr',
                        1,
                        'betas',
                        { tuple: [{ float: 0.9 }, { float: 0.999 }] },
                        'params',
                        { list: [0] },
                      ]),
                    },
                  ],
                },
              ],
            },
          ],
        },
      ],
    });
  });

  test('schedulers of ours as PyTorch has them', async () => {
    const optimizer = new optim.SGD([torch.ones(1, { requiresGrad: true })], { momentum: 0.9 });
    const { MultiStepLR, LambdaLR, CyclicLR } = optim.lrScheduler;
    expect(await written(new MultiStepLR(optimizer, [2, 5, 5]).stateDict())).toMatchObject({
      dict: expect.arrayContaining(['milestones', { tuple: ['Counter', { dict: [2, 1, 5, 2] }] }]),
    });
    expect(await written(new LambdaLR(optimizer, () => 1).stateDict())).toMatchObject({
      dict: expect.arrayContaining(['lr_lambdas', { list: [null] }]),
    });
    expect(await written(new CyclicLR(optimizer, 0.1, 0.2).stateDict())).toMatchObject({
      dict: expect.arrayContaining(['_scale_fn_custom', null]),
    });
  });
});

test('views of one storage are written with it once, and a small part of a large one by itself', async () => {
  const base = torch.arange(10_000, { dtype: 'float32' });
  const large = await torch.saveBytes({ base, rows: base.view(100, 100), row: base.at('0:10') }, 'x.pt');
  expect(large.length).toBeLessThan(42_000);
  const again = await torch.load(large);
  expect(new Set(Object.values(again).map(({ storage }) => storage)).size).toBe(1);
  const views = await torch.load(path('views.pt'));
  expect((await torch.saveBytes({ row: views.columns }, 'x.pt')).length).toBeLessThan(1000);
  const fortran = await torch.load(await torch.saveBytes({ x: views.fortran! }, 'x.pt'));
  expect(fortran.x!.stride()).toEqual([1, 2]);
});

test('the name decides the format, or format does; without a name it is safetensors', async () => {
  const x = torch.tensor([1.5]);
  const start = (bytes: Uint8Array) => String.fromCharCode(...bytes.subarray(0, 2));
  for (const name of ['a.pt', 'a.pth', 'checkpoint', 'a.bin'])
    expect(start(await torch.saveBytes({ x }, name))).toBe('PK');
  expect(start(await torch.saveBytes({ x }, 'a.safetensors', { format: 'pt' }))).toBe('PK');
  for (const bytes of [await torch.saveBytes({ x }), await torch.saveBytes({ x }, 'a.SafeTensors')]) {
    expect(new TextDecoder().decode(bytes)).toContain('{"__metadata__":{"format":"pt"},"x":{"dtype":"F32"');
  }
  await expect(torch.saveBytes({ x }, { format: 'h5' as 'pt' })).rejects.toThrow(/expected format 'pt', 'safetensors'/);
});

test('parts of a nested safetensors file', async () => {
  const checkpoint = {
    model: { a: torch.tensor([1.5]), b: torch.tensor([2.5]) },
    epoch: 3,
    list: [torch.tensor([3.5])],
  };
  const bytes = await torch.saveBytes(checkpoint, 'x.safetensors');
  expect(plain(await torch.load(bytes, { only: ['model.b', 'epoch'] }))).toEqual({
    model: { b: ['float32', [1], [2.5]] },
    epoch: 3,
  });
  await expect(torch.load(bytes, { only: 'nothing' })).rejects.toThrow(torch.ArgumentError);
});

test('a model loads what the error names, if the keys differ', async () => {
  const model = new nn.Linear(2, 1);
  const wrapped = await torch.load(await torch.saveBytes({ state_dict: model.stateDict() }, 'x.pt'));
  expect(() => model.loadStateDict(wrapped)).toThrow(/Missing key.*"weight", "bias".*\n.*Unexpected key.*"state_dict"/);
});

test('PyTorch files lie aligned, so that they can be mapped', async () => {
  const bytes = await readFile(path('tensor.pt'));
  const ours = await torch.saveBytes(await torch.load<torch.Tensor>(bytes), 'tensor.pt');
  const zip = await openZip(memoryReader(ours, 'x'));
  expect(zip.names).toEqual(['tensor/data.pkl', 'tensor/byteorder', 'tensor/data/0', 'tensor/version']);
  const { offset } = zip.entry('tensor/data/0');
  const view = new DataView(ours.buffer);
  expect((offset + 30 + view.getUint16(offset + 26, true) + view.getUint16(offset + 28, true)) % 64).toBe(0);
});
