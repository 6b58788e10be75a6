// Turns the Markdown of text cells into HTML, with formulas as MathML: when the site is built, and in the page once a text is edited.
import { Marked, type TokenizerAndRendererExtension, type Tokens } from 'marked';
import temml from 'temml';
import { blocks } from './blocks.ts';
import { escaped, highlighted } from './code.ts';

/** A heading of a text, for lists of contents. */
export interface Heading {
  readonly id: string;
  readonly depth: number;
  /** Its words, as HTML. */
  readonly title: string;
}

export interface Rendered {
  readonly html: string;
  readonly headings: readonly Heading[];
}

/** The policy of our pages refuses styles in the text; notebook.css says the same by class. */
const formula = (tex: string, displayMode: boolean): string =>
  temml.renderToString(tex, { displayMode, throwOnError: false }).replaceAll(/ style="[^"]*"/g, '');

const formulaExtension = (
  name: string,
  level: 'block' | 'inline',
  pattern: RegExp,
  displayMode: boolean,
): TokenizerAndRendererExtension => ({
  name,
  level,
  // A paragraph ends where a block may begin.
  start: (text) => (level === 'block' ? text.search(/(?<=\n)\$\$/) : text.indexOf('$')),
  tokenizer(text) {
    const match = pattern.exec(text);
    return match ? { type: name, raw: match[0], text: (match[1] ?? '').trim() } : undefined;
  },
  renderer: ({ text }) => formula(text, displayMode),
});

const formulas = [
  formulaExtension('displayFormula', 'block', /^\$\$([\s\S]+?)\$\$(?:\n|$)/, true),
  formulaExtension('displayFormulaInLine', 'inline', /^\$\$([^$]+?)\$\$/, true),
  // As in Pandoc: no space inside, and no digit after, so that prices stay prices.
  formulaExtension('formula', 'inline', /^\$((?:[^\s$\\]|\\.)(?:(?:[^$\\]|\\.)*?(?:[^\s$\\]|\\.))?)\$(?!\d)/, false),
];

/** The task of an exercise: its heading, and what stands below it. */
const EXERCISE = /<h3 id="[^"]*">Exercise: (?:(?!<h[1-3] |<div class="lesson)[\s\S])*/g;

export const slug = (title: string): string =>
  title
    .replace(/<[^>]*>/g, '')
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, '-')
    .replace(/^-|-$/g, '');

/** Code in tables, whose columns are narrow on phones: long names break behind a dot, a bracket or the like, and not within a word. */
const breakable = (cell: string): string =>
  cell.replace(/(?<=<code>)[^<]*(?=<\/code>)/g, (code) =>
    code.replace(/(?<=[a-z)\]][._(/=]|['"\w],)(?=['"\w&])/gi, '<wbr>'),
  );

/** A line of Markdown without a paragraph around it. */
export const renderInline = (markdown: string): string =>
  new Marked({ extensions: formulas }).parseInline(markdown, { async: false }) as string;

/** What a page has otherwise than a notebook. */
export interface Renderers {
  /** A fence of code, whose first word is its language; undefined leaves it. */
  code?(text: string, words: string): string | undefined;
  /** Where a link leads. */
  address?(href: string): string;
  image?(href: string, text: string): string | undefined;
}

/** `known` holds the ids of headings that stand on the page already. */
export function renderText(markdown: string, known: Set<string> = new Set(), own: Renderers = {}): Rendered {
  const headings: Heading[] = [];
  const marked = new Marked({
    extensions: [...formulas, blocks],
    renderer: {
      heading({ tokens, depth }: Tokens.Heading) {
        const title = this.parser.parseInline(tokens);
        let id = slug(title) || 'part';
        for (let i = 2; known.has(id); i++) id = `${slug(title)}-${i}`;
        known.add(id);
        headings.push({ id, depth, title });
        return `<h${depth} id="${id}">${title}</h${depth}>\n`;
      },
      link({ href, title, tokens }: Tokens.Link) {
        if (!own.address) return false;
        const named = title ? ` title="${escaped(title)}"` : '';
        return `<a href="${escaped(own.address(href))}"${named}>${this.parser.parseInline(tokens)}</a>`;
      },
      image({ href, text }: Tokens.Image) {
        return own.image?.(href, text) ?? false;
      },
      // A head that says nothing is no head.
      tablecell: ({ header, text }: Tokens.TableCell) => (header && text === '' ? '<td></td>\n' : false),
      code({ text, lang }: Tokens.Code) {
        const other = own.code?.(text, lang ?? '');
        if (other !== undefined) return other;
        const known = /^(ts|typescript|js|javascript)\b/.test(lang ?? '');
        return `<pre class="wide"><code>${known ? highlighted(text) : escaped(text)}</code></pre>\n`;
      },
    },
  });
  const html = (marked.parse(markdown, { async: false }) as string)
    .replace(/<td[\s\S]*?<\/td>/g, breakable)
    .replaceAll('<table>', '<div class="wide"><table>')
    .replaceAll('</table>', '</table></div>')
    .replace(EXERCISE, '<div class="lesson lesson-exercise">\n$&</div>\n');
  return { html, headings };
}
