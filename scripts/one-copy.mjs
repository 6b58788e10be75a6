// After `vite build --mode browser`: the Python sources, which are long, lie once in the package. The module for bundlers and Node takes them
// from the chunk for pages, since a page may have nothing but `dist/browser`.
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';

const dist = new URL('../dist/', import.meta.url);
const shared = new URL('browser/shared/', dist);

const [chunk, ...more] = readdirSync(shared).filter((file) => /^sources-.*\.js$/.test(file));
if (!chunk || more.length > 0) throw new Error(`expected one chunk of Python sources, but got ${[chunk, ...more]}`);
const text = readFileSync(new URL(chunk, shared), 'utf8');
if (!/export\s*\{\s*\w+ as sources\s*\}/.test(text)) throw new Error(`expected ${chunk} to export sources`);
// Its lines are no longer those of a module.
writeFileSync(new URL(chunk, shared), text.replace(/\n\/\/# sourceMappingURL=.*\s*$/, '\n'));
rmSync(new URL(`${chunk}.map`, shared));
writeFileSync(new URL('doors/python/sources.js', dist), `export { sources } from '../browser/shared/${chunk}';\n`);
