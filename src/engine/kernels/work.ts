// How long a dispatch may take: kernels that multiply tell the compiler, so that none holds up a slow GPU for longer than its watchdog waits.
import type { Lowering, Pass } from '../compiler/ir';
import type { AdapterProfile } from '../gpu/device';

/** The multiplications in a millisecond of a slow GPU: one within a processor, of 1 TFLOP/s, by kernels that reach half of that. */
const SLOW = 2.5e8;

/**
 * Windows resets a GPU that does not answer for 2 s, and browsers one that is busy for about 10. A dispatch that would take longer than this
 * is cut, into at most so many. Tests change them.
 */
export const limits = { milliseconds: 500, parts: 1024 };

/** What a pass of so many multiplications tells the compiler. */
export function workOf(multiplications: number, { kind }: Pick<AdapterProfile, 'kind'>): Partial<Pass> {
  const milliseconds = multiplications / SLOW;
  if (kind !== 'gpu') return {};
  const parts = Math.min(Math.ceil(milliseconds / limits.milliseconds), limits.parts);
  if (parts > 1) return { milliseconds, parts };
  return milliseconds >= 1 ? { milliseconds } : {};
}

/** A convolution's lowering, whose passes that multiply tell their work. Others pad, or add up chunks. */
export function withWork(lowering: Lowering, multiplications: number, adapter: AdapterProfile): Lowering {
  const work = workOf(multiplications, adapter);
  if (lowering.kind !== 'passes' || work.milliseconds === undefined) return lowering;
  const { passes, pooled } = lowering;
  return {
    ...lowering,
    passes: passes.map((pass) => (MULTIPLY.includes(pass.label) ? { ...pass, ...work } : pass)),
    ...(pooled && {
      pooled: (pooling: Parameters<typeof pooled>[0]) => {
        const made = pooled(pooling);
        return made && withWork(made, multiplications, adapter);
      },
    }),
  };
}

const MULTIPLY = ['conv2d', 'conv2d input gradient', 'conv2d weight gradient'];
