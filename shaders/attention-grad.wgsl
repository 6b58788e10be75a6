// attention-grad.wgsl: the gradients of attention by the queries, or by keys and values, without scores in memory, for GPUs.
//   P_ij = e^(s_ij - log Σ),  dP_ij = dy_i · v_j,  dS_ij = scale · P_ij (Z_ij dP_ij - D_i)
//   dq_i = Σ_j dS_ij k_j,     dk_j = Σ_i dS_ij q_i,  dv_j = Σ_i Z_ij P_ij dy_i
// s and Z, the factor by dropout, are those of attention.wgsl; D_i and log Σ are of attention-grad-rows.wgsl. A workgroup computes a tile
// of rows, queries or keys, and walks along the other side, 32 at a time. Where tiles are few, several workgroups divide the other side of
// each, and their results are added up afterwards.
// A row has two vectors, a and b, and so has an element of the other side, c and d: scores are a · c, dP is b · d. Their products go
// through panels as in attention.wgsl.
// Source: Dao 2023, arXiv:2307.08691.   Uses: lib/philox.wgsl
const KEYS_FIRST: u32 = 0u;   // 0: rows are queries, a = q, b = dy, c = k, d = v; 1: rows are keys, a = k, b = v, c = q, d = dy
const ROW_VECTORS: u32 = 16u; // rows of a tile / 4
const R: u32 = 2u;            // vectors of rows that an invocation sums: ROW_VECTORS / 8
const C: u32 = 2u;            // vectors of features that an invocation sums
const BY_A: u32 = 1u;         // 1: the gradient by a, and the one by b
const BY_B: u32 = 0u;
const SIDES: u32 = 2u;        // 1 + BY_A: by b alone, scores are enough
const ACC: u32 = 16u;         // R · 4 · C, twice that for both
const SCORES: u32 = 8u;       // R · 4
const LOADS: u32 = 2u;        // blocks of 4 × 4 that an invocation loads for a panel of both sides
const OTHER_LOADS: u32 = 4u;  // vectors of a panel of the other side that an invocation loads
const PANEL: u32 = 416u;      // the greatest panel, in vectors
const WEIGHTS: u32 = 544u;    // 32 · (ROW_VECTORS + 1)
const MASK: u32 = 0u;         // 1: with a mask
const CAUSAL: u32 = 0u;       // 1: query i sees keys 0 … i
const DROP: u32 = 0u;         // 1: with dropout of weights
const MERGES: u32 = 0u;       // 1: there are several chunks of the other side

// Places are in fours: the first element, and the steps from batch to batch, from head to head, and from row to row.
struct Params {
  a_at: vec4u,
  b_at: vec4u,
  c_at: vec4u,
  d_at: vec4u,
  da_at: vec4u,
  db_at: vec4u,
  tiles: u32,     // of all heads
  chunks: u32,    // of a tile's other side
  chunk: u32,     // elements of a chunk, a multiple of 32
  da_size: u32,   // of the gradient by a, in fours, and of the one by b
  db_size: u32,
  row_tiles: u32, // of one head
  rows: u32,
  others: u32,    // elements of the other side
  features: u32,  // of a and c, in fours
  columns: u32,   // of b and d, in fours
  heads: u32,     // of queries, in a batch
  sharing: u32,   // heads of queries that share a head of keys and values
  scale: f32,
  mask_inner: u32, // batches within one step of the mask's outer dimension
  mask_outer_step: u32,
  mask_inner_step: u32,
  mask_row: u32, // from query to query
  mask_key: u32,
  key0: u32, // of the draws
  key1: u32,
  keep: u32, // a draw below it keeps its weight
  growth: f32, // the factor of weights that are kept
}

@group(0) @binding(0) var<storage, read> a: array<vec4f>;
@group(0) @binding(1) var<storage, read> b: array<vec4f>;
@group(0) @binding(2) var<storage, read> c: array<vec4f>;
@group(0) @binding(3) var<storage, read> d: array<vec4f>;
@group(0) @binding(4) var<storage, read> queries: array<vec2f>;   // [batch, heads, queries]: log Σ and D
@group(0) @binding(5) var<storage, read> mask: array<f32>;        // by strides; unread if MASK is 0
@group(0) @binding(6) var<storage, read_write> da: array<vec4f>;  // unwritten if BY_A is 0; with MERGES, one for each chunk
@group(0) @binding(7) var<storage, read_write> db: array<vec4f>;  // unwritten if BY_B is 0
@group(0) @binding(8) var<uniform> params: Params;

