// Has naga, through which Firefox and Deno translate WGSL, validate every kernel and write it as SPIR-V, MSL and HLSL.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Kernel } from './recorder';

export interface Verdict {
  readonly kernel: string;
  /** Undefined where naga takes it. */
  readonly error: string | undefined;
  /** Whether the kernel asks for subgroups, which naga does not know. */
  readonly subgroups: boolean;
}

const ENDINGS = ['spv', 'metal', 'hlsl'] as const;

/** Its version; undefined where there is none. */
export function nagaVersion(): string | undefined {
  const { status, stdout } = spawnSync('naga', ['--version'], { encoding: 'utf8' });
  return status === 0 ? stdout.trim() : undefined;
}

export function throughNaga(folder: string, { id, label, code, constants }: Kernel): Verdict {
  const overrides = Object.entries(constants).flatMap(([name, value]) => ['--override', `${name}=${value}`]);
  const files = ENDINGS.map((ending) => join(folder, `${id}.naga.${ending}`));
  const args = [...overrides, join(folder, `${id}.wgsl`), ...files];
  const { status, stderr, stdout } = spawnSync('naga', args, { encoding: 'utf8' });
  const said = `${stderr}${stdout}`.trim().split('\n').slice(0, 6).join('\n  ');
  const isWritten = status === 0 && files.every((file) => existsSync(file));
  return { kernel: label, error: isWritten ? undefined : said, subgroups: /^\s*enable\s+subgroups/m.test(code) };
}
