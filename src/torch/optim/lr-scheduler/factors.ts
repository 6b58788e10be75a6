// The schedulers that multiply the rate by a factor: in steps, at milestones, linearly, by a power, or by a function of
// the epoch.

import { number } from '../../../engine/core/argument-kinds';
import { ArgumentError } from '../../../engine/core/errors';
import { kindOf } from '../../../engine/core/options';
import { checkInteger, checkOptimizer, perGroup } from './scheduler';
import { type Scheduling, schedulerClass } from './scheduler-class';

export interface StepLRArguments extends Scheduling {
  /** The number of epochs between two changes. */
  stepSize: number;
  /** The factor. */
  gamma?: number;
}

/** lr ← gamma · lr every `stepSize` epochs; gamma is 0.1 by default. */
export class StepLR extends schedulerClass<StepLRArguments, ['optimizer', 'stepSize', 'gamma', 'lastEpoch']>('StepLR', {
  required: ['optimizer', 'stepSize'],
  defaults: { gamma: 0.1, lastEpoch: -1 },
  check: (name, { stepSize }) => checkInteger(name, 'stepSize', stepSize, 1),
}) {
  protected getLr(): number[] {
    const { stepSize, gamma } = this.fields;
    return this.lastEpoch === 0 || this.lastEpoch % stepSize !== 0 ? this.kept() : this.scaled(gamma);
  }

  protected override closedForm(): number[] {
    const { stepSize, gamma } = this.fields;
    return this.baseLrs.map((base) => base * gamma ** Math.floor(this.lastEpoch / stepSize));
  }
}

export interface MultiStepLRArguments extends Scheduling {
  /** The epochs at which the rate changes, in rising order. */
  milestones: readonly number[];
  /** The factor. */
  gamma?: number;
}

/** lr ← gamma · lr at each milestone; gamma is 0.1 by default. An epoch that is listed twice applies gamma twice. */
export class MultiStepLR extends schedulerClass<
  MultiStepLRArguments,
  ['optimizer', 'milestones', 'gamma', 'lastEpoch']
>('MultiStepLR', {
  required: ['optimizer', 'milestones'],
  defaults: { gamma: 0.1, lastEpoch: -1 },
  fields(name, { milestones, gamma }) {
    if (Array.isArray(milestones)) return { milestones: [...milestones], gamma };
    throw new ArgumentError(`${name}: expected milestones to be a list of epochs, but got ${kindOf(milestones)}`);
  },
}) {
  protected getLr(): number[] {
    const { milestones, gamma } = this.fields;
    const times = milestones.filter((milestone) => milestone === this.lastEpoch).length;
    return times === 0 ? this.kept() : this.scaled(gamma ** times);
  }

  protected override closedForm(): number[] {
    const { milestones, gamma } = this.fields;
    const times = milestones.filter((milestone) => milestone <= this.lastEpoch).length;
    return this.baseLrs.map((base) => base * gamma ** times);
  }
}

export interface ConstantLRArguments extends Scheduling {
  /** The factor of the rate. */
  factor?: number;
  /** Over how many steps. */
  totalIters?: number;
}

/** lr = factor · initial lr for `totalIters` epochs, then the initial lr; by default 1/3 for 5 epochs. */
export class ConstantLR extends schedulerClass<ConstantLRArguments, ['optimizer', 'factor', 'totalIters', 'lastEpoch']>(
  'ConstantLR',
  {
    required: ['optimizer'],
    defaults: { factor: 1 / 3, totalIters: 5, lastEpoch: -1 },
    check: (name, { factor }) => checkFactor(name, 'factor', factor),
  },
) {
  protected getLr(): number[] {
    const { factor, totalIters } = this.fields;
    if (this.lastEpoch === 0) return this.scaled(factor);
    if (this.lastEpoch !== totalIters) return this.kept();
    if (factor === 0) {
      throw new ArgumentError('ConstantLR: expected a factor > 0, whose effect ends after totalIters, but got 0');
    }
    return this.scaled(1 / factor);
  }

  protected override closedForm(): number[] {
    const { factor, totalIters } = this.fields;
    return this.baseLrs.map((base) => base * (this.lastEpoch >= totalIters ? 1 : factor));
  }
}

export interface LinearLRArguments extends Scheduling {
  /** The factor of the rate at the start. */
  startFactor?: number;
  /** The factor of the rate at the end. */
  endFactor?: number;
  /** Over how many steps. */
  totalIters?: number;
}

/**
 * Changes lr linearly from startFactor · initial lr to endFactor · initial lr over `totalIters` epochs; by default from
 * 1/3 to 1 over 5 epochs.
 */
export class LinearLR extends schedulerClass<
  LinearLRArguments,
  ['optimizer', 'startFactor', 'endFactor', 'totalIters', 'lastEpoch']
