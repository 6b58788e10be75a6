// How the invocations of a workgroup combine what they hold, on GPUs: by subgroups where the device has them.
import byHalves from '../../shaders/lib/workgroup-halves.wgsl?raw';
import bySubgroups from '../../shaders/lib/workgroup-subgroups.wgsl?raw';
import type { AdapterProfile } from '../gpu/device';

/** The library with `workgroup_sum` and `workgroup_max`; it stands first, since it may enable subgroups. */
export const workgroupLib = ({ features }: AdapterProfile): string =>
  features.has('subgroups') ? bySubgroups : byHalves;
