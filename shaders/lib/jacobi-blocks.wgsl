// lib/jacobi-blocks.wgsl: Jacobi's rotations of large matrices, by pairs of blocks of 16 columns: a workgroup a pair, then an invocation 4 × 4 elements.
//   T ← T J, where J [32, 32] is the product of the rotations that one sweep over a pair's 32 columns makes
// Source: Golub & Van Loan, Matrix Computations, 4th ed., section 8.5.6.   Uses: lib/jacobi.wgsl
// The using file declares its sizes:   struct Params { batch: u32, m: u32, n: u32, sweep: u32, round: u32 }; const SWEEPS: u32 = 16u;
// The using file declares its buffers:   var<storage, read_write> work: array<f32>; var<storage, read_write> flags: array<atomic<u32>>; var<uniform> params: Params;
const BLOCK: u32 = 16u;
const SIDE: u32 = 32u;
const TILE: u32 = 1024u; // SIDE · SIDE

var<workgroup> tile: array<f32, TILE>;
var<workgroup> turns: array<f32, TILE>;
var<workgroup> boths: array<vec2u, BLOCK>;
var<workgroup> angles: array<vec2f, BLOCK>;
var<workgroup> seen: u32;

fn blocks_players() -> u32 {
  let blocks = (params.n + BLOCK - 1u) / BLOCK;
  return blocks + blocks % 2u;
}

// Floats of a matrix in `work`: T [m + n, n] twice, as it is and as it will be, J of each pair, and n + 1 more.
fn blocks_floats() -> u32 {
  return 2u * (params.m + params.n) * params.n + blocks_players() / 2u * TILE + params.n + 1u;
}

fn blocks_turns(matrix: u32, pair: u32) -> u32 {
  return matrix * blocks_floats() + 2u * (params.m + params.n) * params.n + pair * TILE;
}

fn blocks_more(matrix: u32) -> u32 { return blocks_turns(matrix, blocks_players() / 2u); }

// Column c of a pair, of 32; from n on there is none.
fn blocks_column(pair: vec2u, c: u32) -> u32 { return select(pair.y, pair.x, c < BLOCK) * BLOCK + c % BLOCK; }

// Whether a sweep has turned nothing; the same for all lanes.
fn blocks_still(matrix: u32, sweep: u32, lane: u32) -> bool {
  if (lane == 0u) { seen = atomicLoad(&flags[matrix * SWEEPS + sweep]); }
  return workgroupUniformLoad(&seen) == 0u;
}

// One sweep over the 32 columns of `tile`, symmetric, by as many lanes. An element turns nothing if its size is at most `least`, or at most the
// given share of the geometric mean of its two diagonal elements.
fn blocks_sweep(matrix: u32, pair: u32, lane: u32, least: f32, share: f32) {
  for (var i = 0u; i < SIDE; i++) { turns[i * SIDE + lane] = select(0.0, 1.0, i == lane); }
  var any = false;
  for (var round = 0u; round + 1u < SIDE; round++) {
    workgroupBarrier();
    if (lane < BLOCK) {
      let both = jacobi_pair(lane, round, SIDE);
      let x = tile[both.x * (SIDE + 1u)];
      let y = tile[both.y * (SIDE + 1u)];
      let xy = tile[both.x * SIDE + both.y];
      var turn = vec2f(0.0);
      if (abs(xy) > least && abs(xy) > share * sqrt(max(x, 0.0)) * sqrt(max(y, 0.0))) {
        turn = jacobi_turn((y - x) / (2.0 * xy));
        any = true;
      }
      boths[lane] = both;
      angles[lane] = turn;
    }
    workgroupBarrier();
    for (var t = 0u; t < BLOCK; t++) {
      let both = boths[t];
      let turn = angles[t];
      let x = tile[both.x * SIDE + lane];
      let y = tile[both.y * SIDE + lane];
      tile[both.x * SIDE + lane] = x - turn.x * (y + turn.y * x);
      tile[both.y * SIDE + lane] = y + turn.x * (x - turn.y * y);
    }
    workgroupBarrier();
    for (var t = 0u; t < BLOCK; t++) {
      let one = lane * SIDE + boths[t].x;
      let other = lane * SIDE + boths[t].y;
      let turn = angles[t];
      var x = tile[one];
      var y = tile[other];
      tile[one] = x - turn.x * (y + turn.y * x);
      tile[other] = y + turn.x * (x - turn.y * y);
      x = turns[one];
      y = turns[other];
      turns[one] = x - turn.x * (y + turn.y * x);
      turns[other] = y + turn.x * (x - turn.y * y);
    }
  }
  workgroupBarrier();
  if (any) { atomicStore(&flags[matrix * SWEEPS + params.sweep], 1u); }
  let to = blocks_turns(matrix, pair);
  for (var at = lane; at < TILE; at += SIDE) { work[to + at] = turns[at]; }
}

// Four rows of four elements, l rᵀ.
fn blocks_outer(l: vec4f, r: vec4f) -> mat4x4f { return mat4x4f(l.x * r, l.y * r, l.z * r, l.w * r); }

fn blocks_fours(count: u32) -> u32 { return (count + 3u) / 4u; }

// next ← T J: an invocation has 4 × 4 elements.
fn blocks_turn(index: u32) {
  let n = params.n;
  let rows = params.m + n;
  let pairs = blocks_players() / 2u;
  let across = pairs * SIDE / 4u;
  let tiles = blocks_fours(rows) * across;
  let matrix = index / tiles;
  if (matrix >= params.batch || atomicLoad(&flags[matrix * SWEEPS + params.sweep]) == 0u) { return; }
  let row = index % tiles / across * 4u;
  let which = index % across / (SIDE / 4u);
  let column = index % (SIDE / 4u) * 4u;
  let pair = jacobi_pair(which, params.round, 2u * pairs);
  let t = matrix * blocks_floats();
  let j = blocks_turns(matrix, which) + column;
  // Past the last row the last one.
  let x = t + min(row + vec4u(0u, 1u, 2u, 3u), vec4u(rows - 1u)) * n;
  var y = mat4x4f();
  for (var k = 0u; k < SIDE; k++) {
    let from_column = blocks_column(pair, k);
    if (from_column >= n) { continue; }
    let at = x + from_column;
    let turn = j + k * SIDE;
    y += blocks_outer(
      vec4f(work[at.x], work[at.y], work[at.z], work[at.w]),
      vec4f(work[turn], work[turn + 1u], work[turn + 2u], work[turn + 3u]),
    );
  }
  let next = t + rows * n;
  for (var e = 0u; e < 16u; e++) {
    let i = row + e / 4u;
    let to = blocks_column(pair, column + e % 4u);
    if (i < rows && to < n) { work[next + i * n + to] = y[e / 4u][e % 4u]; }
  }
}
