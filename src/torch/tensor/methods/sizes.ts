// What PyTorch calls the sizes of tensors.

import { ITEM_BYTES } from '../../../engine/core/meta';
import { family } from '../family';
import type { Tensor } from '../tensor';

const { methods, op } = family();
export default methods;

/** How many dimensions there are: `dim()`. */
export const ndimension = op('ndimension(input)', (input: Tensor): number => input.dim());

/** How many elements there are: `numel()`. */
export const nelement = op('nelement(input)', (input: Tensor): number => input.numel());

/** Where in its memory the first element lies, in elements. */
export const storageOffset = op('storageOffset(input)', (input: Tensor): number => input.offset);

/** Bytes of an element, as PyTorch counts them: 8 for int64, 1 for bool. */
export const elementSize = op('elementSize(input)', (input: Tensor): number => ITEM_BYTES[input.dtype]);
