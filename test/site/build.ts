// Builds the site once for all tests of it. Where LAMPLIGHT_SITE names a folder, the site that lies there is tested.
import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { TestProject } from 'vitest/node';

declare module 'vitest' {
  interface ProvidedContext {
    /** The folder of the built site. */
    readonly siteFolder: string;
  }
}

export default async function build(project: TestProject): Promise<(() => Promise<void>) | undefined> {
  const built = process.env.LAMPLIGHT_SITE;
  if (built) {
    project.provide('siteFolder', built);
    return;
  }
  const folder = await mkdtemp(join(tmpdir(), 'lamplight-site-'));
  // As `npm run build -- site`, in a process of its own: this one is no production.
  const args = ['node_modules/vite/bin/vite.js', 'build', '--mode', 'demos', '--logLevel', 'error', '--outDir', folder];
  const cwd = fileURLToPath(new URL('../..', import.meta.url));
  await promisify(execFile)(process.execPath, args, { cwd, env: { ...process.env, NODE_ENV: 'production' } });
  project.provide('siteFolder', folder);
  return () => rm(folder, { recursive: true, force: true });
}
