// lamplight/python: runs CPython in the page, with this library as its `torch`.
export { PythonEndedError, PythonError } from './errors';
export { loadPython } from './load';
export type { Globals, LoadPythonOptions, PackageCallbacks, Pyodide, Python, RunOptions } from './types';
