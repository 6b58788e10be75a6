// Tensor methods that give a tensor another shape in place, over the same memory.
import type { Shape } from '../core/meta';
import { AliasMethods } from './alias-methods';

/**
 * On a leaf that requires grad, they throw as every change in place does. Other tensors over the same memory keep their shapes.
 */
export abstract class ViewInPlaceMethods extends AliasMethods {
  /** `squeeze`, in place. */
  squeeze_(dim?: number | readonly number[]): this {
    const variant = dim === undefined ? 3 : typeof dim === 'number' ? 4 : 5;
    return this.become((x) => x.squeeze(dim), `SqueezeBackward${variant}`);
  }

  /** `unsqueeze`, in place. */
  unsqueeze_(dim: number): this {
    return this.become((x) => x.unsqueeze(dim), 'UnsqueezeBackward1');
  }

  /** `transpose`, in place. */
  transpose_(dim0: number, dim1: number): this {
    return this.become((x) => x.transpose(dim0, dim1), 'TransposeBackward1');
  }

  /** `transpose_` by NumPy's name. */
  swapaxes_(axis0: number, axis1: number): this {
    return this.transpose_(axis0, axis1);
  }

  /** `transpose_` by another name. */
  swapdims_(dim0: number, dim1: number): this {
    return this.transpose_(dim0, dim1);
  }

  /** `t`, in place. */
  t_(): this {
    return this.become((x) => x.t(), 'TBackward1');
  }

  /** `asStrided`, in place. */
  asStrided_(size: Shape, stride: readonly number[], storageOffset = this.offset): this {
    return this.become((x) => x.asStrided(size, stride, storageOffset), 'AsStridedBackward1');
  }
}
