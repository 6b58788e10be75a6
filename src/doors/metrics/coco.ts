// The evaluation of detectors as COCO defines it (Lin et al. 2014, arXiv:1405.0312, and its reference program,
// pycocotools): at several overlap thresholds, detections are matched to true objects in order of their scores, and
// precision is sampled at fixed recalls.

/** The objects of one picture. */
export interface Objects {
  readonly labels: ArrayLike<number>;
  /** The area of each object in pixels. */
  readonly areas: ArrayLike<number>;
}

export interface Truths extends Objects {
  /** Whether each entry stands for a crowd of objects; detections that match a crowd do not count. */
  readonly crowd: ArrayLike<number>;
}

export interface Detections extends Objects {
  readonly scores: ArrayLike<number>;
}

/** One picture to evaluate. */
export interface Picture {
  readonly truths: Truths;
  readonly detections: Detections;
  /** The overlap of a detection with a true object, in [0, 1]; with a crowd, the share of the detection inside it. */
  overlap(detection: number, truth: number): number;
}

export interface Settings {
  readonly iouThresholds: readonly number[];
  readonly recThresholds: readonly number[];
  /** Limits of the number of detections per picture, rising. */
  readonly maxDetections: readonly number[];
  readonly classes: readonly number[];
}

/** The smallest and the largest area in pixels of the objects that count: all, small, medium, large. */
export const areaRanges = [
  [0, 1e10],
  [0, 32 ** 2],
  [32 ** 2, 96 ** 2],
  [96 ** 2, 1e10],
] as const;

/**
 * Results by overlap threshold (T), recall (R), class (K), area range (A) and limit of detections (M); −1 if there are
 * no objects.
 */
export interface Evaluation {
  /** [T, R, K, A, M] */
  readonly precision: Float64Array;
  /** The score at which each recall is reached. [T, R, K, A, M] */
  readonly scores: Float64Array;
  /** The largest recall. [T, K, A, M] */
  readonly recall: Float64Array;
  /** For each picture, by class: the overlaps of its detections (rows, by falling score) with its true objects. */
  readonly overlaps: readonly ReadonlyMap<number, readonly (readonly number[])[]>[];
}

/** The detections and true objects of one class in one picture. */
interface Group {
  /** Indices of the detections by falling score, at most as many as the largest limit. */
  readonly detections: readonly number[];
  readonly truths: readonly number[];
  /** Indexed by position in `detections`, then in `truths`. */
  readonly overlaps: readonly (readonly number[])[];
}

/** The matches of a group's detections at one overlap threshold. */
interface Matches {
  readonly matched: readonly boolean[];
  /** Detections that count neither as right nor as wrong. */
  readonly ignored: readonly boolean[];
}

const indicesOf = (labels: ArrayLike<number>, label: number): number[] =>
  Array.from(labels, (own, i) => (own === label ? i : -1)).filter((i) => i >= 0);

function groupOf(picture: Picture, label: number, most: number): Group | null {
  const truths = indicesOf(picture.truths.labels, label);
  const all = indicesOf(picture.detections.labels, label);
  if (truths.length + all.length === 0) return null;
  const { scores } = picture.detections;
  const detections = all.sort((a, b) => scores[b]! - scores[a]!).slice(0, most);
  return { detections, truths, overlaps: detections.map((d) => truths.map((t) => picture.overlap(d, t))) };
}

const isOutside = (area: number, [least, most]: readonly [number, number]): boolean => area < least || area > most;

/** Matches each detection, in order of falling scores, to the unmatched true object that it overlaps most. */
function match(picture: Picture, group: Group, range: readonly [number, number], threshold: number): Matches {
  const { crowd, areas } = picture.truths;
  const isIgnored = group.truths.map((t) => crowd[t]! !== 0 || isOutside(areas[t]!, range));
  // Objects that count come first, so that a detection matches one of them if it can.
  const order = [...isIgnored.keys()].sort((a, b) => Number(isIgnored[a]) - Number(isIgnored[b]));
  const taken = new Set<number>();
  const matched: boolean[] = [];
  const ignored: boolean[] = [];
  group.detections.forEach((detection, d) => {
    let best = Math.min(threshold, 1 - 1e-10);
    let found = -1;
    for (const t of order) {
      if (taken.has(t) && crowd[group.truths[t]!] === 0) continue;
      if (found >= 0 && !isIgnored[found] && isIgnored[t]) break;
      const overlap = group.overlaps[d]![t]!;
      if (overlap < best) continue;
      best = overlap;
      found = t;
    }
    matched.push(found >= 0);
    ignored.push(found >= 0 ? isIgnored[found]! : isOutside(picture.detections.areas[detection]!, range));
    if (found >= 0) taken.add(found);
  });
  return { matched, ignored };
}

