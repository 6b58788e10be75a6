// Occlusion: how the output changes if a window of the input is covered.

import { ArgumentError, ShapeError, type Tensor, tensor } from '../../../torch';
import { type Parsed, shown, showShape } from '../../../torch/inside';
import { type Changes, losses } from './ablation';
import { asTensors, type Baselines, type Compared, likeInputs } from './arguments';
import type { InMode } from './in-mode';
import { PerturbationMethod } from './perturbation-method';
import {
  explainedDefaults,
  type PerturbationOptions,
  type RunOrder,
  replaced,
  runDefaults,
  unchanged,
} from './perturbing';

type Sizes = readonly number[];

/** The options of `Occlusion`. */
export interface OcclusionOptions extends PerturbationOptions {
  /** Sizes of the window in all dimensions after the first; for several inputs a list of such lists. */
  slidingWindowShapes: Sizes | readonly Sizes[];
  /** Steps of the window: one for all dimensions, or one for each; for several inputs a list of these. Default 1. */
  strides?: number | Sizes | readonly (number | Sizes)[] | null;
  /** The values that cover a window; default 0. */
  baselines?: Baselines;
}

type OcclusionOrder = ['slidingWindowShapes', 'strides', 'baselines', 'target', 'additionalForwardArgs', ...RunOrder];

const isSizes = (value: unknown): value is Sizes =>
  Array.isArray(value) && value.every((size) => Number.isInteger(size) && size > 0);

/** The positions of the window on one input. */
class Windows {
  readonly counts: readonly number[];
  readonly total: number;

  constructor(
    op: string,
    private readonly sizes: Sizes,
    private readonly window: Sizes,
    private readonly strides: Sizes,
  ) {
    this.counts = sizes.map((size, d) => {
      if (strides[d]! > window[d]!) {
        throw new ArgumentError(
          `${op}: expected strides of no more than the window, ${showShape(window)}, but got ${showShape(strides)}, which leave some elements out`,
        );
      }
      if (window[d]! > size) {
        throw new ShapeError(`${op}: expected a window within ${showShape(sizes)}, but got ${showShape(window)}`);
      }
      return Math.ceil((size - window[d]!) / strides[d]!) + 1;
    });
    this.total = this.counts.reduce((a, b) => a * b, 1);
  }

  /** Masks of the windows from `start` to before `end`: [count, 1, …]. */
  marks(start: number, end: number): Tensor {
    const count = end - start;
    const places = this.#places(start, end);
    return this.sizes
      .map((size, d) => {
        const row = (place: readonly number[]): number[] =>
          Array.from({ length: size }, (_, i) => Number(i >= place[d]! && i < place[d]! + this.window[d]!));
        const shape = this.sizes.map((_, other) => (other === d ? size : 1));
        return tensor(places.flatMap(row))
          .float()
          .reshape([count, 1, ...shape]);
      })
      .reduce((a, b) => a.mul(b))
      .bool();
  }

  #places(start: number, end: number): number[][] {
    return Array.from({ length: end - start }, (_, i) => {
      let left = start + i;
      const place: number[] = [];
      for (let d = this.counts.length - 1; d >= 0; d--) {
        place.unshift((left % this.counts[d]!) * this.strides[d]!);
        left = Math.floor(left / this.counts[d]!);
      }
      return place;
    });
  }

  /** The number of windows that contain each element: [1, …]. */
  cover(): Tensor {
    return this.sizes
      .map((size, d) => {
        const covers = (i: number): number => {
          let count = 0;
          for (let k = 0; k < this.counts[d]!; k++) {
            const first = k * this.strides[d]!;
            count += Number(i >= first && i < first + this.window[d]!);
          }
          return count;
        };
        const shape = this.sizes.map((_, other) => (other === d ? size : 1));
        return tensor(Array.from({ length: size }, (_, i) => covers(i)))
          .float()
          .reshape([1, ...shape]);
      })
      .reduce((a, b) => a.mul(b));
  }
}

/**
 * What the output loses if a window of the input is covered. Every element gets the mean over the windows that contain
 * it. The last window of a row is cut off at the border.
 *
 *     const map = await new Occlusion(model).attribute(image, { target, slidingWindowShapes: [3, 9, 9], strides: [3, 4, 4] });
 *
 * Zeiler, Fergus 2013, arXiv:1311.2901.
 */
export class Occlusion extends PerturbationMethod<OcclusionOptions, OcclusionOrder> {
  protected get definition() {
    return {
      required: ['slidingWindowShapes'],
      takes: { strides: null, baselines: null, ...explainedDefaults, ...runDefaults },
    };
  }

  protected explained(_: InMode, listed: Compared, o: Parsed<OcclusionOptions>): PromiseLike<unknown> {
    const { op } = this;
    const { inputs, baselines } = listed;
    const windows = windowsOf(op, inputs, o.slidingWindowShapes, o.strides);
    // Windows are numbered through all inputs; while a window covers one input, the others stay unchanged.
    const ends = windows.map((_, i) => windows.slice(0, i + 1).reduce((sum, { total }) => sum + total, 0));
    return losses(
      { call: this.call(o.target, o.additionalForwardArgs), inputs, options: o },
      ends.at(-1)!,
      (start, end) => {
        const covers = asTensors(baselines, inputs);
        return windows.flatMap((each, i): Changes[] => {
          const before = ends[i]! - each.total;
          const [from, to] = [Math.max(start, before) - before, Math.min(end, ends[i]!) - before];
          if (from >= to) return [];
          const marks = each.marks(from, to);
          const count = to - from;
          const perturbed = inputs.map((x, j) => (j === i ? replaced(x, marks, covers[i]!) : unchanged(x, count)));
          return [{ count, perturbed, marks: inputs.map((_, j) => (j === i ? marks : null)) }];
        });
      },
      (sums) =>
        likeInputs(
          listed,
          sums.map((sum, i) => sum.div(windows[i]!.cover())),
        ),
    );
  }
}

function windowsOf(op: string, inputs: readonly Tensor[], shapes: unknown, strides: unknown): Windows[] {
  const list: readonly unknown[] = isSizes(shapes) ? [shapes] : Array.isArray(shapes) ? shapes : [];
  if (list.length !== inputs.length) {
    throw new ArgumentError(
      `${op}: expected slidingWindowShapes to be a list of sizes for each of ${inputs.length} inputs, but got ${shown(shapes)}`,
    );
  }
  const single = inputs.length === 1 && !(Array.isArray(strides) && strides.length === 1 && isSizes(strides[0]));
  const steps: readonly unknown[] =
    strides === null ? inputs.map(() => 1) : single ? [strides] : Array.isArray(strides) ? strides : [];
  if (steps.length !== inputs.length) {
    throw new ArgumentError(`${op}: expected strides for each of ${inputs.length} inputs, but got ${shown(strides)}`);
  }
  return inputs.map((x, i) => {
    const sizes = x.shape.slice(1);
    const [window, step] = [list[i], steps[i]];
    if (!isSizes(window) || window.length !== sizes.length) {
      throw new ShapeError(
        `${op}: expected a window of ${sizes.length} sizes for input ${i} of shape ${showShape(x.shape)}, but got ${shown(window)}`,
      );
    }
    const each = typeof step === 'number' ? sizes.map(() => step) : step;
    if (!isSizes(each) || each.length !== sizes.length) {
      throw new ArgumentError(
        `${op}: expected strides to be a whole number above 0 or ${sizes.length} of them for input ${i}, but got ${shown(step)}`,
      );
    }
    return new Windows(op, sizes, window, each);
  });
}
