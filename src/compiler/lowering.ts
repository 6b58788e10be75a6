// Helpers for writing an op's `lower`.

/** WebGPU's limit on workgroups in one dimension. */
const MAX_WORKGROUPS = 65535;

/**
 * Workgroup counts for `count` workgroups in a row, folded into two dimensions when there are more than 65,535. A kernel
 * recovers its number as `id.y * num_workgroups.x + id.x` and must ignore numbers past the end.
 */
export function grid(count: number): [number, number, number] {
  if (count <= MAX_WORKGROUPS) return [count, 1, 1];
  const rows = Math.ceil(count / MAX_WORKGROUPS);
  return [Math.ceil(count / rows), rows, 1];
}

/** Workgroups of `size` invocations needed for `threads` invocations, folded as `grid` does. */
export const gridFor = (threads: number, size: number): [number, number, number] => grid(Math.ceil(threads / size));
