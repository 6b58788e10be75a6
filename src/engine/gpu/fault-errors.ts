// The errors for faults: numbers by which kernels name operations, and the error for each report.
import { ArgumentError, IndexError, LinAlgError } from '../core/errors';
import { FaultCode, setWording } from './faults';

const names: string[] = [];

/**
 * The number by which kernels name an operation: the value of FAULT_OP. For `numberOutOfRange`, `name` is the message
 * up to the number that was found, then `;` and the remedy; several inputs have one each, separated by `|`.
 */
export function faultOp(name: string): number {
  setWording(worded);
  const known = names.indexOf(name);
  return known >= 0 ? known : names.push(name) - 1;
}

/** Names the matrix of a batch; -1 if there is only one. */
const ofBatch = (matrix: number): string => (matrix < 0 ? '' : `(Batch element ${matrix}): `);

/** The error for a report. Its message ends with `consequence`. */
function worded(words: Int32Array, consequence: string): Error {
  const [code, value, limit, op] = words as unknown as [number, number, number, number];
  const name = names[op] ?? 'internal';
  switch (code) {
    case FaultCode.labelOutOfRange:
      return new IndexError(
        `${name}: expected class labels from 0 to ${limit - 1}, but got ${value}. ` +
          `${consequence}; check the targets against the number of classes`,
      );
    case FaultCode.indexOutOfRange:
    case FaultCode.placeOutOfRange:
      return new IndexError(
        `${name}: index out of range: expected indices from ${code === FaultCode.placeOutOfRange ? -limit : 0} to ${limit - 1}, ` +
          `but got ${value}. ${consequence}`,
      );
    case FaultCode.weightsInvalid:
      return new ArgumentError(
        `${name}: expected weights that are finite, at least 0 and not all 0, but row ${value} has others. ${consequence}`,
      );
    case FaultCode.cornersSwapped:
      return new ArgumentError(
        `${name}: expected boxes [xmin, ymin, xmax, ymax] with xmin ≤ xmax and ymin ≤ ymax, but one is not so. ${consequence}`,
      );
    case FaultCode.nanFound:
      return new ArgumentError(`${name}: expected numbers, but got NaN among them. ${consequence}`);
    case FaultCode.singular:
      return new LinAlgError(
        `${name}: ${ofBatch(value)}the diagonal element ${limit} is zero: expected an invertible matrix, but the input is singular. ${consequence}`,
      );
    case FaultCode.notPositive:
      return new LinAlgError(
        `${name}: ${ofBatch(value)}expected a positive-definite matrix, but the leading minor of order ${limit} is not positive-definite. ${consequence}`,
      );
    case FaultCode.numberOutOfRange: {
      const [said, remedy = ''] = name.split('|')[limit]!.split(';');
      const [number] = new Float32Array(Int32Array.of(value).buffer);
      return new ArgumentError(
        `${said}, but got ${Number(number!.toPrecision(8))}. ${consequence}${remedy && `;${remedy}`}`,
      );
    }
    default:
      return new IndexError(`internal: unknown fault code ${code}`);
  }
}
