// Asks Python's packages, in a page, which names of libraries of Python they have.
import { readFileSync } from 'node:fs';
import { withPage } from '../../in-page.mjs';

const program = readFileSync(new URL('./in-python.py', import.meta.url), 'utf8');

/**
 * @param {readonly import('./table.mjs').Entry[]} entries
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
  await withPage('scripts/checks/python-programs/page.html', async (page) => {
    await page.waitForFunction('globalThis.runProgram');
    /** @type {import('../python-programs/page.ts').Given} */
    const given = {
      files: [['/programs/names.json', Buffer.from(JSON.stringify(lists)).toString('base64')]],
      folder: '/programs',
      args: ['names.json'],
      run: program,
    };
    ({ text: printed } = await page.evaluate((all) => globalThis.runProgram(all), given));
  });
  /** @type {Record<string, string[]>} */
  const found = JSON.parse(printed.trim().split('\n').at(-1) ?? '');
  return new Set(Object.entries(found).flatMap(([namespace, names]) => names.map((name) => `${namespace}.${name}`)));
}
