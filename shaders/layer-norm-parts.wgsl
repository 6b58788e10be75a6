// layer-norm-parts.wgsl: the results of layer-norm.wgsl for rows on GPUs that are long and too few to give each a workgroup: each has `parts`.
//   parts:  s_k = Σ x,   q_k = Σ (x - s_k / n_k)²   over the n_k elements of part k of the row; without CENTERED 0 and Σ x²
//   whole:  mean = Σ_k s_k / n,   variance = Σ_k (q_k + n_k (s_k / n_k - mean)²) / n
//   spread: y_i as in layer-norm.wgsl, by these, which are cheap enough to compute again
// A lane's squared deviations grow as in moments-once.wgsl.
// Uses: lib/workgroup-*.wgsl
@group(0) @binding(0) var<storage, read> x: array<f32>;               // [rows, n]
@group(0) @binding(1) var<storage, read> w: array<f32>;               // [n]; unread without WEIGHT
@group(0) @binding(2) var<storage, read> b: array<f32>;               // [n]; unread without BIAS
@group(0) @binding(3) var<storage, read> states: array<f32>;          // [rows, parts, 2]: s_k and q_k; unread in `parts`
@group(0) @binding(4) var<storage, read_write> y: array<f32>;         // spread: [rows, n]; parts: as states
@group(0) @binding(5) var<uniform> params: Params;

struct Params {
  rows: u32,
  n: u32,
  parts: u32, // at most WORKGROUP
  part: u32,  // elements
  eps: f32,
}

override WEIGHT: bool = false;
override BIAS: bool = false; // with a weight only
override CENTERED: bool = true; // no: the mean counts as 0 (RMS norm)

const WORKGROUP: u32 = 256u;
const AHEAD: u32 = 8u; // loads of a lane under way

// The compiler may put pointwise operations on the result here.
fn store(at: u32, value: f32) { y[at] = value; }

// The variance, NaN for ∞.
fn held(variance: f32) -> f32 {
  if (!CENTERED) { return variance; }
  let bits = bitcast<u32>(variance);
  return bitcast<f32>(select(bits, bits | 0x400000u, bits == 0x7f800000u));
}

// Where a part of a row begins and ends, within the row.
fn bounds(k: u32) -> vec2u {
  return vec2u(k * params.part, min((k + 1u) * params.part, params.n));
}

@compute @workgroup_size(WORKGROUP)
fn parts(@builtin(workgroup_id) wid: vec3u, @builtin(num_workgroups) nwg: vec3u, @builtin(local_invocation_id) lid: vec3u) {
  let group = wid.y * nwg.x + wid.x;
  if (group >= params.rows * params.parts) { return; }
  let first = group / params.parts * params.n;
  let part = bounds(group % params.parts);
  var count = 0.0;
  var sum = 0.0;
  var squares = 0.0;
  for (var i = part.x + lid.x; i < part.y; i += AHEAD * WORKGROUP) {
    var value: array<f32, AHEAD>; // scalars
    for (var k = 0u; k < AHEAD; k++) { // unroll
      value[k] = x[first + min(i + k * WORKGROUP, part.y - 1u)];
    }
    let more = f32(min((part.y - i + WORKGROUP - 1u) / WORKGROUP, AHEAD));
    var total = 0.0;
    if (CENTERED) {
      for (var k = 0u; k < AHEAD; k++) { // unroll
        total += select(0.0, value[k], i + k * WORKGROUP < part.y);
      }
    }
    let center = total / more;
    for (var k = 0u; k < AHEAD; k++) { // unroll
      squares += select(0.0, (value[k] - center) * (value[k] - center), i + k * WORKGROUP < part.y);
    }
    let apart = (center - sum / max(count, 1.0)) * min(count, 1.0);
    squares += apart * apart * (count * more / (count + more));
    sum += total;
    count += more;
  }
  let whole = workgroup_sum(lid.x, vec2f(sum, 0.0)).x;
  let apart = sum / max(count, 1.0) - whole / f32(part.y - part.x);
  let deviations = workgroup_sum(lid.x, vec2f(squares + count * (apart * apart), 0.0)).x;
  if (lid.x == 0u) {
    y[2u * group] = whole;
    y[2u * group + 1u] = deviations;
  }
}

// The mean and the variance of a row of n elements: lane k gives the sum s_k and the squared deviations q_k of `count` of its elements.
fn moments(lane: u32, given: vec2f, count: u32, n: u32) -> vec2f {
  let center = workgroup_sum(lane, vec2f(given.x, 0.0)).x / f32(n);
  let apart = given.x / max(f32(count), 1.0) - center;
  return vec2f(center, held(workgroup_sum(lane, vec2f(given.y + f32(count) * (apart * apart), 0.0)).x / f32(n)));
}

@compute @workgroup_size(WORKGROUP)
fn spread(@builtin(workgroup_id) wid: vec3u, @builtin(num_workgroups) nwg: vec3u, @builtin(local_invocation_id) lid: vec3u) {
  let group = wid.y * nwg.x + wid.x;
  if (group >= params.rows * params.parts) { return; }
  let row = group / params.parts;
  let first = row * params.n;
  let part = bounds(group % params.parts);
  var own = vec2f();
  var count = 0u;
  if (lid.x < params.parts) {
    let at = 2u * (row * params.parts + lid.x);
    own = vec2f(states[at], states[at + 1u]);
    let range = bounds(lid.x);
    count = range.y - range.x;
  }
  let both = moments(lid.x, own, count, params.n);
  let center = both.x;
  let rstd = inverseSqrt(both.y + params.eps);
  for (var i = part.x + lid.x; i < part.y; i += AHEAD * WORKGROUP) {
    var value: array<f32, AHEAD>; // scalars
    for (var k = 0u; k < AHEAD; k++) { // unroll
      value[k] = x[first + min(i + k * WORKGROUP, part.y - 1u)];
    }
    for (var k = 0u; k < AHEAD; k++) { // unroll
      let at = i + k * WORKGROUP;
      if (at < part.y) {
        var result = (value[k] - center) * rstd;
        if (WEIGHT) { result *= w[at]; }
        if (BIAS) { result += b[at]; }
        store(first + at, result);
      }
    }
  }
}

@group(0) @binding(0) var<storage, read> given: array<f32>;           // states
@group(0) @binding(1) var<storage, read_write> mean: array<f32>;      // [rows]
@group(0) @binding(2) var<storage, read_write> variance: array<f32>;  // [rows]
@group(0) @binding(3) var<uniform> sizes: Params;

@compute @workgroup_size(WORKGROUP)
fn whole(@builtin(workgroup_id) wid: vec3u, @builtin(num_workgroups) nwg: vec3u, @builtin(local_invocation_id) lid: vec3u) {
  let row = wid.y * nwg.x + wid.x;
  if (row >= sizes.rows) { return; }
  var own = vec2f();
  var count = 0u;
  if (lid.x < sizes.parts) {
    let at = 2u * (row * sizes.parts + lid.x);
    own = vec2f(given[at], given[at + 1u]);
    count = min((lid.x + 1u) * sizes.part, sizes.n) - lid.x * sizes.part;
  }
  let both = moments(lid.x, own, count, sizes.n);
  if (lid.x == 0u) {
    mean[row] = both.x;
    variance[row] = both.y;
  }
}
