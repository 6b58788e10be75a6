// linalg-order.wgsl: the order of rows that pivots bring about; one invocation a matrix.
//   order ← (0, 1, …, m − 1); rows k and pivots_k − 1 change places, for k = 0, 1, …
// Source: LAPACK's getrf, which counts pivots so.
@group(0) @binding(0) var<storage, read> pivots: array<i32>;        // [batch, steps], from 1 on
@group(0) @binding(1) var<storage, read_write> order: array<i32>;   // [batch, m]: row i of P A is row order[i] of A
@group(0) @binding(2) var<uniform> params: Params;

struct Params {
  batch: u32,
  m: u32,
  steps: u32,
}

const WORKGROUP: u32 = 64u;

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(global_invocation_id) gid: vec3u, @builtin(num_workgroups) nwg: vec3u) {
  let matrix = gid.y * nwg.x * WORKGROUP + gid.x;
  if (matrix >= params.batch) { return; }
  let base = matrix * params.m;
  for (var i = 0u; i < params.m; i++) { order[base + i] = i32(i); }
  for (var k = 0u; k < min(params.steps, params.m); k++) {
    let row = clamp(pivots[matrix * params.steps + k], 1, i32(params.m)) - 1;
    let moved = order[base + k];
    order[base + k] = order[base + u32(row)];
    order[base + u32(row)] = moved;
  }
}
