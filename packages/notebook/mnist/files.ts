// MNIST as the page reads it: no more files than its images need, each kept in the browser for the next visit.
import * as torch from 'lamplight';
import { vision } from 'lamplight';
import { LABELS, TEST_IMAGES, TEST_LABELS, trainPieces } from './pieces';

export type MnistDataset = Awaited<ReturnType<typeof dataset>>;

/** The training images that were asked for, or a few more, and all test images. */
export interface Mnist {
  readonly train: MnistDataset;
  readonly test: MnistDataset;
}

/** Where the browser keeps the files. A name stands for the same images for ever, so none grows old. */
const KEPT = 'lamplight-mnist';
/** Bytes before the pixels of an IDX file of images: a magic number, their count, rows and columns. */
const HEADER = 16;

const dataset = (files: IdxFiles) => vision.datasets.MNIST(files, { transform: new vision.transforms.ToTensor() });

/** Two IDX files, uncompressed. */
export interface IdxFiles {
  readonly images: Uint8Array;
  readonly labels: Uint8Array;
}

export class MnistFiles {
  private readonly underWay = new Map<string, Promise<Uint8Array>>();
  private test: Promise<MnistDataset> | undefined;
  private train: { readonly pieces: number; readonly dataset: MnistDataset } | undefined;
  private fetched = 0;

  /** `heard` is told how many bytes have come over the network so far. */
  constructor(
    private readonly folder: string,
    private readonly heard: (bytes: number) => void = () => {},
  ) {}

  /** Whether the first `limit` training images are at hand. */
  holds(limit: number): boolean {
    return (this.train?.pieces ?? 0) >= trainPieces(limit).length;
  }

  /** Both halves of MNIST, the training half with at least the first `limit` images. */
  async open(limit: number): Promise<Mnist> {
    const [train, test] = await Promise.all([this.openTrain(limit), this.openTest()]);
    return { train, test };
  }

  private async openTrain(limit: number): Promise<MnistDataset> {
    if (this.train && this.holds(limit)) return this.train.dataset;
    const { length } = trainPieces(limit);
    const whole = await dataset(await this.trainFiles(limit));
    if (!this.holds(limit)) this.train = { pieces: length, dataset: whole };
    return whole;
  }

  /** The first `limit` training images, or a few more, with their labels. */
  async trainFiles(limit: number): Promise<IdxFiles> {
    const pieces = trainPieces(limit);
    const [labels, ...images] = await Promise.all([this.file(LABELS), ...pieces.map(({ name }) => this.file(name))]);
    const first = images[0] ?? new Uint8Array();
    const joined = new Uint8Array(images.reduce((sum, { length }) => sum + length - HEADER, HEADER));
    joined.set(first.subarray(0, HEADER));
    const count = pieces.at(-1)?.to ?? 0;
    new DataView(joined.buffer).setUint32(4, count);
    let at = HEADER;
    for (const part of images) {
      joined.set(part.subarray(HEADER), at);
      at += part.length - HEADER;
    }
    return { images: joined, labels: firstLabels(labels, count) };
  }

  /** All test images with their labels. */
  async testFiles(): Promise<IdxFiles> {
    const [images, labels] = await Promise.all([this.file(TEST_IMAGES), this.file(TEST_LABELS)]);
    return { images, labels };
  }

  private openTest(): Promise<MnistDataset> {
    this.test ??= this.testFiles().then(dataset);
    // What failed may be tried again.
    this.test.catch(() => {
      this.test = undefined;
    });
    return this.test;
  }

  /** A file's contents, uncompressed. */
  private file(name: string): Promise<Uint8Array> {
    const url = new URL(name, this.folder).href;
    const known = this.underWay.get(url);
    if (known) return known;
    const bytes = this.read(url).finally(() => this.underWay.delete(url));
    this.underWay.set(url, bytes);
    return bytes;
  }

  private async read(url: string): Promise<Uint8Array> {
    const cache = typeof caches === 'undefined' ? undefined : await caches.open(KEPT).catch(() => undefined);
    const kept = await cache?.match(url);
    if (kept) return inflate(url, new Uint8Array(await kept.arrayBuffer()));
    const bytes = await this.fetch(url);
    const contents = await inflate(url, bytes);
    // Storage may be full or forbidden; the browser then fetches the file again at the next visit.
    await cache?.put(url, new Response(bytes)).catch(() => {});
    return contents;
  }

  private async fetch(url: string): Promise<Uint8Array<ArrayBuffer>> {
    try {
      const response = await fetch(url);
      if (!response.ok) {
        const { status, statusText } = response;
        throw new torch.FetchError(`${url}: the server answered ${status} ${statusText}`.trimEnd(), { status });
      }
      const count = new TransformStream<Uint8Array, Uint8Array>({
        transform: (chunk, controller) => {
          this.fetched += chunk.length;
          this.heard(this.fetched);
          controller.enqueue(chunk);
        },
      });
      return new Uint8Array(await new Response(response.body?.pipeThrough(count)).arrayBuffer());
    } catch (cause) {
      if (cause instanceof torch.FetchError) throw cause;
      throw new torch.FetchError(`${url}: no answer; these images are not in the browser yet, and need a connection`, {
        cause,
      });
    }
  }
}

/** Undoes gzip, unless the server had the browser undo it, and sees that an IDX file comes out. */
async function inflate(url: string, bytes: Uint8Array<ArrayBuffer>): Promise<Uint8Array> {
  const isGzip = bytes[0] === 0x1f && bytes[1] === 0x8b;
  let contents: Uint8Array = bytes;
  try {
    if (isGzip) {
      const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream('gzip'));
      contents = new Uint8Array(await new Response(stream).arrayBuffer());
    }
  } catch (cause) {
    throw new torch.FileFormatError(`${url}: expected a complete gzip file, but it is truncated or damaged`, { cause });
  }
  // What a hotel's network answers in the place of a file is not to be kept.
  if (contents[0] !== 0 || contents[1] !== 0 || contents[2] !== 8) {
    throw new torch.FileFormatError(`${url}: expected a file of MNIST, but got something else; check the connection`);
  }
  return contents;
}

/** An IDX file of the first `count` labels of another. */
function firstLabels(labels: Uint8Array, count: number): Uint8Array {
  const first = labels.slice(0, 8 + count);
  new DataView(first.buffer).setUint32(4, count);
  return first;
}
