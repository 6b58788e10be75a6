// The part of the runner of notebooks that is served to its page.
import { runNotebook } from 'lamplight-notebook/headless';
import type { Ended, Output } from 'lamplight-notebook/protocol';

/** What a runner hands to its page, as JSON. */
export interface Given {
  /** Of its file: Markdown, or Jupyter's JSON. */
  readonly text: string;
  readonly short: boolean;
  readonly language: 'python' | 'typescript';
  readonly trusted: boolean;
  readonly bail: boolean;
  readonly exercises: boolean;
  /** The address of the site's home. */
  readonly site: string;
  readonly files: readonly { readonly name: string; readonly bytes: string }[];
}

/** An output as it goes to Node: pictures and files have their bytes in base64. */
export interface Seen {
  readonly output: Output & { readonly size?: number };
  readonly bytes: string | null;
  readonly inGrid?: boolean;
}

/** The runner's own functions in the page. */
interface Host {
  began(label: string, source: string): unknown;
  ended(index: number, outputs: readonly Seen[], ended: Ended): unknown;
  exercise(name: string, problem: string | null, told: string): unknown;
  note(text: string): unknown;
}

async function base64(blob: Blob): Promise<string> {
  const bytes = new Uint8Array(await blob.arrayBuffer());
  let text = '';
  for (const byte of bytes) text += String.fromCharCode(byte);
  return btoa(text);
}

async function seen(output: Output): Promise<Seen[]> {
  switch (output.kind) {
    case 'picture':
      return [{ output, bytes: await base64(output.png) }];
    case 'file':
      return [{ output: { ...output, size: output.contents.size }, bytes: await base64(output.contents) }];
    case 'grid': {
      const pictures = output.items.map(async ({ picture }) => ({
        output: picture,
        bytes: await base64(picture.png),
        inGrid: true,
      }));
      return [{ output, bytes: null }, ...(await Promise.all(pictures))];
    }
    default:
      return [{ output, bytes: null }];
  }
}

/** Runs a notebook's cells, and tells the runner of each; the number of those that failed. */
export function runGiven({ text, files, ...options }: Given): Promise<number> {
  const host = globalThis as unknown as Host;
  const added = files.map(({ name, bytes }) => new File([Uint8Array.from(atob(bytes), (c) => c.charCodeAt(0))], name));
  return runNotebook(
    text,
    { ...options, files: added },
    {
      began: (_, source, label) => host.began(label, source),
      ended: async (index, outputs, ended) => host.ended(index, (await Promise.all(outputs.map(seen))).flat(), ended),
      exercise: (name, problem, told) => host.exercise(name, problem, told),
      note: (text) => host.note(text),
    },
  );
}
