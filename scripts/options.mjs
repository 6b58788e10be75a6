// What `parseArgs` leaves to the commands: their usage text, checks of values that name the option, and the exit status.
import { existsSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import process from 'node:process';

/** A mistake in the options, which ends a command with status 2. */
export class UsageError extends Error {}

const choice = new Intl.ListFormat('en-GB', { type: 'disjunction' });

/**
 * Runs a command: `options` returns what it was asked for, or undefined where that is help; `main` the exit status. Where the options do not
 * parse, the usage is said as well.
 * @template T
 * @param {string} usage
 * @param {(args: string[]) => T | undefined} options
 * @param {(chosen: T) => Promise<number>} main
 */
export async function runCommand(usage, options, main) {
  try {
    const chosen = options(process.argv.slice(2));
    if (chosen) process.exitCode = await main(chosen);
    else console.log(usage);
  } catch (error) {
    const isUnknown = error instanceof Error && 'code' in error && `${error.code}`.startsWith('ERR_PARSE_ARGS_');
    console.error(error instanceof Error ? error.message : error);
    if (isUnknown) console.error(`\n${usage}`);
    process.exitCode = isUnknown || error instanceof UsageError ? 2 : 1;
  }
}

/**
 * @param {string} name
 * @param {string} text
 * @param {number} low
 * @param {number} high
 */
export function whole(name, text, low, high) {
  const value = Number(text);
  if (!/^\d+$/.test(text) || value < low || value > high) {
    throw new UsageError(`--${name}: expected a whole number from ${low} to ${high}, but got '${text}'`);
  }
  return value;
}

/**
 * Names with commas between them.
 * @param {string} name
 * @param {string} text
 */
export function list(name, text) {
  const names = text.split(',').map((entry) => entry.trim());
  if (names.includes('')) throw new UsageError(`--${name}: expected names with commas between them, but got '${text}'`);
  return names;
}

/**
 * One of the known names.
 * @template {string} T
 * @param {string} name
 * @param {string} text
 * @param {readonly T[]} known
 */
export function oneOf(name, text, known) {
  const found = known.find((entry) => entry === text);
  if (found === undefined) throw new UsageError(`--${name}: expected ${choice.format(known)}, but got '${text}'`);
  return found;
}

/**
 * Checks that a file can be written: better before the work than after it.
 * @param {string} name
 * @param {string | undefined} file
 */
export function writable(name, file) {
  if (file === undefined) return;
  if (!file || !existsSync(dirname(resolve(file))) || statSync(file, { throwIfNoEntry: false })?.isDirectory()) {
    throw new UsageError(`--${name}: expected the name of a file in a folder that exists, but got '${file}'`);
  }
}
