// The schedulers that cycle the rate up and down, and momentum in the opposite direction.

import { callback, either, listOf, number, oneOf, orNull, whole } from '../../../engine/core/argument-kinds';
import { ArgumentError } from '../../../engine/core/errors';
import { type StateArguments, stateIn } from '../arguments';
import { checkOptimizer, type LRSchedulerStateDict, perGroup, type Scheduled, type ScheduledGroup } from './scheduler';
import { type Scheduling, schedulerClass } from './scheduler-class';

/** One number for all parameter groups, or one for each. */
const numbers = either(number, listOf(number));

interface MomentumArguments {
  baseMomentum: number | readonly number[];
  maxMomentum: number | readonly number[];
}

function setMomentum(group: ScheduledGroup, momentum: number): void {
  if (group.betas) group.betas = [momentum, group.betas[1]];
  else group.momentum = momentum;
}

/** Each group's range of momentum; a new run starts at the maximum. */
function momentumRanges(
  name: string,
  optimizer: Scheduled,
  { baseMomentum, maxMomentum }: MomentumArguments,
  lastEpoch: number,
) {
  if (!('momentum' in optimizer.defaults) && !('betas' in optimizer.defaults)) {
    throw new ArgumentError(
      `${name}: expected an optimizer with momentum or betas, but got ${optimizer.name}; pass cycleMomentum: false`,
    );
  }
  const baseMomentums = perGroup(name, 'baseMomentum', baseMomentum, optimizer);
  const maxMomentums = perGroup(name, 'maxMomentum', maxMomentum, optimizer);
  if (lastEpoch === -1) {
    optimizer.paramGroups.forEach((group, i) => {
      setMomentum(group, maxMomentums[i]!);
      group.maxMomentum = maxMomentums[i]!;
      group.baseMomentum = baseMomentums[i]!;
    });
  }
  return { baseMomentums, maxMomentums };
}

type CyclicMode = 'triangular' | 'triangular2' | 'exp_range';

export interface CyclicLRArguments extends Scheduling {
  /** Lowest rate, for all groups or for each. */
  baseLr: number | readonly number[];
  /** Highest rate, for all groups or for each. */
  maxLr: number | readonly number[];
  /** Number of steps in the rising half of a cycle, default 2000. */
  stepSizeUp?: number;
  /** Number of steps in the falling half of a cycle, default `stepSizeUp`. */
  stepSizeDown?: number | null;
  /**
   * How the amplitude of the cycles changes: not at all (default), halved in each cycle, or multiplied by gamma^step.
   */
  mode?: CyclicMode;
  /** The factor per step by which the amplitude changes in mode 'exp_range', default 1. */
  gamma?: number;
  /** Computes the amplitude from the number of the cycle or the step, instead of `mode`. */
  scaleFn?: ((x: number) => number) | null;
  /** Whether `scaleFn` is called with the number of the cycle (default) or of the step. */
  scaleMode?: 'cycle' | 'iterations';
  /** Whether momentum falls as the rate rises, default true. */
  cycleMomentum?: boolean;
  /** Lowest momentum, for all groups or for each, default 0.8. */
  baseMomentum?: number | readonly number[];
  /** Highest momentum, for all groups or for each, default 0.9. */
  maxMomentum?: number | readonly number[];
}

interface CyclicFields {
  maxLrs: number[];
  totalSize: number;
  stepRatio: number;
  mode: CyclicMode;
  gamma: number;
  scaleMode: 'cycle' | 'iterations';
  cycleMomentum: boolean;
  baseMomentums: number[];
  maxMomentums: number[];
  scaleFn: (x: number) => number;
}

/** Moves lr up and down between `baseLr` and `maxLr`, one step per batch (Smith 2017, "Cyclical learning rates"). */
export class CyclicLR extends schedulerClass<
  CyclicLRArguments,
  [
    'optimizer',
    'baseLr',
    'maxLr',
    'stepSizeUp',
    'stepSizeDown',
    'mode',
    'gamma',
    'scaleFn',
    'scaleMode',
    'cycleMomentum',
    'baseMomentum',
    'maxMomentum',
    'lastEpoch',
  ],
  CyclicFields
