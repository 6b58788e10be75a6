// layer-norm.wgsl: normalisation of rows; one row an invocation (main; quads reads four elements
// at once), or one row a workgroup (wide).
//   y[r, i] = (x[r, i] - mean_r) / √(variance_r + eps) · w[i] + b[i]
// Where the variance is too great for a float32, the row is NaN, as PyTorch's are: with 1 / √∞ for a factor it would be 0.
// Sums run in blocks, as in reduce.wgsl. The squares are those of deviations from the mean, in a second walk over the row.
// Uses: lib/workgroup-*.wgsl
@group(0) @binding(0) var<storage, read> x: array<f32>;               // [rows, n]
@group(0) @binding(1) var<storage, read> w: array<f32>;               // [n]; unread without WEIGHT
@group(0) @binding(2) var<storage, read> b: array<f32>;               // [n]; unread without BIAS
@group(0) @binding(3) var<storage, read_write> y: array<f32>;         // [rows, n]
@group(0) @binding(4) var<storage, read_write> mean: array<f32>;      // [rows]
@group(0) @binding(5) var<storage, read_write> variance: array<f32>;  // [rows]
@group(0) @binding(6) var<uniform> params: Params;

struct Params {
  rows: u32,
  n: u32,
  eps: f32,
}

override WEIGHT: bool = false;
override BIAS: bool = false; // with a weight only
override CENTERED: bool = true; // no: the mean counts as 0 (RMS norm), in wide alone

const WORKGROUP: u32 = 64u;
const BLOCK: u32 = 64u;

// The compiler may put pointwise operations on the result here.
fn store(at: u32, value: f32) { y[at] = value; }

fn store4(at: u32, value: vec4f) { y4[at] = value; }

// Σ x[first + i], or Σ (x[first + i] - center)², over i = lane, lane + lanes, … below n
fn sum(first: u32, lane: u32, lanes: u32) -> f32 {
  var total = 0.0;
  var i = lane;
  while (i < params.n) {
    var part = 0.0;
    let stop = min(i + BLOCK * lanes, params.n);
    for (; i < stop; i += lanes) { part += x[first + i]; }
    total += part;
  }
  return total;
}

fn squares(first: u32, center: f32, lane: u32, lanes: u32) -> f32 {
  var total = 0.0;
  var i = lane;
  while (i < params.n) {
    var part = 0.0;
    let stop = min(i + BLOCK * lanes, params.n);
    for (; i < stop; i += lanes) {
      let deviation = x[first + i] - center;
      part += deviation * deviation;
    }
    total += part;
  }
  return total;
}

// The variance, NaN for ∞.
fn held(variance: f32) -> f32 {
  if (!CENTERED) { return variance; }
  let bits = bitcast<u32>(variance);
  return bitcast<f32>(select(bits, bits | 0x400000u, bits == 0x7f800000u));
}

fn normalise(first: u32, center: f32, spread: f32, lane: u32, lanes: u32) {
  let rstd = inverseSqrt(spread + params.eps);
  for (var i = lane; i < params.n; i += lanes) {
    var value = (x[first + i] - center) * rstd;
    if (WEIGHT) { value *= w[i]; }
    if (BIAS) { value += b[i]; }
    store(first + i, value);
  }
}

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(workgroup_id) wid: vec3u, @builtin(num_workgroups) nwg: vec3u, @builtin(local_invocation_id) lid: vec3u) {
  let row = (wid.y * nwg.x + wid.x) * WORKGROUP + lid.x;
  if (row >= params.rows) { return; }
  let first = row * params.n;
  let center = sum(first, 0u, 1u) / f32(params.n);
  let spread = held(squares(first, center, 0u, 1u) / f32(params.n));
  mean[row] = center;
  variance[row] = spread;
  normalise(first, center, spread, 0u, 1u);
}

// The same bindings in fours, for rows whose length 4 divides.
@group(0) @binding(0) var<storage, read> x4: array<vec4f>;
@group(0) @binding(1) var<storage, read> w4: array<vec4f>;
@group(0) @binding(2) var<storage, read> b4: array<vec4f>;
@group(0) @binding(3) var<storage, read_write> y4: array<vec4f>;

@compute @workgroup_size(WORKGROUP)
fn quads(@builtin(workgroup_id) wid: vec3u, @builtin(num_workgroups) nwg: vec3u, @builtin(local_invocation_id) lid: vec3u) {
  let row = (wid.y * nwg.x + wid.x) * WORKGROUP + lid.x;
  if (row >= params.rows) { return; }
  let count = params.n / 4u;
  let first = row * count;
  var totals = vec4f();
  for (var i = 0u; i < count;) {
    var part = vec4f();
    let stop = min(i + BLOCK, count);
    for (; i < stop; i++) { part += x4[first + i]; }
    totals += part;
  }
  let center = dot(totals, vec4f(1.0)) / f32(params.n);
  totals = vec4f();
  for (var i = 0u; i < count;) {
    var part = vec4f();
    let stop = min(i + BLOCK, count);
    for (; i < stop; i++) {
      let deviation = x4[first + i] - center;
      part += deviation * deviation;
    }
    totals += part;
  }
  let spread = held(dot(totals, vec4f(1.0)) / f32(params.n));
  mean[row] = center;
  variance[row] = spread;
  let rstd = inverseSqrt(spread + params.eps);
  if (BIAS) {
    for (var i = 0u; i < count; i++) { store4(first + i, (x4[first + i] - center) * rstd * w4[i] + b4[i]); }
  } else if (WEIGHT) {
    for (var i = 0u; i < count; i++) { store4(first + i, (x4[first + i] - center) * rstd * w4[i]); }
  } else {
    for (var i = 0u; i < count; i++) { store4(first + i, (x4[first + i] - center) * rstd); }
  }
}

@compute @workgroup_size(WORKGROUP)
fn wide(@builtin(workgroup_id) wid: vec3u, @builtin(num_workgroups) nwg: vec3u, @builtin(local_invocation_id) lid: vec3u) {
  let row = wid.y * nwg.x + wid.x;
  if (row >= params.rows) { return; }
  let first = row * params.n;
  var center = 0.0;
  if (CENTERED) { center = workgroup_sum(lid.x, vec2f(sum(first, lid.x, WORKGROUP), 0.0)).x / f32(params.n); }
  let spread = held(workgroup_sum(lid.x, vec2f(squares(first, center, lid.x, WORKGROUP), 0.0)).x / f32(params.n));
  if (lid.x == 0u) {
    mean[row] = center;
    variance[row] = spread;
  }
  normalise(first, center, spread, lid.x, WORKGROUP);
}
