// Kinds of parameters that are tensors, lists of tensors, or objects of tensors.
import { either, type Kind, listOf } from '../../../engine/core/argument-kinds';
import { isPlainObject } from '../../../engine/core/options';
import type { Tensor } from '../tensor';
import { isTensor } from './callable';

export const tensor: Kind<Tensor> = { words: 'a tensor', fits: isTensor };

export const tensors: Kind<readonly Tensor[]> = { ...listOf(tensor), words: 'a list of tensors' };

/** One tensor, or several in a list. */
export const someTensors: Kind<Tensor | readonly Tensor[]> = either(tensor, tensors);

export const namedTensors: Kind<Readonly<Record<string, Tensor>>> = {
  words: 'an object of tensors by name',
  fits: (value) => isPlainObject(value) && Object.values(value).every(isTensor),
};
