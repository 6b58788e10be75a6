// Vite plugin that leaves comments, indents and blank lines out of the WGSL of a build: two fifths of what programs would download of
// it. Marks stay, the comments by which the library writes loops out and finds what it generates.
import { readFileSync } from 'node:fs';

/** @returns {import('vite').Plugin} */
export function wgslStripped() {
  return {
    name: 'lamplight:wgsl-stripped',
    enforce: 'pre',
    apply: 'build',
    load: {
      filter: { id: /\.wgsl\?raw$/ },
      handler(id) {
        const file = id.replace(/\?raw$/, '');
        this.addWatchFile(file);
        return { code: `export default ${JSON.stringify(stripped(readFileSync(file, 'utf8')))};`, map: null };
      },
    },
  };
}

/** Comments that the library reads: see src/engine/wgsl/README.md. */
const mark = /^\/\/ (?:unroll|scalars|chain|constant|generated-(?:begin|end))\b/;

/** @param {string} code WGSL @returns {string} the same lines of code, each with its mark */
export function stripped(code) {
  return code
    .replace(/\/\/.*|\/\*[\s\S]*?\*\//g, (comment) => (mark.test(comment) ? comment : ''))
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '')
    .join('\n');
}
