// Tensors whose class says what they hold, so that transforms know how to treat them: images, bounding boxes and masks.

import { ArgumentError, ShapeError, Tensor, tensor } from '../../torch';
import {
  type Arguments,
  tensorKind as aTensor,
  identity,
  isTensorObject as isTensor,
  kindOf,
  tensorClasses as kinds,
  parseArgs,
  shown,
  showShape,
  type TensorOptions,
  tensorOptions,
  kinds as torchKinds,
} from '../../torch/inside';
import { checkCanvasSize } from './pictures/canvas-size';
import { Picture } from './pictures/picture';

/** The data of an image, mask or boxes: a tensor, nested lists of numbers, or a picture. */
export type TensorLike = Tensor | Parameters<typeof tensor>[0];

/** Height and width. */
export type CanvasSize = readonly [height: number, width: number];

interface OwnOptions {
  dtype?: TensorOptions['dtype'] | null;
  /** Whether `backward` gives the tensor a gradient. */
  requiresGrad?: boolean;
  device?: TensorOptions['device'];
}

interface TensorArguments<T> extends OwnOptions {
  data: T;
}

type TVTensorGiven<T> = Arguments<TensorArguments<T>, ['data', 'dtype', 'requiresGrad', 'device']>;

const ownDefaults = { dtype: null, requiresGrad: false, device: null };

const tensorLike: torchKinds.Kind = {
  words: 'a tensor, a picture or a list of numbers',
  fits: (value) =>
    isTensor(value) ||
    typeof value === 'number' ||
    typeof value === 'boolean' ||
    Array.isArray(value) ||
    ArrayBuffer.isView(value),
};

function tensorOf(op: string, data: TensorLike, { dtype, requiresGrad, device }: OwnOptions): Tensor {
  const options = { dtype: dtype ?? undefined, device };
  if (!isTensor(data)) return tensor(data, options);
  const made = data instanceof Picture ? data.permute(2, 0, 1) : data;
  return made.to(tensorOptions(op, { ...options, requiresGrad }, made.dtype).dtype);
}

/** Parses the arguments of an image or a mask, and makes its tensor. */
function parsed(op: string, args: readonly unknown[]): { made: Tensor; requiresGrad: boolean } {
  const o = parseArgs<TensorArguments<TensorLike>>(op, ['data'], ownDefaults, args, { data: tensorLike });
  return { made: tensorOf(op, o.data, o), requiresGrad: o.requiresGrad };
}

type Wrapped = Arguments<{ data: Tensor }, ['data']>;

const wrapped = (args: readonly unknown[]): Tensor =>
  parseArgs<{ data: Tensor }>('wrap', ['data'], {}, args, { data: aTensor }).data;

/**
 * Base of tensors whose class tells the meaning of their contents. They share memory with the tensor that they are made
 * from; operations on them return plain tensors.
 */
export abstract class TVTensor extends Tensor {
  constructor(...args: TVTensorGiven<Tensor>) {
    const op = new.target.name;
    const o = parseArgs<TensorArguments<Tensor>>(op, ['data'], ownDefaults, args, { data: aTensor });
    const { value, storage, strides, offset, requiresGrad } = tensorOf(op, o.data, o);
    if (requiresGrad) super(identity(value));
    else super(value, { storage, strides, offset });
    if (o.requiresGrad) this.requiresGrad_();
  }

  /** Wraps another tensor in the same class, with the same properties. */
  abstract wrap(...args: Wrapped): TVTensor;

  /** The same numbers as a plain tensor. */
  asTensor(...none: []): Tensor {
    parseArgs('asTensor', [], {}, none);
    return this.requiresGrad ? Tensor.of(this.value) : this.detach();
  }
}

/** An image [..., C, H, W]; [H, W] becomes [1, H, W], a picture [C, H, W]. */
export class Image extends TVTensor {
  static {
    kinds.set('Image', { properties: [], make: (data) => new Image(data) });
  }

  constructor(...args: TVTensorGiven<TensorLike>) {
    const { made, requiresGrad } = parsed('Image', args);
    if (made.shape.length < 2) {
      throw new ShapeError(`Image: expected a tensor of 2 or more dimensions, but got shape ${showShape(made.shape)}`);
    }
    super(made.shape.length === 2 ? made.unsqueeze(0) : made, { requiresGrad });
  }

  override wrap(...args: Wrapped): Image {
    return new Image(wrapped(args));
  }
}

/**
 * A segmentation mask [..., H, W], or one mask for each object. Transforms move it with its image, by the nearest
 * element, and keep its values.
 */
export class Mask extends TVTensor {
  static {
    kinds.set('Mask', { properties: [], make: (data) => new Mask(data) });
  }

  constructor(...args: TVTensorGiven<TensorLike>) {
    const { made, requiresGrad } = parsed('Mask', args);
    super(made, { requiresGrad });
  }

  override wrap(...args: Wrapped): Mask {
    return new Mask(wrapped(args));
  }
}

/** The format of boxes: two corners; a corner, width and height; or the centre, width and height. */
export type BoundingBoxFormat = 'XYXY' | 'XYWH' | 'CXCYWH';

/** torchvision's enumeration of formats. */
export const BoundingBoxFormat = { XYXY: 'XYXY', XYWH: 'XYWH', CXCYWH: 'CXCYWH' } as const;