>('LinearLR', {
  required: ['optimizer'],
  defaults: { startFactor: 1 / 3, endFactor: 1, totalIters: 5, lastEpoch: -1 },
  check(name, { startFactor, endFactor }) {
    checkFactor(name, 'startFactor', startFactor);
    checkFactor(name, 'endFactor', endFactor);
    if (startFactor === 0) throw new ArgumentError(`${name}: expected startFactor > 0, but got 0`);
  },
}) {
  protected getLr(): number[] {
    const { startFactor, endFactor, totalIters } = this.fields;
    if (this.lastEpoch === 0) return this.scaled(startFactor);
    if (this.initial || this.lastEpoch > totalIters) return this.kept();
    const rise = endFactor - startFactor;
    return this.scaled(1 + rise / (totalIters * startFactor + (this.lastEpoch - 1) * rise));
  }

  protected override closedForm(): number[] {
    const { startFactor, endFactor, totalIters } = this.fields;
    const share = Math.min(totalIters, this.lastEpoch) / totalIters;
    return this.baseLrs.map((base) => base * (startFactor + (endFactor - startFactor) * share));
  }
}

export interface ExponentialLRArguments extends Scheduling {
  gamma: number;
}

/** lr ← gamma · lr every epoch. */
export class ExponentialLR extends schedulerClass<ExponentialLRArguments, ['optimizer', 'gamma', 'lastEpoch']>(
  'ExponentialLR',
  { required: ['optimizer', 'gamma'], defaults: { lastEpoch: -1 }, kinds: { gamma: number } },
) {
  protected getLr(): number[] {
    return this.initial ? this.kept() : this.scaled(this.fields.gamma);
  }

  protected override closedForm(): number[] {
    return this.baseLrs.map((base) => base * this.fields.gamma ** this.lastEpoch);
  }
}

export interface PolynomialLRArguments extends Scheduling {
  /** Over how many steps. */
  totalIters?: number;
  /** The exponent of the polynomial. */
  power?: number;
}

/** lr = initial lr · (1 − epoch / totalIters)^power, then 0; by default totalIters 5 and power 1. */
export class PolynomialLR extends schedulerClass<
  PolynomialLRArguments,
  ['optimizer', 'totalIters', 'power', 'lastEpoch']
>('PolynomialLR', { required: ['optimizer'], defaults: { totalIters: 5, power: 1, lastEpoch: -1 } }) {
  protected getLr(): number[] {
    const { totalIters, power } = this.fields;
    if (this.initial || this.lastEpoch > totalIters) return this.kept();
    const left = 1 - this.lastEpoch / totalIters;
    return this.scaled((left / (1 - (this.lastEpoch - 1) / totalIters)) ** power);
  }

  protected override closedForm(): number[] {
    const { totalIters, power } = this.fields;
    const left = 1 - Math.min(totalIters, this.lastEpoch) / totalIters;
    return this.baseLrs.map((base) => base * left ** power);
  }
}

/** Computes a factor from the number of the epoch. */
export type LRLambda = (epoch: number) => number;

export interface LambdaLRArguments extends Scheduling {
  /** One function for all groups, or one for each. */
  lrLambda: LRLambda | readonly LRLambda[];
}

interface Lambdas {
  lrLambdas: readonly LRLambda[];
}

/** Makes the base class of a scheduler with a function for each group. Functions are not saved with the state. */
/* @__NO_SIDE_EFFECTS__ */
const byLambda = (scheduler: string) =>
  schedulerClass<LambdaLRArguments, ['optimizer', 'lrLambda', 'lastEpoch'], Lambdas>(scheduler, {
    required: ['optimizer', 'lrLambda'],
    defaults: { lastEpoch: -1 },
    fields(name, { optimizer, lrLambda }) {
      checkOptimizer(name, optimizer);
      const lrLambdas = perGroup(name, 'lrLambda', lrLambda, optimizer);
      const wrong = lrLambdas.find((lambda) => typeof lambda !== 'function');
      if (wrong === undefined) return { lrLambdas };
      throw new ArgumentError(`${name}: expected lrLambda to be a function, but got ${typeof wrong}`);
    },
  });

/** lr = initial lr · lrLambda(epoch). */
export class LambdaLR extends byLambda('LambdaLR') {
  protected getLr(): number[] {
    return this.baseLrs.map((base, i) => base * this.fields.lrLambdas[i]!(this.lastEpoch));
  }
}

/** lr ← lr · lrLambda(epoch). */
export class MultiplicativeLR extends byLambda('MultiplicativeLR') {
  protected getLr(): number[] {
    if (this.initial) return this.kept();
    return this.groups.map(({ lr }, i) => lr * this.fields.lrLambdas[i]!(this.lastEpoch));
  }
}

function checkFactor(name: string, option: string, value: number): void {
  if (!(value >= 0 && value <= 1)) throw new ArgumentError(`${name}: expected ${option} in [0, 1], but got ${value}`);
}
