// The compiler's passes over a lowered program, in order.

import type { LoweredProgram } from '../ir';
import { composeViews } from './compose-views';
import { dropUnused } from './drop-unused';
import { foldStanding } from './fold-constant';
import { fusePointwise, leaveApart } from './fuse-pointwise';
import { fusePools } from './fuse-pools';
import { catsInPlace } from './join-in-place';
import { moveScales } from './move-scales';
import { schedule } from './schedule';
import { shareEqual } from './share-equal';
import { readHalves } from './widen-late';

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
