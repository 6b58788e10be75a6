// attention-few-merge.wgsl: the results of attention-few.wgsl or attention.wgsl by chunks of keys, put together.
//   y = Σ_c e^(m_c - m) y_c / Σ_c e^(m_c - m) Σ_c,   m = max_c m_c
const LOG_SUMS: u32 = 0u; // 1: the gradients will want the logarithms of the rows' sums

// Places are in fours: the first element, and the steps from batch to batch, from head to head, and from row to row.
struct Params {
  y_at: vec4u,
  count: u32,   // vectors of the result
  columns: u32, // of a row
  chunks: u32,
  unit_rows: u32, // queries of a unit
  rows: u32,      // queries of a head
  heads: u32,     // of queries, in a batch
}

@group(0) @binding(0) var<storage, read> parts: array<vec4f>;   // [unit, chunk, row, columns]
@group(0) @binding(1) var<storage, read> sums: array<vec2f>;    // [unit, chunk, row]: maximum and sum
@group(0) @binding(2) var<storage, read_write> y: array<vec4f>; // [batch, heads, rows, columns]
@group(0) @binding(3) var<storage, read_write> log_sums: array<f32>; // [unit, row]; unwritten if LOG_SUMS is 0
@group(0) @binding(4) var<uniform> params: Params;

const HIGHEST = 3.402823466e38; // the logarithm of a row that sees no key, so that its weights are 0

fn greater(a: f32, b: f32) -> f32 { return select(b, a, a > b); }

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) nwg: vec3u) {
  let i = id.y * nwg.x * 64u + id.x;
  if (i >= params.count) { return; }
  let column = i % params.columns;
  let row = i / params.columns;
  let first = row / params.unit_rows * params.chunks * params.unit_rows + row % params.unit_rows;
  // Four chunks at a time, so that their loads wait together. The last chunk may come more than once: it counts once.
  let last = params.chunks - 1u;
  var top = sums[first].x;
  for (var c = 0u; c < params.chunks; c += 4u) {
    var tops: array<f32, 4>;
    for (var n = 0u; n < 4u; n++) { // unroll
      tops[n] = sums[first + min(c + n, last) * params.unit_rows].x;
    }
    for (var n = 0u; n < 4u; n++) { // unroll
      top = greater(tops[n], top);
    }
  }
  var result = vec4f(0.0);
  var total = 0.0;
  for (var c = 0u; c < params.chunks; c += 4u) {
    var of_chunk: array<vec2f, 4>;
    var found: array<vec4f, 4>;
    for (var n = 0u; n < 4u; n++) { // unroll
      let at = first + min(c + n, last) * params.unit_rows;
      of_chunk[n] = sums[at];
      found[n] = parts[at * params.columns + column];
    }
    for (var n = 0u; n < 4u; n++) { // unroll
      let factor = select(0.0, exp(of_chunk[n].x - top), c + n <= last);
      total += factor * of_chunk[n].y;
      result += select(vec4f(0.0), factor * found[n], c + n <= last);
    }
  }
  let head = row / params.rows;
  let place = vec4u(1u, head / params.heads, head % params.heads, row % params.rows);
  // A row that sees no key gives 0.
  y[dot(params.y_at, place) + column] = result / select(total, 1.0, total == 0.0);
  if (0u < LOG_SUMS) { // constant
    if (column == 0u) { log_sums[row] = select(top + log(total), HIGHEST, total == 0.0); }
  }
}
