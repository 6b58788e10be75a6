// Workers and processes for tests in Node: a module of test/support/served, built with the library into one file, as Node can run it.
import { mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import { build, type Rolldown } from 'vite';
import { doorAliases } from '../../scripts/doors.mjs';

const root = fileURLToPath(new URL('../../', import.meta.url));

/** What the tests of a process have built, by its name. */
const files = new Map<string, Promise<string>>();

/** Builds `name` of test/support/served, once in a process: the path of the file. */
export function built(name: string): Promise<string> {
  const file = files.get(name) ?? bundle(name);
  files.set(name, file);
  return file;
}

async function bundle(name: string): Promise<string> {
  const [output] = (await build({
    configFile: false,
    root,
    logLevel: 'warn',
    resolve: { alias: [...doorAliases] },
    build: {
      target: 'es2022',
      minify: false,
      write: false,
      lib: { entry: `${root}test/support/served/${name}.ts`, formats: ['es'] },
      rolldownOptions: { external: ['webgpu', /^node:/], output: { codeSplitting: false } },
    },
  })) as Rolldown.RolldownOutput[];
  const folder = `${root}node_modules/.cache/tests`;
  mkdirSync(folder, { recursive: true });
  const file = `${folder}/${name}.mjs`;
  // Another process may be reading the one that it built.
  const own = `${folder}/${name}-${process.pid}.mjs`;
  writeFileSync(own, output!.output[0].code);
  renameSync(own, file);
  return file;
}

/** Builds `name` of test/support/served; the function that it gives starts a worker with it, and tells it what to do. */
export async function threads(name: string): Promise<(task: unknown) => Worker> {
  const file = await built(name);
  return (task) => new Worker(file, { workerData: task });
}
