// What operations on indices are told, for their kernels.
import type { Shape } from '../../core/meta';

/** Dimensions that the kernel of `gather` has parameters for. */
export const MAX_RANK = 8;

/** Channels of a picture, at most. */
export const MAX_BYTE_CHANNELS = 4;

export interface DimAttrs {
  readonly dim: number;
}

export interface SelectAttrs extends DimAttrs {
  /** The operation that an error names. */
  readonly asked: string;
}

export interface RangeAttrs {
  /** What an error says, as `faultOp` has it. */
  readonly asked: string;
  /** The greatest number, as float32's bits. */
  readonly highest: number;
}

export interface BytesAttrs {
  readonly rowShape: Shape;
  readonly dtype: 'float32' | 'uint8';
}

/** What becomes of several elements in one place; `last` takes the place of all before. */
export type ScatterKind = 'sum' | 'last' | 'prod' | 'amax' | 'amin' | 'mean';

export interface Scatter extends DimAttrs {
  /** The index is one list for all other dimensions. */
  readonly shared: boolean;
  readonly kind: ScatterKind;
  /** The value there before takes part. */
  readonly includeSelf: boolean;
}
