// The base classes of transforms. Random numbers are drawn apart from the work on pixels. A new transform of pixels
// extends `PictureTransform`; a new operation on colours is a code in src/engine/ops/pictures/recolor.ts and a case in
// shaders/recolor.wgsl, which computes with lib/exact.wgsl where bytes are truncated.

import { ArgumentError, type Generator, scope, type Tensor } from '../../../torch';
import {
  type Arguments,
  Callable,
  closeInherited,
  defaultGenerator,
  isTensorObject as isTensor,
  kindOf,
  parseArgs,
  printModule,
  shown,
} from '../../../torch/inside';
import { isPixelSource } from '../pictures/from-pixels';
import { Picture } from '../pictures/picture';
import { BoundingBoxes, Image, Mask } from '../tv-tensors';
import type { FillKind } from './arguments';
import { onBatch } from './batch';
import { happens } from './draws';
import { type PictureInfo, sharedInfo } from './info';
import { type Pictures, unpacked } from './pictures';
import { float, printed } from './printed';
import { flatten, isPureTensor, type Sample } from './sample';

/** A step from one representation of an item to another: a transform of this module, or any function. */
export type TransformFunction<In, Out> = (input: In) => Out;

/** The kind of the pictures in a batch: `Picture` objects, plain tensors, `Image` tensors, or masks. */
export type BatchKind = FillKind;

/** @throws ArgumentError for a promise, because it would pass through unchanged like any input that is not a picture */
function checkAwaited(op: string, input: unknown): void {
  if (input instanceof Promise)
    throw new ArgumentError(`${op}: expected a picture or a tensor, but got ${kindOf(input)}`);
}

/** The kind of an input. Boxes have none. */
export function kindOfInput(input: unknown): BatchKind {
  if (input instanceof Picture) return 'picture';
  if (input instanceof Mask) return 'mask';
  return input instanceof Image ? 'image' : 'tensor';
}

/**
 * Base of transforms; a subclass adds `makeParams` and `transform`. Its objects are functions that take a picture, a
 * tensor, several of these, or a sample that nests them in lists and dictionaries.
 *
 * As in torchvision, plain tensors beside a picture or an image pass through; if there is neither, the first plain
 * tensor counts as the image.
 */
// biome-ignore lint/suspicious/noUnsafeDeclarationMerging: the call signature is what Callable gives every object.
export abstract class Transform<In = Tensor, Out = Tensor> extends Callable {
  /** Subclasses without a constructor take no arguments. */
  constructor(...args: readonly never[]) {
    super((self, inputs) => {
      for (const input of inputs) checkAwaited(self.constructor.name, input);
      return (self as Transform<In, Out>).forward(...(inputs as [In]));
    });
    parseArgs(new.target.name, [], {}, args);
    const closed = ['extraRepr', 'toString', 'describe'];
    closeInherited(Object.getPrototypeOf(this) as object, Callable.prototype, closed);
  }

  /** Whether this transform changes an input; all other inputs pass through. Default: all tensors. */
  protected handles(input: unknown): boolean {
    return isTensor(input);
  }

  /** Throws if the transform cannot take the sample with these inputs. */
  protected checkInputs(_leaves: readonly unknown[]): void {}

  /**
   * Draws the parameters of `transform`, once for all inputs of a sample.
   * @param _leaves The pictures, masks and boxes.
   */
  makeParams(_leaves: readonly unknown[]): unknown {
    return {};
  }

  /**
   * Transforms one input.
   * @param _params What `makeParams` has drawn.
   */
  transform(_input: unknown, _params: unknown): unknown {
    throw new ArgumentError(`${this.constructor.name}: expected a method transform(input, params), but it has none`);
  }

  forward(...inputs: readonly [In] | readonly unknown[]): Out {
    const sample = flatten(inputs.length === 1 ? inputs[0] : inputs);
    for (const leaf of sample.leaves) checkAwaited(this.constructor.name, leaf);
    this.checkInputs(sample.leaves);
    const chosen = this.chosen(sample.leaves);
    const params = this.makeParams(sample.leaves.filter((_, i) => chosen[i]));
    return sample.rebuild(sample.leaves.map((leaf, i) => (chosen[i] ? this.transform(leaf, params) : leaf))) as Out;
  }

  private chosen(leaves: readonly unknown[]): boolean[] {
    let takesPure = !leaves.some((leaf) => leaf instanceof Picture || leaf instanceof Image || isPixelSource(leaf));
    return leaves.map((leaf) => {
      if (!this.handles(leaf)) return false;
      if (!isPureTensor(leaf)) return true;
      const taken = takesPure;
      takesPure = false;
      return taken;
    });
  }

  /** The text between the parentheses of the printed transform. */
  extraRepr(): string {
    return '';
  }

  override toString(): string {
    return printModule(this.constructor.name, this.extraRepr(), []);
  }
}

export interface Transform<In = Tensor, Out = Tensor> {
  /** Several inputs, all transformed with the same parameters. */
  <S extends readonly [unknown, unknown, ...unknown[]]>(...inputs: S): S;
  /** A sample of nested lists and dictionaries, all transformed with the same parameters. */
  <S extends Sample>(sample: S): S;
  /** The result of `forward`. */
  (input: In): Out;
  toString(): string;
}

