// Transforms of bounding boxes only: ClampBoundingBoxes, ConvertBoundingBoxFormat, SetClampingMode,
// SanitizeBoundingBoxes.
import { ArgumentError, type Tensor } from '../../../torch';
import { type Arguments, isPlainObject, isTensorObject as isTensor, parseArgs, shown } from '../../../torch/inside';
import { BoundingBoxes, type BoundingBoxFormat, boxFormat, type ClampingMode, Mask, TVTensor } from '../tv-tensors';
import { Transform } from './base';
import { checkClampingMode, clampBoundingBoxes, convertBoundingBoxFormat, validBoxes } from './functional/boxes';
import { float, plain, printed } from './printed';
import { flatten, isPureTensor, labelsKey } from './sample';

/** A transform of boxes; everything else in a sample passes through. */
abstract class BoxTransform extends Transform {
  protected override handles(input: unknown): boolean {
    return input instanceof BoundingBoxes;
  }

  override transform(input: unknown): unknown {
    return this.changed(input as BoundingBoxes);
  }

  protected abstract changed(boxes: BoundingBoxes): BoundingBoxes;
}

/** Converts boxes to another format. */
export class ConvertBoundingBoxFormat extends BoxTransform {
  readonly format: BoundingBoxFormat;

  constructor(...args: Arguments<{ format: BoundingBoxFormat | Lowercase<BoundingBoxFormat> }, ['format']>) {
    super();
    const name = 'ConvertBoundingBoxFormat';
    this.format = boxFormat(name, parseArgs<{ format: BoundingBoxFormat }>(name, ['format'], {}, args).format);
  }

  protected override changed(boxes: BoundingBoxes): BoundingBoxes {
    return convertBoundingBoxFormat(boxes, { newFormat: this.format });
  }

  override extraRepr(): string {
    return printed(this, { format: plain });
  }
}

/** Clips boxes at the border of their picture. */
export class ClampBoundingBoxes extends BoxTransform {
  readonly clampingMode: ClampingMode | 'auto';

  constructor(
    ...args: Arguments<
      {
        /** 'soft', 'hard' or 'auto': how the corners of rotated boxes are kept inside; null leaves boxes as they are. */ clampingMode?:
          | ClampingMode
          | 'auto';
      },
      ['clampingMode']
    >
  ) {
    super();
    const name = 'ClampBoundingBoxes';
    const defaults = { clampingMode: 'auto' } as const;
    this.clampingMode = parseArgs<{ clampingMode?: ClampingMode | 'auto' }>(name, [], defaults, args).clampingMode;
    checkClampingMode(name, this.clampingMode);
  }

  protected override changed(boxes: BoundingBoxes): BoundingBoxes {
    return clampBoundingBoxes(boxes, { clampingMode: this.clampingMode });
  }

  override extraRepr(): string {
    return printed(this, { clampingMode: plain });
  }
}

/** Sets how later transforms keep boxes inside their picture. */
export class SetClampingMode extends BoxTransform {
  readonly clampingMode: ClampingMode;

  constructor(
    ...args: Arguments<
      {
        /** 'soft', 'hard' or 'auto': how the corners of rotated boxes are kept inside; null leaves boxes as they are. */ clampingMode: ClampingMode;
      },
      ['clampingMode']
    >
  ) {
    super();
    const name = 'SetClampingMode';
    this.clampingMode = parseArgs<{ clampingMode: ClampingMode }>(name, ['clampingMode'], {}, args).clampingMode;
    checkClampingMode(name, this.clampingMode, []);
  }

  protected override changed(boxes: BoundingBoxes): BoundingBoxes {
    return boxes.wrap(boxes.asTensor(), { clampingMode: this.clampingMode });
  }

  override extraRepr(): string {
    return printed(this, { clampingMode: plain });
  }
}

/** Finds the labels of boxes in a sample: a tensor, or several. */
type BoxLabelsGetter = (sample: unknown) => Tensor | readonly Tensor[] | null;

interface SanitizeTransformArguments {
  /** Boxes with a smaller width or height are removed. Default: 1. */
  minSize?: number;
  /** Boxes with a smaller area are removed. Default: 1. */
  minArea?: number;
  /**
   * Finds the labels that belong to the boxes. `'default'` takes the entry `labels` of a dictionary; null means that
   * there are no labels.
   */
  labelsGetter?: 'default' | BoxLabelsGetter | null;
}

