// A notebook's page: brings the cells that stand in it to life, and joins them with the bar, what stands beside them, and what is kept.

import { type Cell, inLanguage, type Language, plainName } from 'lamplight-notebook/file/notebook';
import { Bar } from 'lamplight-notebook/page/bar';
import { type Kind, NotebookDocument } from 'lamplight-notebook/page/document';
import { downloadFile, isNotebookFile, openNotebookFile } from 'lamplight-notebook/page/files';
import { KeptOutputs } from 'lamplight-notebook/page/kept-outputs';
import { Lesson } from 'lamplight-notebook/page/lesson';
import { Notebook } from 'lamplight-notebook/page/notebook';
import { Side } from 'lamplight-notebook/page/side';
import { forget } from 'lamplight-notebook/page/store';
import { byId, make } from 'lamplight-notebook/ui/dom';
import { showBanner } from '../ui/banners';
import { keepAddresses, keepGroup, keeping } from '../ui/offline';
import { startShell } from '../ui/shell';
import { showSolved } from '../ui/solved';
import { diagnose, noWebGpuNotice } from '../ui/webgpu-check';
import { chosenLanguage, showLanguage } from './languages';

const content = byId('content', HTMLElement);
const { kind = 'own', name = '', root = '../', minutes = '', minutesFull = '' } = content.dataset;
const languages = (content.dataset.languages ?? '').split(' ').filter(Boolean) as Language[];
const language = chosenLanguage(languages);
const site = new URL(root, location.href).href;
const banners = byId('banners', HTMLElement);
const said = content.appendChild(make('p', { className: 'visually-hidden' }));
said.setAttribute('role', 'status');

startShell(root);
keepGroup('notebook');
const asked = new URLSearchParams(location.search).get('course');
if (asked && /^[\w-]+$/.test(asked)) location.replace(new URL(`notebook/${asked}/`, site));
addEventListener('hashchange', () => {
  if (location.hash.startsWith('#n=')) location.reload();
});
/** Whether the visitor has begun to read: from then on the page stays where it is. */
let isRead = false;
for (const type of ['wheel', 'touchmove', 'keydown'])
  addEventListener(type, () => (isRead = true), { once: true, passive: true });

const title = byId('title', HTMLElement);
const opened = NotebookDocument.open(kind as Kind, name, title.textContent ?? '', language);
const document_ = await opened.catch((error: Error) => {
  showBanner(banners, 'This link carries no notebook that can be read.', ` ${error.message}`);
  history.replaceState(null, '', location.pathname + location.search);
  return NotebookDocument.open(kind as Kind, name, title.textContent ?? '', language);
});

/** The file of the page's own notebook. */
async function original(): Promise<readonly Cell[]> {
  if (kind !== 'course') return [];
  const [{ fromMarkdown }, response] = await Promise.all([
    import('lamplight-notebook/file/markdown'),
    fetch(`./${name}.md`),
  ]);
  const { front, cells } = inLanguage(fromMarkdown(await response.text()), language);
  document_.know(front);
  return cells;
}

showLanguage(language, languages, byId('cells', HTMLElement));
showSolved();
const notebook = new Notebook(byId('cells', HTMLElement), {
  site,
  trusted: document_.isTrusted,
  short: true,
  editable: true,
  original,
  canvases,
  ...(kind === 'course' && !document_.isFromLink ? { lesson: new Lesson(name, language) } : {}),
  listener: {
    ...keeping,
    changed: () => void changed(),
    solved: () => showSolved(),
    state: (state) => bar.showState(state),
    variables: (variables) => side.showVariables(variables),
    memory: (memory) => side.showMemory(memory),
    adapter: (adapter, software) => side.showAdapter(adapter, software),
    lost: (message) =>
      showBanner(banners, 'The GPU was lost.', ` ${message}`, { label: 'Restart', run: () => notebook.restart() }),
    goesOn: (message) =>
      showBanner(banners, 'Work goes on.', ` ${message}`, { label: 'Restart', run: () => notebook.restart() }),
    gone: (why, message, cell) =>
      showBanner(banners, why === 'stuck' ? 'The cell never yields.' : 'The worker has ended.', ` ${message}`, {
        label: cell ? 'Run the cells above again' : 'Run all',
        run: () => notebook.runAbove(cell),
      }),
    said: (text) => {
      said.textContent = text;
    },
    ran: (cell, how) => keptOutputs.ended(cell, notebook.codeCells, how),
  },
});
const keptOutputs = new KeptOutputs(() => document_.place);

