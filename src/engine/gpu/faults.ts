// How kernels report bad data, such as an index out of range. The errors that reports become are in fault-words.ts, which comes with the kernels.

/** Bytes of a report: code, offending value, limit, number of the operation, updates not applied (see shaders/lib/fault.wgsl). */
export const FAULT_BYTES = 32;

/** Where in a report the GPU counts the updates that it did not apply. */
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

/** The error for a report, whose message ends with `consequence`. */
type Wording = (words: Int32Array, consequence: string) => Error;

let wording: Wording | null = null;

/** A kernel that reports faults is about to be made: these are the words for them. */
export function setWording(words: Wording): void {
  wording = words;
}

/** The error for a report, or null when nothing was reported; `consequence` ends its message. */
export const faultError: (...report: Parameters<Wording>) => Error | null = (words, consequence) =>
  words[0] === 0 ? null : wording!(words, consequence);
