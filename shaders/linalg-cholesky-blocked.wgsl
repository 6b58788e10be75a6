// linalg-cholesky-blocked.wgsl: A = L Lᵀ of large matrices, by blocks of columns; the passes of a block follow one another.
//   begin: L = tril A;   corner: the block on the diagonal as linalg-cholesky.wgsl, a workgroup a matrix;   panel: the rows below, each
//   x = a (Lᵀ)⁻¹;   trail: A ← A − x xᵀ behind it
// Source: Golub & Van Loan, Matrix Computations, 4th ed., section 4.2.9.   Uses: lib/fault.wgsl
@group(0) @binding(0) var<storage, read> a: array<f32>;        // [batch, n, n]
@group(0) @binding(1) var<storage, read_write> l: array<f32>;  // [batch, n, n]
@group(0) @binding(2) var<storage, read_write> fault: array<atomic<u32>, 4>;
@group(0) @binding(3) var<uniform> params: Params;

struct Params {
  batch: u32,
  n: u32,
  first: u32, // of the block's columns
  end: u32,
}

const WORKGROUP: u32 = 64u;
const FAULT_NOT_POSITIVE: u32 = 8u;

override CHECKED: bool = true;

fn settle() {
  storageBarrier();
  workgroupBarrier();
}

@compute @workgroup_size(WORKGROUP)
fn begin(@builtin(workgroup_id) wid: vec3u, @builtin(num_workgroups) nwg: vec3u, @builtin(local_invocation_id) lid: vec3u) {
  let index = (wid.y * nwg.x + wid.x) * WORKGROUP + lid.x;
  let n = params.n;
  if (index < params.batch * n * n) { l[index] = select(0.0, a[index], index % n <= index / n % n); }
}

@compute @workgroup_size(WORKGROUP)
fn corner(@builtin(workgroup_id) wid: vec3u, @builtin(num_workgroups) nwg: vec3u, @builtin(local_invocation_id) lid: vec3u) {
  let matrix = wid.y * nwg.x + wid.x;
  if (matrix >= params.batch) { return; }
  let n = params.n;
  let lane = lid.x;
  let base = matrix * n * n;
  for (var k = params.first; k < params.end; k++) {
    let corner = l[base + k * n + k];
    // Not a number is not above 0 either.
    if (CHECKED && !(corner > 0.0)) {
      if (lane == 0u) { fault_report(FAULT_NOT_POSITIVE, select(-1, i32(matrix), params.batch > 1u), i32(k) + 1); }
    }
    let root = sqrt(corner);
    for (var i = k + 1u + lane; i < params.end; i += WORKGROUP) { l[base + i * n + k] /= root; }
    settle();
    if (lane == 0u) { l[base + k * n + k] = root; }
    for (var i = k + 1u + lane; i < params.end; i += WORKGROUP) {
      for (var j = k + 1u; j <= i; j++) { l[base + i * n + j] -= l[base + i * n + k] * l[base + j * n + k]; }
    }
    settle();
  }
}

@compute @workgroup_size(WORKGROUP)
fn panel(@builtin(workgroup_id) wid: vec3u, @builtin(num_workgroups) nwg: vec3u, @builtin(local_invocation_id) lid: vec3u) {
  let index = (wid.y * nwg.x + wid.x) * WORKGROUP + lid.x;
  let n = params.n;
  let below = n - params.end;
  if (index >= params.batch * below) { return; }
  let base = index / below * n * n;
  let row = base + (params.end + index % below) * n;
  for (var j = params.first; j < params.end; j++) {
    var value = l[row + j];
    for (var k = params.first; k < j; k++) { value -= l[row + k] * l[base + j * n + k]; }
    l[row + j] = value / l[base + j * n + j];
  }
}

@compute @workgroup_size(WORKGROUP)
fn trail(@builtin(workgroup_id) wid: vec3u, @builtin(num_workgroups) nwg: vec3u, @builtin(local_invocation_id) lid: vec3u) {
  let index = (wid.y * nwg.x + wid.x) * WORKGROUP + lid.x;
  let n = params.n;
  let across = (n - params.end + 3u) / 4u;
  let tiles = across * across;
  if (index >= params.batch * tiles) { return; }
  let base = index / tiles * n * n;
  let i = params.end + index % tiles / across * 4u;
  let j = params.end + index % across * 4u;
  if (j > i) { return; }
  // Past the last row the last one.
  let r = base + min(vec4u(i) + vec4u(0u, 1u, 2u, 3u), vec4u(n - 1u)) * n;
  let c = base + min(vec4u(j) + vec4u(0u, 1u, 2u, 3u), vec4u(n - 1u)) * n;
  var y0 = vec4f();
  var y1 = vec4f();
  var y2 = vec4f();
  var y3 = vec4f();
  for (var k = params.first; k < params.end; k++) {
    let x = vec4f(l[c.x + k], l[c.y + k], l[c.z + k], l[c.w + k]);
    y0 += l[r.x + k] * x;
    y1 += l[r.y + k] * x;
    y2 += l[r.z + k] * x;
    y3 += l[r.w + k] * x;
  }
  subtract(r.x, i, j, y0);
  subtract(r.y, i + 1u, j, y1);
  subtract(r.z, i + 2u, j, y2);
  subtract(r.w, i + 3u, j, y3);
}

// From those of four elements of a row that lie in the lower triangle.
fn subtract(start: u32, row: u32, column: u32, value: vec4f) {
  if (row >= params.n) { return; }
  for (var e = 0u; e < min(4u, row + 1u - column); e++) { l[start + column + e] -= value[e]; }
}
