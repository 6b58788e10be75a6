// moments-combine.wgsl: joins the strips of moments.wgsl; one output an invocation, or a workgroup (wide).
//   mean += δ n_b / n,   m2 += m2_b + δ² n_a n_b / n,   δ = mean_b - mean;   variance = m2 / (n - correction)
// Source: Chan, Golub & LeVeque 1979, "Updating formulae and a pairwise algorithm for computing sample variances".
@group(0) @binding(0) var<storage, read> partial: array<f32>;        // [3, strips · outputs]: n, mean, m2
@group(0) @binding(1) var<storage, read_write> mean: array<f32>;      // [outputs]
@group(0) @binding(2) var<storage, read_write> variance: array<f32>;  // [outputs]
@group(0) @binding(3) var<uniform> params: Params;

struct Params {
  outputs: u32,
  strips: u32,
  output_stride: u32,
  strip_stride: u32,
  correction: f32,
}

const WORKGROUP: u32 = 64u;

// n, mean and m2 of two parts together.
fn joined(a: vec3f, b: vec3f) -> vec3f {
  if (b.x == 0.0) { return a; }
  let n = a.x + b.x;
  let delta = b.y - a.y;
  return vec3f(n, a.y + delta * (b.x / n), a.z + b.z + delta * delta * (a.x * (b.x / n)));
}

// Strips first, first + step, … of an output.
fn strips_joined(output: u32, first: u32, step: u32) -> vec3f {
  let plane = params.outputs * params.strips;
  var all = vec3f();
  for (var s = first; s < params.strips; s += step) {
    let at = output * params.output_stride + s * params.strip_stride;
    all = joined(all, vec3f(partial[at], partial[plane + at], partial[2u * plane + at]));
  }
  return all;
}

// Over no elements 0 / 0 gives NaN, as PyTorch does.
fn write(output: u32, all: vec3f) {
  mean[output] = all.y / min(all.x, 1.0);
  variance[output] = all.z / max(all.x - params.correction, 0.0);
}

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(workgroup_id) wid: vec3u, @builtin(num_workgroups) nwg: vec3u, @builtin(local_invocation_id) lid: vec3u) {
  let index = (wid.y * nwg.x + wid.x) * WORKGROUP + lid.x;
  if (index < params.outputs) { write(index, strips_joined(index, 0u, 1u)); }
}

var<workgroup> parts: array<vec3f, WORKGROUP>;

@compute @workgroup_size(WORKGROUP)
fn wide(@builtin(workgroup_id) wid: vec3u, @builtin(num_workgroups) nwg: vec3u, @builtin(local_invocation_id) lid: vec3u) {
  let output = wid.y * nwg.x + wid.x;
  if (output >= params.outputs) { return; }
  parts[lid.x] = strips_joined(output, lid.x, WORKGROUP);
  for (var half = WORKGROUP / 2u; half > 0u; half /= 2u) {
    workgroupBarrier();
    if (lid.x < half) { parts[lid.x] = joined(parts[lid.x], parts[lid.x + half]); }
  }
  if (lid.x == 0u) { write(output, parts[0]); }
}
