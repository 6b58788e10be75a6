// After `vite build --mode browser`: what is long lies once in the package, the Python sources and the chunks of packages that have one export.
// The module for bundlers and Node takes it from the chunk for pages, since a page may have nothing but `dist/browser`.
import { readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { basename } from 'node:path';

const dist = new URL('../dist/', import.meta.url);
const shared = new URL('browser/shared/', dist);
/** Bytes from which a chunk lies once. A shorter one stands both for bundlers and for pages. */
const LONG = 32_000;

/** The chunk for pages that is made of a module. @param {string} name */
function chunkOf(name) {
  const [chunk, ...more] = readdirSync(shared).filter((file) => file.startsWith(`${name}-`) && file.endsWith('.js'));
  if (!chunk || more.length > 0) throw new Error(`expected one chunk of ${name}, but got ${[chunk, ...more]}`);
  return { chunk, text: readFileSync(new URL(chunk, shared), 'utf8') };
}

const { chunk, text } = chunkOf('sources');
if (!/export\s*\{\s*\w+ as sources\s*\}/.test(text)) throw new Error(`expected ${chunk} to export sources`);
// Its lines are no longer those of a module.
writeFileSync(new URL(chunk, shared), text.replace(/\n\/\/# sourceMappingURL=.*\s*$/, '\n'));
rmSync(new URL(`${chunk}.map`, shared));
writeFileSync(new URL('doors/python/sources.js', dist), `export { sources } from '../browser/shared/${chunk}';\n`);

for (const file of readdirSync(new URL('shared/', dist)).filter((each) => each.endsWith('.js'))) {
  const at = new URL(`shared/${file}`, dist);
  if (statSync(at).size < LONG) continue;
  const twin = chunkOf(basename(file, '.js'));
  for (const code of [readFileSync(at, 'utf8'), twin.text]) {
    if (!/export default |export\s*\{\s*\w+ as default\s*\}/.test(code))
      throw new Error(`expected shared/${file} to have one export, its default, here and in ${twin.chunk}`);
  }
  writeFileSync(at, `export { default } from '../browser/shared/${twin.chunk}';\n`);
}