const side = new Side(byId('side', HTMLElement), {
  explain: (step) => notebook.explain(step),
  addFiles,
  removeFile(file) {
    notebook.removeFile(file);
    side.showFiles(notebook.fileNames);
  },
  close: () => showSide(false),
});

const bar = new Bar(
  {
    runAll: () => notebook.runAll(),
    stop: () => notebook.stop(),
    restart: () => notebook.restart(),
    setShort: (short) => notebook.setShort(short),
    toggleSide: () => showSide(!side.isOpen),
    fileActions,
  },
  { minutes: minutes && minutesFull ? { short: minutes, full: minutesFull } : undefined, short: true },
);
byId('bar', HTMLElement).append(bar.element);

if (document_.cells) await notebook.replace(document_.cells);
else notebook.adopt();
void keptOutputs.restore(notebook.codeCells);
if (document_.cells && kind !== 'playground') showTitle();
if (document_.isFromLink) sayThatItCame();
else if (document_.cells && kind === 'course') sayThatItChanged();
content.dataset.ready = '';
showPlace();

// Without a connection they are to be seen as well, also those that nobody has scrolled to.
const pictures = [...content.querySelectorAll<HTMLImageElement>('.outputs[data-recorded] img')].map(({ src }) => src);
const hasRecorded = content.querySelector('.outputs[data-recorded]') !== null;
if (pictures.length > 0) keepAddresses([...new Set(pictures)]);

const diagnosis = await diagnose();
if (!diagnosis.usable) {
  const notice = noWebGpuNotice(diagnosis);
  const words = hasRecorded ? ' What stands below its cells was recorded elsewhere.' : '';
  notice.prepend(make('p', { className: 'hint' }, `You can read and edit this notebook here, but not run it.${words}`));
  banners.append(notice);
}

/** The canvas that cells of the playground draw on; a new one for each worker, since a canvas can be given away once. */
function canvases(): Record<string, HTMLCanvasElement> {
  const before = document.querySelector<HTMLCanvasElement>('canvas.given');
  if (!before) return {};
  const canvas = make('canvas', { className: before.className, width: 480, height: 480 });
  canvas.setAttribute('role', 'img');
  canvas.setAttribute('aria-label', before.getAttribute('aria-label') ?? '');
  before.replaceWith(canvas);
  return { canvas };
}

/**
 * Shows the part of the page that its address names. The browser goes there while the cells of the other language still stand above, so
 * that it ends elsewhere. A page that is loaded again goes back to where it was read.
 */
function showPlace(): void {
  const [navigation] = performance.getEntriesByType('navigation') as PerformanceNavigationTiming[];
  if (isRead || navigation?.type !== 'navigate') return;
  document.getElementById(location.hash.slice(1))?.scrollIntoView({ behavior: 'instant' });
}

function showSide(isOpen: boolean): void {
  side.open(isOpen);
  bar.showSide(isOpen);
  content.classList.toggle('with-side', isOpen);
}

function showTitle(): void {
  title.textContent = document_.title;
  document.title = `${document_.title} · Lamplight`;
}

let waiting: ReturnType<typeof setTimeout> | undefined;
let isSaving = false;

/** Keeps what was typed, once the typing pauses. */
function changed(): void {
  if (!document_.isKept && !document_.isFromLink) document_.keepAsOwn(root);
  if (!document_.isKept) return;
  clearTimeout(waiting);
  waiting = setTimeout(() => void save(), 400);
}

async function save(): Promise<void> {
  if (isSaving) return changed();
  isSaving = true;
  const isKept = await document_.save(await notebook.texts());
  isSaving = false;
  if (!isKept) showBanner(banners, 'This browser keeps nothing.', ' Save the notebook as a file before you leave.');
}

