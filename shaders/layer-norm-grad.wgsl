// layer-norm-grad.wgsl: gradient of layer-norm.wgsl by x; one row an invocation (main; quads reads four
// elements at once), or one row a workgroup (wide).
//   dx = rstd (g - Σ g / n - x̂ Σ g x̂ / n),   g = dy · w,   x̂ = (x - mean) rstd,   rstd = 1 / √(variance + eps)
// Uses: lib/workgroup-*.wgsl
@group(0) @binding(0) var<storage, read> dy: array<f32>;        // [rows, n]
@group(0) @binding(1) var<storage, read> x: array<f32>;         // [rows, n]
@group(0) @binding(2) var<storage, read> mean: array<f32>;      // [rows]
@group(0) @binding(3) var<storage, read> variance: array<f32>;  // [rows]
@group(0) @binding(4) var<storage, read> w: array<f32>;         // [n]; unread without WEIGHT
@group(0) @binding(5) var<storage, read_write> y: array<f32>;   // dx [rows, n]
@group(0) @binding(6) var<uniform> params: Params;

struct Params {
  rows: u32,
  n: u32,
  eps: f32,
}

override WEIGHT: bool = false;
override CENTERED: bool = true; // no: the mean counted as 0 (RMS norm), in wide alone

const WORKGROUP: u32 = 64u;
const BLOCK: u32 = 64u;

// The compiler may put pointwise operations on the result here.
fn store(at: u32, value: f32) { y[at] = value; }

fn store4(at: u32, value: vec4f) { y4[at] = value; }

// g and x̂
fn terms(first: u32, i: u32, center: f32, rstd: f32) -> vec2f {
  var g = dy[first + i];
  if (WEIGHT) { g *= w[i]; }
  return vec2f(g, (x[first + i] - center) * rstd);
}

// Σ g and Σ g x̂ over i = lane, lane + lanes, … below n
fn sums(first: u32, center: f32, rstd: f32, lane: u32, lanes: u32) -> vec2f {
  var total = vec2f();
  var i = lane;
  while (i < params.n) {
    var part = vec2f();
    let stop = min(i + BLOCK * lanes, params.n);
    for (; i < stop; i += lanes) {
      let t = terms(first, i, center, rstd);
      part += vec2f(t.x, t.x * t.y);
    }
    total += part;
  }
  return total;
}

fn spread(first: u32, center: f32, rstd: f32, means: vec2f, lane: u32, lanes: u32) {
  for (var i = lane; i < params.n; i += lanes) {
    let t = terms(first, i, center, rstd);
    store(first + i, rstd * (t.x - means.x - t.y * means.y));
  }
}

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(workgroup_id) wid: vec3u, @builtin(num_workgroups) nwg: vec3u, @builtin(local_invocation_id) lid: vec3u) {
  let row = (wid.y * nwg.x + wid.x) * WORKGROUP + lid.x;
  if (row >= params.rows) { return; }
  let first = row * params.n;
  let rstd = inverseSqrt(variance[row] + params.eps);
  let means = sums(first, mean[row], rstd, 0u, 1u) / f32(params.n);
  spread(first, mean[row], rstd, means, 0u, 1u);
}

// The same bindings in fours, for rows whose length 4 divides.
@group(0) @binding(0) var<storage, read> dy4: array<vec4f>;
@group(0) @binding(1) var<storage, read> x4: array<vec4f>;
@group(0) @binding(4) var<storage, read> w4: array<vec4f>;
@group(0) @binding(5) var<storage, read_write> y4: array<vec4f>;

@compute @workgroup_size(WORKGROUP)
fn quads(@builtin(workgroup_id) wid: vec3u, @builtin(num_workgroups) nwg: vec3u, @builtin(local_invocation_id) lid: vec3u) {
  let row = (wid.y * nwg.x + wid.x) * WORKGROUP + lid.x;
  if (row >= params.rows) { return; }
  let count = params.n / 4u;
  let first = row * count;
  let center = mean[row];
  let rstd = inverseSqrt(variance[row] + params.eps);
  var totals = vec4f(); // Σ g
  var products = vec4f(); // Σ g x̂
  for (var i = 0u; i < count;) {
    var part = vec4f();
    var product = vec4f();
    let stop = min(i + BLOCK, count);
    for (; i < stop; i++) {
      var g = dy4[first + i];
      if (WEIGHT) { g *= w4[i]; }
      part += g;
      product += g * ((x4[first + i] - center) * rstd);
    }
    totals += part;
    products += product;
  }
  let means = vec2f(dot(totals, vec4f(1.0)), dot(products, vec4f(1.0))) / f32(params.n);
  for (var i = 0u; i < count; i++) {
    var g = dy4[first + i];
    if (WEIGHT) { g *= w4[i]; }
    store4(first + i, rstd * (g - means.x - (x4[first + i] - center) * rstd * means.y));
  }
}

@compute @workgroup_size(WORKGROUP)
fn wide(@builtin(workgroup_id) wid: vec3u, @builtin(num_workgroups) nwg: vec3u, @builtin(local_invocation_id) lid: vec3u) {
  let row = wid.y * nwg.x + wid.x;
  if (row >= params.rows) { return; }
  let first = row * params.n;
  let rstd = inverseSqrt(variance[row] + params.eps);
  var total = workgroup_sum(lid.x, sums(first, mean[row], rstd, lid.x, WORKGROUP));
  if (!CENTERED) { total.x = 0.0; }
  spread(first, mean[row], rstd, total / f32(params.n), lid.x, WORKGROUP);
}
