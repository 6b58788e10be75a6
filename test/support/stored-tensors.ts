// What tensors mean, for random programs: an interpreter that stores everything. Every element is a number with its derivatives by all
// elements of one leaf, and a view is a list of positions.
import * as torch from 'lamplight';

export interface Element {
  readonly v: number;
  /** Derivatives by the elements of the leaf. */
  readonly d: readonly number[];
}

export interface Stored {
  /** Tensors that share memory share this list. */
  readonly memory: Element[];
  readonly at: readonly number[];
  readonly shape: readonly number[];
  readonly detached: boolean;
  /** Writes need noGrad. */
  readonly leaf: boolean;
}

/** A tensor, and what it is to hold. */
export interface Pair {
  readonly t: torch.Tensor;
  readonly r: Stored;
}

/** The shape of the leaf, and the number of its elements. */
export const LEAF = [2, 3];
export const COUNT = 6;
export const none = (): number[] => new Array<number>(COUNT).fill(0);

export const constant = (v: number): Element => ({ v, d: none() });

export const sum = (a: Element, b: Element): Element => ({ v: a.v + b.v, d: a.d.map((x, i) => x + b.d[i]!) });

export const product = (a: Element, b: Element): Element => ({
  v: a.v * b.v,
  d: a.d.map((x, i) => x * b.v + b.d[i]! * a.v),
});

const count = (shape: readonly number[]) => shape.reduce((a, b) => a * b, 1);

export const elements = ({ memory, at, detached }: Stored): Element[] =>
  at.map((i) => ({ v: memory[i]!.v, d: detached ? none() : memory[i]!.d }));

export const fresh = (memory: Element[], shape: readonly number[], leaf = false): Stored => ({
  memory,
  at: memory.map((_, i) => i),
  shape,
  detached: false,
  leaf,
});

/** A leaf with these elements. */
export const leafOf = (start: readonly number[]): Stored =>
  fresh(
    start.map((v, i) => ({ v, d: none().with(i, 1) })),
    LEAF,
    true,
  );

/** The positions of a view whose element [i, j, …] is element `from(i, j, …)` of `r`. */
function pick(r: Stored, shape: readonly number[], from: (index: number[]) => number[]): Stored {
  const at = Array.from({ length: count(shape) }, (_, k) => {
    const index = shape.map(() => 0);
    for (let d = shape.length - 1, rest = k; d >= 0; d--) {
      index[d] = rest % shape[d]!;
      rest = Math.floor(rest / shape[d]!);
    }
    return r.at[from(index).reduce((sum, i, d) => sum * r.shape[d]! + i, 0)]!;
  });
  return { ...r, at, shape };
}

/**
 * Views of every kind; null where there is none. A tensor may have one dimension more than `r` says, its last: along it, all elements
 * are the same.
 */
export const views: readonly ((pair: Pair, k: number) => Pair | null)[] = [
  ({ t, r }, k) => {
    if (r.shape.length === 0) return null;
    const d = k % r.shape.length;
    const start = k % r.shape[d]!;
    const step = 1 + (k % 2);
    const length = Math.ceil((r.shape[d]! - start) / step);
    const shape = r.shape.map((size, e) => (e === d ? length : size));
    const indices = r.shape.map((_, e) => (e === d ? `${start - r.shape[d]!}::${step}` : ':'));
    return {
      t: t.at(...indices),
      r: pick(r, shape, (index) => index.map((i, e) => (e === d ? start + i * step : i))),
    };
  },
  ({ t, r }, k) => {
    if (r.shape.length === 0) return null;
    const d = k % r.shape.length;
    const chosen = k % r.shape[d]!;
    const shape = r.shape.filter((_, e) => e !== d);
    return { t: t.select(d, chosen), r: pick(r, shape, (index) => index.toSpliced(d, 0, chosen)) };
  },
  ({ t, r }) => {
    const rest = t.dim() > r.shape.length ? [r.shape.length] : [];
    const reversed = [...r.shape.keys()].reverse();
    const shape = r.shape.toReversed();
    return { t: t.permute([...reversed, ...rest]), r: pick(r, shape, (index) => index.toReversed()) };
  },
  ({ t, r }) => {
    const rest = t.shape.slice(r.shape.length);
    return t.isContiguous() ? { t: t.view(-1, ...rest), r: { ...r, shape: [r.at.length] } } : null;
  },
  ({ t, r }, k) => {
    const d = k % (r.shape.length + 1);
    return { t: t.unsqueeze(d), r: { ...r, shape: r.shape.toSpliced(d, 0, 1) } };
  },
  ({ t, r }) => ({ t: t.detach(), r: { ...r, detached: true, leaf: false } }),
];

/** In-place operations: what they do to the tensor, and to each element. The last three read another tensor. */
const writes: readonly [
  (t: torch.Tensor, c: number, other: torch.Tensor) => unknown,
  (a: Element, c: number, b: Element) => Element,
][] = [
  [(t, c) => t.add_(c), (a, c) => sum(a, constant(c))],
  [(t, c) => t.mul_(c), (a, c) => product(a, constant(c))],
  [(t, c) => t.fill_(c), (_, c) => constant(c)],
  [(t, _, other) => t.copy_(other), (_a, _c, b) => b],
  [(t, _, other) => t.add_(other), (a, _, b) => sum(a, b)],
  [(t, _, other) => t.mul_(other), (a, _, b) => product(a, b)],
];

/** A write in place: of a number, or of what `other` holds. */
export function write(
  { t, r }: Pair,
  other: Pair | null,
  { op, c, noGrad }: { op: number; c: number; noGrad: boolean },
) {
  if (r.leaf && !noGrad) return;
  const [run, meaning] = writes[op % (other ? writes.length : 3)]!;
  const sources = other ? elements(other.r) : r.at.map(() => constant(0));
  const before = elements(r);
  const call = () => run(t, c, other?.t ?? t);
  if (noGrad) torch.noGrad(call);
  else call();
  r.at.forEach((i, k) => {
    const after = meaning(before[k]!, c, sources[k]!);
    r.memory[i] = { v: after.v, d: noGrad || r.detached ? r.memory[i]!.d : after.d };
  });
}

/** The sum or the product of two tensors of one shape. */
export function combined(a: Pair, b: Pair, adds: boolean): Pair {
  const [x, y] = [elements(a.r), elements(b.r)];
  return {
    t: torch.scope(() => (adds ? a.t.add(b.t) : a.t.mul(b.t))),
    r: fresh(
      x.map((e, i) => (adds ? sum : product)(e, y[i]!)),
      a.r.shape,
    ),
  };
}

/** The gradient of the leaf: of the sum over all tensors, each times its place in the list. */
export function slopes(pairs: readonly Pair[]): number[] {
  const total = none();
  pairs.forEach(({ r }, k) => {
    for (const { d } of elements(r)) for (let i = 0; i < COUNT; i++) total[i]! += (k + 1) * d[i]!;
  });
  return total;
}

/** The sum over all tensors, each times its place in the list. */
export const weighted = (pairs: readonly Pair[]): torch.Tensor =>
  pairs.reduce((total: torch.Tensor | null, { t }, k) => {
    const next = t.sum().mul(k + 1);
    return total ? total.add(next) : next;
  }, null)!;
