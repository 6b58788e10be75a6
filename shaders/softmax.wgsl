// softmax.wgsl: softmax or its logarithm along a dimension, in two walks over each row.
//   y_i = e^(x_i - m) / Σ_j e^(x_j - m)   or   x_i - m - ln Σ_j e^(x_j - m),   m = max_j x_j
// The first walk carries m and the sum, and scales the sum where m grows. Source: Milakov & Gimelshein 2018, arXiv:1805.02867.
// One row an invocation (main; quads: a row of neighbours, read in fours; across: four neighbouring rows), or one row a
// workgroup (wide).
// Uses: lib/workgroup-*.wgsl, lib/math.wgsl, lib/softmax-walks.wgsl
@group(0) @binding(0) var<storage, read> x: array<f32>;        // [outer, n, inner]
@group(0) @binding(1) var<storage, read_write> y: array<f32>;  // [outer, n, inner]
@group(0) @binding(2) var<uniform> params: Params;

struct Params {
  rows: u32, // outer · inner; across: fours of them
  n: u32, // quads: fours of elements
  inner: u32, // across: fours of elements
}

// The same bindings in fours.
@group(0) @binding(0) var<storage, read> x4: array<vec4f>;
@group(0) @binding(1) var<storage, read_write> y4: array<vec4f>;

const WORKGROUP: u32 = 64u;

fn greater4(a: vec4f, b: vec4f) -> vec4f { return select(b, a, a > b); }

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(workgroup_id) wid: vec3u, @builtin(num_workgroups) nwg: vec3u, @builtin(local_invocation_id) lid: vec3u) {
  let row = (wid.y * nwg.x + wid.x) * WORKGROUP + lid.x;
  if (row >= params.rows) { return; }
  let step = params.inner;
  let first = row / step * params.n * step + row % step;
  let stop = first + params.n * step;
  let state = peak_and_sum(first, stop, step);
  write(first, stop, step, state.x, state.y);
}

@compute @workgroup_size(WORKGROUP)
fn quads(@builtin(workgroup_id) wid: vec3u, @builtin(num_workgroups) nwg: vec3u, @builtin(local_invocation_id) lid: vec3u) {
  let row = (wid.y * nwg.x + wid.x) * WORKGROUP + lid.x;
  if (row >= params.rows) { return; }
  let first = row * params.n;
  let stop = first + params.n;
  var m = LOWEST;
  var sums = vec4f();
  var i = first;
  for (; i + 3u < stop; i += 4u) {
    let a = x4[i];
    let b = x4[i + 1u];
    let c = x4[i + 2u];
    let d = x4[i + 3u];
    let higher = greater(greatest(greater4(greater4(a, b), greater4(c, d))), m);
    sums = sums * math_exp_below(m - higher) + ((exp4(a - higher) + exp4(b - higher)) + (exp4(c - higher) + exp4(d - higher)));
    m = higher;
  }
  for (; i < stop; i++) {
    let v = x4[i];
    let higher = greater(greatest(v), m);
    sums = sums * math_exp_below(m - higher) + exp4(v - higher);
    m = higher;
  }
  let sum = dot(sums, vec4f(1.0));
  if (LOG) {
    let shift = math_log(sum);
    for (i = first; i < stop; i++) { y4[i] = x4[i] - m - shift; }
  } else {
    let total = select(sum, 1.0, SAFE & (sum == 0.0));
    for (i = first; i < stop; i++) { y4[i] = exp4(x4[i] - m) / total; }
  }
}

@compute @workgroup_size(WORKGROUP)
fn across(@builtin(workgroup_id) wid: vec3u, @builtin(num_workgroups) nwg: vec3u, @builtin(local_invocation_id) lid: vec3u) {
  let row = (wid.y * nwg.x + wid.x) * WORKGROUP + lid.x;
  if (row >= params.rows) { return; }
  let step = params.inner;
  let first = row / step * params.n * step + row % step;
  let stop = first + params.n * step;
  var m = vec4f(LOWEST);
  var sum = vec4f();
  var i = first;
  for (; i + 3u * step < stop; i += 4u * step) {
    let a = x4[i];
    let b = x4[i + step];
    let c = x4[i + 2u * step];
    let d = x4[i + 3u * step];
    let higher = greater4(greater4(greater4(a, b), greater4(c, d)), m);
    sum = sum * exp4(m - higher) + ((exp4(a - higher) + exp4(b - higher)) + (exp4(c - higher) + exp4(d - higher)));
    m = higher;
  }
  for (; i < stop; i += step) {
    let higher = greater4(x4[i], m);
    sum = sum * exp4(m - higher) + exp4(x4[i] - higher);
    m = higher;
  }
  if (LOG) {
    let shift = vec4f(math_log(sum.x), math_log(sum.y), math_log(sum.z), math_log(sum.w));
    for (i = first; i < stop; i += step) { y4[i] = x4[i] - m - shift; }
  } else {
    let total = select(sum, vec4f(1.0), vec4<bool>(SAFE) & (sum == vec4f()));
    for (i = first; i < stop; i += step) { y4[i] = exp4(x4[i] - m) / total; }
  }
}

@compute @workgroup_size(WORKGROUP)
fn wide(@builtin(workgroup_id) wid: vec3u, @builtin(num_workgroups) nwg: vec3u, @builtin(local_invocation_id) lid: vec3u) {
  let row = wid.y * nwg.x + wid.x;
  if (row >= params.rows) { return; }
  let first = row * params.n;
  let stop = first + params.n;
  let own = peak_and_sum(first + lid.x, stop, WORKGROUP);
  let m = workgroup_max(lid.x, own.x);
  let sum = workgroup_sum(lid.x, vec2f(own.y * math_exp_below(own.x - m), 0.0)).x;
  write(first + lid.x, stop, WORKGROUP, m, sum);
}
