// The dtypes of a graph's inputs, from their types in the file.
import { type DType, FileFormatError } from '../../../torch';
import type { ValueMessage } from '../proto/messages';
import { ourType, typeName } from './element-type';

/**
 * The dtype of an input; null if the file does not say it.
 *
 * @throws FileFormatError if the input is not a tensor, or no tensor can hold its type
 */
export function expectInputType({ name, kind, dataType }: ValueMessage, half: boolean): DType | null {
  if (kind !== 'tensor' && kind !== 'unknown') {
    throw new FileFormatError(
      `onnx: expected input '${name}' to be a tensor, but it is a ${kind}, which is not supported`,
    );
  }
  if (dataType === 0) return null;
  const dtype = ourType(dataType);
  if (dtype === null) {
    throw new FileFormatError(
      `onnx: expected input '${name}' of numbers, but its type is ${typeName(dataType)}, which is not supported`,
    );
  }
  return dtype === 'float16' && !half ? 'float32' : dtype;
}
