// `npm run check -- repeats`: jscpd finds places that say the same thing. Its configuration holds which ones count, and how many lines of them `src` may have.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { afterAll, expect, test } from 'vitest';

const folder = mkdtempSync(join(tmpdir(), 'lamplight-repeats-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** Runs jscpd over `paths`, or over what its configuration names. */
function repeats(...paths: string[]) {
  const program = 'node_modules/jscpd/run-jscpd.js';
  const args = ['--config', 'scripts/checks/repeats.json', '--fail-on-empty', '--no-colors'];
  const { status, stdout, stderr } = spawnSync(process.execPath, [program, ...args, ...paths], { encoding: 'utf8' });
  return { status, output: stdout + stderr };
}

const imports = (name: string) => `import {
  ${name},
  ${name}Twice,
  ${name}Thrice,
} from './${name}';
export * from './more-of-${name}';
`;

const body = (name: string) => `
/** The ${name}. */
export function f() {
  const ${name} = one(1);
  if (${name} > 2) return g(${name});
  for (const x of ${name}) {
    call(x, ${name});
    call(${name}, x, x + ${name}, three(x));
    if (x > ${name}) throw new Error('nothing');
  }
  return ${name} + 3;
}
`;

test('lines that are equal but for their names are a repeat, and imports are none', () => {
  writeFileSync(join(folder, 'a.ts'), imports('a') + body('a'));
  writeFileSync(join(folder, 'b.ts'), body('b'));
  const found = repeats(folder);
  expect(found.output).toContain('Found 1 clones');
  expect(found.output).toMatch(/a\.ts \[9:.*\n.*b\.ts \[3:/);
  expect(found.status).toBe(1);

  const lists = ['a', 'b'].map((name) => imports(name).repeat(9));
  for (const [i, name] of ['a', 'b'].entries()) writeFileSync(join(folder, `${name}.ts`), lists[i] ?? '');
  expect(repeats(folder).output).not.toContain('Clone found');
});

test('src has no more repeated lines than are allowed', () => {
  const { status, output } = repeats();
  expect(status, output).toBe(0);
});
