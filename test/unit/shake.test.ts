import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { shake } from '../../src/engine/wgsl/shake';

test('functions that the entry point does not reach are left out, and comments with them', () => {
  const code = `// header { with a brace
struct Params { count: u32, } // fields
const N: u32 = 4u;
@group(0) @binding(0) var<storage, read_write> y: array<f32, N>;
/* one
   more */
fn unused(x: f32) -> f32 { return helper(x); }
fn leaf(x: f32) -> f32 { if (x > 0.0) { return x; } return -x; }
fn helper(x: f32) -> f32 { return leaf (x) + 1.0; }
@compute @workgroup_size(64, 1)
fn other() { y[0] = unused(1.0); }
@compute @workgroup_size(N)
fn main(@builtin(global_invocation_id) id: vec3u) { y[id.x] = helper(2.0); }
`;
  const shaken = shake(code, 'main');
  expect(shaken).not.toMatch(/unused|other|header|more|fields/);
  for (const kept of ['struct Params', 'const N', 'fn leaf', 'fn helper', '@compute @workgroup_size(N)\nfn main']) {
    expect(shaken).toContain(kept);
  }
  expect(shake(code, 'other')).toContain('fn unused');
  expect(shake(shaken, 'main')).toBe(shaken);
});

test('every brace of every shader is still matched', () => {
  for (const name of readdirSync('shaders').filter((file) => file.endsWith('.wgsl'))) {
    const code = readFileSync(`shaders/${name}`, 'utf8');
    for (const [, entry] of code.matchAll(/@compute[^{]*?fn (\w+)/g)) {
      const shaken = shake(code, entry!);
      expect(shaken.split('{').length, name).toBe(shaken.split('}').length);
      expect(shaken, name).toContain(`fn ${entry}(`);
      expect(shaken, name).not.toContain('//');
    }
  }
});
