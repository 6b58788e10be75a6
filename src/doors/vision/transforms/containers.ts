// Transforms that are made of other transforms.

import { ArgumentError, type Generator, type Tensor } from '../../../torch';
import { isPlainObject, kindOf, parseArgs, printModule, kinds as torchKinds } from '../../../torch/inside';
import { type BatchKind, PictureTransform, Transform, type TransformFunction } from './base';
import type { PictureInfo } from './info';
import { type Pictures, unpacked } from './pictures';

/** The steps of `Compose`: the first takes the input of the whole, and all of them return tensors. */
type Steps<In> =
  | readonly [first: TransformFunction<In, Tensor>, ...rest: TransformFunction<Tensor, Tensor>[]]
  | readonly TransformFunction<Tensor, Tensor>[];

/** Steps of any kind; each takes the result of the one before it. */
export type Chain = readonly ((input: never) => unknown)[];

type Step = (...inputs: readonly unknown[]) => unknown;

/** The draw of a step for one picture. */
export type DrawnStep = object | null;

/** @throws ArgumentError unless the steps are a non-empty list of functions */
export function checkSteps(op: string, steps: unknown): void {
  if (!Array.isArray(steps)) throw new ArgumentError(`${op}: expected a list of transforms, but got ${kindOf(steps)}`);
  if (steps.length === 0) throw new ArgumentError(`${op}: expected at least one transform, but got an empty list`);
  const wrong = steps.findIndex((step) => typeof step !== 'function');
  if (wrong >= 0) throw new ArgumentError(`${op}: expected transforms, but at ${wrong} got ${kindOf(steps[wrong])}`);
}

/** The steps as transforms of batches; null unless all of them are. */
export function batchSteps(steps: readonly unknown[]): readonly PictureTransform<object>[] | null {
  const known = steps.every((step) => step instanceof PictureTransform);
  return known ? (steps as readonly PictureTransform<object>[]) : null;
}

/** Passes inputs through the steps; returns a promise if a step is asynchronous. */
export function throughSteps(steps: Chain, inputs: readonly unknown[]): unknown {
  const [first, ...rest] = steps as readonly Step[];
  if (!first) return inputs.length === 1 ? inputs[0] : inputs;
  const made = first(...inputs);
  const go = (sample: unknown) => throughSteps(rest as Chain, inputs.length === 1 ? [sample] : (sample as unknown[]));
  return made instanceof Promise ? made.then(go) : go(made);
}

export const printSteps = (name: string, steps: readonly unknown[]): string =>
  printModule(name, steps.map((step) => `    ${step}`).join('\n'), []);

/** Draws for several steps, one after another, for one picture. */
export function drawSteps(steps: Chain, info: PictureInfo, generator?: Generator): DrawnStep[] {
  let size = info;
  return batchSteps(steps)!.map((step) => {
    const drawn = step.draw(size, generator);
    size = step.outputInfo(size, drawn);
    return drawn;
  });
}

/** Applies steps to pictures of a kind, each with its own part of the draws. */
export function applySteps(
  steps: Chain,
  pictures: Pictures,
  draws: readonly (readonly DrawnStep[] | null)[],
  kind: BatchKind,
): Pictures {
  let now = kind;
  return batchSteps(steps)!.reduce<Pictures>((x, step, i) => {
    const part = draws.map((drawn) => drawn?.[i] ?? null);
    const made = step.applyTo(x, part, now);
    now = step.batchKind(now)!;
    return made;
  }, pictures);
}

export const sizeAfter = (steps: Chain, info: PictureInfo, draws: readonly DrawnStep[] | null): PictureInfo =>
  batchSteps(steps)!.reduce((size, step, i) => step.outputInfo(size, draws?.[i] ?? null), info);

export const kindAfter = (steps: Chain, kind: BatchKind): BatchKind | null =>
  batchSteps(steps)?.reduce<BatchKind | null>((now, step) => now && step.batchKind(now), kind) ?? null;

/** Applies transforms one after another. */
export class Compose<In = Tensor, Out = Tensor> extends PictureTransform<DrawnStep[], In, Out> {
  readonly transforms: Chain;

  constructor(transforms: Steps<In>);
  constructor(transforms: Chain);
  constructor(named: { transforms: Steps<In> });
  constructor(...args: unknown[]) {
    super();
    const { transforms } = parseArgs<{ transforms: Chain }>('Compose', ['transforms'], {}, args);
    checkSteps('Compose', transforms);
    this.transforms = transforms;
  }

  override forward(...inputs: readonly [In] | readonly unknown[]): Out {
    return throughSteps(this.transforms, inputs) as Out;
  }

  override draw(info: PictureInfo, generator?: Generator): DrawnStep[] {
    return drawSteps(this.transforms, info, generator);
  }

  override apply(batch: Tensor, draws: readonly (DrawnStep[] | null)[], kind: BatchKind): Tensor {
    return this.applyTo(batch, draws, kind);
  }

  override applyTo(pictures: Pictures, draws: readonly (DrawnStep[] | null)[], kind: BatchKind): Tensor {
    return unpacked('Compose', applySteps(this.transforms, pictures, draws, kind));
  }

  override outputInfo(info: PictureInfo, draws: DrawnStep[] | null): PictureInfo {
    return sizeAfter(this.transforms, info, draws);
  }

  override get bringsToOne(): PictureTransform<object> | null {
    return batchSteps(this.transforms)?.[0]?.bringsToOne ?? null;
  }

  override batchKind(kind: BatchKind): BatchKind | null {
    return kindAfter(this.transforms, kind);
  }

  override toString(): string {
    return printSteps('Compose', this.transforms);
  }
}

/** A class whose objects a `Lambda` takes. */
type LambdaClass = abstract new (...args: never[]) => unknown;

/** Makes a transform of any function. It applies to inputs of the given classes, or to all inputs. */
export class Lambda<In, Out> extends Transform<In, Out> {
  readonly lambda: TransformFunction<In, Out>;
  readonly types: readonly LambdaClass[];

  constructor(
    /** The rate, or the function that is called. */ lambd: TransformFunction<In, Out>,
    /** The kinds of values that are transformed; all without them. */ ...types: readonly LambdaClass[]
  );
  constructor(named: { lambd: TransformFunction<In, Out> });
  constructor(...args: unknown[]) {
    super();
    const [front, types] = args.length > 1 && !isPlainObject(args[1]) ? [[args[0]], args.slice(1)] : [args, []];
    const kinds = { lambd: torchKinds.callback };
    const { lambd } = parseArgs<{ lambd: TransformFunction<In, Out> }>('Lambda', ['lambd'], {}, front, kinds);
    const wrong = types.find((type) => typeof type !== 'function');
    if (wrong !== undefined) throw new ArgumentError(`Lambda: expected classes as types, but got ${kindOf(wrong)}`);
    this.lambda = lambd;
    this.types = types as readonly LambdaClass[];
  }

  protected override handles(input: unknown): boolean {
    return this.types.length === 0 || this.types.some((type) => input instanceof type);
  }

  override transform(input: unknown): unknown {
    return this.lambda(input as In);
  }

  override extraRepr(): string {
    const types = this.types.length > 0 ? this.types.map(({ name }) => `'${name}'`) : ["'object'"];
    return `${this.lambda.name || '<lambda>'}, types=[${types.join(', ')}]`;
  }
}
