// Pickles that attack or are damaged: they run nothing, take no memory, and end in a typed error.
import * as torch from 'lamplight';
import { describe, expect, test, vi } from 'vitest';
import { joined } from '../../src/torch/io/bytes';
import { unpickle } from '../../src/torch/io/pickle/unpickle';
import { writeZip } from '../../src/torch/io/zip/zip';

const bytes = (...parts: (string | number | Uint8Array)[]): Uint8Array => {
  const all = parts.map((part) =>
    typeof part === 'string'
      ? Uint8Array.from(part, (letter) => letter.charCodeAt(0))
      : typeof part === 'number'
        ? Uint8Array.of(part)
        : part,
  );
  return joined(
    all,
    all.reduce((sum, { length }) => sum + length, 0),
  );
};

const size = (n: number): Uint8Array => new Uint8Array(Uint32Array.of(n).buffer);

/** A file of PyTorch's with that pickle, and storages. */
function archive(pickle: Uint8Array, storages: Record<string, Uint8Array> = {}): Uint8Array {
  const data = Object.entries(storages).map(([key, content]) => ({ name: `x/data/${key}`, data: content }));
  const pieces = [...writeZip([{ name: 'x/data.pkl', data: pickle }, ...data])];
  return bytes(...pieces);
}

const load = (pickle: Uint8Array, storages?: Record<string, Uint8Array>, options: torch.LoadOptions = strict) =>
  torch.load<unknown>(archive(pickle, storages), options);

/** As PyTorch refuses what is not plain data. */
const strict = { weightsOnly: true };

/** `GLOBAL module name`. */
const global = (module: string, name: string): string => `c${module}\n${name}\n`;

