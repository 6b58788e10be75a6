// The public functions for receptive fields, and for the output sizes of convolutions and pooling.

import { ArgumentError, noGrad, ShapeError, scope, Tensor, zeros } from '../../../torch';
import {
  type Args,
  callOf,
  className,
  FieldTracker,
  kindOf,
  kinds,
  type Module,
  or,
  type ReceptiveField,
  shown,
  takes,
  typed,
  undone,
  value,
} from '../../../torch/inside';
import { evaluating, expectModule, type Layer, moduleOf } from './layers';

export type { ReceptiveField };

/** The output shape and the receptive field of a layer, for one input. */
export interface LayerShape {
  /** The layer's dotted name; '' is the model itself. */
  readonly name: string;
  /** The name of the layer's class. */
  readonly type: string;
  readonly outputShape: readonly number[];
  /** Null if the input has no spatial dimensions. */
  readonly receptiveField: ReceptiveField | null;
}

const layerShapesTable = takes('layerShapes', {
  model: value<Module>(),
  /** The shape of the input, including the batch: [1, 3, 224, 224]. */
  inputSize: value<readonly number[]>(),
});

/**
 * The output shapes and receptive fields of all layers for an input of the given size, in the order of their calls.
 * Nothing is computed, and no device is needed. See `receptiveField`.
 *
 *     for (const { name, outputShape, receptiveField } of layerShapes(model, [1, 3, 224, 224])) …
 */
export function layerShapes(...args: Args<typeof layerShapesTable, ['model', 'inputSize']>): LayerShape[] {
  const { model, inputSize } = layerShapesTable.read(args);
  return followed('layerShapes', model, inputSize, null);
}

const receptiveFieldTable = takes('receptiveField', {
  model: value<Module>(),
  layer: value<Layer>(),
  /**
   * The shape of an input, including the batch; a field that is wider counts as global. Default [1, channels of the
   * first convolution, 224, 224].
   */
  inputSize: or(value<readonly number[] | null>(), null),
});

/**
 * The receptive field of a layer's units, [height, width] each: how many input positions a unit depends on (`size`),
 * the distance between the fields of neighbours (`stride`), and where the first field begins (`start`). Every operation
 * counts, whether a module or a function, and branches are joined. A unit that sees the whole input, such as one of a
 * linear layer, is `isGlobal`. The statistics of normalisation layers do not count, nor does the batch dimension.
 *
 *     receptiveField(alexNet, 'features.3');   // { size: [51, 51], stride: [8, 8], start: [-18, -18], isGlobal: false }
 *
 * Araujo et al. 2019, "Computing Receptive Fields of Convolutional Neural Networks", equations 2 to 5.
 *
 * @throws ArgumentError if the layer is not called, or the input has no spatial dimensions
 */
export function receptiveField(
  ...args: Args<typeof receptiveFieldTable, ['model', 'layer', 'inputSize']>
): ReceptiveField {
  const o = receptiveFieldTable.read(args);
  const module = moduleOf('receptiveField', o.model, o.layer);
  const found = followed('receptiveField', o.model, o.inputSize ?? usualSize(o.model), module).at(-1);
  if (!found) {
    throw new ArgumentError(
      `receptiveField: expected ${className(module)} to be called by ${className(o.model)}, but it was not`,
    );
  }
  if (found.receptiveField) return found.receptiveField;
  throw new ArgumentError('receptiveField: expected an input with spatial dimensions; pass its { inputSize }');
}

/** The shape of a 224 × 224 picture with the channels that the first convolution takes. */
function usualSize(model: Module): number[] {
  for (const module of model.modules()) {
    const { weight, inChannels } = module as { weight?: unknown; inChannels?: unknown };
    if (!(weight instanceof Tensor) || typeof inChannels !== 'number' || weight.dim() < 3) continue;
    return [1, inChannels, ...Array<number>(weight.dim() - 2).fill(224)];
  }
  throw new ArgumentError('receptiveField: expected inputSize for a model without convolutions');
}

/** Runs the model in a rehearsal, and records the results of all layers, or of `only` one. */
function followed(op: string, model: Module, inputSize: readonly number[], only: Module | null): LayerShape[] {
  expectModule(op, model);
  if (!Array.isArray(inputSize) || inputSize.length < 2 || inputSize.some((n) => !Number.isInteger(n) || n < 1)) {
    throw new ShapeError(
      `${op}: expected inputSize, the shape of an input with its batch, but got ${Array.isArray(inputSize) ? shown(inputSize) : kindOf(inputSize)}`,
    );
  }
  const names = new Map(model.namedModules().map(([name, module]) => [module as object, name]));
  const rows: LayerShape[] = [];
  const tracker = new (class extends FieldTracker {
    override module(module: object, run: () => unknown): unknown {
      const result = run();
      const tensor = Array.isArray(result) ? result[0] : result;
      if (tensor instanceof Tensor && (only === null || only === module)) {
        rows.push({
          name: names.get(module) ?? '',
          type: className(module as Module),
          outputShape: tensor.shape,
          receptiveField: this.of(tensor),
        });
      }
      return result;
    }
  })();
  const rehearse = (): void => {
    try {
      const input = zeros(inputSize);
      tracker.input(input);
      tracker.watch(() => callOf(model)(input));
    } catch (error) {
      // Ignore a failure after the layer in question, such as at a classifier of another size.
      if (only === null || rows.length === 0) throw error;
    }
  };
  // `evaluating` must be outermost, because undoing the rehearsal restores the training modes at its start.
  evaluating(model, () => scope(() => noGrad(() => undone(rehearse))));
  return rows;
}

