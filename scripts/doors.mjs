// The doors of the package: what a program may import from it. `exports` in package.json is the one list of them, to which a new door, such as
// `lamplight/vision`, is added; builds, and whatever runs the sources (tests, demos, benchmarks), take it from here.
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../', import.meta.url));

/**
 * One door. `name` is what a program imports, 'lamplight/vision'; `module` the path of its module in src and in dist, without an
 * ending; `source` the file of that module; `browser` the name of the file that pages without a bundler load.
 * @typedef {{ name: string, module: string, source: string, browser: string }} Door
 */

/** @type {Record<string, string | { default: string }>} */
const entries = JSON.parse(readFileSync(`${root}package.json`, 'utf8')).exports;

/** @type {readonly Door[]} */
export const doors = Object.entries(entries).flatMap(([path, target]) => {
  if (typeof target === 'string') return [];
  const module = target.default.replace(/^\.\/dist\/(.*)\.js$/, '$1');
  return [
    {
      name: `lamplight${path.slice(1)}`,
      module,
      source: `${root}src/${module}.ts`,
      browser: path === '.' ? 'lamplight' : path.slice(2),
    },
  ];
});

/**
 * Resolves every door to its source, and every module of the notebook's package to its file. Names of doors are matched as a whole: 'lamplight'
 * is no part of 'lamplight/vision'.
 */
export const doorAliases = [
  ...doors.map(({ name, source }) => ({ find: new RegExp(`^${name}$`), replacement: source })),
  { find: /^lamplight-notebook\//, replacement: `${root}packages/notebook/` },
];