const programs: [string, Uint8Array, RegExp][] = [
  [
    'os.system',
    bytes(global('os', 'system'), "(S'echo'\ntR."),
    /asks for os\.system, which is not run; Python would run it/,
  ],
  ['posix.system', bytes(global('posix', 'system'), "(S'echo'\ntR."), /posix\.system/],
  ['nt.system', bytes(global('nt', 'system'), "(S'echo'\ntR."), /nt\.system/],
  ['subprocess.Popen', bytes(global('subprocess', 'Popen'), "(S'echo'\ntR."), /subprocess\.Popen/],
  ['builtins.eval', bytes(global('builtins', 'eval'), "(S'1'\ntR."), /builtins\.eval/],
  ['__builtin__.exec', bytes(global('__builtin__', 'exec'), "(S'1'\ntR."), /__builtin__\.exec/],
  ['builtins.getattr chains', bytes(global('builtins', 'getattr'), "(N(S'x'\ntR."), /builtins\.getattr/],
  [
    'builtins.__import__',
    bytes(0x80, 4, 0x8c, 8, 'builtins', 0x8c, 10, '__import__', 0x93, '.'),
    /builtins\.__import__/,
  ],
  ['runpy.run_path', bytes(global('runpy', '_run_code'), '.'), /runpy\._run_code/],
  ['operator.attrgetter', bytes(global('operator', 'attrgetter'), '.'), /operator\.attrgetter/],
  ['functools.partial', bytes(global('functools', 'partial'), '.'), /functools\.partial/],
  ['importlib', bytes(global('importlib', 'import_module'), '.'), /importlib\.import_module/],
  ['pickle.loads', bytes(global('pickle', 'loads'), '.'), /pickle\.loads/],
  ['torch.load itself', bytes(global('torch', 'load'), '.'), /torch\.load,/],
  ['torch.storage._load_from_bytes', bytes(global('torch.storage', '_load_from_bytes'), '.'), /_load_from_bytes/],
  ['dotted names', bytes(0x80, 4, 0x8c, 5, 'torch', 0x8c, 9, 'os.system', 0x93, '.'), /torch\.os\.system/],
  ['INST', bytes("(S'echo'\nios\nsystem\n."), /an instance of os\.system/],
  ['OBJ', bytes('(', global('collections', 'OrderedDict'), 'o.'), /an instance of collections\.OrderedDict/],
  ['NEWOBJ of a class', bytes(global('torch', 'Tensor'), ')', 0x81, '.'), /a call of torch\.Tensor/],
  ['NEWOBJ_EX', bytes(global('collections', 'OrderedDict'), ')}', 0x92, '.'), /named arguments/],
  ['REDUCE on a dtype', bytes(global('torch', 'float32'), ')R.'), /a call of torch\.float32/],
  ['REDUCE on a value', bytes(']', ')R.'), /it calls a list/],
  ['REDUCE without a tuple', bytes(global('collections', 'OrderedDict'), ']R.'), /treats a list as arguments/],
  ['BUILD with __setstate__', bytes(global('torch', 'Tensor'), '}b.'), /the state of torch\.Tensor to be set/],
  ['BUILD on a list', bytes(']}b.'), /the state of a list to be set/],
  ['BUILD with a list', bytes('}]b.'), /treats a list as attributes/],
  ['EXT1', bytes(0x80, 2, 0x82, 1, '.'), /extension 1/],
  ['EXT2', bytes(0x80, 2, 0x83, 1, 1, '.'), /extension 257/],
  ['EXT4', bytes(0x80, 2, 0x84, size(9), '.'), /extension 9/],
  ['PERSID', bytes('Pstorage\n.'), /reference to a storage/],
  [
    'BINPERSID of something else',
    bytes('(', "S'module'\n", global('torch', 'Tensor'), 'tQ.'),
    /a module; save model\.state_dict/,
  ],
  [
    'BINPERSID of a class that is no storage',
    bytes("(S'storage'\n", global('torch', 'Tensor'), "S'0'\nS'cpu'\nK\x01tQ."),
    /expected a storage class/,
  ],
  ['out-of-band buffers', bytes(0x80, 5, 0x97, '.'), /a buffer outside/],
  ['buffers that are only read', bytes(0x80, 5, 'N', 0x98, '.'), /a buffer outside/],
  [
    'arrays of objects',
    bytes(global('numpy.core.multiarray', '_reconstruct'), '.'),
    /numpy\.core\.multiarray\._reconstruct, which is not run; save torch\.from_numpy/,
  ],
  ['numbers of NumPy', bytes(global('numpy._core.multiarray', 'scalar'), '.'), /multiarray\.scalar.*x\.item\(\)/],
  ['BUILD on a tensor', bytes(tensor('K\x04', 'K\x00', '(K\x04t', '(K\x01t').subarray(0, -1), '}b.'), /the state of/],
  ['BUILD on a call', bytes(global('collections', 'OrderedDict'), '}b.'), /the state of collections\.OrderedDict/],
  ['a rebuild without arguments', bytes(global('torch._utils', '_rebuild_tensor_v2'), ')R.'), /expected a storage/],
  [
    'a rebuild of a number',
    bytes(global('torch._utils', '_rebuild_tensor_v2'), '(K\x01K\x02tR.'),
    /expected a storage, but got/,
  ],
  [
    'a rebuild by a class',
    bytes(global('torch._tensor', '_rebuild_from_type_v2'), '(', global('torch', 'Tensor'), 'N)tR.'),
    /expected a function that makes tensors/,
  ],
  [
    'a rebuild by a rebuild of nothing',
    bytes(global('torch._utils', '_rebuild_parameter'), '(]', 0x89, 'tR.'),
    /expected a tensor, but got a list/,
  ],
  ['a call of a call', bytes(global('collections', 'OrderedDict'), ')R)R.'), /it calls a OrderedDict/],
  ['a rebuild of subclasses', bytes(global('torch._utils', '_rebuild_wrapper_subclass'), '.'), /_rebuild_wrapper/],
  ['eval through a codec', bytes(global('_codecs', 'encode'), "(S'x'\nS'rot13'\ntR."), /expected 'latin1'/],
  ['__reduce__ of Python itself', bytes(global('copyreg', '_reconstructor'), '.'), /copyreg\._reconstructor/],
  ['__proto__ as a module', bytes(global('__proto__', 'constructor'), '.'), /__proto__\.constructor/],
  ['a class of JavaScript', bytes(global('constructor', 'constructor'), '.'), /constructor\.constructor/],
];

