// The fault word: how kernels report bad data (an index out of range) to the next read-back.
import { ArgumentError, IndexError } from '../errors';

/** Bytes of the fault buffer: code, offending value, limit, unused (see shaders/lib/fault.wgsl). */
export const FAULT_BYTES = 16;

/** Fault codes that shaders report. */
export const FaultCode = { indexOutOfRange: 1, labelOutOfRange: 2, weightsInvalid: 3, placeOutOfRange: 4 } as const;

/** The error for the words of a fault buffer, or null when nothing was reported. */
export function faultError(words: Int32Array): Error | null {
  const [code, value, limit] = words;
  switch (code) {
    case 0:
      return null;
    case FaultCode.labelOutOfRange:
      return new IndexError(
        `crossEntropy: expected class labels from 0 to ${limit! - 1}, but got ${value}. ` +
          'Updates from the batch with this label on were not applied; check the targets against the number of classes',
      );
    case FaultCode.indexOutOfRange:
    case FaultCode.placeOutOfRange:
      return new IndexError(
        `index out of range: expected indices from ${code === FaultCode.placeOutOfRange ? -limit! : 0} to ${limit! - 1}, but got ${value}. ` +
          'Optimizer steps recorded since were not applied',
      );
    case FaultCode.weightsInvalid:
      return new ArgumentError(
        `multinomial: expected weights that are finite, at least 0 and not all 0, but row ${value} has others. ` +
          'Optimizer steps recorded since were not applied',
      );
    default:
      return new IndexError(`internal: unknown fault code ${code}`);
  }
}
