// Draws Markdown that may be anybody's: what is made of it in time, and is no more than a page can hold, else the text as it is written.
import { make } from '../ui/dom';
import { safeFragment } from './safe-text';

/** Letters of a text, and of the HTML that is made of it. */
const MOST_LETTERS = 100_000;
const MOST_HTML = 1_000_000;
/** Elements, and how deep they stand in each other. */
const MOST_TAGS = 20_000;
const MOST_DEEP = 200;
/** Milliseconds that a text has, and texts that may miss them before no more are drawn. */
const TIME = 800;
const MISSES = 3;

const EMPTY = new Set(['br', 'hr', 'img', 'input', 'wbr', 'col', 'area', 'source', 'track', 'mspace']);

/** Whether HTML is too long, or has too many or too deep elements, to be put on a page. */
export function isTooMuch(html: string): boolean {
  if (html.length > MOST_HTML) return true;
  let tags = 0;
  let deep = 0;
  for (const [, close, name] of html.matchAll(/<(\/?)([a-z][\w-]*)/gi)) {
    if (++tags > MOST_TAGS) return true;
    if (close) deep = Math.max(0, deep - 1);
    else if (!EMPTY.has(name!.toLowerCase()) && ++deep > MOST_DEEP) return true;
  }
  return false;
}

interface Asked {
  readonly markdown: string;
  readonly answer: (html: string | null) => void;
}

const asked: Asked[] = [];
let worker: Worker | null = null;
let isReady = false;
let isBusy = false;
let timer: ReturnType<typeof setTimeout> | undefined;
let misses = 0;

function start(): Worker {
  const started = new Worker(new URL('./text-worker.ts', import.meta.url), { type: 'module', name: 'texts' });
  started.addEventListener('message', ({ data }: MessageEvent<'ready' | { readonly html: string | null }>) => {
    if (data === 'ready') isReady = true;
    else answer(data.html);
    next();
  });
  started.addEventListener('error', () => {
    while (asked.length > 0) answer(null);
  });
  return started;
}

function answer(html: string | null): void {
  clearTimeout(timer);
  isBusy = false;
  asked.shift()?.answer(html);
}

function next(): void {
  const [first] = asked;
  if (!first || isBusy) return;
  if (misses >= MISSES) {
    while (asked.length > 0) answer(null);
    return;
  }
  worker ??= start();
  if (!isReady) return;
  isBusy = true;
  worker.postMessage(first.markdown);
  timer = setTimeout(() => {
    misses++;
    worker?.terminate();
    worker = null;
    isReady = false;
    answer(null);
    next();
  }, TIME);
}

/** HTML of Markdown; null where it is not made in time, or is too much. */
async function htmlOf(markdown: string): Promise<string | null> {
  if (markdown.length > MOST_LETTERS) return null;
  const html = await new Promise<string | null>((resolve) => {
    asked.push({ markdown, answer: resolve });
    next();
  });
  return html === null || isTooMuch(html) ? null : html;
}

/** A text as it is written. */
export function plainText(markdown: string): DocumentFragment {
  const fragment = document.createDocumentFragment();
  fragment.append(make('pre', { className: 'wide plain' }, markdown));
  return fragment;
}

/** A text, cleaned of all that could act. */
export async function drawText(markdown: string): Promise<DocumentFragment> {
  if (markdown.trim() === '') return document.createDocumentFragment();
  const html = await htmlOf(markdown);
  if (html !== null) return safeFragment(html);
  const plain = plainText(markdown);
  plain.prepend(
    make(
      'p',
      { className: 'hint' },
      'This text is shown as it is written, since it is too long or too deep to be drawn.',
    ),
  );
  return plain;
}
