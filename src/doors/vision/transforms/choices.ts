// Transforms that apply others at random: RandomApply, RandomChoice, RandomOrder.
import { ArgumentError, Generator, type Tensor } from '../../../torch';
import {
  type Arguments,
  defaultGenerator,
  isTensorObject as isTensor,
  parseArgs,
  pythonFloat,
  drawPermutation as randperm,
  shown,
  weightedIndices,
} from '../../../torch/inside';
import { BoundingBoxes } from '../tv-tensors';
import { checkNumbers } from './arguments';
import { type BatchKind, checkProbability, kindOfInput, PictureTransform } from './base';
import { whereDrawn } from './batch';
import {
  applySteps,
  batchSteps,
  type Chain,
  checkSteps,
  type DrawnStep,
  drawSteps,
  kindAfter,
  printSteps,
  sizeAfter,
  throughSteps,
} from './containers';
import { happens } from './draws';
import type { PictureInfo } from './info';
import { unpacked } from './pictures';

interface RandomApplyArguments {
  transforms: Chain;
  /** Default 0.5. */
  p?: number;
}

/**
 * Base of transforms that draw which transforms are applied. A single picture or tensor goes through all of them, and
 * the results that were not drawn are discarded on the device, so that items made one by one have the same plan in
 * every step. Samples of several inputs, and transforms that cannot take batches, go through the drawn transforms only.
 */
abstract class DrawnTransform<Draw> extends PictureTransform<Draw> {
  abstract readonly transforms: Chain;

  override forward(...inputs: readonly unknown[]): Tensor {
    const [input] = inputs;
    const kind = kindOfInput(input);
    const isPicture = isTensor(input) && kind !== 'mask' && !(input instanceof BoundingBoxes);
    if (inputs.length === 1 && isPicture && this.batchKind(kind) === kind) return super.forward(input);
    return this.throughDrawn(inputs);
  }

  /** Pictures of a batch take different paths, so every step must keep their kind. */
  override batchKind(kind: BatchKind): BatchKind | null {
    return batchSteps(this.transforms)?.every((step) => step.batchKind(kind) === kind) ? kind : null;
  }

  /** Draws transforms, and passes the inputs through them. */
  protected abstract throughDrawn(inputs: readonly unknown[]): Tensor;
}

/** Applies all its transforms one after another, or none of them, with probability `p`. */
export class RandomApply extends DrawnTransform<DrawnStep[]> {
  readonly transforms: Chain;
  readonly p: number;

  constructor(...args: Arguments<RandomApplyArguments, ['transforms', 'p']>) {
    super();
    const { transforms, p } = parseArgs<RandomApplyArguments>('RandomApply', ['transforms'], { p: 0.5 }, args);
    checkSteps('RandomApply', transforms);
    checkProbability('RandomApply', p);
    this.transforms = transforms;
    this.p = p;
  }

  protected override throughDrawn(inputs: readonly unknown[]): Tensor {
    if (happens(this.p, defaultGenerator())) return throughSteps(this.transforms, inputs) as Tensor;
    return (inputs.length === 1 ? inputs[0] : inputs) as Tensor;
  }

  override draw(info: PictureInfo, generator: Generator = defaultGenerator()): DrawnStep[] | null {
    return happens(this.p, generator) ? drawSteps(this.transforms, info, generator) : null;
  }

  override apply(batch: Tensor, draws: readonly (DrawnStep[] | null)[], kind: BatchKind): Tensor {
    return whereDrawn(draws, unpacked('RandomApply', applySteps(this.transforms, batch, draws, kind)), batch);
  }

  override outputInfo(info: PictureInfo, draws: DrawnStep[] | null): PictureInfo {
    return draws ? sizeAfter(this.transforms, info, draws) : info;
  }

  /** Some pictures stay unchanged, so the transforms as a whole must keep the kind. */
  override batchKind(kind: BatchKind): BatchKind | null {
    return kindAfter(this.transforms, kind) === kind ? kind : null;
  }

  override toString(): string {
    return printSteps('RandomApply', this.transforms);
  }
}

interface RandomChoiceArguments {
  transforms: Chain;
  /** The probability of each transform; weights are normalized. Default: all equal. */
  p?: readonly number[] | null;
}

/** Which transform was chosen for a picture, and its draw. */
interface ChosenTransform {
  readonly index: number;
  readonly drawn: DrawnStep;
}

const isOneSize = (a: PictureInfo, b: PictureInfo): boolean => a.height === b.height && a.width === b.width;

/** The draws of one of several transforms; null for pictures that another transform was chosen for. */
const drawsOf = (draws: readonly (ChosenTransform | null)[], index: number): DrawnStep[] =>
  draws.map((choice) => (choice?.index === index ? choice.drawn : null));

const marked = (draws: readonly (ChosenTransform | null)[], index: number): (ChosenTransform | null)[] =>
  draws.map((choice) => (choice?.index === index ? choice : null));

