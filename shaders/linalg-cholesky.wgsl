// linalg-cholesky.wgsl: A = L Lᵀ of symmetric positive definite matrices; one workgroup a matrix. Reads the lower triangle alone.
//   l_kk = √a_kk,  l_ik = a_ik / l_kk,  a_ij ← a_ij − l_ik l_jk   for i ≥ j > k
// Source: Golub & Van Loan, Matrix Computations, 4th ed., algorithm 4.2.2.   Uses: lib/fault.wgsl
@group(0) @binding(0) var<storage, read> a: array<f32>;        // [batch, n, n]
@group(0) @binding(1) var<storage, read_write> l: array<f32>;  // [batch, n, n]
@group(0) @binding(2) var<storage, read_write> fault: array<atomic<u32>, 4>;
@group(0) @binding(3) var<uniform> params: Params;

struct Params {
  batch: u32,
  n: u32,
}

const WORKGROUP: u32 = 64u;
const FAULT_NOT_POSITIVE: u32 = 8u;

// Whether a matrix that is not positive definite is an error.
override CHECKED: bool = true;

fn settle() {
  storageBarrier();
  workgroupBarrier();
}

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(workgroup_id) wid: vec3u, @builtin(num_workgroups) nwg: vec3u, @builtin(local_invocation_id) lid: vec3u) {
  let matrix = wid.y * nwg.x + wid.x;
  if (matrix >= params.batch) { return; }
  let n = params.n;
  let lane = lid.x;
  let base = matrix * n * n;
  for (var at = lane; at < n * n; at += WORKGROUP) {
    l[base + at] = select(0.0, a[base + at], at % n <= at / n);
  }
  settle();
  for (var k = 0u; k < n; k++) {
    let corner = l[base + k * n + k];
    // Not a number is not above 0 either.
    if (CHECKED && !(corner > 0.0)) {
      if (lane == 0u) { fault_report(FAULT_NOT_POSITIVE, select(-1, i32(matrix), params.batch > 1u), i32(k) + 1); }
    }
    let root = sqrt(corner);
    for (var i = k + 1u + lane; i < n; i += WORKGROUP) { l[base + i * n + k] /= root; }
    settle();
    if (lane == 0u) { l[base + k * n + k] = root; }
    let width = n - k - 1u;
    for (var at = lane; at < width * width; at += WORKGROUP) {
      let i = k + 1u + at / width;
      let j = k + 1u + at % width;
      if (j <= i) { l[base + i * n + j] -= l[base + i * n + k] * l[base + j * n + k]; }
    }
    settle();
  }
}
