// layer-norm-grad-parts.wgsl: the results of layer-norm-grad.wgsl for rows on GPUs that are long and too few to give each a workgroup: each
// has `parts`.
//   parts:  Σ g and Σ g x̂ over each part of a row;   spread: dx, by the sums of these
// Uses: lib/workgroup-*.wgsl
@group(0) @binding(0) var<storage, read> dy: array<f32>;        // [rows, n]
@group(0) @binding(1) var<storage, read> x: array<f32>;         // [rows, n]
@group(0) @binding(2) var<storage, read> mean: array<f32>;      // [rows]
@group(0) @binding(3) var<storage, read> variance: array<f32>;  // [rows]
@group(0) @binding(4) var<storage, read> w: array<f32>;         // [n]; unread without WEIGHT
@group(0) @binding(5) var<storage, read> states: array<f32>;    // [rows, parts, 2]; unread in `parts`
@group(0) @binding(6) var<storage, read_write> y: array<f32>;   // spread: dx [rows, n]; parts: as states
@group(0) @binding(7) var<uniform> params: Params;

struct Params {
  rows: u32,
  n: u32,
  parts: u32, // at most WORKGROUP
  part: u32,  // elements
  eps: f32,
}

override WEIGHT: bool = false;
override CENTERED: bool = true; // no: the mean counted as 0 (RMS norm)

const WORKGROUP: u32 = 256u;
const AHEAD: u32 = 4u; // loads of dy and of x of a lane under way

// The compiler may put a pointwise operation with one result on dx here; two would take more than eight bindings.
fn store(at: u32, value: f32) { y[at] = value; }

fn weighted(i: u32, g: f32) -> f32 {
  if (WEIGHT) { return g * w[i]; }
  return g;
}

// Where a workgroup's part of its row begins and ends, within the row.
fn bounds(group: u32) -> vec2u {
  let k = group % params.parts;
  return vec2u(k * params.part, min((k + 1u) * params.part, params.n));
}

@compute @workgroup_size(WORKGROUP)
fn parts(@builtin(workgroup_id) wid: vec3u, @builtin(num_workgroups) nwg: vec3u, @builtin(local_invocation_id) lid: vec3u) {
  let group = wid.y * nwg.x + wid.x;
  if (group >= params.rows * params.parts) { return; }
  let row = group / params.parts;
  let first = row * params.n;
  let part = bounds(group);
  let center = mean[row];
  let rstd = inverseSqrt(variance[row] + params.eps);
  var own = vec2f();
  for (var i = part.x + lid.x; i < part.y; i += AHEAD * WORKGROUP) {
    var g: array<f32, AHEAD>; // scalars
    var value: array<f32, AHEAD>; // scalars
    for (var k = 0u; k < AHEAD; k++) { // unroll
      let at = min(i + k * WORKGROUP, part.y - 1u);
      g[k] = weighted(at, dy[first + at]);
      value[k] = x[first + at];
    }
    for (var k = 0u; k < AHEAD; k++) { // unroll
      own += select(vec2f(), vec2f(g[k], g[k] * ((value[k] - center) * rstd)), i + k * WORKGROUP < part.y);
    }
  }
  let sums = workgroup_sum(lid.x, own);
  if (lid.x == 0u) {
    y[2u * group] = sums.x;
    y[2u * group + 1u] = sums.y;
  }
}

@compute @workgroup_size(WORKGROUP)
fn spread(@builtin(workgroup_id) wid: vec3u, @builtin(num_workgroups) nwg: vec3u, @builtin(local_invocation_id) lid: vec3u) {
  let group = wid.y * nwg.x + wid.x;
  if (group >= params.rows * params.parts) { return; }
  let row = group / params.parts;
  let first = row * params.n;
  let part = bounds(group);
  let center = mean[row];
  let rstd = inverseSqrt(variance[row] + params.eps);
  var own = vec2f();
  if (lid.x < params.parts) {
    let at = 2u * (row * params.parts + lid.x);
    own = vec2f(states[at], states[at + 1u]);
  }
  var means = workgroup_sum(lid.x, own) / f32(params.n);
  if (!CENTERED) { means.x = 0.0; }
  for (var i = part.x + lid.x; i < part.y; i += AHEAD * WORKGROUP) {
    var g: array<f32, AHEAD>; // scalars
    var value: array<f32, AHEAD>; // scalars
    for (var k = 0u; k < AHEAD; k++) { // unroll
      let at = min(i + k * WORKGROUP, part.y - 1u);
      g[k] = weighted(at, dy[first + at]);
      value[k] = x[first + at];
    }
    for (var k = 0u; k < AHEAD; k++) { // unroll
      let at = i + k * WORKGROUP;
      if (at < part.y) { store(first + at, rstd * (g[k] - means.x - (value[k] - center) * rstd * means.y)); }
    }
  }
}
