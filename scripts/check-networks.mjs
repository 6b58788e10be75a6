// Networks that a command checks with a program of Python, one after another: a line of each, and the files that it leaves.
import { mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { UsageError } from './options.mjs';

/**
 * The exit status: 1 where a network fails. Files go to the folder `keep`; without it, to one that does not stay.
 * @param {{ command: string, names: readonly string[], known: readonly string[], keep: string | undefined }} asked
 * @param {(name: string, folder: string) => Promise<{ fine: boolean, text: string }>} check
 */
export async function checkNetworks({ command, names, known, keep }, check) {
  const strange = names.find((name) => !known.includes(name));
  if (strange)
    throw new UsageError(`${command}: expected a network, but got ${strange}; known are ${known.join(', ')}`);
  const folder = keep ?? mkdtempSync(join(tmpdir(), `${command}-`));
  mkdirSync(folder, { recursive: true });
  let failed = 0;
  try {
    for (const name of names.length > 0 ? names : known) {
      const { fine, text } = await check(name, folder);
      if (!fine) failed++;
      console.log(`${fine ? 'ok    ' : 'FAILED'} ${name.padEnd(32)} ${text}`);
      if (!keep) for (const file of readdirSync(folder)) rmSync(join(folder, file), { recursive: true });
    }
  } finally {
    if (!keep) rmSync(folder, { recursive: true });
  }
  return failed === 0 ? 0 : 1;
}

/**
 * The last line of what a program said before it failed.
 * @param {string} said
 */
export const lastLine = (said) => said.trim().split('\n').at(-1);
