// `<lamplight-cell>`: a cell of code in any page, which is edited and run where it is read. Its text is in a `pre`; cells of a page share
// what they declare, but for those with a `group` of their own.

import type { Notebook } from 'lamplight-notebook/page/notebook';
import { focusOutputsWhileScrollable, focusWhileScrollable } from 'lamplight-notebook/ui/scrollable';
import { keeping } from './offline';
import { diagnose } from './webgpu-check';

/** A notebook for each group, made once one of its cells is on the page. */
const groups = new Map<string, Promise<Notebook>>();

async function notebookOf(group: string, site: string): Promise<Notebook> {
  const { Notebook } = await import('lamplight-notebook/page/notebook');
  const cells = [...document.querySelectorAll<LamplightCell>('lamplight-cell')];
  const notebook = new Notebook(document.body, {
    site,
    trusted: true,
    short: true,
    editable: false,
    original: async () => [],
    canvases: () => ({}),
    listener: {
      ...keeping,
      changed: () => {},
      state: () => {},
      variables: () => {},
      memory: () => {},
      adapter: () => {},
      lost: (message) => say(message),
      goesOn: (message) => say(message),
      gone: (_why, message) => say(message),
      said: (text) => say(text),
    },
  });
  notebook.adopt(cells.filter((cell) => cell.group === group).map((cell) => cell.place));
  return notebook;
}

let status: HTMLElement | undefined;

/** For those who hear a page. */
function say(text: string): void {
  if (!status) {
    status = document.createElement('p');
    status.className = 'visually-hidden';
    status.setAttribute('role', 'status');
    document.body.append(status);
  }
  status.textContent = text;
}

export class LamplightCell extends HTMLElement {
  /** Cells of one group know each other's names. */
  get group(): string {
    return this.getAttribute('group') ?? '';
  }

  /** What the cell is drawn in. */
  get place(): HTMLElement {
    return this.querySelector<HTMLElement>('.code-cell') ?? this;
  }

  async connectedCallback(): Promise<void> {
    if (this.querySelector('.code-cell')) return;
    const place = document.createElement('section');
    place.className = 'cell code-cell';
    const label = this.getAttribute('label');
    if (label) place.dataset.label = label;
    place.append(...this.childNodes);
    this.append(place);
    const { usable } = await diagnose();
    // Where it cannot run, it is read.
    if (!usable) {
      const code = place.querySelector('pre');
      if (code) focusWhileScrollable(code);
      focusOutputsWhileScrollable(place);
      return;
    }
    const site = new URL(this.getAttribute('site') ?? './', location.href).href;
    const known = groups.get(this.group) ?? notebookOf(this.group, site);
    groups.set(this.group, known);
    await known;
  }
}

/** Has the browser bring the cells of this page to life. */
export function defineCells(): void {
  customElements.define('lamplight-cell', LamplightCell);
}
