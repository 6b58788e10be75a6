// Runs the program of a page of the gallery in Node, where Dawn computes, for so long, and tells how many steps a second it does.
import { spawn } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { resolveBrowser, vulkanEnvironment } from '../../browser.mjs';
import { root, withModule } from '../../in-node.mjs';

const here = fileURLToPath(import.meta.url);
/** Where programs lie while they run. */
const FOLDER = 'node_modules/.cache/lamplight/gallery';
/** Milliseconds until a program that reports nothing is ended, beyond those in which it is to run. */
const PATIENCE = 160_000;

/**
 * Steps a second; null where the program reports none.
 * @param {string} name
 * @param {import('./names').NodeJob} job
 * @returns {Promise<number | null>}
 */
export async function stepsInNode(name, job) {
  const environment = vulkanEnvironment(await resolveBrowser());
  mkdirSync(join(root, FOLDER), { recursive: true });
  const path = join(root, FOLDER, `${name}.json`);
  // Pictures that panels give are too long for an environment.
  writeFileSync(
    path,
    JSON.stringify(job, (_, value) => (value instanceof Float32Array ? Array.from(value) : value)),
  );
  const env = { ...process.env, ...environment, LAMPLIGHT_GALLERY: path };
  const child = spawn(process.execPath, [here, name], { env, stdio: ['ignore', 'pipe', 'inherit'] });
  const timer = setTimeout(() => child.kill(), job.milliseconds + PATIENCE);
  let text = '';
  child.stdout.on('data', (data) => {
    text += data;
  });
  await new Promise((resolve) => child.on('close', resolve));
  clearTimeout(timer);
  const told = text.trim().split('\n').at(-1) ?? '';
  return told.startsWith('{') ? JSON.parse(told).perSecond : null;
}

/** @param {string} name */
async function runHere(name) {
  const markdown = readFileSync(join(root, 'demos/gallery', name, 'program.md'), 'utf8');
  const cells = [...markdown.matchAll(/^```ts\n([\s\S]*?)^```$/gm)].map(([, code]) => code);
  const names = ['controls', 'download', 'file', 'files', 'mnist', 'report', 'site', 'sleep'];
  mkdirSync(join(root, FOLDER), { recursive: true });
  const module = `${FOLDER}/${name}.ts`;
  // A cell that only offers files, as the last of some programs, is no part of the work.
  const code = cells.filter((cell) => cell?.includes('report(') || cell !== cells.at(-1)).join('\n');
  const imported = `import { ${names.join(', ')}, end as endOfProgram } from '/scripts/checks/gallery/names.ts';`;
  writeFileSync(join(root, module), `${imported}\n${code}\nendOfProgram();\n`);
  await withModule(module, async () => {});
}

if (process.argv[1] === here) await runHere(process.argv[2] ?? '');
