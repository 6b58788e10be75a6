// Groups windows of one tensor into layers, such that windows of a layer share no element and one pass can write them
// all. Pure.

interface Axis {
  readonly size: number;
  readonly stride: number;
}

/** A window of a buffer, made of rows of `cols` contiguous elements, and the value that goes there. */
export interface Span<T> {
  readonly rows: readonly Axis[];
  readonly cols: number;
  readonly offset: number;
  readonly of: T;
}

type Place = Omit<Span<unknown>, 'of'>;

/**
 * If more windows than this need comparing in pairs, each becomes its own layer instead, because comparing would take
 * too long.
 */
const MAX_COMPARED = 256;

/** A key that is equal for windows whose rows are equal. */
export const familyOf = ({ rows }: Place): string => rows.map(({ size, stride }) => `${size} ${stride}`).join();

/**
 * The windows in layers. The windows of a layer share no elements, and their rows are equal. The first layer is the
 * largest. The time grows with the number of windows times the number of layers.
 */
export function layersOf<T>(spans: readonly Span<T>[]): Span<T>[][] {
  const families = new Map<string, Span<T>[]>();
  for (const span of spans) {
    const family = familyOf(span);
    const others = families.get(family);
    if (others) others.push(span);
    else families.set(family, [span]);
  }
  const layers = [...families.values()].flatMap((family) => (areStretches(family) ? bySweep(family) : byPairs(family)));
  const size = (layer: readonly Span<T>[]) => layer.reduce((sum, { cols, rows }) => sum + cols * timesOf(rows), 0);
  const sizes = new Map(layers.map((layer) => [layer, size(layer)]));
  return layers.sort((a, b) => sizes.get(b)! - sizes.get(a)!);
}

const timesOf = (rows: readonly Axis[]): number => rows.reduce((product, { size }) => product * size, 1);

/**
 * Whether windows with equal rows are column ranges of one matrix: the strides nest, and no window reaches past the
 * smallest stride. Then two windows share elements if and only if their first rows do.
 */
function areStretches(family: readonly Place[]): boolean {
  const [{ rows }] = family as [Place];
  const inward = rows.toSorted((a, b) => a.stride - b.stride);
  const nested = inward.every(({ stride }, i) => i === 0 || stride >= inward[i - 1]!.size * inward[i - 1]!.stride);
  const pitch = inward[0]?.stride ?? Number.POSITIVE_INFINITY;
  return nested && family.every(({ offset, cols }) => offset + cols <= pitch);
}

/** For column ranges: takes the windows by offset, and puts each into the first layer whose windows end before it. */
function bySweep<T>(family: readonly Span<T>[]): Span<T>[][] {
  const layers: { readonly spans: Span<T>[]; end: number }[] = [];
  for (const span of family.toSorted((a, b) => a.offset - b.offset)) {
    let layer = layers.find(({ end }) => end <= span.offset);
    if (!layer) {
      layer = { spans: [], end: 0 };
      layers.push(layer);
    }
    layer.spans.push(span);
    layer.end = span.offset + span.cols;
  }
  return layers.map(({ spans }) => spans);
}

/** For other windows: puts each into the first layer with which it shares no element, by comparing pairs. */
function byPairs<T>(family: readonly Span<T>[]): Span<T>[][] {
  if (family.length > MAX_COMPARED) return family.map((span) => [span]);
  const layers: Span<T>[][] = [];
  for (const span of family) {
    const layer = layers.find((others) => !others.some((other) => meet(span, other)));
    if (layer) layer.push(span);
    else layers.push([span]);
  }
  return layers;
}

/** Whether two windows with equal rows share an element. */
export function meet(a: Place, b: Place): boolean {
  const outward = a.rows.toSorted((one, other) => other.stride - one.stride);
  /** reach[d]: how far apart two elements can be by the dimensions from d on and the columns. */
  const reach = new Array<number>(outward.length + 1);
  reach[outward.length] = Math.max(a.cols, b.cols) - 1;
  for (let d = outward.length; d > 0; d--) {
    const { size, stride } = outward[d - 1]!;
    reach[d - 1] = reach[d]! + (size - 1) * stride;
  }
  const search = (d: number, apart: number): boolean => {
    if (Math.abs(apart) > reach[d]!) return false;
    if (d === outward.length) return apart < a.cols && -apart < b.cols;
    const { size, stride } = outward[d]!;
    const first = Math.max(1 - size, Math.ceil((apart - reach[d + 1]!) / stride));
    const last = Math.min(size - 1, Math.floor((apart + reach[d + 1]!) / stride));
    for (let steps = first; steps <= last; steps++) if (search(d + 1, apart - steps * stride)) return true;
    return false;
  };
  return search(0, b.offset - a.offset);
}
