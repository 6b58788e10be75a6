// linalg-svd-blocked.wgsl: A V = U diag(s) of large matrices, m ≥ n, by one-sided rotations of blocks of columns.
//   begin: W = A, V = I;   corner: J of each pair of blocks, by the products of their columns of W;   turn, back: W ← W J, V ← V J;
//   lengths, finish: s are the lengths of W's columns, in order. A round has corner, turn and back; pairs of a round share no block
// Source: Hestenes 1958; Golub & Van Loan, Matrix Computations, 4th ed., section 8.6.3.   Uses: lib/jacobi.wgsl, lib/jacobi-blocks.wgsl
@group(0) @binding(0) var<storage, read> a: array<f32>;             // [batch, m, n]
@group(0) @binding(1) var<storage, read_write> w: array<f32>;       // [batch, m, n]: U diag(s), scaled
@group(0) @binding(2) var<storage, read_write> values: array<f32>;  // [batch, n]: s, descending
@group(0) @binding(3) var<storage, read_write> v: array<f32>;       // [batch, n, n]
@group(0) @binding(4) var<storage, read_write> work: array<f32>;    // as lib/jacobi-blocks.wgsl has it: T is W over V
@group(0) @binding(5) var<storage, read_write> flags: array<atomic<u32>>;  // [batch, SWEEPS]: whether a sweep turned anything
@group(0) @binding(6) var<uniform> params: Params;

struct Params {
  batch: u32,
  m: u32,
  n: u32,
  sweep: u32,
  round: u32,
}

const WORKGROUP: u32 = 64u;
const SWEEPS: u32 = 24u;
// Of the cosine between two columns: float32's precision.
const NEGLIGIBLE: f32 = 1.2e-7;

@compute @workgroup_size(WORKGROUP)
fn begin(@builtin(workgroup_id) wid: vec3u, @builtin(num_workgroups) nwg: vec3u, @builtin(local_invocation_id) lid: vec3u) {
  let matrix = wid.y * nwg.x + wid.x;
  if (matrix >= params.batch) { return; }
  let n = params.n;
  let size = params.m * n;
  let lane = lid.x;
  let start = matrix * size;
  let t = matrix * blocks_floats();
  var most = 0.0;
  for (var at = lane; at < size; at += WORKGROUP) { most = max(most, abs(a[start + at])); }
  tile[lane] = most;
  workgroupBarrier();
  most = 0.0;
  for (var l = 0u; l < WORKGROUP; l++) { most = max(most, tile[l]); }
  // A power of two, so that no bit is lost, and no square leaves the range of floats.
  let exponent = select(0, clamp(frexp(most).exp, -120, 120), most > 0.0);
  for (var at = lane; at < size; at += WORKGROUP) { work[t + at] = ldexp(a[start + at], -exponent); }
  for (var at = lane; at < n * n; at += WORKGROUP) { work[t + size + at] = select(0.0, 1.0, at / n == at % n); }
  for (var sweep = lane; sweep < SWEEPS; sweep += WORKGROUP) { atomicStore(&flags[matrix * SWEEPS + sweep], 0u); }
  if (lane == 0u) { work[blocks_more(matrix)] = f32(exponent); }
}

var<workgroup> fours: array<vec4f, TILE / 4>;

