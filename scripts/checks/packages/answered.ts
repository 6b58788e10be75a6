// Installs packages in an interpreter of its own and runs a program of them.
import { loadPython } from 'lamplight/python';

export interface Given {
  /** Addresses of wheels and archives of sources. */
  readonly archives: readonly string[];
  /** Texts of Python by their paths. */
  readonly texts: readonly (readonly [path: string, text: string])[];
  /** What is run at last; its value is the answer. */
  readonly code: string;
}

/** What the code gives. */
export async function answered({ archives, texts, code }: Given): Promise<string> {
  const python = await loadPython({ indexURL: '/node_modules/pyodide/', onOutput: (text) => console.log(text) });
  const { FS } = python.pyodide;
  const write = (path: string, content: string | Uint8Array): void => {
    FS.mkdirTree(path.slice(0, path.lastIndexOf('/')));
    FS.writeFile(path, content);
  };
  for (const address of archives) {
    const response = await fetch(address);
    if (!response.ok) throw new Error(`packages: expected ${address}, but got status ${response.status}`);
    write(`/archives/${address.slice(address.lastIndexOf('/') + 1)}`, new Uint8Array(await response.arrayBuffer()));
  }
  for (const [path, text] of texts) write(path, text);
  return String(await python.run(code));
}
