// Mean average precision of a detector, as torchmetrics' MeanAveragePrecision gives it.
import { noGrad } from '../autograd/mode';
import { ArgumentError, DTypeError, ShapeError } from '../errors';
import { Callable } from '../nn/callable';
import { tensor } from '../tensor/creation';
import { cat } from '../tensor/functions';
import { type Arguments, kindOf, parseArgs, shown } from '../tensor/options';
import { Tensor } from '../tensor/tensor';
import { warnOnce } from '../warnings';
import { areaRanges, type Evaluation, evaluate, type Picture, type Settings } from './coco';

/** What a detector found in one picture. */
export interface DetectedObjects {
  /** [N, 4] in the metric's `boxFormat`, pixels; needed for `iouType` 'bbox'. */
  readonly boxes?: Tensor;
  /** [N, H, W], other than 0 where the object is; needed for `iouType` 'segm'. */
  readonly masks?: Tensor;
  /** [N] */
  readonly scores: Tensor;
  /** Whole numbers [N]. */
  readonly labels: Tensor;
}

/** What there is in one picture. */
export interface TrueObjects {
  /** [N, 4] in the metric's `boxFormat`, pixels; needed for `iouType` 'bbox'. */
  readonly boxes?: Tensor;
  /** [N, H, W], other than 0 where the object is; needed for `iouType` 'segm'. */
  readonly masks?: Tensor;
  /** Whole numbers [N]. */
  readonly labels: Tensor;
  /** Other than 0 where an entry stands for a crowd, which detections may match without being counted [N]. Default: none does. */
  readonly iscrowd?: Tensor;
  /** Areas in pixels, by which objects are small, medium or large [N]. Default, and where 0: of the mask, or else of the box. */
  readonly area?: Tensor;
}

/**
 * Tensors by name. With several kinds of `iouType`, each name but `classes` begins with the kind: `bboxMap`, `segmMap50`. With other
 * `maxDetectionThresholds`, the numbers of the `mar` are those.
 */
export interface MeanAveragePrecisionResult {
  /** Mean over classes, overlaps and recalls; −1 where there is nothing to find, and without a threshold of 100 detections. */
  readonly map: Tensor;
  /** At an overlap of 0.5. */
  readonly map50: Tensor;
  /** At an overlap of 0.75. */
  readonly map75: Tensor;
  /** Of objects of less than 32² pixels. */
  readonly mapSmall: Tensor;
  /** Of objects of 32² to 96² pixels. */
  readonly mapMedium: Tensor;
  /** Of objects of more than 96² pixels. */
  readonly mapLarge: Tensor;
  /** Mean of the largest recalls with one detection a picture. */
  readonly mar1: Tensor;
  readonly mar10: Tensor;
  readonly mar100: Tensor;
  readonly marSmall: Tensor;
  readonly marMedium: Tensor;
  readonly marLarge: Tensor;
  /** `map` of each of `classes`; −1 without `classMetrics`. */
  readonly mapPerClass: Tensor;
  readonly mar100PerClass: Tensor;
  /** The labels that came, rising (int32). */
  readonly classes: Tensor;
  /** With `extendedSummary`: `precision` and `scores` [T, R, K, A, M], `recall` [T, K, A, M], and `ious` by 'picture,class'. */
  readonly [name: string]: Tensor | ReadonlyMap<string, Tensor>;
}

type BoxFormat = 'xyxy' | 'xywh' | 'cxcywh';
type IouType = 'bbox' | 'segm';

export interface MeanAveragePrecisionArguments {
  /** Default: 'xyxy', two corners; 'xywh' is a corner and sizes, 'cxcywh' the centre and sizes. */
  boxFormat?: BoxFormat;
  /** What overlaps: boxes, masks, or each in turn. Default: 'bbox'. */
  iouType?: IouType | readonly IouType[];
  /** Overlaps from which a detection is right. Default: 0.5, 0.55, …, 0.95. */
  iouThresholds?: readonly number[] | null;
  /** Recalls at which precision is read, rising. Default: 0, 0.01, …, 1. */
  recThresholds?: readonly number[] | null;
  /** Three numbers of detections a picture. Default: 1, 10, 100. */
  maxDetectionThresholds?: readonly number[] | null;
  /** Default: false. */
  classMetrics?: boolean;
  /** Default: false. */
  extendedSummary?: boolean;
  /** 'micro' takes all classes for one. Default: 'macro'. */
  average?: 'macro' | 'micro';
}

type Order = [
  'boxFormat',
  'iouType',
  'iouThresholds',
  'recThresholds',
  'maxDetectionThresholds',
  'classMetrics',
  'extendedSummary',
  'average',
];

