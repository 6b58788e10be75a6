// Mean average precision of a detector, as in torchmetrics' MeanAveragePrecision.

import { ArgumentError, cat, type Tensor, tensor, zeros } from '../../torch';
import { type Arguments, kinds, parseArgs, shown, warnOnce } from '../../torch/inside';
import { oneOf } from './classification/arguments';
import { areaRanges, type Evaluation, evaluate, type Picture, type Settings } from './coco';
import {
  type DetectedObjects,
  expectEntries,
  type Pictures,
  type PicturesOrder,
  picturesOf,
  type TrueObjects,
} from './detected-objects';
import { Metric } from './metric';
import { concatenated } from './state';

/**
 * The results by name. With several kinds of `iouType`, each name except `classes` begins with the kind: `bboxMap`,
 * `segmMap50`. With other `maxDetectionThresholds`, these are the numbers in the names of the `mar` results.
 */
export interface MeanAveragePrecisionResult {
  /** Mean over classes, overlaps and recalls; −1 if there are no true objects, or no threshold of 100 detections. */
  readonly map: Tensor;
  /** At an overlap of 0.5. */
  readonly map50: Tensor;
  /** At an overlap of 0.75. */
  readonly map75: Tensor;
  /** For objects of less than 32² pixels. */
  readonly mapSmall: Tensor;
  /** For objects of 32² to 96² pixels. */
  readonly mapMedium: Tensor;
  /** For objects of more than 96² pixels. */
  readonly mapLarge: Tensor;
  /** Mean of the largest recalls with one detection per picture. */
  readonly mar1: Tensor;
  readonly mar10: Tensor;
  readonly mar100: Tensor;
  readonly marSmall: Tensor;
  readonly marMedium: Tensor;
  readonly marLarge: Tensor;
  /** `map` of each of `classes`; −1 without `classMetrics`. */
  readonly mapPerClass: Tensor;
  readonly mar100PerClass: Tensor;
  /** The labels that occur, rising (int32). */
  readonly classes: Tensor;
  /**
   * With `extendedSummary`: `precision` and `scores` [T, R, K, A, M], `recall` [T, K, A, M], and `ious` by
   * 'picture,class'.
   */
  readonly [name: string]: Tensor | ReadonlyMap<string, Tensor>;
}

type BoxFormat = 'xyxy' | 'xywh' | 'cxcywh';
type IouType = 'bbox' | 'segm';

/** The options of `MeanAveragePrecision`. */
export interface MeanAveragePrecisionArguments {
  /** Default: 'xyxy', two corners; 'xywh' is a corner and sizes, 'cxcywh' the centre and sizes. */
  boxFormat?: BoxFormat;
  /** Compare boxes ('bbox'), masks ('segm'), or a list for separate results of each. Default: 'bbox'. */
  iouType?: IouType | readonly IouType[];
  /**
   * The overlap thresholds: a detection is right if its overlap is at least the threshold. Default: 0.5, 0.55, …, 0.95.
   */
  iouThresholds?: readonly number[] | null;
  /** Recalls at which precision is sampled, rising. Default: 0, 0.01, …, 1. */
  recThresholds?: readonly number[] | null;
  /** Three limits of the number of detections per picture. Default: 1, 10, 100. */
  maxDetectionThresholds?: readonly number[] | null;
  /** Default: false. */
  classMetrics?: boolean;
  /** Default: false. */
  extendedSummary?: boolean;
  /** 'micro' pools all classes. Default: 'macro'. */
  average?: 'macro' | 'micro';
}

type MeanAveragePrecisionOrder = [
  'boxFormat',
  'iouType',
  'iouThresholds',
  'recThresholds',
  'maxDetectionThresholds',
  'classMetrics',
  'extendedSummary',
  'average',
];

