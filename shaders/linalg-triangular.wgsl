// linalg-triangular.wgsl: A X = B for triangular A; one workgroup a column of B.
//   x_k = b_k / a_kk,  b_i ← b_i − a_ik x_k   for the rows i that are left
// Source: Golub & Van Loan, Matrix Computations, 4th ed., algorithms 3.1.3 and 3.1.4.
@group(0) @binding(0) var<storage, read> a: array<f32>;        // [batch, n, n]; the other triangle is not read
@group(0) @binding(1) var<storage, read> b: array<f32>;        // [batch, n, columns]
@group(0) @binding(2) var<storage, read_write> x: array<f32>;  // [batch, n, columns]
@group(0) @binding(3) var<uniform> params: Params;

struct Params {
  count: u32, // batch · columns
  n: u32,
  columns: u32,
}

const WORKGROUP: u32 = 64u;

override UPPER: bool = false;
// The diagonal is taken for ones.
override UNIT: bool = false;

fn settle() {
  storageBarrier();
  workgroupBarrier();
}

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(workgroup_id) wid: vec3u, @builtin(num_workgroups) nwg: vec3u, @builtin(local_invocation_id) lid: vec3u) {
  let index = wid.y * nwg.x + wid.x;
  if (index >= params.count) { return; }
  let n = params.n;
  let matrix = index / params.columns * n * n;
  let column = index / params.columns * n * params.columns + index % params.columns;
  for (var i = lid.x; i < n; i += WORKGROUP) { x[column + i * params.columns] = b[column + i * params.columns]; }
  settle();
  for (var step = 0u; step < n; step++) {
    let k = select(step, n - 1u - step, UPPER);
    var value = x[column + k * params.columns];
    if (!UNIT) { value /= a[matrix + k * n + k]; }
    settle();
    if (lid.x == 0u) { x[column + k * params.columns] = value; }
    let first = select(k + 1u, 0u, UPPER);
    let end = select(n, k, UPPER);
    for (var i = first + lid.x; i < end; i += WORKGROUP) {
      x[column + i * params.columns] -= a[matrix + i * n + k] * value;
    }
    settle();
  }
}
