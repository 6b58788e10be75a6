// Owns the options of metrics of classification: their defaults, their kinds, and the classes over them.
import { kinds } from '../../../torch/inside';
import { type Check, metric, type OptionTable } from '../gathering';
import { type Average, type MultidimAverage, oneOf } from './arguments';

/** Options by name. */
export interface Options {
  /** Scores above it count as 1; default 0.5. */
  threshold?: number;
  /** C */
  numClasses: number;
  /** L */
  numLabels: number;
  /** Default 'macro'. */
  average?: Average;
  /** 'global' (default) counts dimensions after the first as further samples; 'samplewise' gives a figure of each sample. */
  multidimAverage?: MultidimAverage;
  /** A label that does not count where it is the true one; default null. */
  ignoreIndex?: number | null;
  /** Whether arguments are checked, and labels on the device; default true. */
  validateArgs?: boolean;
}

/** A check that one of these values was given. */
export const among =
  <T>(...known: readonly T[]): Check =>
  (metric, option, value) =>
    oneOf<T>(metric, option, value, known);

/** Classes, labels, bins and thresholds at most: counts of as many take 128 MB. */
const MOST = 2 ** 24;

/** A whole number from `least` on, and no more than can be counted. */
export const from = (least: number): kinds.Kind => kinds.whole(least, MOST);

export const options: OptionTable = {
  defaults: {
    threshold: 0.5,
    average: 'macro',
    multidimAverage: 'global',
    ignoreIndex: null,
    validateArgs: true,
  },
  checks: {
    threshold: kinds.share,
    numClasses: from(2),
    numLabels: from(2),
    average: among<Average>('micro', 'macro', 'weighted', 'none', null),
    multidimAverage: among<MultidimAverage>('global', 'samplewise'),
    ignoreIndex: kinds.orNull(kinds.integer),
    validateArgs: kinds.flag,
  },
};

/** The table with further options. */
export const optionsWith = (defaults: OptionTable['defaults'], checks: OptionTable['checks']): OptionTable => ({
  defaults: { ...options.defaults, ...defaults },
  checks: { ...options.checks, ...checks },
});

/** The class of metrics of a definition over these options. */
export const classified = metric<Options>(options);