/**
 * Base of the transforms of pixels. `draw` draws random numbers on the host, picture by picture, from nothing but
 * sizes, in torchvision's order; `apply` runs the same kernels on a batch for any draws. The draws are data, so every
 * step has the same plan. Draws are plain data, so a worker can send them; null leaves a picture unchanged.
 */
export abstract class PictureTransform<Draw = object, In = Tensor, Out = Tensor> extends Transform<In, Out> {
  /**
   * The random parameters of one picture.
   * @param _info What is known of the pictures: their sizes.
   */
  draw(_info: PictureInfo, _generator: Generator = defaultGenerator()): Draw | null {
    return {} as Draw;
  }

  /**
   * Transforms pictures [N, C, H, W], each by its draw. The operations must depend on shapes only, never on numbers in
   * `draws`. `kind` is for transforms that treat pictures differently from tensors.
   * @param draws What was drawn at random for each item.
   * @param kind Whether they are pictures or tensors.
   */
  abstract apply(batch: Tensor, draws: readonly (Draw | null)[], kind: BatchKind): Tensor;

  /**
   * `apply` for pictures that may be packed. The default unpacks them; transforms that can read packed pictures
   * override this, and so save the copy.
   * @param pictures The pictures.
   * @param draws What was drawn at random for each item.
   * @param kind Whether they are pictures or tensors.
   */
  applyTo(pictures: Pictures, draws: readonly (Draw | null)[], kind: BatchKind): Tensor {
    return this.apply(unpacked(this.constructor.name, pictures), draws, kind);
  }

  /**
   * The size of the result.
   * @param info What is known of the pictures: their sizes.
   * @param _draw What was drawn at random.
   */
  outputInfo(info: PictureInfo, _draw: Draw | null): PictureInfo {
    return info;
  }

  /**
   * The step that reads packed pictures of several sizes; null if the first step does not. It makes pictures of one
   * size if its `outputInfo` is the same for all pictures.
   */
  get bringsToOne(): PictureTransform<object> | null {
    return null;
  }

  /**
   * The kind that pictures of a kind have after this transform of batches; null if this transform only takes samples
   * one by one.
   * @param kind Whether they are pictures or tensors.
   */
  batchKind(kind: BatchKind): BatchKind | null {
    return kind;
  }

  override makeParams(leaves: readonly unknown[]): Draw | null {
    return this.draw(sharedInfo(this.constructor.name, leaves));
  }

  override transform(input: unknown, draw: unknown): unknown {
    const drawn = draw as Draw | null;
    if (input instanceof BoundingBoxes) return drawn === null ? input : this.transformBoxes(input, drawn);
    if (input instanceof Mask) return drawn === null ? input : this.transformMask(input, drawn);
    // The same kernels run even if nothing was drawn, so that items made one by one have the same plan in every step.
    return this.applyAlike(input as Tensor, drawn);
  }

  /** `apply` on all pictures of one input with the same draw. */
  protected applyAlike<T extends Tensor>(input: T, draw: Draw | null): T {
    const work = (batch: Tensor) =>
      this.apply(batch, new Array<Draw | null>(batch.shape[0]!).fill(draw), kindOfInput(input));
    return scope(() => onBatch(this.constructor.name, input, work)) as T;
  }

  /** Transforms boxes beside a picture. Default: unchanged, as long as the transform does not move pixels. */
  protected transformBoxes(boxes: BoundingBoxes, _draw: Draw): BoundingBoxes {
    return boxes;
  }

  /** Transforms masks beside a picture. Default: unchanged, as long as the transform does not move pixels. */
  protected transformMask(mask: Mask, _draw: Draw): Mask {
    return mask;
  }
}

/** Base of transforms that move pixels: masks and boxes follow. */
export abstract class GeometricTransform<Draw = object> extends PictureTransform<Draw> {
  protected override transformMask(mask: Mask, draw: Draw): Mask {
    return this.applyAlike(mask, draw);
  }
}

/** How likely a change is. */
export interface Probability {
  /** Default 0.5. */
  p?: number;
}

/** Base of transforms that apply with probability `p`, by default 0.5. Whether they apply is drawn first. */
export abstract class RandomTransform<Draw = object> extends PictureTransform<Draw> {
  readonly p: number;

  constructor(...args: Arguments<Probability, ['p']>) {
    super();
    const { p } = parseArgs<Probability>(new.target.name, [], { p: 0.5 }, args);
    this.p = p;
    checkProbability(this.constructor.name, p);
  }

  override draw(info: PictureInfo, generator: Generator = defaultGenerator()): Draw | null {
    return happens(this.p, generator) ? this.drawn(info, generator) : null;
  }

  override transform(input: unknown, draw: unknown): unknown {
    return this.p === 0 ? input : super.transform(input, draw);
  }

  /** The random parameters, besides whether the change happens. */
  protected drawn(_info: PictureInfo, _generator: Generator): Draw {
    return {} as Draw;
  }

  override makeParams(leaves: readonly unknown[]): Draw | null {
    const generator = defaultGenerator();
    return happens(this.p, generator) ? this.drawn(sharedInfo(this.constructor.name, leaves), generator) : null;
  }

  override extraRepr(): string {
    return printed(this, { p: float });
  }
}

/** @throws ArgumentError unless p is a probability */
export function checkProbability(op: string, p: number): void {
  if (typeof p === 'number' && p >= 0 && p <= 1) return;
  throw new ArgumentError(`${op}: expected a probability p from 0 to 1, but got ${shown(p)}`);
}
