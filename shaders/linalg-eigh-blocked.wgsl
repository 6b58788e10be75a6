// linalg-eigh-blocked.wgsl: A = V diag(w) Vᵀ of large symmetric matrices, by blocks of columns. Reads the lower or the upper triangle alone.
//   begin: S = A, V = I;   corner: J of each pair of blocks, by the 32 × 32 elements of S that are theirs;   turn, back: S ← Jᵀ S J, V ← V J;
//   finish: w = diag S, in order. A round has corner, turn and back; pairs of a round share no block
// Source: Golub & Van Loan, Matrix Computations, 4th ed., section 8.5.6.   Uses: lib/jacobi.wgsl, lib/jacobi-blocks.wgsl
@group(0) @binding(0) var<storage, read> a: array<f32>;              // [batch, n, n]
@group(0) @binding(1) var<storage, read_write> values: array<f32>;   // [batch, n], ascending
@group(0) @binding(2) var<storage, read_write> vectors: array<f32>;  // [batch, n, n], a column each
@group(0) @binding(3) var<storage, read_write> work: array<f32>;     // as lib/jacobi-blocks.wgsl has it: T is S over V
@group(0) @binding(4) var<storage, read_write> flags: array<atomic<u32>>;  // [batch, SWEEPS]: whether a sweep turned anything
@group(0) @binding(5) var<uniform> params: Params;

struct Params {
  batch: u32,
  m: u32, // n
  n: u32,
  upper: u32,
  sweep: u32,
  round: u32,
}

const WORKGROUP: u32 = 64u;
const SWEEPS: u32 = 16u;
// Of the norm of A: elements below a third of float32's precision change nothing.
const NEGLIGIBLE: f32 = 2e-8;

@compute @workgroup_size(WORKGROUP)
fn begin(@builtin(workgroup_id) wid: vec3u, @builtin(num_workgroups) nwg: vec3u, @builtin(local_invocation_id) lid: vec3u) {
  let matrix = wid.y * nwg.x + wid.x;
  if (matrix >= params.batch) { return; }
  let n = params.n;
  let lane = lid.x;
  let size = n * n;
  let s = matrix * blocks_floats();
  var squares = 0.0;
  for (var at = lane; at < size; at += WORKGROUP) {
    let i = at / n;
    let j = at % n;
    let mirrored = (j > i) != (params.upper == 1u) && i != j;
    let value = a[matrix * size + select(at, j * n + i, mirrored)];
    work[s + at] = value;
    work[s + size + at] = select(0.0, 1.0, i == j);
    squares += value * value;
  }
  tile[lane] = squares;
  workgroupBarrier();
  for (var sweep = lane; sweep < SWEEPS; sweep += WORKGROUP) { atomicStore(&flags[matrix * SWEEPS + sweep], 0u); }
  if (lane > 0u) { return; }
  squares = 0.0;
  for (var l = 0u; l < WORKGROUP; l++) { squares += tile[l]; }
  work[blocks_more(matrix)] = sqrt(squares) * NEGLIGIBLE;
}

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
  let s = matrix * blocks_floats();
  let pair = jacobi_pair(index % pairs, params.round, 2u * pairs);
  for (var at = lane; at < TILE; at += SIDE) {
    let i = blocks_column(pair, at / SIDE);
    let j = blocks_column(pair, at % SIDE);
    var value = 0.0;
    if (i < n && j < n) { value = work[s + i * n + j]; }
    tile[at] = value;
  }
  blocks_sweep(matrix, index % pairs, lane, work[blocks_more(matrix)], 0.0);
}

@compute @workgroup_size(WORKGROUP)
fn turn(@builtin(workgroup_id) wid: vec3u, @builtin(num_workgroups) nwg: vec3u, @builtin(local_invocation_id) lid: vec3u) {
  blocks_turn((wid.y * nwg.x + wid.x) * WORKGROUP + lid.x);
}

// S ← Jᵀ next, and V ← next: an invocation has 4 × 4 elements.
@compute @workgroup_size(WORKGROUP)
fn back(@builtin(workgroup_id) wid: vec3u, @builtin(num_workgroups) nwg: vec3u, @builtin(local_invocation_id) lid: vec3u) {
  let index = (wid.y * nwg.x + wid.x) * WORKGROUP + lid.x;
  let n = params.n;
  let pairs = blocks_players() / 2u;
  let across = blocks_fours(n);
  let above = pairs * SIDE / 4u;
  let tiles = (above + blocks_fours(n)) * across;
  let matrix = index / tiles;
  if (matrix >= params.batch || atomicLoad(&flags[matrix * SWEEPS + params.sweep]) == 0u) { return; }
  let down = index % tiles / across;
  let column = index % across * 4u;
  let s = matrix * blocks_floats();
  let next = s + 2u * n * n;
  if (down >= above) {
    let first = n + (down - above) * 4u;
    for (var e = 0u; e < 16u; e++) {
      let at = (first + e / 4u) * n + column + e % 4u;
      if (first + e / 4u < 2u * n && column + e % 4u < n) { work[s + at] = work[next + at]; }
    }
    return;
  }
  let which = down / (SIDE / 4u);
  let row = down % (SIDE / 4u) * 4u;
  let pair = jacobi_pair(which, params.round, 2u * pairs);
  let j = blocks_turns(matrix, which) + row;
  // Past the last column the last one.
  let x = next + min(column + vec4u(0u, 1u, 2u, 3u), vec4u(n - 1u));
  var y = mat4x4f();
  for (var k = 0u; k < SIDE; k++) {
    let i = blocks_column(pair, k);
    if (i >= n) { continue; }
    let at = x + i * n;
    let turn = j + k * SIDE;
    y += blocks_outer(
      vec4f(work[turn], work[turn + 1u], work[turn + 2u], work[turn + 3u]),
      vec4f(work[at.x], work[at.y], work[at.z], work[at.w]),
    );
  }
  for (var e = 0u; e < 16u; e++) {
    let i = blocks_column(pair, row + e / 4u);
    if (i < n && column + e % 4u < n) { work[s + i * n + column + e % 4u] = y[e / 4u][e % 4u]; }
  }
}

@compute @workgroup_size(WORKGROUP)
fn finish(@builtin(workgroup_id) wid: vec3u, @builtin(num_workgroups) nwg: vec3u, @builtin(local_invocation_id) lid: vec3u) {
  let index = (wid.y * nwg.x + wid.x) * WORKGROUP + lid.x;
  let n = params.n;
  if (index >= params.batch * n) { return; }
  let matrix = index / n;
  let i = index % n;
  let s = matrix * blocks_floats();
  let value = work[s + i * n + i];
  var place = 0u;
  for (var j = 0u; j < n; j++) {
    let other = work[s + j * n + j];
    if (other < value || (other == value && j < i)) { place++; }
  }
  values[matrix * n + place] = value;
  for (var row = 0u; row < n; row++) { vectors[(matrix * n + row) * n + place] = work[s + (n + row) * n + i]; }
}
