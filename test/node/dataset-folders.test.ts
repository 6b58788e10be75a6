// Folders of pictures and of other files, and pictures of noise, beside torchvision's.
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as torch from 'lamplight';
import { data, vision } from 'lamplight';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { datasetFacts, fixtureBytes, fixturePath } from '../support/dataset-files';

const { DatasetFolder, FakeData, findClasses, ImageFolder, makeDataset, QuickDraw } = vision.datasets;
const { Compose, RandomCrop, RandomHorizontalFlip, RandomResizedCrop, Resize, ToTensor } = vision.transforms;

interface FolderFacts {
  readonly name: string;
  readonly classes: readonly string[];
  readonly classToIdx: Record<string, number>;
  readonly samples: readonly [string, number][];
  readonly targets: readonly number[];
  readonly sizes: readonly number[][];
  readonly sums: readonly number[];
  readonly text: string;
  readonly errors: Record<'no classes' | 'an empty class' | 'no valid file', string> & {
    readonly allowed: [string[], [string, number][]];
  };
}

const facts = await datasetFacts<FolderFacts>('folder');
const home = fixturePath('folder');
const relative = (path: string) => path.replace(home, 'folder');
const sum = async (x: torch.Tensor) => [...(await x.data())].reduce((total, byte) => total + byte, 0);
let root = '';

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'folders-'));
  await mkdir(join(root, 'none'));
  await mkdir(join(root, 'half/full'), { recursive: true });
  await mkdir(join(root, 'half/empty'));
  await writeFile(join(root, 'half/full/1.png'), await fixtureBytes('folder/dog/1.png'));
  await mkdir(join(root, 'circle/class'), { recursive: true });
  await symlink(join(root, 'half/full'), join(root, 'circle/class/linked'));
  await symlink(join(root, 'circle'), join(root, 'circle/class/up'));
});

afterAll(() => rm(root, { recursive: true }));