/** PyTorch's linspace in float32. */
const spaced = (start: number, end: number, count: number): number[] => {
  const [first, last] = [Math.fround(start), Math.fround(end)];
  const step = Math.fround(Math.fround(last - first) / (count - 1));
  return Array.from({ length: count }, (_, i) =>
    Math.fround(i < count / 2 ? first + step * i : last - step * (count - 1 - i)),
  );
};

/** The objects of one picture, on the host. */
interface Listed {
  /** x, y, width and height of each box. */
  readonly boxes: readonly (readonly number[])[];
  readonly masks: readonly Uint8Array[];
  readonly labels: ArrayLike<number>;
  readonly scores: ArrayLike<number>;
  readonly crowd: ArrayLike<number>;
  readonly areas: ArrayLike<number>;
}

/** The detected and the true objects of one picture. */
interface Compared {
  readonly found: Listed;
  readonly truth: Listed;
}

type Side = 'detection' | 'groundtruth';
/** The objects of either side, detected or true. */
type Objects = TrueObjects & Partial<DetectedObjects>;

/**
 * The kept columns, each with the objects of all pictures concatenated. A state's name is its side followed by the key
 * of this table; the value is its name in a state dict.
 */
const columns = {
  Box: 'box',
  Mask: 'mask',
  Scores: 'scores',
  Labels: 'labels',
  Crowds: 'crowds',
  Area: 'area',
  Sizes: 'sizes',
} as const;

type Column = keyof typeof columns;

const columnsOf: Readonly<Record<Side, readonly Column[]>> = {
  detection: ['Box', 'Mask', 'Scores', 'Labels', 'Sizes'],
  groundtruth: ['Box', 'Mask', 'Labels', 'Crowds', 'Area', 'Sizes'],
};

/** How many pixels of a mask are packed into one number. */
const PACKED = 16;

/** Packs pixels as bits into whole numbers. Shape: […] → [n / 16] */
function packed(masks: Tensor): Tensor {
  const bits = masks.ne(0).flatten().to('int32');
  const rest = bits.numel() % PACKED;
  const padded = rest === 0 ? bits : cat([bits, zeros(PACKED - rest, { dtype: 'int32' })]);
  const weights = tensor(
    Array.from({ length: PACKED }, (_, i) => 2 ** i),
    { dtype: 'int32' },
  );
  return padded.reshape(-1, PACKED).mul(weights).sum(1).to('int32');
}

/** Concatenates a list to a new tensor; null if it is empty. */
function joined(list: readonly Tensor[]): Tensor | null {
  const some = list.filter((x) => x.numel() > 0);
  if (some.length === 0) return null;
  return some.length === 1 ? some[0]!.clone() : cat(some);
}

/**
 * Mean average precision and recall of detected boxes or masks (Lin et al. 2014, arXiv:1405.0312, as pycocotools
 * computes it): detections are matched to true objects of their class in order of falling score; precision, made
 * monotone, is sampled at 101 recalls and averaged over ten overlap thresholds.
 *
 *     const metric = new MeanAveragePrecision();
 *     metric.update(await detector(images), targets);      // lists with an entry for each picture
 *     await (await metric.compute()).map50.item();
 *
 * @throws ArgumentError for unknown options; `update` throws ArgumentError, ShapeError or DTypeError for entries that
 * do not fit
 */
export class MeanAveragePrecision extends Metric {
  override higherIsBetter: boolean | null = true;
  override isDifferentiable: boolean | null = false;
  override fullStateUpdate: boolean | null = false;
  override plotLowerBound: number | null = 0;
  override plotUpperBound: number | null = 1;
  /** Warn if a picture has more detections than count. */
  warnOnManyDetections = true;
  readonly boxFormat: BoxFormat;
  readonly iouType: readonly IouType[];
  readonly iouThresholds: readonly number[];
  readonly recThresholds: readonly number[];
  readonly maxDetectionThresholds: readonly number[];
  readonly classMetrics: boolean;
  readonly extendedSummary: boolean;
  readonly average: 'macro' | 'micro';

