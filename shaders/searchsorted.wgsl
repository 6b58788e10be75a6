// searchsorted.wgsl: where values would stand in sorted rows, by bisection; one value an invocation.
//   y = the number of elements of the row that are < value, or ≤ value with RIGHT;   NaN comes after everything
// Uses: lib/element-*.wgsl
@group(0) @binding(0) var<storage, read> x: array<Element>;   // [rows, n], or [n] shared by all values
@group(0) @binding(1) var<storage, read> values: array<Element>; // [rows, m]
@group(0) @binding(2) var<storage, read_write> y: array<i32>; // as values
@group(0) @binding(3) var<uniform> params: Params;

struct Params {
  count: u32, // rows · m
  n: u32,
  m: u32,     // count where one row is shared
}

override RIGHT: bool = false;

const WORKGROUP: u32 = 64u;

fn before(a: Element, value: Element) -> bool {
  if (element_isnan(a) || element_isnan(value)) { return true; }
  return select(a < value, a <= value, RIGHT);
}

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(workgroup_id) wid: vec3u, @builtin(num_workgroups) nwg: vec3u, @builtin(local_invocation_id) lid: vec3u) {
  let index = (wid.y * nwg.x + wid.x) * WORKGROUP + lid.x;
  if (index >= params.count) { return; }
  let row = index / params.m * params.n;
  let value = values[index];
  var low = 0u;
  var high = params.n;
  while (low < high) {
    let middle = low + (high - low) / 2u;
    if (before(x[row + middle], value)) { low = middle + 1u; } else { high = middle; }
  }
  y[index] = i32(low);
}
