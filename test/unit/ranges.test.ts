// Kernels of values larger than a binding: the code that the rewriting makes.
import { expect, test } from 'vitest';
import { inRanges, mergedInto, onlyAssigned, sweepOf, variablesOf } from '../../src/engine/wgsl/ranges';

const each = `@group(0) @binding(0) var<storage, read> x: array<vec4f>;
@group(0) @binding(1) var<storage, read_write> y: array<vec4f>;
@group(0) @binding(2) var<uniform> params: Params;
struct Params { count: u32 }
@compute @workgroup_size(64) fn main(@builtin(global_invocation_id) id: vec3u) {
  let i = id.x;
  if (i >= params.count) { return; }
  y[i] = x[i] * 2.0;
}`;

const mirror = `@group(0) @binding(0) var<storage, read> x: array<f32>;
@group(0) @binding(1) var<storage, read> places: array<u32>;
@group(0) @binding(0) var<storage, read> x4: array<vec4f>;
@group(0) @binding(2) var<storage, read_write> y: array<f32>;
fn twice(x: vec4f) -> f32 { return x[0] + x[1]; }
@compute @workgroup_size(64) fn main(@builtin(global_invocation_id) id: vec3u) {
  for (var k = 0u; k < 4u; k++) { y[id.x * 4u + k] = x[places[id.x]] + x[k]; }
}`;

test('a kernel that does the work of each index by itself runs once for each range', () => {
  const sweep = sweepOf(each, 'main', ['x', 'y'])!;
  expect(sweep.names).toEqual(['x', 'y']);
  const ranges = new Map([
    ['x', [0]],
    ['y', [0]],
  ]);
  const code = inRanges(each, { ranges, sweep });
  expect(code).toContain('let i = id.x; if (i < swept.first || i >= swept.end) { return; }');
  expect(code).toContain('y[i - swept.first] = x[i - swept.first] * 2.0;');
  expect(code).toContain('@group(0) @binding(3) var<uniform> swept: Swept;');
});

test('any other kernel chooses the range of each access, and arrays that it does not access go', () => {
  expect(sweepOf(mirror, 'main', ['x', 'y'])).toBeNull();
  expect(variablesOf(mirror).map(({ name, bytes }) => [name, bytes])).toEqual([
    ['x', 4],
    ['places', 4],
    ['y', 4],
  ]);
  const ranges = new Map([
    ['x', [0, 64]],
    ['places', [0]],
    ['y', [0, 64, 128]],
  ]);
  const code = inRanges(mirror, { ranges });
  expect(code).toContain('y_write(u32(id.x * 4u + k), x_read(u32(places[id.x])) + x_read(u32(k)));');
  expect(code).toContain('fn twice(x: vec4f) -> f32 { return x[0] + x[1]; }');
  expect(code).toContain('@group(0) @binding(5) var<storage, read_write> y_range2: array<f32>;');
  expect(code).toContain('if (i < 64u) { return x_range0[i]; }\n  return x_range1[i - 64u];');
  expect(code).not.toContain('x4');
});

test('counting up and down reads, adds and writes', () => {
  const counts = mirror.replace('y[id.x * 4u + k] = x[places[id.x]] + x[k];', 'y[k]++; y[id.x] --;');
  const code = inRanges(counts, { ranges: new Map([['y', [0, 64]]]) });
  expect(code).toContain('y_write(u32(k), y_read(u32(k)) + 1); y_write(u32(id.x), y_read(u32(id.x)) - 1);');
});

test('a kernel of too many ranges stores one range of its results at a time', () => {
  expect(onlyAssigned(mirror, ['x', 'y'])).toEqual(['y']);
  const ranges = new Map([
    ['x', [0, 64]],
    ['places', [0]],
    ['y', [0]],
  ]);
  const code = inRanges(mirror, { ranges, masked: ['y'] });
  expect(code).toContain('if (i >= swept.first && i < swept.end) { y[i - swept.first] = value; }');
  expect(code).toContain('@group(0) @binding(4) var<uniform> swept: Swept;');
});

test('one value that a kernel reads through two arrays is read through one', () => {
  const [x, places] = variablesOf(mirror);
  expect(mergedInto(mirror, places!, x!)).toContain('x[bitcast<u32>(x[id.x])]');
});
