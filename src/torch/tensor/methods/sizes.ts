// PyTorch's other names and methods for the sizes of tensors.

import { ITEM_BYTES } from '../../../engine/core/meta';
import { family } from '../family';
import type { Tensor } from '../tensor';

const { methods, op } = family();
export default methods;

/** The number of dimensions: `dim()`. */
export const ndimension = op('ndimension(input)', (input: Tensor): number => input.dim());

/** The number of elements: `numel()`. */
export const nelement = op('nelement(input)', (input: Tensor): number => input.numel());

/** The index of the first element within its storage. */
export const storageOffset = op('storageOffset(input)', (input: Tensor): number => input.offset);

/** The size of an element in bytes, as in PyTorch: 8 for int64, 1 for bool. */
export const elementSize = op('elementSize(input)', (input: Tensor): number => ITEM_BYTES[input.dtype]);
