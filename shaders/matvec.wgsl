// matvec.wgsl: batched product of a matrix and a vector for GPUs; LANES invocations sum each row over one chunk of K.
//   y[s,z,r] = b[r] + Σ_{k in chunk s} p[z,r,k] · q[z,k]
// The matrix is read in place through strides: neighbouring invocations take neighbouring steps of K where those lie side by side in
// memory, and neighbouring rows otherwise.
// Uses: lib/batches.wgsl
const WORKGROUP: u32 = 256u; // LANES · ROWS
const LANES: u32 = 64u;
const ROWS: u32 = 4u;
const ALONG_K: u32 = 1u; // 1: neighbours take neighbouring steps of K, else neighbouring rows
const BATCH: u32 = 4u; // separate batch dimensions: 0, 1 or 4
const BIAS: u32 = 0u;

struct Params {
  groups: u32, // workgroups
  row_groups: u32, // those of one vector
  batch: u32,
  rows: u32,
  inner: u32,
  chunk: u32, // length of a chunk of K
  p_row: u32,
  p_inner: u32,
  q_inner: u32,
  b_step: u32, // 0: every row has the same bias
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
@group(0) @binding(1) var<storage, read> q: array<f32>;       // [batch, inner] by strides
@group(0) @binding(2) var<storage, read> b: array<f32>;       // [rows] or [1]; unread if BIAS is 0
@group(0) @binding(3) var<storage, read_write> y: array<f32>; // [chunks, batch, rows]
@group(0) @binding(4) var<uniform> params: Params;

var<workgroup> partial: array<f32, WORKGROUP>; // [row, lane]

// The compiler may put pointwise operations on the result here.
fn store(at: u32, value: f32) { y[at] = value; }

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(workgroup_id) wid: vec3u, @builtin(num_workgroups) nwg: vec3u, @builtin(local_invocation_index) thread: u32) {
  let group = wid.y * nwg.x + wid.x;
  if (group >= params.groups) { return; }
  let zs = group / params.row_groups;
  let z = zs % params.batch;
  let s = zs / params.batch;
  var lane = thread % LANES;
  var row = thread / LANES;
  if (ALONG_K == 0u) {
    row = thread % ROWS;
    lane = thread / ROWS;
  }
  let r = group % params.row_groups * ROWS + row;

  // A row past the edge repeats the last one; its sum is not stored.
  var p_at = min(r, params.rows - 1u) * params.p_row;
  var q_at = 0u;
  if (BATCH == 1u) {
    p_at += z * params.p_3;
    q_at += z * params.q_3;
  }
  if (BATCH == 4u) {
    let sizes = vec3u(params.batch_1, params.batch_2, params.batch_3);
    p_at += batches_at(z, sizes, vec4u(params.p_0, params.p_1, params.p_2, params.p_3));
    q_at += batches_at(z, sizes, vec4u(params.q_0, params.q_1, params.q_2, params.q_3));
  }
  let start = s * params.chunk;
  let end = min(start + params.chunk, params.inner);
  var sum = vec4f(0.0);
  var k = start + lane;
  for (; k + 3u * LANES < end; k += 4u * LANES) {
    let steps = vec4u(k, k + LANES, k + 2u * LANES, k + 3u * LANES);
    let p_from = p_at + steps * params.p_inner;
    let q_from = q_at + steps * params.q_inner;
    sum = fma(vec4f(p[p_from.x], p[p_from.y], p[p_from.z], p[p_from.w]), vec4f(q[q_from.x], q[q_from.y], q[q_from.z], q[q_from.w]), sum);
  }
  for (; k < end; k += LANES) {
    sum.x = fma(p[p_at + k * params.p_inner], q[q_at + k * params.q_inner], sum.x);
  }
  let cell = row * LANES + lane;
  partial[cell] = (sum.x + sum.y) + (sum.z + sum.w);
  workgroupBarrier();
  for (var half = LANES / 2u; half > 0u; half /= 2u) {
    if (lane < half) { partial[cell] += partial[cell + half]; }
    workgroupBarrier();
  }
  if (lane == 0u && r < params.rows) {
    let total = partial[cell];
    if (BIAS == 1u) { store(zs * params.rows + r, total + b[r * params.b_step]); } else { store(zs * params.rows + r, total); }
  }
}
