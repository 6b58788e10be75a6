// Finds links of the built site that lead nowhere, and makes the reference, which has a build of its own, where it is not there.
import { execFile } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { expect } from 'vitest';

/** How long `withReference` may take: it makes the declarations and some 2,600 pages, minutes of work beside that of other tests. */
export const REFERENCE_MS = 1_800_000;

/** Makes the reference of the site in `folder`; a warning fails. */
export async function withReference(folder: string): Promise<void> {
  const reference = join(folder, 'reference');
  if (existsSync(join(reference, 'names.json'))) return;
  const { stderr } = await promisify(execFile)(process.execPath, ['scripts/reference.mjs', '--out', reference]);
  expect(stderr, 'warnings').toBe('');
}

const ids = new Map<string, ReadonlySet<string>>();
function idsOf(file: string): ReadonlySet<string> {
  const known = ids.get(file);
  if (known) return known;
  const all = [...readFileSync(file, 'utf8').matchAll(/ id="([^"]*)"/g)].map(([, id]) => `${id}`);
  expect(new Set(all).size, `ids of ${file}`).toBe(all.length);
  ids.set(file, new Set(all));
  return idsOf(file);
}

/** The links of every page below `folder` to files and anchors that are not there, as "page: address". */
export function lostLinks(folder: string): string[] {
  const pages = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.html'));
  const lost = new Set<string>();
  for (const page of pages) {
    const file = join(folder, page);
    for (const [, address] of readFileSync(file, 'utf8').matchAll(/<a\b[^>]* href="([^"]*)"/g)) {
      if (/^(https?|data|blob):/.test(`${address}`)) continue;
      const [path = '', anchor] = `${address}`.split('#');
      const place = path === '' ? file : join(dirname(file), decodeURIComponent(path.split('?')[0] ?? ''));
      const target = existsSync(place) && statSync(place).isDirectory() ? join(place, 'index.html') : place;
      const isThere =
        existsSync(target) && (!anchor || anchor.startsWith('n=') || idsOf(target).has(decodeURIComponent(anchor)));
      if (!isThere) lost.add(`${page}: ${address}`);
    }
  }
  return [...lost];
}
