// Parts of data sets: a subset by indices, and random splits, which are the same as PyTorch's.

import { nonEmpty, number } from '../../engine/core/argument-kinds';
import { ArgumentError } from '../../engine/core/errors';
import { type Arguments, parseArgs } from '../../engine/core/options';
import type { Generator } from '../../engine/storage/random/generator';
import { splitIndices } from '../../engine/storage/random/shuffle';
import { type DrawnIndices, drawnIn, type IndexArguments, type ItemsArguments, indexIn, indicesIn } from './arguments';
import {
  type DataSource,
  Dataset,
  dataSource,
  drawOf,
  type Items,
  itemAt,
  itemsTogether,
  lengthOf,
  readyBatch,
  resolveIndex,
  sized,
} from './dataset';
import { copyOf, type WorkerCopyAnswer } from './worker/copy';

interface SubsetArguments<T> {
  dataset: DataSource<T>;
  indices: ArrayLike<number>;
}

/** The items of `dataset` at `indices`, in that order. */
export class Subset<T> extends Dataset<T> {
  readonly dataset: DataSource<T>;
  readonly indices: ArrayLike<number>;

  constructor(dataset: DataSource<T>, indices: ArrayLike<number>);
  constructor(dataset: DataSource<T>, named: Pick<SubsetArguments<T>, 'indices'>);
  constructor(named: SubsetArguments<T>);
  constructor(...args: unknown[]) {
    super();
    const { dataset, indices } = parseArgs<SubsetArguments<T>>('Subset', ['dataset', 'indices'], {}, args, {
      dataset: dataSource,
      indices: sized,
    });
    this.dataset = dataset;
    this.indices = indices;
  }

  override get length(): number {
    return this.indices.length;
  }

  override get(...args: IndexArguments): T {
    return itemAt(this.dataset, this.#inWhole([indexIn('Subset', args)])[0]!);
  }

  /** @internal The copy of the whole data set; its addresses are those of the subset's indices. */
  override workerCopy(): WorkerCopyAnswer {
    const copy = copyOf(this.dataset);
    if (copy === null || copy === 'here') return copy;
    const at = (index: number) => this.indices[index]!;
    return {
      ...copy,
      address: (index) => copy.address(at(index)),
      item: (read, index) => copy.item(read, at(index)),
      ...(copy.items && { items: (reads, indices) => copy.items!(reads, indices.map(at)) }),
      ...(copy.batch && { batch: (reads, indices) => copy.batch!(reads, indices.map(at)) }),
    };
  }

  override getItems(...args: ItemsArguments): Items<T> | null {
    return itemsTogether(this.dataset, this.#inWhole(indicesIn('Subset.getItems', args)));
  }

  override drawFor(index: number, generator: Generator): unknown {
    return drawOf(this.dataset, this.#inWhole([index])[0]!, generator);
  }

  override getBatch(indices: readonly number[], draws?: readonly unknown[]): unknown;
  override getBatch(named: DrawnIndices): unknown;
  override getBatch(...args: unknown[]): unknown {
    const { indices, draws } = drawnIn('Subset', args);
    return readyBatch(this.dataset, this.#inWhole(indices), draws);
  }

  #inWhole(indices: readonly number[]): number[] {
    return indices.map((index) => this.indices[resolveIndex('Subset', index, this.length)]!);
  }
}

/**
 * The data set under nested subsets: the main side and the worker refer to its items by the same indices, whatever
 * subset each has made.
 */
export const rootOf = <D>(dataset: D): D => (isPlainSubset(dataset) ? (rootOf(dataset.dataset) as D) : dataset);

/** The index in `rootOf(dataset)` of item `index`. */
export const rootIndex = (dataset: unknown, index: number): number =>
  isPlainSubset(dataset) ? rootIndex(dataset.dataset, dataset.indices[index]!) : index;

/** Whether the data set is a plain Subset. A subclass may do more than select items. */
const isPlainSubset = (dataset: unknown): dataset is Subset<unknown> =>
  dataset instanceof Subset && dataset.constructor === Subset;

interface SplitGenerator {
  /** The random number generator of the split. Default: the default generator, as seeded by `torch.manualSeed`. */
  generator?: Generator | null;
}

interface SplitArguments<T, L> extends SplitGenerator {
  dataset: DataSource<T>;
  lengths: L;
}

/**
 * Splits a data set at random into parts that do not overlap. The same seed gives PyTorch's own split.
 *
 * @param lengths sizes that add up to the data set's, or fractions that add up to 1; items left over by rounding down
 * are dealt out to the parts in turn
 * @throws ArgumentError if the lengths do not add up
 */
export function randomSplit<T, const L extends readonly number[]>(
  dataset: DataSource<T>,
  lengths: L,
  ...args: Arguments<SplitGenerator, ['generator']>
): { -readonly [K in keyof L]: Subset<T> };
export function randomSplit<T, const L extends readonly number[]>(
  named: SplitArguments<T, L>,
): { -readonly [K in keyof L]: Subset<T> };
export function randomSplit<T>(
  dataset: DataSource<T>,
  named: Omit<SplitArguments<T, readonly number[]>, 'dataset'>,
): Subset<T>[];
export function randomSplit<T>(...args: unknown[]): unknown {
  const { dataset, lengths, generator } = parseArgs<SplitArguments<T, readonly number[]>>(
    'randomSplit',
    ['dataset', 'lengths'],
    { generator: null },
    args,
    { dataset: dataSource, lengths: nonEmpty(number) },
  );
  const sizes = partSizes(lengthOf(dataset), lengths);
  return splitIndices(sizes, generator ?? undefined).map((indices) => new Subset(dataset, indices));
}

/** The sizes of the parts; fractions are rounded as PyTorch does. */
function partSizes(n: number, lengths: readonly number[]): number[] {
  const sum = lengths.reduce((total, length) => total + length, 0);
  const negative = lengths.find((length) => !(length >= 0));
  if (negative !== undefined) throw new ArgumentError(`randomSplit: expected lengths ≥ 0, but got ${negative}`);
  // PyTorch's test for fractions: math.isclose(sum, 1), which allows a relative 1e-9, and sum ≤ 1.
  if (sum <= 1 && sum >= 1 - 1e-9) {
    const sizes = lengths.map((fraction) => Math.floor(n * fraction));
    const rest = n - sizes.reduce((total, size) => total + size, 0);
    for (let i = 0; i < rest; i++) sizes[i % sizes.length]!++;
    return sizes;
  }
  if (sum !== n || !lengths.every(Number.isInteger)) {
    throw new ArgumentError(
      `randomSplit: expected lengths that add up to the data set's ${n} items, or fractions that add up to 1, but got [${lengths.join(', ')}]`,
    );
  }
  return [...lengths];
}
