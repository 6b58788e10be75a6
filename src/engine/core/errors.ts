// The classes of the errors that the library throws deliberately, one for each kind of failure, so that user code can
// tell failures apart.

/** The base class of all errors thrown by Lamplight. */
export class LamplightError extends Error {
  constructor(/** The text of the message. */ message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = new.target.name;
  }
}

/** Shapes, ranks or sizes that do not fit the operation. */
export class ShapeError extends LamplightError {}

/** A dtype that the operation does not accept. */
export class DTypeError extends LamplightError {}

/** An index or label outside its range. */
export class IndexError extends LamplightError {}

/** A matrix that has no inverse, or no factorization of the requested kind. */
export class LinAlgError extends LamplightError {}

/** An unknown, missing or contradictory argument or option. */
export class ArgumentError extends LamplightError {}

/** A misuse of automatic differentiation: backward twice, no gradient function, a saved tensor changed in place. */
export class AutogradError extends LamplightError {}

/**
 * The contents of a tensor are gone: the tensor was disposed of, or a value that it would be computed from has changed
 * since.
 */
export class TensorReleasedError extends LamplightError {}

/** A file whose contents do not conform to its format. */
export class FileFormatError extends LamplightError {}

/** A file or URL that could not be read. */
export class FetchError extends LamplightError {
  /** The HTTP status of the response; null if there was none. 404 is also used for a local file that does not exist. */
  readonly status: number | null;

  constructor(
    /** The text of the message. */ message: string,
    /** Further parameters, by name. */ { status, ...options }: ErrorOptions & { status?: number } = {},
  ) {
    super(message, options);
    this.status = status ?? null;
  }
}

/** A state dict whose keys or shapes do not match the module. */
export class StateDictError extends LamplightError {}

/** This machine has no WebGPU, no adapter, or no device that meets the requirements. */
export class WebGPUUnavailableError extends LamplightError {}

/** The GPU device was lost while work was pending or values were stored on it. */
export class DeviceLostError extends LamplightError {}

/**
 * The GPU could not provide a buffer, because it is out of memory or because the buffer exceeds a limit of the device;
 * or the host has no memory for so many numbers.
 */
export class OutOfMemoryError extends LamplightError {}

/** WebGPU rejected a command. This is a bug in Lamplight or in the driver, not in user code. */
export class GPUValidationFailure extends LamplightError {}

/** A worker could not be loaded, died, did not answer in time, or received a value that cannot be used in a worker. */
export class WorkerError extends LamplightError {}

/** Throws an `internal:` error, which indicates a bug in Lamplight, unless `condition` holds. */
export function invariant(
  /** Something that must be true. */ condition: unknown,
  /** The text of the message. */ message: string,
): asserts condition {
  if (!condition) throw new LamplightError(`internal: ${message}`);
}