describe('code in a pickle is named and not run', () => {
  test.each(programs)('%s', async (_, pickle, message) => {
    await expect(load(pickle)).rejects.toThrow(message);
    await expect(load(pickle)).rejects.toThrow(torch.FileFormatError);
  });

  test('where objects are kept, what would run a command in Python is refused unless it is asked for', async () => {
    vi.spyOn(console, 'warn').mockReturnValue();
    for (const [name, pickle] of programs) {
      const runs = /^(os|posix|nt|subprocess|runpy|importlib|pickle|INST|builtins\.eval|builtins\.__|__builtin__)/.test(
        name,
      );
      const kept = load(pickle, {}, {}).catch((error: unknown) => error);
      if (runs) expect(await kept, name).toBeInstanceOf(torch.FileFormatError);
      for (const value of [
        await kept,
        await load(pickle, {}, { weightsOnly: false }).catch((error: unknown) => error),
      ]) {
        if (value instanceof Error) expect(value, name).toBeInstanceOf(torch.FileFormatError);
      }
    }
    const call = bytes(global('os', 'system'), "(S'echo'\ntR.");
    expect(await load(call, {}, { weightsOnly: false })).toMatchObject({
      module: 'os',
      name: 'system',
      args: ['echo'],
    });
    vi.restoreAllMocks();
  });

  test('objects that hold themselves, and long chains of them', async () => {
    const chain = bytes(
      ...Array.from({ length: 5000 }, () => bytes(global('m', 'C'), ')', 0x81)),
      ...Array.from({ length: 4999 }, () => 'b'),
      '.',
    );
    let last = (await load(chain, {}, { weightsOnly: false })) as { state: unknown } | null;
    let length = 0;
    for (; last; last = last.state as typeof last) length++;
    expect(length).toBe(5000);
    const ring = bytes(global('m', 'C'), ')', 0x81, 'q', 0, 'h', 0, 'b.');
    const object = (await load(ring, {}, { weightsOnly: false })) as { state: unknown };
    expect(object.state).toBe(object);
    const objects = bytes(']', global('m', 'C'), 'q\x010(', 'h\x01)\x81'.repeat(1_500_000), 'e.');
    await expect(load(objects, {}, { weightsOnly: false })).rejects.toThrow(/more containers/);
  });
});

/** A tensor over storage '0' of `numel` floats. */
function tensor(numel: string, offset: string, sizes: string, strides: string): Uint8Array {
  const storage = bytes("(S'storage'\n", global('torch', 'FloatStorage'), "S'0'\nS'cpu'\n", numel, 'tQ');
  return bytes(global('torch._utils', '_rebuild_tensor_v2'), '(', storage, offset, sizes, strides, 0x89, '}tR.');
}

const four = new Uint8Array(16);
const long = (text: string): string => `L${text}L\n`;

describe('sizes that cannot be', () => {
  test.each<[string, Uint8Array, RegExp]>([
    [
      'a tensor beyond its storage',
      tensor('K\x04', 'K\x00', '(K\x05t', '(K\x01t'),
      /reaches element 5 of a storage of 4/,
    ],
    ['an offset beyond it', tensor('K\x04', 'K\x04', '(K\x01t', '(K\x01t'), /reaches element 5/],
    [
      'a storage shorter than the pickle says',
      tensor('K\x09', 'K\x00', '(K\x09t', '(K\x01t'),
      /storage 0 has 16 bytes, expected 36/,
    ],
    [
      '2^40 elements by strides of 0',
      tensor('K\x04', 'K\x00', `(${long('1099511627776')}t`, '(K\x00t'),
      /takes 4398046511104 bytes.*maxBytes/,
    ],
    [
      'a product beyond all numbers',
      tensor('K\x04', 'K\x00', `(${long('9007199254740991')}${long('9007199254740991')}t`, '(K\x00K\x00t'),
      /takes/,
    ],
    [
      'a negative size',
      tensor('K\x04', 'K\x00', '(J\xff\xff\xff\xfft', '(K\x01t'),
      /expected a size, strides and an offset of whole numbers/,
    ],
    ['a negative stride', tensor('K\x04', 'K\x03', '(K\x02t', '(J\xff\xff\xff\xfft'), /whole numbers/],
    ['a size that is no number', tensor('K\x04', 'K\x00', '(Nt', '(K\x01t'), /whole numbers/],
    ['strides of another rank', tensor('K\x04', 'K\x00', '(K\x01K\x01t', '(K\x01t'), /whole numbers/],
    ['an absurd storage', tensor(long('99999999999999999999'), 'K\x00', '(K\x01t', '(K\x01t'), /expected its size/],
  ])('%s', async (_, pickle, message) => {
    await expect(load(pickle, { 0: four })).rejects.toThrow(message);
    await expect(load(pickle, { 0: four })).rejects.toThrow(torch.FileFormatError);
  });

  test('a storage that is not there', async () => {
    await expect(load(tensor('K\x04', 'K\x00', '(K\x01t', '(K\x01t'))).rejects.toThrow(
      /expected an entry "x\/data\/0"/,
    );
  });
});

