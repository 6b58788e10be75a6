// What every page of the gallery starts with: its program as cells that run, the banners, and the way into the notebook.
import { toFragment } from 'lamplight-notebook/file/link';
import { codeCell, emptyFront, textCell } from 'lamplight-notebook/file/notebook';
import { Notebook } from 'lamplight-notebook/page/notebook';
import type { Reading, Values } from 'lamplight-notebook/protocol';
import { byId, formatBytes, make } from 'lamplight-notebook/ui/dom';
import { inAddress } from 'lamplight-notebook/ui/kept';
import { showBanner } from '../ui/banners';
import { keepGroup, keeping } from '../ui/offline';
import { startShell } from '../ui/shell';
import { type Diagnosis, diagnose, noWebGpuNotice } from '../ui/webgpu-check';

export type { Reading, Values } from 'lamplight-notebook/protocol';

export interface GalleryOptions {
  /** Draws what the program reports; called at most once a frame, with the newest value of each name. */
  readonly draw: (values: Values) => void;
  /** Told of each report, also of those that a newer one replaces before they are drawn. */
  readonly heard?: (values: Values) => void;
  /** Runs the program as soon as the page is open. Default: false, as for pages that train. */
  readonly autorun?: boolean;
  /** Only the first cell runs with the page, or so many of the first; what stands below is the visitor's to run. Default: false, all cells one after another. */
  readonly firstAlone?: boolean | number;
}

export interface GalleryPage {
  /** Whether WebGPU can be used here. Where it cannot, the page shows what was recorded, and nothing runs. */
  readonly usable: Promise<boolean>;
  /** Tells the program what the panels are set to. */
  give(values: Values): void;
  /** Gives the program a file, which it reads by `file(name)`. */
  addFile(file: File): void;
  /** Runs a cell, by its number from 0, as soon as no other runs. A later call takes the place of one that still waits. */
  run(cell: number): void;
}

/** The address of the site's own folder. */
export const site = new URL('../../', location.href).href;

/** Milliseconds without a result, from which a visitor wonders whether anything will come. */
const PATIENCE = 4000;

/** A value of a report as a reading, or null where it is another thing. */
export const readingOf = (value: unknown): Reading | null =>
  typeof value === 'object' && value !== null && 'shape' in value && 'data' in value ? (value as Reading) : null;

/** A number that was reported, on the GPU or not. */
export const numberOf = (value: unknown): number => Number(readingOf(value)?.data[0] ?? value);

/** Pictures in a network's scale, -1 to 1, in that of the colours, 0 to 1. */
export const brightness = ({ data }: Reading) => Float32Array.from(data, (value) => (value + 1) / 2);

