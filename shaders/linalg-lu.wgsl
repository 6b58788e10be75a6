// linalg-lu.wgsl: P A = L U with partial pivoting; one workgroup a matrix.
//   a_ik ← a_ik / a_kk,  a_ij ← a_ij − a_ik a_kj   for i, j > k, after row k changed places with that of the greatest |a_ik|
// Source: Golub & Van Loan, Matrix Computations, 4th ed., algorithm 3.4.1.   Uses: lib/fault.wgsl
@group(0) @binding(0) var<storage, read> a: array<f32>;                // [batch, m, n]
@group(0) @binding(1) var<storage, read_write> lu: array<f32>;         // [batch, m, n]: L below the diagonal, of ones, and U
@group(0) @binding(2) var<storage, read_write> pivots: array<i32>;     // [batch, min(m, n)], from 1 on, as LAPACK counts
@group(0) @binding(3) var<storage, read_write> order: array<i32>;      // [batch, m]: row i of P A is row order[i] of A
@group(0) @binding(4) var<storage, read_write> fault: array<atomic<u32>, 4>;
@group(0) @binding(5) var<uniform> params: Params;

struct Params {
  batch: u32,
  m: u32,
  n: u32,
}

const WORKGROUP: u32 = 64u;
const FAULT_SINGULAR: u32 = 7u;

// Whether a zero on the diagonal of U is an error.
override CHECKED: bool = false;

var<workgroup> sizes: array<f32, WORKGROUP>;
var<workgroup> rows: array<u32, WORKGROUP>;

fn settle() {
  storageBarrier();
  workgroupBarrier();
}

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(workgroup_id) wid: vec3u, @builtin(num_workgroups) nwg: vec3u, @builtin(local_invocation_id) lid: vec3u) {
  let matrix = wid.y * nwg.x + wid.x;
  if (matrix >= params.batch) { return; }
  let m = params.m;
  let n = params.n;
  let lane = lid.x;
  let base = matrix * m * n;
  let steps = min(m, n);
  for (var at = lane; at < m * n; at += WORKGROUP) { lu[base + at] = a[base + at]; }
  for (var i = lane; i < m; i += WORKGROUP) { order[matrix * m + i] = i32(i); }
  settle();
  for (var k = 0u; k < steps; k++) {
    var size = -1.0;
    var row = k;
    for (var i = k + lane; i < m; i += WORKGROUP) {
      let here = abs(lu[base + i * n + k]);
      if (here > size) {
        size = here;
        row = i;
      }
    }
    sizes[lane] = size;
    rows[lane] = row;
    workgroupBarrier();
    size = -1.0;
    row = k;
    for (var l = 0u; l < WORKGROUP; l++) {
      let here = sizes[l];
      if (here > size || (here == size && rows[l] < row)) {
        size = here;
        row = rows[l];
      }
    }
    if (row != k) {
      for (var j = lane; j < n; j += WORKGROUP) {
        let upper = lu[base + k * n + j];
        lu[base + k * n + j] = lu[base + row * n + j];
        lu[base + row * n + j] = upper;
      }
    }
    if (lane == 0u) {
      pivots[matrix * steps + k] = i32(row) + 1;
      let upper = order[matrix * m + k];
      order[matrix * m + k] = order[matrix * m + row];
      order[matrix * m + row] = upper;
    }
    settle();
    let pivot = lu[base + k * n + k];
    if (pivot != 0.0) {
      for (var i = k + 1u + lane; i < m; i += WORKGROUP) { lu[base + i * n + k] /= pivot; }
    } else if (CHECKED && lane == 0u) {
      fault_report(FAULT_SINGULAR, select(-1, i32(matrix), params.batch > 1u), i32(k) + 1);
    }
    settle();
    let width = n - k - 1u;
    for (var at = lane; at < (m - k - 1u) * width; at += WORKGROUP) {
      let i = k + 1u + at / width;
      let j = k + 1u + at % width;
      lu[base + i * n + j] -= lu[base + i * n + k] * lu[base + k * n + j];
    }
    settle();
  }
}
