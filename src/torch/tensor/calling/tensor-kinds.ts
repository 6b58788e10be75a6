// Kinds of parameters that are tensors, lists of tensors, or objects of tensors.
import { either, type Kind, listOf } from '../../../engine/core/argument-kinds';
import { isPlainObject } from '../../../engine/core/options';
import { isTensor } from './callable';

export const tensor: Kind = { words: 'a tensor', fits: isTensor };

export const tensors: Kind = { ...listOf(tensor), words: 'a list of tensors' };

/** One tensor, or several in a list. */
export const someTensors: Kind = either(tensor, tensors);

export const namedTensors: Kind = {
  words: 'an object of tensors by name',
  fits: (value) => isPlainObject(value) && Object.values(value).every(isTensor),
};
