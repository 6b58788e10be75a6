// The error classes that the library throws on purpose, one for each kind of failure, so that user code can tell them
// apart.

/** Base of all errors thrown by Lamplight. */
export class LamplightError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = new.target.name;
  }
}

/** Shapes, ranks or sizes that do not fit the operation. */
export class ShapeError extends LamplightError {}

/** A dtype that the operation does not take. */
export class DTypeError extends LamplightError {}

/** An index or label outside its range. */
export class IndexError extends LamplightError {}

/** A matrix that has no inverse, or no factors of the kind that was asked for. */
export class LinAlgError extends LamplightError {}

/** An unknown, missing or contradictory argument or option. */
export class ArgumentError extends LamplightError {}

/** A misuse of automatic differentiation: backward twice, no gradient function, a saved tensor changed in place. */
export class AutogradError extends LamplightError {}

/** The value of a tensor is gone: the tensor was disposed, or a value that it would be made from has changed since. */
export class TensorReleasedError extends LamplightError {}

/** A file whose bytes are not what its format promises. */
export class FileFormatError extends LamplightError {}

/** A file or address that could not be read. */
export class FetchError extends LamplightError {
  /** The HTTP status of the response, if there was one. 404 also stands for a file that does not exist. */
  readonly status: number | null;

  constructor(message: string, { status, ...options }: ErrorOptions & { status?: number } = {}) {
    super(message, options);
    this.status = status ?? null;
  }
}

/** A state dict whose keys or shapes do not match the module. */
export class StateDictError extends LamplightError {}

/** This machine has no WebGPU, no adapter, or no device that is good enough. */
export class WebGPUUnavailableError extends LamplightError {}

/** The GPU device was lost while work was pending or values lived on it. */
export class DeviceLostError extends LamplightError {}

/**
 * The GPU could not provide a buffer: it is out of memory, or the buffer is over a limit of the device. Or the host has
 * no room for so many numbers.
 */
export class OutOfMemoryError extends LamplightError {}

/** WebGPU refused a command: a bug in Lamplight or in the driver, not in user code. */
export class GPUValidationFailure extends LamplightError {}

/**
 * A worker of a DataLoader could not be loaded, died, did not answer in time, or met a value that does not belong in a
 * worker.
 */
export class WorkerError extends LamplightError {}

/** Throws an `internal:` error, which marks a bug of ours, unless `condition` holds. */
export function invariant(condition: unknown, message: string): asserts condition {
  if (!condition) throw new LamplightError(`internal: ${message}`);
}