const THREADS: u32 = 64u;
const OTHERS: u32 = 32u;
const DEPTH: u32 = 16u;
const OTHER_ROW: u32 = 9u;
const LOWEST = -3.402823466e38; // less is -infinity, by a mask

var<workgroup> panel: array<vec4f, PANEL>;
var<workgroup> weights: array<vec4f, WEIGHTS>; // [other, row / 4]
var<workgroup> known: array<vec2f, THREADS>; // of the queries of the tile, or of the other side

// Vector e of a row, side 0: a, 1: b. Past the last row it is that of the last; past the last feature it is 0.
fn row_at(side: u32, first: u32, row: u32, e: u32) -> vec4f {
  let at = min(row, params.rows - 1u);
  if (side == 0u) {
    let found = a[first + at * params.a_at.w + min(e, params.features - 1u)];
    return select(vec4f(0.0), found, e < params.features);
  }
  let found = b[first + at * params.b_at.w + min(e, params.columns - 1u)];
  return select(vec4f(0.0), found, e < params.columns);
}

// Vector e of an element of the other side, side 0: c, 1: d; 0 past the last.
fn other_at(side: u32, first: u32, other: u32, e: u32) -> vec4f {
  let at = min(other, params.others - 1u);
  if (side == 0u) {
    let found = c[first + at * params.c_at.w + min(e, params.features - 1u)];
    return select(vec4f(0.0), found, other < params.others && e < params.features);
  }
  let found = d[first + at * params.d_at.w + min(e, params.columns - 1u)];
  return select(vec4f(0.0), found, other < params.others && e < params.columns);
}

