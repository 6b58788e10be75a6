// cross-entropy.wgsl: cross entropy of each row's label, and what its gradient needs of the row.
//   loss[i] = w (m + l - x[i, t_i]),   m = max_c x[i, c],   l = ln Σ_c e^(x[i, c] - m),   w = weight[t_i]
// m and the sum are carried together, as in softmax.wgsl. A row with the ignored label counts nothing. A label out of range gives
// NaN and a fault. One row an invocation (main; quads: read in fours), or a workgroup (wide); or few rows in one workgroup, and their
// sum or mean (whole).
// Uses: lib/workgroup-*.wgsl, lib/math.wgsl, lib/fault.wgsl
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

// The same binding in fours, for numbers of classes that 4 divides.
@group(0) @binding(0) var<storage, read> x4: array<vec4f>;

const LOWEST = -3.402823466e38; // finite: rows may begin with -infinity

fn greater(a: f32, b: f32) -> f32 { return select(b, a, a > b); }

// m and Σ e^(x - m) of the elements before v and of v.
fn joined(state: vec2f, v: vec4f) -> vec2f {
  let m = greater(greater(greater(v.x, v.y), greater(v.z, v.w)), state.x);
  let e = vec4f(math_exp_below(v.x - m), math_exp_below(v.y - m), math_exp_below(v.z - m), math_exp_below(v.w - m));
  return vec2f(m, state.y * math_exp_below(state.x - m) + dot(e, vec4f(1.0)));
}

fn peak_and_sum(i: u32) -> vec2f {
  var at = i * params.classes;
  let stop = at + params.classes;
  var state = vec2f(LOWEST, 0.0);
  for (; at + 3u < stop; at += 4u) { state = joined(state, vec4f(x[at], x[at + 1u], x[at + 2u], x[at + 3u])); }
  for (; at < stop; at++) {
    let m = greater(x[at], state.x);
    state = vec2f(m, state.y * math_exp_below(state.x - m) + math_exp_below(x[at] - m));
  }
  return state;
}

// The same of the row's elements that a lane of a workgroup takes; neighbouring lanes read neighbours.
fn lane_peak_and_sum(i: u32, lane: u32) -> vec2f {
  var at = i * params.classes + lane;
  let stop = (i + 1u) * params.classes;
  var state = vec2f(LOWEST, 0.0);
  for (; at + 3u * WORKGROUP < stop; at += 4u * WORKGROUP) {
    state = joined(state, vec4f(x[at], x[at + WORKGROUP], x[at + 2u * WORKGROUP], x[at + 3u * WORKGROUP]));
  }
  for (; at < stop; at += WORKGROUP) {
    let m = greater(x[at], state.x);
    state = vec2f(m, state.y * math_exp_below(state.x - m) + math_exp_below(x[at] - m));
  }
  return state;
}

// The same in two walks: where scores are few, more code would take longer to compile than it would save.
fn peak_then_sum(i: u32) -> vec2f {
  let first = i * params.classes;
  let stop = first + params.classes;
  var state = vec2f(LOWEST, 0.0);
  for (var at = first; at < stop; at++) { state.x = greater(x[at], state.x); }
  for (var at = first; at < stop; at++) { state.y += math_exp_below(x[at] - state.x); }
  return state;
}

fn peak_and_sum4(i: u32) -> vec2f {
  let first = i * (params.classes / 4u);
  let stop = first + params.classes / 4u;
  var state = vec2f(LOWEST, 0.0);
  for (var at = first; at < stop; at++) { state = joined(state, x4[at]); }
  return state;
}

// The row's label; -1 for the ignored one, -2 for one out of range.
fn label_of(i: u32) -> i32 {
  let label = labels[i];
  if (label == params.ignored) { return -1; }
  if (label >= 0 && label < i32(params.classes)) { return label; }
  fault_report(FAULT_LABEL, label, i32(params.classes));
  return -2;
}

// loss[i] and w, of m and the sum, and of x[i, t].
fn finished(i: u32, state: vec2f, label: i32, score: f32) -> vec2f {
  let l = math_log(state.y);
  shift[2u * i] = state.x;
  shift[2u * i + 1u] = l;
  var w = select(0.0, 1.0, label >= 0);
  if (WEIGHTED && label >= 0) { w = weight[label]; }
  share[i] = w;
  if (label == -2) { return vec2f(math_nan(), 0.0); }
  return vec2f(select(w * (l + (state.x - score)), 0.0, label < 0), w);
}

fn row(i: u32, state: vec2f) -> vec2f {
  let label = label_of(i);
  return finished(i, state, label, x[i * params.classes + u32(max(label, 0))]);
}

fn row4(i: u32) -> vec2f {
  let label = label_of(i);
  let at = i * params.classes + u32(max(label, 0));
  return finished(i, peak_and_sum4(i), label, x4[at / 4u][at % 4u]);
}

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(workgroup_id) wid: vec3u, @builtin(num_workgroups) nwg: vec3u, @builtin(local_invocation_id) lid: vec3u) {
  let i = (wid.y * nwg.x + wid.x) * WORKGROUP + lid.x;
  if (i < params.n) { loss[i] = row(i, peak_and_sum(i)).x; }
}

@compute @workgroup_size(WORKGROUP)
fn quads(@builtin(workgroup_id) wid: vec3u, @builtin(num_workgroups) nwg: vec3u, @builtin(local_invocation_id) lid: vec3u) {
  let i = (wid.y * nwg.x + wid.x) * WORKGROUP + lid.x;
  if (i < params.n) { loss[i] = row4(i).x; }
}

@compute @workgroup_size(WORKGROUP)
fn wide(@builtin(workgroup_id) wid: vec3u, @builtin(num_workgroups) nwg: vec3u, @builtin(local_invocation_id) lid: vec3u) {
  let i = wid.y * nwg.x + wid.x;
  if (i >= params.n) { return; }
  let own = lane_peak_and_sum(i, lid.x);
  let m = workgroup_max(lid.x, own.x);
  let sum = workgroup_sum(lid.x, vec2f(own.y * math_exp_below(own.x - m), 0.0)).x;
  if (lid.x == 0u) { loss[i] = row(i, vec2f(m, sum)).x; }
}

var<workgroup> parts: array<vec2f, WORKGROUP>;

@compute @workgroup_size(WORKGROUP)
fn whole(@builtin(local_invocation_id) lid: vec3u) {
  var part = vec2f();
  for (var i = lid.x; i < params.n; i += WORKGROUP) { part += row(i, peak_then_sum(i)); }
  parts[lid.x] = part;
  workgroupBarrier();
  if (lid.x > 0u) { return; }
  var sums = vec2f();
  for (var lane = 0u; lane < WORKGROUP; lane++) { sums += parts[lane]; }
  total[0] = sums.y;
  if (DIVIDE) { sums.x /= sums.y; }
  loss[0] = sums.x;
}
