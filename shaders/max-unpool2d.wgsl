// max-unpool2d.wgsl: elements written back to their places in planes of zeros, after fill.wgsl has written those.
//   y[p, indices[p,i]] = x[p,i]
// An index out of range is left out and gives a fault. One element an invocation.
// Uses: lib/fault.wgsl
const WORKGROUP: u32 = 64u;

struct Params {
  count: u32,
  length: u32, // elements of a plane of x
  size: u32,   // elements of a plane of y
}

@group(0) @binding(0) var<storage, read> x: array<f32>;       // [planes, length]
@group(0) @binding(1) var<storage, read> indices: array<i32>; // [planes, length]
@group(0) @binding(2) var<storage, read_write> y: array<f32>; // [planes, size]
@group(0) @binding(3) var<storage, read_write> fault: array<atomic<u32>, 4>;
@group(0) @binding(4) var<uniform> params: Params;

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(workgroup_id) wid: vec3u, @builtin(num_workgroups) nwg: vec3u, @builtin(local_invocation_id) lid: vec3u) {
  let index = (wid.y * nwg.x + wid.x) * WORKGROUP + lid.x;
  if (index >= params.count) { return; }
  let at = fault_index(indices[index], params.size);
  if (at < 0) { return; }
  y[index / params.length * params.size + u32(at)] = x[index];
}
