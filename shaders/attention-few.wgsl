// attention-few.wgsl: attention of few queries over many keys, as where a cache of keys and values grows; for GPUs.
//   y_i = Σ_j e^(s_ij - m_i) v_j / Σ_j e^(s_ij - m_i),   s_ij = scale · q_i · k_j + mask_ij,   m_i = max_j s_ij
// A workgroup has a chunk of the keys, and the queries of the heads that share them: so keys and values are read once. Of 64 keys at a
// time, four invocations multiply a key; then each has a key in the softmax, and a vector of features of some of the values.
// Source: the running maximum is that of Milakov & Gimelshein 2018, arXiv:1805.02867.
const ROWS: u32 = 1u;      // queries
const FEATURES: u32 = 16u; // of queries and keys, in fours
const COLUMNS: u32 = 16u;  // features of the values, in fours: at most 64
const QUERIES: u32 = 16u;  // ROWS · FEATURES
const PANEL: u32 = 256u;   // ROWS · 256
const SCORES: u32 = 16u;   // ROWS · 16
const MASK: u32 = 0u;      // 1: with a mask
const CAUSAL: u32 = 0u;    // 1: query i sees keys 0 … i
const MERGES: u32 = 0u;    // 1: there are several chunks, whose results attention-few-merge.wgsl puts together

// Places are in fours: the first element, and the steps from batch to batch, from head to head, and from row to row.
struct Params {
  q_at: vec4u,
  k_at: vec4u,
  v_at: vec4u,
  y_at: vec4u,
  units: u32, // groups of heads, of all batches
  group: u32, // heads of queries of a unit
  rows: u32,  // queries of a head
  keys: u32,
  chunks: u32,
  chunk: u32, // keys of a chunk, a multiple of 64
  heads: u32,   // of queries, in a batch
  sharing: u32, // heads of queries that share a head of keys and values
  scale: f32,
  mask_inner: u32, // batches within one step of the mask's outer dimension
  mask_outer_step: u32,
  mask_inner_step: u32,
  mask_row: u32,
  mask_key: u32,
}

@group(0) @binding(0) var<storage, read> q: array<vec4f>;           // [batch, heads, rows, features]
@group(0) @binding(1) var<storage, read> k: array<vec4f>;           // [batch, heads / sharing, keys, features]
@group(0) @binding(2) var<storage, read> v: array<vec4f>;           // [batch, heads / sharing, keys, columns]
@group(0) @binding(3) var<storage, read> mask: array<f32>;          // by strides; unread if MASK is 0
@group(0) @binding(4) var<storage, read_write> y: array<vec4f>;     // [batch, heads, rows, columns], or [unit, chunk, row, columns]
@group(0) @binding(5) var<storage, read_write> sums: array<vec2f>;  // [unit, chunk, row]: maximum and sum; unwritten if MERGES is 0
@group(0) @binding(6) var<uniform> params: Params;

const KEYS: u32 = 64u;
const PARTS: u32 = 4u;
const GROUPS: u32 = 64u / COLUMNS; // of invocations, each with all columns
const LOWEST = -3.402823466e38;    // stands for -infinity, so that differences are numbers

var<workgroup> queries: array<vec4f, QUERIES>; // [row, feature]
var<workgroup> panel: array<f32, PANEL>;       // products by parts: [row, key, part], then results: [row, invocation, feature]
var<workgroup> scores: array<f32, KEYS * ROWS>; // [row, key], then weights

