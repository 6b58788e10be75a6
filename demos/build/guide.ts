// Puts README.md into the page of the guide, as it is served and as it is built.
import { readFileSync } from 'node:fs';
import { Marked, type Tokens } from 'marked';
import type { Plugin } from 'vite';
import { escaped, highlighted } from '../notebook/render/code.ts';

const PLACE = '<!-- README.md -->';

/** The page that holds `<!-- README.md -->` gets the text of `file` there, with a list of its parts. */
export function guide(file: string): Plugin {
  return {
    name: 'lamplight:guide',
    transformIndexHtml: {
      order: 'pre',
      handler: (html) => (html.includes(PLACE) ? html.replace(PLACE, () => page(readFileSync(file, 'utf8'))) : html),
    },
  };
}

function page(text: string): string {
  const parts: { readonly id: string; readonly title: string }[] = [];
  const marked = new Marked({
    renderer: {
      heading({ tokens, depth }: Tokens.Heading) {
        const title = this.parser.parseInline(tokens);
        const id = idOf(title);
        if (depth === 2) parts.push({ id, title });
        return `<h${depth} id="${id}">${title}</h${depth}>\n`;
      },
      // The picture shows the demo, which is a link away here.
      image: () => '',
      // A fence of `ts run` is edited and run where it is read.
      code: ({ text: code, lang = '' }: Tokens.Code) =>
        /^ts run\b/.test(lang)
          ? `<lamplight-cell site="../"><pre><code>${highlighted(code)}</code></pre></lamplight-cell>\n`
          : `<pre class="wide"><code>${escaped(code)}</code></pre>\n`,
    },
  });
  const body = (marked.parse(text, { async: false }) as string)
    .replaceAll('<table>', '<div class="wide"><table>')
    .replaceAll('</table>', '</table></div>');
  const links = parts.map(({ id, title }) => `<a href="#${id}">${title}</a>`).join('\n');
  const end = body.indexOf('</h1>') + '</h1>'.length;
  return `${body.slice(0, end)}\n<nav class="contents" aria-label="Parts of the guide">\n${links}\n</nav>${body.slice(end)}`;
}

const idOf = (title: string): string =>
  title
    .replace(/<[^>]*>/g, '')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-|-$/g, '');
