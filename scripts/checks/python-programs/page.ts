// Runs a program in an interpreter of its own, for scripts/checks/python-programs.mjs.
import { loadPython } from 'lamplight/python';

export interface Given {
  /** Files by their paths, in base64. */
  readonly files: readonly (readonly [path: string, base64: string])[];
  readonly folder: string;
  /** The program, then what it is given. */
  readonly args: readonly string[];
  /** The text of run.py. */
  readonly run: string;
}

export interface Printed {
  readonly text: string;
  /** What went to the stream of errors. */
  readonly warned: string;
}

declare global {
  /** What the scripts that open this page call. */
  var runProgram: (given: Given) => Promise<Printed>;
}

const START = `
import os, sys
os.chdir(folder)
sys.argv = ["run.py", *args]
exec(compile(run, "run.py", "exec"), {"__name__": "__main__"})
None
`;

/** What the program prints. */
async function printedBy({ files, folder, args, run }: Given): Promise<Printed> {
  let text = '';
  let warned = '';
  const python = await loadPython({
    indexURL: '/node_modules/pyodide/',
    onOutput: (part, stream) => {
      if (stream === 'stderr') warned += part;
      else text += part;
    },
  });
  const { FS } = python.pyodide;
  FS.mkdirTree(folder);
  for (const [path, base64] of files) {
    FS.mkdirTree(path.slice(0, path.lastIndexOf('/')));
    FS.writeFile(
      path,
      Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0)),
    );
  }
  for (const [name, value] of Object.entries({ folder, args, run })) python.globals.set(name, value);
  try {
    await python.run(START);
  } catch (error) {
    text += String(error);
  }
  return { text, warned };
}

globalThis.runProgram = printedBy;