@compute @workgroup_size(THREADS)
fn main(@builtin(workgroup_id) wid: vec3u, @builtin(num_workgroups) nwg: vec3u, @builtin(local_invocation_index) thread: u32) {
  var tile = wid.y * nwg.x + wid.x;
  var part_of = 0u;
  if (0u < MERGES) { // constant
    part_of = tile % params.chunks;
    tile /= params.chunks;
  }
  if (tile >= params.tiles) { return; }
  let row0 = tile % params.row_tiles * ROW_VECTORS * 4u;
  let row_heads = select(params.heads, params.heads / params.sharing, KEYS_FIRST == 1u);
  let place = vec3u(1u, tile / params.row_tiles / row_heads, tile / params.row_tiles % row_heads);
  let a0 = dot(params.a_at.xyz, place);
  let b0 = dot(params.b_at.xyz, place);
  let lane_r = thread % 8u;
  let lane_c = thread / 8u;
  let other_panel = DEPTH * (ROW_VECTORS + 1u);
  let query_count = select(params.rows, params.others, KEYS_FIRST == 1u);
  let key_count = select(params.others, params.rows, KEYS_FIRST == 1u);

  var acc: array<vec4f, ACC>; // [a or b, row, column / 4]
  var from_other = 0u;
  var end = params.others;
  if (CAUSAL == 1u) {
    if (KEYS_FIRST == 1u) { from_other = row0; } else { end = min(end, row0 + ROW_VECTORS * 4u); }
  }
  if (0u < MERGES) { // constant
    let first_of = part_of * params.chunk;
    from_other = max(from_other, first_of);
    end = min(end, first_of + params.chunk);
  }
  let turns = select(1u, params.sharing, KEYS_FIRST == 1u);
  for (var turn = 0u; turn < turns; turn++) {
    let head = select(place.z, place.z * params.sharing + turn, KEYS_FIRST == 1u);
    let batch = place.y * params.heads + head;
    let other_place = vec3u(1u, place.y, select(place.z / params.sharing, head, KEYS_FIRST == 1u));
    let c0 = dot(params.c_at.xyz, other_place);
    let d0 = dot(params.d_at.xyz, other_place);
    let mask0 = batch / params.mask_inner * params.mask_outer_step + batch % params.mask_inner * params.mask_inner_step;
    if (KEYS_FIRST == 0u) { known[thread] = queries[batch * query_count + min(row0 + thread, query_count - 1u)]; }
    for (var other0 = from_other; other0 < end; other0 += OTHERS) {
      if (KEYS_FIRST == 1u) { known[thread] = queries[batch * query_count + min(other0 + thread, query_count - 1u)]; }
      let other = other0 + lane_c * 4u + vec4u(0u, 1u, 2u, 3u);
      var p: array<vec4f, SCORES>; // P, then dS: [row, other / 4]
      var kept = 0u; // by dropout: a bit for each of them
      if (0u < DROP) { // constant
        for (var n = 0u; n < SCORES; n++) {
          let row = row0 + (n / 4u * 8u + lane_r) * 4u;
          let query = select(row + n % 4u, other.x + n % 4u, KEYS_FIRST == 1u);
          let key = select(other.x, row, KEYS_FIRST == 1u);
          let four = philox_kept((batch * query_count + query) * key_count + key, vec2u(params.key0, params.key1), params.keep);
          let bit = select(4u * n + vec4u(0u, 1u, 2u, 3u), n / 4u * 16u + n % 4u + vec4u(0u, 4u, 8u, 12u), KEYS_FIRST == 1u);
          kept |= dot(select(vec4u(0u), vec4u(1u), four) << bit, vec4u(1u));
        }
      }
      for (var side = 0u; side < SIDES; side++) { // unroll
        let first = select(b0, a0, side == 0u);
        let other_first = select(d0, c0, side == 0u);
        var sums: array<vec4f, SCORES>; // a · c, then b · d
        for (var i = 0u; i < SCORES; i++) { // unroll
          sums[i] = vec4f(0.0);
        }
        for (var e0 = 0u; e0 < select(params.columns, params.features, side == 0u); e0 += DEPTH / 4u) {
          for (var l = 0u; l < LOADS; l++) { // unroll
            let block = thread + l * THREADS;
            let e = e0 + block % 4u;
            let at = block / 4u;
            let depth = block % 4u * 4u;
            if (at < ROW_VECTORS) {
              let row = row0 + at * 4u;
              let v0 = row_at(side, first, row, e);
              let v1 = row_at(side, first, row + 1u, e);
              let v2 = row_at(side, first, row + 2u, e);
              let v3 = row_at(side, first, row + 3u, e);
              for (var f = 0u; f < 4u; f++) { // unroll
                panel[(depth + f) * (ROW_VECTORS + 1u) + at] = vec4f(v0[f], v1[f], v2[f], v3[f]);
              }
            } else if (at < ROW_VECTORS + OTHERS / 4u) {
              let near = at - ROW_VECTORS;
              let from_at = other0 + near * 4u;
              let v0 = other_at(side, other_first, from_at, e);
              let v1 = other_at(side, other_first, from_at + 1u, e);
              let v2 = other_at(side, other_first, from_at + 2u, e);
              let v3 = other_at(side, other_first, from_at + 3u, e);
              for (var f = 0u; f < 4u; f++) { // unroll
                panel[other_panel + (depth + f) * OTHER_ROW + near] = vec4f(v0[f], v1[f], v2[f], v3[f]);
              }
            }
          }
          workgroupBarrier();
          for (var e = 0u; e < DEPTH; e++) {
            let column = panel[other_panel + e * OTHER_ROW + lane_c];
            for (var i = 0u; i < R; i++) { // unroll
              let row = panel[e * (ROW_VECTORS + 1u) + i * 8u + lane_r];
              for (var r = 0u; r < 4u; r++) { // unroll
                sums[i * 4u + r] = fma(vec4f(row[r]), column, sums[i * 4u + r]);
              }
            }
          }
          workgroupBarrier();
        }

        for (var i = 0u; i < R; i++) { // unroll
          for (var r = 0u; r < 4u; r++) { // unroll
            let at_row = (i * 8u + lane_r) * 4u + r;
            let row = row0 + at_row;
            var of_query = vec4f(known[at_row][side]);
            if (0u < KEYS_FIRST) { // constant
              let from_at = lane_c * 4u;
              of_query = vec4f(known[from_at][side], known[from_at + 1u][side], known[from_at + 2u][side], known[from_at + 3u][side]);
            }
            if (side < 1u) { // constant
              let query = select(vec4u(row), other, KEYS_FIRST == 1u);
              let key = select(other, vec4u(row), KEYS_FIRST == 1u);
              var score = params.scale * sums[i * 4u + r];
              if (0u < MASK) { // constant
                let at = mask0 + min(query, vec4u(query_count - 1u)) * params.mask_row + min(key, vec4u(key_count - 1u)) * params.mask_key;
                score += vec4f(mask[at.x], mask[at.y], mask[at.z], mask[at.w]);
              }
              var hidden = (other >= vec4u(params.others)) | (score < vec4f(LOWEST));
              if (CAUSAL == 1u) { hidden = hidden | (key > query); }
              p[i * 4u + r] = select(exp(score - of_query), vec4f(0.0), hidden);
              sums[i * 4u + r] = p[i * 4u + r];
            }
            if (0u < DROP) { // constant
              let bits = (vec4u(kept >> ((i * 4u + r) * 4u)) >> vec4u(0u, 1u, 2u, 3u)) & vec4u(1u);
              sums[i * 4u + r] *= params.growth * vec4f(bits);
            }
            if (0u < side) { // constant
              sums[i * 4u + r] = params.scale * p[i * 4u + r] * (sums[i * 4u + r] - of_query);
            }
          }
        }

        // Now the sums are Z P, and then dS; they are factors of d, and of c.
        if (0u < side + BY_B) { // constant
          for (var i = 0u; i < R; i++) { // unroll
            for (var o = 0u; o < 4u; o++) { // unroll
              weights[(lane_c * 4u + o) * (ROW_VECTORS + 1u) + i * 8u + lane_r] =
                vec4f(sums[i * 4u][o], sums[i * 4u + 1u][o], sums[i * 4u + 2u][o], sums[i * 4u + 3u][o]);
            }
          }
          let factor_first = select(c0, d0, side == 0u);
          for (var from_at = 0u; from_at < OTHERS; from_at += DEPTH) {
            for (var l = 0u; l < OTHER_LOADS; l++) { // unroll
              let at = thread + l * THREADS;
              panel[at] = other_at(1u - side, factor_first, other0 + from_at + at / (C * 8u), at % (C * 8u));
            }
            workgroupBarrier();
            for (var k = 0u; k < DEPTH; k++) {
              var column: array<vec4f, C>;
              for (var j = 0u; j < C; j++) { // unroll
                column[j] = panel[k * C * 8u + j * 8u + lane_c];
              }
              for (var i = 0u; i < R; i++) { // unroll
                let row = weights[(from_at + k) * (ROW_VECTORS + 1u) + i * 8u + lane_r];
                for (var r = 0u; r < 4u; r++) { // unroll
                  for (var j = 0u; j < C; j++) { // unroll
                    let to = (1u - side) * BY_A * R * 4u * C + (i * 4u + r) * C + j;
                    acc[to] = fma(vec4f(row[r]), column[j], acc[to]);
                  }
                }
              }
            }
            workgroupBarrier();
          }
        }
      }
    }
  }

  let da0 = dot(params.da_at.xyz, place) + part_of * params.da_size;
  let db0 = dot(params.db_at.xyz, place) + part_of * params.db_size;
  for (var i = 0u; i < R; i++) { // unroll
    for (var r = 0u; r < 4u; r++) { // unroll
      let row = row0 + (i * 8u + lane_r) * 4u + r;
      if (row < params.rows) {
        for (var j = 0u; j < C; j++) { // unroll
          let column = j * 8u + lane_c;
          if (0u < BY_A) { // constant
            if (column < params.features) { da[da0 + row * params.da_at.w + column] = acc[(i * 4u + r) * C + j]; }
          }
          if (0u < BY_B) { // constant
            if (column < params.columns) { db[db0 + row * params.db_at.w + column] = acc[BY_A * R * 4u * C + (i * 4u + r) * C + j]; }
          }
        }
      }
    }
  }
}
