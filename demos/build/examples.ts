// A program as the reference shows it: in colours, and as the fragment of an address with which the playground opens it.
import { toFragment } from '../../packages/notebook/file/link.ts';
import { codeCell, emptyFront, textCell } from '../../packages/notebook/file/notebook.ts';
import { highlighted } from '../../packages/notebook/render/code.ts';

/** `fragment` begins with its `#`. */
export async function shownProgram(title: string, code: string): Promise<{ html: string; fragment: string }> {
  const notebook = { front: { ...emptyFront, title }, cells: [textCell(`# ${title}`), codeCell(code)] };
  return { html: highlighted(code), fragment: await toFragment(notebook) };
}
