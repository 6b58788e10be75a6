// scatterReduce and indexReduce: elements go to places by an index, and those that meet in one place are reduced.

import { ArgumentError, ShapeError } from '../../core/errors';
import { type Meta, numel, type Shape, sameShape, showShape } from '../../core/meta';
import { expectNumber, record } from '../../graph/record';
import type { Op, Value } from '../../graph/value';
import { div, mul } from '../pointwise/arithmetic';
import { eq, logicalAnd, where } from '../pointwise/compare';
import { cast, full } from '../shape/cast';
import { resolveDim } from '../shape/dims';
import type { Scatter, ScatterKind } from './index-attrs';
import {
  expectIndex,
  expectSource,
  gather,
  indexAdd,
  indexCopy,
  indexSelect,
  inRegion,
  scatterAdd,
  scatterInto,
  scatterKernel,
} from './indexing';

/** How the elements that meet in one place are reduced. */
export type Reduce = Exclude<ScatterKind, 'last'>;

const nameOf = ({ shared }: Scatter) => (shared ? 'indexReduce' : 'scatterReduce');

/** Inputs: base, index, source. */
const scatterReduceOp: Op<Scatter> = {
  name: 'scatterReduce',
  saves: { inputs: [0, 1, 2], outputs: [0] },
  infer([base, index, src], attrs) {
    checkParts(nameOf(attrs), [base!, index!, src!], attrs);
    return [{ shape: base!.shape, dtype: base!.dtype }];
  },
  lower: (context) => scatterKernel().scatters.scatterOnto(context, nameOf(context.attrs), context.attrs),
  vjp([dy], { inputs: [base, index, src], outputs: [y], attrs }) {
    const places = new Places(attrs, index!);
    const [dbase, dsrc] = gradients[attrs.kind as Reduce](dy!, base!, src!, y!, places, attrs);
    return [attrs.includeSelf ? dbase : places.put(dbase, full(src!.shape, 0)), null, dsrc];
  },
};

function checkParts(op: string, [base, index, src]: readonly [Meta, Meta, Meta], { dim, shared }: Scatter): void {
  expectIndex(op, 'index', index);
  if (shared && base.shape.length === 0)
    throw new ShapeError(`${op}: expected input with dimensions, but got shape []`);
  const along = shared ? numel(index.shape) : index.shape[dim]!;
  const expected: Shape = base.shape.map((size, d) => (d === dim ? along : size));
  if (!sameShape(src.shape, expected) || (!shared && !sameShape(index.shape, src.shape))) {
    throw new ShapeError(
      `${op}: expected a source of shape ${showShape(expected)} for input ${showShape(base.shape)} and index ${showShape(index.shape)}, but got ${showShape(src.shape)}`,
    );
  }
  expectSource(op, base, src);
}

/** The places that an index names, with the operations that read and write there. */
class Places {
  constructor(
    private readonly attrs: Scatter,
    private readonly index: Value,
  ) {}

  pick(x: Value): Value {
    const { dim, shared } = this.attrs;
    return shared ? indexSelect(x, dim, this.index) : gather(x, dim, this.index);
  }

  add(base: Value, src: Value): Value {
    const { dim, shared } = this.attrs;
    return shared ? indexAdd(base, dim, this.index, src) : scatterAdd(base, dim, this.index, src);
  }

  put(base: Value, src: Value): Value {
    const { dim, shared } = this.attrs;
    return shared ? indexCopy(base, dim, this.index, src) : scatterInto(base, dim, this.index, src, true);
  }

  reduce(base: Value, src: Value): Value {
    return record(scatterReduceOp, [base, this.index, src], this.attrs);
  }
}

type Gradient = (
  dy: Value,
  base: Value,
  src: Value,
  y: Value,
  places: Places,
  attrs: Scatter,
) => readonly [dbase: Value, dsrc: Value];

const float = (x: Value) => cast(x, 'float32');

/** The elements that equal the extremum share the gradient evenly. */
const sharedGradient: Gradient = (dy, base, src, y, places) => {
  const [own, others] = [float(eq(base, y)), float(eq(src, places.pick(y)))];
  const share = div(dy, places.add(own, others));
  return [mul(own, share), mul(others, places.pick(share))];
};

const gradients: Record<Reduce, Gradient> = {
  sum: (dy, _base, _src, _y, places) => [dy, places.pick(dy)],
  mean(dy, base, src, _y, places, { includeSelf }) {
    const terms = places.add(full(base.shape, includeSelf ? 1 : 0), full(src.shape, 1));
    const share = div(dy, where(eq(terms, 0), 1, terms));
    return [share, places.pick(share)];
  },
  prod(dy, base, src, y, places) {
    // The gradient of a factor is the product of the others. Where it cannot be y / factor, because the factor is the
    // only zero of its place, compute the product again with 1 in place of that zero.
    const one = where(eq(base, 0), 1, base);
    const dbase = div(mul(dy, places.reduce(one, src)), one);
    const zero = eq(src, 0);
    const alone = logicalAnd(zero, eq(places.pick(places.add(full(base.shape, 0), float(zero))), 1));
    const others = places.reduce(base, where(alone, 1, src));
    const quotient = div(places.pick(mul(dy, y)), where(zero, 1, src));
    return [dbase, where(alone, places.pick(mul(dy, others)), quotient)];
  },
  amax: sharedGradient,
  amin: sharedGradient,
};

const reductions: readonly string[] = ['sum', 'prod', 'mean', 'amax', 'amin'] satisfies Reduce[];

function expectReduce(op: string, reduce: string, allowed: readonly string[]): void {
  if (!allowed.includes(reduce)) {
    throw new ArgumentError(`${op}: expected a reduction of ${allowed.join(', ')}, but got '${reduce}'`);
  }
}

/**
 * base with element [index[i][j][k]][j][k] replaced by the reduction of all src[i][j][k] that go there, for dim 0;
 * likewise for other dimensions. With `includeSelf`, the element of base takes part.
 */
export function scatterReduce(
  base: Value,
  dim: number,
  index: Value,
  src: Value,
  reduce: Reduce,
  includeSelf: boolean,
): Value {
  expectReduce('scatterReduce', reduce, reductions);
  if (reduce === 'mean') expectNumber('scatterReduce', 'input', base);
  return inRegion('scatterReduce', { base, dim, index, src }, (parts, at) =>
    record(scatterReduceOp, parts, { dim: at, shared: false, kind: reduce, includeSelf }),
  );
}

/**
 * base with slice index[j] along a dimension replaced by the reduction of all slices j of src that go there. With
 * `includeSelf`, the slice of base takes part.
 */
export function indexReduce(
  base: Value,
  dim: number,
  index: Value,
  src: Value,
  reduce: Exclude<Reduce, 'sum'>,
  includeSelf: boolean,
): Value {
  expectReduce('indexReduce', reduce, reductions.slice(1));
  if (reduce === 'mean' || !includeSelf || base.shape.length < 2) expectNumber('indexReduce', 'input', base);
  const at = resolveDim('indexReduce', dim, base.shape.length);
  return record(scatterReduceOp, [base, index, src], { dim: at, shared: true, kind: reduce, includeSelf });
}
