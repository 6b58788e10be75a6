// Base of vision data sets: their place, the transforms of their items, and their printed form.

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

/** The transforms of items, for a data set that gives raw pictures of type Raw with labels of type Target. */
export interface ItemTransforms<Raw, Image, Label, Target = number> {
  /** Makes an item's image. Default: none. */
  transform?: TransformFunction<Raw, Image> | null;
  /** Makes an item's label. Default: none. */
  targetTransform?: TransformFunction<Target, Label> | null;
  /** Makes both out of both, instead of the other two. Default: none. */
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

/** An item is whatever the data set holds. */
const kinds = { input: torchKinds.anything, target: torchKinds.anything };

export type JointTransform<Raw, Image, Label, Target = number> = (image: Raw, target: Target) => [Image, Label];

/** A transform, or none. */
export const change = torchKinds.orNull(torchKinds.callback);

const INDENT = '    ';

/** `transform` and `targetTransform` together as one function of an item; it is called with an image and its label. */
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
      // Image and target may be objects, too.
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
  /** The place it was read from. Default: null, for data without one. */
  root?: string | null;
  /** The printed name. Default: the name of its class. */
  name?: string | null;
}

type VisionOrder = ['root', 'transforms', 'transform', 'targetTransform', 'name'];

/** The transforms among the options of a data set. */
export const transformsIn = <Raw, Image, Label, Target>({
  transform = null,
  targetTransform = null,
  transforms = null,
}: ItemTransforms<Raw, Image, Label, Target>) => ({ transform, targetTransform, transforms });

/**
 * Base of vision data sets. A subclass defines `length` and `get`, which ends in `this.transformed(image, target)`, and is printed as
 * torchvision prints them:
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
  /** The place it was read from; null for data without a name. */
  readonly root: string | null;
  readonly #name: string | null;
  #transform: TransformFunction<Raw, Image> | null;
  #targetTransform: TransformFunction<Target, Label> | null;
  #transforms: JointTransform<Raw, Image, Label, Target> | null;

  /** @throws ArgumentError when both `transforms` and one of the others are given, or one is no function */
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

  /** Makes an item's image; null for nothing. Another one may be set, which takes the place of `transforms`. */
  get transform(): TransformFunction<Raw, Image> | null {
    return this.#transform;
  }

  set transform(transform: TransformFunction<Raw, Image> | null) {
    this.#expect('transform', transform);
    this.#transform = transform;
    this.#apart();
  }

  /** Makes an item's label; null for nothing. Another one may be set, which takes the place of `transforms`. */
  get targetTransform(): TransformFunction<Target, Label> | null {
    return this.#targetTransform;
  }

  set targetTransform(targetTransform: TransformFunction<Target, Label> | null) {
    this.#expect('targetTransform', targetTransform);
    this.#targetTransform = targetTransform;
    this.#apart();
  }

  /** The transforms of an item: a `StandardTransform` of the other two, or the one given; null for none. Another one may be set, which takes the place of both. */
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

  /** Applies the transforms of image and label apart from each other. */
  #apart(): void {
    const { transform, targetTransform } = this;
    this.#transforms = transform || targetTransform ? new StandardTransform(transform, targetTransform) : null;
  }

  #expect(key: string, transform: unknown): void {
    expectKind(this.printedName, key, transform, change);
  }

  /** The data set's name, which survives a bundler that shortens the names of classes. */
  protected get printedName(): string {
    return this.#name ?? this.constructor.name;
  }

  /** What an item is once its transforms have worked. */
  protected transformed(image: Raw, target: Target): [Image, Label] {
    return this.transforms?.(image, target) ?? [image as unknown as Image, target as unknown as Label];
  }

  /** Lines that are printed besides. */
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

/** A text behind its head, with all its lines below one another. */
function hung(head: string, transform: unknown): string {
  const [first, ...rest] = textOf(transform).split('\n');
  return [`${head}${first}`, ...rest.map((line) => ' '.repeat(head.length) + line)].join('\n');
}

/** Transforms print themselves; of a plain function its name is told, not its code. */
function textOf(transform: unknown): string {
  const isPlain = (transform as object).toString === Function.prototype.toString;
  return isPlain ? `<function ${(transform as { name: string }).name || '<lambda>'}>` : String(transform);
}

/** The place and the other arguments of a data set that is called with its place in front, or with all by name. */
export function splitRoot<Root>(name: string, args: readonly unknown[]): [root: Root, rest: readonly unknown[]] {
  const [first, ...rest] = args;
  if (args.length === 1 && isPlainObject(first) && 'root' in first) {
    const { root, ...options } = first;
    return [root as Root, [options]];
  }
  if (first === undefined) throw new ArgumentError(`${name}: missing 1 required argument: 'root'`);
  return [first as Root, rest];
}
