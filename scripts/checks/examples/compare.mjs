// Compares what two apps have printed, and measures scripts.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { brotliCompressSync, gzipSync } from 'node:zlib';

/** @typedef {{ raw: number, gzip: number, brotli: number }} Bytes */

const TOLERANCE = 1e-5;

/**
 * Where the text of an app differs from the expected one: losses by more than the tolerance, other lines at all.
 * @param {string} expected
 * @param {string} text
 */
export function differences(expected, text) {
  const wanted = losses(expected);
  const values = losses(text);
  const wrong = [];
  if (wanted.length === 0 || values.length !== wanted.length) {
    wrong.push(`expected ${wanted.length} losses, but got: ${text}`);
  } else if (values.some((value, i) => !(Math.abs(value - (wanted[i] ?? Number.NaN)) <= TOLERANCE))) {
    wrong.push(`expected losses ${wanted.join(' ')}, but got ${values.join(' ')}`);
  }
  const lines = others(text);
  others(expected).forEach((line, i) => {
    if (line !== lines[i]) wrong.push(`expected the line "${line}", but got "${lines[i] ?? ''}"`);
  });
  return wrong;
}

/** @param {string} text */
export function firstAndLast(text) {
  const values = losses(text);
  return `loss ${values[0]?.toFixed(4)} → ${values.at(-1)?.toFixed(4)}`;
}

/** @param {string} text */
function losses(text) {
  const line = text.split('\n').find((each) => each.startsWith('losses '));
  return (line ?? '').split(' ').slice(1).map(Number);
}

/** @param {string} text */
const others = (text) => text.split('\n').filter((line) => !line.startsWith('losses '));

/**
 * All scripts in a folder, each compressed by itself, as a server sends them.
 * @param {string} folder
 */
export function bytesOf(folder) {
  /** @type {Bytes} */
  const bytes = { raw: 0, gzip: 0, brotli: 0 };
  for (const name of readdirSync(folder, { recursive: true, encoding: 'utf8' })) {
    if (!name.endsWith('.js')) continue;
    const text = readFileSync(join(folder, name));
    bytes.raw += text.length;
    bytes.gzip += gzipSync(text, { level: 9 }).length;
    bytes.brotli += brotliCompressSync(text).length;
  }
  return bytes;
}