  constructor(...args: Arguments<MeanAveragePrecisionArguments, MeanAveragePrecisionOrder>) {
    super();
    const o = parseArgs<MeanAveragePrecisionArguments>(
      name,
      [],
      {
        boxFormat: 'xyxy',
        iouType: 'bbox',
        iouThresholds: null,
        recThresholds: null,
        maxDetectionThresholds: null,
        classMetrics: false,
        extendedSummary: false,
        average: 'macro',
      },
      args,
      { iouType: kinds.either(kinds.text, kinds.nonEmpty(kinds.text)), maxDetectionThresholds: counts3 },
    );
    this.boxFormat = oneOf(name, 'boxFormat', o.boxFormat, ['xyxy', 'xywh', 'cxcywh']);
    const iouTypes = typeof o.iouType === 'string' ? [o.iouType] : o.iouType;
    this.iouType = iouTypes.map((kind) => oneOf(name, 'iouType', kind, ['bbox', 'segm']));
    this.iouThresholds = numbers('iouThresholds', o.iouThresholds) ?? spaced(0.5, 0.95, 10);
    this.recThresholds = numbers('recThresholds', o.recThresholds) ?? spaced(0, 1, 101);
    const counts = o.maxDetectionThresholds ?? [1, 10, 100];
    this.maxDetectionThresholds = [...counts].sort((a, b) => a - b);
    this.classMetrics = o.classMetrics;
    this.extendedSummary = o.extendedSummary;
    this.average = oneOf(name, 'average', o.average, ['macro', 'micro']);
    for (const side of ['detection', 'groundtruth'] as const) {
      for (const column of columnsOf[side]) {
        this.addState(side + column, [], { distReduceFx: 'cat', key: `${side}_${columns[column]}` });
      }
    }
  }

  /**
   * Adds a batch: one entry per picture in both lists. Later writes to the tensors do not matter.
   *
   * @throws ArgumentError, ShapeError, DTypeError
   */
  update(...args: Arguments<Pictures, PicturesOrder>): void {
    const { preds, target } = picturesOf(name, args);
    const parts = this.iouType.map((kind) => (kind === 'bbox' ? ('boxes' as const) : ('masks' as const)));
    expectEntries(name, preds, target, parts);
    const most = this.maxDetectionThresholds.at(-1)!;
    if (this.warnOnManyDetections && preds.some(({ labels }) => labels.shape[0]! > most)) {
      warnOnce(
        `${name}: a picture has more than ${most} detections; those with the lowest scores are left out. Raise maxDetectionThresholds, or set warnOnManyDetections to false`,
      );
    }
    this.gather('detection', preds);
    this.gather('groundtruth', target);
  }

  /** The results for all batches. */
  compute(): Promise<MeanAveragePrecisionResult> {
    const both = Promise.all([this.read('detection'), this.read('groundtruth')]);
    return both.then(([found, truth]) => this.resultOf(found.map((one, i) => ({ found: one, truth: truth[i]! }))));
  }

  private list(side: Side, column: Column): Tensor[] {
    return Reflect.get(this, side + column) as Tensor[];
  }

  /** Keeps the objects of a batch. */
  private gather(side: Side, entries: readonly Objects[]): void {
    if (entries.length === 0) return;
    const [withBoxes, withMasks] = [this.iouType.includes('bbox'), this.iouType.includes('segm')];
    const countOf = ({ labels }: Objects) => labels.shape[0]!;
    const parts: Partial<Record<Column, (entry: Objects) => Tensor>> = {
      ...(withBoxes ? { Box: ({ boxes }) => boxes!.to('float32').reshape(-1, 4) } : {}),
      ...(withMasks ? { Mask: ({ masks }) => packed(masks!) } : {}),
      Scores: ({ scores }) => scores!.to('float32').flatten(),
      Labels: ({ labels }) => labels.to('float32').flatten(),
      Crowds: (entry) => entry.iscrowd?.to('float32').flatten() ?? zeros(countOf(entry)),
      Area: (entry) => entry.area?.to('float32').flatten() ?? zeros(countOf(entry)),
    };
    const some = entries.filter((entry) => countOf(entry) > 0);
    for (const column of columnsOf[side]) {
      const part = parts[column];
      const all = part ? joined(some.map(part)) : null;
      if (all) this.list(side, column).push(all);
    }
    const sizes = entries.map((entry) => [
      countOf(entry),
      ...(withMasks && countOf(entry) > 0 ? entry.masks!.shape.slice(1) : [0, 0]),
    ]);
    this.list(side, 'Sizes').push(tensor(sizes, { dtype: 'int32' }));
  }

