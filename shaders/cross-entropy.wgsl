// cross-entropy.wgsl: cross entropy of each row's label, and what its gradient needs of the row.
//   loss[i] = w (m + l - x[i, t_i]),   m = max_c x[i, c],   l = ln Σ_c e^(x[i, c] - m),   w = weight[t_i]
// A row with the ignored label counts nothing. A label out of range gives NaN and a fault. One row an invocation (main); or few
// rows in one workgroup, and their sum or mean (whole).
// Uses: lib/math.wgsl, lib/fault.wgsl
@group(0) @binding(0) var<storage, read> x: array<f32>;            // [n, classes]
@group(0) @binding(1) var<storage, read> labels: array<i32>;       // [n]
@group(0) @binding(2) var<storage, read> weight: array<f32>;       // [classes]; unread without WEIGHTED
@group(0) @binding(3) var<storage, read_write> loss: array<f32>;   // [n]; whole: [1]
@group(0) @binding(4) var<storage, read_write> shift: array<f32>;  // [n, 2]: m and l
@group(0) @binding(5) var<storage, read_write> share: array<f32>;  // [n]: w, or 0
@group(0) @binding(6) var<storage, read_write> total: array<f32>;  // whole: [1], the sum of the rows' w
@group(0) @binding(7) var<storage, read_write> fault: array<atomic<u32>, 4>;
@group(0) @binding(8) var<uniform> params: Params;

struct Params {
  n: u32,
  classes: u32,
  ignored: i32,
}

override WEIGHTED: bool = false;
override DIVIDE: bool = false; // whole: a mean

const WORKGROUP: u32 = 64u;

// loss[i] and w
fn row(i: u32) -> vec2f {
  let first = i * params.classes;
  let stop = first + params.classes;
  var m = x[first];
  for (var at = first + 1u; at < stop; at++) { m = max(m, x[at]); }
  var sum = 0.0;
  for (var at = first; at < stop; at++) { sum += math_exp(x[at] - m); }
  let l = math_log(sum);
  shift[2u * i] = m;
  shift[2u * i + 1u] = l;
  share[i] = 0.0;
  let label = labels[i];
  if (label == params.ignored) { return vec2f(); }
  if (label < 0 || label >= i32(params.classes)) {
    fault_report(FAULT_LABEL, label, i32(params.classes));
    return vec2f(math_nan(), 0.0);
  }
  var w = 1.0;
  if (WEIGHTED) { w = weight[u32(label)]; }
  share[i] = w;
  return vec2f(w * (l + (m - x[first + u32(label)])), w);
}

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(workgroup_id) wid: vec3u, @builtin(num_workgroups) nwg: vec3u, @builtin(local_invocation_id) lid: vec3u) {
  let i = (wid.y * nwg.x + wid.x) * WORKGROUP + lid.x;
  if (i < params.n) { loss[i] = row(i).x; }
}

var<workgroup> parts: array<vec2f, WORKGROUP>;

@compute @workgroup_size(WORKGROUP)
fn whole(@builtin(local_invocation_id) lid: vec3u) {
  var part = vec2f();
  for (var i = lid.x; i < params.n; i += WORKGROUP) { part += row(i); }
  parts[lid.x] = part;
  workgroupBarrier();
  if (lid.x > 0u) { return; }
  var sums = vec2f();
  for (var lane = 0u; lane < WORKGROUP; lane++) { sums += parts[lane]; }
  total[0] = sums.y;
  if (DIVIDE) { sums.x /= sums.y; }
  loss[0] = sums.x;
}
