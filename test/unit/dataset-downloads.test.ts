// `download: true` of data sets in Node: from the user's own address or where they are published, kept, checked, and taken up after a break.
import { createHash } from 'node:crypto';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { datasets } from 'lamplight/vision';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { cifar10 } from '../../src/doors/vision/datasets/cifar-facts';
import type { Published } from '../../src/doors/vision/datasets/downloads';
import { emnistPublished, idxSets } from '../../src/doors/vision/datasets/mnist-facts';
import { FetchError, FileFormatError } from '../../src/engine/core/errors';
import type { DownloadProgress } from '../../src/torch/io/download/download';
import { datasetFacts, fixtureBytes, sumsOf, unpack } from '../support/dataset-files';
import { mnistImages } from '../support/mnist-files';

let server: Server;
let origin = '';
let folder = '';
/** What there is, by address. */
let files: Record<string, Uint8Array> = {};
/** What was asked for that is there, with the range where one was. */
let served: string[] = [];
/** All that was asked for. */
let asked = 0;
/** After how many bytes the next answer stops, for `breakNow` to break it off: once they have been read, for a break may lose what waits to be read. */
let breakAfter: number | null = null;
let breakNow = () => {};

beforeAll(async () => {
  server = createServer({ keepAliveTimeout: 0 }, (request, response) => {
    asked++;
    const path = decodeURIComponent(request.url!);
    const bytes = files[path];
    if (!bytes) return void response.writeHead(404).end();
    const { range } = request.headers;
    served.push(range ? `${path} ${range}` : path);
    const start = Number(/bytes=(\d+)-/.exec(range ?? '')?.[1] ?? 0);
    response.writeHead(range ? 206 : 200, {
      'content-length': bytes.length - start,
      etag: '"1"',
      ...(range && { 'content-range': `bytes ${start}-${bytes.length - 1}/${bytes.length}` }),
    });
    if (breakAfter === null) return void response.end(bytes.subarray(start));
    response.write(bytes.subarray(start, start + breakAfter));
    breakNow = () => response.destroy();
    breakAfter = null;
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});

afterAll(() => new Promise((done) => server.close(done)));

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'dataset-downloads-'));
  // Where files of addresses are kept.
  vi.stubEnv('XDG_CACHE_HOME', join(folder, 'cache'));
  [files, served, asked, breakAfter] = [{}, [], 0, null];
});

afterEach(async () => {
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
  await rm(folder, { recursive: true });
});

const keptFiles = async () =>
  (await readdir(folder, { recursive: true, withFileTypes: true }))
    .filter((each) => each.isFile())
    .map((each) => join(each.parentPath, each.name).slice(folder.length + 1))
    .sort();

const md5 = (bytes: Uint8Array): string => createHash('md5').update(bytes).digest('hex');

const digits = mnistImages(6);
const images = gzipSync(digits.images);
const labels = gzipSync(digits.labels);

/** Has what is published come from this server instead, and be these files. */
function publish(addresses: Record<string, Uint8Array>): void {
  files = Object.fromEntries(Object.values(addresses).map((bytes, i) => [`/published/${i}`, bytes]));
  const real = globalThis.fetch;
  vi.spyOn(globalThis, 'fetch').mockImplementation((address, init) => {
    const at = Object.keys(addresses).indexOf(String(address));
    return real(at < 0 ? `${origin}/none` : `${origin}/published/${at}`, init);
  });
}

/** Says other check sums for the time of a test: those of the small files. */
function expectSum(published: Published, bytes: Uint8Array): () => void {
  const told = published as { md5: string | null };
  const before = told.md5;
  told.md5 = md5(bytes);
  return () => {
    told.md5 = before;
  };
}

