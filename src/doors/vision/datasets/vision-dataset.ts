// Base of vision data sets: their root, the transforms of their items, and their printed form.

import { ArgumentError, data } from '../../../torch';
import {
  type Arguments,
  Callable,
  closeInherited,
  expectKind,
  isPlainObject,
  parseArgs,
  kinds as torchKinds,
} from '../../../torch/inside';
import type { TransformFunction } from '../transforms';

/** The transforms of items, for a data set of raw pictures of type Raw with labels of type Target. */
export interface ItemTransforms<Raw, Image, Label, Target = number> {
  /** Applied to an item's image. Default: none. */
  transform?: TransformFunction<Raw, Image> | null;
  /** Applied to an item's label. Default: none. */
  targetTransform?: TransformFunction<Target, Label> | null;
  /** Applied to image and label together, instead of the other two. Default: none. */
  transforms?: JointTransform<Raw, Image, Label, Target> | null;
}

type Changes<Raw, Image, Label, Target> = Pick<
  ItemTransforms<Raw, Image, Label, Target>,
  'transform' | 'targetTransform'
>;

interface Item<Raw, Target> {
  input: Raw;
  target: Target;
}

/** An item may be any value. */
const kinds = { input: torchKinds.anything, target: torchKinds.anything };

export type JointTransform<Raw, Image, Label, Target = number> = (image: Raw, target: Target) => [Image, Label];

/** A transform, or none. */
export const change = torchKinds.orNull(torchKinds.callback);

const INDENT = '    ';

/** Combines `transform` and `targetTransform` in one function, called with an image and its label. */
// biome-ignore lint/suspicious/noUnsafeDeclarationMerging: the call signature is what Callable gives every object.
export class StandardTransform<Raw = unknown, Image = Raw, Label = number, Target = number> extends Callable {
  readonly transform: TransformFunction<Raw, Image> | null;
  readonly targetTransform: TransformFunction<Target, Label> | null;

  constructor(...args: Arguments<Changes<Raw, Image, Label, Target>, ['transform', 'targetTransform']>) {
    const defaults = { transform: null, targetTransform: null };
    const { transform, targetTransform } = parseArgs<Changes<Raw, Image, Label, Target>>(
      'StandardTransform',
      [],
      defaults,
      args,
      { transform: change, targetTransform: change },
    );
    super((self, args) => {
      // Image and target may be plain objects, so the empty object keeps them from being taken for named arguments.
      const given = args.length === 2 ? [...args, {}] : args;
      type Given = Item<Raw, Target>;
      const { input, target } = parseArgs<Given>('StandardTransform', ['input', 'target'], {}, given, kinds);
      return (self as StandardTransform<Raw, Image, Label, Target>).forward(input, target);
    });
    closeInherited(Object.getPrototypeOf(this) as object, Callable.prototype, ['toString']);
    this.transform = transform;
    this.targetTransform = targetTransform;
  }

  forward(input: Raw, target: Target): [Image, Label] {
    const { transform, targetTransform } = this;
    return [
      transform ? transform(input) : (input as unknown as Image),
      targetTransform ? targetTransform(target) : (target as unknown as Label),
    ];
  }

  override toString(): string {
    const lines = ['StandardTransform'];
    if (this.transform) lines.push(hung('Transform: ', this.transform));
    if (this.targetTransform) lines.push(hung('Target transform: ', this.targetTransform));
    return lines.join('\n');
  }
}

export interface StandardTransform<Raw = unknown, Image = Raw, Label = number, Target = number> {
  (input: Raw, target: Target): [Image, Label];
  (named: Item<Raw, Target>): [Image, Label];
  toString(): string;
}

interface VisionArguments<Raw, Image, Label, Target> extends ItemTransforms<Raw, Image, Label, Target> {
  /** Where the data set was read from. Default: null, for data without a root. */
  root?: string | null;
  /** The printed name. Default: the name of the class. */
  name?: string | null;
}

type VisionOrder = ['root', 'transforms', 'transform', 'targetTransform', 'name'];

/** Picks the transforms from the options of a data set. */
export const transformsIn = <Raw, Image, Label, Target>({
  transform = null,
  targetTransform = null,
  transforms = null,
}: ItemTransforms<Raw, Image, Label, Target>) => ({ transform, targetTransform, transforms });

/**
 * Base of vision data sets. A subclass defines `length` and `get`, which returns `this.transformed(image, target)`. The
 * data set prints as in torchvision:
 *
 *     Dataset CIFAR10
 *         Number of datapoints: 50000
 *         Root location: cifar10/
 *         Split: Train
 *         StandardTransform
 *     Transform: ToTensor()
 */
export abstract class VisionDataset<
  Raw = unknown,
  Image = Raw,
  Label = number,
  Item = [Image, Label],
  Target = number,
