// Makes the maps of dist/browser small: they lead each place of its code to a line of the built modules, which lie beside it in the
// package and are read as they are; columns and copies of the modules are left out.
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { decode, encode } from '@jridgewell/sourcemap-codec';

const dist = fileURLToPath(new URL('../dist/', import.meta.url));
const browser = join(dist, 'browser');

/**
 * The path from the map's folder to a module of the library; undefined for a package that is built in, and for a file outside, which is not
 * beside the map. Vite writes paths in maps of workers as if these lay beside the doors.
 * @param {string} path
 * @param {string} folder
 */
function pathOf(path, folder) {
  const file = [folder, browser].map((base) => resolve(base, path)).find((each) => existsSync(each));
  if (!file || /^(\.\.|shared)[\\/]/.test(relative(dist, file))) return undefined;
  return relative(folder, file).replaceAll('\\', '/');
}

/**
 * @param {{ sources: string[], mappings: string }} map
 * @param {string} folder of the map
 */
function byLine({ sources, mappings }, folder) {
  /** Places of our sources by those that were. */
  const places = new Map();
  /** @type {string[]} */
  const kept = [];
  for (const [i, source] of sources.entries()) {
    const path = pathOf(source, folder);
    if (path) places.set(i, kept.push(path) - 1);
  }
  const lines = decode(mappings).map((segments) => {
    let before = '';
    return segments.flatMap(([column, source, line]) => {
      const place = source === undefined ? undefined : places.get(source);
      const at = `${place}:${line}`;
      if (at === before) return [];
      before = at;
      return [
        /** @type {[number] | [number, number, number, number]} */ (
          place === undefined ? [column] : [column, place, line, 0]
        ),
      ];
    });
  });
  return { version: 3, sources: kept, names: [], mappings: encode(lines) };
}

for (const name of readdirSync(browser, { recursive: true, encoding: 'utf8' })) {
  if (!name.endsWith('.map')) continue;
  const file = join(browser, name);
  writeFileSync(file, JSON.stringify(byLine(JSON.parse(readFileSync(file, 'utf8')), dirname(file))));
}