/** As PyTorch's linspace in float32. */
const spaced = (start: number, end: number, count: number): number[] => {
  const [first, last] = [Math.fround(start), Math.fround(end)];
  const step = Math.fround(Math.fround(last - first) / (count - 1));
  return Array.from({ length: count }, (_, i) =>
    Math.fround(i < count / 2 ? first + step * i : last - step * (count - 1 - i)),
  );
};

/** The objects of one picture, on the host. */
interface Listed {
  /** x, y, width, height of each. */
  readonly boxes: readonly (readonly number[])[];
  readonly masks: readonly Uint8Array[];
  readonly labels: ArrayLike<number>;
  readonly scores: ArrayLike<number>;
  readonly crowd: ArrayLike<number>;
  readonly areas: ArrayLike<number>;
}

/** One update, whose contents may be on their way. */
type Update = Promise<{ readonly found: Listed; readonly truth: Listed }[]>;

export interface MeanAveragePrecision {
  /** Adds a batch, and gives the figures of that batch alone. */
  // biome-ignore lint/style/useShorthandFunctionType: it adds to the class of this name.
  (preds: readonly DetectedObjects[], target: readonly TrueObjects[]): Promise<MeanAveragePrecisionResult>;
}

/**
 * Mean average precision and recall of detected boxes or masks (Lin et al. 2014, arXiv:1405.0312, as pycocotools computes it): detections are
 * matched to true objects of their class by falling score; precision, made monotone, is read at 101 recalls and averaged over ten overlaps.
 *
 *     const metric = new MeanAveragePrecision();
 *     metric.update(await detector(images), targets);      // lists with an entry for each picture
 *     await (await metric.compute()).map50.item();
 *
 * @throws ArgumentError for unknown options; `update` throws ArgumentError, ShapeError or DTypeError for entries that do not fit
 */
// biome-ignore lint/suspicious/noUnsafeDeclarationMerging: only an interface can say that the objects are callable.
export class MeanAveragePrecision extends Callable {
  /** Whether to say that a picture has more detections than are counted. */
  warnOnManyDetections = true;
  readonly boxFormat: BoxFormat;
  readonly iouType: readonly IouType[];
  readonly iouThresholds: readonly number[];
  readonly recThresholds: readonly number[];
  readonly maxDetectionThresholds: readonly number[];
  readonly classMetrics: boolean;
  readonly extendedSummary: boolean;
  readonly average: 'macro' | 'micro';
  private updates: Update[] = [];

