// linalg-lu-blocked.wgsl: P A = L U with partial pivoting, of large matrices, by blocks of columns; the passes of a block follow one another.
//   begin: LU = A;   panel: the block's columns as linalg-lu.wgsl, a workgroup a matrix;   columns: the block's swaps in the other columns, and
//   U = L⁻¹ A in its rows;   trail: A ← A − L U behind it
// Source: Golub & Van Loan, Matrix Computations, 4th ed., section 3.4.7.   Uses: lib/fault.wgsl
@group(0) @binding(0) var<storage, read> a: array<f32>;                // [batch, m, n]
@group(0) @binding(1) var<storage, read_write> lu: array<f32>;         // [batch, m, n]
@group(0) @binding(2) var<storage, read_write> pivots: array<i32>;     // [batch, min(m, n)]
@group(0) @binding(3) var<storage, read_write> order: array<i32>;      // [batch, m]
@group(0) @binding(4) var<storage, read_write> fault: array<atomic<u32>, 4>;
@group(0) @binding(5) var<uniform> params: Params;

struct Params {
  batch: u32,
  m: u32,
  n: u32,
  first: u32, // of the block's columns
  end: u32,
}

const WORKGROUP: u32 = 64u;
const FAULT_SINGULAR: u32 = 7u;

override CHECKED: bool = false;

var<workgroup> sizes: array<f32, WORKGROUP>;
var<workgroup> rows: array<u32, WORKGROUP>;

fn settle() {
  storageBarrier();
  workgroupBarrier();
}

fn swap(one: u32, other: u32) {
  let value = lu[one];
  lu[one] = lu[other];
  lu[other] = value;
}

@compute @workgroup_size(WORKGROUP)
fn begin(@builtin(workgroup_id) wid: vec3u, @builtin(num_workgroups) nwg: vec3u, @builtin(local_invocation_id) lid: vec3u) {
  let index = (wid.y * nwg.x + wid.x) * WORKGROUP + lid.x;
  if (index < params.batch * params.m * params.n) { lu[index] = a[index]; }
  if (index < params.batch * params.m) { order[index] = i32(index % params.m); }
}

@compute @workgroup_size(WORKGROUP)
fn panel(@builtin(workgroup_id) wid: vec3u, @builtin(num_workgroups) nwg: vec3u, @builtin(local_invocation_id) lid: vec3u) {
  let matrix = wid.y * nwg.x + wid.x;
  if (matrix >= params.batch) { return; }
  let m = params.m;
  let n = params.n;
  let lane = lid.x;
  let base = matrix * m * n;
  for (var k = params.first; k < params.end; k++) {
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
      for (var j = params.first + lane; j < params.end; j += WORKGROUP) { swap(base + k * n + j, base + row * n + j); }
    }
    if (lane == 0u) {
      pivots[matrix * min(m, n) + k] = i32(row) + 1;
      let upper = order[matrix * m + k];
      order[matrix * m + k] = order[matrix * m + row];
      order[matrix * m + row] = upper;
    }
    settle();
    let pivot = lu[base + k * n + k];
    if (pivot == 0.0 && CHECKED && lane == 0u) {
      fault_report(FAULT_SINGULAR, select(-1, i32(matrix), params.batch > 1u), i32(k) + 1);
    }
    for (var i = k + 1u + lane; i < m; i += WORKGROUP) {
      if (pivot != 0.0) { lu[base + i * n + k] /= pivot; }
      let factor = lu[base + i * n + k];
      for (var j = k + 1u; j < params.end; j++) { lu[base + i * n + j] -= factor * lu[base + k * n + j]; }
    }
    settle();
  }
}

@compute @workgroup_size(WORKGROUP)
fn columns(@builtin(workgroup_id) wid: vec3u, @builtin(num_workgroups) nwg: vec3u, @builtin(local_invocation_id) lid: vec3u) {
  let index = (wid.y * nwg.x + wid.x) * WORKGROUP + lid.x;
  let n = params.n;
  let others = n - (params.end - params.first);
  if (index >= params.batch * others) { return; }
  let matrix = index / others;
  let left = index % others;
  let j = select(left, left + params.end - params.first, left >= params.first);
  let base = matrix * params.m * n + j;
  for (var k = params.first; k < params.end; k++) {
    swap(base + k * n, base + u32(pivots[matrix * min(params.m, n) + k] - 1) * n);
  }
  if (j < params.end) { return; }
  for (var i = params.first + 1u; i < params.end; i++) {
    var value = lu[base + i * n];
    for (var k = params.first; k < i; k++) { value -= lu[base - j + i * n + k] * lu[base + k * n]; }
    lu[base + i * n] = value;
  }
}

// Four elements of a row; past the last column the last one.
fn four(row: u32, column: u32) -> vec4f {
  let last = params.n - 1u;
  let c = min(vec4u(column) + vec4u(0u, 1u, 2u, 3u), vec4u(last));
  return vec4f(lu[row + c.x], lu[row + c.y], lu[row + c.z], lu[row + c.w]);
}

fn put(row: u32, column: u32, value: vec4f) {
  for (var e = 0u; e < min(4u, params.n - column); e++) { lu[row + column + e] = value[e]; }
}

@compute @workgroup_size(WORKGROUP)
fn trail(@builtin(workgroup_id) wid: vec3u, @builtin(num_workgroups) nwg: vec3u, @builtin(local_invocation_id) lid: vec3u) {
  let index = (wid.y * nwg.x + wid.x) * WORKGROUP + lid.x;
  let m = params.m;
  let n = params.n;
  let across = (n - params.end + 3u) / 4u;
  let tiles = (m - params.end + 3u) / 4u * across;
  if (index >= params.batch * tiles) { return; }
  let base = index / tiles * m * n;
  let i = params.end + index % tiles / across * 4u;
  let j = params.end + index % across * 4u;
  // Past the last row the last one.
  let r0 = base + i * n;
  let r1 = base + min(i + 1u, m - 1u) * n;
  let r2 = base + min(i + 2u, m - 1u) * n;
  let r3 = base + min(i + 3u, m - 1u) * n;
  var y0 = four(r0, j);
  var y1 = four(r1, j);
  var y2 = four(r2, j);
  var y3 = four(r3, j);
  for (var k = params.first; k < params.end; k++) {
    let u = four(base + k * n, j);
    y0 -= lu[r0 + k] * u;
    y1 -= lu[r1 + k] * u;
    y2 -= lu[r2 + k] * u;
    y3 -= lu[r3 + k] * u;
  }
  put(r0, j, y0);
  if (i + 1u < m) { put(r1, j, y1); }
  if (i + 2u < m) { put(r2, j, y2); }
  if (i + 3u < m) { put(r3, j, y3); }
}
