// linalg-qr.wgsl: A = Q R by Householder's reflections H_k = I − τ_k v_k v_kᵀ; one workgroup a matrix, and of large ones a block of columns.
//   main: factors the columns from `first` to `end`, and reflects the columns before `until`;   trail: reflects the columns behind a block
//   β = −sign(a_kk) ‖a_k‖,  τ = (β − a_kk) / β,  v = (a_k − β e_k) / (a_kk − β);  H = I where a_k is 0 below a_kk
// Source: LAPACK's slarfg and sgeqr2, whose layout and signs it has.
@group(0) @binding(0) var<storage, read> a: array<f32>;             // [batch, m, n]
@group(0) @binding(1) var<storage, read_write> packed: array<f32>;  // [batch, m, n]: R, and below its diagonal v_k without its first 1
@group(0) @binding(2) var<storage, read_write> tau: array<f32>;     // [batch, min(m, n)]
@group(0) @binding(3) var<uniform> params: Params;

struct Params {
  batch: u32,
  m: u32,
  n: u32,
  first: u32,
  end: u32,
  until: u32,
}

const WORKGROUP: u32 = 64u;

var<workgroup> parts: array<f32, WORKGROUP>;

fn settle() {
  storageBarrier();
  workgroupBarrier();
}

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(workgroup_id) wid: vec3u, @builtin(num_workgroups) nwg: vec3u, @builtin(local_invocation_id) lid: vec3u) {
  let matrix = wid.y * nwg.x + wid.x;
  if (matrix >= params.batch) { return; }
  let m = params.m;
  let n = params.n;
  let lane = lid.x;
  let base = matrix * m * n;
  let steps = min(m, n);
  if (params.first == 0u) {
    for (var at = lane; at < m * n; at += WORKGROUP) { packed[base + at] = a[base + at]; }
    settle();
  }
  for (var k = params.first; k < params.end; k++) {
    // Scaled by the greatest, so that no square leaves the range of floats.
    var most = 0.0;
    for (var i = k + 1u + lane; i < m; i += WORKGROUP) { most = max(most, abs(packed[base + i * n + k])); }
    parts[lane] = most;
    workgroupBarrier();
    most = 0.0;
    for (var l = 0u; l < WORKGROUP; l++) { most = max(most, parts[l]); }
    let corner = packed[base + k * n + k];
    let scale = max(most, abs(corner));
    workgroupBarrier();
    var squares = 0.0;
    if (most > 0.0) {
      for (var i = k + 1u + lane; i < m; i += WORKGROUP) {
        let x = packed[base + i * n + k] / scale;
        squares += x * x;
      }
    }
    parts[lane] = squares;
    workgroupBarrier();
    squares = 0.0;
    for (var l = 0u; l < WORKGROUP; l++) { squares += parts[l]; }
    var beta = corner;
    var factor = 0.0;
    var shrink = 0.0;
    if (most > 0.0) {
      let part = corner / scale;
      let norm = scale * sqrt(part * part + squares);
      beta = select(-norm, norm, corner < 0.0);
      factor = (beta - corner) / beta;
      shrink = 1.0 / (corner - beta);
    }
    for (var j = k + 1u + lane; j < params.until; j += WORKGROUP) {
      var along = packed[base + k * n + j];
      for (var i = k + 1u; i < m; i++) { along += packed[base + i * n + k] * shrink * packed[base + i * n + j]; }
      along *= factor;
      packed[base + k * n + j] -= along;
      for (var i = k + 1u; i < m; i++) { packed[base + i * n + j] -= along * (packed[base + i * n + k] * shrink); }
    }
    settle();
    for (var i = k + 1u + lane; i < m; i += WORKGROUP) { packed[base + i * n + k] *= shrink; }
    if (lane == 0u) {
      packed[base + k * n + k] = beta;
      tau[matrix * steps + k] = factor;
    }
    settle();
  }
}

// An invocation a column: the block's reflections, one after another.
@compute @workgroup_size(WORKGROUP)
fn trail(@builtin(workgroup_id) wid: vec3u, @builtin(num_workgroups) nwg: vec3u, @builtin(local_invocation_id) lid: vec3u) {
  let index = (wid.y * nwg.x + wid.x) * WORKGROUP + lid.x;
  let m = params.m;
  let n = params.n;
  let behind = n - params.end;
  if (index >= params.batch * behind) { return; }
  let matrix = index / behind;
  let base = matrix * m * n;
  let j = params.end + index % behind;
  for (var k = params.first; k < params.end; k++) {
    var along = packed[base + k * n + j];
    for (var i = k + 1u; i < m; i++) { along += packed[base + i * n + k] * packed[base + i * n + j]; }
    along *= tau[matrix * min(m, n) + k];
    packed[base + k * n + j] -= along;
    for (var i = k + 1u; i < m; i++) { packed[base + i * n + j] -= along * packed[base + i * n + k]; }
  }
}
