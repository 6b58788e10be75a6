// An interpreter that finds and runs tests of unittest, in a thread that page.ts interrupts, and ends where that does not help.
import { loadPython, type Python } from 'lamplight/python';

/** Files by their paths. */
export type Files = readonly (readonly [path: string, text: string])[];

/** What the page sends: the files, to start with; then code that gives a text. */
export type Order = { readonly files: Files } | { readonly code: string };

/** What the worker answers. `interrupts` comes with the start: a 2 in its first byte interrupts Python. */
export type Answer = { readonly interrupts: Uint8Array } | { readonly text: string } | { readonly error: string };

let started: Python | null = null;

/** Starts the interpreter with the files that the tests are in. */
async function start(files: Files): Promise<Answer> {
  const python = await loadPython({ indexURL: '/node_modules/pyodide/', onOutput: () => {} });
  const { FS } = python.pyodide;
  for (const [path, text] of files) {
    FS.mkdirTree(path.slice(0, path.lastIndexOf('/')));
    FS.writeFile(path, text);
  }
  await python.run("import sys; sys.path[:0] = ['/harness']; import harness; None");
  started = python;
  return { interrupts: python.interruptBuffer };
}

async function answered(order: Order): Promise<Answer> {
  if ('files' in order) return start(order.files);
  if (started === null) throw new Error('worker: expected the files first');
  return { text: String(await started.run(order.code)) };
}

addEventListener('message', ({ data }: MessageEvent<Order>) => {
  answered(data).then(postMessage, (error: unknown) => postMessage({ error: String(error) } satisfies Answer));
});
