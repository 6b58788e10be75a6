// Compiles the files in shaders/ as they stand, with the libraries that their headers name in front, and makes their pipelines.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { unroll } from '../../src/engine/wgsl/unroll';
import { nullDevice } from '../support/null-device';
import { shaderCases, shaderCode, shaderFiles } from '../support/shader-files';

let device: GPUDevice;
beforeAll(async () => {
  device = await nullDevice();
});
afterAll(() => device?.destroy());

test('there are shaders', () => expect(shaderCases.length).toBeGreaterThan(20));

test.for(shaderCases)('$name with $libraries', async (one, { skip }) => {
  const code = shaderCode(one);
  const [, feature] = code.match(/^enable (\w+);/m) ?? [];
  if (feature && !device.features.has(feature)) skip(`this device has no ${feature}`);
  const module = device.createShaderModule({ code });
  const { messages } = await module.getCompilationInfo();
  const lines = code.split('\n');
  expect(messages.map(({ type, lineNum, message }) => `${type}: ${message} in: ${lines[lineNum - 1]}`)).toEqual([]);
  const entryPoints = [...code.matchAll(/@compute\b[^{]*?\bfn (\w+)/g)].map(([, entryPoint]) => entryPoint);
  const compiled = entryPoints.map((entryPoint) =>
    device.createComputePipelineAsync({ layout: 'auto', compute: { module, entryPoint } }),
  );
  await expect(Promise.all(compiled)).resolves.toHaveLength(entryPoints.length);
});

// Each && is a branch, and SwiftShader's compiler takes twice as long for each that follows another one.
test.each(Object.keys(shaderFiles).filter((path) => shaderFiles[path]!.includes('// unroll')))(
  '%s writes out no &&',
  (path) => {
    const source = shaderFiles[path]!;
    const flags = [...source.matchAll(/^const (\w*SHARED|IMAGES): u32 = \d+u;/gm)].map(([, name]) => [name!, 1]);
    const count = (text: string) => text.replace(/\/\/.*/g, '').split('&&').length - 1;
    expect(count(unroll(source, Object.fromEntries(flags)))).toBeLessThanOrEqual(count(source));
  },
);
