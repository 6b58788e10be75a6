// attention.wgsl: scaled dot-product attention in one pass, for GPUs. The scores stay within a workgroup.
//   y_i = Σ_j e^(s_ij - m_i) v_j / Σ_j e^(s_ij - m_i),   s_ij = scale · q_i · k_j + mask_ij,   m_i = max_j s_ij
// A workgroup computes a tile of queries. It walks along the keys, 32 at a time, and carries the maximum and the sum of each row; where
// a maximum grows, the workgroup scales the row's sums so far.
// Source: Dao et al. 2022, arXiv:2205.14135; the running maximum is that of Milakov & Gimelshein 2018, arXiv:1805.02867.
// Where tiles are few, several workgroups divide a tile's keys, and attention-few-merge.wgsl puts their results together.
// A weight that dropout keeps counts 1 / (1 - p) times, the others not at all; the draws are those of dropout.wgsl over [batch, row, key].
// A tile's scores are a matrix product through panels of 16 features, and its results one through panels of 16 keys. Panels hold
// vectors of four rows (or columns), and lie one vector further apart than they are wide, so that they begin in different banks.
// Uses: lib/philox.wgsl
const ROW_VECTORS: u32 = 16u; // queries of a tile / 4
const R: u32 = 2u;            // vectors of queries that an invocation sums: ROW_VECTORS / 8
const C: u32 = 2u;            // vectors of features of the values that an invocation sums
const ACC: u32 = 16u;         // R · 4 · C
const SCORES: u32 = 8u;       // R · 4
const LOADS: u32 = 2u;        // blocks of 4 × 4 that an invocation loads for a panel of queries and keys
const VALUE_LOADS: u32 = 4u;  // vectors of a panel of values that an invocation loads
const PARTS: u32 = 4u;        // invocations that share a vector of rows in the softmax: 64 / ROW_VECTORS
const PART: u32 = 8u;         // keys of each: 32 / PARTS
const PANEL: u32 = 416u;      // the greatest panel, in vectors
const WEIGHTS: u32 = 544u;    // 32 · (ROW_VECTORS + 1)
const MASK: u32 = 0u;         // 1: with a mask
const CAUSAL: u32 = 0u;       // 1: query i sees keys 0 … i
const LOG_SUMS: u32 = 0u;     // 1: the gradients will want the logarithms of the rows' sums
const DROP: u32 = 0u;         // 1: with dropout of weights
const MERGES: u32 = 0u;       // 1: there are several chunks of keys

// Places are in fours: the first element, and the steps from batch to batch, from head to head, and from row to row.
struct Params {
  q_at: vec4u,
  k_at: vec4u,
  v_at: vec4u,
  y_at: vec4u,
  tiles: u32,     // of all batches
  chunks: u32,    // of a tile's keys
  chunk: u32,     // keys of a chunk, a multiple of 32
  row_tiles: u32, // of one batch
  rows: u32,      // queries
  keys: u32,
  features: u32,  // of queries and keys, in fours
  columns: u32,   // features of the values, in fours
  heads: u32,     // of queries, in a batch
  sharing: u32,   // heads of queries that share a head of keys and values
  scale: f32,
  mask_inner: u32, // batches within one step of the mask's outer dimension
  mask_outer_step: u32,
  mask_inner_step: u32,
  mask_row: u32,
  mask_key: u32,
  key0: u32, // of the draws
  key1: u32,
  keep: u32, // a draw below it keeps its weight
  growth: f32, // the factor of weights that are kept
}

@group(0) @binding(0) var<storage, read> q: array<vec4f>;            // [batch, heads, rows, features]
@group(0) @binding(1) var<storage, read> k: array<vec4f>;            // [batch, heads / sharing, keys, features]
@group(0) @binding(2) var<storage, read> v: array<vec4f>;            // [batch, heads / sharing, keys, columns]
@group(0) @binding(3) var<storage, read> mask: array<f32>;           // by strides; unread if MASK is 0
@group(0) @binding(4) var<storage, read_write> y: array<vec4f>;      // [batch, heads, rows, columns], or [head, chunk, row, columns]
// [batch, heads, rows]; unwritten if LOG_SUMS is 0. With MERGES [head, chunk, row], each a maximum and a sum.
@group(0) @binding(5) var<storage, read_write> log_sums: array<f32>;
@group(0) @binding(6) var<uniform> params: Params;

