// The page in which the libraries run side by side. It is loaded anew for every row, so that none inherits another's caches.
import { type LibraryName, libraryNames } from './libraries/library';
import { measureRow, type RowReport } from './measure';
import { rows } from './rows';
import { wrapWebGpu } from './webgpu-calls';

declare global {
  interface Window {
    bench: {
      readonly libraries: readonly LibraryName[];
      readonly rows: readonly string[];
      measure(row: string, libraries: readonly LibraryName[], repeats: number): Promise<RowReport>;
      adapter(): Promise<string>;
    };
  }
}

wrapWebGpu();

window.bench = {
  libraries: libraryNames,
  rows: rows.map(({ name }) => name),
  async measure(name, libraries, repeats) {
    const row = rows.find((candidate) => candidate.name === name)!;
    try {
      return await measureRow(row, libraries, repeats);
    } catch (error) {
      const { title, flops = null, bytes = null, goal } = row;
      const message = error instanceof Error ? error.message : String(error);
      const named = message.startsWith(`${name}: `) ? message : `${name}: ${message}`;
      return { name, title, flops, bytes, goal, error: named, figures: {} };
    }
  },
  async adapter() {
    const adapter = await navigator.gpu.requestAdapter();
    const { vendor, architecture, description } = adapter!.info;
    return [vendor, architecture, description].filter(Boolean).join(' ');
  },
};
