// linalg-reflections.wgsl: the first columns of Q = H_0 H_1 …, with H_k = I − τ_k v_k v_kᵀ; one invocation a column.
// Source: LAPACK's sorg2r.
@group(0) @binding(0) var<storage, read> packed: array<f32>;   // [batch, m, n]: v_k below the diagonal, without its first 1
@group(0) @binding(1) var<storage, read> tau: array<f32>;      // [batch, count]
@group(0) @binding(2) var<storage, read_write> q: array<f32>;  // [batch, m, columns]
@group(0) @binding(3) var<uniform> params: Params;

struct Params {
  invocations: u32, // batch · columns
  m: u32,
  n: u32,
  count: u32,
  columns: u32,
}

const WORKGROUP: u32 = 64u;

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(workgroup_id) wid: vec3u, @builtin(num_workgroups) nwg: vec3u, @builtin(local_invocation_id) lid: vec3u) {
  let index = (wid.y * nwg.x + wid.x) * WORKGROUP + lid.x;
  if (index >= params.invocations) { return; }
  let m = params.m;
  let n = params.n;
  let matrix = index / params.columns;
  let j = index % params.columns;
  let column = matrix * m * params.columns + j;
  for (var i = 0u; i < m; i++) { q[column + i * params.columns] = select(0.0, 1.0, i == j); }
  for (var left = params.count; left > 0u; left--) {
    let k = left - 1u;
    let v = matrix * m * n + k;
    var along = q[column + k * params.columns];
    for (var i = k + 1u; i < m; i++) { along += packed[v + i * n] * q[column + i * params.columns]; }
    along *= tau[matrix * params.count + k];
    q[column + k * params.columns] -= along;
    for (var i = k + 1u; i < m; i++) { q[column + i * params.columns] -= along * packed[v + i * n]; }
  }
}
