// softmax.wgsl: softmax or its logarithm along a dimension; one row an invocation (quads: rows of
// neighbouring elements, four at once).
//   y_i = e^(x_i - m) / Σ_j e^(x_j - m)   or   x_i - m - ln Σ_j e^(x_j - m),   m = max_j x_j
// Uses: lib/math.wgsl
@group(0) @binding(0) var<storage, read> x: array<f32>;        // [outer, n, inner]
@group(0) @binding(1) var<storage, read_write> y: array<f32>;  // [outer, n, inner]
@group(0) @binding(2) var<uniform> params: Params;

struct Params {
  rows: u32, // outer · inner
  n: u32,
  inner: u32,
}

override LOG: bool = false;

const WORKGROUP: u32 = 64u;

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(workgroup_id) wid: vec3u, @builtin(num_workgroups) nwg: vec3u, @builtin(local_invocation_id) lid: vec3u) {
  let row = (wid.y * nwg.x + wid.x) * WORKGROUP + lid.x;
  if (row >= params.rows) { return; }
  let step = params.inner;
  let first = row / step * params.n * step + row % step;
  let stop = first + params.n * step;
  var m = x[first];
  for (var i = first; i < stop; i += step) { m = max(m, x[i]); }
  var sum = 0.0;
  for (var i = first; i < stop; i += step) { sum += math_exp(x[i] - m); }
  if (LOG) {
    let shift = math_log(sum);
    for (var i = first; i < stop; i += step) { y[i] = x[i] - m - shift; }
  } else {
    for (var i = first; i < stop; i += step) { y[i] = math_exp(x[i] - m) / sum; }
  }
}

// The same bindings in fours, for rows whose elements are neighbours and whose length 4 divides.
@group(0) @binding(0) var<storage, read> x4: array<vec4f>;
@group(0) @binding(1) var<storage, read_write> y4: array<vec4f>;

fn exp4(v: vec4f) -> vec4f { return vec4f(math_exp(v.x), math_exp(v.y), math_exp(v.z), math_exp(v.w)); }

@compute @workgroup_size(WORKGROUP)
fn quads(@builtin(workgroup_id) wid: vec3u, @builtin(num_workgroups) nwg: vec3u, @builtin(local_invocation_id) lid: vec3u) {
  let row = (wid.y * nwg.x + wid.x) * WORKGROUP + lid.x;
  if (row >= params.rows) { return; }
  let first = row * (params.n / 4u);
  let stop = first + params.n / 4u;
  var peaks = x4[first];
  for (var i = first; i < stop; i++) { peaks = max(peaks, x4[i]); }
  let m = max(max(peaks.x, peaks.y), max(peaks.z, peaks.w));
  var sums = vec4f();
  for (var i = first; i < stop; i++) {
    let e = exp4(x4[i] - m);
    if (!LOG) { y4[i] = e; }
    sums += e;
  }
  let sum = dot(sums, vec4f(1.0));
  if (LOG) {
    let shift = math_log(sum);
    for (var i = first; i < stop; i++) { y4[i] = x4[i] - m - shift; }
  } else {
    for (var i = first; i < stop; i++) { y4[i] = y4[i] / sum; }
  }
}
