// The target: selects the element of a model's output to explain, for every example of a batch.

import { ArgumentError, DTypeError, IndexError, ShapeError, Tensor, tensor } from '../../../torch';
import { isFloat, kindOf, shown, showShape } from '../../../torch/inside';

/**
 * The element of the output to explain, as an index into the dimensions after the first. The same for all examples: a
 * number, a tensor of one whole number, or, for outputs of more than two dimensions, a list of several numbers. One per
 * example: a list or 1-D tensor of numbers (for outputs [N, C]), or a list of lists. Null if the output has one element
 * per example.
 */
export type Target = number | Tensor | readonly number[] | readonly (readonly number[])[] | null;

/** A target for an expanded batch: row i of the batch uses entry `rows[i]` of the target. */
export class TargetRows {
  constructor(
    readonly target: Target,
    /** Null: row i uses entry i. */
    readonly rows: readonly number[] | null,
  ) {}

  static of(op: string, target: unknown): TargetRows {
    if (target instanceof TargetRows) return target;
    if (target === undefined) return new TargetRows(null, null);
    if (isTarget(target)) return new TargetRows(target, null);
    throw new ArgumentError(
      `${op}: expected target to be a whole number, a Tensor of them, a list of them or a list of lists, but got ${shown(target)}`,
    );
  }

  /** The target for n copies of a batch of `examples`, one after another. */
  repeated(n: number, examples: number): TargetRows {
    return this.picked(Array.from({ length: n * examples }, (_, i) => i % examples));
  }

  /** The target for a batch in which each row is repeated n times in a row. */
  interleaved(n: number, examples: number): TargetRows {
    return this.picked(Array.from({ length: n * examples }, (_, i) => Math.floor(i / n)));
  }

  /** The target for a batch made of these rows. */
  picked(rows: readonly number[]): TargetRows {
    const { rows: before } = this;
    return new TargetRows(this.target, before ? rows.map((row) => before[row]!) : rows);
  }

  /**
   * Selects the chosen elements of an output. The dimension of examples stays, and so do dimensions that the target
   * does not index.
   */
  select(op: string, output: Tensor): Tensor {
    const { target } = this;
    if (target === null) return output;
    if (typeof target === 'number') return column(op, output, [target]);
    if (target instanceof Tensor) return this.selectBy(op, output, target);
    if (target.every((entry) => typeof entry === 'number')) {
      if (output.shape.length > 2) return column(op, output, target);
      expectRank2(op, output, target.length);
      return this.each(
        op,
        output,
        target.map((entry) => [entry]),
      );
    }
    return this.each(op, output, target as readonly (readonly number[])[]);
  }

  private selectBy(op: string, output: Tensor, target: Tensor): Tensor {
    if (isFloat(target.dtype)) {
      throw new DTypeError(
        `${op}: expected a target of whole numbers, but got ${target.dtype}; convert it with .long()`,
      );
    }
    if (target.numel() === 1) {
      expectColumns(op, output, 1);
      return output.indexSelect(1, target.reshape(1)).squeeze(1);
    }
    if (target.shape.length !== 1) {
      throw new ShapeError(
        `${op}: expected a target of one number, or of one for each example, but got a Tensor of shape ${showShape(target.shape)}`,
      );
    }
    expectRank2(op, output, target.shape[0]!);
    this.expectEntries(op, target.shape[0]!, output);
    const { rows } = this;
    const chosen = rows ? target.indexSelect(0, tensor(rows, { dtype: 'int64' })) : target;
    return output.gather(1, chosen.unsqueeze(1).long()).squeeze(1);
  }

  /** Selects an element per row, each at its own index. */
  private each(op: string, output: Tensor, entries: readonly (readonly number[])[]): Tensor {
    this.expectEntries(op, entries.length, output);
    const given = this.rows ?? entries.map((_, i) => i);
    const { length } = entries[0] ?? [];
    const sizes = output.shape.slice(1, length + 1);
    const places = entries.map((entry) => {
      if (entry.length !== length) {
        throw new ShapeError(`${op}: expected targets of ${length} numbers each, but got ${shown(entry)}`);
      }
      expectColumns(op, output, length);
      return entry.reduce((place, index, d) => place * sizes[d]! + wrapped(op, index, sizes[d]!), 0);
    });
    const rest = output.shape.slice(length + 1);
    const flat = output.reshape([given.length, sizes.reduce((a, b) => a * b, 1), -1]);
    const index = tensor(
      given.map((row) => places[row]!),
      { dtype: 'int64' },
    );
    return flat
      .gather(1, index.reshape([-1, 1, 1]).expand([given.length, 1, flat.shape[2]!]))
      .reshape([given.length, ...rest]);
  }

  private expectEntries(op: string, entries: number, output: Tensor): void {
    const examples = output.shape[0] ?? 0;
    const covered = this.rows ? Math.max(-1, ...this.rows) + 1 : entries;
    if (covered === entries && (this.rows?.length ?? entries) === examples) return;
    throw new ShapeError(
      `${op}: expected as many targets as there are examples, ${this.rows ? covered : examples}, but got ${entries}`,
    );
  }
}

const isIndices = (list: unknown): list is readonly number[] =>
  Array.isArray(list) && list.length > 0 && list.every((entry) => Number.isInteger(entry));

const isTarget = (target: unknown): target is Target =>
  target === null ||
  Number.isInteger(target) ||
  target instanceof Tensor ||
  isIndices(target) ||
  (Array.isArray(target) && target.length > 0 && target.every(isIndices));

function expectRank2(op: string, output: Tensor, targets: number): void {
  if (output.shape.length === 2) return;
  throw new ShapeError(
    `${op}: expected a 2-D output for ${targets} targets, one per example, but got an output of shape ${showShape(output.shape)}`,
  );
}

function expectColumns(op: string, output: Tensor, indices: number): void {
  if (output.shape.length > indices) return;
  throw new ShapeError(
    `${op}: cannot choose by ${indices === 1 ? 'a number' : `${indices} numbers`} from an output of shape ${showShape(output.shape)}, whose first dimension counts examples`,
  );
}

function wrapped(op: string, index: number, size: number): number {
  if (index >= -size && index < size) return index < 0 ? index + size : index;
  throw new IndexError(`${op}: expected a target from ${-size} to ${size - 1}, but got ${index}`);
}

/** Selects the element at the same index for all examples. */
export function column(op: string, output: Tensor, index: readonly number[]): Tensor {
  expectColumns(op, output, index.length);
  return index.reduce((x, place, d) => x.select(1, wrapped(op, place, output.shape[d + 1]!)), output);
}

/** @throws ShapeError unless the output has one element per example, so that its gradient can be taken */
export function expectOneEach(op: string, output: Tensor): void {
  if (output.shape.length > 0 && output.numel() === output.shape[0]) return;
  throw new ShapeError(
    `${op}: expected one output per example, but got shape ${showShape(output.shape)}; pass a target that chooses one`,
  );
}

/** Checks the output of a model. @throws ArgumentError if it is not a tensor */
export function expectTensor(op: string, output: unknown): Tensor {
  if (output instanceof Tensor) return output;
  throw new ArgumentError(`${op}: expected the model to give a Tensor, but got ${kindOf(output)}`);
}
