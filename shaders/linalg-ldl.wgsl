// linalg-ldl.wgsl: A = P L D Lᵀ Pᵀ of symmetric matrices, D of blocks of 1 and 2; one workgroup a matrix. Reads the lower triangle alone.
//   a_ij ← a_ij − l_ik a_jk  for a block of 1,  a_ij ← a_ij − l_ik a_jk − l_i,k+1 a_j,k+1  for one of 2;  i ≥ j behind the block
// Source: LAPACK's ssytf2, of Bunch & Kaufman 1977, whose layout, pivots and signs it has.   Uses: lib/fault.wgsl
@group(0) @binding(0) var<storage, read> a: array<f32>;             // [batch, n, n]
@group(0) @binding(1) var<storage, read_write> ld: array<f32>;      // [batch, n, n]: L below the blocks of D
@group(0) @binding(2) var<storage, read_write> pivots: array<i32>;  // [batch, n], from 1 on; below 0 for both rows of a block of 2
@group(0) @binding(3) var<storage, read_write> info: array<i32>;    // [batch]: the place of the first zero on D's diagonal, else 0
@group(0) @binding(4) var<storage, read_write> fault: array<atomic<u32>, 4>;
@group(0) @binding(5) var<uniform> params: Params;

struct Params {
  batch: u32,
  n: u32,
}

const WORKGROUP: u32 = 64u;
const FAULT_SINGULAR: u32 = 7u;
// (1 + √17) / 8, which bounds the growth of elements best.
const ALPHA: f32 = 0.64038820320220756;

// Whether a zero on the diagonal of D is an error.
override CHECKED: bool = false;

var<workgroup> sizes: array<f32, WORKGROUP>;
var<workgroup> rows: array<u32, WORKGROUP>;

fn settle() {
  storageBarrier();
  workgroupBarrier();
}

fn swap(one: u32, other: u32) {
  let value = ld[one];
  ld[one] = ld[other];
  ld[other] = value;
}

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(workgroup_id) wid: vec3u, @builtin(num_workgroups) nwg: vec3u, @builtin(local_invocation_id) lid: vec3u) {
  let matrix = wid.y * nwg.x + wid.x;
  if (matrix >= params.batch) { return; }
  let n = params.n;
  let lane = lid.x;
  let base = matrix * n * n;
  for (var at = lane; at < n * n; at += WORKGROUP) { ld[base + at] = select(0.0, a[base + at], at % n <= at / n); }
  settle();
  var zero = 0u;
  // Each lane finds the same blocks. The second row of a block of 2 has its turn, in which nothing is done, as barriers need.
  var second = false;
  for (var k = 0u; k < n; k++) {
    var size = 0.0;
    var row = k;
    for (var i = k + 1u + lane; i < n; i += WORKGROUP) {
      let here = abs(ld[base + i * n + k]);
      if (here > size) {
        size = here;
        row = i;
      }
    }
    sizes[lane] = size;
    rows[lane] = row;
    workgroupBarrier();
    size = 0.0;
    row = k;
    for (var l = 0u; l < WORKGROUP; l++) {
      let here = sizes[l];
      if (here > size || (here == size && here > 0.0 && rows[l] < row)) {
        size = here;
        row = rows[l];
      }
    }
    workgroupBarrier();
    // The greatest beside the diagonal in the row of the greatest.
    var beside = 0.0;
    for (var j = k + lane; j < n; j += WORKGROUP) {
      if (j != row) { beside = max(beside, abs(ld[base + max(row, j) * n + min(row, j)])); }
    }
    sizes[lane] = beside;
    workgroupBarrier();
    beside = 0.0;
    for (var l = 0u; l < WORKGROUP; l++) { beside = max(beside, sizes[l]); }
    let corner = abs(ld[base + k * n + k]);
    let far = abs(ld[base + row * n + row]);
    var wide = false;
    var other = k;
    if (corner < ALPHA * size && corner < ALPHA * size * (size / beside)) {
      other = row;
      wide = far < ALPHA * beside;
    }
    let empty = !second && max(corner, size) == 0.0;
    if (empty && zero == 0u) { zero = k + 1u; }
    let pivot = select(k, k + 1u, wide);
    settle();
    if (!second && other != pivot) {
      for (var i = other + 1u + lane; i < n; i += WORKGROUP) { swap(base + i * n + pivot, base + i * n + other); }
      for (var i = pivot + 1u + lane; i < other; i += WORKGROUP) { swap(base + i * n + pivot, base + other * n + i); }
      if (lane == 0u) {
        swap(base + pivot * n + pivot, base + other * n + other);
        if (wide) { swap(base + pivot * n + k, base + other * n + k); }
      }
    }
    if (!second && lane == 0u) {
      let place = i32(other) + 1;
      pivots[matrix * n + k] = select(place, -place, wide);
      if (wide) { pivots[matrix * n + k + 1u] = -place; }
    }
    settle();
    // Of a block of 2, [[d11, d21], [d21, d22]], the inverse is scaled by d21, which is the greatest.
    let next = min(k + 1u, n - 1u);
    let d21 = ld[base + next * n + k];
    let d11 = ld[base + next * n + next] / d21;
    let d22 = ld[base + k * n + k] / d21;
    let scale = 1.0 / (d11 * d22 - 1.0) / d21;
    let inverse = 1.0 / ld[base + k * n + k];
    let works = !second && !empty;
    if (works) {
      let first = pivot + 1u;
      let width = n - first;
      for (var at = lane; at < width * width; at += WORKGROUP) {
        let i = first + at / width;
        let j = first + at % width;
        if (j > i) { continue; }
        let x = ld[base + j * n + k];
        if (wide) {
          let y = ld[base + j * n + next];
          ld[base + i * n + j] -= ld[base + i * n + k] * (scale * (d11 * x - y)) + ld[base + i * n + next] * (scale * (d22 * y - x));
        } else {
          ld[base + i * n + j] -= ld[base + i * n + k] * (inverse * x);
        }
      }
    }
    settle();
    if (works) {
      for (var i = pivot + 1u + lane; i < n; i += WORKGROUP) {
        let x = ld[base + i * n + k];
        if (wide) {
          let y = ld[base + i * n + next];
          ld[base + i * n + k] = scale * (d11 * x - y);
          ld[base + i * n + next] = scale * (d22 * y - x);
        } else {
          ld[base + i * n + k] = x * inverse;
        }
      }
    }
    settle();
    second = !second && wide;
  }
  if (lane == 0u) {
    info[matrix] = i32(zero);
    if (CHECKED && zero > 0u) { fault_report(FAULT_SINGULAR, select(-1, i32(matrix), params.batch > 1u), i32(zero)); }
  }
}
