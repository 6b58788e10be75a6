// Faults: how kernels report errors in data, such as an index out of range. The errors for the reports are made by
// fault-errors.ts, which loads with the kernels.

/**
 * The size of a report: code, offending value, limit, operation's number, count of updates not applied
 * (shaders/lib/fault.wgsl).
 */
export const FAULT_BYTES = 32;

/** The word of a report in which the GPU counts the updates that it did not apply. */
export const DROPPED_WORD = 4;

/** Fault codes that shaders report. */
export const FaultCode = {
  indexOutOfRange: 1,
  labelOutOfRange: 2,
  weightsInvalid: 3,
  placeOutOfRange: 4,
  cornersSwapped: 5,
  nanFound: 6,
  singular: 7,
  notPositive: 8,
  numberOutOfRange: 9,
} as const;

/** Makes the error for a report. Its message ends with `consequence`. */
type Wording = (words: Int32Array, consequence: string) => Error;

let wording: Wording | null = null;

/** Sets the function that makes errors from reports. Called before the first kernel that reports faults is made. */
export function setWording(words: Wording): void {
  wording = words;
}

/** The error for a report, or null if nothing was reported. Its message ends with `consequence`. */
export const faultError: (...report: Parameters<Wording>) => Error | null = (words, consequence) =>
  words[0] === 0 ? null : wording!(words, consequence);
