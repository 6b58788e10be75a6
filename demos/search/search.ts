// The dialog that searches the site: a field, and below it what is found, which the arrows lead through. It loads what it finds in once it is opened.
import { make } from 'lamplight-notebook/ui/dom';
import { NAMES, REFERENCE, TEXTS } from './addresses';
import { Finder, type Found, type Page } from './finder';
import type { Name } from './names';
import styles from './search.css?url&no-inline';

/** A page shows what it has found once the reader has paused for so many milliseconds. */
const PAUSE = 60;

class Search {
  readonly #root: string;
  readonly #finder = new Finder();
  readonly #field = make('input', {
    // A field of the type `search` would take Escape for itself.
    type: 'text',
    role: 'searchbox',
    enterKeyHint: 'search',
    id: 'search-field',
    autocomplete: 'off',
    spellcheck: false,
    placeholder: 'weight decay, max_pool2d',
  });
  readonly #status = make('p', { className: 'search-status' });
  readonly #list = make('ul', { className: 'search-found' });
  readonly #dialog: HTMLDialogElement;
  #timer: ReturnType<typeof setTimeout> | undefined;
  /** What is still on its way, and what did not come, in words. */
  readonly #missing = new Map<string, string>();

  /** `root` is the address of the site's own folder. */
  constructor(root: string) {
    this.#root = root;
    this.#status.setAttribute('role', 'status');
    this.#list.setAttribute('aria-label', 'Found');
    const close = make('button', { type: 'button', className: 'button quiet', textContent: 'Close' });
    const label = make(
      'label',
      { htmlFor: this.#field.id },
      'Search the guide, the courses, the gallery and the reference',
    );
    const keys = make('p', { className: 'search-keys' });
    keys.innerHTML = '<kbd>↑</kbd> <kbd>↓</kbd> move · <kbd>Enter</kbd> opens · <kbd>Esc</kbd> closes';
    this.#dialog = make(
      'dialog',
      { className: 'search' },
      make(
        'search',
        {},
        label,
        make('div', { className: 'search-line' }, this.#field, close),
        this.#status,
        this.#list,
        keys,
      ),
    );
    this.#dialog.setAttribute('aria-label', 'Search');
    close.addEventListener('click', () => this.#dialog.close());
    this.#field.addEventListener('input', () => {
      clearTimeout(this.#timer);
      this.#timer = setTimeout(() => this.#show(), PAUSE);
    });
    this.#dialog.addEventListener('keydown', (event) => this.#move(event));
    this.#dialog.addEventListener('click', ({ target }) => {
      // Beside the dialog, or a link: where that leads within this page is to be seen.
      if (target === this.#dialog || (target instanceof Element && target.closest('a'))) this.#dialog.close();
    });
    document.body.append(this.#dialog);
    void this.#load('the texts', TEXTS, (pages: readonly Page[]) => this.#finder.addPages(pages));
    void this.#load('the names of the reference', NAMES, (names: readonly Name[]) =>
      this.#finder.addNames(names, REFERENCE),
    );
  }

  open(): void {
    if (!this.#dialog.open) this.#dialog.showModal();
    this.#field.select();
  }

  async #load<T>(what: string, path: string, add: (value: T) => Promise<void>): Promise<void> {
    this.#missing.set(what, `Still reading ${what}.`);
    try {
      const response = await fetch(new URL(path, this.#root));
      if (!response.ok) throw new Error(`${path}: ${response.status}`);
      await add(await response.json());
      this.#missing.delete(what);
    } catch {
      this.#missing.set(what, `Without ${what}: they could not be loaded.`);
    }
    this.#show();
  }

  #show(): void {
    clearTimeout(this.#timer);
    const question = this.#field.value.trim();
    const found = question === '' ? [] : this.#finder.find(question);
    this.#list.replaceChildren(...found.map((each) => this.#row(each)));
    const missing = [...this.#missing.values()];
    const told =
      question === '' ? [] : [found.length === 0 ? `Nothing is found for “${question}”.` : `${found.length} found.`];
    const text = [...told, ...missing].join(' ');
    // What has not changed is not read out again.
    if (this.#status.textContent !== text) this.#status.textContent = text;
  }

  #row({ kind, address, title, place, excerpt }: Found): HTMLLIElement {
    const isName = kind === 'Reference';
    const words = excerpt.map((part, i) => (i % 2 === 1 ? make('mark', {}, part) : part));
    const link = make(
      'a',
      { href: new URL(address, this.#root).href },
      make('strong', {}, isName ? make('code', {}, title) : title),
      make('small', {}, `${kind}${place ? ' · ' : ''}`, isName ? make('code', {}, place) : place),
    );
    if (excerpt.join('') !== '') link.append(make('span', {}, ...words));
    return make('li', {}, link);
  }

  /** From the field to what is found, and between it. */
  #move(event: KeyboardEvent): void {
    if (event.isComposing) return;
    const links = [...this.#list.querySelectorAll('a')];
    const at = links.indexOf(document.activeElement as HTMLAnchorElement);
    const isInField = document.activeElement === this.#field;
    const to =
      event.key === 'ArrowDown'
        ? links[at + 1]
        : event.key === 'ArrowUp' && at >= 0
          ? (links[at - 1] ?? this.#field)
          : undefined;
    if (to) {
      event.preventDefault();
      to.focus();
    } else if (event.key === 'Enter' && isInField) {
      // Words that came with the last key have not been looked for yet.
      this.#show();
      this.#list.querySelector('a')?.click();
    } else if (
      at >= 0 &&
      event.key.length === 1 &&
      event.key !== ' ' &&
      !event.ctrlKey &&
      !event.metaKey &&
      !event.altKey
    ) {
      this.#field.focus();
    }
  }
}

/** Pages' policies let a style sheet come from a file alone. */
const styled = (): Promise<void> =>
  new Promise((resolve) => {
    const sheet = make('link', { rel: 'stylesheet', href: styles });
    // Without it, the search can be used as well.
    for (const end of ['load', 'error']) sheet.addEventListener(end, () => resolve());
    document.head.append(sheet);
  });

let search: Promise<Search> | undefined;

/** Opens the search of the site whose own folder lies at `root`. */
export async function openSearch(root: string): Promise<void> {
  search ??= styled().then(() => new Search(root));
  (await search).open();
}
