// Errors that Python code throws into TypeScript.
import { LamplightError } from '../../torch';

/** An exception raised by Python code. Its message is Python's traceback. */
export class PythonError extends LamplightError {
  /** The Python class of the exception, such as `ValueError`. */
  readonly type: string;

  /**
   * @param message Python's traceback, which ends with the exception
   * @param options `type` is the Python class of the exception; `cause` the error from Pyodide
   */
  constructor(message: string, { type, ...options }: ErrorOptions & { type: string }) {
    super(message, options);
    this.type = type;
  }
}

/**
 * The interpreter has ended: its code exited (`os._exit`), or it failed fatally. The contents of its variables are
 * lost, but tensors and modules held by TypeScript remain. Python functions, and modules written in Python, throw this
 * error when TypeScript calls them. Timers that Python code had set no longer do anything.
 */
export class PythonEndedError extends LamplightError {}
