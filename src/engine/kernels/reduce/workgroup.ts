// Workgroups of kernels that walk along rows: their size, how their invocations combine results on GPUs, and how many loads of each are
// under way at once.
import byHalves from '../../../../shaders/lib/workgroup-halves.wgsl?raw';
import bySubgroups from '../../../../shaders/lib/workgroup-subgroups.wgsl?raw';
import { grid, gridFor, type Pass, varied, withEach } from '../../compiler/ir';
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

/** The most elements, or fours, of a row that a lane of a workgroup holds in registers. */
const MOST_HELD = 8;
/** A lane holds no more than so many if that takes a smaller workgroup. */
const HELD = 4;
const LONG_WORKGROUP = 256;

/**
 * What a pass by rows of `n` elements differs in where a GPU's registers hold each: a workgroup a row, by entry `quads` in fours and by
 * `main` otherwise. Undefined where they do not hold a row.
 */
export function heldBy(rows: number, n: number): Pick<Pass, 'entry' | 'consts' | 'grid'> | undefined {
  const isFours = n % 4 === 0;
  const count = isFours ? n / 4 : n;
  if (count > MOST_HELD * LONG_WORKGROUP) return undefined;
  const workgroup = count <= HELD * WORKGROUP ? WORKGROUP : LONG_WORKGROUP;
  return {
    entry: isFours ? 'quads' : 'main',
    consts: { WORKGROUP: workgroup, HELD: Math.ceil(count / workgroup) },
    grid: grid(rows),
  };
}

/**
 * On a GPU, few rows that are so long are divided until there are so many workgroups, into so many parts that are at least so long. More rows
 * keep the memory busy with a workgroup each, and shorter ones take less time than the passes beside the first would.
 */
const LONG_ROW = 8192;
const BUSY_WORKGROUPS = 512;
const MOST_PARTS = 64;
const SHORTEST_PART = 2048;

/**
 * Into how many parts of workgroups of their own each of `rows` rows of `n` elements is divided; 1: it is not. `few`: the most rows for
 * which that pays.
 */
export const partsOf = (rows: number, n: number, few: number, { kind }: AdapterProfile): number =>
  kind === 'gpu' && rows <= few && n > LONG_ROW
    ? Math.min(MOST_PARTS, Math.floor(BUSY_WORKGROUPS / Math.max(rows, 1)), Math.floor(n / SHORTEST_PART))
    : 1;