describe('from the user’s own address', () => {
  const put = async () => {
    for (const kind of ['train', 't10k']) {
      files[`/data/${kind}-images-idx3-ubyte.gz`] = images;
      files[`/data/${kind}-labels-idx1-ubyte.gz`] = labels;
    }
    files['/data/cifar-10-binary.tar.gz'] = await fixtureBytes('cifar-10-binary.tar.gz');
    for (const name of ['violin', 'guitar']) {
      files[`/data/full_numpy_bitmap_${name}.npy`] = await fixtureBytes(`full_numpy_bitmap_${name}.npy`);
    }
  };
  type Told = (progress: DownloadProgress) => void;
  const sets: [string, number, (root: string, onProgress: Told) => Promise<{ length: number }>][] = [
    ['MNIST', 2, (root, onProgress) => datasets.MNIST(root, { download: true, onProgress })],
    ['KMNIST', 2, (root, onProgress) => datasets.KMNIST(root, false, { download: true, onProgress })],
    ['CIFAR10', 1, (root, onProgress) => datasets.CIFAR10(root, { download: true, onProgress })],
    [
      'QuickDraw',
      2,
      (root, onProgress) => datasets.QuickDraw(root, ['violin', 'guitar'], { download: true, onProgress }),
    ],
  ];

  test.each(sets)('%s is fetched once, with progress, and a second visit asks for nothing', async (_, count, open) => {
    await put();
    const seen: DownloadProgress[] = [];
    const first = await open(`${origin}/data/`, (so) => seen.push(so));
    expect(served).toHaveLength(count);
    const last = new Map(seen.map((so) => [so.url, so]));
    expect(last.size).toBe(count);
    for (const { loaded, total, url } of last.values()) {
      expect([loaded, total]).toEqual([files[new URL(url).pathname]!.length, files[new URL(url).pathname]!.length]);
    }
    [asked, seen.length] = [0, 0];
    const second = await open(`${origin}/data/`, (so) => seen.push(so));
    expect([second.length, asked, seen]).toEqual([first.length, 0, []]);
  });

  test.each(sets)('%s goes on after a break with what is missing', async (_, count, open) => {
    await put();
    breakAfter = 20;
    await open(`${origin}/data/`, () => breakNow());
    expect(served).toHaveLength(count + 1);
    expect(served.filter((each) => each.endsWith(' bytes=20-'))).toHaveLength(1);
  });

  test('what an earlier visit kept of a part does not stand for the whole', async () => {
    const batches = await unpack('cifar-10-binary.tar.gz');
    for (const [name, bytes] of Object.entries(batches)) files[`/data/${name}`] = bytes;
    const { '/data/cifar-10-batches-bin/data_batch_4.bin': fourth, ...others } = files;
    files = others;
    await expect(datasets.CIFAR10(`${origin}/data`, { download: true })).rejects.toThrowError(/data_batch_4\.bin/);
    files[`/data/cifar-10-batches-bin/data_batch_4.bin`] = fourth!;
    const set = await datasets.CIFAR10(`${origin}/data`, { download: true });
    expect(set.targets).toEqual((await datasetFacts('CIFAR10 train')).targets);
  });

  test('without `download` nothing is kept', async () => {
    await put();
    await datasets.MNIST(`${origin}/data/`);
    await datasets.MNIST(`${origin}/data/`);
    expect(served).toHaveLength(4);
    expect(await keptFiles()).toEqual([]);
  });
});

