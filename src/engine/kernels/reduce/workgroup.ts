// Workgroups of kernels that walk along rows: their size, how their invocations combine results on GPUs, and how many loads of each are
// under way at once.
import byHalves from '../../../../shaders/lib/workgroup-halves.wgsl?raw';
import bySubgroups from '../../../../shaders/lib/workgroup-subgroups.wgsl?raw';
import { gridFor, type Pass, varied, withEach } from '../../compiler/ir';
import type { AdapterProfile } from '../../gpu/device';

/**
 * The library with `workgroup_sum` and `workgroup_max`, which uses subgroups if the device has them. Put it first: it
 * may contain `enable`.
 */
export const workgroupLib = ({ features }: AdapterProfile): string =>
  features.has('subgroups') ? bySubgroups : byHalves;

/** The workgroup size of a kernel with one invocation per row. */
const WORKGROUP = 64;
/**
 * On a CPU, workgroups are small if rows are few, so that every core has some; also in general variants, for any number
 * of rows.
 */
const FEW_ROWS = 512;
const SMALL_WORKGROUP = 8;

/** The pass with one invocation per row. Its source must have a constant WORKGROUP. */
export function rowsPass(pass: Omit<Pass, 'grid'>, rows: number, { kind }: AdapterProfile): Pass {
  const by = (workgroup: number): Pass => ({
    ...pass,
    consts: { ...pass.consts, WORKGROUP: workgroup },
    grid: gridFor(rows, workgroup),
  });
  if (kind === 'gpu') return by(WORKGROUP);
  return rows < FEW_ROWS ? by(SMALL_WORKGROUP) : varied(by(WORKGROUP), { general: by(SMALL_WORKGROUP), apart: true });
}

/**
 * On a GPU an invocation keeps several loads under way, since bytes in flight decide how fast memory is read. On a CPU,
 * whose caches are near, more code would only take longer to compile.
 */
const APART = { software: 1, gpu: 4 };

/** The pass with the constant APART of its source set for the adapter, in its variants as well. */
export function loadsApart(pass: Pass, { kind }: AdapterProfile): Pass {
  const set = (one: Pass): Pass => ({ ...one, consts: { ...one.consts, APART: APART[kind] } });
  return withEach(set(pass), set);
}

/** On a GPU, rows are divided until there are so many workgroups, into so many parts that are at least so long. */
const BUSY_WORKGROUPS = 512;
const MOST_PARTS = 64;
const SHORTEST_PART = 2048;

/** Into how many parts of workgroups of their own each of `rows` rows of `n` elements is divided; 1 or less: it is not. */
export const partsOf = (rows: number, n: number, { kind }: AdapterProfile): number =>
  kind === 'gpu'
    ? Math.min(MOST_PARTS, Math.floor(BUSY_WORKGROUPS / Math.max(rows, 1)), Math.floor(n / SHORTEST_PART))
    : 1;
