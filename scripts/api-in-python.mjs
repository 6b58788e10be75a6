// Asks Python's packages, in a page, which names of libraries of Python they have.
import { readFileSync } from 'node:fs';
import { withPage } from './in-page.mjs';

const program = readFileSync(new URL('./api-in-python.py', import.meta.url));

/**
 * @param {readonly import('./api-table.mjs').Entry[]} entries
 * @returns {Promise<ReadonlySet<string>>} full names of those that Python has
 */
export async function inPython(entries) {
  /** @type {Record<string, string[]>} */
  const lists = {};
  for (const { namespace, name } of entries) {
    lists[namespace] ??= [];
    lists[namespace].push(name);
  }
  let printed = '';
  await withPage('scripts/python-programs/page.html', async (page) => {
    await page.waitForFunction('globalThis.runProgram');
    const given = {
      files: [
        ['/programs/names.py', program.toString('base64')],
        ['/programs/names.json', Buffer.from(JSON.stringify(lists)).toString('base64')],
      ],
      folder: '/programs',
      entry: 'names.py',
      args: ['names.json'],
    };
    printed = String(await page.evaluate((all) => /** @type {any} */ (globalThis).runProgram(all), given));
  });
  /** @type {Record<string, string[]>} */
  const found = JSON.parse(printed.trim().split('\n').at(-1) ?? '');
  return new Set(Object.entries(found).flatMap(([namespace, names]) => names.map((name) => `${namespace}.${name}`)));
}
