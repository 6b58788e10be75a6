// The public API of `lamplight/einops`: dimensions by name, as in the Python package einops.
export { EinMix } from './ein-mix';
export { einsum } from './einsum';
export { Rearrange, Reduce } from './layers';
export { pack, parseShape, unpack } from './pack';
export type { AxesLengths } from './plan';
export { type Reduction, rearrange, reduce, repeat } from './rearrange';
