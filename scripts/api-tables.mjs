// The tables of all names of libraries of Python, made from the sources and the fixtures of names.
import { readFileSync } from 'node:fs';
import { libraries, libraryTable } from './api-libraries.mjs';
import { root, withModule } from './in-node.mjs';

/** @param {string} family @returns {import('./api-libraries.mjs').Names} */
const namesOf = (family) => JSON.parse(readFileSync(`${root}test/fixtures/${family}.json`, 'utf8'));

/** @returns {Promise<ReturnType<typeof libraryTable>[]>} */
export const everyTable = () =>
  withModule('/scripts/every-door.mjs', async (/** @type {import('./api-libraries.mjs').Doors} */ doors) =>
    libraries.map((library) => libraryTable(library, namesOf(library.family), doors)),
  );
