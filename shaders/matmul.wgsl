// matmul.wgsl: batched matrix product in registers alone; each invocation computes a TM × TN tile over one chunk of K.
//   y[s,z,m,n] = b[n] or b[m] + Σ_{k in chunk s} p[z,m,k] · q[z,k,n],   with SUMS also   sums[s,m] = Σ_{k in chunk s} p[z,m,k]
// With IMAGES the columns are pixels of images, whose products lie one after another:   y[s,i,m,j] for column n = i·image_cols + j
// With ROWS, too, those of an image are in rows, which need not follow one another: pixels that a stride leaves.
// Operands are read in place through strides, so a transposed or broadcast operand costs no copy; sum-chunks.wgsl adds the chunks.
// With SIDE 2, four neighbouring lanes compute 2 × 2 tiles, and each loads half of its rows and columns and is given the other
// half: where lanes are those of a processor, a load is a branch for each lane and costs as much as 16 multiplications.
// Uses: lib/lanes-*.wgsl lib/batches.wgsl; lanes-quad.wgsl goes with SIDE 2
const WORKGROUP: u32 = 64u;
const SIDE: u32 = 1u;
const TM: u32 = 8u;
const TN: u32 = 8u;
const OWN_M: u32 = 8u; // TM / SIDE: rows of the tile that the invocation loads itself
const OWN_N: u32 = 8u; // TN / SIDE
const FAR_M: u32 = 0u; // TM - OWN_M: rows that a neighbour loads
const FAR_N: u32 = 0u;
const STORES: u32 = 8u; // TN: the stores of a row are written out, which is faster; 0: one is, which compiles sooner
const NEXT_M: u32 = 7u; // TM - 1; 0 where one store is written
const ACC: u32 = 64u; // TM · TN
const INDEXED: u32 = 1u; // ACC where one store is written
const TAIL: u32 = 1u; // 1: some chunk of K is no multiple of 4
const BATCH: u32 = 4u; // separate batch dimensions: 0, 1 or 4
const SPLIT: u32 = 1u; // 1: K comes in several chunks
const BIAS: u32 = 0u; // 1: add b to every row, 2: to every column
const IMAGES: u32 = 0u;
const ROWS: u32 = 0u;
const SUMS: u32 = 0u;

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
  image_cols: u32,
  q_image: u32, // step in q from image to image
  row_cols: u32,
  q_row: u32, // step in q from row to row of an image
}

@group(0) @binding(0) var<storage, read> p: array<f32>;       // [batch, rows, inner] by strides
@group(0) @binding(1) var<storage, read> q: array<f32>;       // [batch, inner, cols] by strides
@group(0) @binding(2) var<storage, read> b: array<f32>;       // [cols] or [rows]; unread if BIAS is 0
@group(0) @binding(3) var<storage, read_write> y: array<f32>; // [chunks, batch, rows, cols], or [chunks, images, rows, image_cols]
@group(0) @binding(4) var<storage, read_write> sums: array<f32>; // [chunks, rows]; untouched if SUMS is 0
@group(0) @binding(5) var<uniform> params: Params;

// The compiler may put pointwise operations on the result here.
fn store(at: u32, value: f32) { y[at] = value; }