describe('from where it is published', () => {
  const mnistAt = 'https://ossci-datasets.s3.amazonaws.com/mnist/';
  const facts = idxSets.MNIST;

  test('MNIST is kept below root, as torchvision keeps it, and found there', async () => {
    publish({ [`${mnistAt}t10k-images-idx3-ubyte.gz`]: images, [`${mnistAt}t10k-labels-idx1-ubyte.gz`]: labels });
    const published = facts.published(false);
    vi.spyOn(facts, 'published').mockReturnValue([
      { ...published[0]!, md5: md5(images) },
      { ...published[1]!, md5: md5(labels) },
    ]);
    const set = await datasets.MNIST(folder, { train: false, download: true });
    expect(await keptFiles()).toEqual(['MNIST/raw/t10k-images-idx3-ubyte.gz', 'MNIST/raw/t10k-labels-idx1-ubyte.gz']);
    asked = 0;
    const again = await datasets.MNIST(folder, { train: false, download: true });
    expect([again.length, set.length, asked]).toEqual([6, 6, 0]);
  });

  test('another mirror is asked where the first has not what it should; a wrong check sum keeps nothing', async () => {
    const second = 'http://yann.lecun.com/exdb/mnist/';
    publish({
      [`${mnistAt}train-images-idx3-ubyte.gz`]: labels,
      [`${second}train-images-idx3-ubyte.gz`]: images,
      [`${mnistAt}train-labels-idx1-ubyte.gz`]: labels,
    });
    const [first, other] = facts.published(true);
    const sums = vi.spyOn(facts, 'published');
    sums.mockReturnValue([
      { ...first!, md5: md5(images) },
      { ...other!, md5: md5(labels) },
    ]);
    expect(await datasets.MNIST(join(folder, 'a'), { download: true })).toHaveLength(6);
    sums.mockReturnValue([first!, other!]);
    const wrong = datasets.MNIST(join(folder, 'b'), { download: true });
    await expect(wrong).rejects.toThrowError(FileFormatError);
    await expect(wrong).rejects.toThrowError(/MNIST: expected .*\.gz .* expected md5 [\da-f]{32}, but got [\da-f]{32}/);
    expect((await keptFiles()).filter((each) => each.startsWith('b/'))).toEqual([]);
  });

  test('CIFAR10 goes on after a break, in a later call too', async () => {
    const archive = await fixtureBytes('cifar-10-python.tar.gz');
    publish({ 'https://www.cs.toronto.edu/~kriz/cifar-10-python.tar.gz': archive });
    const undo = expectSum(cifar10.python.archive, archive);
    breakAfter = 1000;
    const stop = new AbortController();
    const onProgress = () => stop.abort(new Error('closed'));
    await expect(datasets.CIFAR10(folder, { download: true, onProgress, signal: stop.signal })).rejects.toThrowError(
      'closed',
    );
    const set = await datasets.CIFAR10(folder, { download: true });
    undo();
    const train = await datasetFacts('CIFAR10 train');
    expect(set.targets).toEqual(train.targets);
    expect(sumsOf(await set.data.data(), set.length).sums).toEqual(train.sums);
    expect(served).toEqual(['/published/0', '/published/0 bytes=1000-']);
    expect(await keptFiles()).toEqual(['cifar-10-python.tar.gz']);
    asked = 0;
    await datasets.CIFAR10(folder, { train: false, download: true });
    expect(asked).toBe(0);
  });

  test('EMNIST’s one archive holds all of its splits', async () => {
    const { writeZip } = await import('../../src/torch/io/zip/zip');
    const contents = ['images-idx3', 'labels-idx1'].map((kind, i) => ({
      name: `gzip/emnist-digits-test-${kind}-ubyte.gz`,
      data: Uint8Array.from([images, labels][i]!),
    }));
    const archive = Buffer.concat([...writeZip(contents)]);
    publish({ 'https://biometrics.nist.gov/cs_links/EMNIST/gzip.zip': archive });
    const undo = expectSum(emnistPublished, archive);
    for (let visit = 0; visit < 2; visit++) {
      const set = await datasets.EMNIST(folder, 'digits', { train: false, download: true });
      expect(set.length).toBe(6);
    }
    undo();
    expect(served).toHaveLength(1);
    expect(await keptFiles()).toEqual(['EMNIST/raw/gzip.zip']);
  });

  test('QuickDraw is kept below root by the names of its classes', async () => {
    const bytes = await fixtureBytes('full_numpy_bitmap_violin.npy');
    publish({
      'https://storage.googleapis.com/quickdraw_dataset/full/numpy_bitmap/The%20Mona%20Lisa.npy': bytes,
    });
    for (let visit = 0; visit < 2; visit++) {
      const set = await datasets.QuickDraw(folder, ['The Mona Lisa'], { download: true });
      expect(set.classes).toEqual(['The Mona Lisa']);
    }
    expect(served).toHaveLength(1);
    expect(await keptFiles()).toEqual(['The Mona Lisa.npy']);
  });

  test('a publisher that does not answer is named, with what to do', async () => {
    publish({});
    const missing = datasets.CIFAR10(folder, { download: true });
    await expect(missing).rejects.toThrowError(FetchError);
    await expect(missing).rejects.toThrowError(
      /CIFAR10: expected cifar-10-python\.tar\.gz from where it is published, .*404.*; serve the file from your own origin, and give its folder as root/,
    );
    expect(await keptFiles()).toEqual([]);
  });
});
