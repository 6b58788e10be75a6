// Has what is written to the console stand below the cell that runs.
import type { TextOutput } from '../protocol';
import type { RunOutputs } from './outputs';
import { tableOf } from './show';
import { consoleText, isAtHand, textAtHand } from './texts';

type Stream = TextOutput['stream'];

/** `debug` stays with the developer's console, where browsers hide it. */
const streams = { log: 'log', info: 'log', warn: 'warn', error: 'error' } as const;

/** What Pyodide writes when it ends for good: the cell that ended it says so itself. */
const isPyodides = ([first]: readonly unknown[]): boolean =>
  typeof first === 'string'
    ? /^(?:Pyodide has suffered a fatal error|The cause of the fatal error was)/.test(first)
    : first instanceof Error && Reflect.get(first, 'pyodide_fatal_error') === true;

/** Takes over the console's methods; `current` is the run that is written to. */
export function takeConsole(current: () => RunOutputs | null): void {
  for (const [name, stream] of Object.entries(streams) as [keyof typeof streams, Stream][]) {
    console[name] = (...values: unknown[]) => {
      const outputs = current();
      if (outputs && !isPyodides(values)) write(outputs, stream, values);
    };
  }
  console.table = (rows: unknown) => {
    const outputs = current();
    const list = Array.isArray(rows) ? rows : Object.values((rows ?? {}) as object);
    void outputs?.later(async (slot) => slot.put(await tableOf(list.map((row) => ({ ...Object(row) })))));
  };
}

function write(outputs: RunOutputs, stream: Stream, values: readonly unknown[]): void {
  if (isAtHand(values)) {
    const text = textAtHand(values);
    outputs.lastText = text;
    outputs.write(stream, text);
    return;
  }
  const written = consoleText(values)
    .catch((error: unknown) => `${values.map(String).join(' ')} (${String(error)})`)
    .then((text) => {
      outputs.lastText = text;
      return text;
    });
  outputs.writeLater(stream, written);
}
