// Runs a program in an interpreter of its own, for scripts/python-programs.mjs.
import { loadPython } from 'lamplight/python';

export interface Given {
  /** Files by their paths, in base64. */
  readonly files: readonly (readonly [path: string, base64: string])[];
  readonly folder: string;
  readonly entry: string;
  readonly args: readonly string[];
}

const RUN = `
import os, runpy, sys
os.chdir(folder)
sys.path.insert(0, folder)
sys.argv = [entry, *args]
runpy.run_path(entry, run_name="__main__")
None
`;

/** What the program prints. */
async function run({ files, folder, entry, args }: Given): Promise<string> {
  let printed = '';
  const python = await loadPython({
    indexURL: '/node_modules/pyodide/',
    onOutput: (text) => {
      printed += text;
    },
  });
  const { FS } = python.pyodide;
  for (const [path, base64] of files) {
    FS.mkdirTree(path.slice(0, path.lastIndexOf('/')));
    FS.writeFile(
      path,
      Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0)),
    );
  }
  for (const [name, value] of Object.entries({ folder, entry, args })) python.globals.set(name, value);
  try {
    await python.run(RUN);
  } catch (error) {
    printed += String(error);
  }
  return printed;
}

Object.assign(globalThis, { runProgram: run });
