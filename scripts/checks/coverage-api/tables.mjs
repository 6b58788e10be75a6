// The tables of all names of libraries of Python, made from the sources and the fixtures of names.
import { readFileSync } from 'node:fs';
import { root, withModule } from '../../in-node.mjs';
import { libraries, libraryTable } from './libraries.mjs';

/** @param {string} family @returns {import('./libraries.mjs').Names} */
const namesOf = (family) => JSON.parse(readFileSync(`${root}test/fixtures/${family}.json`, 'utf8'));

/** @returns {Promise<ReturnType<typeof libraryTable>[]>} */
export const everyTable = () =>
  withModule(
    '/scripts/checks/coverage-api/every-door.mjs',
    async (/** @type {import('./libraries.mjs').Doors} */ doors) =>
      libraries.map((library) => libraryTable(library, namesOf(library.family), doors)),
  );
