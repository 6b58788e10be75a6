// The commands of package.json and those of `npm run check`: few enough to be held, each said once, and every mention of one is a command.
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import process from 'node:process';
import { expect, test } from 'vitest';
import { checks } from '../../scripts/check.mjs';

const MOST = 14;

const { scripts } = JSON.parse(readFileSync('package.json', 'utf8')) as { scripts: Record<string, string> };

test(`package.json has at most ${MOST} commands, and the table of CONTRIBUTING.md as many rows`, () => {
  expect(Object.keys(scripts).length).toBeLessThanOrEqual(MOST);
  const [, table = ''] = /\n\| Command .*\n\| -.*\n((?:\|.*\n)+)/.exec(readFileSync('CONTRIBUTING.md', 'utf8')) ?? [];
  const rows = table.trim().split('\n');
  expect(rows.length).toBeGreaterThan(1);
  expect(rows.length).toBeLessThanOrEqual(MOST);
});

test('every file of scripts/checks is in the list of checks', () => {
  const files = readdirSync('scripts/checks').filter((file) => file.endsWith('.mjs'));
  const own = Object.entries(checks).filter(([, [, program]]) => program === undefined);
  expect(own.map(([name]) => `${name}.mjs`).sort()).toEqual(files.sort());
});

test('the list is printed without a name, and for a name that is not in it', () => {
  const run = (...args: string[]) => spawnSync(process.execPath, ['scripts/check.mjs', ...args], { encoding: 'utf8' });
  const listed = run();
  for (const [name, [does]] of Object.entries(checks))
    expect(listed.stdout).toMatch(new RegExp(`  ${name} +${does.slice(0, 20)}`));
  expect(listed.status).toBe(0);
  const unknown = run('nothing');
  expect(unknown.stderr).toContain("check: expected one of these names, but got 'nothing'");
  expect(unknown.status).toBe(2);
});

test('options behind the name of a check are its own', () => {
  const { stdout, status } = spawnSync(process.execPath, ['scripts/check.mjs', 'look-inside', '--help'], {
    encoding: 'utf8',
  });
  expect(stdout).toContain('Usage: npm run check -- look-inside');
  expect(status).toBe(0);
});

test('every command that a text names is there', () => {
  const { stdout } = spawnSync('git', ['grep', '-hoE', 'npm run [a-z][a-z:-]*( -- [a-z-]+)?'], { encoding: 'utf8' });
  const named = new Set(stdout.trim().split('\n'));
  expect(named.size).toBeGreaterThan(20);
  const unknown = [...named].filter((text) => {
    const [, , command = '', , check] = text.split(' ');
    return !(command in scripts) || (command === 'check' && check !== undefined && !(check in checks));
  });
  expect(unknown).toEqual([]);
});