/** A detection of any picture. */
interface Hit {
  readonly score: number;
  readonly picture: number;
  /** Its position in the group of its picture. */
  readonly place: number;
}

/** The first `count` detections of each group, merged over all pictures by falling score. */
const hitsOf = (groups: readonly (Group | null)[], pictures: readonly Picture[], count: number): Hit[] =>
  groups
    .flatMap((group, picture) =>
      (group?.detections ?? []).slice(0, count).map((detection, place): Hit => {
        const score = pictures[picture]!.detections.scores[detection]!;
        return { score, picture, place };
      }),
    )
    .sort((x, y) => y.score - x.score);

/** Binary search: the first index of a rising list whose value is at least `wanted`. */
function firstAtLeast(rising: readonly number[], wanted: number): number {
  let [low, high] = [0, rising.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (rising[middle]! < wanted) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Precision and scores at the given recalls (0 if a recall is not reached), and the largest recall. */
function curve(
  hits: readonly Hit[],
  matches: readonly (Matches | null)[],
  positives: number,
  recalls: readonly number[],
) {
  const precision: number[] = [];
  const recall: number[] = [];
  let [right, wrong] = [0, 0];
  for (const { picture, place } of hits) {
    const { matched, ignored } = matches[picture]!;
    if (!ignored[place]) matched[place] ? right++ : wrong++;
    recall.push(right / positives);
    precision.push(right / (wrong + right + Number.EPSILON));
  }
  for (let i = precision.length - 1; i > 0; i--) precision[i - 1] = Math.max(precision[i - 1]!, precision[i]!);
  const places = recalls.map((wanted) => firstAtLeast(recall, wanted));
  return {
    precision: places.map((i) => precision[i] ?? 0),
    scores: places.map((i) => hits[i]?.score ?? 0),
    recall: recall.at(-1) ?? 0,
  };
}

export function evaluate(pictures: readonly Picture[], settings: Settings): Evaluation {
  const { iouThresholds, recThresholds, maxDetections, classes } = settings;
  const [T, R, K, A, M] = [
    iouThresholds.length,
    recThresholds.length,
    classes.length,
    areaRanges.length,
    maxDetections.length,
  ];
  const precision = new Float64Array(T * R * K * A * M).fill(-1);
  const scores = precision.slice();
  const recall = new Float64Array(T * K * A * M).fill(-1);
  const overlaps = pictures.map(() => new Map<number, readonly (readonly number[])[]>());
  for (const [k, label] of classes.entries()) {
    const groups = pictures.map((picture) => groupOf(picture, label, maxDetections.at(-1)!));
    for (const [i, group] of groups.entries()) overlaps[i]!.set(label, group?.overlaps ?? []);
    const hits = maxDetections.map((count) => hitsOf(groups, pictures, count));
    for (const [a, range] of areaRanges.entries()) {
      const positives = groups.reduce((sum, group, i) => {
        const { crowd, areas } = pictures[i]!.truths;
        const counting = group?.truths.filter((t) => crowd[t] === 0 && !isOutside(areas[t]!, range));
        return sum + (counting?.length ?? 0);
      }, 0);
      if (positives === 0) continue;
      for (const [t, threshold] of iouThresholds.entries()) {
        const matches = groups.map((group, i) => group && match(pictures[i]!, group, range, threshold));
        for (let m = 0; m < M; m++) {
          const found = curve(hits[m]!, matches, positives, recThresholds);
          for (let r = 0; r < R; r++) {
            const at = (((t * R + r) * K + k) * A + a) * M + m;
            precision[at] = found.precision[r]!;
            scores[at] = found.scores[r]!;
          }
          recall[((t * K + k) * A + a) * M + m] = found.recall;
        }
      }
    }
  }
  return { precision, scores, recall, overlaps };
}
