// The kernels that few programs use. They load together.
export * as assembly from './assemble';
export * as scans from './reduce/scan';
export * as overlaps from './scatter/overlap';
export * as scatters from './scatter/scatter';
export * as orders from './sort/order';