>('CyclicLR', {
  required: ['optimizer', 'baseLr', 'maxLr'],
  defaults: {
    stepSizeUp: 2000,
    stepSizeDown: null,
    mode: 'triangular',
    gamma: 1,
    scaleFn: null,
    scaleMode: 'cycle',
    cycleMomentum: true,
    baseMomentum: 0.8,
    maxMomentum: 0.9,
    lastEpoch: -1,
  },
  kinds: {
    ...{ baseLr: numbers, maxLr: numbers, baseMomentum: numbers, maxMomentum: numbers },
    ...{ stepSizeDown: orNull(number), scaleFn: orNull(callback), scaleMode: oneOf('cycle', 'iterations') },
  },
  fields(name, { optimizer, lastEpoch, ...given }) {
    checkOptimizer(name, optimizer);
    const { mode, gamma, cycleMomentum, stepSizeUp } = given;
    const scales: Record<CyclicMode, (x: number) => number> = {
      triangular: () => 1,
      triangular2: (cycle) => 1 / 2 ** (cycle - 1),
      exp_range: (step) => gamma ** step,
    };
    const scaleFn = given.scaleFn ?? scales[mode];
    if (!scaleFn) {
      throw new ArgumentError(
        `${name}: expected mode 'triangular', 'triangular2' or 'exp_range', or a scaleFn, but got mode '${mode}'`,
      );
    }
    const ownMode = mode === 'exp_range' ? 'iterations' : 'cycle';
    const baseLrs = perGroup(name, 'baseLr', given.baseLr, optimizer);
    const maxLrs = perGroup(name, 'maxLr', given.maxLr, optimizer);
    const totalSize = stepSizeUp + (given.stepSizeDown ?? stepSizeUp);
    const none = { baseMomentums: [], maxMomentums: [] };
    const momentums = cycleMomentum ? momentumRanges(name, optimizer, given, lastEpoch) : none;
    if (lastEpoch === -1) {
      optimizer.paramGroups.forEach((group, i) => {
        group.lr = baseLrs[i]!;
      });
    }
    return {
      maxLrs,
      totalSize,
      stepRatio: stepSizeUp / totalSize,
      mode,
      gamma,
      scaleMode: given.scaleFn ? given.scaleMode : ownMode,
      cycleMomentum,
      ...momentums,
      scaleFn,
    };
  },
  baseLrs: (name, { optimizer, baseLr }) => perGroup(name, 'baseLr', baseLr, optimizer),
}) {
  protected getLr(): number[] {
    const { maxLrs, totalSize, stepRatio, scaleMode, scaleFn, baseMomentums, maxMomentums } = this.fields;
    const cycle = Math.floor(1 + this.lastEpoch / totalSize);
    const x = 1 + this.lastEpoch / totalSize - cycle;
    const height = x <= stepRatio ? x / stepRatio : (x - 1) / (stepRatio - 1);
    const scale = scaleFn(scaleMode === 'cycle' ? cycle : this.lastEpoch);
    maxMomentums.forEach((top, i) => {
      setMomentum(this.groups[i]!, top - (top - baseMomentums[i]!) * height * scale);
    });
    return this.baseLrs.map((base, i) => base + (maxLrs[i]! - base) * height * scale);
  }

  /** PyTorch's state of a scheduler that leaves momentum alone has no entries for it. */
  override loadStateDict(...args: StateArguments<LRSchedulerStateDict>): void {
    const state = stateIn<LRSchedulerStateDict>(this.name, args);
    const none = { base_momentums: [], max_momentums: [] };
    super.loadStateDict(Object(state).cycle_momentum === false ? { ...none, ...state } : state);
  }
}

export interface OneCycleLRArguments extends Scheduling {
  /** Highest rate, for all groups or for each. */
  maxLr: number | readonly number[];
  /** Number of steps in the whole cycle; default: `epochs` times `stepsPerEpoch`. */
  totalSteps?: number | null;
  /** The number of epochs. */
  epochs?: number | null;
  /** The number of steps an epoch. */
  stepsPerEpoch?: number | null;
  /** The fraction of the steps in which the rate rises, default 0.3. */
  pctStart?: number;
  /** 'cos' or 'linear': the curve between the rates. */
  annealStrategy?: 'cos' | 'linear';
  /** Whether momentum falls as the rate rises, default true. */
  cycleMomentum?: boolean;
  /** Lowest momentum, for all groups or for each, default 0.85. */
  baseMomentum?: number | readonly number[];
  /** Highest momentum, for all groups or for each, default 0.95. */
  maxMomentum?: number | readonly number[];
  /** The initial rate is maxLr / divFactor; default 25. */
  divFactor?: number;
  /** The final rate is the initial rate / finalDivFactor; default 1e4. */
  finalDivFactor?: number;
  /**
   * Whether to fall to the initial rate in as many steps as the rise took, and only then to the final rate; default
   * false.
   */
  threePhase?: boolean;
}

interface OneCycleFields {
  totalSteps: number;
  pctStart: number;
  annealStrategy: 'cos' | 'linear';
  cycleMomentum: boolean;
  threePhase: boolean;
}

/** The last step of a phase, and the values at its start and end. */
interface Phase {
  readonly end: number;
  readonly lr: readonly [from: 'initialLr' | 'maxLr', to: 'initialLr' | 'maxLr' | 'minLr'];
  readonly momentum: readonly ['baseMomentum' | 'maxMomentum', 'baseMomentum' | 'maxMomentum'];
}

const anneal = {
  cos: (from: number, to: number, share: number) => to + ((from - to) / 2) * (Math.cos(Math.PI * share) + 1),
  linear: (from: number, to: number, share: number) => (to - from) * share + from,
};

