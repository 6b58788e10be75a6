// Wheels that scripts/checks/packages/wheels.json names with their sums: from PyPI, or from where an earlier run kept them.
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** @typedef {{ readonly url: string, readonly sha256: string }} Wheel */

const listed = new URL('checks/packages/wheels.json', import.meta.url);
const kept = fileURLToPath(new URL('../node_modules/.cache/wheels/', import.meta.url));

/** What the gallery's page of transformers installs. */
export const TRANSFORMERS = /** @type {const} */ ([
  'transformers',
  'accelerate',
  'huggingface_hub',
  'tqdm',
  'packaging',
  'filelock',
  'fsspec',
  'typing_extensions',
]);

/** @returns {readonly Wheel[]} */
const wheels = () => JSON.parse(readFileSync(listed, 'utf8'));

/** The name of its file. @param {Wheel} wheel */
const nameOf = ({ url }) => url.slice(url.lastIndexOf('/') + 1);

/** The wheel with this file name; undefined where the list has none. @param {string} name */
export const wheelNamed = (name) => wheels().find((wheel) => nameOf(wheel) === name);

/**
 * A wheel's bytes.
 * @param {Wheel} wheel
 * @throws Error if PyPI cannot be reached, or sends other bytes than those that are listed
 */
export async function bytesOf({ url, sha256 }) {
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

/**
 * Paths of the wheels of these distributions, under their own names; none where PyPI cannot be reached.
 * @param {readonly string[]} distributions
 * @returns {Promise<string[]>}
 */
export async function wheelPaths(distributions) {
  const wanted = wheels().filter((wheel) => distributions.includes(`${nameOf(wheel).split('-')[0]}`));
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
