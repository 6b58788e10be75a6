// Takes the text of a page apart at its headings, for the search: of HTML as the site's own renderers and pages write it.
import type { Page, Part } from '../search/finder.ts';
import { wordsOf } from '../search/words.ts';

/** A page before it is taken apart: as HTML, with the text that stands above all headings. */
export interface SearchedPage extends Omit<Page, 'parts'> {
  readonly opening: string;
  readonly html: string;
}

/** What holds no text to be found: code, drawings, ways through the page, and what a script fills. */
const SILENT = /<(pre|svg|nav|script|style|button|figcaption|noscript|select)\b[\s\S]*?<\/\1>/g;
const HEADING = /<h([1-6])\b[^>]*?(?: id="([^"]*)")?[^>]*>([\s\S]*?)<\/h\1>/g;

/** A cell of code, with what stands around it where it is folded. */
const CELL = /<section\b[^>]*class="cell code-cell"[\s\S]*?<\/section>/g;

const entities: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', '#39': "'", nbsp: ' ' };

/** The longest formula that is read as text, in characters. */
const FORMULA = 12;

/** Of a formula its letters, where these are few: `k` and `2p + 1` can be read so. */
function formulaOf(html: string): string {
  const text = html.replace(/<[^>]*>/g, '').trim();
  return text.length <= FORMULA ? text : '…';
}

/** The text of HTML, on one line; what is no word of a line begins a new one. */
export function textOf(html: string): string {
  return html
    .replace(/<!--[\s\S]*?-->/g, ' ')
    .replace(SILENT, ' ')
    .replace(/<math\b[\s\S]*?<\/math>/g, formulaOf)
    .replace(/<a class="anchor"[\s\S]*?<\/a>/g, '')
    .replace(/<\/?(?:a|b|code|em|i|small|span|strong|sub|sup|abbr|wbr)\b[^>]*>/g, '')
    .replace(/<[^>]*>/g, ' ')
    .replace(/&([a-z]+|#39);/g, (found, name: string) => entities[name] ?? found)
    .replace(/\s+/g, ' ')
    .trim();
}

/** The functions and classes that code calls, each once, in whichever spelling comes first; not those of checks, which no reader sees. */
function calledIn(html: string): string {
  const seen = html.replace(/<section\b[^>]* data-check[\s\S]*?<\/section>/g, '');
  const code = [...seen.matchAll(/<pre\b[^>]*><code>([\s\S]*?)<\/code><\/pre>/g)].map(([, text = '']) => text);
  const names = code.flatMap((text) => [...text.replace(/<[^>]*>/g, '').matchAll(/\b([A-Za-z]\w{2,})\(/g)]);
  const first = new Map(names.toReversed().map(([, name = '']) => [wordsOf(name).join('').toLowerCase(), name]));
  return [...first.values()].join(' ');
}

/** The parts of a page: a heading that can be linked to begins one. `opening` is the text that stands above all of them. */
export function partsOf(html: string, opening: string): Part[] {
  const parts: Part[] = [];
  const above: string[] = [];
  let [id, title, place, from, text] = ['', '', '', 0, opening];
  const end = (to: number) => {
    const own = html.slice(from, to);
    text = [text, textOf(own.replace(CELL, ''))].filter(Boolean).join(' ');
    if (title !== '' || text !== '') parts.push([id, title, place, text, calledIn(own)]);
  };
  for (const found of html.matchAll(HEADING)) {
    const [whole, depth = '1', address, words = ''] = found;
    if (address === undefined || depth === '1') continue;
    end(found.index);
    above.length = Math.min(above.length, Math.max(0, Number(depth) - 2));
    [id, title, place, from, text] = [
      address,
      textOf(words),
      above.filter(Boolean).join(' › '),
      found.index + whole.length,
      '',
    ];
    above[Number(depth) - 2] = title;
  }
  end(html.length);
  return parts;
}