describe('values that lead nowhere', () => {
  /** A list in a list, `n` times by the memo. */
  const bomb = (n: number): Uint8Array => {
    const parts: (string | number)[] = [')', 'q', 0];
    for (let i = 0; i < n; i++) parts.push('h', i, 'h', i, 0x86, 'q', i + 1);
    return bytes(...parts, '.');
  };

  test('pairs by memo are counted before they are walked', async () => {
    const pickle = bomb(60);
    expect(pickle.length).toBeLessThan(500);
    const start = process.cpuUsage();
    await expect(load(pickle)).rejects.toThrow(/refer to each other so often/);
    // Of this process alone: the clock would count what others do.
    expect(process.cpuUsage(start).user / 1000, 'milliseconds').toBeLessThan(1000);
    expect(await load(bomb(10))).toHaveLength(2);
  });

  test.each<[string, Uint8Array, RegExp]>([
    ['a list in itself', bytes(']q\x00h\x00a.'), /a container is inside of itself/],
    ['a dictionary in itself', bytes('}q\x00K\x01h\x00s.'), /a container is inside of itself/],
    ['a thousand levels', bytes(']'.repeat(3000), 'a'.repeat(2999), '.'), /nested deeper/],
    ['a list as a key', bytes('}]Ns.'), /a list cannot be the key/],
    ['a bytearray as a key', bytes('}', 0x96, 1, new Uint8Array(7), 'x', 'Ns.'), /cannot be the key/],
    ['a key without a value', bytes('}(Nu.'), /a key has no value/],
    ['an empty stack', bytes('.'), /a value is missing/],
    ['no mark', bytes('Nt.'), /a mark is missing/],
    ['a memo that is not there', bytes('h\x07.'), /recalls value 7/],
    ['no end', bytes(']'), /ends in the middle/],
    ['no end of a line', bytes('I123'), /in the middle of a line/],
    ['a length beyond the end', bytes('X', size(4_000_000_000), 'abc.'), /ends in the middle/],
    ['a length of 64 bits', bytes(0x80, 4, 0x8d, new Uint8Array(8).fill(0xff), '.'), /ends in the middle/],
    ['a byte that is no opcode', bytes(0xff), /not an opcode/],
    ['a frame without an end', bytes(0x80, 4, 0x95, new Uint8Array(8).fill(0xff)), /ends in the middle/],
    ['a long of 4 GB', bytes(0x80, 2, 0x8b, size(0xffff_ffff), 'x.'), /ends in the middle/],
    ['a long of a negative length', bytes(0x80, 2, 0x8b, size(0x8000_0000), '.'), /ends in the middle/],
    ['bytes of 64 bits', bytes(0x80, 4, 0x8e, new Uint8Array(8).fill(0x7f), 'x.'), /ends in the middle/],
    ['a bytearray of 64 bits', bytes(0x80, 5, 0x96, new Uint8Array(8).fill(0xff), 'x.'), /ends in the middle/],
    ['a memo that only grows', bytes('Nr', size(0xffff_ffff), 'j', size(0xffff_fffe), '.'), /recalls value 4294967294/],
    ['a negative place in the memo', bytes('g-1\n.'), /recalls value -1/],
    ['a tuple of nothing', bytes('N', 0x87, '.'), /a value is missing/],
    ['a set of marks', bytes(0x8f, '(', 0x90, 0x90, '.'), /a mark is missing/],
    ['an append to a tuple', bytes(')Na.'), /treats a tuple as a list/],
    ['a dictionary of a list', bytes(']NNs.'), /treats a list as a dictionary/],
    ['a protocol of the future', bytes(0x80, 9, 'N.'), /protocol 9/],
    ['text that is no UTF-8', bytes('X', size(1), 0xff, '.'), /not UTF-8/],
    ['a number that is none', bytes('Iabc\n.'), /not a whole number/],
    ['a float that is none', bytes('Fabc\n.'), /not a number/],
    ['a number of too many digits', bytes(`I${'9'.repeat(9999)}\n.`), /not a whole number/],
    ['a class by itself', bytes(global('torch', 'FloatStorage'), '.'), /holds the class torch\.FloatStorage itself/],
  ])('%s', async (_, pickle, message) => {
    await expect(load(pickle)).rejects.toThrow(message);
    await expect(load(pickle)).rejects.toThrow(torch.FileFormatError);
  });

  test('what frames say of lengths counts for nothing', async () => {
    for (const length of [0, 1, 2 ** 31]) {
      const told = new Uint8Array(BigUint64Array.of(BigInt(length)).buffer);
      expect(await load(bytes(0x80, 4, 0x95, told, ']K\x07a.'))).toEqual([7]);
    }
  });

  test('copies of what the memo holds are counted', async () => {
    const text = bytes('X', size(100_000), 'x'.repeat(100_000), 'q\x01');
    const encode = bytes(global('_codecs', 'encode'), 'q\x00');
    const copies = (n: number) => bytes(encode, '0', text, '0](', 'h\x00h\x01\x85R'.repeat(n), 'e.');
    await expect(load(copies(50))).rejects.toThrow(/calls make more values than it has bytes/);
    await expect(load(copies(50))).rejects.toThrow(torch.FileFormatError);
    expect(await load(copies(3))).toHaveLength(3);
    const list = bytes('](', 'N'.repeat(100_000), 'eq\x01');
    const sets = bytes(global('builtins', 'set'), 'q\x000', list, '0](', 'h\x00h\x01\x85R'.repeat(50), 'e.');
    await expect(load(sets)).rejects.toThrow(/calls make more values/);
  });

  test('more containers than bytes can tell apart', async () => {
    await expect(load(new Uint8Array(3_000_000).fill(0x5d))).rejects.toThrow(/more containers/);
  });
});

