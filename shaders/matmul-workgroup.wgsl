// matmul-workgroup.wgsl: batched matrix product for GPUs; a workgroup of SIDE × SIDE computes a tile over one chunk of K, through panels
// of DEPTH steps of K in workgroup memory.
//   y[s,z,m,n] = b[n] + Σ_{k in chunk s} p[z,m,k] · q[z,k,n],   with SUMS also   sums[s,m] = Σ_{k in chunk s} p[z,m,k]
// Each invocation holds TM × TN elements in registers, as blocks of 4 × 4 that lie SIDE · 4 apart, so that neighbours read neighbouring
// vectors of a panel; the next panel is on its way from memory meanwhile. A panel's rows are one vector longer than a tile, so that
// they begin in different banks.
// Source: the classical scheme of V. Volkov and J. Demmel, "Benchmarking GPUs to tune dense linear algebra", SC 2008.
// Uses: lib/batches.wgsl
const THREADS: u32 = 256u; // SIDE · SIDE
const SIDE: u32 = 16u;
const DEPTH: u32 = 16u;
const STAGES: u32 = 1u; // panels of each operand: with 2, one is filled while the other is read
const TM4: u32 = 1u; // TM / 4
const TN4: u32 = 1u;
const ACC: u32 = 4u; // TM · TN / 4
const P_ROW: u32 = 17u; // SIDE · TM4 + 1: vectors of a panel's row
const Q_ROW: u32 = 17u;
const P_PANEL: u32 = 272u; // STAGES · DEPTH · P_ROW
const Q_PANEL: u32 = 272u;
const P_LOADS: u32 = 1u; // vectors of a panel that an invocation loads: SIDE · TM4 · DEPTH / THREADS
const Q_LOADS: u32 = 1u;
const P_ALONG_K: u32 = 1u; // 1: neighbours load neighbouring steps of K, else neighbouring rows
const Q_ALONG_K: u32 = 0u;
const BATCH: u32 = 4u; // separate batch dimensions: 0, 1 or 4
const BIAS: u32 = 0u;
const SUMS: u32 = 0u;
// Tiles of this many rows of tiles are computed at about the same time, so that they find their columns in the cache.
const GROUP: u32 = 8u;

struct Params {
  tiles: u32,
  m_tiles: u32,
  n_tiles: u32,
  batch: u32,
  rows: u32,
  cols: u32,
  inner: u32,
  chunk: u32, // length of a chunk of K
  p_row: u32,
  p_inner: u32,
  q_inner: u32,
  q_col: u32,
  batch_1: u32, // sizes of the inner three batch dimensions
  batch_2: u32,
  batch_3: u32,
  p_0: u32, // steps of the four batch dimensions
  p_1: u32,
  p_2: u32,
  p_3: u32,
  q_0: u32,
  q_1: u32,
  q_2: u32,
  q_3: u32,
}

@group(0) @binding(0) var<storage, read> p: array<f32>;       // [batch, rows, inner] by strides
@group(0) @binding(1) var<storage, read> q: array<f32>;       // [batch, inner, cols] by strides
@group(0) @binding(2) var<storage, read> b: array<f32>;       // [cols]; unread if BIAS is 0
@group(0) @binding(3) var<storage, read_write> y: array<f32>; // [chunks, batch, rows, cols]
@group(0) @binding(4) var<storage, read_write> sums: array<f32>; // [chunks, rows]; untouched if SUMS is 0
@group(0) @binding(5) var<uniform> params: Params;

var<workgroup> p_panel: array<vec4f, P_PANEL>; // [stage, k, row of the tile / 4]
var<workgroup> q_panel: array<vec4f, Q_PANEL>; // [stage, k, column of the tile / 4]

// The compiler may put pointwise operations on the result here.
fn store(at: u32, value: f32) { y[at] = value; }

// Which vector of a panel an invocation loads as number `slot`: its step of K, and its place in the row.
fn place(slot: u32, along_k: u32, width: u32) -> vec2u {
  if (along_k == 1u) { return vec2u(slot % DEPTH, slot / DEPTH); }
  return vec2u(slot / width, slot % width);
}

// Four rows from m on at step k; rows past the edge repeat the last one, steps from `end` on are zero.
fn load_p(p0: u32, m: u32, k: u32, end: u32) -> vec4f {
  let at = p0 + min(vec4u(m, m + 1u, m + 2u, m + 3u), vec4u(params.rows - 1u)) * params.p_row + min(k, end - 1u) * params.p_inner;
  return select(vec4f(0.0), vec4f(p[at.x], p[at.y], p[at.z], p[at.w]), k < end);
}

fn load_q(q0: u32, n: u32, k: u32, end: u32) -> vec4f {
  let at = q0 + min(vec4u(n, n + 1u, n + 2u, n + 3u), vec4u(params.cols - 1u)) * params.q_col + min(k, end - 1u) * params.q_inner;
  return select(vec4f(0.0), vec4f(q[at.x], q[at.y], q[at.z], q[at.w]), k < end);
}