/**
 * How transforms keep boxes inside the picture. `hard` clips them at its border; `soft` does the same, except for
 * rotated boxes.
 */
export type ClampingMode = 'soft' | 'hard' | null;

/** Options of `BoundingBoxes`. */
export interface BoundingBoxesOptions extends TensorOptions {
  /** `'XYXY'`, `'XYWH'` or `'CXCYWH'`, also in lower case. */
  format: BoundingBoxFormat | Lowercase<BoundingBoxFormat>;
  /** Height and width of the boxes' picture. */
  canvasSize: CanvasSize;
  /** Default `soft`; null lets boxes reach beyond the picture. */
  clampingMode?: ClampingMode;
}

/** @throws ArgumentError if the format does not exist */
export function boxFormat(op: string, format: string): BoundingBoxFormat {
  const name = String(format).toUpperCase();
  if (Object.hasOwn(BoundingBoxFormat, name)) return name as BoundingBoxFormat;
  throw new ArgumentError(`${op}: expected the format XYXY, XYWH or CXCYWH, but got ${shown(format)}`);
}

type Properties = Omit<BoundingBoxesOptions, keyof TensorOptions> & OwnOptions;
const properties = ['format', 'canvasSize', 'clampingMode', 'dtype', 'requiresGrad', 'device'] as const;
type PropertyOrder = [...typeof properties];

type BoundingBoxesArguments = Properties & { data: TensorLike };
type BoxOrder = ['data', ...PropertyOrder];
type WrapBoxArguments = Partial<Properties> & { data: Tensor };

/**
 * Bounding boxes [N, 4], or one [4], which becomes [1, 4], in pixels of a picture of size `canvasSize`.
 *
 *     new BoundingBoxes([[2, 3, 10, 12]], { format: 'XYXY', canvasSize: [32, 32] });
 */
export class BoundingBoxes extends TVTensor {
  static {
    kinds.set('BoundingBoxes', {
      properties: ['format', 'canvasSize', 'clampingMode'],
      make: (data, options) => new BoundingBoxes(data, options as unknown as BoundingBoxesOptions),
    });
  }

  readonly format: BoundingBoxFormat;
  readonly canvasSize: CanvasSize;
  readonly clampingMode: ClampingMode;

  constructor(...args: Arguments<BoundingBoxesArguments, BoxOrder>) {
    const defaults = { clampingMode: 'soft', ...ownDefaults } as const;
    const { data, format, canvasSize, clampingMode, ...options } = parseArgs<BoundingBoxesArguments>(
      'BoundingBoxes',
      ['data', 'format', 'canvasSize'],
      defaults,
      args,
      { data: tensorLike },
    );
    const made = tensorOf('BoundingBoxes', data, options);
    const boxes = made.shape.length === 1 ? (made.numel() === 0 ? made.reshape([0, 4]) : made.unsqueeze(0)) : made;
    if (boxes.shape.length !== 2 || boxes.shape[1] !== 4) {
      throw new ShapeError(`BoundingBoxes: expected boxes [N, 4], but got shape ${showShape(made.shape)}`);
    }
    checkCanvasSize('BoundingBoxes', canvasSize);
    if (clampingMode !== null && clampingMode !== 'soft' && clampingMode !== 'hard') {
      throw new ArgumentError(
        `BoundingBoxes: expected clampingMode 'soft', 'hard' or null, but got ${shown(clampingMode)}`,
      );
    }
    super(boxes, { requiresGrad: options.requiresGrad });
    this.format = boxFormat('BoundingBoxes', format);
    this.canvasSize = canvasSize;
    this.clampingMode = clampingMode;
  }

  override wrap(...args: Arguments<WrapBoxArguments, ['data', ...PropertyOrder]>): BoundingBoxes {
    const { format, canvasSize, clampingMode } = this;
    const defaults = { format, canvasSize, clampingMode, ...ownDefaults };
    const { data, ...options } = parseArgs<WrapBoxArguments>('wrap', ['data'], defaults, args, { data: aTensor });
    return new BoundingBoxes(data, options);
  }
}

type WrapArguments<T extends TVTensor> = WrapBoxArguments & {
  /** The boxes, mask or picture whose class and properties the result gets. */ like: T;
};

/**
 * Wraps `data` in the class of `like`, with its properties. For boxes, single properties can be overridden.
 *
 * @throws ArgumentError if `like` does not have a given property
 */
export function wrap<T extends TVTensor>(...args: Arguments<WrapArguments<T>, ['data', 'like', ...PropertyOrder]>): T {
  const unset = Object.fromEntries(properties.map((key) => [key, undefined]));
  const { data, like, ...all } = parseArgs<WrapArguments<T>>('wrap', ['data', 'like'], unset as never, args, {
    data: aTensor,
    like: torchKinds.instance(TVTensor),
  } as torchKinds.Kinds<WrapArguments<T>>);
  const options = Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined));
  if (like instanceof BoundingBoxes) return like.wrap(data, options as Partial<Properties>) as TVTensor as T;
  const [other] = Object.keys(options);
  if (other === undefined) return like.wrap(data) as T;
  throw new ArgumentError(`wrap: expected no ${other} where like is ${kindOf(like)}; bounding boxes alone have one`);
}
