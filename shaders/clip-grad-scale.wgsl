// clip-grad-scale.wgsl: scales gradients, in place, so that their norm is at most max_norm.
//   norm = (Σ parts)^(1/p),   y_i ← y_i · min(1, max_norm / (norm + 10⁻⁶))
// Every invocation adds the few parts up itself, which is cheaper than a pass of its own for that; on GPUs (wide) every workgroup does.
// Uses: lib/math.wgsl lib/powers.wgsl lib/norm-kind.wgsl
@group(0) @binding(0) var<storage, read> parts: array<f32>;      // [vectors, stride], of which `strips` each are filled
@group(0) @binding(1) var<storage, read_write> y: array<f32>;    // [count]
@group(0) @binding(2) var<storage, read_write> norm: array<f32>; // [1]
@group(0) @binding(3) var<uniform> params: Params;

struct Params {
  count: u32,
  vectors: u32, // that the norm is of
  stride: u32,
  strips: u32,
  power: f32, // p
  max_norm: f32,
}

const WORKGROUP: u32 = 64u;
const EPSILON: f32 = 1e-6; // PyTorch's: keeps the quotient finite where all gradients are 0
override SHARE: u32 = 16u; // elements of an invocation

fn factor_of(length: f32) -> f32 {
  let ratio = params.max_norm / (length + EPSILON);
  return select(select(ratio, 1.0, ratio > 1.0), length, math_isnan(length));
}

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(workgroup_id) wid: vec3u, @builtin(num_workgroups) nwg: vec3u, @builtin(local_invocation_id) lid: vec3u) {
  let group = wid.y * nwg.x + wid.x;
  var total = 0.0;
  for (var v = 0u; v < params.vectors; v++) {
    for (var s = 0u; s < params.strips; s++) { total = norm_combine(total, parts[v * params.stride + s]); }
  }
  let length = norm_root(total, params.power);
  if (group + lid.x == 0u) { norm[0] = length; }
  let factor = factor_of(length);
  let first = group * WORKGROUP * SHARE + lid.x;
  for (var k = 0u; k < SHARE; k++) {
    let i = first + k * WORKGROUP;
    if (i >= params.count) { return; }
    y[i] *= factor;
  }
}

@group(0) @binding(1) var<storage, read_write> y4: array<vec4f>; // [count / 4]

var<workgroup> sums: array<f32, WORKGROUP>;

@compute @workgroup_size(WORKGROUP)
fn wide(@builtin(workgroup_id) wid: vec3u, @builtin(num_workgroups) nwg: vec3u, @builtin(local_invocation_id) lid: vec3u) {
  let group = wid.y * nwg.x + wid.x;
  var total = 0.0;
  for (var v = 0u; v < params.vectors; v++) {
    for (var s = lid.x; s < params.strips; s += WORKGROUP) { total = norm_combine(total, parts[v * params.stride + s]); }
  }
  sums[lid.x] = total;
  for (var half = WORKGROUP / 2u; half > 0u; half /= 2u) {
    workgroupBarrier();
    if (lid.x < half) { sums[lid.x] = norm_combine(sums[lid.x], sums[lid.x + half]); }
  }
  workgroupBarrier();
  let length = norm_root(sums[0], params.power);
  if (group + lid.x == 0u) { norm[0] = length; }
  let factor = factor_of(length);
  let count = params.count / 4u;
  let first = group * WORKGROUP * SHARE + lid.x;
  for (var k = 0u; k < SHARE; k++) {
    let i = first + k * WORKGROUP;
    if (i >= count) { return; }
    y4[i] *= factor;
  }
}
