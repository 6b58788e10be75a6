// one-hot.wgsl: y[i, c] = 1 where c is label i, else 0.
// Uses: lib/fault.wgsl
@group(0) @binding(0) var<storage, read> labels: array<i32>;      // [n]
@group(0) @binding(1) var<storage, read_write> y: array<i32>;     // [n, classes]
@group(0) @binding(2) var<storage, read_write> fault: array<atomic<u32>, 4>;
@group(0) @binding(3) var<uniform> params: Params;

struct Params {
  count: u32,
  classes: u32,
}

const WORKGROUP: u32 = 64u;

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(workgroup_id) wid: vec3u, @builtin(num_workgroups) nwg: vec3u, @builtin(local_invocation_id) lid: vec3u) {
  let index = (wid.y * nwg.x + wid.x) * WORKGROUP + lid.x;
  if (index >= params.count) { return; }
  let label = labels[index / params.classes];
  if (label < 0 || label >= i32(params.classes)) { fault_report(FAULT_INDEX, label, i32(params.classes)); }
  y[index] = i32(label == i32(index % params.classes));
}