  /** The objects of all pictures. */
  private async read(side: Side): Promise<Listed[]> {
    const reads = columnsOf[side].map(async (column): Promise<[Column, ArrayLike<number> | null]> => {
      const list = this.list(side, column);
      return [column, list.length === 0 ? null : ((await concatenated(list).data()) as ArrayLike<number>)];
    });
    const known: Partial<Record<Column, ArrayLike<number> | null>> = Object.fromEntries(await Promise.all(reads));
    const sizes = Array.from(known.Sizes ?? [], Number);
    let [object, word] = [0, 0];
    return Array.from({ length: sizes.length / 3 }, (_, i) => {
      const [count, height, width] = sizes.slice(3 * i, 3 * i + 3) as [number, number, number];
      const first = object;
      object += count;
      const of = (column: Column) =>
        Float32Array.from({ length: count }, (_, k) => Number(known[column]?.[first + k] ?? 0));
      const boxes = known.Box
        ? Array.from({ length: count }, (_, k) => sized(known.Box!, 4 * (first + k), this.boxFormat))
        : [];
      const size = height * width;
      const start = word;
      word += Math.ceil((count * size) / PACKED);
      const pixel = (at: number) => (Number(known.Mask![start + Math.floor(at / PACKED)]) >> (at % PACKED)) & 1;
      const masks = known.Mask
        ? Array.from({ length: count }, (_, k) => Uint8Array.from({ length: size }, (_, p) => pixel(k * size + p)))
        : [];
      return { boxes, masks, labels: of('Labels'), scores: of('Scores'), crowd: of('Crowds'), areas: of('Area') };
    });
  }

  private resultOf(listed: readonly Compared[]): MeanAveragePrecisionResult {
    const classes = [
      ...new Set(listed.flatMap(({ found, truth }) => [...Array.from(found.labels), ...Array.from(truth.labels)])),
    ].sort((a, b) => a - b);
    const result: Record<string, Tensor | ReadonlyMap<string, Tensor>> = {};
    for (const kind of this.iouType) {
      const prefix = this.iouType.length === 1 ? '' : kind;
      const named = (key: string): string => (prefix ? `${prefix}${key[0]!.toUpperCase()}${key.slice(1)}` : key);
      const settings: Settings = {
        iouThresholds: this.iouThresholds,
        recThresholds: this.recThresholds,
        maxDetections: this.maxDetectionThresholds,
        classes: this.average === 'micro' ? [0] : classes,
      };
      const places = listed.map((_, i) => i).filter((i) => counts(this.iouType, listed[i]!.truth));
      const pictures = places.map((i) => this.pictureOf(kind, listed[i]!, this.average === 'micro'));
      if (pictures.length === 0 || !listed.some(({ found }) => counts(this.iouType, found))) {
        for (const key of namesOf(settings)) result[named(key)] = tensor(-1, { dtype: 'float32' });
        continue;
      }
      const evaluation = evaluate(pictures, settings);
      const figures = figuresOf(evaluation, settings);
      namesOf(settings).forEach((key, i) => {
        result[named(key)] = tensor(figures[i]!, { dtype: 'float32' });
      });
      if (this.extendedSummary) addSummary(result, named, evaluation, settings, places);
      const ofClasses = this.classMetrics
        ? this.byClass(
            kind,
            places.map((i) => listed[i]!),
            settings,
            classes,
          )
        : [[-1, -1]];
      result[named('mapPerClass')] = squeezed(ofClasses.map(([precision]) => precision!));
      result[named(`mar${settings.maxDetections.at(-1)}PerClass`)] = squeezed(ofClasses.map(([, recall]) => recall!));
    }
    result.classes = squeezed(classes, 'int32');
    return result as unknown as MeanAveragePrecisionResult;
  }

