// Checks which operations are split into a part that is kept and one that runs each time, and for how long what is kept holds.
import { describe, expect, test } from 'vitest';
import { input, type KernelOp, output } from '../../src/engine/compiler/ir';
import { KeptResults } from '../../src/engine/compiler/kept-results';
import { foldConstant } from '../../src/engine/compiler/passes/fold-constant';
import type { Dispatch, Executable } from '../../src/engine/gpu/executable';
import { aliasOp, described, kernelOp, type Line, lowered, operation } from '../support/programs';

const pass = { label: 'factors', source: [''], reads: [input(0)], writes: [output()], grid: [1, 1, 1] } as const;
const norm: KernelOp = operation('norm', {
  kind: 'pointwise',
  body: { expr: 'a0 * a1' },
  folded: { pass, body: { expr: 'fma(a0, a1.x, a1.y)', pairs: 1 } },
});
const write = kernelOp('write', { inPlace: () => [[0, 0]] });

/** Inputs: x, and two vectors of its channels. */
const folded = (lines: Line[], exports: number[], channels = 4) =>
  described(foldConstant(lowered([[1, channels, 5], [channels], [channels]], lines, exports)));

describe('foldConstant', () => {
  test('splits what reads inputs, by whatever shape, and little else', () => {
    expect(folded([[norm, [0, 1, 2], [1, 4, 5]]], [3])).toEqual(['factors(1,2) -> 4', 'norm(0,4) -> 3']);
    const seen: Line[] = [
      [aliasOp, [1], [1, 4, 1]],
      [norm, [0, 3, 2], [1, 4, 5]],
    ];
    expect(folded(seen, [4]).slice(1)).toEqual(['factors(3,2) -> 5', 'norm(0,5) -> 4']);
  });

  test('leaves what is computed or overwritten in the same run, and what would take too much', () => {
    const computed: Line[] = [
      [kernelOp('read'), [1], [4]],
      [norm, [0, 3, 2], [1, 4, 5]],
    ];
    expect(folded(computed, [4])[1]).toBe('norm(0,3,2) -> 4');
    const overwritten: Line[] = [
      [norm, [0, 1, 2], [1, 4, 5]],
      [write, [1], [4]],
    ];
    expect(folded(overwritten, [3, 4])[0]).toBe('norm(0,1,2) -> 3');
    expect(folded([[norm, [0, 1, 2], [1, 9999, 5]]], [3], 9999)).toEqual(['norm(0,1,2) -> 3']);
  });
});

describe('KeptResults', () => {
  const dispatch = { kept: { inputs: [1], scalars: [0] } } as unknown as Dispatch;
  const steady = [{}] as Dispatch[];
  const executable = { dispatches: [dispatch, ...steady], steady } as unknown as Executable;
  const [x, a, b] = [{}, {}, {}] as never[];
  const job = (weight: never, scalar = 1, offset?: number) => ({
    inputs: [x, weight],
    offsets: [undefined, offset],
    scalars: [scalar],
  });

  test('holds for the same values, places and numbers, and no longer', () => {
    const keeping = new KeptResults();
    const isStale = (...given: Parameters<typeof job>) => keeping.stale(executable, job(...given)).length > 0;
    expect(isStale(a!)).toBe(true);
    keeping.sent([dispatch], job(a!));
    expect([isStale(a!), isStale(b!), isStale(a!, 2), isStale(a!, 1, 256)]).toEqual([false, true, true, true]);
    keeping.forget();
    expect(isStale(a!)).toBe(true);
  });
});
