// lamplight/python: CPython in the page, whose `import torch` is this library.
export { PythonEndedError, PythonError } from './errors';
export { loadPython } from './load';
export type { Globals, LoadPythonOptions, PackageCallbacks, Pyodide, Python, RunOptions } from './types';
