// Puts a notebook into the fragment of an address, and takes it out: `#n=` and its Markdown, deflated, in the letters of base64url.
import { fromMarkdown, toMarkdown } from './markdown.ts';
import { bounded, MOST_LETTERS, type Notebook, NotebookFileError } from './notebook.ts';

const PREFIX = 'n=';
/** Bytes of a notebook that comes by a link: a short fragment can inflate to more than a page can hold. */
const MOST = MOST_LETTERS;
/** Letters of a fragment, which no honest link exceeds: deflating does not make much longer what it cannot make shorter. */
const MOST_FRAGMENT = 2 * MOST;

async function through(
  bytes: Uint8Array<ArrayBuffer>,
  stream: TransformStream<BufferSource, Uint8Array>,
): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  const reader = new Blob([bytes]).stream().pipeThrough(stream).getReader();
  for (;;) {
    const { value, done } = await reader.read();
    if (done) break;
    length += value.length;
    if (length > MOST) {
      await reader.cancel();
      throw new NotebookFileError(`expected a notebook of at most ${MOST / 1e3} kB in the link`);
    }
    chunks.push(value);
  }
  return new Uint8Array(await new Blob(chunks as Uint8Array<ArrayBuffer>[]).arrayBuffer());
}

function base64url(bytes: Uint8Array): string {
  let text = '';
  for (let at = 0; at < bytes.length; at += 0x8000) text += String.fromCharCode(...bytes.subarray(at, at + 0x8000));
  return btoa(text).replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '');
}

const bytesOf = (text: string): Uint8Array<ArrayBuffer> =>
  Uint8Array.from(atob(text.replaceAll('-', '+').replaceAll('_', '/')), (letter) => letter.charCodeAt(0));

/** The fragment of a link that carries the notebook, with its `#`. @throws NotebookFileError for one that no page would open */
export async function toFragment(notebook: Notebook): Promise<string> {
  const bytes = new TextEncoder().encode(toMarkdown(bounded(notebook)));
  if (bytes.length > MOST) {
    throw new NotebookFileError(
      `expected a notebook of at most ${MOST / 1e3} kB, but got ${Math.ceil(bytes.length / 1e3)} kB; save it as a file`,
    );
  }
  return `#${PREFIX}${base64url(await through(bytes, new CompressionStream('deflate-raw')))}`;
}

/** Whether a fragment carries a notebook. */
export const carriesNotebook = (fragment: string): boolean => fragment.replace(/^#/, '').startsWith(PREFIX);

/** @throws NotebookFileError for a fragment that carries none, or a damaged one */
export async function fromFragment(fragment: string): Promise<Notebook> {
  if (!carriesNotebook(fragment)) throw new NotebookFileError('expected a link with a notebook in its fragment');
  if (fragment.length > MOST_FRAGMENT) {
    throw new NotebookFileError(`expected a link of at most ${MOST_FRAGMENT.toLocaleString('en')} letters`);
  }
  try {
    const bytes = bytesOf(fragment.replace(/^#/, '').slice(PREFIX.length));
    const inflated = await through(bytes, new DecompressionStream('deflate-raw'));
    return bounded(fromMarkdown(new TextDecoder('utf-8', { fatal: true }).decode(inflated)));
  } catch (cause) {
    if (cause instanceof NotebookFileError) throw cause;
    throw new NotebookFileError('the notebook in this link is incomplete or damaged; ask for the link again', {
      cause,
    });
  }
}
