// Owns the errors of Python code that TypeScript gets.
import { LamplightError } from '../../torch';

/** An exception of Python code, with Python's traceback as its message. */
export class PythonError extends LamplightError {
  /** The class of the exception in Python, such as `ValueError`. */
  readonly type: string;

  /**
   * @param message Python's traceback, which ends with the exception
   * @param options `type` is the class of the exception in Python; `cause` the error that Pyodide gave
   */
  constructor(message: string, { type, ...options }: ErrorOptions & { type: string }) {
    super(message, options);
    this.type = type;
  }
}

/**
 * The interpreter is no more: its code ended it (`os._exit`), or it failed for good. What its variables held is gone with it; tensors and modules that
 * TypeScript holds stay. Functions of Python, and modules that are written in it, throw this when TypeScript calls them. Timers that Python set do nothing.
 */
export class PythonEndedError extends LamplightError {}
