// Finishes the type declarations of a build: adds the file endings that Node's module resolution asks for.
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const dist = fileURLToPath(new URL('../dist/', import.meta.url));

for (const name of readdirSync(dist, { recursive: true, encoding: 'utf8' })) {
  if (!name.endsWith('.d.ts')) continue;
  const file = join(dist, name);
  const text = readFileSync(file, 'utf8');
  const complete = text.replace(
    /((?:from|import|module)\s*\(?\s*['"])(\.{1,2}(?:\/[^'"]*)?)(['"])/g,
    (_, before, path, after) => {
      const target = join(dirname(file), path);
      if (existsSync(`${target}.d.ts`)) return `${before}${path}.js${after}`;
      if (existsSync(join(target, 'index.d.ts'))) return `${before}${path.replace(/\/$/, '')}/index.js${after}`;
      throw new Error(`${name}: expected a declaration for ${path}, but the build has none`);
    },
  );
  if (complete !== text) writeFileSync(file, complete);
}