  /** `map` and the last `mar` of each class. */
  private byClass(
    kind: IouType,
    listed: readonly Compared[],
    settings: Settings,
    classes: readonly number[],
  ): number[][] {
    const pictures = listed.map((one) => this.pictureOf(kind, one, false));
    return classes.map((label) => {
      const one = { ...settings, classes: [label] };
      const figures = figuresOf(evaluate(pictures, one), one);
      return [figures[0]!, figures[8]!];
    });
  }

  private pictureOf(kind: IouType, { found, truth }: Compared, asOne: boolean): Picture {
    const labelsOf = (labels: ArrayLike<number>) => (asOne ? new Float32Array(labels.length) : labels);
    const sizes = (objects: Listed, by: IouType): number[] =>
      Array.from(objects.labels, (_, i) =>
        by === 'segm'
          ? objects.masks[i]!.reduce((sum, bit) => sum + bit, 0)
          : objects.boxes[i]![2]! * objects.boxes[i]![3]!,
      );
    const foundSizes = sizes(found, kind);
    const truthSizes = sizes(truth, kind);
    // If there are masks, an object's area is its mask's area, even if boxes are compared.
    const ownAreas = sizes(truth, this.iouType.includes('segm') ? 'segm' : 'bbox');
    const shared = (d: number, t: number): number =>
      kind === 'segm'
        ? found.masks[d]!.reduce((sum, bit, i) => sum + (bit & truth.masks[t]![i]!), 0)
        : sharedArea(found.boxes[d]!, truth.boxes[t]!);
    return {
      truths: {
        labels: labelsOf(truth.labels),
        areas: ownAreas.map((own, i) => (truth.areas[i]! > 0 ? truth.areas[i]! : own)),
        crowd: truth.crowd,
      },
      detections: { labels: labelsOf(found.labels), areas: foundSizes, scores: found.scores },
      overlap: (d, t) => {
        const both = shared(d, t);
        if (both <= 0) return 0;
        return both / (truth.crowd[t] ? foundSizes[d]! : foundSizes[d]! + truthSizes[t]! - both);
      },
    };
  }
}

const name = 'MeanAveragePrecision';

const counts3: kinds.Kind = kinds.orNull({
  ...kinds.listOf(kinds.whole(0), 3),
  words: 'three whole numbers',
});

function numbers(option: string, given: readonly number[] | null): readonly number[] | null {
  if (given === null || (Array.isArray(given) && given.every((one) => Number.isFinite(one)))) return given;
  throw new ArgumentError(`${name}: expected ${option} to be a list of numbers or null, but got ${shown(given)}`);
}

/** Whether a picture counts. If only masks are compared, pictures without masks do not. */
const counts = (types: readonly IouType[], objects: Listed): boolean =>
  types.includes('bbox') || objects.masks.length > 0;

/** x, y, width and height of a box, rounded to float32 as tensors are. */
function sized(all: ArrayLike<number>, at: number, format: BoxFormat): readonly number[] {
  const [a, b, c, d] = [all[at]!, all[at + 1]!, all[at + 2]!, all[at + 3]!];
  if (format === 'xywh') return [a, b, c, d];
  const { fround } = Math;
  if (format === 'xyxy') return [a, b, fround(c - a), fround(d - b)];
  const [x, y] = [fround(a - fround(c / 2)), fround(b - fround(d / 2))];
  return [x, y, fround(fround(a + fround(c / 2)) - x), fround(fround(b + fround(d / 2)) - y)];
}