/** Applies a transform of batches to the pictures that it was chosen for; the others stay unchanged. */
function applyTaken(
  step: PictureTransform<object>,
  batch: Tensor,
  draws: readonly (ChosenTransform | null)[],
  index: number,
  kind: BatchKind,
): Tensor {
  return whereDrawn(marked(draws, index), step.apply(batch, drawsOf(draws, index), kind), batch);
}

/** Applies one transform, chosen at random. */
export class RandomChoice extends DrawnTransform<ChosenTransform> {
  readonly transforms: Chain;
  readonly p: readonly number[];

  constructor(...args: Arguments<RandomChoiceArguments, ['transforms', 'p']>) {
    super();
    const { transforms, p } = parseArgs<RandomChoiceArguments>('RandomChoice', ['transforms'], { p: null }, args);
    checkSteps('RandomChoice', transforms);
    const weights = p === null ? transforms.map(() => 1) : checkNumbers('RandomChoice', 'p', p, [transforms.length]);
    const total = weights.reduce((sum, weight) => sum + weight, 0);
    if (!weights.every((weight) => weight >= 0) || !(total > 0)) {
      throw new ArgumentError(
        `RandomChoice: expected a p for each of ${transforms.length} transforms, but got ${shown(p)}`,
      );
    }
    this.transforms = transforms;
    this.p = weights.map((weight) => weight / total);
  }

  private choose(generator: Generator): number {
    return weightedIndices(Float64Array.from(this.p, Math.fround), 1, false, generator)[0]!;
  }

  protected override throughDrawn(inputs: readonly unknown[]): Tensor {
    return throughSteps([this.transforms[this.choose(defaultGenerator())]!], inputs) as Tensor;
  }

  override draw(info: PictureInfo, generator: Generator = defaultGenerator()): ChosenTransform {
    const index = this.choose(generator);
    return { index, drawn: batchSteps(this.transforms)![index]!.draw(info, generator) };
  }

  override apply(batch: Tensor, draws: readonly (ChosenTransform | null)[], kind: BatchKind): Tensor {
    const steps = batchSteps(this.transforms)!;
    const [channels, height, width] = batch.shape.slice(1) as [number, number, number];
    const info: PictureInfo = { channels, height, width };
    if (draws.every((choice) => isOneSize(this.outputInfo(info, choice), info))) {
      return steps.reduce((x, step, k) => applyTaken(step, x, draws, k, kind), batch);
    }
    // The size changes, as with crops to one size, so each transform runs on all pictures. For pictures that another
    // was chosen for, it gets draws from a spare generator, so that the default generator is not advanced.
    const spare = new Generator();
    const made = steps.map((step, k) => {
      const own = draws.map((choice) => (choice?.index === k ? choice.drawn : step.draw(info, spare)));
      return step.apply(batch, own, kind);
    });
    return made.reduce((x, y, k) => whereDrawn(marked(draws, k), y, x));
  }

  override outputInfo(info: PictureInfo, choice: ChosenTransform | null): PictureInfo {
    return choice ? batchSteps(this.transforms)![choice.index]!.outputInfo(info, choice.drawn) : info;
  }

  override extraRepr(): string {
    return `transforms=[${this.transforms.join(', ')}], p=[${this.p.map(pythonFloat).join(', ')}]`;
  }
}

/** Applies all its transforms in random order. */
export class RandomOrder extends DrawnTransform<ChosenTransform[]> {
  readonly transforms: Chain;

  constructor(...args: Arguments<{ transforms: Chain }, ['transforms']>) {
    super();
    const { transforms } = parseArgs<{ transforms: Chain }>('RandomOrder', ['transforms'], {}, args);
    checkSteps('RandomOrder', transforms);
    this.transforms = transforms;
  }

  protected override throughDrawn(inputs: readonly unknown[]): Tensor {
    const order = Array.from(randperm(this.transforms.length, defaultGenerator()), (k) => this.transforms[k]!);
    return throughSteps(order, inputs) as Tensor;
  }

  override draw(info: PictureInfo, generator: Generator = defaultGenerator()): ChosenTransform[] {
    let size = info;
    const steps = batchSteps(this.transforms)!;
    return Array.from(randperm(steps.length, generator), (index) => {
      const drawn = steps[index]!.draw(size, generator);
      size = steps[index]!.outputInfo(size, drawn);
      return { index, drawn };
    });
  }

  /** For each place in the order, every transform runs once, on the pictures that have it in that place. */
  override apply(batch: Tensor, draws: readonly (ChosenTransform[] | null)[], kind: BatchKind): Tensor {
    const steps = batchSteps(this.transforms)!;
    return steps.reduce((made, _, place) => {
      const here = draws.map((order) => order?.[place] ?? null);
      return steps.reduce((x, step, k) => applyTaken(step, x, here, k, kind), made);
    }, batch);
  }

  override outputInfo(info: PictureInfo, order: ChosenTransform[] | null): PictureInfo {
    const steps = batchSteps(this.transforms)!;
    return (order ?? []).reduce((size, { index, drawn }) => steps[index]!.outputInfo(size, drawn), info);
  }

  override extraRepr(): string {
    return `transforms=[${this.transforms.join(', ')}]`;
  }
}