describe('ImageFolder', () => {
  test('finds torchvision’s classes and samples, and reads its pictures', async () => {
    const set = await ImageFolder(home);
    expect([set.classes, set.classToIdx, set.targets]).toEqual([facts.classes, facts.classToIdx, facts.targets]);
    expect(set.samples.map(([path, target]) => [relative(path), target])).toEqual(facts.samples);
    expect(set.imgs).toBe(set.samples);
    expect(`${set}`.replace(home, 'folder')).toBe(facts.text);
    const items = await Promise.all([...set]);
    expect(items.map(([picture]) => picture.shape)).toEqual(facts.sizes);
    expect(items[0]![0]).toBeInstanceOf(vision.Picture);
    expect(await Promise.all(items.map(([picture]) => sum(picture)))).toEqual(facts.sums);
  });

  test('comes from files of a page and from archives', async () => {
    const files = await Promise.all(
      facts.samples.map(async ([path]) => {
        const file = new File([await fixtureBytes(path)], path.split('/').at(-1)!);
        Object.defineProperty(file, 'webkitRelativePath', { value: path });
        return file;
      }),
    );
    const set = await ImageFolder(files, { targetTransform: (label) => facts.classes[label]! });
    expect(set.samples).toEqual(facts.samples);
    expect(`${set}`).toMatch(/Root location: folder\n {4}StandardTransform\nTarget transform: <function /);
    const [picture, label] = await set[7]!;
    expect([await sum(picture), label]).toEqual([facts.sums[7], 'dog']);
  });

  test('follows links, but not in circles', async () => {
    const set = await ImageFolder(join(root, 'circle'));
    expect(set.samples).toEqual([[join(root, 'circle/class/linked/1.png'), 0]]);
  });

  test('draws at random in the order of the items, whichever file is read first, one by one and by batch', async () => {
    const transform = new Compose([new RandomHorizontalFlip(), new ToTensor()]);
    const waits: Record<string, number> = { A: 30, b: 1 };
    const slow = await ImageFolder<torch.Tensor>(home, {
      transform,
      loader: async (source, path) => {
        await new Promise((resolve) => setTimeout(resolve, waits[path.split('/').at(-1)![0]!] ?? 5));
        return vision.io.readImage(source);
      },
    });
    const fast = await ImageFolder<torch.Tensor>(home, { transform });
    torch.manualSeed(3);
    const one: unknown[] = [];
    for (let i = 0; i < slow.length; i++) one.push(await (await fast[i]!)[0].tolist());
    torch.manualSeed(3);
    const all = await Promise.all(slow);
    expect(await Promise.all(all.map(([image]) => image.tolist()))).toEqual(one);
    // Of one size: dog/1.png and dog/gray.png again and again.
    fast.samples = [0, 1, 2, 3].map(() => fast.samples[4]!);
    torch.manualSeed(5);
    const items: torch.Tensor[] = [];
    for (let i = 0; i < 4; i++) items.push((await fast[i]!)[0]);
    torch.manualSeed(5);
    const [images, labels] = (await fast.getBatch([0, 1, 2, 3])) as [torch.Tensor, torch.Tensor];
    expect(await images.tolist()).toEqual(await torch.stack(items).tolist());
    expect([await labels.tolist(), labels.dtype]).toEqual([[1, 1, 1, 1], 'int64']);
  });

  test('draws in the order of the items as a part of other data sets as well, be they read or in memory', async () => {
    const transform = new Compose([new RandomHorizontalFlip(), new ToTensor()]);
    const folder = await ImageFolder<torch.Tensor>(home, { transform });
    // Of one size: dog/1.png and dog/gray.png again and again.
    folder.samples = [0, 1, 2, 3].map(() => folder.samples[4]!);
    const { height, width } = { height: (await folder[0]!)[0].shape[1]!, width: (await folder[0]!)[0].shape[2]! };
    const fake = FakeData<torch.Tensor>({ size: 4, imageSize: [3, height, width], transform });
    const indices = [0, 4, 1, 5, 6, 2, 3, 7];
    const one: unknown[] = [];
    torch.manualSeed(3);
    for (const i of indices) one.push(await (await (i < 4 ? folder[i]! : fake[i - 4]!))[0].tolist());
    torch.manualSeed(3);
    const both = new data.ConcatDataset<[torch.Tensor, number] | Promise<[torch.Tensor, number]>>([folder, fake]);
    const batches: unknown[] = [];
    // A generator of the loader's own, so that the seed of a pass is none of these draws.
    const generator = new torch.Generator();
    for await (const [images] of new data.DataLoader(both, { batchSize: 3, sampler: indices, generator }))
      batches.push(...((await images.tolist()) as unknown[]));
    expect(batches).toEqual(one);
  });

  test('is read on the main side where the script of its workers is not to be had, which is said once', async () => {
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => undefined);
    const set = await ImageFolder(home, { transform: (picture) => picture.shape[0]! });
    const read = async (numWorkers: number) => {
      const seen: unknown[] = [];
      const collateFn = (items: unknown[]) => items;
      for await (const items of new data.DataLoader(set, { batchSize: 2, numWorkers, collateFn })) seen.push(items);
      return seen;
    };
    // The sources have no built script.
    expect(await read(2)).toEqual(await read(0));
    expect(warn.mock.calls.map(([text]) => text)).toEqual([
      expect.stringMatching(/^DataLoader: expected the script of the workers that read pictures, but it could not be/),
    ]);
    warn.mockRestore();
  });

  test('takes another transform later', async () => {
    const set = await ImageFolder<unknown>(home, { transform: new ToTensor() });
    set.transform = (picture) => picture.shape[0];
    expect(await Promise.all([...set])).toEqual(facts.sizes.map(([height], i) => [height, facts.targets[i]]));
  });

  test.each([
    ['RandomResizedCrop', new RandomResizedCrop(6)],
    ['RandomCrop', new RandomCrop(9, { padIfNeeded: true })],
    ['Resize', new Resize([5, 6])],
  ])(
    'pictures of several sizes that %s brings to one are a batch as their items are, and all batches one plan',
    async (_, first) => {
      const transform = new Compose([first, new RandomHorizontalFlip(), new ToTensor()]);
      const set = await ImageFolder<torch.Tensor>(home, { transform });
      expect(new Set(facts.sizes.map(String)).size).toBeGreaterThan(2);
      const indices = [...set.samples.keys()];
      torch.manualSeed(5);
      const items: torch.Tensor[] = [];
      for (const i of indices) items.push((await set[i]!)[0]);
      torch.manualSeed(5);
      const [images] = (await set.getBatch(indices)) as [torch.Tensor, torch.Tensor];
      expect(await images.tolist()).toEqual(await torch.stack(items).tolist());
      const compiled: number[] = [];
      for (let turn = 0; turn < 4; turn++) {
        const [batch] = (await set.getBatch([...indices.slice(turn), ...indices.slice(0, turn)])) as [
          torch.Tensor,
          torch.Tensor,
        ];
        await batch.sum().item();
        compiled.push(torch.gpu.stats().plansCompiled);
      }
      expect(compiled).toEqual(new Array(4).fill(compiled[0]));
    },
  );

  test('feeds a loader', async () => {
    const set = await ImageFolder(home, { transform: (picture) => picture.to('float32').mean(), allowEmpty: true });
    const seen: number[] = [];
    for await (const [means, labels] of new data.DataLoader(set, { batchSize: 3 })) {
      seen.push(means.shape[0]!, ...((await labels.tolist()) as number[]));
    }
    expect(seen).toEqual([3, 0, 0, 0, 3, 0, 1, 1, 2, 1, 1]);
  });

  test('says what torchvision says where classes or files are missing', async () => {
    const at = (folder: string) => join(root, folder);
    const says = (message: string) =>
      new RegExp(message.replace(/ (none|half)\./, ` ${root}/$1.`).replaceAll('.', '\\.'));
    await expect(ImageFolder(at('none'))).rejects.toThrowError(says(facts.errors['no classes']));
    await expect(ImageFolder(at('half'))).rejects.toThrowError(says(facts.errors['an empty class']));
    await expect(ImageFolder(at('half'), { isValidFile: () => false })).rejects.toThrowError(
      says(facts.errors['no valid file'].trimEnd()),
    );
    await expect(ImageFolder(at('half'))).rejects.toThrowError(torch.FetchError);
    const allowed = await ImageFolder(at('half'), { allowEmpty: true });
    expect([allowed.classes, allowed.samples.map(([path, target]) => [path.replace(`${root}/`, ''), target])]).toEqual(
      facts.errors.allowed,
    );
    await expect(ImageFolder(at('missing'))).rejects.toThrowError(/missing: the folder could not be read/);
    await expect(ImageFolder('https://a.test/pictures/')).rejects.toThrowError(
      /an address has no list; give an archive/,
    );
  });

  test('a picture that is none is told by its path', async () => {
    const set = await ImageFolder(home, { isValidFile: (path) => path.endsWith('.txt'), allowEmpty: true });
    await expect(set[0]).rejects.toThrowError(
      /folder\/dog\/notes\.txt: expected a picture, but sharp cannot decode it/,
    );
    await expect(set[0]).rejects.toThrowError(torch.FileFormatError);
  });
});

