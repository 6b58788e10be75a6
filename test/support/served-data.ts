// Data sets that the workers of tests serve, and that their loaders know by the same names.
import * as torch from 'lamplight';
import { data, type Tensor } from 'lamplight';
import { Picture, tvTensors } from 'lamplight/vision';

/** What a worker of a test is told. */
export interface ServedTask {
  readonly kind: keyof typeof datasets | 'loads nothing' | 'serves nothing';
  readonly length?: number;
  readonly shares?: readonly number[];
  readonly seeding?: boolean;
}

/** Item i with two draws, as a random transform makes them. */
class Drawing extends data.Dataset<[number, Tensor, Tensor]> {
  constructor(override readonly length: number) {
    super();
  }

  override get(i: number): [number, Tensor, Tensor] {
    return [i, torch.rand(1), torch.randint(0, 1000, [1])];
  }
}

/** One of each kind of thing that an item may hold. */
class Everything extends data.Dataset<unknown> {
  readonly #table = torch.arange(24).reshape(4, 6);

  constructor(override readonly length: number) {
    super();
  }

  override get(i: number) {
    return {
      number: i / 2,
      text: `item ${i}`,
      yes: i % 2 === 0,
      bytes: Uint8Array.of(i, i + 1, i + 2),
      row: this.#table.at(i % 4),
      column: this.#table.t().at(':', i % 4),
      ones: torch.ones(2),
      nested: [torch.tensor(i), { wide: new Float64Array([i]) }],
    };
  }
}

/** Numbers of float16, of which not every GPU knows. */
class Halves extends data.Dataset<Tensor> {
  constructor(override readonly length: number) {
    super();
  }

  override get(i: number): Tensor {
    return torch.tensor([i, 0.5, 1], { dtype: 'float16' });
  }
}

/** Goes wrong at some items, in several ways. */
class Failing extends data.Dataset<unknown> {
  constructor(override readonly length: number) {
    super();
  }

  override async get(i: number): Promise<unknown> {
    if (i === 2) return new Promise(() => undefined);
    if (i === 3) throw new RangeError('three is not to be had');
    if (i === 4) throw new torch.FetchError('not there', { status: 404 });
    if (i === 5) throw new OddError('odd');
    if (i === 6) return torch.tensor([1, 2]).mul(2);
    if (i === 7) return { call: () => i };
    if (i === 8) {
      setTimeout(leave, 0);
      return new Promise(() => undefined);
    }
    if (i === 9) throw 'a text';
    return i;
  }
}

class OddError extends Error {}

/** Ends this worker. */
function leave(): void {
  const { process } = globalThis as { process?: { exit(): void } };
  if (process) process.exit();
  else (globalThis as unknown as { close(): void }).close();
}

/** What a worker knows of itself. */
class Knowing extends data.Dataset<unknown> {
  constructor(override readonly length: number) {
    super();
  }

  override get(i: number): unknown {
    const info = data.getWorkerInfo()!;
    return { i, id: info.id, numWorkers: info.numWorkers, seed: String(info.seed), own: info.dataset === this };
  }
}

const bytesOf = (i: number) => Uint8Array.from({ length: 2 * 3 * 3 }, (_, k) => (7 * i + 11 * k) % 256);

/** Pictures and what lies on them. */
class Pictures extends data.Dataset<{
  picture: Picture;
  image: tvTensors.Image;
  mask: tvTensors.Mask;
  boxes: tvTensors.BoundingBoxes;
}> {
  constructor(override readonly length: number) {
    super();
  }

  override get(i: number) {
    const bytes = torch.tensor(bytesOf(i), { shape: [2, 3, 3] });
    const boxes = torch.tensor([[0, 1, 2, i]]);
    return {
      picture: new Picture(bytes),
      image: new tvTensors.Image(bytes.permute(2, 0, 1)),
      mask: new tvTensors.Mask(bytes.at(0)),
      boxes: new tvTensors.BoundingBoxes(boxes, { format: 'XYXY', canvasSize: [2, 3] }),
    };
  }
}

/** What a loop over pictures is fed with. */
class PicturesAndLabels extends data.Dataset<[Picture, number]> {
  constructor(override readonly length: number) {
    super();
  }

  override get(i: number): [Picture, number] {
    return [Picture.fromBytes(bytesOf(i), [2, 3, 3]), i % 3];
  }
}

/** A stream of items that draw, all of them in each worker. */
class Counting extends data.IterableDataset<[number, Tensor]> {
  constructor(readonly end: number) {
    super();
  }

  override *[Symbol.iterator](): IterableIterator<[number, Tensor]> {
    for (let i = 0; i < this.end; i++) yield [i, torch.rand(1)];
  }
}

export const datasets = {
  counting: (length: number) => new Counting(length),
  pictures: (length: number) => new Pictures(length),
  picturesAndLabels: (length: number) => new PicturesAndLabels(length),
  drawing: (length: number) => new Drawing(length),
  everything: (length: number) => new Everything(length),
  halves: (length: number) => new Halves(length),
  failing: (length: number) => new Failing(length),
  knowing: (length: number) => new Knowing(length),
  /** Of the whole, every second item. */
  half: (length: number) =>
    new data.Subset(
      new Drawing(length),
      Array.from({ length: Math.ceil(length / 2) }, (_, i) => 2 * i),
    ),
};

export const seed = (workerId: number): unknown => torch.manualSeed(100 + workerId);
