// Vite plugin that serves the wheels which scripts/checks/packages/wheels.json names, from PyPI or from where an earlier run kept them.
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Plugin } from 'vite';

interface Wheel {
  readonly url: string;
  readonly sha256: string;
}

const listed = new URL('../../scripts/checks/packages/wheels.json', import.meta.url);
const kept = fileURLToPath(new URL('../../node_modules/.cache/wheels/', import.meta.url));
const prefix = '/wheels/';

/** A wheel's bytes. @throws Error if PyPI cannot be reached, or sends other bytes than those that are listed */
async function bytesOf({ url, sha256 }: Wheel): Promise<Buffer> {
  const place = `${kept}${sha256}`;
  if (existsSync(place)) return readFileSync(place);
  const response = await fetch(url);
  if (!response.ok) throw new Error(`expected ${url}, but got status ${response.status}`);
  const bytes = Buffer.from(await response.arrayBuffer());
  const sum = createHash('sha256').update(bytes).digest('hex');
  if (sum !== sha256) throw new Error(`${url}: expected bytes with the sum ${sha256}, but got ${sum}`);
  mkdirSync(kept, { recursive: true });
  writeFileSync(`${place}.${process.pid}`, bytes);
  renameSync(`${place}.${process.pid}`, place);
  return bytes;
}

/** Paths of the wheels of these distributions, under their own names; none where PyPI cannot be reached. */
export async function wheelPaths(distributions: readonly string[]): Promise<readonly string[]> {
  const all = JSON.parse(readFileSync(listed, 'utf8')) as Wheel[];
  const nameOf = ({ url }: Wheel) => url.slice(url.lastIndexOf('/') + 1);
  const wanted = all.filter((wheel) => distributions.includes(nameOf(wheel).split('-')[0]!));
  const folder = `${kept}named/`;
  mkdirSync(folder, { recursive: true });
  try {
    return await Promise.all(
      wanted.map(async (wheel) => {
        const path = `${folder}${nameOf(wheel)}`;
        if (!existsSync(path)) writeFileSync(path, await bytesOf(wheel));
        return path;
      }),
    );
  } catch {
    return [];
  }
}

/** Answers `/wheels/NAME`; with status 502 where PyPI does not. */
export function wheels(): Plugin {
  return {
    name: 'lamplight:wheels',
    configureServer(server) {
      server.middlewares.use(async (request, response, next) => {
        const path = request.url ?? '';
        if (!path.startsWith(prefix)) return next();
        const all = JSON.parse(readFileSync(listed, 'utf8')) as Wheel[];
        const wheel = all.find(({ url }) => url.endsWith(`/${path.slice(prefix.length)}`));
        if (!wheel) return next();
        try {
          response.end(await bytesOf(wheel));
        } catch (error) {
          response.statusCode = 502;
          response.end(String(error));
        }
      });
    },
  };
}
