// Attributes of the operations on indices, which their kernels share.
import type { Shape } from '../../core/meta';

/** The greatest rank for which the kernel of `gather` has parameters. */
export const MAX_RANK = 8;

/** The greatest number of channels of a picture. */
export const MAX_BYTE_CHANNELS = 4;

export interface DimAttrs {
  readonly dim: number;
}

export interface SelectAttrs extends DimAttrs {
  /** The name of the operation in errors. */
  readonly asked: string;
}

export interface RangeAttrs {
  /** The words of the error; see `faultOp`. */
  readonly asked: string;
  /** The greatest number allowed, as the bits of a float32. */
  readonly highest: number;
}

export interface BytesAttrs {
  readonly rowShape: Shape;
  readonly dtype: 'float32' | 'uint8';
}

/** How several elements that go to one place combine; with `last`, the last one replaces the others. */
export type ScatterKind = 'sum' | 'last' | 'prod' | 'amax' | 'amin' | 'mean';

export interface Scatter extends DimAttrs {
  /** The index is a single list, which applies to all other dimensions alike. */
  readonly shared: boolean;
  readonly kind: ScatterKind;
  /** Whether the element that the base has there takes part. */
  readonly includeSelf: boolean;
}