/** The part of the input that a unit sees: [begin, end) for each axis, cut off at the borders. */
export function fieldOf(field: ReceptiveField, unit: readonly number[], sizes: readonly number[]): [number, number][] {
  return sizes.map((size, i) => {
    if (field.isGlobal) return [0, size];
    const begin = Math.floor(field.start[i]! + (unit[i] ?? 0) * field.stride[i]!);
    return [Math.min(Math.max(begin, 0), size - 1), Math.min(Math.max(begin + field.size[i]!, 1), size)];
  });
}

/** A whole number, or a list with one for each dimension. */
const sides = kinds.either(kinds.whole(0), kinds.nonEmpty(kinds.whole(0)));

type SizeOrder = ['inputSize', 'kernelSize', 'stride', 'padding', 'dilation', 'ceilMode'];

const convOutputSizeTable = takes('convOutputSize', {
  /** A size for all dimensions, or a list with one for each. */
  inputSize: typed<number | readonly number[]>(sides),
  kernelSize: typed<number | readonly number[]>(sides),
  stride: or(typed<number | readonly number[] | null>(kinds.orNull(sides)), 1),
  /** A number, one for each dimension, 'same' or 'valid'. */
  padding: or(
    typed<number | readonly number[] | 'same' | 'valid'>(kinds.either(sides, kinds.oneOf('same', 'valid'))),
    0,
  ),
  /** The spacing between the elements of the window. */
  dilation: or(typed<number | readonly number[]>(sides), 1),
  /** Round up, as pooling can; the last window must still begin inside the input or its left padding. Default false. */
  ceilMode: or(kinds.flag, false),
});

/**
 * The output size of a convolution or pooling: ⌊(n + 2 padding − dilation (kernelSize − 1) − 1) / stride⌋ + 1. If an
 * argument is a list, so is the result. Defaults: stride 1, padding 0, dilation 1.
 *
 *     convOutputSize(224, 11, { stride: 4, padding: 2 });   // 55
 *
 * @throws ShapeError if the kernel is larger than the padded input
 */
export function convOutputSize(...args: Args<typeof convOutputSizeTable, SizeOrder>): number | number[] {
  const o = convOutputSizeTable.read(args);
  return bySide('convOutputSize', o.inputSize, (size, at) => {
    const [kernel, stride, dilation] = [at(o.kernelSize), at(o.stride ?? o.kernelSize), at(o.dilation)];
    if (o.padding === 'same') return size;
    const padding = o.padding === 'valid' ? 0 : at(o.padding as number);
    const room = size + 2 * padding - dilation * (kernel - 1) - 1;
    if (room < 0) {
      throw new ShapeError(
        `convOutputSize: expected a kernel of at most ${size + 2 * padding} places, but got ${dilation * (kernel - 1) + 1}`,
      );
    }
    if (!o.ceilMode) return Math.floor(room / stride) + 1;
    const count = Math.ceil(room / stride) + 1;
    return (count - 1) * stride >= size + padding ? count - 1 : count;
  });
}

const convTransposeOutputSizeTable = takes('convTransposeOutputSize', {
  /** Features of the input. */
  inputSize: typed<number | readonly number[]>(sides),
  kernelSize: typed<number | readonly number[]>(sides),
  stride: or(typed<number | readonly number[]>(sides), 1),
  padding: or(typed<number | readonly number[]>(sides), 0),
  /** Added to one side of the output. */
  outputPadding: or(typed<number | readonly number[]>(sides), 0),
  /** The spacing between the elements of the window. */
  dilation: or(typed<number | readonly number[]>(sides), 1),
});

/**
 * The output size of a transposed convolution: (n − 1) stride − 2 padding + dilation (kernelSize − 1) + outputPadding +
 * 1.
 *
 *     convTransposeOutputSize(14, 2, { stride: 2 });   // 28
 */
export function convTransposeOutputSize(
  ...args: Args<
    typeof convTransposeOutputSizeTable,
    ['inputSize', 'kernelSize', 'stride', 'padding', 'outputPadding', 'dilation']
  >
): number | number[] {
  const o = convTransposeOutputSizeTable.read(args);
  return bySide(
    'convTransposeOutputSize',
    o.inputSize,
    (size, at) =>
      (size - 1) * at(o.stride) - 2 * at(o.padding) + at(o.dilation) * (at(o.kernelSize) - 1) + at(o.outputPadding) + 1,
  );
}

type At = (given: number | readonly number[]) => number;

function bySide(
  op: string,
  sizes: number | readonly number[],
  of: (size: number, at: At) => number,
): number | number[] {
  const one = (size: number, i: number): number => {
    const at: At = (given) => {
      const value = typeof given === 'number' ? given : given[given.length === 1 ? 0 : i];
      if (typeof value !== 'number' || !Number.isInteger(value) || value < 0) {
        throw new ArgumentError(
          `${op}: expected whole numbers, one or one for each dimension, but got ${shown(given)}`,
        );
      }
      return value;
    };
    return of(at(size), at);
  };
  return typeof sizes === 'number' ? one(sizes, 0) : sizes.map(one);
}
