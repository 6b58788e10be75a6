// linalg-ldl-solve.wgsl: A X = B by A = P L D Lᵀ Pᵀ; one workgroup a column of B.
//   b ← P₁ᵀ b, b ← L₁⁻¹ b, x ← D₁⁻¹ b, then block 2 and so on;  from the last block on x ← L₁⁻ᵀ x, x ← P₁ x
// Source: LAPACK's ssytrs.
@group(0) @binding(0) var<storage, read> ld: array<f32>;       // [batch, n, n], of linalg-ldl.wgsl
@group(0) @binding(1) var<storage, read> pivots: array<i32>;   // [batch, n]
@group(0) @binding(2) var<storage, read> b: array<f32>;        // [batch, n, columns]
@group(0) @binding(3) var<storage, read_write> x: array<f32>;  // [batch, n, columns]
@group(0) @binding(4) var<uniform> params: Params;

struct Params {
  count: u32, // batch · columns
  n: u32,
  columns: u32,
}

const WORKGROUP: u32 = 64u;

var<workgroup> parts: array<vec2f, WORKGROUP>;

fn settle() {
  storageBarrier();
  workgroupBarrier();
}

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(workgroup_id) wid: vec3u, @builtin(num_workgroups) nwg: vec3u, @builtin(local_invocation_id) lid: vec3u) {
  let index = wid.y * nwg.x + wid.x;
  if (index >= params.count) { return; }
  let n = params.n;
  let columns = params.columns;
  let lane = lid.x;
  let batch = index / columns;
  let matrix = batch * n * n;
  let column = batch * n * columns + index % columns;
  for (var i = lane; i < n; i += WORKGROUP) { x[column + i * columns] = b[column + i * columns]; }
  settle();
  // The second row of a block of 2 has its turn, in which nothing is done, as barriers need.
  var second = false;
  for (var k = 0u; k < n; k++) {
    let pivot = pivots[batch * n + k];
    let wide = pivot < 0;
    let works = !(wide && second);
    let last = min(select(k, k + 1u, wide), n - 1u);
    let other = min(u32(abs(pivot) - 1), n - 1u);
    if (works && lane == 0u) {
      let value = x[column + last * columns];
      x[column + last * columns] = x[column + other * columns];
      x[column + other * columns] = value;
    }
    settle();
    let x0 = x[column + k * columns];
    let x1 = x[column + last * columns];
    settle();
    if (works) {
      for (var i = last + 1u + lane; i < n; i += WORKGROUP) {
        var sum = ld[matrix + i * n + k] * x0;
        if (wide) { sum += ld[matrix + i * n + last] * x1; }
        x[column + i * columns] -= sum;
      }
      if (lane == 0u) {
        let d00 = ld[matrix + k * n + k];
        if (wide) {
          let beside = ld[matrix + last * n + k];
          let above = d00 / beside;
          let below = ld[matrix + last * n + last] / beside;
          let scale = above * below - 1.0;
          x[column + k * columns] = (below * (x0 / beside) - x1 / beside) / scale;
          x[column + last * columns] = (above * (x1 / beside) - x0 / beside) / scale;
        } else {
          x[column + k * columns] = x0 / d00;
        }
      }
    }
    settle();
    second = wide && !second;
  }
  second = false;
  for (var step = 0u; step < n; step++) {
    let k = n - 1u - step;
    let pivot = pivots[batch * n + k];
    let wide = pivot < 0;
    let works = !(wide && second);
    let first = select(k, max(k, 1u) - 1u, wide);
    let other = min(u32(abs(pivot) - 1), n - 1u);
    var sums = vec2f();
    if (works) {
      for (var i = k + 1u + lane; i < n; i += WORKGROUP) {
        let value = x[column + i * columns];
        sums += vec2f(ld[matrix + i * n + k], ld[matrix + i * n + first]) * value;
      }
    }
    parts[lane] = sums;
    settle();
    if (works && lane == 0u) {
      sums = vec2f();
      for (var l = 0u; l < WORKGROUP; l++) { sums += parts[l]; }
      let value = x[column + k * columns] - sums.x;
      if (wide) { x[column + first * columns] -= sums.y; }
      x[column + k * columns] = x[column + other * columns];
      x[column + other * columns] = value;
      if (other == k) { x[column + k * columns] = value; }
    }
    settle();
    second = wide && !second;
  }
}
