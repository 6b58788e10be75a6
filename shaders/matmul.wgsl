// matmul.wgsl: batched matrix product; each invocation computes a TM × TN register tile over one chunk of K.
//   y[s,z,m,n] = b[n] + Σ_{k in chunk s} p[z,m,k] · q[z,k,n],   with SUMS also   sums[s,m] = Σ_{k in chunk s} p[m,k]
// Operands are read in place through strides, so a transposed or broadcast operand costs no copy; sum-chunks.wgsl adds the chunks.
const WORKGROUP: u32 = 64u;
const TM: u32 = 8u;
const TN: u32 = 8u;
const ACC: u32 = 64u; // TM · TN
const SUMS: u32 = 0u;
const KU: u32 = 4u; // products of a sum that one turn of the loop adds

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
  bias: u32, // 1: add b
}

@group(0) @binding(0) var<storage, read> p: array<f32>;       // [batch, rows, inner] by strides
@group(0) @binding(1) var<storage, read> q: array<f32>;       // [batch, inner, cols] by strides
@group(0) @binding(2) var<storage, read> b: array<f32>;       // [cols]; unread if bias is 0
@group(0) @binding(3) var<storage, read_write> y: array<f32>; // [chunks, batch, rows, cols]
@group(0) @binding(4) var<storage, read_write> sums: array<f32>; // [chunks, rows]; untouched if SUMS is 0
@group(0) @binding(5) var<uniform> params: Params;

// The compiler may put pointwise operations on the result here.
fn store(at: u32, value: f32) { y[at] = value; }

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(workgroup_id) wid: vec3u, @builtin(num_workgroups) nwg: vec3u, @builtin(local_invocation_id) lid: vec3u) {
  var rest = (wid.y * nwg.x + wid.x) * WORKGROUP + lid.x;
  if (rest >= params.tiles) { return; }
  let n0 = rest % params.n_tiles * TN;
  rest /= params.n_tiles;
  let m0 = rest % params.m_tiles * TM;
  rest /= params.m_tiles;
  let z = rest % params.batch;
  let s = rest / params.batch;

  let z3 = z % params.batch_3;
  let z2 = z / params.batch_3 % params.batch_2;
  let z1 = z / (params.batch_3 * params.batch_2) % params.batch_1;
  let z0 = z / (params.batch_3 * params.batch_2 * params.batch_1);
  let p0 = z0 * params.p_0 + z1 * params.p_1 + z2 * params.p_2 + z3 * params.p_3;
  let q0 = z0 * params.q_0 + z1 * params.q_1 + z2 * params.q_2 + z3 * params.q_3;
  let last_row = params.rows - 1u;
  let last_col = params.cols - 1u;

  var acc: array<f32, ACC>;
  for (var j = 0u; j < TN; j++) { // unroll
    var start = 0.0;
    if (params.bias == 1u) { start = b[min(n0 + j, last_col)]; }
    for (var i = 0u; i < TM; i++) { // unroll
      acc[i * TN + j] = start;
    }
  }
  var p_sums: array<f32, TM>;
  // A row or column past the edge repeats the last one; its sums are not stored.
  var p_at: array<u32, TM>;
  for (var i = 0u; i < TM; i++) { // unroll
    p_at[i] = p0 + min(m0 + i, last_row) * params.p_row;
  }
  var q_at: array<u32, TN>;
  for (var j = 0u; j < TN; j++) { // unroll
    q_at[j] = q0 + min(n0 + j, last_col) * params.q_col;
  }
  let end = min((s + 1u) * params.chunk, params.inner);
  var k = s * params.chunk;
  for (; k + KU <= end; k += KU) {
    for (var u = 0u; u < KU; u++) { // unroll
      var column: array<f32, TN>;
      for (var j = 0u; j < TN; j++) { // unroll
        column[j] = q[q_at[j] + (k + u) * params.q_inner];
      }
      for (var i = 0u; i < TM; i++) { // unroll
        let value = p[p_at[i] + (k + u) * params.p_inner];
        if (SUMS == 1u) { p_sums[i] += value; }
        for (var j = 0u; j < TN; j++) { // unroll
          acc[i * TN + j] = fma(value, column[j], acc[i * TN + j]);
        }
      }
    }
  }
  for (; k < end; k++) {
    var column: array<f32, TN>;
    for (var j = 0u; j < TN; j++) { // unroll
      column[j] = q[q_at[j] + k * params.q_inner];
    }
    for (var i = 0u; i < TM; i++) { // unroll
      let value = p[p_at[i] + k * params.p_inner];
      if (SUMS == 1u) { p_sums[i] += value; }
      for (var j = 0u; j < TN; j++) { // unroll
        acc[i * TN + j] = fma(value, column[j], acc[i * TN + j]);
      }
    }
  }
  for (var i = 0u; i < TM; i++) { // unroll
    if (m0 + i <= last_row) {
      if (SUMS == 1u && n0 == 0u) { sums[s * params.rows + m0 + i] = p_sums[i]; }
      let line = ((s * params.batch + z) * params.rows + m0 + i) * params.cols;
      for (var j = 0u; j < TN; j++) { // unroll
        if (n0 + j <= last_col) { store(line + n0 + j, acc[i * TN + j]); }
      }
    }
  }
}
