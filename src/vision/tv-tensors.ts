// Tensors that say what they hold, so that transforms know what to do with them: images, bounding boxes and masks.
import { showShape } from '../compiler/meta';
import { ArgumentError, ShapeError } from '../errors';
import { identity } from '../ops/cast';
import { instance } from '../tensor/argument-kinds';
import { isTensor } from '../tensor/callable';
import { tensor } from '../tensor/creation';
import { kinds } from '../tensor/kinds';
import { expectKind, parseArgs, shown } from '../tensor/options';
import { type TensorOptions, tensorOptions } from '../tensor/sizes';
import { Tensor } from '../tensor/tensor';
import { tensor as aTensor } from '../tensor/tensor-kinds';
import { checkCanvasSize } from './canvas-size';
import { Picture } from './picture';

/** What tensors can be made of: one, nested lists of numbers, a picture. */
export type TensorLike = Tensor | Parameters<typeof tensor>[0];

/** Height and width. */
export type Size = readonly [height: number, width: number];

function tensorOf(op: string, data: TensorLike, { dtype, requiresGrad, device }: TensorOptions): Tensor {
  if (!isTensor(data)) return tensor(data, { dtype, device });
  const made = data instanceof Picture ? data.permute(2, 0, 1) : data;
  return made.to(tensorOptions(op, { dtype, requiresGrad, device }, made.dtype).dtype);
}

/** Base of tensors that say what they hold. They share memory with what they are made of; what operations make of them are plain tensors. */
export abstract class TVTensor extends Tensor {
  constructor(data: Tensor, options: TensorOptions = {}) {
    expectKind(new.target.name, 'data', data, aTensor);
    const { value, storage, strides, offset, requiresGrad } = data;
    if (requiresGrad) super(identity(value));
    else super(value, { storage, strides, offset });
    if (options.requiresGrad === true) this.requiresGrad_();
  }

  /** The same kind of thing, around another tensor. */
  abstract wrap(data: Tensor): TVTensor;

  /** The same numbers as a plain tensor. */
  asTensor(): Tensor {
    return this.requiresGrad ? Tensor.of(this.value) : this.detach();
  }
}

/** An image [..., C, H, W]; [H, W] becomes [1, H, W], a picture [C, H, W]. */
export class Image extends TVTensor {
  static {
    kinds.set('Image', { properties: [], make: (data) => new Image(data) });
  }

  constructor(data: TensorLike, options: TensorOptions = {}) {
    const made = tensorOf('Image', data, options);
    if (made.shape.length < 2) {
      throw new ShapeError(`Image: expected a tensor of 2 or more dimensions, but got shape ${showShape(made.shape)}`);
    }
    super(made.shape.length === 2 ? made.unsqueeze(0) : made, options);
  }

  override wrap(data: Tensor): Image {
    return new Image(data);
  }
}

/** A mask [..., H, W] of a segmentation, or one for each object: it follows an image's geometry, taking the nearest element, and keeps its values. */
export class Mask extends TVTensor {
  static {
    kinds.set('Mask', { properties: [], make: (data) => new Mask(data) });
  }

  constructor(data: TensorLike, options: TensorOptions = {}) {
    super(tensorOf('Mask', data, options), options);
  }

  override wrap(data: Tensor): Mask {
    return new Mask(data);
  }
}

/** How boxes are written: two corners; a corner, width and height; or the middle, width and height. */
export type BoundingBoxFormat = 'XYXY' | 'XYWH' | 'CXCYWH';

/** torchvision's enumeration of formats. */
export const BoundingBoxFormat = { XYXY: 'XYXY', XYWH: 'XYWH', CXCYWH: 'CXCYWH' } as const;

/** How transforms keep boxes inside of the picture: `hard` cuts them at its border, `soft` does so too unless they are rotated. */
export type ClampingMode = 'soft' | 'hard' | null;

export interface BoundingBoxesOptions extends TensorOptions {
  /** `'XYXY'`, `'XYWH'` or `'CXCYWH'`, also in small letters. */
  format: BoundingBoxFormat | Lowercase<BoundingBoxFormat>;
  /** Height and width of the picture that the boxes lie on. */
  canvasSize: Size;
  /** Default `soft`; null lets boxes leave the picture. */
  clampingMode?: ClampingMode;
}

/** @throws ArgumentError for a format that there is not */
export function boxFormat(op: string, format: string): BoundingBoxFormat {
  const name = String(format).toUpperCase();
  if (Object.hasOwn(BoundingBoxFormat, name)) return name as BoundingBoxFormat;
  throw new ArgumentError(`${op}: expected the format XYXY, XYWH or CXCYWH, but got ${shown(format)}`);
}

/**
 * Bounding boxes [N, 4], or one [4], which becomes [1, 4], in pixels of a picture of a size.
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
  readonly canvasSize: Size;
  readonly clampingMode: ClampingMode;

  constructor(data: TensorLike, options: BoundingBoxesOptions) {
    const { dtype, requiresGrad, device, ...own } = options ?? {};
    const { format, canvasSize, clampingMode } = parseArgs<Omit<BoundingBoxesOptions, keyof TensorOptions>>(
      'BoundingBoxes',
      ['format', 'canvasSize'],
      { clampingMode: 'soft' },
      [own],
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
    super(boxes, options);
    this.format = boxFormat('BoundingBoxes', format);
    this.canvasSize = canvasSize;
    this.clampingMode = clampingMode;
  }

  override wrap(data: Tensor, options: Partial<BoundingBoxesOptions> = {}): BoundingBoxes {
    const { format, canvasSize, clampingMode } = this;
    return new BoundingBoxes(data, { format, canvasSize, clampingMode, ...options });
  }
}

/** `data` as the kind of tensor that `like` is. Of boxes, single properties can be given anew. */
export function wrap<T extends TVTensor>(data: Tensor, given: { like: T } & Partial<BoundingBoxesOptions>): T {
  const { like, ...options } = given ?? {};
  expectKind('wrap', 'like', like, instance(TVTensor));
  const made = like instanceof BoundingBoxes ? like.wrap(data, options) : like.wrap(data);
  return made as TVTensor as T;
}
