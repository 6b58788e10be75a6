// Which notebook a page shows, and where what is typed in it is kept: a course of the site, one of the visitor's own, the playground, or
// one that a link carries, which is kept nowhere until the visitor says so.
import { carriesNotebook, fromFragment, toFragment } from '../file/link';
import { fromMarkdown, toMarkdown } from '../file/markdown';
import {
  type Cell,
  codeCell,
  emptyFront,
  type Front,
  type Language,
  type Notebook as NotebookFile,
} from '../file/notebook';
import { type Kept, keep, keptAt, newId } from './store';

/** What a page says it is. */
export type Kind = 'course' | 'own' | 'playground';

export class NotebookDocument {
  private constructor(
    /** Where it is kept; null: nowhere. */
    private key: string | null,
    readonly isTrusted: boolean,
    private front: Front,
    /** What to show in place of the page's own cells, if anything. */
    readonly cells: readonly Cell[] | null,
    readonly isFromLink: boolean,
  ) {}

  /** `language` is the one that a course is read in: changes are kept for each. */
  static async open(kind: Kind, name: string, title: string, language: Language): Promise<NotebookDocument> {
    const front: Front = { ...emptyFront, title };
    if (carriesNotebook(location.hash)) {
      const carried = await fromFragment(location.hash);
      return new NotebookDocument(null, false, carried.front, carried.cells, true);
    }
    if (kind !== 'own') {
      const own = language === 'typescript' ? '' : `/${language}`;
      const key = kind === 'course' ? `course/${name}${own}` : 'playground';
      const kept = await keptAt(key);
      return kept ? NotebookDocument.of(key, kept) : new NotebookDocument(key, true, front, null, false);
    }
    const id = new URLSearchParams(location.search).get('own');
    const kept = id ? await keptAt(`own/${id}`) : undefined;
    if (id && kept) return NotebookDocument.of(`own/${id}`, kept);
    return new NotebookDocument(null, true, front, [codeCell('')], false);
  }

  private static of(key: string, { markdown, trusted }: Kept): NotebookDocument {
    const { front, cells } = fromMarkdown(markdown);
    return new NotebookDocument(key, trusted, front, cells, false);
  }

  get title(): string {
    return this.front.title;
  }

  set title(title: string) {
    this.front = { ...this.front, title };
  }

  /** The page's own notebook has more to say of itself than its title. */
  know(front: Front): void {
    this.front = { ...front, title: this.front.title };
  }

  get isKept(): boolean {
    return this.key !== null;
  }

  file(cells: readonly Cell[]): NotebookFile {
    return { front: this.front, cells };
  }

  /** Gives a notebook that is kept nowhere a place of its own, and the page its address. */
  keepAsOwn(root: string): void {
    const id = newId();
    this.key = `own/${id}`;
    history.replaceState(null, '', new URL(`notebook/?own=${id}`, new URL(root, location.href)));
  }

  /** Whether it could be kept. */
  async save(cells: readonly Cell[]): Promise<boolean> {
    if (this.key === null) return true;
    const markdown = toMarkdown(this.file(cells));
    return keep(this.key, { title: this.title, markdown, changed: Date.now(), trusted: this.isTrusted });
  }

  get place(): string | null {
    return this.key;
  }

  /** The address of a page that carries the notebook. */
  async link(cells: readonly Cell[], root: string): Promise<string> {
    const page = new URL('notebook/', new URL(root, location.href));
    page.hash = await toFragment(this.file(cells));
    return page.href;
  }
}