const THREADS: u32 = 64u;
const KEYS: u32 = 32u;
const DEPTH: u32 = 16u;
const K_ROW: u32 = 9u;
const LOWEST = -3.402823466e38; // stands for -infinity, so that differences are numbers
const HIGHEST = 3.402823466e38; // the logarithm of a row that sees no key, so that its weights are 0

var<workgroup> panel: array<vec4f, PANEL>;
var<workgroup> weights: array<vec4f, WEIGHTS>; // [key, row / 4]
var<workgroup> factors: array<vec4f, ROW_VECTORS>;

// Not max: that may lose a NaN.
fn greater(a: vec4f, b: vec4f) -> vec4f { return select(b, a, a > b); }

// Vector e of row `row` of a batch that begins at `first`. Past the last row it is that of the last; past the last feature it is 0.
fn query(first: u32, row: u32, e: u32) -> vec4f {
  let found = q[first + min(row, params.rows - 1u) * params.q_at.w + min(e, params.features - 1u)];
  return select(vec4f(0.0), found, e < params.features);
}

fn key_at(first: u32, key: u32, e: u32) -> vec4f {
  let found = k[first + min(key, params.keys - 1u) * params.k_at.w + min(e, params.features - 1u)];
  return select(vec4f(0.0), found, e < params.features);
}

fn value_at(first: u32, key: u32, column: u32) -> vec4f {
  let found = v[first + min(key, params.keys - 1u) * params.v_at.w + min(column, params.columns - 1u)];
  return select(vec4f(0.0), found, key < params.keys && column < params.columns);
}

fn mask_at(first: u32, row: u32, key: u32) -> f32 {
  return mask[first + min(row, params.rows - 1u) * params.mask_row + min(key, params.keys - 1u) * params.mask_key];
}

