// How many registers kernels of GPUs may ask for each lane.
import type { AdapterProfile } from '../gpu/device';

/**
 * Whether an invocation has so few registers that more than 16 sums, or many loads at a time, spill to memory: that of
 * Intel's GPUs. Their compiler also loads ahead if it can write a loop out.
 */
export const hasFewRegisters = ({ vendor }: AdapterProfile): boolean => vendor === 'intel';

/**
 * Whether a lane has about half the registers that it has on other GPUs. To a lane of RDNA 3 Mesa 22.3 gives no more than
 * 128, and spills the others; an architecture of AMD's that is unknown is as new or newer.
 */
export const hasHalfRegisters = ({ vendor, architecture }: AdapterProfile): boolean =>
  vendor === 'amd' && !/^(gcn|rdna-[12]$)/.test(architecture);

/** A lane may need at most this many registers. Few GPUs have more, and none is fast when it uses them. */
export const mostLaneRegisters = (adapter: AdapterProfile): number => (hasHalfRegisters(adapter) ? 112 : 176);
