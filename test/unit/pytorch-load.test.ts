// PyTorch's own files: every type, container and view of them, old formats, parts of large files, and what is refused by name.
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import * as torch from 'lamplight';
import { describe, expect, test, vi } from 'vitest';
import { valuesAtHand } from '../../src/torch/tensor/reading/shown';

const path = (name: string) => fileURLToPath(new URL(`../fixtures/pytorch/${name}`, import.meta.url));
const read = <T>(name: string) => torch.load<T>(path(name));

/** What a tensor is, without a device. */
const facts = (x: torch.Tensor | undefined) => [x!.dtype, x!.shape, Array.from(valuesAtHand(x!)!)];

const real = [0, -1.5, 0.15625, 224, Number.NaN];

const types: Record<string, readonly unknown[]> = {
  uint8: ['uint8', [4], [0, 1, 3, 100]],
  int8: ['int32', [4], [-128, 127, -1, 0]],
  int16: ['int32', [4], [0, 1, 3, 100]],
  int32: ['int32', [4], [0, 1, 3, 100]],
  int64: ['int64', [4], [0, 1, 3, 100]],
  float64: ['float32', [5], real],
  float32: ['float32', [5], real],
  float16: ['float32', [5], real],
  bfloat16: ['float32', [5], real],
  bool: ['bool', [3], [1, 0, 1]],
  scalar: ['float32', [], [2.5]],
};

const rarer: Record<string, readonly unknown[]> = {
  float8_e4m3fn: ['float32', [5], real],
  float8_e5m2: ['float32', [5], real],
  float8_e4m3fnuz: ['float32', [5], real],
  float8_e5m2fnuz: ['float32', [5], real],
  float8_e8m0fnu: ['float32', [5], [2 ** -127, 2, 0.125, 256, Number.NaN]],
  nothing: ['float32', [0, 3], []],
};

const wide: Record<string, readonly unknown[]> = {
  uint16: ['int32', [4], [0, 1, 3, 100]],
  uint32: ['uint32', [2], [4294967295, 0]],
  uint64: ['int64', [4], [0, 1, 3, 100]],
};

type Tensors = Record<string, torch.Tensor>;

describe('types', () => {
  const compare = (tensors: Tensors, expected: Record<string, readonly unknown[]>) => {
    expect(new Set(Object.keys(tensors))).toEqual(new Set(Object.keys(expected)));
    for (const [name, tensor] of Object.entries(tensors)) {
      const [dtype, ...rest] = expected[name]!;
      // Files of tests share a process: one before this may have opened a device that computes in float16.
      const kept = name === 'float16' && torch.gpu.isFloat16Supported() ? name : dtype;
      expect([name, ...facts(tensor)]).toEqual([name, kept, ...rest]);
    }
  };

  test('are read, and converted where WebGPU has none', async () => {
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => {});
    compare(await read('types.pt'), { ...types, ...rarer, ...wide });
    const said = warn.mock.calls.filter(([message]) =>
      String(message).startsWith('torch.load: float64 becomes float32'),
    );
    await read('types.pt');
    expect(said).toHaveLength(1);
    vi.restoreAllMocks();
  });

  test('of a big-endian machine, deflated and in another folder', async () => {
    compare(await read('big.pt'), types);
  });

  test('in the legacy format', async () => {
    const { values, types: legacy } = await read<{ values: unknown; types: Tensors }>('legacy.pt');
    expect(values).toEqual([1, 2, [3]]);
    compare(legacy, { ...types, ...rarer });
  });

  test.each(['legacy-big.pt', 'legacy-turned.pt'])('in the legacy format of a big-endian machine: %s', async (name) => {
    expect(facts((await read<Tensors>(name)).x)).toEqual(['float32', [3], [1.5, -2.25, 1000]]);
  });
});

