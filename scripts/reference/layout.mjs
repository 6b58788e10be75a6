// What every page of the reference stands in: the site's header, and the way back to the page above.
import { escaped } from './html.mjs';

/**
 * @typedef {{ title: string, href: string }} Link
 * @typedef {{ file: string, title: string, description: string, above: readonly Link[], body: string }} Page
 */

/** The way from a page to another file of the reference. @param {string} from @param {string} to */
export const between = (from, to) => `${'../'.repeat(from.split('/').length - 1)}${to}` || './';

/** @param {Page} page @returns {string} a page with places for fragments */
export function laidOut({ file, title, description, above, body }) {
  const up = between(file, '');
  const way = above
    .map((link) => `<a href="${link.href}">${escaped(link.title)}</a>`)
    .join(' <span aria-hidden="true">/</span> ');
  return `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8" />
    <meta name="viewport" content="width=device-width, initial-scale=1" />
    <meta name="color-scheme" content="light dark" />
    <!-- fragment: policy-text -->
    <meta name="description" content="${escaped(description)}" />
    <title>${escaped(title)} · Lamplight</title>
    <link rel="icon" href="${up}lamp.svg" type="image/svg+xml" />
    <link rel="stylesheet" href="${up}reference.css" />
    <script type="module" src="${up}reference.js"></script>
  </head>
  <body data-root="${up}../">
    <div class="page">
      <!-- fragment: masthead root=${up}../ here=reference -->
      <main class="reference" id="content">
        ${way === '' ? '' : `<nav class="way" aria-label="Above this page">${way}</nav>`}
        ${body}
      </main>
    </div>
  </body>
</html>
`;
}