/** Brings the program of the page to life. What panels are set to is to be given at once: a program that runs by itself begins with it. */
export function openGallery({ draw, heard, autorun = false, firstAlone = false }: GalleryOptions): GalleryPage {
  startShell('../../');
  keepGroup('notebook');
  const content = byId('content', HTMLElement);
  // A lesson shows the panels alone.
  document.body.classList.toggle('inside', inAddress('inside') !== null);
  const banners = byId('banners', HTMLElement);
  const said = content.appendChild(make('p', { className: 'visually-hidden' }));
  said.setAttribute('role', 'status');
  const adapter = document.getElementById('adapter');
  const memory = document.getElementById('memory');
  const buttons = [...document.querySelectorAll<HTMLButtonElement>('button[data-run]')];
  const labels = buttons.map(({ textContent }) => textContent);

  const meanwhile = new Meanwhile(content);
  let pending: Record<string, unknown> | null = null;
  /** The cell that waits until no other runs. */
  let awaited: number | null = null;
  const reported = (values: Values) => {
    heard?.(values);
    // For whoever measures the page.
    dispatchEvent(new CustomEvent('gallery-report', { detail: values }));
    if (pending) {
      Object.assign(pending, values);
      return;
    }
    pending = { ...values };
    requestAnimationFrame(() => {
      const newest = pending ?? {};
      pending = null;
      draw(newest);
      meanwhile.end();
      content.dataset.reported = '';
    });
  };

  const notebook = new Notebook(byId('program', HTMLElement), {
    site,
    trusted: true,
    short: true,
    editable: false,
    panels: true,
    original: async () => [],
    canvases: () => ({}),
    listener: {
      ...keeping,
      changed: () => {},
      state: (state) => {
        const isBusy = state === 'busy' || state === 'starting' || state === 'stopping';
        content.dataset.state = state;
        buttons.forEach((button, i) => {
          button.textContent = isBusy ? 'Stop' : (labels[i] ?? 'Run');
        });
        if (state === 'idle') {
          meanwhile.end();
          runAwaited();
        }
      },
      variables: () => {},
      memory: ({ live }) => {
        memory?.replaceChildren(formatBytes(live));
        document.getElementById('used')?.removeAttribute('hidden');
      },
      adapter: (name) => adapter?.replaceChildren(name),
      lost: (message) => showBanner(banners, 'The GPU was lost.', ` ${message}`, { label: 'Run again', run }),
      goesOn: (message) => showBanner(banners, 'Work goes on.', ` ${message}`, { label: 'Run again', run }),
      gone: (_why, message) => showBanner(banners, 'The worker has ended.', ` ${message}`, { label: 'Run again', run }),
      said: (text) => {
        said.textContent = text;
      },
      report: reported,
    },
  });
  notebook.adopt();

  function run(): void {
    notebook.restart();
    meanwhile.begin();
    if (!firstAlone) notebook.runAll();
    else for (const cell of notebook.codeCells.slice(0, Number(firstAlone))) notebook.run(cell);
  }

  function runAwaited(): void {
    const cell = awaited === null ? undefined : notebook.codeCells[awaited];
    if (!cell || notebook.isRunning) return;
    awaited = null;
    notebook.run(cell);
  }

  for (const button of buttons) {
    button.disabled = true;
    button.addEventListener('click', () => (notebook.isRunning ? notebook.stop() : run()));
  }
  byId('open-notebook', HTMLAnchorElement).addEventListener('click', (event) => {
    event.preventDefault();
    void addressOf(notebook).then((address) => location.assign(address));
  });
  const usable = diagnose().then((diagnosis) => {
    for (const button of buttons) button.disabled = !diagnosis.usable;
    content.dataset.ready = '';
    if (!diagnosis.usable) showRecorded(content, banners, diagnosis);
    else if (autorun) run();
    else meanwhile.wait();
    return diagnosis.usable;
  });
  return {
    usable,
    give: (values) => notebook.giveControls(values),
    addFile: (file) => notebook.addFile(file),
    run: (cell) => {
      awaited = cell;
      runAwaited();
    },
  };
}

/** Until the first result comes, shows what was recorded elsewhere: at once where the visitor has yet to begin, and where it takes long, as on a slow GPU. */
class Meanwhile {
  #timer: ReturnType<typeof setTimeout> | undefined;
  #panel: HTMLElement | null = null;

  constructor(private readonly content: HTMLElement) {}

  /** The visitor has yet to begin. */
  wait(): void {
    if (this.content.dataset.reported === undefined) this.#show();
  }

  begin(): void {
    clearTimeout(this.#timer);
    if (this.content.dataset.reported === undefined) this.#timer = setTimeout(() => this.#show(), PATIENCE);
  }

  end(): void {
    clearTimeout(this.#timer);
    this.#panel?.remove();
    this.#panel = null;
  }

  #show(): void {
    const picture = this.content.querySelector('.recorded img')?.cloneNode();
    if (!picture || this.#panel) return;
    const said = 'There is no result yet. This is a picture of one that was recorded elsewhere.';
    this.#panel = make(
      'section',
      { className: 'panel wide meanwhile' },
      make('p', { className: 'hint' }, said),
      picture,
    );
    [...this.content.querySelectorAll('.panels:not([hidden])')].at(-1)?.append(this.#panel);
  }
}

/** Shows what was recorded elsewhere, and why nothing is computed here. */
function showRecorded(content: HTMLElement, banners: HTMLElement, diagnosis: Diagnosis): void {
  content.dataset.recorded = '';
  const notice = noWebGpuNotice(diagnosis);
  notice.prepend(
    make('p', { className: 'hint' }, 'The pictures below were recorded elsewhere; the program can be read.'),
  );
  banners.append(notice);
}

/** The notebook with this page's program, as it stands now. */
async function addressOf(notebook: Notebook): Promise<string> {
  const title = document.querySelector('h1')?.textContent ?? '';
  const cells = notebook.codeCells.map((cell) => codeCell(cell.source, cell.flags));
  const fragment = await toFragment({ front: { ...emptyFront, title }, cells: [textCell(`# ${title}`), ...cells] });
  return new URL(`notebook/${fragment}`, site).href;
}
