// Owns the schedulers that multiply the rate: by steps, milestones, lines, powers, and functions of the epoch.

import { number } from '../../core/argument-kinds';
import { ArgumentError } from '../../core/errors';
import { type Arguments, kindOf, parseArgs } from '../../core/options';
import { checkInteger, checkOptimizer, LRScheduler, perGroup, type Scheduled } from './scheduler';

interface Common {
  optimizer: Scheduled;
  /** Epochs behind a run that resumes, default -1: a new run. */
  lastEpoch?: number;
}

export interface StepLRArguments extends Common {
  stepSize: number;
  gamma?: number;
}

/** lr ← gamma · lr every `stepSize` epochs; gamma 0.1 by default. */
export class StepLR extends LRScheduler<{ stepSize: number; gamma: number }> {
  declare stepSize: number;
  declare gamma: number;

  constructor(...args: Arguments<StepLRArguments, ['optimizer', 'stepSize', 'gamma', 'lastEpoch']>) {
    const { optimizer, lastEpoch, ...fields } = parseArgs<StepLRArguments>(
      'StepLR',
      ['optimizer', 'stepSize'],
      { gamma: 0.1, lastEpoch: -1 },
      args,
    );
    checkInteger('StepLR', 'stepSize', fields.stepSize, 1);
    super('StepLR', optimizer, lastEpoch, fields);
  }

  protected getLr(): number[] {
    const { stepSize, gamma } = this.fields;
    return this.lastEpoch === 0 || this.lastEpoch % stepSize !== 0 ? this.kept() : this.scaled(gamma);
  }

  protected override closedForm(): number[] {
    const { stepSize, gamma } = this.fields;
    return this.baseLrs.map((base) => base * gamma ** Math.floor(this.lastEpoch / stepSize));
  }
}

export interface MultiStepLRArguments extends Common {
  milestones: readonly number[];
  gamma?: number;
}

/** lr ← gamma · lr at each of the milestones; gamma 0.1 by default. An epoch that is listed twice counts twice. */
export class MultiStepLR extends LRScheduler<{ milestones: readonly number[]; gamma: number }> {
  declare milestones: readonly number[];
  declare gamma: number;

  constructor(...args: Arguments<MultiStepLRArguments, ['optimizer', 'milestones', 'gamma', 'lastEpoch']>) {
    const { optimizer, lastEpoch, milestones, gamma } = parseArgs<MultiStepLRArguments>(
      'MultiStepLR',
      ['optimizer', 'milestones'],
      { gamma: 0.1, lastEpoch: -1 },
      args,
    );
    if (!Array.isArray(milestones)) {
      throw new ArgumentError(`MultiStepLR: expected milestones to be a list of epochs, but got ${kindOf(milestones)}`);
    }
    super('MultiStepLR', optimizer, lastEpoch, { milestones: [...milestones], gamma });
  }

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

export interface ConstantLRArguments extends Common {
  factor?: number;
  totalIters?: number;
}

/** lr = factor · initial lr for `totalIters` epochs, then the initial lr; 1/3 and 5 by default. */
export class ConstantLR extends LRScheduler<{ factor: number; totalIters: number }> {
  declare factor: number;
  declare totalIters: number;

  constructor(...args: Arguments<ConstantLRArguments, ['optimizer', 'factor', 'totalIters', 'lastEpoch']>) {
    const { optimizer, lastEpoch, ...fields } = parseArgs<ConstantLRArguments>(
      'ConstantLR',
      ['optimizer'],
      { factor: 1 / 3, totalIters: 5, lastEpoch: -1 },
      args,
    );
    checkFactor('ConstantLR', 'factor', fields.factor);
    super('ConstantLR', optimizer, lastEpoch, fields);
  }

  protected getLr(): number[] {
    const { factor, totalIters } = this.fields;
    if (this.lastEpoch === 0) return this.scaled(factor);
    return this.lastEpoch === totalIters ? this.scaled(1 / factor) : this.kept();
  }

  protected override closedForm(): number[] {
    const { factor, totalIters } = this.fields;
    return this.baseLrs.map((base) => base * (this.lastEpoch >= totalIters ? 1 : factor));
  }
}

export interface LinearLRArguments extends Common {
  startFactor?: number;
  endFactor?: number;
  totalIters?: number;
}

/** lr on a line from startFactor · initial lr to endFactor · initial lr over `totalIters` epochs; 1/3, 1 and 5 by default. */
export class LinearLR extends LRScheduler<{ startFactor: number; endFactor: number; totalIters: number }> {
  declare startFactor: number;
  declare endFactor: number;
  declare totalIters: number;

