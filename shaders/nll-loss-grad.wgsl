// nll-loss-grad.wgsl: gradient of nll-loss.wgsl by x; the ignored label and one out of range have none.
//   dx[i, c] = -weight[c] dy[i] where c = t_i, else 0
@group(0) @binding(0) var<storage, read> dy: array<f32>;         // [n]
@group(0) @binding(1) var<storage, read> labels: array<i32>;     // [n]
@group(0) @binding(2) var<storage, read> weight: array<f32>;     // [classes]; unread without WEIGHTED
@group(0) @binding(3) var<storage, read_write> dx: array<f32>;   // [n, classes]
@group(0) @binding(4) var<uniform> params: Params;

struct Params {
  n: u32,
  classes: u32,
  ignored: i32,
}

override WEIGHTED: bool = false;

const WORKGROUP: u32 = 64u;

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(workgroup_id) wid: vec3u, @builtin(num_workgroups) nwg: vec3u, @builtin(local_invocation_id) lid: vec3u) {
  let index = (wid.y * nwg.x + wid.x) * WORKGROUP + lid.x;
  if (index >= params.n * params.classes) { return; }
  let i = index / params.classes;
  let c = index % params.classes;
  var value = 0.0;
  if (labels[i] == i32(c) && labels[i] != params.ignored) {
    value = -dy[i];
    if (WEIGHTED) { value *= weight[c]; }
  }
  dx[index] = value;
}
