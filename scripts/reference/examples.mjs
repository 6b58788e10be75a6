// The example of each name: the shortest program of README, guide and examples that uses it, as HTML.
import { withModule } from '../in-node.mjs';
import { allSnippets } from '../snippets.mjs';
import { exampleOf } from './covered.mjs';
import { escaped, inline } from './html.mjs';
import { repository } from './paths.mjs';
import { usesIn } from './usage.mjs';

/**
 * @typedef {import('../snippets.mjs').Snippet} Program
 * @typedef {typeof import('../../demos/build/examples')} Shown
 * @typedef {(path: string, up: string) => string} ExampleHtml the example of a name, or nothing; `up` leads from its page to the reference's own folder
 */

/** @returns {Promise<ExampleHtml>} */
export async function examples() {
  const uses = usesIn(allSnippets());
  /** @type {Map<string, Program>} */
  const byPath = new Map();
  for (const path of uses.keys()) {
    const found = exampleOf(uses, path);
    if (found) byPath.set(path, found);
  }
  /** @type {Map<Program, { html: string, fragment: string }>} */
  const shown = new Map();
  await withModule('/demos/build/examples.ts', async (/** @type {Shown} */ { shownProgram }) => {
    for (const each of new Set(byPath.values())) shown.set(each, await shownProgram(each.heading, each.code));
  });
  return (path, up) => {
    const program = byPath.get(path);
    const made = program && shown.get(program);
    return made ? html(program, made, up) : '';
  };
}

/** @param {Program} program @param {{ html: string, fragment: string }} made @param {string} up */
function html({ file, kind, heading, text }, made, up) {
  const isGuide = file.startsWith('docs/guide/');
  const from = isGuide
    ? `<a href="${up}../guide/${file.replace(/^docs\/guide\/(.*)\.md$/, '$1')}/">From the guide: ${escaped(heading)}</a>`
    : `<a href="${repository}/blob/main/${file}">${escaped(heading)}</a>`;
  const open = kind === 'cell' ? `<a href="${up}../playground/${made.fragment}">Open in the playground</a> · ` : '';
  const words = isGuide || /\]\(/.test(text) ? '' : `<p>${inline(text)}</p>`;
  return `<section class="example"><h2 id="example">Example</h2>
${words}<pre class="wide" tabindex="0"><code>${made.html}</code></pre>
<p>${open}${from}</p></section>`;
}
