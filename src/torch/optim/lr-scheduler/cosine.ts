// Cosine annealing, with and without restarts.

import { number } from '../../../engine/core/argument-kinds';
import { ArgumentError } from '../../../engine/core/errors';
import { checkInteger, type EpochArguments, epochIn, keepScheduler } from './scheduler';
import { type Scheduling, schedulerClass } from './scheduler-class';

export interface CosineAnnealingLRArguments extends Scheduling {
  /** Number of epochs until the rate reaches `etaMin`. */
  tMax: number;
  /** The lowest rate. */
  etaMin?: number;
}

/** lr = etaMin + (initial lr − etaMin)(1 + cos(π epoch / tMax)) / 2 (Loshchilov & Hutter 2017); etaMin 0 by default. */
export class CosineAnnealingLR extends schedulerClass<
  CosineAnnealingLRArguments,
  ['optimizer', 'tMax', 'etaMin', 'lastEpoch']
>('CosineAnnealingLR', {
  required: ['optimizer', 'tMax'],
  defaults: { etaMin: 0, lastEpoch: -1 },
  kinds: { tMax: number },
}) {
  /** Computed from the current rate, so that other schedulers may change the rate, too. */
  protected getLr(): number[] {
    const { tMax, etaMin } = this.fields;
    if (this.initial) return this.kept();
    if (this.stepCount === 1 && this.lastEpoch > 0) return this.closedForm();
    if ((this.lastEpoch - 1 - tMax) % (2 * tMax) === 0) {
      const rise = (1 - Math.cos(Math.PI / tMax)) / 2;
      return this.groups.map(({ lr }, i) => lr + (this.baseLrs[i]! - etaMin) * rise);
    }
    const height = (epoch: number) => 1 + Math.cos((Math.PI * epoch) / tMax);
    const factor = height(this.lastEpoch) / height(this.lastEpoch - 1);
    return this.groups.map(({ lr }) => factor * (lr - etaMin) + etaMin);
  }

  protected override closedForm(): number[] {
    const { tMax, etaMin } = this.fields;
    const height = 1 + Math.cos((Math.PI * this.lastEpoch) / tMax);
    return this.baseLrs.map((base) => etaMin + ((base - etaMin) * height) / 2);
  }
}

export interface CosineAnnealingWarmRestartsArguments extends Scheduling {
  /** Number of epochs before the first restart. */
  t0: number;
  /** The ratio of each period's length to the previous one's, default 1. */
  tMult?: number;
  /** The lowest rate. */
  etaMin?: number;
}

interface WarmRestartsFields {
  t0: number;
  /** Number of epochs in the current period. */
  tI: number;
  tMult: number;
  etaMin: number;
  /** Number of epochs since the last restart. */
  tCur: number;
}

/**
 * lr = etaMin + (initial lr − etaMin)(1 + cos(π tCur / tI)) / 2, restarting after every period (Loshchilov & Hutter
 * 2017).
 */
export class CosineAnnealingWarmRestarts extends schedulerClass<
  CosineAnnealingWarmRestartsArguments,
  ['optimizer', 't0', 'tMult', 'etaMin', 'lastEpoch'],
  WarmRestartsFields
>('CosineAnnealingWarmRestarts', {
  required: ['optimizer', 't0'],
  defaults: { tMult: 1, etaMin: 0, lastEpoch: -1 },
  check(name, { t0, tMult }) {
    checkInteger(name, 't0', t0, 1);
    checkInteger(name, 'tMult', tMult, 1);
  },
  fields: (_, { t0, tMult, etaMin, lastEpoch }) => ({ t0, tI: t0, tMult, etaMin, tCur: lastEpoch }),
}) {
  protected getLr(): number[] {
    const { tI, tCur, etaMin } = this.fields;
    const height = 1 + Math.cos((Math.PI * tCur) / tI);
    return this.baseLrs.map((base) => etaMin + ((base - etaMin) * height) / 2);
  }

  /** `epoch` may be given, and may be fractional: `scheduler.step(epoch + i / batches)`. */
  override step(...args: EpochArguments): void {
    const epoch = epochIn(this.name, args) ?? (this.lastEpoch < 0 ? 0 : null);
    keepScheduler(this);
    const { fields } = this;
    if (epoch === null) {
      this.lastEpoch += 1;
      fields.tCur += 1;
      if (fields.tCur >= fields.tI) {
        fields.tCur %= fields.tI;
        fields.tI *= fields.tMult;
      }
    } else {
      if (!(epoch >= 0)) throw new ArgumentError(`${this.name}: expected a non-negative epoch, but got ${epoch}`);
      goTo(fields, epoch);
      this.lastEpoch = Math.floor(epoch);
    }
    this.apply(this.getLr());
  }
}

/** Sets the period that contains the epoch, and the position within it. */
function goTo(fields: WarmRestartsFields, epoch: number): void {
  const { t0, tMult } = fields;
  if (epoch < t0) {
    fields.tI = t0;
    fields.tCur = epoch;
  } else if (tMult === 1) {
    fields.tCur = epoch % t0;
  } else {
    const restarts = Math.trunc(Math.log((epoch / t0) * (tMult - 1) + 1) / Math.log(tMult));
    fields.tCur = epoch - (t0 * (tMult ** restarts - 1)) / (tMult - 1);
    fields.tI = t0 * tMult ** restarts;
  }
}
