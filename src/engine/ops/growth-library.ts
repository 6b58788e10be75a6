// The operations and helpers that src/engine/growth computes with, handed over as one object, since growth loads late.
import { MAX_RANK, stridedPass } from '../compiler/strided';
import { SMALL_BYTES } from '../gpu/memory';
import { mode, withMode } from '../graph/mode';
import { isTracing, moveTo, placeOf } from '../graph/places';
import { fromHost, record, recordAll } from '../graph/record';
import { regroupedRows } from '../graph/repeated-programs';
import { internMeta } from '../graph/signature';
import { pieceOf } from '../graph/slices';
import { Value } from '../graph/value';
import { gatherOp, kernel } from './indexing/indexing';
import { add, div, mul, sqrt, sub } from './pointwise/arithmetic';
import { lt, where } from './pointwise/compare';
import { expand, reducedCount, sum } from './reduction/reduce';
import { windowsOf } from './shape/assemble';
import { detach, reshape } from './shape/cast';
import { flip, isDistinct, lowerView, pad, recordView, scatterOp, stridedView } from './shape/shape';

export const library = {
  add,
  detach,
  div,
  expand,
  flip,
  fromHost,
  gatherOp,
  internMeta,
  isDistinct,
  isTracing,
  kernel,
  lowerView,
  lt,
  MAX_RANK,
  mode,
  moveTo,
  mul,
  pad,
  pieceOf,
  placeOf,
  record,
  recordAll,
  recordView,
  reducedCount,
  regroupedRows,
  reshape,
  scatterOp,
  SMALL_BYTES,
  sqrt,
  stridedPass,
  stridedView,
  sub,
  sum,
  Value,
  where,
  windowsOf,
  withMode,
};

export type Library = typeof library;