@compute @workgroup_size(THREADS)
fn main(@builtin(workgroup_id) wid: vec3u, @builtin(num_workgroups) nwg: vec3u, @builtin(local_invocation_index) thread: u32) {
  var tile = wid.y * nwg.x + wid.x;
  var first_key = 0u;
  var end = params.keys;
  var part_of = 0u;
  if (0u < MERGES) { // constant
    part_of = tile % params.chunks;
    tile /= params.chunks;
    first_key = part_of * params.chunk;
    end = min(end, first_key + params.chunk);
  }
  if (tile >= params.tiles) { return; }
  let batch = tile / params.row_tiles;
  let row0 = tile % params.row_tiles * ROW_VECTORS * 4u;
  let place = vec3u(1u, batch / params.heads, batch % params.heads);
  let shared_place = vec3u(1u, place.y, place.z / params.sharing);
  let q0 = dot(params.q_at.xyz, place);
  let k0 = dot(params.k_at.xyz, shared_place);
  let v0 = dot(params.v_at.xyz, shared_place);
  var mask0 = 0u;
  if (MASK == 1u) {
    mask0 = batch / params.mask_inner * params.mask_outer_step + batch % params.mask_inner * params.mask_inner_step;
  }
  // In products an invocation has rows lane_r, lane_r + 8 (in fours) and columns lane_c, lane_c + 8, …; in the softmax, a vector of
  // rows and a part of the keys.
  let lane_r = thread % 8u;
  let lane_c = thread / 8u;
  let row4 = thread % ROW_VECTORS;
  let part = thread / ROW_VECTORS;
  let k_panel = DEPTH * (ROW_VECTORS + 1u);

  var acc: array<vec4f, ACC>; // [row, column / 4]
  var top = vec4f(LOWEST);
  var total = vec4f(0.0);
  if (CAUSAL == 1u) { end = min(end, row0 + ROW_VECTORS * 4u); }
  for (var key0 = first_key; key0 < end; key0 += KEYS) {
    var scores: array<vec4f, SCORES>; // [row, key / 4]
    for (var i = 0u; i < SCORES; i++) { // unroll
      scores[i] = vec4f(0.0);
    }
    for (var e0 = 0u; e0 < params.features; e0 += DEPTH / 4u) {
      for (var l = 0u; l < LOADS; l++) { // unroll
        let block = thread + l * THREADS;
        let e = block % 4u;
        let at = block / 4u;
        if (at < ROW_VECTORS) {
          let row = row0 + at * 4u;
          let a = query(q0, row, e0 + e);
          let b = query(q0, row + 1u, e0 + e);
          let c = query(q0, row + 2u, e0 + e);
          let d = query(q0, row + 3u, e0 + e);
          for (var f = 0u; f < 4u; f++) { // unroll
            panel[(e * 4u + f) * (ROW_VECTORS + 1u) + at] = vec4f(a[f], b[f], c[f], d[f]);
          }
        } else if (at < ROW_VECTORS + KEYS / 4u) {
          let place = at - ROW_VECTORS;
          let key = key0 + place * 4u;
          let a = key_at(k0, key, e0 + e);
          let b = key_at(k0, key + 1u, e0 + e);
          let c = key_at(k0, key + 2u, e0 + e);
          let d = key_at(k0, key + 3u, e0 + e);
          for (var f = 0u; f < 4u; f++) { // unroll
            panel[k_panel + (e * 4u + f) * K_ROW + place] = vec4f(a[f], b[f], c[f], d[f]);
          }
        }
      }
      workgroupBarrier();
      for (var e = 0u; e < DEPTH; e++) {
        let column = panel[k_panel + e * K_ROW + lane_c];
        for (var i = 0u; i < R; i++) { // unroll
          let row = panel[e * (ROW_VECTORS + 1u) + i * 8u + lane_r];
          for (var c = 0u; c < 4u; c++) { // unroll
            scores[i * 4u + c] = fma(vec4f(row[c]), column, scores[i * 4u + c]);
          }
        }
      }
      workgroupBarrier();
    }
    for (var i = 0u; i < R; i++) { // unroll
      for (var c = 0u; c < 4u; c++) { // unroll
        weights[(lane_c * 4u + c) * (ROW_VECTORS + 1u) + i * 8u + lane_r] =
          params.scale * vec4f(scores[i * 4u][c], scores[i * 4u + 1u][c], scores[i * 4u + 2u][c], scores[i * 4u + 3u][c]);
      }
    }
    workgroupBarrier();

    // The scores become weights, and the rows' maxima and sums are carried on.
    var shown: array<vec4f, PART>;
    var peak = top;
    let row = row0 + row4 * 4u;
    for (var j = 0u; j < PART; j++) { // unroll
      let key = key0 + part * PART + j;
      var score = weights[(part * PART + j) * (ROW_VECTORS + 1u) + row4];
      if (MASK == 1u) {
        score += vec4f(mask_at(mask0, row, key), mask_at(mask0, row + 1u, key), mask_at(mask0, row + 2u, key), mask_at(mask0, row + 3u, key));
      }
      var hidden = vec4<bool>(key >= params.keys);
      if (CAUSAL == 1u) { hidden = hidden | (vec4u(key) > vec4u(row, row + 1u, row + 2u, row + 3u)); }
      shown[j] = select(score, vec4f(LOWEST), hidden | (score < vec4f(LOWEST)));
      peak = greater(shown[j], peak);
    }
    panel[thread] = peak;
    workgroupBarrier();
    for (var p = 0u; p < PARTS; p++) { peak = greater(panel[p * ROW_VECTORS + row4], peak); }
    let rescale = exp(top - peak);
    total *= rescale;
    for (var j = 0u; j < PART; j++) { // unroll
      let weight = select(exp(shown[j] - peak), vec4f(0.0), shown[j] == vec4f(LOWEST));
      total += weight;
      weights[(part * PART + j) * (ROW_VECTORS + 1u) + row4] = weight;
    }
    if (0u < DROP) { // constant
      let draw = (batch * params.rows + row) * params.keys + key0 + part * PART;
      for (var n = 0u; n < PART; n++) {
        let j = n - n % 4u;
        let is_kept = philox_kept(draw + n % 4u * params.keys + j, vec2u(params.key0, params.key1), params.keep);
        let factor = select(vec4f(0.0), vec4f(params.growth), is_kept);
        for (var f = 0u; f < 4u; f++) { // unroll
          let at = (part * PART + j + f) * (ROW_VECTORS + 1u) + row4;
          weights[at] *= select(vec4f(1.0), vec4f(factor[f]), vec4u(n % 4u) == vec4u(0u, 1u, 2u, 3u));
        }
      }
    }
    if (part == 0u) { factors[row4] = rescale; }
    top = peak;
    workgroupBarrier();

    for (var i = 0u; i < R; i++) { // unroll
      let factor = factors[i * 8u + lane_r];
      for (var c = 0u; c < 4u; c++) { // unroll
        for (var j = 0u; j < C; j++) { // unroll
          acc[(i * 4u + c) * C + j] *= factor[c];
        }
      }
    }
    for (var first = 0u; first < KEYS; first += DEPTH) {
      for (var l = 0u; l < VALUE_LOADS; l++) { // unroll
        let at = thread + l * THREADS;
        panel[at] = value_at(v0, key0 + first + at / (C * 8u), at % (C * 8u));
      }
      workgroupBarrier();
      for (var key = 0u; key < DEPTH; key++) {
        var column: array<vec4f, C>;
        for (var j = 0u; j < C; j++) { // unroll
          column[j] = panel[key * C * 8u + j * 8u + lane_c];
        }
        for (var i = 0u; i < R; i++) { // unroll
          let row = weights[(first + key) * (ROW_VECTORS + 1u) + i * 8u + lane_r];
          for (var c = 0u; c < 4u; c++) { // unroll
            for (var j = 0u; j < C; j++) { // unroll
              acc[(i * 4u + c) * C + j] = fma(vec4f(row[c]), column[j], acc[(i * 4u + c) * C + j]);
            }
          }
        }
      }
      workgroupBarrier();
    }
  }

  panel[thread] = total;
  workgroupBarrier();
  if (part == 0u) {
    for (var p = 1u; p < PARTS; p++) { total += panel[p * ROW_VECTORS + row4]; }
    if (0u < MERGES) { // constant
      for (var c = 0u; c < 4u; c++) { // unroll
        let row = row0 + row4 * 4u + c;
        if (row < params.rows) {
          let at = ((batch * params.chunks + part_of) * params.rows + row) * 2u;
          log_sums[at] = top[c];
          log_sums[at + 1u] = total[c];
        }
      }
    }
    // A row that sees no key gives 0.
    let unseen = total == vec4f(0.0);
    factors[row4] = select(total, vec4f(1.0), unseen | (vec4u(MERGES) > vec4u(0u)));
    if (MERGES < LOG_SUMS) { // constant
      let logarithms = select(top + log(total), vec4f(HIGHEST), unseen);
      for (var c = 0u; c < 4u; c++) { // unroll
        let row = row0 + row4 * 4u + c;
        if (row < params.rows) { log_sums[batch * params.rows + row] = logarithms[c]; }
      }
    }
  }
  workgroupBarrier();
  var y0 = dot(params.y_at.xyz, place);
  var y_row = params.y_at.w;
  if (0u < MERGES) { // constant
    y0 = (batch * params.chunks + part_of) * params.rows * params.columns;
    y_row = params.columns;
  }
  for (var i = 0u; i < R; i++) { // unroll
    let sum = factors[i * 8u + lane_r];
    for (var c = 0u; c < 4u; c++) { // unroll
      let row = row0 + (i * 8u + lane_r) * 4u + c;
      if (row < params.rows) {
        for (var j = 0u; j < C; j++) { // unroll
          let column = j * 8u + lane_c;
          if (column < params.columns) {
            y[y0 + row * y_row + column] = acc[(i * 4u + c) * C + j] / sum[c];
          }
        }
      }
    }
  }
}
