// Colours TypeScript and Python as the editor does, in HTML: when the site is built, and in the page for notebooks that come later.

import { classHighlighter, highlightCode } from '@lezer/highlight';
import { parser } from '@lezer/javascript';
import { parser as python } from '@lezer/python';
import type { Language } from '../file/notebook.ts';
import { escaped } from './escaped.ts';

const parsers = { typescript: parser.configure({ dialect: 'ts' }), python };

export { escaped };

/** The code as HTML, whose text is the code again. */
export function highlighted(code: string, language: Language = 'typescript'): string {
  const parts: string[] = [];
  highlightCode(
    code,
    parsers[language].parse(code),
    classHighlighter,
    (text, classes) => parts.push(classes ? `<span class="${classes}">${escaped(text)}</span>` : escaped(text)),
    () => parts.push('\n'),
  );
  return parts.join('');
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
