// Notebooks as files on the visitor's disk: opened into the browser's store, and saved as Markdown or for Jupyter.

import { bounded, type Notebook as NotebookFile, NotebookFileError, plainName } from '../file/notebook';
import { saveFile } from '../ui/save-file';
import { keep, newId } from './store';

/** Notebooks of Jupyter hold their pictures, too. */
const MOST_BYTES = 50_000_000;

export const isNotebookFile = ({ name }: File): boolean => /\.(md|markdown|ipynb)$/i.test(name);

/** Keeps what a file holds as a notebook of one's own, and gives its id. It may be anybody's, so that its cells get no storage. */
export async function openNotebookFile(file: File): Promise<string> {
  if (file.size > MOST_BYTES) {
    throw new NotebookFileError(
      `expected a file of at most ${MOST_BYTES / 1e6} MB, but got ${Math.ceil(file.size / 1e6)} MB`,
    );
  }
  const text = await file.text();
  const [{ fromMarkdown, toMarkdown }, { fromIpynb }] = await Promise.all([
    import('../file/markdown'),
    import('../file/ipynb'),
  ]);
  const read = bounded(file.name.toLowerCase().endsWith('.ipynb') ? fromIpynb(text) : fromMarkdown(text));
  const title = read.front.title || plainName(file.name.replace(/\.\w+$/, ''));
  const id = newId();
  const markdown = toMarkdown({ ...read, front: { ...read.front, title } });
  const isKept = await keep(`own/${id}`, { title, markdown, changed: Date.now(), trusted: false });
  if (!isKept) throw new Error('This browser keeps nothing, so that there is no place for the notebook.');
  return id;
}

/** Saves under a name that ends in `.md` or `.ipynb`. */
export async function downloadFile(notebook: NotebookFile, name: string): Promise<void> {
  const isJupyter = name.endsWith('.ipynb');
  const text = isJupyter
    ? (await import('../file/ipynb')).toIpynb(notebook)
    : (await import('../file/markdown')).toMarkdown(notebook);
  saveFile(name, new Blob([text], { type: isJupyter ? 'application/x-ipynb+json' : 'text/markdown' }));
}