test('DatasetFolder takes readImage for a loader', async () => {
  const set = await DatasetFolder(home, vision.io.readImage, { extensions: ['.png'], allowEmpty: true });
  const [picture]: [vision.Picture, number] = await set[0]!;
  expect([picture instanceof vision.Picture, picture.shape.at(-1)]).toEqual([true, 3]);
  expect(set.workerCopy()).toMatchObject({ state: null });
});

test('DatasetFolder reads files of any kind', async () => {
  const set = await DatasetFolder(home, async (_, path) => path.length - home.length, {
    extensions: ['.txt'],
    allowEmpty: true,
  });
  expect([await set[0], set.length]).toEqual([['/dog/notes.txt'.length, 1], 1]);
  const chosen = await DatasetFolder({
    root: home,
    loader: (source) => String(source),
    isValidFile: async (path) => path.endsWith('2.png'),
    findClasses: (folders) => [folders.slice(1), { [folders[1]!]: 5 }],
  });
  expect([chosen.classes, chosen.samples]).toEqual([['dog'], [[`${home}/dog/2.png`, 5]]]);
  await expect(DatasetFolder(home, { loader: String })).rejects.toThrowError(
    /DatasetFolder: Both extensions and isValidFile cannot be null or not null at the same time/,
  );
  await expect(DatasetFolder(home, {} as never)).rejects.toThrowError(
    /DatasetFolder: missing 1 required argument: 'loader'/,
  );
});

test('findClasses and makeDataset stand by themselves', async () => {
  expect(await findClasses(home)).toEqual([facts.classes, facts.classToIdx]);
  const found = await makeDataset(home, { classToIdx: { dog: 3 }, extensions: '.png' });
  expect(found.map(([path, target]) => [relative(path), target])).toEqual(
    facts.samples.filter(([path]) => path.includes('dog')).map(([path]) => [path, 3]),
  );
  await expect(makeDataset(home, { classToIdx: {} })).rejects.toThrowError(/must have at least one entry/);
});

interface FakeFacts {
  readonly name: string;
  readonly targets: readonly number[];
  readonly sums: readonly number[];
  readonly first: readonly number[][];
  readonly text: string;
}

