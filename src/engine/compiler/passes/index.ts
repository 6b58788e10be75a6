// The compiler's passes over a lowered program, in order.

import { withMarksAlone } from '../../wgsl/unroll';
import { inlining } from '../fusion/inlining';
import type { LoweredProgram } from '../ir';
import { withTexts } from '../texts';
import { composeViews } from './compose-views';
import { dropUnused } from './drop-unused';
import { fusePointwise } from './fuse-pointwise';
import { hasHalves, widening } from './halves';
import { joinInPlace } from './join-in-place';
import { schedule } from './schedule';
import { shareEqual } from './share-equal';

/** Turns a lowered program into another that computes the same. Pure. */
export type CompilerPass = (lowered: LoweredProgram) => LoweredProgram;

// Passes that load late: together with the kernels that they are for, or where the program contains something that they
// would change.

const moveScales: CompilerPass = (lowered) => inlining.here?.moveScales(lowered) ?? lowered;

const readViews: CompilerPass = (lowered) => inlining.here?.readViews(lowered, withTexts) ?? lowered;

const readHalves: CompilerPass = (lowered) =>
  hasHalves(lowered.program) ? widening.now.readHalves(lowered, withMarksAlone) : lowered;

const keepConstant: CompilerPass = (lowered) =>
  lowered.lowerings.some((lowering) => 'folded' in lowering || 'moves' in lowering)
    ? inlining.now.keepConstant(lowered)
    : lowered;

const fusePools: CompilerPass = (lowered) => inlining.here?.fusePools(lowered) ?? lowered;

/**
 * Nodes become fewer and cheaper, then kernels fewer, then their order thriftier. Poolings are fused twice: before
 * pointwise fusion, so that pointwise nodes can join a pooled kernel; and after it, when pointwise nodes no longer
 * stand between a kernel and its pooling.
 */
export const compilerPasses: readonly CompilerPass[] = [
  composeViews,
  shareEqual,
  moveScales,
  readViews,
  readHalves,
  dropUnused,
  keepConstant,
  fusePools,
  fusePointwise,
  fusePools,
  joinInPlace,
  schedule,
];
