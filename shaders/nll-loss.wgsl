// nll-loss.wgsl: negative log likelihood of each row's label.
//   loss[i] = -weight[t_i] x[i, t_i],   share[i] = weight[t_i];   both 0 where t_i is the ignored label
// A label out of range gives NaN and a fault.   Uses: lib/math.wgsl, lib/fault.wgsl
@group(0) @binding(0) var<storage, read> x: array<f32>;            // [n, classes]: log probabilities
@group(0) @binding(1) var<storage, read> labels: array<i32>;       // [n]
@group(0) @binding(2) var<storage, read> weight: array<f32>;       // [classes]; unread without WEIGHTED
@group(0) @binding(3) var<storage, read_write> loss: array<f32>;   // [n]
@group(0) @binding(4) var<storage, read_write> share: array<f32>;  // [n]
@group(0) @binding(5) var<storage, read_write> fault: array<atomic<u32>, 4>;
@group(0) @binding(6) var<uniform> params: Params;

struct Params {
  n: u32,
  classes: u32,
  ignored: i32,
}

override WEIGHTED: bool = false;

const WORKGROUP: u32 = 64u;

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(workgroup_id) wid: vec3u, @builtin(num_workgroups) nwg: vec3u, @builtin(local_invocation_id) lid: vec3u) {
  let i = (wid.y * nwg.x + wid.x) * WORKGROUP + lid.x;
  if (i >= params.n) { return; }
  let label = labels[i];
  loss[i] = 0.0;
  share[i] = 0.0;
  if (label == params.ignored) { return; }
  if (label < 0 || label >= i32(params.classes)) {
    fault_report(FAULT_LABEL, label, i32(params.classes));
    loss[i] = math_nan();
    return;
  }
  var w = 1.0;
  if (WEIGHTED) { w = weight[u32(label)]; }
  loss[i] = -w * x[i * params.classes + u32(label)];
  share[i] = w;
}
