// layer-norm-long.wgsl: the results of layer-norm.wgsl for long rows on GPUs: one row a workgroup, read in vectors of four, with four loads
// under way at once, in two walks over the row instead of three. A lane's squared deviations grow as in moments-once.wgsl, from its sum; then
//   variance = Σ_lane (m2 + n (mean_lane - mean)²) / Σ_lane n
// Uses: lib/workgroup-*.wgsl
@group(0) @binding(0) var<storage, read> x4: array<vec4f>;            // [rows, n]
@group(0) @binding(1) var<storage, read> w4: array<vec4f>;            // [n]; unread without WEIGHT
@group(0) @binding(2) var<storage, read> b4: array<vec4f>;            // [n]; unread without BIAS
@group(0) @binding(3) var<storage, read_write> y4: array<vec4f>;      // [rows, n]
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
override CENTERED: bool = true; // no: the mean counts as 0 (RMS norm)

const WORKGROUP: u32 = 256u;

// The compiler may put pointwise operations on the result here.
fn store4(at: u32, value: vec4f) { y4[at] = value; }

struct Walked {
  n: f32, // fours
  sum: vec4f,
  m2: vec4f,
}

fn walk(first: u32, count: u32, lane: u32) -> Walked {
  var n = 0.0;
  var sum = vec4f();
  var m2 = vec4f();
  var i = first + lane;
  let stop = first + count;
  for (; i + 3u * WORKGROUP < stop; i += 4u * WORKGROUP) {
    let a = x4[i];
    let b = x4[i + WORKGROUP];
    let c = x4[i + 2u * WORKGROUP];
    let d = x4[i + 3u * WORKGROUP];
    let four = (a + b) + (c + d);
    let center = four * 0.25;
    let delta = (center - sum / max(n, 1.0)) * min(n, 1.0);
    m2 += ((a - center) * (a - center) + (b - center) * (b - center)) + ((c - center) * (c - center) + (d - center) * (d - center));
    m2 += delta * delta * (n * 4.0 / (n + 4.0));
    sum += four;
    n += 4.0;
  }
  for (; i < stop; i += WORKGROUP) {
    let a = x4[i];
    let delta = (a - sum / max(n, 1.0)) * min(n, 1.0);
    m2 += delta * delta * (n / (n + 1.0));
    sum += a;
    n += 1.0;
  }
  return Walked(n, sum, m2);
}

// Σ x²
fn squares(first: u32, count: u32, lane: u32) -> f32 {
  var total = vec4f();
  var i = first + lane;
  let stop = first + count;
  for (; i + 3u * WORKGROUP < stop; i += 4u * WORKGROUP) {
    let a = x4[i];
    let b = x4[i + WORKGROUP];
    let c = x4[i + 2u * WORKGROUP];
    let d = x4[i + 3u * WORKGROUP];
    total += (a * a + b * b) + (c * c + d * d);
  }
  for (; i < stop; i += WORKGROUP) { total += x4[i] * x4[i]; }
  return dot(total, vec4f(1.0));
}

// The variance, NaN for ∞.
fn held(variance: f32) -> f32 {
  if (!CENTERED) { return variance; }
  let bits = bitcast<u32>(variance);
  return bitcast<f32>(select(bits, bits | 0x400000u, bits == 0x7f800000u));
}

fn normalised(i: u32, value: vec4f) -> vec4f {
  var y = value;
  if (WEIGHT) { y *= w4[i]; }
  if (BIAS) { y += b4[i]; }
  return y;
}

@compute @workgroup_size(WORKGROUP)
fn quads(@builtin(workgroup_id) wid: vec3u, @builtin(num_workgroups) nwg: vec3u, @builtin(local_invocation_id) lid: vec3u) {
  let row = wid.y * nwg.x + wid.x;
  if (row >= params.rows) { return; }
  let count = params.n / 4u;
  let first = row * count;
  var center = 0.0;
  var m2: f32;
  if (CENTERED) {
    let own = walk(first, count, lid.x);
    center = workgroup_sum(lid.x, vec2f(dot(own.sum, vec4f(1.0)), 0.0)).x / f32(params.n);
    let apart = own.sum / max(own.n, 1.0) - center;
    m2 = dot(own.m2 + own.n * (apart * apart), vec4f(1.0));
  } else { m2 = squares(first, count, lid.x); }
  let spread = held(workgroup_sum(lid.x, vec2f(m2, 0.0)).x / f32(params.n));
  if (lid.x == 0u) {
    mean[row] = center;
    variance[row] = spread;
  }
  let rstd = inverseSqrt(spread + params.eps);
  var i = lid.x;
  for (; i + WORKGROUP < count; i += 2u * WORKGROUP) {
    let a = x4[first + i];
    let b = x4[first + i + WORKGROUP];
    store4(first + i, normalised(i, (a - center) * rstd));
    store4(first + i + WORKGROUP, normalised(i + WORKGROUP, (b - center) * rstd));
  }
  if (i < count) { store4(first + i, normalised(i, (x4[first + i] - center) * rstd)); }
}