/**
 * Removes boxes that are too small or reach beyond their picture, together with their labels and masks. Only the device
 * knows how many remain, so this returns a promise: `await sanitize(sample)`, or `await` the `Compose` around it.
 */
export class SanitizeBoundingBoxes<In = unknown> extends Transform<In, Promise<In>> {
  readonly minSize: number;
  readonly minArea: number;
  readonly labelsGetter: 'default' | BoxLabelsGetter | null;

  constructor(...args: Arguments<SanitizeTransformArguments, ['minSize', 'minArea', 'labelsGetter']>) {
    super();
    const name = 'SanitizeBoundingBoxes';
    const defaults = { minSize: 1, minArea: 1, labelsGetter: 'default' } as const;
    const { minSize, minArea, labelsGetter } = parseArgs<SanitizeTransformArguments>(name, [], defaults, args);
    if (!(minSize >= 1)) throw new ArgumentError(`${name}: expected minSize of at least 1, but got ${shown(minSize)}`);
    if (!(minArea >= 1)) throw new ArgumentError(`${name}: expected minArea of at least 1, but got ${shown(minArea)}`);
    if (labelsGetter !== null && labelsGetter !== 'default' && typeof labelsGetter !== 'function') {
      throw new ArgumentError(
        `${name}: expected labelsGetter 'default', a function or null, but got ${shown(labelsGetter)}`,
      );
    }
    this.minSize = minSize;
    this.minArea = minArea;
    this.labelsGetter = labelsGetter;
  }

  /** @throws ArgumentError if there are no boxes, or if the number of labels differs from the number of boxes */
  override async forward(...inputs: readonly [In] | readonly unknown[]): Promise<In> {
    const sample = inputs.length === 1 ? inputs[0] : inputs;
    const { leaves, rebuild } = flatten(sample);
    const boxes = leaves.find((leaf) => leaf instanceof BoundingBoxes);
    if (!boxes)
      throw new ArgumentError('SanitizeBoundingBoxes: expected bounding boxes in the sample, but it has none');
    const labels = this.labelsIn(sample, boxes.shape[0]!);
    const valid = await validBoxes(boxes, this.minSize, this.minArea).nonzero();
    const kept = valid.reshape([-1]);
    const left = (leaf: unknown): unknown => {
      const isLabel = labels.some((label) => label === leaf);
      const isMask = leaf instanceof Mask && leaf.shape[0] === boxes.shape[0];
      if (!isLabel && !isMask && !(leaf instanceof BoundingBoxes)) return leaf;
      const chosen = (leaf as Tensor).indexSelect(0, kept);
      return leaf instanceof TVTensor ? leaf.wrap(chosen) : chosen;
    };
    return rebuild(leaves.map(left)) as In;
  }

  private labelsIn(sample: unknown, count: number): readonly Tensor[] {
    const { labelsGetter } = this;
    if (labelsGetter === null) return [];
    const found = labelsGetter === 'default' ? defaultLabels(sample) : labelsGetter(sample);
    if (found === null) return [];
    const labels = isTensor(found) ? [found] : found;
    for (const label of labels) {
      if (isTensor(label) && label.shape[0] === count) continue;
      throw new ArgumentError(
        `SanitizeBoundingBoxes: expected labels of ${count} boxes, but got ${isTensor(label) ? `shape [${label.shape.join(', ')}]` : shown(label)}`,
      );
    }
    return labels;
  }

  override extraRepr(): string {
    return printed(this, {
      minSize: float,
      minArea: float,
      labelsGetter: (getter: unknown) => (getter === 'default' ? getter : null),
    });
  }
}

/**
 * The labels of a sample in the form that detection data sets have: a dictionary, or a list with a dictionary in second
 * place.
 */
function defaultLabels(sample: unknown): Tensor {
  const target: unknown = Array.isArray(sample) ? sample[1] : sample;
  if (isPureTensor(target)) return target;
  const key = isPlainObject(target) ? labelsKey(target) : undefined;
  if (key !== undefined) return (target as Record<string, Tensor>)[key]!;
  throw new ArgumentError(
    'SanitizeBoundingBoxes: expected a sample with labels, under a key `labels`, but found none; give a labelsGetter, or null',
  );
}
