// Helpers for writing an op's `lower`.
import type { Operand, Pass, Variants } from './ir';

/** WebGPU's limit on workgroups in one dimension. */
const MAX_WORKGROUPS = 65535;

/**
 * Workgroup counts for `count` workgroups in a row, folded into two dimensions when there are more than 65,535. A
 * kernel recovers its number as `id.y * num_workgroups.x + id.x` and must ignore numbers past the end.
 */
export function grid(count: number): [number, number, number] {
  if (count <= MAX_WORKGROUPS) return [count, 1, 1];
  const rows = Math.ceil(count / MAX_WORKGROUPS);
  return [Math.ceil(count / rows), rows, 1];
}

/** Workgroups of `size` invocations needed for `threads` invocations, folded as `grid` does. */
export const gridFor = (threads: number, size: number): [number, number, number] => grid(Math.ceil(threads / size));

/** A pass with its operands replaced, and perhaps another label; its variants are changed in the same way. */
export function placed(pass: Pass, place: (operand: Operand) => Operand, label = pass.label): Pass {
  const also = (other: Pass) => placed(other, place, label);
  return withEach({ ...pass, label, reads: pass.reads.map(place), writes: pass.writes.map(place) }, also);
}

/** A pass with these variants added to its own. */
export const varied = (pass: Pass, variants: Variants): Pass => ({
  ...pass,
  variants: { ...pass.variants, ...variants },
});

/** A pass with `change` applied to each of its variants, and `late` to the one that is made on demand (`often`). */
export function withEach(pass: Pass, change: (variant: Pass) => Pass, late = change): Pass {
  const { general, often, besides } = pass.variants ?? {};
  return varied(pass, {
    general: general && change(general),
    often: often && (() => late(often())),
    besides: besides?.map(change),
  });
}
