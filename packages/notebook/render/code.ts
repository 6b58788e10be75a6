// Colours TypeScript and Python as the editor does, in HTML: when the site is built, and in the page for notebooks that come later.

import { highlightCode, tagHighlighter } from '@lezer/highlight';
import { parser } from '@lezer/javascript';
import { parser as python } from '@lezer/python';
import type { Language } from '../file/notebook.ts';
import { colourGroups } from './colours.ts';
import { escaped } from './escaped.ts';

const parsers = { typescript: parser.configure({ dialect: 'ts' }), python };

export { escaped };

const classes = tagHighlighter(Object.entries(colourGroups).map(([name, tag]) => ({ tag, class: `tok-${name}` })));

/**
 * The code as HTML, whose text is the code again. Neighbours of one colour, with nothing or spaces between them, are one part: a page of
 * lessons has ten thousands of parts, and each takes time before the first text is seen.
 */
export function highlighted(code: string, language: Language = 'typescript'): string {
  const parts: { name: string; text: string }[] = [];
  const put = (text: string, name: string): void => {
    const last = parts.at(-1);
    if (last && (last.name === name || !text.trim())) last.text += text;
    else parts.push({ name, text });
  };
  highlightCode(code, parsers[language].parse(code), classes, put, () => put('\n', ''));
  return parts
    .map(({ name, text }) => (name ? `<span class="${name}">${escaped(text)}</span>` : escaped(text)))
    .join('');
}

/** The same with at most so many coloured parts; code that has more, or is nested too deep to be read, comes without colours. */
export function colouredWithin(most: number, code: string, language: Language): { html: string; parts: number } {
  try {
    const html = highlighted(code, language);
    const parts = html.split('<span').length - 1;
    if (parts <= most) return { html, parts };
  } catch {
    // It is shown as it is.
  }
  return { html: escaped(code), parts: 0 };
}
