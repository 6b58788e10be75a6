// cat.wgsl: one input of a concatenation, written into its columns of the result.
//   y[row, offset + col] = x[row, col]
@group(0) @binding(0) var<storage, read> x: array<u32>;        // [rows, cols]
@group(0) @binding(1) var<storage, read_write> y: array<u32>;  // [rows, pitch]
@group(0) @binding(2) var<uniform> params: Params;

struct Params {
  count: u32, // rows · cols
  cols: u32,
  pitch: u32,
  offset: u32,
}

const WORKGROUP: u32 = 64u;

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(workgroup_id) wid: vec3u, @builtin(num_workgroups) nwg: vec3u, @builtin(local_invocation_id) lid: vec3u) {
  let index = (wid.y * nwg.x + wid.x) * WORKGROUP + lid.x;
  if (index >= params.count) { return; }
  y[index / params.cols * params.pitch + params.offset + index % params.cols] = x[index];
}
