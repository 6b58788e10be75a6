// index-select.wgsl: slices picked along one dimension by one list of indices.
//   y[outer, j, inner] = x[outer, index[j], inner]
// Uses: lib/fault.wgsl
@group(0) @binding(0) var<storage, read> x: array<u32>;        // [outer, n, inner]
@group(0) @binding(1) var<storage, read> indices: array<i32>;  // [m]
@group(0) @binding(2) var<storage, read_write> y: array<u32>;  // [outer, m, inner]
@group(0) @binding(3) var<storage, read_write> fault: array<atomic<u32>, 4>;
@group(0) @binding(4) var<uniform> params: Params;

struct Params {
  count: u32, // outer · m · inner
  n: u32,
  m: u32,
  inner: u32, // counts fours in fours
}

// The same bindings in fours of neighbouring elements.
@group(0) @binding(0) var<storage, read> x4: array<vec4<u32>>;
@group(0) @binding(2) var<storage, read_write> y4: array<vec4<u32>>;

const WORKGROUP: u32 = 64u;
// Fours of one slice that an invocation of `quads` copies: what it finds out about the slice serves them all.
const SPAN: u32 = 1u;

override OUTER: bool = true; // there are several

// Where element `index` of y is in x, or -1. Divisions are dear on processors.
fn source_of(index: u32) -> i32 {
  let row = index / params.inner;
  var outer = 0u;
  if (OUTER) { outer = row / params.m; }
  let picked = fault_index(indices[row - outer * params.m], params.n);
  if (picked < 0) { return -1; }
  return i32((outer * params.n + u32(picked)) * params.inner + index - row * params.inner);
}

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(workgroup_id) wid: vec3u, @builtin(num_workgroups) nwg: vec3u, @builtin(local_invocation_id) lid: vec3u) {
  let index = (wid.y * nwg.x + wid.x) * WORKGROUP + lid.x;
  if (index >= params.count) { return; }
  let source = source_of(index);
  var picked = 0u;
  if (source >= 0) { picked = x[source]; }
  y[index] = picked;
}


@compute @workgroup_size(WORKGROUP)
fn quads(@builtin(workgroup_id) wid: vec3u, @builtin(num_workgroups) nwg: vec3u, @builtin(local_invocation_id) lid: vec3u) {
  let index = ((wid.y * nwg.x + wid.x) * WORKGROUP + lid.x) * SPAN;
  if (index >= params.count) { return; }
  let source = source_of(index);
  let begin = u32(max(source, 0));
  let kept = select(0u, 0xffffffffu, source >= 0);
  for (var s = 0u; s < SPAN; s++) { // unroll
    y4[index + s] = x4[begin + s] & vec4<u32>(kept);
  }
}