@compute @workgroup_size(THREADS)
fn main(@builtin(workgroup_id) wid: vec3u, @builtin(num_workgroups) nwg: vec3u, @builtin(local_invocation_index) thread: u32) {
  var rest = wid.y * nwg.x + wid.x;
  if (rest >= params.tiles) { return; }
  let plane = params.m_tiles * params.n_tiles;
  let zs = rest / plane;
  rest %= plane;
  let group = rest / (GROUP * params.n_tiles);
  rest %= GROUP * params.n_tiles;
  let group_rows = min(params.m_tiles - group * GROUP, GROUP);
  let m0 = (group * GROUP + rest % group_rows) * SIDE * TM4 * 4u;
  let n0 = rest / group_rows * SIDE * TN4 * 4u;
  let z = zs % params.batch;
  let s = zs / params.batch;

  var p0 = 0u;
  var q0 = 0u;
  if (BATCH == 1u) {
    p0 = z * params.p_3;
    q0 = z * params.q_3;
  }
  if (BATCH == 4u) {
    let sizes = vec3u(params.batch_1, params.batch_2, params.batch_3);
    p0 = batches_at(z, sizes, vec4u(params.p_0, params.p_1, params.p_2, params.p_3));
    q0 = batches_at(z, sizes, vec4u(params.q_0, params.q_1, params.q_2, params.q_3));
  }

  let lane_m = thread / SIDE;
  let lane_n = thread % SIDE;
  var acc: array<vec4f, ACC>; // [row of the tile, column / 4]
  var p_sums: array<vec4f, TM4>;
  var p_next: array<vec4f, P_LOADS>;
  var q_next: array<vec4f, Q_LOADS>;
  let start = s * params.chunk;
  let end = min(start + params.chunk, params.inner);
  let panels = (end - start + DEPTH - 1u) / DEPTH;
  // Turn t fetches panel t and computes with panel t - 1.
  for (var t = 0u; t <= panels; t++) {
    if (t < panels) {
      let k = start + t * DEPTH;
      for (var l = 0u; l < P_LOADS; l++) { // unroll
        let at = place(thread + l * THREADS, P_ALONG_K, SIDE * TM4);
        p_next[l] = load_p(p0, m0 + at.y * 4u, k + at.x, end);
      }
      for (var l = 0u; l < Q_LOADS; l++) { // unroll
        let at = place(thread + l * THREADS, Q_ALONG_K, SIDE * TN4);
        q_next[l] = load_q(q0, n0 + at.y * 4u, k + at.x, end);
      }
    }
    if (t > 0u) {
      let stage = (t - 1u) % STAGES * DEPTH;
      for (var k = 0u; k < DEPTH; k++) {
        var column: array<vec4f, TN4>;
        for (var j = 0u; j < TN4; j++) { // unroll
          column[j] = q_panel[(stage + k) * Q_ROW + j * SIDE + lane_n];
        }
        for (var i = 0u; i < TM4; i++) { // unroll
          let row = p_panel[(stage + k) * P_ROW + i * SIDE + lane_m];
          if (SUMS == 1u) { p_sums[i] += row; }
          for (var c = 0u; c < 4u; c++) { // unroll
            for (var j = 0u; j < TN4; j++) { // unroll
              acc[(i * 4u + c) * TN4 + j] = fma(vec4f(row[c]), column[j], acc[(i * 4u + c) * TN4 + j]);
            }
          }
        }
      }
      if (STAGES == 1u) { workgroupBarrier(); }
    }
    if (t < panels) {
      let stage = t % STAGES * DEPTH;
      for (var l = 0u; l < P_LOADS; l++) { // unroll
        let at = place(thread + l * THREADS, P_ALONG_K, SIDE * TM4);
        p_panel[(stage + at.x) * P_ROW + at.y] = p_next[l];
      }
      for (var l = 0u; l < Q_LOADS; l++) { // unroll
        let at = place(thread + l * THREADS, Q_ALONG_K, SIDE * TN4);
        q_panel[(stage + at.x) * Q_ROW + at.y] = q_next[l];
      }
    }
    workgroupBarrier();
  }

  let sums_rows = SUMS == 1u && n0 == 0u && lane_n == 0u;
  for (var i = 0u; i < TM4; i++) { // unroll
    for (var c = 0u; c < 4u; c++) { // unroll
      let m = m0 + (i * SIDE + lane_m) * 4u + c;
      if (m < params.rows) {
        if (sums_rows) { sums[s * params.rows + m] = p_sums[i][c]; }
        let line = (zs * params.rows + m) * params.cols;
        for (var j = 0u; j < TN4; j++) { // unroll
          for (var d = 0u; d < 4u; d++) { // unroll
            let n = n0 + (j * SIDE + lane_n) * 4u + d;
            if (n < params.cols) {
              if (BIAS == 1u) { store(line + n, acc[(i * 4u + c) * TN4 + j][d] + b[n]); } else { store(line + n, acc[(i * 4u + c) * TN4 + j][d]); }
            }
          }
        }
      }
    }
  }
}