  constructor(
    ...args: Arguments<LinearLRArguments, ['optimizer', 'startFactor', 'endFactor', 'totalIters', 'lastEpoch']>
  ) {
    const { optimizer, lastEpoch, ...fields } = parseArgs<LinearLRArguments>(
      'LinearLR',
      ['optimizer'],
      { startFactor: 1 / 3, endFactor: 1, totalIters: 5, lastEpoch: -1 },
      args,
    );
    checkFactor('LinearLR', 'startFactor', fields.startFactor);
    checkFactor('LinearLR', 'endFactor', fields.endFactor);
    if (fields.startFactor === 0) throw new ArgumentError('LinearLR: expected startFactor > 0, but got 0');
    super('LinearLR', optimizer, lastEpoch, fields);
  }

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

export interface ExponentialLRArguments extends Common {
  gamma: number;
}

/** lr ← gamma · lr every epoch. */
export class ExponentialLR extends LRScheduler<{ gamma: number }> {
  declare gamma: number;

  constructor(...args: Arguments<ExponentialLRArguments, ['optimizer', 'gamma', 'lastEpoch']>) {
    const { optimizer, lastEpoch, ...fields } = parseArgs<ExponentialLRArguments>(
      'ExponentialLR',
      ['optimizer', 'gamma'],
      { lastEpoch: -1 },
      args,
      { gamma: number },
    );
    super('ExponentialLR', optimizer, lastEpoch, fields);
  }

  protected getLr(): number[] {
    return this.initial ? this.kept() : this.scaled(this.fields.gamma);
  }

  protected override closedForm(): number[] {
    return this.baseLrs.map((base) => base * this.fields.gamma ** this.lastEpoch);
  }
}

export interface PolynomialLRArguments extends Common {
  totalIters?: number;
  power?: number;
}

/** lr = initial lr · (1 − epoch / totalIters)^power, then 0; 5 and 1 by default. */
export class PolynomialLR extends LRScheduler<{ totalIters: number; power: number }> {
  declare totalIters: number;
  declare power: number;

  constructor(...args: Arguments<PolynomialLRArguments, ['optimizer', 'totalIters', 'power', 'lastEpoch']>) {
    const { optimizer, lastEpoch, ...fields } = parseArgs<PolynomialLRArguments>(
      'PolynomialLR',
      ['optimizer'],
      { totalIters: 5, power: 1, lastEpoch: -1 },
      args,
    );
    super('PolynomialLR', optimizer, lastEpoch, fields);
  }

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

/** A factor by the number of the epoch. */
export type LRLambda = (epoch: number) => number;

export interface LambdaLRArguments extends Common {
  /** One for all groups, or one for each. */
  lrLambda: LRLambda | readonly LRLambda[];
}

type LambdaOrder = ['optimizer', 'lrLambda', 'lastEpoch'];

/** What the schedulers with a function share. Functions are not saved with the state. */
abstract class Lambdas extends LRScheduler<{ lrLambdas: readonly LRLambda[] }> {
  declare lrLambdas: readonly LRLambda[];

  constructor(name: string, args: readonly unknown[]) {
    const { optimizer, lastEpoch, lrLambda } = parseArgs<LambdaLRArguments>(
      name,
      ['optimizer', 'lrLambda'],
      { lastEpoch: -1 },
      args,
    );
    checkOptimizer(name, optimizer);
    const lrLambdas = perGroup(name, 'lrLambda', lrLambda, optimizer);
    const wrong = lrLambdas.find((lambda) => typeof lambda !== 'function');
    if (wrong !== undefined) {
      throw new ArgumentError(`${name}: expected lrLambda to be a function, but got ${typeof wrong}`);
    }
    super(name, optimizer, lastEpoch, { lrLambdas });
  }
}

/** lr = initial lr · lrLambda(epoch). */
export class LambdaLR extends Lambdas {
  constructor(...args: Arguments<LambdaLRArguments, LambdaOrder>) {
    super('LambdaLR', args);
  }

  protected getLr(): number[] {
    return this.baseLrs.map((base, i) => base * this.fields.lrLambdas[i]!(this.lastEpoch));
  }
}

/** lr ← lr · lrLambda(epoch). */
export class MultiplicativeLR extends Lambdas {
  constructor(...args: Arguments<LambdaLRArguments, LambdaOrder>) {
    super('MultiplicativeLR', args);
  }

  protected getLr(): number[] {
    if (this.initial) return this.kept();
    return this.groups.map(({ lr }, i) => lr * this.fields.lrLambdas[i]!(this.lastEpoch));
  }
}

function checkFactor(name: string, option: string, value: number): void {
  if (!(value >= 0 && value <= 1)) throw new ArgumentError(`${name}: expected ${option} in [0, 1], but got ${value}`);
}