test('views share a storage, however they lie', async () => {
  const views = await read<Tensors>('views.pt');
  const legacy = await read<{ views: Tensors }>('legacy.pt');
  for (const v of [views, legacy.views]) {
    expect(facts(v.row)).toEqual(['float32', [4], [4, 5, 6, 7]]);
    expect(facts(v.columns)).toEqual(['float32', [3, 2], [0, 2, 4, 6, 8, 10]]);
    expect(facts(v.transposed)).toEqual(['float32', [4, 3], [0, 4, 8, 1, 5, 9, 2, 6, 10, 3, 7, 11]]);
    expect(facts(v.expanded)).toEqual(['float32', [2, 3], [7, 7, 7, 7, 7, 7]]);
    expect(facts(v.fortran)).toEqual(['float32', [2, 3], [0, 1, 2, 3, 4, 5]]);
    expect([v.fortran!.stride(), v.expanded!.stride()]).toEqual([
      [1, 2],
      [0, 0],
    ]);
    // A lazy minus sign of PyTorch's.
    expect(facts(v.negative)).toEqual(['float32', [2], [-2, -4]]);
    const one = [v.base, v.row, v.columns, v.transposed, v.same].map((view) => view!.storage);
    expect(new Set(one).size).toBe(1);
    expect([v.leaf!.requiresGrad, v.leaf!.isLeaf, v.base!.requiresGrad]).toEqual([true, true, false]);
    expect(v.tied).toBeInstanceOf(torch.nn.Parameter);
    expect(v['tied again']).toBe(v.tied);
  }
});

test('containers and plain values', async () => {
  const values = await read<Record<string, unknown>>('values.pt');
  const { state, twice, set, bytes, bytearray, device, pairs, ...plain } = values;
  expect(Object.keys(values).slice(0, 4)).toEqual(['int', 'float', 'half', 'big']);
  expect(plain).toEqual({
    int: 3,
    float: 3,
    half: 0.5,
    big: 2n ** 70n,
    negative: -(2n ** 53n) - 1n,
    true: true,
    none: null,
    text: 'größer',
    list: [1, 2, 'three', [4]],
    tuple: [1, 2, [3]],
    empty: [[], [], {}, new Set()],
    size: [2, 3],
    counter: new Map([
      [2, 1],
      [5, 2],
    ]),
    names: { a: 2, b: 1 },
    dtype: torch.float32,
    keys: new Map<unknown, string>([
      [1, 'one'],
      ['1', 'text'],
    ]),
    inf: [Infinity, -Infinity],
    constructor: 1,
    ['__proto__']: { polluted: true },
  });
  expect(Object.getPrototypeOf(values)).toBe(Object.prototype);
  expect(({} as Record<string, unknown>).polluted).toBeUndefined();
  expect([set, bytes, bytearray, String(device)]).toEqual([
    new Set([1, 'a']),
    Uint8Array.of(0, 255),
    Uint8Array.of(97, 98),
    'cuda:1',
  ]);
  expect([...(pairs as Map<unknown, number>)]).toEqual([[[0, 1], 2]]);
  const lists = twice as unknown[];
  expect(lists[0]).toBe(lists[1]);
  expect(Object.keys(state as object)).toEqual(['weight', '__proto__']);
  expect((state as { _metadata?: unknown })._metadata).toEqual({ '': { version: 1 }, bn: { version: 2 } });
});

test('a bare tensor, a list, a number, and an archive without check sums', async () => {
  expect(facts(await read('tensor.pt'))).toEqual(['float32', [3], [0, 1, 2]]);
  const [one, two] = await read<torch.Tensor[]>('list.pt');
  expect([facts(one), facts(two)]).toEqual([
    ['int64', [], [1]],
    ['float32', [1], [2]],
  ]);
  expect(await read('number.pt')).toBe(7);
  expect(facts((await read<Tensors>('no-check-sums.pt')).x)).toEqual(['float32', [1], [1]]);
});

