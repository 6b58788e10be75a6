// What TypeScript needs for the library: types and memory grow unseen, and an editor on a small machine pays for them.
import { execFile } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { beforeAll, expect, test } from 'vitest';
import { partOf } from '../../support/sample';

const root = fileURLToPath(new URL('../../..', import.meta.url));
const compiler = 'node_modules/typescript-7/bin/tsc';
/** Checks every file of a project anew, whatever a check before has found, and writes nothing. */
const ANEW = '--noEmit --emitDeclarationOnly false --declaration false --composite false --incremental false'.split(
  ' ',
);

/** Runs the compiler with one checker: several would each make the types that they have in common. */
async function compile(...args: string[]): Promise<string> {
  const { stdout } = await promisify(execFile)(process.execPath, [compiler, ...args, '--checkers', '1'], { cwd: root });
  return stdout;
}

/** The types that a project makes, and the megabytes that its check takes. */
async function costOf(project: string): Promise<{ types: number; megabytes: number }> {
  const told = await compile('-p', project, ...ANEW, '--extendedDiagnostics');
  const figure = (name: string): number => Number(new RegExp(`^${name}: +(\\d+)K?$`, 'm').exec(told)?.[1]);
  return { types: figure('Types'), megabytes: figure('Memory used') / 1000 };
}

const doors = readdirSync(`${root}src/doors`).filter((name) => existsSync(`${root}src/doors/${name}/tsconfig.json`));

// A door reads the declarations of what it stands on, which are made in node_modules/.cache, as `npm run typecheck` does.
beforeAll(() => compile('-b'), 600_000);

test('the sources, as one program, make at most a million types in 1.5 GB', async () => {
  const { types, megabytes } = await costOf('tsconfig.build.json');
  expect(types).toBeGreaterThan(100_000);
  expect(types).toBeLessThanOrEqual(1_000_000);
  expect(megabytes).toBeLessThanOrEqual(1500);
});

test.each(partOf(doors, 3))('the door %s is checked by itself in 0.6 GB', async (door) => {
  const { types, megabytes } = await costOf(`src/doors/${door}`);
  expect(types).toBeGreaterThan(1000);
  expect(megabytes).toBeLessThanOrEqual(600);
});