/**
 * In one cycle, raises lr to `maxLr` and then lowers it far below its start, one step per batch (Smith & Topin 2018,
 * "Super-convergence").
 */
export class OneCycleLR extends schedulerClass<
  OneCycleLRArguments,
  [
    'optimizer',
    'maxLr',
    'totalSteps',
    'epochs',
    'stepsPerEpoch',
    'pctStart',
    'annealStrategy',
    'cycleMomentum',
    'baseMomentum',
    'maxMomentum',
    'divFactor',
    'finalDivFactor',
    'threePhase',
    'lastEpoch',
  ],
  OneCycleFields
>('OneCycleLR', {
  required: ['optimizer', 'maxLr'],
  defaults: {
    totalSteps: null,
    epochs: null,
    stepsPerEpoch: null,
    pctStart: 0.3,
    annealStrategy: 'cos',
    cycleMomentum: true,
    baseMomentum: 0.85,
    maxMomentum: 0.95,
    divFactor: 25,
    finalDivFactor: 1e4,
    threePhase: false,
    lastEpoch: -1,
  },
  kinds: {
    ...{ maxLr: numbers, baseMomentum: numbers, maxMomentum: numbers },
    ...{ totalSteps: orNull(whole(1)), epochs: orNull(whole(1)), stepsPerEpoch: orNull(whole(1)) },
  },
  fields(name, { optimizer, lastEpoch, ...given }) {
    checkOptimizer(name, optimizer);
    const { pctStart, annealStrategy, cycleMomentum, threePhase } = given;
    const totalSteps = stepsOf(given);
    if (!(pctStart >= 0 && pctStart <= 1)) {
      throw new ArgumentError(`${name}: expected pctStart between 0 and 1, but got ${pctStart}`);
    }
    if (!(annealStrategy in anneal)) {
      throw new ArgumentError(`${name}: expected annealStrategy 'cos' or 'linear', but got '${annealStrategy}'`);
    }
    const maxLrs = perGroup(name, 'maxLr', given.maxLr, optimizer);
    if (cycleMomentum) momentumRanges(name, optimizer, given, lastEpoch);
    if (lastEpoch === -1) {
      optimizer.paramGroups.forEach((group, i) => {
        const initialLr = maxLrs[i]! / given.divFactor;
        Object.assign(group, { initialLr, maxLr: maxLrs[i]!, minLr: initialLr / given.finalDivFactor });
      });
    }
    return { totalSteps, pctStart, annealStrategy, cycleMomentum, threePhase };
  },
}) {
  protected getLr(): number[] {
    const { totalSteps, annealStrategy, cycleMomentum } = this.fields;
    const step = this.lastEpoch;
    if (step > totalSteps) {
      throw new ArgumentError(`OneCycleLR: expected at most ${totalSteps} steps, but got to step ${step}`);
    }
    this.expectGroups(this.baseLrs.length);
    const phases = phasesOf(this.fields);
    const found = phases.findIndex(({ end }) => step <= end);
    const i = found === -1 ? phases.length - 1 : found;
    const { end, lr, momentum } = phases[i]!;
    const start = phases[i - 1]?.end ?? 0;
    if (end === start) {
      throw new ArgumentError(
        `OneCycleLR: expected phases of some length, but with pctStart ${this.fields.pctStart} of ${totalSteps} steps one has none; give the first another share`,
      );
    }
    const share = (step - start) / (end - start);
    const between = (group: ScheduledGroup, [from, to]: Phase['lr'] | Phase['momentum']) =>
      anneal[annealStrategy](group[from]!, group[to]!, share);
    return this.groups.map((group) => {
      if (cycleMomentum) setMomentum(group, between(group, momentum));
      return between(group, lr);
    });
  }
}

function stepsOf({
  totalSteps,
  epochs,
  stepsPerEpoch,
}: Pick<OneCycleLRArguments, 'totalSteps' | 'epochs' | 'stepsPerEpoch'>) {
  if (typeof totalSteps === 'number') return totalSteps;
  if (typeof epochs !== 'number' || typeof stepsPerEpoch !== 'number') {
    throw new ArgumentError('OneCycleLR: expected totalSteps, or epochs and stepsPerEpoch, but got neither');
  }
  return epochs * stepsPerEpoch;
}

function phasesOf({ totalSteps, pctStart, threePhase }: OneCycleFields): readonly Phase[] {
  const rise: Phase = {
    end: pctStart * totalSteps - 1,
    lr: ['initialLr', 'maxLr'],
    momentum: ['maxMomentum', 'baseMomentum'],
  };
  const end = totalSteps - 1;
  const fall: Phase = { end, lr: ['maxLr', 'minLr'], momentum: ['baseMomentum', 'maxMomentum'] };
  if (!threePhase) return [rise, fall];
  return [
    rise,
    { ...fall, end: 2 * pctStart * totalSteps - 2, lr: ['maxLr', 'initialLr'] },
    { end, lr: ['initialLr', 'minLr'], momentum: ['maxMomentum', 'maxMomentum'] },
  ];
}
