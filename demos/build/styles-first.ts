// Puts the links to styles before the scripts, which Vite writes first: a page is drawn once it has its styles, and a server of few connections
// would send them last.
import type { Plugin } from 'vite';

const STYLES = /^\s*<link rel="stylesheet"[^>]*>\n?/gm;
const FIRST_SCRIPT = /^\s*<script type="module"/m;

export function stylesFirst(): Plugin {
  return {
    name: 'lamplight:styles-first',
    apply: 'build',
    transformIndexHtml: {
      order: 'post',
      handler(html) {
        const [head = '', ...body] = html.split('</head>');
        const styles = head.match(STYLES) ?? [];
        const moved = head.replace(STYLES, '').replace(FIRST_SCRIPT, (script) => `${styles.join('')}${script}`);
        return [moved, ...body].join('</head>');
      },
    },
  };
}
