// SummaryWriter: what TensorBoard shows of a training program, in event files.
import { ArgumentError } from '../errors';
import { hasFiles, join } from '../io/local-files';
import * as kinds from '../tensor/argument-kinds';
import { closeMethods } from '../tensor/arity';
import { isTensor } from '../tensor/callable';
import { type Arguments, isPlainObject, kindOf, parseArgs } from '../tensor/options';
import type { Tensor } from '../tensor/tensor';
import { EventFile, purgeEvents, summaryEvent } from './event-file';
import { type Bins, binRules, countBetween, histogramOf } from './histogram';
import {
  type HistogramMoments,
  type HparamValue,
  histogramSummary,
  hparamSummaries,
  imageSummary,
  prCurveSummary,
  scalarSummary,
  textSummary,
} from './summaries';

/** One number: of the host, or of a tensor with one element, which is read when events are written. */
export type ScalarValue = number | boolean | Tensor;

/** Numbers of the host, or a tensor, which is read when events are written. */
export type Values = Tensor | ArrayLike<number>;

interface WriterOptions {
  /** The folder. Default: `runs/` and the date, time and `comment`. */
  logDir?: string | null;
  /** What follows the default folder's name. Default: nothing. */
  comment?: string;
  /** Events from this step on, of a run that crashed in the same folder, are hidden. Default: none. */
  purgeStep?: number | null;
  /** Events that may wait before they are written. Default: 10. */
  maxQueue?: number;
  /** Seconds that events may wait, which the next event ends. Default: 120. */
  flushSecs?: number;
  /** What follows the names of files. Default: nothing. */
  filenameSuffix?: string;
}
const writerOrder = ['logDir', 'comment', 'purgeStep', 'maxQueue', 'flushSecs', 'filenameSuffix'] as const;
const MOST_QUEUED = 2 ** 24;
const writerKinds = {
  logDir: kinds.orNull(kinds.text),
  comment: kinds.text,
  purgeStep: kinds.orNull(kinds.whole(0)),
  maxQueue: kinds.whole(0, MOST_QUEUED),
  flushSecs: kinds.between(0),
  filenameSuffix: kinds.text,
};

/** When an event was, for TensorBoard's axes. */
interface When {
  /** Default: none, as for step 0. */
  globalStep?: number | null;
  /** Seconds since 1970. Default: now. */
  walltime?: number | null;
}
const whenKinds = { globalStep: kinds.orNull(kinds.whole(0)), walltime: kinds.orNull(kinds.between(0)) };
const noWhen = { globalStep: null, walltime: null };

interface ScalarArguments extends When {
  tag: string;
  scalarValue: ScalarValue;
}
interface ScalarsArguments extends When {
  mainTag: string;
  tagScalarDict: Readonly<Record<string, ScalarValue>>;
}
interface HistogramArguments extends When {
  tag: string;
  values: Values;
  /** Default `tensorflow`. */
  bins?: Bins;
  /** The most buckets; neighbours are joined. Default: any number. */
  maxBins?: number | null;
}
interface HistogramRawArguments extends When {
  tag: string;
  min: number;
  max: number;
  num: number;
  sum: number;
  sumSquares: number;
  bucketLimits: readonly number[];
  bucketCounts: readonly number[];
}
interface ImageArguments extends When {
  tag: string;
  imgTensor: Tensor;
  /** What the dimensions are, in a word of the letters N, C, H, W. Default `CHW`; of `addImages`, `NCHW`. */
  dataformats?: string;
}
interface TextArguments extends When {
  tag: string;
  textString: string;
}
interface PrCurveArguments extends When {
  tag: string;
  /** 0 or 1, or false or true. */
  labels: Values;
  /** Probabilities of 1. */
  predictions: Values;
  /** At most 127. Default 127. */
  numThresholds?: number;
  weights?: Values | null;
}
interface HparamArguments {
  hparamDict: Readonly<Record<string, HparamValue | null>>;
  metricDict: Readonly<Record<string, ScalarValue>>;
  /** All values that a hyperparameter takes in the runs that are compared. */
  hparamDomainDiscrete?: Readonly<Record<string, readonly HparamValue[]>> | null;
  /** The folder within `logDir`. Default: the time. */
  runName?: string | null;
  globalStep?: number | null;
}

/** Reads what a summary needs, and makes it. */
type Making = () => Promise<number[]>;