// Not max: that may lose a NaN.
fn greater(a: f32, b: f32) -> f32 { return select(b, a, a > b); }

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) wid: vec3u, @builtin(num_workgroups) nwg: vec3u, @builtin(local_invocation_index) thread: u32) {
  let number = wid.y * nwg.x + wid.x;
  let unit = number / params.chunks;
  if (unit >= params.units) { return; }
  let unit_heads = params.heads / params.group;
  let batch = unit / unit_heads;
  let head0 = unit % unit_heads * params.group;
  let shared_place = vec3u(1u, batch, head0 / params.sharing);
  let k0 = dot(params.k_at.xyz, shared_place);
  let v0 = dot(params.v_at.xyz, shared_place);
  for (var at = thread; at < QUERIES; at += 64u) {
    let row = at / FEATURES;
    queries[at] = q[dot(params.q_at, vec4u(1u, batch, head0 + row / params.rows, row % params.rows)) + at % FEATURES];
  }
  let column = thread % COLUMNS;
  let part = thread / COLUMNS;
  var acc: array<vec4f, ROWS>;
  var top: array<f32, ROWS>;
  var total: array<f32, ROWS>;
  for (var row = 0u; row < ROWS; row++) { // unroll
    top[row] = LOWEST;
    total[row] = 0.0;
    acc[row] = vec4f(0.0);
  }
  let first = number % params.chunks * params.chunk;
  let end = min(params.keys, first + params.chunk);
  workgroupBarrier();
  for (var key0 = first; key0 < end; key0 += KEYS) {
    for (var step = 0u; step < PARTS; step++) {
      let near = step * 16u + thread / PARTS;
      let at = k0 + min(key0 + near, params.keys - 1u) * params.k_at.w;
      var products: array<f32, ROWS>;
      for (var row = 0u; row < ROWS; row++) { // unroll
        products[row] = 0.0;
      }
      for (var e = thread % PARTS; e < FEATURES; e += PARTS) {
        let found = k[at + e];
        for (var row = 0u; row < ROWS; row++) { // unroll
          products[row] += dot(found, queries[row * FEATURES + e]);
        }
      }
      for (var row = 0u; row < ROWS; row++) { // unroll
        panel[(row * KEYS + near) * PARTS + thread % PARTS] = products[row];
      }
    }
    workgroupBarrier();
    let key = key0 + thread;
    for (var row = 0u; row < ROWS; row++) { // unroll
      let at = (row * KEYS + thread) * PARTS;
      var score = params.scale * ((panel[at] + panel[at + 1u]) + (panel[at + 2u] + panel[at + 3u]));
      let query = row % params.rows;
      if (0u < MASK) { // constant
        let of_mask = batch * params.heads + head0 + row / params.rows;
        let mask0 = of_mask / params.mask_inner * params.mask_outer_step + of_mask % params.mask_inner * params.mask_inner_step;
        score += mask[mask0 + query * params.mask_row + min(key, params.keys - 1u) * params.mask_key];
      }
      var hidden = key >= params.keys || score < LOWEST;
      if (0u < CAUSAL) { // constant
        hidden = hidden || key > query;
      }
      scores[row * KEYS + thread] = select(score, LOWEST, hidden);
    }
    workgroupBarrier();
    var shown: array<f32, ROWS>;
    for (var row = 0u; row < ROWS; row++) { // unroll
      var peak = top[row];
      for (var j = 0u; j < KEYS; j++) { peak = greater(scores[row * KEYS + j], peak); }
      let rescale = exp(top[row] - peak);
      total[row] *= rescale;
      acc[row] *= rescale;
      top[row] = peak;
      let score = scores[row * KEYS + thread];
      shown[row] = select(exp(score - peak), 0.0, score == LOWEST);
    }
    workgroupBarrier();
    for (var row = 0u; row < ROWS; row++) { // unroll
      scores[row * KEYS + thread] = shown[row];
    }
    workgroupBarrier();
    for (var row = 0u; row < ROWS; row++) { // unroll
      for (var j = 0u; j < KEYS; j++) { total[row] += scores[row * KEYS + j]; }
    }
    // A value past the last of these keys, or past the last of all, has a weight of 0, and must not count where it is no number.
    if (part < GROUPS) {
      for (var j0 = part; j0 < KEYS; j0 += GROUPS * 4u) {
        var found: array<vec4f, 4>;
        for (var j = 0u; j < 4u; j++) { // unroll
          let value = key0 + j0 + j * GROUPS;
          let past = min(params.keys, key0 + KEYS);
          found[j] = select(vec4f(0.0), v[v0 + min(value, params.keys - 1u) * params.v_at.w + column], value < past);
        }
        for (var j = 0u; j < 4u; j++) { // unroll
          let near = j0 + j * GROUPS;
          for (var row = 0u; row < ROWS; row++) { // unroll
            acc[row] += select(0.0, scores[row * KEYS + min(near, KEYS - 1u)], near < KEYS) * found[j];
          }
        }
      }
    }
    workgroupBarrier();
  }

  for (var row = 0u; row < ROWS; row++) { // unroll
    for (var f = 0u; f < 4u; f++) { // unroll
      panel[(row * 64u + thread) * 4u + f] = acc[row][f];
    }
  }
  workgroupBarrier();
  if (part > 0u) { return; }
  for (var row = 0u; row < ROWS; row++) { // unroll
    var result = vec4f(0.0);
    for (var g = 0u; g < GROUPS; g++) {
      let at = (row * 64u + g * COLUMNS + column) * 4u;
      result += vec4f(panel[at], panel[at + 1u], panel[at + 2u], panel[at + 3u]);
    }
    if (0u < MERGES) { // constant
      y[(number * ROWS + row) * COLUMNS + column] = result;
      if (column == 0u) { sums[number * ROWS + row] = vec2f(top[row], total[row]); }
    }
    if (MERGES < 1u) { // constant
      // A row that sees no key gives 0.
      let at = dot(params.y_at, vec4u(1u, batch, head0 + row / params.rows, row % params.rows)) + column;
      y[at] = result / select(total[row], 1.0, total[row] == 0.0);
    }
  }
}