  constructor(...args: Arguments<MeanAveragePrecisionArguments, Order>) {
    super((self, given) =>
      (self as MeanAveragePrecision).forward(...(given as Parameters<MeanAveragePrecision['forward']>)),
    );
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
    );
    this.boxFormat = oneOf('boxFormat', o.boxFormat, ['xyxy', 'xywh', 'cxcywh']);
    const kinds = typeof o.iouType === 'string' ? [o.iouType] : o.iouType;
    this.iouType = kinds.map((kind) => oneOf('iouType', kind, ['bbox', 'segm']));
    this.iouThresholds = numbers('iouThresholds', o.iouThresholds) ?? spaced(0.5, 0.95, 10);
    this.recThresholds = numbers('recThresholds', o.recThresholds) ?? spaced(0, 1, 101);
    const counts = numbers('maxDetectionThresholds', o.maxDetectionThresholds) ?? [1, 10, 100];
    if (counts.length !== 3) {
      throw new ArgumentError(`${name}: expected three numbers as maxDetectionThresholds, but got ${shown(counts)}`);
    }
    this.maxDetectionThresholds = [...counts].sort((a, b) => a - b);
    this.classMetrics = o.classMetrics;
    this.extendedSummary = o.extendedSummary;
    this.average = oneOf('average', o.average, ['macro', 'micro']);
  }

  /**
   * Adds a batch: an entry for each picture in both lists. What the tensors hold now counts, whatever is written to them later.
   *
   * @throws ArgumentError, ShapeError, DTypeError
   */
  update(preds: readonly DetectedObjects[], target: readonly TrueObjects[]): void {
    this.updates.push(this.read(preds, target));
  }

  /** The figures of all that was added. @throws what reading the tensors threw, such as DeviceLostError */
  async compute(): Promise<MeanAveragePrecisionResult> {
    const pictures = (await Promise.all(this.updates)).flat();
    if (this.updates.length === 0) {
      warnOnce(`${name}: compute() was called before update(), so there is nothing to tell`);
    }
    return this.resultOf(pictures);
  }

  /** Forgets what was added. */
  reset(): void {
    this.updates = [];
  }

  /** What a call does: `update`, and the figures of this batch alone. */
  async forward(
    preds: readonly DetectedObjects[],
    target: readonly TrueObjects[],
  ): Promise<MeanAveragePrecisionResult> {
    const update = this.read(preds, target);
    this.updates.push(update);
    return this.resultOf(await update);
  }

  override toString(): string {
    return `${name}()`;
  }

  private read(preds: readonly DetectedObjects[], target: readonly TrueObjects[]): Update {
    for (const [list, what] of [
      [preds, 'preds'],
      [target, 'target'],
    ] as const) {
      if (!Array.isArray(list)) {
        throw new ArgumentError(
          `${name}: expected ${what} to be a list with an entry a picture, but got ${kindOf(list)}`,
        );
      }
    }
    if (preds.length !== target.length) {
      throw new ArgumentError(
        `${name}: expected as many entries in preds as in target, but got ${preds.length} and ${target.length}`,
      );
    }
    for (const [i, entry] of preds.entries()) this.check(entry, `preds[${i}]`, ['scores', 'labels']);
    for (const [i, entry] of target.entries()) this.check(entry, `target[${i}]`, ['labels']);
    const most = this.maxDetectionThresholds.at(-1)!;
    if (this.warnOnManyDetections && preds.some(({ labels }) => labels.shape[0]! > most)) {
      warnOnce(
        `${name}: a picture has more than ${most} detections; those with the lowest scores are left out. Raise maxDetectionThresholds, or set warnOnManyDetections to false`,
      );
    }
    const reading = noGrad(() =>
      preds.map((entry, i): Promise<{ found: Listed; truth: Listed }> => {
        const both = Promise.all([this.list(entry, {}), this.list(target[i]!, target[i]!)]);
        return both.then(([found, truth]) => ({ found, truth }));
      }),
    );
    const update = Promise.all(reading);
    // What went wrong is told by `compute`.
    update.catch(() => {});
    return update;
  }

  /** Throws unless an entry has tensors for what is asked for, each with a row for every object. */
  private check(entry: DetectedObjects | TrueObjects, where: string, others: readonly string[]): void {
    const kinds = this.iouType.map((kind) => (kind === 'bbox' ? 'boxes' : 'masks'));
    const given = entry as unknown as Readonly<Record<string, unknown>>;
    const count = given.labels instanceof Tensor ? given.labels.shape[0] : undefined;
    for (const key of [...others, ...kinds, 'iscrowd', 'area']) {
      const value = given[key];
      const isOptional = key === 'iscrowd' || key === 'area';
      if (isOptional && (value === undefined || where.startsWith('preds'))) continue;
      if (!(value instanceof Tensor)) {
        throw new ArgumentError(`${name}: expected ${where}.${key} to be a tensor, but got ${kindOf(value)}`);
      }
      const { shape } = value;
      const rank = key === 'boxes' ? 2 : key === 'masks' ? 3 : 1;
      const isEmpty = count === 0 && value.numel() === 0;
      const fits = shape.length === rank && shape[0] === count && (key !== 'boxes' || shape[1] === 4);
      if (!fits && !isEmpty) {
        const wanted = key === 'boxes' ? '[N, 4]' : key === 'masks' ? '[N, H, W]' : '[N]';
        throw new ShapeError(
          `${name}: expected ${where}.${key} of shape ${wanted} for ${count} labels, but got [${shape.join(', ')}]`,
        );
      }
    }
    const { labels } = entry;
    if (labels.dtype === 'float32' || labels.dtype === 'float16') {
      throw new DTypeError(
        `${name}: expected ${where}.labels of whole numbers, but got dtype ${labels.dtype}; convert them with .to('int64')`,
      );
    }
  }

  /** The objects of an entry, by one read of its small tensors and one of its masks. */
  private async list(
    entry: DetectedObjects | TrueObjects,
    { iscrowd, area }: Pick<TrueObjects, 'iscrowd' | 'area'>,
  ): Promise<Listed> {
    const withBoxes = this.iouType.includes('bbox');
    const count = entry.labels.shape[0]!;
    const parts = [
      entry.labels,
      'scores' in entry ? entry.scores : null,
      iscrowd,
      area,
      withBoxes ? entry.boxes : null,
    ];
    const present = parts.filter((part): part is Tensor => part instanceof Tensor && part.numel() > 0);
    const small = present.length > 0 ? cat(present.map((part) => part.to('float32').flatten())).data() : null;
    const pixels = this.iouType.includes('segm') && count > 0 ? entry.masks!.ne(0).data() : null;
    const [numbers, bits] = [(await small) ?? new Float32Array(), await pixels];
    let at = 0;
    const next = (part: Tensor | null | undefined): ArrayLike<number> => {
      const length = part?.numel() ?? 0;
      at += length;
      return length > 0 ? numbers.subarray(at - length, at) : new Float32Array(count);
    };
    const [labels, scores, crowd, given, corners] = parts.map(next) as [
      ArrayLike<number>,
      ArrayLike<number>,
      ArrayLike<number>,
      ArrayLike<number>,
      ArrayLike<number>,
    ];
    const boxes = withBoxes ? Array.from({ length: count }, (_, i) => sized(corners, 4 * i, this.boxFormat)) : [];
    const size = bits ? bits.length / count : 0;
    const masks = bits
      ? Array.from({ length: count }, (_, i) => Uint8Array.from(bits.subarray(i * size, (i + 1) * size)))
      : [];
    return { boxes, masks, labels, scores, crowd, areas: given };
  }

  private resultOf(listed: readonly { readonly found: Listed; readonly truth: Listed }[]): MeanAveragePrecisionResult {
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
        for (const key of namesOf(settings)) result[named(key)] = tensor(-1);
        continue;
      }
      const evaluation = evaluate(pictures, settings);
      const figures = figuresOf(evaluation, settings);
      namesOf(settings).forEach((key, i) => {
        result[named(key)] = tensor(figures[i]!);
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
    listed: readonly { readonly found: Listed; readonly truth: Listed }[],
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

  private pictureOf(
    kind: IouType,
    { found, truth }: { readonly found: Listed; readonly truth: Listed },
    asOne: boolean,
  ): Picture {
    const labelsOf = (labels: ArrayLike<number>) => (asOne ? new Float32Array(labels.length) : labels);
    const sizes = (objects: Listed, by: IouType): number[] =>
      Array.from(objects.labels, (_, i) =>
        by === 'segm'
          ? objects.masks[i]!.reduce((sum, bit) => sum + bit, 0)
          : objects.boxes[i]![2]! * objects.boxes[i]![3]!,
      );
    const foundSizes = sizes(found, kind);
    const truthSizes = sizes(truth, kind);
    // An object is as large as its mask, where there are masks, whatever overlaps are of.
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

function oneOf<T extends string>(option: string, given: T, known: readonly T[]): T {
  if (known.includes(given)) return given;
  const list = known.map((one) => `'${one}'`).join(', ');
  throw new ArgumentError(`${name}: expected ${option} to be one of ${list}, but got ${shown(given)}`);
}

function numbers(option: string, given: readonly number[] | null): readonly number[] | null {
  if (given === null || (Array.isArray(given) && given.every((one) => Number.isFinite(one)))) return given;
  throw new ArgumentError(`${name}: expected ${option} to be null or a list of numbers, but got ${shown(given)}`);
}

/** Where masks alone are asked for, pictures without any do not count. */
const counts = (kinds: readonly IouType[], objects: Listed): boolean =>
  kinds.includes('bbox') || objects.masks.length > 0;

/** x, y, width and height of a box, in float32 as the tensors are. */
function sized(all: ArrayLike<number>, at: number, format: BoxFormat): readonly number[] {
  const [a, b, c, d] = [all[at]!, all[at + 1]!, all[at + 2]!, all[at + 3]!];
  if (format === 'xywh') return [a, b, c, d];
  const { fround } = Math;
  if (format === 'xyxy') return [a, b, fround(c - a), fround(d - b)];
  const [x, y] = [fround(a - fround(c / 2)), fround(b - fround(d / 2))];
  return [x, y, fround(fround(a + fround(c / 2)) - x), fround(fround(b + fround(d / 2)) - y)];
}

/** Of two boxes by corner and sizes. */
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

/** The twelve figures of COCO's table. */
function figuresOf({ precision, recall }: Evaluation, settings: Settings): number[] {
  const { iouThresholds, recThresholds, classes, maxDetections } = settings;
  const [R, K, A, M] = [recThresholds.length, classes.length, areaRanges.length, maxDetections.length];
  /** The mean over all that there is something of, at one overlap or all; −1 where there is nothing. */
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

/** A tensor of one element has no dimensions. */
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
      ious.set(`${places[i]},${label}`, empty ? tensor([]) : tensor(rows.map((row) => [...row])));
    }
  });
  result[named('ious')] = ious;
  result[named('precision')] = shaped(precision, [T, R, ...rest]);
  result[named('recall')] = shaped(recall, [T, ...rest]);
  result[named('scores')] = shaped(scores, [T, R, ...rest]);
}
