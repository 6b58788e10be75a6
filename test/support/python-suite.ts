// Runs the tests of `python/tests`, which Python's unittest has, in the one interpreter of the page.
import { loadPython, type Python } from 'lamplight/python';

const texts = import.meta.glob<string>('../../python/tests/*.py', { query: '?raw', import: 'default', eager: true });

/** Where Pyodide's files are served from. */
export const PYODIDE = '/node_modules/pyodide/';

let started: Promise<Python> | null = null;
const printed: string[] = [];

/** The interpreter that the files of the project share. */
export function interpreter(): Promise<Python> {
  started ??= loadPython({ indexURL: PYODIDE, onOutput: (text) => printed.push(text) });
  return started;
}

/** What Python has printed since this was last asked. */
export const takePrinted = (): string => printed.splice(0).join('');

/** Tests by the names that unittest finds them by: `test_tensor.Indexing.test_slices`. */
export interface Suite {
  readonly names: readonly string[];
  /** Runs one; its failure is the error, with Python's traceback. */
  run(name: string): Promise<void>;
}

const find = `
import sys, unittest
sys.path.insert(0, '/tests')

def _names(suite):
    for test in suite:
        if isinstance(test, unittest.TestSuite):
            yield from _names(test)
        else:
            yield test.id()

def _run_test(name):
    result = unittest.TestResult()
    unittest.defaultTestLoader.loadTestsFromName(name).run(result)
    for _, trace in result.errors + result.failures:
        raise AssertionError(trace)
    if result.unexpectedSuccesses or result.testsRun == 0:
        raise AssertionError('unexpected success, or no test')

_found = unittest.defaultTestLoader.discover('/tests', 'test_*.py')
if unittest.defaultTestLoader.errors:
    raise AssertionError('\\n'.join(unittest.defaultTestLoader.errors))
'\\n'.join(_names(_found))
`;

/** Whether a test is of whole packages, or of many kernels. */
export const isLengthy = (name: string): boolean =>
  /^test_(callbacks|complex|distributions|doors|feature_extraction|fft|lightning\w*|masked|network_hooks|optim|parametrizations|pictures|save|testing|tv_tensors)\./.test(
    name,
  );

/** The Python tests. */
export async function pythonSuite(): Promise<Suite> {
  const python = await interpreter();
  const { FS } = python.pyodide;
  FS.mkdirTree('/tests');
  for (const [path, text] of Object.entries(texts))
    FS.writeFile(`/tests/${path.slice(path.lastIndexOf('/') + 1)}`, text);
  const names = String(await python.run(find)).split('\n');
  return {
    names,
    run: async (name) => {
      await python.run(`_run_test(${JSON.stringify(name)})`);
    },
  };
}