describe('parts of a file', () => {
  test('only the tensors asked for, and little more than their bytes', async () => {
    const blob = new File([await readFile(path('alexnet-16th.pth'))], 'alexnet.pth');
    let bytes = 0;
    const slice = vi.spyOn(blob, 'slice').mockImplementation((start = 0, end = blob.size) => {
      bytes += end - start;
      return File.prototype.slice.call(blob, start, end);
    });
    const features = await torch.load(blob, { only: ['features.'] });
    expect(Object.keys(features)).toEqual(
      [0, 3, 6, 8, 10].flatMap((i) => [`features.${i}.weight`, `features.${i}.bias`]),
    );
    const needed = Object.values(features).reduce((sum, x) => sum + 2 * x.numel(), 0);
    expect(bytes).toBeGreaterThan(needed);
    expect(bytes).toBeLessThan(needed + 16_000);
    expect(bytes).toBeLessThan(blob.size / 8);
    slice.mockRestore();
    const all = await torch.load(blob);
    expect(Object.keys(all)).toHaveLength(16);
    expect(facts(features['features.3.bias'])).toEqual(facts(all['features.3.bias']));
  });

  test('from a server that gives ranges, the same', async () => {
    const file = await readFile(path('alexnet-16th.pth'));
    let sent = 0;
    vi.spyOn(globalThis, 'fetch').mockImplementation(async (_, init) => {
      const [, from, to] = /bytes=(\d+)-(\d+)/.exec(new Headers(init?.headers).get('range') ?? '') ?? [];
      const part = file.subarray(Number(from), Number(to) + 1);
      sent += part.length;
      const headers = { 'content-range': `bytes ${from}-${to}/${file.length}` };
      return new Response(part, { status: 206, headers });
    });
    const { ...biases } = await torch.load('https://a.example/alexnet.pth', { only: 'classifier.6.bias' });
    expect(facts(biases['classifier.6.bias'])).toEqual(
      facts((await read<Tensors>('alexnet-16th.pth'))['classifier.6.bias']),
    );
    expect(sent).toBeLessThan(16_000);
    vi.restoreAllMocks();
  });

  test('names of nested tensors are joined by dots', async () => {
    const part = await torch.load<{ model: Tensors }>(path('adam.pt'), { only: ['model.0.'] });
    expect(Object.keys(part)).toEqual(['model']);
    expect(Object.keys(part.model)).toEqual(['0.weight', '0.bias']);
    const none = torch.load(path('adam.pt'), { only: ['features'] });
    await expect(none).rejects.toThrow(/expected 'only' to be the beginning of names.*"epoch","model"/);
    await expect(none).rejects.toThrow(torch.ArgumentError);
  });
});

describe('options', () => {
  test('those of PyTorch are accepted where they change nothing', async () => {
    expect(await torch.load(path('number.pt'), 'cpu')).toBe(7);
    expect(await torch.load(path('number.pt'), { mapLocation: 'cuda:0', weightsOnly: true })).toBe(7);
    expect(await torch.load(path('number.pt'), { weightsOnly: false })).toBe(7);
    await expect(torch.load(path('number.pt'), { weightsOnly: 1 as unknown as true })).rejects.toThrow(/a boolean/);
    await expect(torch.load(path('number.pt'), { mapLocation: 'moon' as 'cpu' })).rejects.toThrow(torch.ArgumentError);
  });

  test('maxBytes bounds what a file may ask for', async () => {
    const small = torch.load(path('alexnet-16th.pth'), { maxBytes: 100_000 });
    await expect(small).rejects.toThrow(/more than 100000.*maxBytes/);
    await expect(small).rejects.toThrow(torch.FileFormatError);
  });
});

test.each([
  ['model', /asks for torch\.nn\.modules\.container\.Sequential, which is not run; save model\.state_dict\(\)/],
  ['sparse', /_rebuild_sparse_tensor.*to_dense/],
  ['complex', /tensor "x": expected real numbers.*complex64.*view_as_real/],
  ['complex-scalar', /complex/],
  ['int64', /tensor "ids\.x": element 1 is 2147483648, outside the 32-bit range/],
  ['numpy', /numpy.*\.item\(\)/],
  ['namespace', /argparse\.Namespace/],
  ['quantized', /_rebuild_qtensor.*dequantize/],
  ['script', /TorchScript/],
])('%s is refused by name, with a remedy', async (name, message) => {
  const strict = () => torch.load(path(`refused-${name}.pt`), { weightsOnly: true });
  await expect(strict()).rejects.toThrow(message);
  await expect(strict()).rejects.toThrow(torch.FileFormatError);
});
