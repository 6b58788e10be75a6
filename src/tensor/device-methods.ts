// Tensor methods of PyTorch's that concern its devices and NumPy: those that have nothing to do here, and those that say what to write instead.
import { ArgumentError, DTypeError } from '../errors';
import { type DeviceLike, expectDevice } from './device';
import { ViewInPlaceMethods } from './view-in-place-methods';

export abstract class DeviceMethods extends ViewInPlaceMethods {
  /** This tensor: it is on the one device there is, `webgpu`, whatever PyTorch would call it. */
  cuda(device?: DeviceLike | null, _options?: { nonBlocking?: boolean } | boolean): this {
    if (device !== undefined && device !== null) expectDevice('cuda', device);
    return this;
  }

  /** This tensor, as `cuda()` is. Its numbers come to JavaScript with `await x.data()`. */
  cpu(): this {
    return this;
  }

  /** @throws ArgumentError always: `await x.data()` gives a typed array, `await x.tolist()` nested ones */
  numpy(this: 'there is no NumPy: write await x.data() for a typed array, await x.tolist() for nested arrays'): never {
    throw new ArgumentError(
      'numpy: expected a read-back of JavaScript, since there is no NumPy; write await x.data() for a typed array, or await x.tolist() for nested arrays',
    );
  }

  /** @throws DTypeError always: WGSL has no 64-bit floats */
  double(this: 'there is no float64 in WGSL: leave it out, or write x.float()'): never {
    throw noDouble('x');
  }
}

/** The error of what would convert `x` to float64. */
export const noDouble = (x: string): DTypeError =>
  new DTypeError(`double: expected float32 or float16, since WGSL has no float64; leave it out, or write ${x}.float()`);
