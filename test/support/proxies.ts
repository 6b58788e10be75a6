// Counts what ties the heaps of JavaScript and Python together: proxies of Python's objects, and references that Python holds.
import type { Python } from 'lamplight/python';
import { collected } from './collected';

/** What Pyodide registers each proxy of a Python object with, so that the collector frees the object. */
interface Registry {
  register(target: object, held: unknown, token: object): void;
  unregister(token: object): unknown;
}

interface Internals {
  readonly _module: { finalizationRegistry: Registry; _hiwire_num_refs(): number };
}

export interface Ties {
  /** Proxies by which JavaScript holds objects of Python. */
  readonly ofPython: number;
  /** Objects of JavaScript that Python holds. */
  readonly ofJavaScript: number;
}

/** Counts proxies of Python's objects from now on; what it gives collects on both sides and says how many are there. */
export function countTies(python: Python): () => Promise<Ties> {
  const internals = python.pyodide as unknown as Internals;
  const inner = internals._module.finalizationRegistry;
  let ofPython = 0;
  const freed = new FinalizationRegistry(() => ofPython--);
  internals._module.finalizationRegistry = {
    register(target, held, token) {
      ofPython++;
      freed.register(target, null, target);
      inner.register(target, held, token);
    },
    unregister(token) {
      if (freed.unregister(token)) ofPython--;
      return inner.unregister(token);
    },
  };
  return async () => {
    // What one side's collector frees lets go of objects of the other.
    for (let i = 0; i < 3; i++) {
      await python.run('import gc; gc.collect(); None');
      await collected();
    }
    return { ofPython, ofJavaScript: internals._module._hiwire_num_refs() };
  };
}
