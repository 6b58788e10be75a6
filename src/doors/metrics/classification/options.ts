// The options of classification metrics: their defaults, their checks, and the base of their classes.
import { kinds } from '../../../torch/inside';
import { type Check, metric, type OptionTable } from '../gathering';
import { type Average, type MultidimAverage, oneOf } from './arguments';

/** The options of classification metrics; each metric takes some of them. */
export interface Options {
  /** Scores above this count as 1; default 0.5. */
  threshold?: number;
  /** The number of classes, C. */
  numClasses: number;
  /** The number of labels, L. */
  numLabels: number;
  /** Default 'macro'. */
  average?: Average;
  /**
   * 'global' (default) counts dimensions after the first as further samples; 'samplewise' returns a result for each
   * sample.
   */
  multidimAverage?: MultidimAverage;
  /** Elements whose target is this label do not count; default null. */
  ignoreIndex?: number | null;
  /** Check arguments on the host, and labels on the device; default true. */
  validateArgs?: boolean;
}

/** A check that the value is one of these. */
export const among =
  <T>(...known: readonly T[]): Check =>
  (metric, option, value) =>
    oneOf<T>(metric, option, value, known);

/** The maximum number of classes, labels, bins or thresholds: an int64 count for each takes 128 MB. */
const MOST = 2 ** 24;

/** A whole number from `least` to `MOST`. */
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

/** The table of options, with further ones. */
export const optionsWith = (defaults: OptionTable['defaults'], checks: OptionTable['checks']): OptionTable => ({
  defaults: { ...options.defaults, ...defaults },
  checks: { ...options.checks, ...checks },
});

/** Makes the class of a metric from a definition, over this table of options. */
export const classified = metric<Options>(options);