> extends data.Dataset<Item> {
  /** Where the data set was read from; null for data without a name. */
  readonly root: string | null;
  readonly #name: string | null;
  #transform: TransformFunction<Raw, Image> | null;
  #targetTransform: TransformFunction<Target, Label> | null;
  #transforms: JointTransform<Raw, Image, Label, Target> | null;

  /** @throws ArgumentError if both `transforms` and one of the others are given, or if one is not a function */
  constructor(...args: Arguments<VisionArguments<Raw, Image, Label, Target>, VisionOrder>) {
    super();
    const { root, transforms, transform, targetTransform, name } = parseArgs<
      VisionArguments<Raw, Image, Label, Target>
    >('VisionDataset', [], { root: null, transforms: null, transform: null, targetTransform: null, name: null }, args, {
      root: torchKinds.orNull(torchKinds.text),
      transforms: torchKinds.anything,
      transform: torchKinds.anything,
      targetTransform: torchKinds.anything,
      name: torchKinds.orNull(torchKinds.text),
    });
    this.#name = name;
    for (const [key, each] of Object.entries({ transform, targetTransform, transforms })) this.#expect(key, each);
    const separate = transform !== null || targetTransform !== null;
    if (transforms && separate) {
      throw new ArgumentError(
        `${this.printedName}: Only transforms or transform/targetTransform can be passed as argument`,
      );
    }
    this.root = root;
    this.#transform = transform;
    this.#targetTransform = targetTransform;
    this.#transforms = separate ? new StandardTransform(transform, targetTransform) : transforms;
  }

  /** Applied to an item's image; null for none. Setting it replaces `transforms`. */
  get transform(): TransformFunction<Raw, Image> | null {
    return this.#transform;
  }

  set transform(transform: TransformFunction<Raw, Image> | null) {
    this.#expect('transform', transform);
    this.#transform = transform;
    this.#apart();
  }

  /** Applied to an item's label; null for none. Setting it replaces `transforms`. */
  get targetTransform(): TransformFunction<Target, Label> | null {
    return this.#targetTransform;
  }

  set targetTransform(targetTransform: TransformFunction<Target, Label> | null) {
    this.#expect('targetTransform', targetTransform);
    this.#targetTransform = targetTransform;
    this.#apart();
  }

  /**
   * The transform of an item: a `StandardTransform` of the other two, or the one given; null for none. Setting it
   * replaces the other two.
   */
  get transforms(): JointTransform<Raw, Image, Label, Target> | null {
    return this.#transforms;
  }

  set transforms(transforms: JointTransform<Raw, Image, Label, Target> | null) {
    this.#expect('transforms', transforms);
    const isStandard = transforms instanceof StandardTransform;
    this.#transforms = transforms;
    this.#transform = isStandard ? transforms.transform : null;
    this.#targetTransform = isStandard ? transforms.targetTransform : null;
  }

  /** Makes `transforms` of the separate transforms of image and label. */
  #apart(): void {
    const { transform, targetTransform } = this;
    this.#transforms = transform || targetTransform ? new StandardTransform(transform, targetTransform) : null;
  }

  #expect(key: string, transform: unknown): void {
    expectKind(this.printedName, key, transform, change);
  }

  /** The data set's name, given explicitly because bundlers shorten the names of classes. */
  protected get printedName(): string {
    return this.#name ?? this.constructor.name;
  }

  /** Applies the transforms to an item. */
  protected transformed(image: Raw, target: Target): [Image, Label] {
    return this.transforms?.(image, target) ?? [image as unknown as Image, target as unknown as Label];
  }

  /** Further printed lines. */
  extraRepr(): string {
    return '';
  }

  override toString(): string {
    const body = [`Number of datapoints: ${this.length}`];
    if (this.root !== null) body.push(`Root location: ${this.root}`);
    const extra = this.extraRepr();
    if (extra) body.push(...extra.split('\n'));
    if (this.transforms) body.push(textOf(this.transforms));
    return [`Dataset ${this.printedName}`, ...body.map((line) => INDENT + line)].join('\n');
  }
}

/** A text after its head, with the following lines indented to the same column. */
function hung(head: string, transform: unknown): string {
  const [first, ...rest] = textOf(transform).split('\n');
  return [`${head}${first}`, ...rest.map((line) => ' '.repeat(head.length) + line)].join('\n');
}

/** The text of a transform. Transforms print themselves; a plain function prints as its name, not its code. */
function textOf(transform: unknown): string {
  const isPlain = (transform as object).toString === Function.prototype.toString;
  return isPlain ? `<function ${(transform as { name: string }).name || '<lambda>'}>` : String(transform);
}

/**
 * A function that reads a data set, such as `MNIST`. Called with `new`, as torchvision's classes are in Python, it says
 * how it is called.
 */
/* @__NO_SIDE_EFFECTS__ */
export function readerOf<F>(name: string, read: (args: readonly unknown[]) => unknown): F {
  const named = {
    [name]: function (this: unknown, ...args: readonly unknown[]): unknown {
      if (!new.target) return read(args);
      throw new ArgumentError(
        `${name}: expected a call without new, since its files must be awaited; write await datasets.${name}(root)`,
      );
    },
  };
  return named[name] as F;
}

/** Splits the arguments of a data set into the root and the rest. The root comes first, or all arguments are named. */
export function splitRoot<Root>(name: string, args: readonly unknown[]): [root: Root, rest: readonly unknown[]] {
  const [first, ...rest] = args;
  if (args.length === 1 && isPlainObject(first) && 'root' in first) {
    const { root, ...options } = first;
    return [root as Root, [options]];
  }
  if (first === undefined) throw new ArgumentError(`${name}: missing 1 required argument: 'root'`);
  return [first as Root, rest];
}
