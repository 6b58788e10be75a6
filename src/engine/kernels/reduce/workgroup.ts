// Workgroups of kernels that walk rows: their size, and how on GPUs their invocations combine results.
import byHalves from '../../../../shaders/lib/workgroup-halves.wgsl?raw';
import bySubgroups from '../../../../shaders/lib/workgroup-subgroups.wgsl?raw';
import type { Pass } from '../../compiler/ir';
import { gridFor, varied } from '../../compiler/lowering';
import type { AdapterProfile } from '../../gpu/device';

/** The library with `workgroup_sum` and `workgroup_max`, by subgroups where the device has them; it stands first, since it may enable subgroups. */
export const workgroupLib = ({ features }: AdapterProfile): string =>
  features.has('subgroups') ? bySubgroups : byHalves;

/** Invocations of a workgroup of a kernel with an invocation a row. */
const WORKGROUP = 64;
/** A processor has small ones where rows are few, so that every core has some, and for whatever number of rows in general. */
const FEW_ROWS = 512;
const SMALL_WORKGROUP = 8;

/** The pass with an invocation a row; its source has a constant WORKGROUP. */
export function rowsPass(pass: Omit<Pass, 'grid'>, rows: number, { kind }: AdapterProfile): Pass {
  const by = (workgroup: number): Pass => ({
    ...pass,
    consts: { ...pass.consts, WORKGROUP: workgroup },
    grid: gridFor(rows, workgroup),
  });
  if (kind === 'gpu') return by(WORKGROUP);
  return rows < FEW_ROWS ? by(SMALL_WORKGROUP) : varied(by(WORKGROUP), { general: by(SMALL_WORKGROUP), apart: true });
}
