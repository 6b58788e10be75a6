// `x.data`: called, it reads the elements back; used as a tensor, it is PyTorch's `.data`, which shares memory but has
// no gradient.

import type { Tensor } from '../tensor';
import type { TensorData } from './readable';

/**
 * `await x.data()` reads the elements back. `x.data.mul_(0.9)`, `x.data.shape` and functions of tensors see
 * `x.detach()`, but gradients are not told of changes through it.
 */
export type DataAccess = (() => Promise<TensorData>) & Tensor;

/** The function `read`, with the members of that tensor, which is made when a member is first used. */
export function dataAccess(x: Tensor, read: () => Promise<TensorData>): DataAccess {
  let detached: Tensor | null = null;
  const tensor = (): Tensor => {
    detached ??= x.untold();
    return detached;
  };
  return new Proxy(read, {
    get(_, key) {
      const member: unknown = Reflect.get(tensor(), key);
      return typeof member === 'function' && key !== 'constructor' ? member.bind(tensor()) : member;
    },
    set: (_, key, value) => Reflect.set(tensor(), key, value),
    has: (_, key) => key in tensor(),
    getPrototypeOf: () => Object.getPrototypeOf(tensor()) as object,
  }) as unknown as DataAccess;
}
