// Firefox and Deno translate WGSL by naga, which refuses some things that Chromium's compiler takes: every shader goes through it, on
// machines that have the program. `npm run check -- gpu --naga` gives it the kernels of workloads, written out.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { nagaVersion, throughNaga } from '../../../bench/gpu/naga';
import { shaderCases, shaderCode } from '../../support/shader-files';

const number = nagaVersion();
const version = number && `naga ${number}`;
const folder = mkdtempSync(join(tmpdir(), 'lamplight-naga-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** What naga says of the shaders that it refuses. It does not know subgroups, for which there are others. */
function refused(): readonly string[] {
  return shaderCases.flatMap((one, i) => {
    const code = shaderCode(one);
    if (/^enable subgroups;/m.test(code)) return [];
    const id = `s${i}`;
    writeFileSync(join(folder, `${id}.wgsl`), code);
    const label = [...one.libraries, one.name].join(' + ');
    const { error } = throughNaga(folder, { id, label, code, constants: {}, milliseconds: 0 });
    return error === undefined ? [] : [`${label}: ${error}`];
  });
}

describe(version ? `with ${version}` : 'WITHOUT naga, which cargo install naga-cli gives', () => {
  if (version)
    test('every shader is written as SPIR-V, MSL and HLSL', () => {
      expect(refused()).toEqual([]);
    });

  test('no shader asks for more than naga knows, but for those of subgroups', () => {
    const asked = shaderCases.flatMap((one) =>
      [...shaderCode(one).matchAll(/^enable (\w+);/gm)].map(([, name]) => name),
    );
    expect(new Set(asked)).toEqual(new Set(['subgroups']));
  });
});