test('all opcodes of plain values', () => {
  const value = (...parts: Parameters<typeof bytes>) =>
    unpickle(bytes(...parts), { name: 'x', find: () => null }).value as unknown;
  expect(value("S'a\\x41\\n'\n.")).toBe('aA\n');
  expect(value('Vgr\\u00f6\\U0001f600\n.')).toBe('grö😀');
  expect([value('I01\n.'), value('I00\n.'), value('I-7\n.')]).toEqual([true, false, -7]);
  expect([value('L12345678901234567890L\n.'), value('L-3L\n.')]).toEqual([12345678901234567890n, -3]);
  expect(value(0x8a, 2, 0, 0x80, '.')).toBe(-32768);
  expect(value(0x8b, size(9), new Uint8Array(8), 1, '.')).toBe(2n ** 64n);
  expect([value('J\xff\xff\xff\xff.'), value('M\x01\x02.'), value('K\x05.')]).toEqual([-1, 513, 5]);
  expect(value('F1.5\n.')).toMatchObject({ value: 1.5 });
  expect(value('G', 0x3f, 0xf8, 0, 0, 0, 0, 0, 0, '.')).toMatchObject({ value: 1.5 });
  expect([value('T', size(2), 'ab.'), value('U\x01a.'), value('N0N.')]).toEqual(['ab', 'a', null]);
  expect(value('(K\x01K\x02l.')).toMatchObject({ kind: 'list', items: [1, 2] });
  expect(value('(K\x01K\x02d.')).toMatchObject({ kind: 'dict', items: [1, 2] });
  expect(value('NK\x07', 0x85, '1.'.slice(1))).toMatchObject({ kind: 'tuple', items: [7] });
  expect(value(0x8f, '(K\x01', 0x90, '.')).toMatchObject({ kind: 'set', items: [1] });
  expect(value('(K\x01', 0x91, '.')).toMatchObject({ kind: 'frozenset', items: [1] });
  expect(value(0x80, 4, 0x95, new Uint8Array(8), 'K\x01', 0x94, '0', 'h\x00.')).toBe(1);
  expect(value('K\x02p5\n0g5\n.')).toBe(2);
  expect(value('K\x02r', size(70000), '0j', size(70000), '.')).toBe(2);
  expect(value('K\x012', 0x86, '.')).toMatchObject({ items: [1, 1] });
});

describe('damaged files of other kinds', () => {
  test('what an old tar, a plain pickle and an empty archive are', async () => {
    const tar = new Uint8Array(1024);
    tar.set(bytes('storages'), 0);
    tar.set(bytes('ustar'), 257);
    await expect(torch.load(tar)).rejects.toThrow(/tar archive.*PyTorch before 0\.1\.10|tar archive/);
    await expect(torch.load(bytes(0x80, 2, '}q\x00.'))).rejects.toThrow(/another Python pickle/);
    await expect(torch.load(archive(bytes('N.')).subarray(0, 80))).rejects.toThrow(torch.FileFormatError);
  });
});
