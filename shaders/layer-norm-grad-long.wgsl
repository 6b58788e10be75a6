// layer-norm-grad-long.wgsl: the results of layer-norm-grad.wgsl for long rows on GPUs: one row a workgroup, read in vectors of four, with two
// loads of x and two of dy under way at once.
// Uses: lib/workgroup-*.wgsl, lib/element-f32.wgsl
@group(0) @binding(0) var<storage, read> x4: array<vec4f>;      // dy [rows, n]
@group(0) @binding(1) var<storage, read> input4: array<vec4f>;  // x [rows, n]
@group(0) @binding(2) var<storage, read> mean: array<f32>;      // [rows]
@group(0) @binding(3) var<storage, read> variance: array<f32>;  // [rows]
@group(0) @binding(4) var<storage, read> w4: array<vec4f>;      // [n]; unread without WEIGHT
@group(0) @binding(5) var<storage, read_write> y4: array<vec4f>; // dx [rows, n]
@group(0) @binding(6) var<uniform> params: Params;

struct Params {
  rows: u32,
  n: u32,
  eps: f32,
}

override WEIGHT: bool = false;
override CENTERED: bool = true; // no: the mean counted as 0 (RMS norm)

const WORKGROUP: u32 = 256u;

// The compiler may put pointwise operations on dy here.
fn load4(at: u32) -> Quad { return x4[at]; }

// And on the result, here.
fn store4(at: u32, value: vec4f) { y4[at] = value; }

fn weighted(i: u32, g: vec4f) -> vec4f {
  if (WEIGHT) { return g * w4[i]; }
  return g;
}

// Σ g and Σ g x̂
fn both(g: vec4f, normalized: vec4f) -> vec2f { return vec2f(dot(g, vec4f(1.0)), dot(g, normalized)); }

@compute @workgroup_size(WORKGROUP)
fn quads(@builtin(workgroup_id) wid: vec3u, @builtin(num_workgroups) nwg: vec3u, @builtin(local_invocation_id) lid: vec3u) {
  let row = wid.y * nwg.x + wid.x;
  if (row >= params.rows) { return; }
  let count = params.n / 4u;
  let first = row * count;
  let center = mean[row];
  let rstd = inverseSqrt(variance[row] + params.eps);
  var own = vec2f();
  var i = lid.x;
  for (; i + WORKGROUP < count; i += 2u * WORKGROUP) {
    let g = load4(first + i);
    let h = load4(first + i + WORKGROUP);
    let a = input4[first + i];
    let b = input4[first + i + WORKGROUP];
    own += both(weighted(i, g), (a - center) * rstd) + both(weighted(i + WORKGROUP, h), (b - center) * rstd);
  }
  if (i < count) { own += both(weighted(i, load4(first + i)), (input4[first + i] - center) * rstd); }
  var means = workgroup_sum(lid.x, own) / f32(params.n);
  if (!CENTERED) { means.x = 0.0; }
  for (i = lid.x; i + WORKGROUP < count; i += 2u * WORKGROUP) {
    let g = load4(first + i);
    let h = load4(first + i + WORKGROUP);
    let a = input4[first + i];
    let b = input4[first + i + WORKGROUP];
    store4(first + i, rstd * (weighted(i, g) - means.x - (a - center) * rstd * means.y));
    store4(first + i + WORKGROUP, rstd * (weighted(i + WORKGROUP, h) - means.x - (b - center) * rstd * means.y));
  }
  if (i < count) {
    store4(first + i, rstd * (weighted(i, load4(first + i)) - means.x - (input4[first + i] - center) * rstd * means.y));
  }
}
