// moments-combine.wgsl: joins the strips of moments.wgsl; one output an invocation.
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

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(workgroup_id) wid: vec3u, @builtin(num_workgroups) nwg: vec3u, @builtin(local_invocation_id) lid: vec3u) {
  let index = (wid.y * nwg.x + wid.x) * WORKGROUP + lid.x;
  if (index >= params.outputs) { return; }
  let plane = params.outputs * params.strips;
  var n = 0.0;
  var center = 0.0;
  var m2 = 0.0;
  for (var s = 0u; s < params.strips; s++) {
    let at = index * params.output_stride + s * params.strip_stride;
    let n_b = partial[at];
    if (n_b == 0.0) { continue; }
    let delta = partial[plane + at] - center;
    let total = n + n_b;
    center += delta * (n_b / total);
    m2 += partial[2u * plane + at] + delta * delta * (n * (n_b / total));
    n = total;
  }
  // Over no elements 0 / 0 gives NaN, as PyTorch does.
  mean[index] = center / min(n, 1.0);
  variance[index] = m2 / max(n - params.correction, 0.0);
}