const now = (): number => Date.now() / 1000;

/**
 * Writes events for TensorBoard, as PyTorch's SummaryWriter does: `tensorboard --logdir runs` shows them. Calls return at once; tensors are kept as they are at
 * the call, stay on the GPU, and are read when events are written, several at a time. In a page, where there are no files, `files()` gives them.
 *
 *     const writer = new SummaryWriter('runs/first');
 *     writer.addScalar('loss', loss, step);
 *     await writer.close();
 *
 * There is no `add_graph`, `add_figure` (draw it with `addImage`), `add_video`, `add_audio`, `add_embedding`, `add_mesh` or `add_custom_scalars`.
 */
export class SummaryWriter {
  static {
    closeMethods(SummaryWriter.prototype, ['getLogdir', 'flush', 'close', 'files']);
  }

  readonly logDir: string;
  readonly #o: Required<WriterOptions>;
  #files = new Map<string, EventFile>();
  #queue: { file: EventFile; seconds: number; step: number | null; making: Making }[] = [];
  #lastFlush = now();
  #writing: Promise<void> = Promise.resolve();
  #failure: unknown = null;

  constructor(...args: Arguments<WriterOptions, typeof writerOrder>) {
    const defaults = { logDir: null, comment: '', purgeStep: null, maxQueue: 10, flushSecs: 120, filenameSuffix: '' };
    this.#o = parseArgs<WriterOptions>('SummaryWriter', [], defaults, args, writerKinds) as Required<WriterOptions>;
    this.logDir = this.#o.logDir || join('runs', `${dated(new Date())}${this.#o.comment}`);
    const file = this.#fileIn(this.logDir);
    if (this.#o.purgeStep !== null) for (const event of purgeEvents(now(), this.#o.purgeStep)) file.add(event);
  }

  getLogdir(): string {
    return this.logDir;
  }

  /** A number under a tag; `group/name` groups tags. @throws ArgumentError for a tensor of several elements */
  addScalar(...args: Arguments<ScalarArguments, ['tag', 'scalarValue', 'globalStep', 'walltime']>): void {
    const o = parseArgs<ScalarArguments>('addScalar', ['tag', 'scalarValue'], noWhen, args, {
      tag: kinds.text,
      ...whenKinds,
    });
    this.#scalar('addScalar', this.logDir, o.tag, o.scalarValue, o);
  }

  /** Several numbers in one chart, each in a folder of its own, which are shown as runs. */
  addScalars(...args: Arguments<ScalarsArguments, ['mainTag', 'tagScalarDict', 'globalStep', 'walltime']>): void {
    const required = ['mainTag', 'tagScalarDict'] as const;
    const o = parseArgs<ScalarsArguments>('addScalars', required, noWhen, inPlace(args, required), {
      mainTag: kinds.text,
      ...whenKinds,
    });
    const when = { ...o, walltime: o.walltime ?? now() };
    for (const [tag, value] of entriesOf('addScalars', 'tagScalarDict', o.tagScalarDict)) {
      this.#scalar('addScalars', `${this.logDir}/${o.mainTag.replaceAll('/', '_')}_${tag}`, o.mainTag, value, when);
    }
  }

  /** How values are distributed. @throws ArgumentError for bins that there are not, and, when events are written, for values that are not finite */
  addHistogram(
    ...args: Arguments<HistogramArguments, ['tag', 'values', 'globalStep', 'bins', 'walltime', 'maxBins']>
  ): void {
    const defaults = { globalStep: null, bins: 'tensorflow' as Bins, walltime: null, maxBins: null };
    const o = parseArgs<HistogramArguments>('addHistogram', ['tag', 'values'], defaults, args, {
      tag: kinds.text,
      bins: kinds.either(kinds.oneOf(...binRules), kinds.whole(1, 2 ** 20), edges),
      maxBins: kinds.orNull(kinds.whole(1)),
      ...whenKinds,
    });
    const read = reader('addHistogram', 'values', o.values);
    this.#add(o, async () => histogramSummary(o.tag, histogramOf(await read(), o.bins, o.maxBins)));
  }

  /** A histogram that is counted already: `bucketLimits` are the right edges of buckets. */
  addHistogramRaw(
    ...args: Arguments<
      HistogramRawArguments,
      ['tag', 'min', 'max', 'num', 'sum', 'sumSquares', 'bucketLimits', 'bucketCounts', 'globalStep', 'walltime']
    >
  ): void {
    const required = ['tag', 'min', 'max', 'num', 'sum', 'sumSquares', 'bucketLimits', 'bucketCounts'] as const;
    const list = kinds.listOf(kinds.number);
    const o = parseArgs<HistogramRawArguments>('addHistogramRaw', required, noWhen, args, {
      ...{ tag: kinds.text, min: kinds.number, max: kinds.number, num: kinds.number, sum: kinds.number },
      ...{ sumSquares: kinds.number, bucketLimits: list, bucketCounts: list },
      ...whenKinds,
    });
    if (o.bucketLimits.length !== o.bucketCounts.length) {
      throw new ArgumentError(
        `addHistogramRaw: expected as many bucketLimits as bucketCounts, but got ${o.bucketLimits.length} and ${o.bucketCounts.length}`,
      );
    }
    const moments: HistogramMoments = o;
    this.#add(o, async () => histogramSummary(o.tag, moments));
  }

  /** A picture: uint8, or floats from 0 to 1, which are cut off there. Shape: [3, H, W], [1, H, W] or [4, H, W], or as `dataformats` says. */
  addImage(...args: Arguments<ImageArguments, ['tag', 'imgTensor', 'globalStep', 'walltime', 'dataformats']>): void {
    this.#image('addImage', 'CHW', args);
  }

  /** Pictures in rows of eight. Shape: [N, 3, H, W] or [N, 1, H, W], or as `dataformats` says. */
  addImages(...args: Arguments<ImageArguments, ['tag', 'imgTensor', 'globalStep', 'walltime', 'dataformats']>): void {
    this.#image('addImages', 'NCHW', args);
  }

  /** A text, which TensorBoard shows as Markdown. */
  addText(...args: Arguments<TextArguments, ['tag', 'textString', 'globalStep', 'walltime']>): void {
    const kind = { tag: kinds.text, textString: kinds.text, ...whenKinds };
    const o = parseArgs<TextArguments>('addText', ['tag', 'textString'], noWhen, args, kind);
    this.#add(o, async () => textSummary(o.tag, o.textString));
  }

  /** The curve of precision over recall of a binary classifier. @throws ArgumentError, when events are written, for lists of different lengths */
  addPrCurve(
    ...args: Arguments<
      PrCurveArguments,
      ['tag', 'labels', 'predictions', 'globalStep', 'numThresholds', 'weights', 'walltime']
    >
  ): void {
    const defaults = { globalStep: null, numThresholds: 127, weights: null, walltime: null };
    const o = parseArgs<PrCurveArguments>('addPrCurve', ['tag', 'labels', 'predictions'], defaults, args, {
      tag: kinds.text,
      numThresholds: kinds.whole(2),
      ...whenKinds,
    });
    const parts = [o.labels, o.predictions, ...(o.weights === null ? [] : [o.weights])];
    const reads = parts.map((part, i) => reader('addPrCurve', ['labels', 'predictions', 'weights'][i]!, part));
    this.#add(o, async () => {
      const [labels, predictions, weights] = await Promise.all(reads.map((read) => read()));
      return prCurveSummary(o.tag, prCurve(labels!, predictions!, Math.min(o.numThresholds, 127), weights));
    });
  }

  /** The hyperparameters of a run and what came of them, in a folder within `logDir`, for TensorBoard to compare runs by. */
  addHparams(
    ...args: Arguments<HparamArguments, ['hparamDict', 'metricDict', 'hparamDomainDiscrete', 'runName', 'globalStep']>
  ): void {
    const required = ['hparamDict', 'metricDict'] as const;
    const defaults = { hparamDomainDiscrete: null, runName: null, globalStep: null };
    const o = parseArgs<HparamArguments>('addHparams', required, defaults, inPlace(args, required), {
      runName: kinds.orNull(kinds.text),
      globalStep: whenKinds.globalStep,
    });
    const given = entriesOf('addHparams', 'hparamDict', o.hparamDict).filter(([, value]) => value !== null);
    for (const [name, value] of given) {
      if (typeof value !== 'string' && typeof value !== 'boolean' && typeof value !== 'number') {
        throw new ArgumentError(
          `addHparams: expected '${name}' to be a number, a text or a boolean, but got ${kindOf(value)}`,
        );
      }
    }
    const hparams = Object.fromEntries(given) as Record<string, HparamValue>;
    const discrete = discreteOf(hparams, o.hparamDomainDiscrete ?? {});
    const metrics = entriesOf('addHparams', 'metricDict', o.metricDict);
    const folder = join(this.logDir, o.runName || String(now()));
    const names = metrics.map(([name]) => name);
    for (const summary of hparamSummaries(hparams, names, discrete)) this.#add(o, async () => summary, folder);
    for (const [name, value] of metrics) this.#scalar('addHparams', folder, name, value, o);
  }

  /** Reads the tensors that wait, and writes all events. @throws what has failed since the last flush */
  async flush(): Promise<void> {
    this.#write();
    await this.#writing;
    const failure = this.#failure;
    this.#failure = null;
    if (failure) throw failure;
  }

  /** `flush`, and then closes the files; whatever is added later begins new ones. */
  async close(): Promise<void> {
    await this.flush();
    if (hasFiles()) this.#files.clear();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  /** In a page: all event files by their paths, for a download. Where there is a disk they are there, and this is empty. */
  async files(): Promise<Record<string, Uint8Array>> {
    await this.flush();
    if (hasFiles()) return {};
    return Object.fromEntries([...this.#files.values()].map((file) => [file.path, file.bytes]));
  }

  #fileIn(folder: string): EventFile {
    const known = this.#files.get(folder);
    if (known) return known;
    const file = new EventFile(folder, now(), this.#o.filenameSuffix, hasFiles());
    this.#files.set(folder, file);
    return file;
  }

  #scalar(op: string, folder: string, tag: string, value: unknown, when: When): void {
    if (typeof value === 'number' || typeof value === 'boolean') {
      this.#add(when, async () => scalarSummary(tag, Number(value)), folder);
      return;
    }
    if (!isTensor(value) || value.numel() !== 1) {
      const got = isTensor(value) ? `one of shape [${value.shape.join(', ')}]` : kindOf(value);
      throw new ArgumentError(`${op}: expected a number, or a tensor of one element, but got ${got}`);
    }
    const read = reader(op, 'scalarValue', value);
    this.#add(when, async () => scalarSummary(tag, (await read())[0]!), folder);
  }

  #image(op: string, formats: string, args: readonly unknown[]): void {
    const defaults = { globalStep: null, walltime: null, dataformats: formats };
    const o = parseArgs<ImageArguments>(op, ['tag', 'imgTensor'], defaults, args, {
      tag: kinds.text,
      dataformats: kinds.text,
      ...whenKinds,
    });
    if (!isTensor(o.imgTensor)) {
      throw new ArgumentError(`${op}: expected imgTensor to be a tensor, but got ${kindOf(o.imgTensor)}`);
    }
    const picture = import('./pictures').then(({ pictureOf }) => pictureOf);
    // The layout is checked at once; the picture is read with the others.
    checkFormats(op, o.imgTensor, o.dataformats);
    const kept = copyOf(o.imgTensor);
    this.#add(o, async () => imageSummary(o.tag, await (await picture)(kept, o.dataformats.toUpperCase())));
  }

  #add({ globalStep, walltime }: When, making: Making, folder = this.logDir): void {
    const file = this.#fileIn(folder);
    this.#queue.push({ file, seconds: walltime ?? now(), step: globalStep ?? null, making });
    const isDue = now() - this.#lastFlush >= this.#o.flushSecs;
    if (this.#queue.length > this.#o.maxQueue || isDue) this.#write();
  }

  /** Begins to write what waits, behind what is being written; an error is told by the next flush. */
  #write(): void {
    const queue = this.#queue;
    const files = new Set([...this.#files.values()]);
    this.#queue = [];
    this.#lastFlush = now();
    // All tensors are asked for at once, so that their reads share a submit.
    const made = queue.map(({ making }) => making());
    for (const each of made) each.catch(() => undefined);
    this.#writing = this.#writing.then(async () => {
      for (const [i, { file, seconds, step }] of queue.entries()) {
        try {
          file.add(summaryEvent(seconds, step, await made[i]!));
        } catch (error) {
          this.#failure ??= error;
        }
      }
      for (const file of files) await file.write().catch((error: unknown) => (this.#failure ??= error));
    });
  }
}

const edges = {
  words: 'a list of at least two numbers that rise',
  fits: (value: unknown) =>
    Array.isArray(value) &&
    value.length > 1 &&
    value.every((edge, i) => Number.isFinite(edge) && (i === 0 || edge > value[i - 1])),
};

/** `Nov23_06-20-15`, as Python's default folders are named, without the name of the machine. */
function dated(date: Date): string {
  const month = date.toLocaleString('en-US', { month: 'short' });
  const two = (n: number) => String(n).padStart(2, '0');
  const time = [date.getHours(), date.getMinutes(), date.getSeconds()].map(two).join('-');
  return `${month}${two(date.getDate())}_${time}`;
}

/** The arguments of a method whose second one is an object of values: at the end of the list it is not taken for one of names. */
function inPlace(args: readonly unknown[], [, second]: readonly [string, string]): readonly unknown[] {
  const last = args[1];
  return args.length === 2 && isPlainObject(last) && !Object.hasOwn(last, second) ? [...args, {}] : args;
}

function entriesOf(op: string, name: string, value: unknown): [string, unknown][] {
  if (
    typeof value === 'object' &&
    value !== null &&
    !Array.isArray(value) &&
    !isTensor(value) &&
    !(value instanceof Promise)
  ) {
    return Object.entries(value);
  }
  throw new ArgumentError(`${op}: expected ${name} to be an object of values by their names, but got ${kindOf(value)}`);
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

/** The values of this moment, whatever is written in place later. */
const copyOf = (x: Tensor): Tensor => x.detach().clone();

/** Keeps values as they are now; what comes back reads them. */
function reader(op: string, name: string, values: unknown): () => Promise<number[]> {
  if (isTensor(values)) {
    const kept = copyOf(values);
    return async () => Array.from((await kept.data()) as ArrayLike<number | bigint | boolean>, Number);
  }
  const isList =
    (Array.isArray(values) && values.every((v) => typeof v === 'number' || typeof v === 'boolean')) ||
    ArrayBuffer.isView(values);
  if (!isList)
    throw new ArgumentError(`${op}: expected ${name} to be a tensor or a list of numbers, but got ${kindOf(values)}`);
  const kept = Array.from(values as ArrayLike<number>, Number);
  return async () => kept;
}

/** Throws unless the letters are the dimensions of a picture, each once, and as many as the tensor has. */
function checkFormats(op: string, { shape }: Tensor, formats: string): void {
  const letters = [...formats.toUpperCase()].sort().join('');
  const channels = shape[formats.toUpperCase().indexOf('C')] ?? 1;
  const fits = ['CHNW', 'CHW', 'HW'].includes(letters) && shape.length === letters.length;
  if (fits && [1, 3, ...(letters === 'CHW' ? [4] : [])].includes(channels) && !shape.includes(0)) return;
  throw new ArgumentError(
    `${op}: expected a tensor of the dimensions ${formats} with 1 or 3 channels, or 4 of one picture, but got shape [${shape.join(', ')}]`,
  );
}

/** True and false positives, true and false negatives, precision and recall at `count` thresholds from 0 to 1. */
function prCurve(
  labels: readonly number[],
  predictions: readonly number[],
  count: number,
  weights: readonly number[] = labels.map(() => 1),
): number[][] {
  if (labels.length !== predictions.length || labels.length !== weights.length) {
    throw new ArgumentError(
      `addPrCurve: expected as many labels, predictions and weights, but got ${labels.length}, ${predictions.length} and ${weights.length}`,
    );
  }
  const buckets = predictions.map((p) => Math.floor(Math.fround(p) * (count - 1)));
  const edges = Array.from({ length: count + 1 }, (_, i) => (i * (count - 1)) / count);
  const above = (each: (i: number) => number) => {
    const counts = countBetween(
      buckets,
      edges,
      labels.map((_, i) => each(i)),
    );
    for (let i = count - 2; i >= 0; i--) counts[i]! += counts[i + 1]!;
    return counts;
  };
  const tp = above((i) => labels[i]! * weights[i]!);
  const fp = above((i) => (1 - labels[i]!) * weights[i]!);
  const tn = fp.map((n) => fp[0]! - n);
  const fn = tp.map((n) => tp[0]! - n);
  const LEAST = 1e-7;
  const precision = tp.map((n, i) => n / Math.max(LEAST, n + fp[i]!));
  const recall = tp.map((n, i) => n / Math.max(LEAST, n + fn[i]!));
  return [tp, fp, tn, fn, precision, recall];
}
