// The compiler's passes over a lowered program, in order.

import { catsInPlace } from './cats';
import { shareEqual } from './equal';
import { foldStanding } from './fold';
import { fusePointwise, leaveApart } from './fuse';
import { readHalves } from './halves';
import type { LoweredProgram } from './ir';
import { fusePools } from './pools';
import { moveScales } from './scales';
import { schedule } from './schedule';
import { dropUnused } from './unused';
import { composeViews } from './views';

/** A lowered program in, another that computes the same out. Pure. */
export type CompilerPass = (lowered: LoweredProgram) => LoweredProgram;

/**
 * Nodes become fewer and cheaper, then kernels fewer, then their order thriftier. Poolings are fused before pointwise nodes,
 * so that these may follow, and after them, with what these put in between.
 */
export const compilerPasses: readonly CompilerPass[] = [
  composeViews,
  shareEqual,
  moveScales,
  readHalves,
  dropUnused,
  foldStanding,
  fusePools,
  fusePointwise,
  fusePools,
  catsInPlace,
  schedule,
];

/** Nothing but what a plan cannot do without. */
export const plainPasses: readonly CompilerPass[] = [leaveApart];
