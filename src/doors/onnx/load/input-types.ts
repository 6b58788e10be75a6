// The dtypes of a graph's inputs, from the types that the file gives them.
import { type DType, FileFormatError } from '../../../torch';
import type { ValueMessage } from '../proto/messages';
import { ourType, typeName } from './element-type';

/**
 * The dtype that an input is given in; null where the file does not say it.
 *
 * @throws FileFormatError for inputs that are no tensors, or of types that no tensor holds
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
