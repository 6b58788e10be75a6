// Texts and types as HTML.
import { Marked } from 'marked';

/** @param {string} text */
export const escaped = (text) =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');

const marked = new Marked({
  renderer: {
    // Angle brackets in texts are those of types.
    html: ({ text }) => escaped(text),
    code: ({ text }) => `<pre class="wide"><code>${escaped(text)}</code></pre>\n`,
  },
});

/** @param {string} text in Markdown */
export const markdown = (text) => marked.parse(text, { async: false });

/** @param {string} text in Markdown, of one line */
export const inline = (text) => marked.parseInline(text, { async: false });

/** @param {string} text @returns {string} its first sentence */
export function firstSentence(text) {
  const paragraph =
    text
      .split(/\n\s*\n/)[0]
      ?.replace(/\s+/g, ' ')
      .trim() ?? '';
  return /^.*?[.:](?=\s+[A-Z]|$)/.exec(paragraph)?.[0].replace(/:$/, '.') ?? paragraph;
}

/**
 * A type with links to what the reference has pages of.
 * @param {string} type
 * @param {(name: string) => string | undefined} addressOf
 */
export const typeHtml = (type, addressOf) =>
  escaped(type).replace(/\b[A-Z]\w+\b/g, (name) => {
    const address = addressOf(name);
    return address ? `<a href="${address}">${name}</a>` : name;
  });

/**
 * @param {readonly string[]} heads
 * @param {readonly (readonly string[])[]} rows of HTML
 * @param {string} [name] of the table's look
 */
export const table = (heads, rows, name = '') =>
  [
    `<div class="wide ${name}"><table>`,
    `<thead><tr>${heads.map((head) => `<th scope="col">${head}</th>`).join('')}</tr></thead>`,
    `<tbody>${rows.map((row) => `<tr>${row.map((cell) => `<td>${cell}</td>`).join('')}</tr>`).join('\n')}</tbody>`,
    '</table></div>',
  ].join('\n');