@compute @workgroup_size(SIDE)
fn corner(@builtin(workgroup_id) wid: vec3u, @builtin(num_workgroups) nwg: vec3u, @builtin(local_invocation_id) lid: vec3u) {
  let index = wid.y * nwg.x + wid.x;
  let lane = lid.x;
  let pairs = blocks_players() / 2u;
  let matrix = index / pairs;
  if (matrix >= params.batch) { return; }
  if (params.sweep > 0u) {
    if (blocks_still(matrix, params.sweep - 1u, lane)) { return; }
  }
  let n = params.n;
  let t = matrix * blocks_floats();
  let pair = jacobi_pair(index % pairs, params.round, 2u * pairs);
  var upper = mat4x4f();
  var lower = mat4x4f();
  for (var first = 0u; first < params.m; first += SIDE) {
    workgroupBarrier();
    for (var at = lane; at < TILE / 4u; at += SIDE) {
      let row = first + at / 8u;
      var four = vec4f(0.0);
      for (var e = 0u; e < 4u; e++) {
        let column = blocks_column(pair, at % 8u * 4u + e);
        if (row < params.m && column < n) { four[e] = work[t + row * n + column]; }
      }
      fours[at] = four;
    }
    workgroupBarrier();
    for (var k = 0u; k < SIDE; k++) {
      let right = fours[8u * k + lane % 8u];
      upper += blocks_outer(fours[8u * k + lane / 8u], right);
      lower += blocks_outer(fours[8u * k + 4u + lane / 8u], right);
    }
  }
  let corner = lane / 8u * 4u * SIDE + lane % 8u * 4u;
  for (var e = 0u; e < 16u; e++) {
    tile[corner + e / 4u * SIDE + e % 4u] = upper[e / 4u][e % 4u];
    tile[corner + (16u + e / 4u) * SIDE + e % 4u] = lower[e / 4u][e % 4u];
  }
  blocks_sweep(matrix, index % pairs, lane, 0.0, NEGLIGIBLE);
}

@compute @workgroup_size(WORKGROUP)
fn turn(@builtin(workgroup_id) wid: vec3u, @builtin(num_workgroups) nwg: vec3u, @builtin(local_invocation_id) lid: vec3u) {
  blocks_turn((wid.y * nwg.x + wid.x) * WORKGROUP + lid.x);
}

@compute @workgroup_size(WORKGROUP)
fn back(@builtin(workgroup_id) wid: vec3u, @builtin(num_workgroups) nwg: vec3u, @builtin(local_invocation_id) lid: vec3u) {
  let index = (wid.y * nwg.x + wid.x) * WORKGROUP + lid.x;
  let size = (params.m + params.n) * params.n;
  let matrix = index / size;
  if (matrix >= params.batch || atomicLoad(&flags[matrix * SWEEPS + params.sweep]) == 0u) { return; }
  let at = matrix * blocks_floats() + index % size;
  work[at] = work[at + size];
}

@compute @workgroup_size(WORKGROUP)
fn lengths(@builtin(workgroup_id) wid: vec3u, @builtin(num_workgroups) nwg: vec3u, @builtin(local_invocation_id) lid: vec3u) {
  let index = (wid.y * nwg.x + wid.x) * WORKGROUP + lid.x;
  let n = params.n;
  if (index >= params.batch * n) { return; }
  let matrix = index / n;
  let column = matrix * blocks_floats() + index % n;
  var squares = 0.0;
  for (var i = 0u; i < params.m; i++) {
    let x = work[column + i * n];
    squares += x * x;
  }
  work[blocks_more(matrix) + 1u + index % n] = sqrt(squares);
}

@compute @workgroup_size(WORKGROUP)
fn finish(@builtin(workgroup_id) wid: vec3u, @builtin(num_workgroups) nwg: vec3u, @builtin(local_invocation_id) lid: vec3u) {
  let index = (wid.y * nwg.x + wid.x) * WORKGROUP + lid.x;
  let n = params.n;
  if (index >= params.batch * n) { return; }
  let matrix = index / n;
  let j = index % n;
  let t = matrix * blocks_floats() + j;
  let all = blocks_more(matrix) + 1u;
  let length = work[all + j];
  var place = 0u;
  for (var k = 0u; k < n; k++) {
    let other = work[all + k];
    if (other > length || (other == length && k < j)) { place++; }
  }
  values[matrix * n + place] = ldexp(length, i32(work[all - 1u]));
  for (var i = 0u; i < params.m; i++) { w[(matrix * params.m + i) * n + place] = work[t + i * n]; }
  for (var i = 0u; i < n; i++) { v[(matrix * n + i) * n + place] = work[t + (params.m + i) * n]; }
}
