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
  inner: u32,
}

const WORKGROUP: u32 = 64u;

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(workgroup_id) wid: vec3u, @builtin(num_workgroups) nwg: vec3u, @builtin(local_invocation_id) lid: vec3u) {
  let index = (wid.y * nwg.x + wid.x) * WORKGROUP + lid.x;
  if (index >= params.count) { return; }
  let picked = fault_index(indices[index / params.inner % params.m], params.n);
  if (picked < 0) {
    y[index] = 0u;
    return;
  }
  let outer = index / (params.inner * params.m);
  y[index] = x[(outer * params.n + u32(picked)) * params.inner + index % params.inner];
}