// Called before elements of one row are stored, with one of them: what operations read for all may be here.
fn stage(at: u32) {}

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(workgroup_id) wid: vec3u, @builtin(num_workgroups) nwg: vec3u, @builtin(local_invocation_id) lid: vec3u) {
  let index = (wid.y * nwg.x + wid.x) * WORKGROUP + lid.x;
  let lane_n = index % SIDE;
  let lane_m = index / SIDE % SIDE;
  var rest = index / (SIDE * SIDE);
  if (rest >= params.tiles) { return; }
  let n0 = (rest % params.n_tiles * SIDE + lane_n) * TN;
  rest /= params.n_tiles;
  var m_tile = rest;
  var z = 0u;
  var s = 0u;
  if (BATCH > 0u || SPLIT == 1u) {
    m_tile = rest % params.m_tiles;
    z = rest / params.m_tiles;
  }
  if (SPLIT == 1u) {
    s = z / params.batch;
    z -= s * params.batch;
  }
  let m0 = (m_tile * SIDE + lane_m) * TM;
  // Row i of the tile is `own_m + i` or, past those that are its own, `far_m + i`; columns likewise.
  let own_m = m0 + lane_n * FAR_M;
  let far_m = m0 - lane_n * OWN_M;
  let own_n = n0 + lane_m * FAR_N;
  let far_n = n0 - lane_m * OWN_N;

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
  // A row or column past the edge repeats the last one; its sums are not stored.
  let last_row = params.rows - 1u;
  let last_col = params.cols - 1u;
  var p_at: array<u32, OWN_M>; // scalars
  for (var i = 0u; i < OWN_M; i++) { // unroll
    p_at[i] = p0 + min(own_m + i, last_row) * params.p_row;
  }
  var q_at: array<u32, OWN_N>; // scalars
  for (var j = 0u; j < OWN_N; j++) { // unroll
    let n = min(own_n + j, last_col);
    if (IMAGES < 1) { // constant
      q_at[j] = q0 + n * params.q_col;
    }
    if (0 < IMAGES) { // constant
      let image = n / params.image_cols;
      let inside = n - image * params.image_cols;
      var place = inside * params.q_col;
      if (0 < ROWS) { // constant
        place = inside / params.row_cols * params.q_row + inside % params.row_cols * params.q_col;
      }
      q_at[j] = image * params.q_image + place;
    }
  }

  var acc: array<f32, ACC>; // scalars
  var p_sums: array<f32, OWN_M>; // scalars
  // Each use of a uniform is a load.
  let p_inner = params.p_inner;
  let q_inner = params.q_inner;
  let start = s * params.chunk;
  let end = min(start + params.chunk, params.inner);
  for (var k = start; k < end; k += 4u) {
    var steps = vec4u(k, k + 1u, k + 2u, k + 3u);
    if (TAIL == 1u) { steps = min(steps, vec4u(end - 1u)); }
    let counts = vec4u(k, k + 1u, k + 2u, k + 3u) < vec4u(end);
    let p_step = steps * p_inner;
    let q_step = steps * q_inner;
    var p_tile: array<vec4f, TM>; // scalars
    for (var i = 0u; i < OWN_M; i++) { // unroll
      let at = p_at[i] + p_step;
      let row = vec4f(p[at.x], p[at.y], p[at.z], p[at.w]);
      if (TAIL < 1) { // constant
        p_tile[i] = row;
      }
      if (0 < TAIL) { // constant
        p_tile[i] = select(vec4f(0.0), row, counts);
      }
      if (0 < SUMS) { // constant
        p_sums[i] += dot(p_tile[i], vec4f(1.0));
      }
    }
    for (var i = 0u; i < FAR_M; i++) { // unroll
      p_tile[OWN_M + i] = lanes_across(p_tile[i]);
    }
    var q_tile: array<vec4f, TN>; // scalars
    for (var j = 0u; j < OWN_N; j++) { // unroll
      let at = q_at[j] + q_step;
      let column = vec4f(q[at.x], q[at.y], q[at.z], q[at.w]);
      if (TAIL < 1) { // constant
        q_tile[j] = column;
      }
      if (0 < TAIL) { // constant
        q_tile[j] = select(vec4f(0.0), column, counts);
      }
    }
    for (var j = 0u; j < FAR_N; j++) { // unroll
      q_tile[OWN_N + j] = lanes_down(q_tile[j]);
    }
    for (var i = 0u; i < TM; i++) { // unroll
      for (var j = 0u; j < TN; j++) { // unroll
        acc[i * TN + j] += dot(p_tile[i], q_tile[j]);
      }
    }
  }

  if (SUMS == 1u && n0 < SIDE * TN) {
    for (var i = 0u; i < OWN_M; i++) { // unroll
      if (own_m + i <= last_row) { sums[s * params.rows + own_m + i] = p_sums[i]; }
    }
  }
  // A copy that one store may index.
  var result: array<f32, INDEXED>;
  if (STORES < 1) { // constant
    for (var e = 0u; e < ACC; e++) { // unroll
      result[e] = acc[e];
    }
  }
  let rows = params.rows;
  let cols = params.cols;
  let image_cols = params.image_cols;
  var column_at: array<u32, TN>; // scalars
  if (0 < IMAGES) { // constant
    for (var j = 0u; j < STORES; j++) { // unroll
      let n = select(far_n, own_n, j < OWN_N) + j;
      column_at[j] = n / image_cols * rows * image_cols + n % image_cols;
    }
  }
  let first_row = (s * params.batch + z) * rows;
  // Stores are half of what is compiled: those of a row stand once, for the first row, and the others move up.
  for (var i = 0u; i < TM; i++) {
    let m = select(far_m, own_m, i < OWN_M) + i;
    if (m <= last_row) {
      var start = 0.0;
      if (BIAS == 2u) { start = b[m]; }
      let line = (first_row + m) * cols;
      let line_of_image = s * rows * cols + m * image_cols;
      stage(select(line, line_of_image, IMAGES == 1u));
      for (var j = 0u; j < TN; j++) { // unroll up to STORES
        let n = select(far_n, own_n, j < OWN_N) + j;
        if (n <= last_col) {
          var at = line + n;
          var sum: f32;
          if (0 < STORES) { // constant
            sum = acc[j];
            if (0 < IMAGES) { // constant
              at = line_of_image + column_at[j];
            }
          }
          if (STORES < 1) { // constant
            sum = result[i * TN + j];
            if (0 < IMAGES) { // constant
              at = line_of_image + n / image_cols * rows * image_cols + n % image_cols;
            }
          }
          if (BIAS == 1u) { start = b[n]; }
          if (BIAS < 1) { // constant
            store(at, sum);
          }
          if (0 < BIAS) { // constant
            store(at, sum + start);
          }
        }
      }
    }
    for (var up = 0u; up < NEXT_M; up++) { // unroll
      for (var j = 0u; j < TN; j++) { // unroll
        acc[up * TN + j] = acc[(up + 1u) * TN + j];
      }
    }
  }
}
