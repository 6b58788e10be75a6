// The arguments of addScalar, addScalars and addHparams, and the events that they add.

import { ArgumentError } from '../../../torch';
import { type Arguments, kindOf, kinds, parseArgs } from '../../../torch/inside';
import { type Entry, noWhen, now, summaryEntry, type When, whenKinds } from '../event-queue';
import { type HparamValue, hparamSummaries } from '../hparam-summaries';
import { scalarSummary, scalarTensorSummary } from '../summaries';
import { entriesOf, inPlace, type ScalarValue, scalarReader } from '../values';

interface ScalarParameters extends When {
  tag: string;
  /** The number. */
  scalarValue: ScalarValue;
  /** Whether to write the number as a tensor, which TensorBoard reads faster. Default false. */
  newStyle?: boolean;
  /** Whether to write that tensor in float64. Default false. */
  doublePrecision?: boolean;
}

export type ScalarCall = Arguments<
  ScalarParameters,
  ['tag', 'scalarValue', 'globalStep', 'walltime', 'newStyle', 'doublePrecision']
>;

export function scalarEntry(args: ScalarCall): Entry {
  const defaults = { ...noWhen, newStyle: false, doublePrecision: false };
  const o = parseArgs<ScalarParameters>('addScalar', ['tag', 'scalarValue'], defaults, args, {
    tag: kinds.text,
    ...whenKinds,
  });
  const read = scalarReader('addScalar', o.scalarValue);
  return summaryEntry(o, async () => {
    const value = await read();
    return o.newStyle ? scalarTensorSummary(o.tag, value, o.doublePrecision) : scalarSummary(o.tag, value);
  });
}

interface ScalarsParameters extends When {
  /** The name of the chart, in front of each name. */
  mainTag: string;
  /** Numbers by their names. */
  tagScalarDict: Readonly<Record<string, ScalarValue>>;
}

export type ScalarsCall = Arguments<ScalarsParameters, ['mainTag', 'tagScalarDict', 'globalStep', 'walltime']>;

/** Pairs of the suffix of a run's folder, and its event. */
export function scalarsEntries(args: ScalarsCall): [folder: string, entry: Entry][] {
  const required = ['mainTag', 'tagScalarDict'] as const;
  const o = parseArgs<ScalarsParameters>('addScalars', required, noWhen, inPlace(args, required), {
    mainTag: kinds.text,
    ...whenKinds,
  });
  const when = { ...o, walltime: o.walltime ?? now() };
  return entriesOf('addScalars', 'tagScalarDict', o.tagScalarDict).map(([tag, value]) => {
    const read = scalarReader('addScalars', value);
    const entry = summaryEntry(when, async () => scalarSummary(o.mainTag, await read()));
    return [`${o.mainTag.replaceAll('/', '_')}_${tag}`, entry];
  });
}

interface HparamParameters {
  /** Hyperparameters by their names. */
  hparamDict: Readonly<Record<string, HparamValue | null>>;
  /** Metrics by their names. */
  metricDict: Readonly<Record<string, ScalarValue>>;
  /** For each hyperparameter, all its values in the runs to be compared. */
  hparamDomainDiscrete?: Readonly<Record<string, readonly HparamValue[]>> | null;
  /** The folder within `logDir`. Default: the current time. */
  runName?: string | null;
  /** The step that the value belongs to. */
  globalStep?: number | null;
}

export type HparamCall = Arguments<
  HparamParameters,
  ['hparamDict', 'metricDict', 'hparamDomainDiscrete', 'runName', 'globalStep']
>;

/** The run's folder within the log folder, and its events. */
export function hparamEntries(args: HparamCall): { readonly folder: string; readonly entries: Entry[] } {
  const required = ['hparamDict', 'metricDict'] as const;
  const defaults = { hparamDomainDiscrete: null, runName: null, globalStep: null };
  const o = parseArgs<HparamParameters>('addHparams', required, defaults, inPlace(args, required), {
    runName: kinds.orNull(kinds.text),
    globalStep: whenKinds.globalStep,
  });
  const given = entriesOf('addHparams', 'hparamDict', o.hparamDict).filter(([, value]) => value !== null);
  for (const [name, value] of given) {
    if (typeof value !== 'string' && typeof value !== 'boolean' && typeof value !== 'number') {
      throw new ArgumentError(
        `addHparams: expected '${name}' to be a number, a string or a boolean, but got ${kindOf(value)}`,
      );
    }
  }
  const hparams = Object.fromEntries(given) as Record<string, HparamValue>;
  const discrete = discreteOf(hparams, o.hparamDomainDiscrete ?? {});
  const metrics = entriesOf('addHparams', 'metricDict', o.metricDict);
  const summaries = hparamSummaries(
    hparams,
    metrics.map(([name]) => name),
    discrete,
  );
  const entries = [
    ...summaries.map((summary) => summaryEntry(o, async () => summary)),
    ...metrics.map(([name, value]) => {
      const read = scalarReader('addHparams', value);
      return summaryEntry(o, async () => scalarSummary(name, await read()));
    }),
  ];
  return { folder: o.runName || String(now()), entries };
}

function discreteOf(
  hparams: Readonly<Record<string, HparamValue>>,
  discrete: unknown,
): Record<string, readonly HparamValue[]> {
  const found: Record<string, readonly HparamValue[]> = {};
  for (const [name, values] of entriesOf('addHparams', 'hparamDomainDiscrete', discrete)) {
    const type = typeof hparams[name];
    if (!Array.isArray(values) || type === 'undefined' || values.some((value) => typeof value !== type)) {
      throw new ArgumentError(
        `addHparams: expected hparamDomainDiscrete.${name} to be a list of values of the type that hparamDict.${name} has, but got ${kindOf(values)}`,
      );
    }
    found[name] = values as HparamValue[];
  }
  return found;
}