test.each([
  ['default', FakeData()],
  ['small', FakeData({ size: 5, imageSize: [1, 3, 5], numClasses: 4, randomOffset: 7 })],
])('FakeData is torchvision’s: %s', async (name, set) => {
  const expected = await datasetFacts<FakeFacts>(`FakeData ${name}`);
  torch.manualSeed(1);
  const before = torch.rand(1);
  torch.manualSeed(1);
  const items = [set[0]!, set[3]!];
  expect(await torch.rand(1).item()).toBe(await before.item());
  expect(items.map(([, label]) => label)).toEqual(expected.targets);
  for (const [i, [picture]] of items.entries()) {
    const pixels = [...(await picture.data())];
    expect(pixels.slice(0, 12)).toEqual(expected.first[i]);
    expect(pixels.reduce((total, byte) => total + byte, 0)).toBe(expected.sums[i]);
  }
  expect(`${set}`).toBe(expected.text);
});

describe('QuickDraw', () => {
  const drawings = fixturePath('.');

  test('reads bitmaps, a class a file', async () => {
    const set = await QuickDraw(drawings, { classes: ['violin', 'triangle'], limit: 12 });
    expect([set.length, set.classes, set.classToIdx, set.data.shape]).toEqual([
      24,
      ['violin', 'triangle'],
      { violin: 0, triangle: 1 },
      [24, 28, 28],
    ]);
    expect(await set.targets.tolist()).toEqual([...new Array(12).fill(0), ...new Array(12).fill(1)]);
    expect(`${set}`).toBe(`Dataset QuickDraw\n    Number of datapoints: 24\n    Root location: ${drawings}`);
    const array = await torch.load(fixturePath('full_numpy_bitmap_triangle.npy'));
    expect(await set[13]![0].flatten().tolist()).toEqual(await (array as unknown as torch.Tensor).at(1).tolist());
    const one = await QuickDraw(fixturePath('full_numpy_bitmap_violin.npy'));
    expect([one.length, one.classes]).toEqual([20, ['violin']]);
    const all = await QuickDraw(drawings);
    expect([all.length, all.classes]).toEqual([60, ['guitar', 'triangle', 'violin']]);
  });

  test.each(['violin', 'guitar'])('draws the strokes of a %s as the published bitmaps were drawn', async (name) => {
    const file = `full_simplified_${name}.ndjson`;
    const drawn = await QuickDraw({ [file]: await fixtureBytes(file) });
    const bitmaps = await QuickDraw(fixturePath(`full_numpy_bitmap_${name}.npy`), { limit: 4 });
    expect([drawn.length, drawn.classes]).toEqual([4, [name]]);
    const [ours, theirs] = [await drawn.data.data(), await bitmaps.data.data()];
    // Cairo counts the covered part of a pixel in 15 lines of 17 levels each; the mean error shows that nothing is shifted.
    const errors = Array.from(ours, (level, i) => Math.abs(level - theirs[i]!));
    expect(Math.max(...errors)).toBeLessThan(17);
    expect(errors.reduce((total, error) => total + error, 0) / errors.length).toBeLessThan(0.6);
  });

  test.each<[string, string, RegExp]>([
    ['no JSON', '{', /a\.ndjson: expected a drawing in line 1, but it is no JSON/],
    ['no drawing', 'null', /its 'drawing' is no list of strokes/],
    ['points that are none', '{"drawing": [[[1, "2"], [3, 4]]]}', /no list of strokes/],
    ['a point without its row', '{"drawing": [[[1, 2], [3]]]}', /no list of strokes/],
  ])('refuses %s', async (_, line, message) => {
    await expect(QuickDraw({ 'a.ndjson': new TextEncoder().encode(line) })).rejects.toThrowError(message);
  });

  test('refuses arrays of another kind, and classes without a file', async () => {
    const bytes = await torch.saveBytes(torch.zeros(3, 5), 'a.npy');
    await expect(QuickDraw({ 'a.npy': bytes })).rejects.toThrowError(
      /expected drawings, uint8 \[N, 784\], but got f32 \[3, 5\]/,
    );
    await expect(QuickDraw(drawings, { classes: ['harp'] })).rejects.toThrowError(/expected one of harp\.npy, /);
  });

  test('draws a raw drawing like the simplified one, which is at the upper left of 256 units', async () => {
    const line = (drawing: unknown) => ({ 'a.ndjson': new TextEncoder().encode(JSON.stringify({ drawing })) });
    const simple = await QuickDraw(
      line([
        [
          [0, 255],
          [0, 127],
        ],
      ]),
    );
    const raw = await QuickDraw(
      line([
        [
          [-100, 410],
          [50, 304],
          [0, 16],
        ],
      ]),
    );
    expect(await raw.data.tolist()).toEqual(await simple.data.tolist());
  });
});
