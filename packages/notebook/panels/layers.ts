// Layers as volumes: which are drawn, and what each number of one sees of the input and of the layers before it.
import type { Field, Volume } from './data';

/** A layer as `layerShapes` of `lamplight/interpret` tells of it. */
export interface LayerRow {
  readonly name: string;
  readonly type: string;
  readonly outputShape: readonly number[];
  readonly receptiveField: (Field & { readonly isGlobal: boolean }) | null;
}

/** A layer by what it does, each behind the one before. */
export interface LayerStep {
  readonly name: string;
  readonly type?: string;
  /** [channels, height, width], or [features], after which every number sees all of the input. */
  readonly shape: readonly number[];
  readonly kernel?: number;
  readonly stride?: number;
  readonly padding?: number;
  readonly dilation?: number;
}

/** Volumes from which layers of one shape that follow each other are drawn as one. */
const MANY = 14;

/**
 * What a number of each layer sees of the input, where each follows the one before. With kernel k, stride s, dilation d and padding p,
 *
 *     size_l = size_{l−1} + (k − 1)·d·stride_{l−1},  stride_l = stride_{l−1}·s,  start_l = start_{l−1} − p·stride_{l−1},
 *
 * from size 1, stride 1 and start 0 of the input itself: each number of a kernel adds what its neighbours are apart.
 *
 * Source: Araujo et al. 2019, "Computing Receptive Fields of Convolutional Neural Networks", equations 2 to 5.
 */
export function fieldsOf(steps: readonly LayerStep[]): (Field | 'all')[] {
  let [size, apart, start, isAll] = [1, 1, 0, false];
  return steps.map(({ shape, kernel = 1, stride = 1, padding = 0, dilation = 1 }) => {
    size += (kernel - 1) * dilation * apart;
    start -= padding * apart;
    apart *= stride;
    isAll ||= shape.length < 3;
    return isAll ? 'all' : { size: [size, size], stride: [apart, apart], start: [start, start] };
  });
}

/** Layers by what they do as volumes. */
export function volumesOfSteps(steps: readonly LayerStep[]): Volume[] {
  const fields = fieldsOf(steps);
  return steps.map(({ name, type = '', shape }, i) => ({ name, type, shape, field: fields[i] ?? null, count: 1 }));
}

const isSame = (a: readonly number[], b: readonly number[]): boolean =>
  a.length === b.length && a.every((value, i) => value === b[i]);

/** What has weights or makes a picture smaller is a volume of its own, of whatever shape. */
const isOwn = (type: string): boolean => /Conv|Linear|Pool|Upsample/.test(type);

/** Rows of layers as volumes: layers within layers alone, and none for one that leaves the shape as it is, as an activation does. */
export function volumesOfRows(rows: readonly LayerRow[]): Volume[] {
  const volumes: Volume[] = [];
  for (const { name, type, outputShape, receptiveField } of rows) {
    const holds = rows.some((other) => other.name !== name && (name === '' || other.name.startsWith(`${name}.`)));
    if (holds) continue;
    const shape = outputShape.slice(1);
    const field = receptiveField?.isGlobal ? 'all' : receptiveField;
    const before = volumes.at(-1);
    const kept = field && field !== 'all' ? { size: field.size, stride: field.stride, start: field.start } : field;
    if (before && !isOwn(type) && isSame(before.shape, shape)) volumes[volumes.length - 1] = { ...before, field: kept };
    else volumes.push({ name, type, shape, field: kept, count: 1 });
  }
  return volumes.length > MANY ? joined(volumes) : volumes;
}

/** Layers of one shape that follow each other as one, which sees as much as the last of them. */
export function joined(volumes: readonly Volume[]): Volume[] {
  const kept: Volume[] = [];
  for (const volume of volumes) {
    const before = kept.at(-1);
    const isPool = [before, volume].map((one) => /Pool/.test(one?.type ?? ''));
    if (before && isPool[0] === isPool[1] && isSame(before.shape, volume.shape)) {
      kept[kept.length - 1] = {
        ...before,
        name: shared(before.name, volume.name),
        field: volume.field,
        count: before.count + 1,
      };
    } else kept.push(volume);
  }
  return kept;
}

/** What two names of layers begin with alike, or else the first. */
function shared(a: string, b: string): string {
  const [parts, others] = [a.split('.'), b.split('.')];
  const end = parts.findIndex((part, i) => part !== others[i]);
  return (end < 0 ? parts : parts.slice(0, end)).join('.') || a;
}

/**
 * The input that the first layer was given, as far as its numbers say: (n − 1)·stride + size + 2·start places are covered by n numbers, and up to stride − 1 more that make no difference. How many
 * channels it has, they do not say.
 */
export function inputOf([first]: readonly Volume[]): readonly number[] | null {
  const { shape = [], field = null } = first ?? {};
  if (field === null || field === 'all' || shape.length < 3) return null;
  return [0, 1].map((axis) => {
    const [count, size, stride, start] = [shape[axis + 1]!, field.size[axis]!, field.stride[axis]!, field.start[axis]!];
    const least = Math.max(1, Math.round((count - 1) * stride + size + 2 * start));
    // With a stride, a few numbers more make no more places: of these sizes the one that can be halved most often.
    const sizes = Array.from({ length: Math.max(1, Math.round(stride)) }, (_, i) => least + i);
    return sizes.reduce((best, one) => ((one & -one) > (best & -best) ? one : best));
  });
}

/** From where to where along an axis, in places of a layer. */
export type Span = readonly [from: number, to: number];

/** Along an axis, what the number `at` of a layer sees of a layer before it, cut off at its borders; null where it sees none of it. */
export function spanOf(of: Volume, at: number, before: Volume, axis: number): Span | null {
  const length = before.shape[axis + 1] ?? 1;
  if (of.field === 'all') return [0, length];
  if (of.field === null || before.field === null || before.field === 'all') return null;
  const begin = of.field.start[axis]! + at * of.field.stride[axis]!;
  const apart = before.field.stride[axis]!;
  const count = (of.field.size[axis]! - before.field.size[axis]!) / apart + 1;
  const from = (begin - before.field.start[axis]!) / apart;
  const [low, high] = [Math.max(0, from), Math.min(length, from + count)];
  return high > low ? [low, high] : null;
}
