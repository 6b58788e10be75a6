// What differs in the package from the checkout: package.json has neither scripts, of which npm warns at every install, nor what only
// developers need, and links in README.md are absolute, as npm's page needs them. npm runs this before it packs, and with `--restore` after.
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import process from 'node:process';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../', import.meta.url));
const kept = `${root}node_modules/.cache/lamplight/packed/`;

/** @param {string} text of package.json */
function manifest(text) {
  const { scripts: _scripts, workspaces: _workspaces, devDependencies: _devDependencies, ...rest } = JSON.parse(text);
  return `${JSON.stringify(rest, null, 2)}\n`;
}

/** @param {string} text of README.md */
function readme(text) {
  const { repository } = JSON.parse(readFileSync(`${root}package.json`, 'utf8'));
  const address = repository.url.replace(/^git\+|\.git$/g, '');
  return text.replace(/(!?)\[([^\]]*)\]\((?!https?:|#|mailto:)\.?\/?([^)]*)\)/g, (_, mark, title, path) => {
    const kind = mark === '!' ? 'raw' : 'blob';
    return `${mark}[${title}](${address}/${kind}/main/${path})`;
  });
}

/** Each file with what makes its packed form. */
const files = /** @type {const} */ ([
  ['README.md', readme],
  ['package.json', manifest],
]);

/** @param {string} name */
const read = (name) => readFileSync(`${root}${name}`, 'utf8');

function restore() {
  for (const [name, packed] of files) {
    const file = `${kept}${name}`;
    if (!existsSync(file)) continue;
    const own = readFileSync(file, 'utf8');
    // Whoever has changed it meanwhile is to put it right: nothing of theirs is lost.
    if (read(name) === own || read(name) === packed(own)) writeFileSync(`${root}${name}`, own);
    else console.error(`${name} was changed while the package was made; the one of before is ${file}`);
  }
  rmSync(kept, { recursive: true, force: true });
}

// A run that was broken off has left its files.
restore();
if (!process.argv.includes('--restore')) {
  mkdirSync(kept, { recursive: true });
  const packed = files.map(([name, form]) => ({ name, own: read(name), text: form(read(name)) }));
  for (const { name, own } of packed) writeFileSync(`${kept}${name}`, own);
  for (const { name, text } of packed) writeFileSync(`${root}${name}`, text);
}
