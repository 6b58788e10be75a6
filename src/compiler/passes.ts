// The compiler's passes over a lowered program, in order.
import { shareEqual } from './equal';
import { fusePointwise, leaveApart } from './fuse';
import type { LoweredProgram } from './ir';
import { moveMasks } from './masks';
import { schedule } from './schedule';
import { dropUnused } from './unused';
import { composeViews } from './views';

/** A lowered program in, another that computes the same out. Pure. */
export type CompilerPass = (lowered: LoweredProgram) => LoweredProgram;

/** Nodes become fewer and cheaper, then kernels fewer, then their order thriftier. */
export const compilerPasses: readonly CompilerPass[] = [
  composeViews,
  shareEqual,
  moveMasks,
  dropUnused,
  fusePointwise,
  schedule,
];

/** Nothing but what a plan cannot do without. */
export const plainPasses: readonly CompilerPass[] = [leaveApart];