addEventListener('pagehide', () => {
  if (waiting !== undefined) void save();
});

function sayThatItCame(): void {
  showBanner(
    banners,
    'This notebook came with a link.',
    ' Nothing in it runs until you press Run, and it finds no way to your own notebooks. What you change is not kept until you say so.',
    {
      label: 'Keep it',
      run: () => {
        document_.keepAsOwn(root);
        void save();
      },
    },
  );
}

function sayThatItChanged(): void {
  showBanner(banners, 'You have changed this course.', ' Your version is kept in this browser.', {
    label: 'Show the original',
    run: () => void showOriginal(),
  });
}

async function showOriginal(): Promise<void> {
  clearTimeout(waiting);
  if (document_.place) await forget(document_.place);
  await keptOutputs.forget();
  location.reload();
}

function addFiles(files: readonly File[]): void {
  for (const file of files) notebook.addFile(file);
  side.showFiles(notebook.fileNames);
  showSide(true);
}

function fileActions() {
  const fileName = (document_.title || 'notebook')
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, '-')
    .replace(/^-|-$/g, '');
  const saveAs = (ending: 'md' | 'ipynb') => async () =>
    downloadFile(document_.file(await notebook.texts()), `${fileName}.${ending}`);
  return [
    { label: 'New notebook', run: () => location.assign(new URL('notebook/', site)) },
    { label: 'Open a notebook…', run: () => pick('.md,.ipynb', false, ([file]) => file && void openFile(file)) },
    { label: 'Save as Markdown', run: () => void saveAs('md')() },
    { label: 'Save for Jupyter', run: () => void saveAs('ipynb')() },
    { label: 'Copy a link to it', run: () => void copyLink() },
    { label: 'Add files to read…', run: () => pick('', true, addFiles) },
    ...(kind === 'own' ? [] : [{ label: 'Back to the original', run: () => void showOriginal() }]),
  ];
}

function pick(accept: string, multiple: boolean, take: (files: File[]) => void): void {
  const input = make('input', { type: 'file', accept, multiple });
  input.addEventListener('change', () => take([...(input.files ?? [])]));
  input.click();
}

/** A notebook's file becomes one of the visitor's own, with a page of its own. */
async function openFile(file: File): Promise<void> {
  try {
    location.assign(new URL(`notebook/?own=${await openNotebookFile(file)}`, site));
  } catch (error) {
    showBanner(banners, `${plainName(file.name)} could not be opened.`, ` ${(error as Error).message}`);
  }
}

async function copyLink(): Promise<void> {
  const made = document_.link(await notebook.texts(), root);
  const link = await made.catch((error: Error) => {
    showBanner(banners, 'No link can carry this notebook.', ` ${error.message}`);
    return null;
  });
  if (link === null) return;
  try {
    await navigator.clipboard.writeText(link);
    said.textContent = 'The link is copied.';
    showBanner(
      banners,
      'The link is copied.',
      ` It is ${link.length.toLocaleString('en')} characters long and carries the whole notebook.`,
    );
  } catch {
    const field = make('input', { value: link, readOnly: true, ariaLabel: 'A link to this notebook' });
    showBanner(banners, 'A link to this notebook', ' carries the whole of it: ');
    banners.lastElementChild?.querySelector('p')?.append(field);
    field.select();
  }
}

content.addEventListener('dragover', (event) => {
  if (!event.dataTransfer?.types.includes('Files')) return;
  event.preventDefault();
  content.classList.add('dropping');
});
content.addEventListener('dragleave', (event) => {
  if (!content.contains(event.relatedTarget as Node | null)) content.classList.remove('dropping');
});
content.addEventListener('drop', (event) => {
  content.classList.remove('dropping');
  const files = [...(event.dataTransfer?.files ?? [])];
  if (files.length === 0) return;
  event.preventDefault();
  const [first] = files;
  if (files.length === 1 && first && isNotebookFile(first)) void openFile(first);
  else addFiles(files);
});