/** The area of the intersection of two boxes [x, y, width, height]. */
function sharedArea(a: readonly number[], b: readonly number[]): number {
  const side = (i: number) => Math.min(a[i]! + a[i + 2]!, b[i]! + b[i + 2]!) - Math.max(a[i]!, b[i]!);
  const [w, h] = [side(0), side(1)];
  return w <= 0 || h <= 0 ? 0 : w * h;
}

const namesOf = ({ maxDetections }: Settings): string[] => [
  ...['map', 'map50', 'map75', 'mapSmall', 'mapMedium', 'mapLarge'],
  ...maxDetections.map((count) => `mar${count}`),
  ...['marSmall', 'marMedium', 'marLarge'],
];

/** The twelve numbers of COCO's summary. */
function figuresOf({ precision, recall }: Evaluation, settings: Settings): number[] {
  const { iouThresholds, recThresholds, classes, maxDetections } = settings;
  const [R, K, A, M] = [recThresholds.length, classes.length, areaRanges.length, maxDetections.length];
  /** The mean over all entries with objects, at one overlap threshold or all; −1 if there are none. */
  const mean = (values: Float64Array, perOverlap: number, area: number, count: number, overlap?: number): number => {
    let [sum, found] = [0, 0];
    if (count < 0) return -1;
    for (const [t, threshold] of iouThresholds.entries()) {
      if (overlap !== undefined && threshold !== overlap) continue;
      for (let i = 0; i < perOverlap; i++) {
        const value = values[((t * perOverlap + i) * A + area) * M + count]!;
        if (value <= -1) continue;
        sum += value;
        found++;
      }
    }
    return found > 0 ? sum / found : -1;
  };
  const last = M - 1;
  const ap = (area: number, count: number, overlap?: number) => mean(precision, R * K, area, count, overlap);
  const ar = (area: number, count: number) => mean(recall, K, area, count);
  return [
    ap(0, maxDetections.indexOf(100)),
    ap(0, last, 0.5),
    ap(0, last, 0.75),
    ...[1, 2, 3].map((area) => ap(area, last)),
    ...maxDetections.map((_, m) => ar(0, m)),
    ...[1, 2, 3].map((area) => ar(area, last)),
  ];
}

/** A vector; a single element becomes a 0-d tensor, as in torchmetrics. */
const squeezed = (values: readonly number[], dtype: 'float32' | 'int32' = 'float32'): Tensor =>
  values.length === 1 ? tensor(values[0]!, { dtype }) : tensor([...values], { dtype });

function addSummary(
  result: Record<string, Tensor | ReadonlyMap<string, Tensor>>,
  named: (key: string) => string,
  { precision, recall, scores, overlaps }: Evaluation,
  { iouThresholds, recThresholds, classes, maxDetections }: Settings,
  places: readonly number[],
): void {
  const [T, R] = [iouThresholds.length, recThresholds.length];
  const rest = [classes.length, areaRanges.length, maxDetections.length];
  const shaped = (values: Float64Array, shape: number[]) => tensor(Float32Array.from(values)).view(...shape);
  const ious = new Map<string, Tensor>();
  overlaps.forEach((byClass, i) => {
    for (const [label, rows] of byClass) {
      const empty = rows.length === 0 || rows[0]!.length === 0;
      ious.set(
        `${places[i]},${label}`,
        empty
          ? tensor([])
          : tensor(
              rows.map((row) => [...row]),
              { dtype: 'float32' },
            ),
      );
    }
  });
  result[named('ious')] = ious;
  result[named('precision')] = shaped(precision, [T, R, ...rest]);
  result[named('recall')] = shaped(recall, [T, ...rest]);
  result[named('scores')] = shaped(scores, [T, R, ...rest]);
}
