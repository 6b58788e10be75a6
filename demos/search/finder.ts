// Finds parts of pages by their words, and names of the reference by their spelling and by what they do.
import MiniSearch, { type SearchOptions, type SearchResult } from 'minisearch';
import { find, isSpelt, type Name } from './names';
import { askedWords, plainWord, wordsOf } from './words';

/** What a page is: it stands beside what is found of it. */
export type Kind = 'Course' | 'Notebook' | 'Guide' | 'Gallery' | 'Page' | 'Reference';

/**
 * A part of a page: its heading's address, '' for what stands above all headings; its title, the titles of the headings above, its text, and the
 * names that its code calls.
 */
export type Part = readonly [id: string, title: string, above: string, text: string, code: string];

/** A page, by its address from the site's own folder. */
export interface Page {
  readonly kind: Kind;
  readonly address: string;
  readonly title: string;
  readonly parts: readonly Part[];
}

/** What is found, in the words of a list. */
export interface Found {
  readonly kind: Kind;
  readonly address: string;
  readonly title: string;
  /** Where it stands: its page and the headings above; of a name, what it is called in Python, or its namespace. */
  readonly place: string;
  /** What it says near the words, of which those at odd places were asked for. */
  readonly excerpt: readonly string[];
}

interface Entry {
  readonly id: number;
  readonly kind: Kind;
  readonly address: string;
  readonly title: string;
  readonly above: string;
  readonly text: string;
  readonly code: string;
  /** The name of the reference that it is. */
  readonly name?: Name;
}

/** How many entries are read at once: a page stays at hand between. */
const BATCH = 40;
/** How many names that begin as asked stand above all that is found by words: of more, few would see what explains them. */
const SPELT = 2;
/** How many parts of pages stand before the other names that are found by words. */
const EXPLAINED = 2;
/** How many characters of a text are shown. */
const SHOWN = 150;

export class Finder {
  readonly #entries: Entry[] = [];
  readonly #names: Name[] = [];
  readonly #index = new MiniSearch<Entry>({
    fields: ['title', 'above', 'text', 'code'],
    tokenize: wordsOf,
    processTerm: plainWord,
  });

  async addPages(pages: readonly Page[]): Promise<void> {
    await this.#add(
      pages.flatMap(({ kind, address, title, parts }) =>
        parts.map(([id, own, above, text, code]) => ({
          kind,
          address: id === '' ? address : `${address}#${id}`,
          title: own || title,
          above: own ? [title, above].filter(Boolean).join(' › ') : '',
          text,
          code,
        })),
      ),
    );
  }

  /** Names of the reference, which lies at `root` from the site's own folder. */
  async addNames(names: readonly Name[], root: string): Promise<void> {
    const placed = names.map(([name, space, address, ...rest]): Name => [name, space, `${root}${address}`, ...rest]);
    this.#names.push(...placed);
    // Of the others, the spelling is all there is.
    const told = placed.filter(([, , , , text]) => text !== '');
    await this.#add(
      told.map((name) => ({
        kind: 'Reference',
        address: name[2],
        title: name[0],
        above: name[3] || name[1],
        text: name[4],
        code: name[5],
        name,
      })),
    );
  }

  async #add(entries: readonly Omit<Entry, 'id'>[]): Promise<void> {
    const numbered = entries.map((entry, i) => ({ ...entry, id: this.#entries.length + i }));
    this.#entries.push(...numbered);
    await this.#index.addAllAsync(numbered, { chunkSize: BATCH });
  }

  /**
   * What fits best, at most `count`: names that are spelt as asked, what explains the words, what else holds all of them, and then other names
   * that hold the letters.
   */
  find(question: string, count = 20): Found[] {
    const names = find(this.#names, question, count);
    const spelt = names.filter((name) => isSpelt(name, question)).slice(0, SPELT);
    const words = askedWords(question);
    const entries = this.#byWords(words, question).map(({ id }) => this.#entries[id]!);
    const explained = entries.filter(({ name }) => !name).slice(0, EXPLAINED);
    // Texts are searched for excerpts only where these are shown: names may stand above, and again among these.
    const shown = [...new Set([...explained, ...entries])].slice(0, count + spelt.length);
    const byWords = shown.map((entry) => ofEntry(entry, words));
    const found = [...spelt.map(ofName), ...byWords, ...names.map(ofName)];
    const addresses = found.map(({ address }) => address);
    return found.filter(({ address }, i) => addresses.indexOf(address) === i).slice(0, count);
  }

  #byWords(words: readonly string[], question: string): SearchResult[] {
    const asked = words.join(' ');
    if (asked === '') return [];
    const phrase = question.trim().toLowerCase();
    const options: SearchOptions = {
      boost: { title: 5, above: 1.5, code: 0.5 },
      prefix: (term, i, terms) => i === terms.length - 1 || term.length > 3,
      fuzzy: (term) => (term.length > 4 ? 0.2 : false),
      weights: { prefix: 0.5, fuzzy: 0.15 },
      boostDocument: (id) => {
        const { title, text, kind } = this.#entries[id as number]!;
        const spelt = title.toLowerCase().includes(phrase) ? 2 : text.toLowerCase().includes(phrase) ? 1.4 : 1;
        // What is explained is looked for before what is asked back, and before one name.
        return spelt / (kind === 'Reference' ? 3 : title.startsWith('Exercise:') ? 8 : 1);
      },
    };
    const all = this.#index.search(asked, { ...options, combineWith: 'AND' });
    return all.length > 0 ? all : this.#index.search(asked, { ...options, combineWith: 'OR', fuzzy: false });
  }
}

const ofName = ([title, space, address, theirs, text]: Name): Found => ({
  kind: 'Reference',
  address,
  title,
  place: theirs || space,
  excerpt: text ? [text] : [],
});

const ofEntry = (entry: Entry, words: readonly string[]): Found =>
  entry.name
    ? ofName(entry.name)
    : {
        kind: entry.kind,
        address: entry.address,
        title: entry.title,
        place: entry.above,
        excerpt: excerptOf(entry.text, words),
      };

/** Of a text what stands where most of the words are near each other; those words are the parts at odd places. */
export function excerptOf(text: string, words: readonly string[], length = SHOWN): string[] {
  const wanted = words.map(plainWord).filter((word) => word.length > 1);
  if (wanted.length === 0) return [text.slice(0, length)];
  const pattern = new RegExp(`((?<![\\p{L}\\p{N}])(?:${wanted.join('|')})[\\p{L}\\p{N}]*)`, 'giu');
  const places = [...text.matchAll(pattern)].map(({ 0: word, index }) => ({ index, word: plainWord(word) }));
  const near = (at: number) =>
    new Set(places.filter(({ index }) => index >= at && index < at + length / 2).map(({ word }) => word)).size;
  const best = places.reduce((found, { index }) => (near(index) > near(found) ? index : found), places[0]?.index ?? 0);
  const from = best < length / 2 ? 0 : text.indexOf(' ', best - length / 3) + 1;
  const end = text.length - from <= length ? text.length : text.lastIndexOf(' ', from + length);
  return `${from > 0 ? '… ' : ''}${text.slice(from, end)}${end < text.length ? ' …' : ''}`.split(pattern);
}
