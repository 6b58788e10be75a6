// linalg-eigh.wgsl: A = V diag(w) Vᵀ of symmetric matrices by Jacobi's rotations; one workgroup a matrix. Reads the lower triangle alone.
//   A ← Jᵀ A J, V ← V J, where J turns rows p and q so that a_pq is 0; a round turns n / 2 pairs that share no row
// Turned by x − s (y + h x), y + s (x − h y), h = tan θ/2, so that V stays orthogonal: Rutishauser 1966.
// Source: Golub & Van Loan, Matrix Computations, 4th ed., section 8.5; the pairs are those of a round-robin tournament.   Uses: lib/jacobi.wgsl
@group(0) @binding(0) var<storage, read> a: array<f32>;              // [batch, n, n]
@group(0) @binding(1) var<storage, read_write> values: array<f32>;   // [batch, n], ascending
@group(0) @binding(2) var<storage, read_write> vectors: array<f32>;  // [batch, n, n], a column each
@group(0) @binding(3) var<storage, read_write> work: array<f32>;     // [batch, 2 n² + 2 pairs]: A, V, and a pair's sin θ and tan θ/2
@group(0) @binding(4) var<uniform> params: Params;

struct Params {
  batch: u32,
  n: u32,
  upper: u32,
}

const WORKGROUP: u32 = 64u;
// Convergence is quadratic: matrices of 1000 rows take 9.
const SWEEPS: u32 = 16u;
// Of the norm of A: elements below a third of float32's precision change nothing.
const NEGLIGIBLE: f32 = 2e-8;

var<workgroup> parts: array<f32, WORKGROUP>;
var<workgroup> turned: atomic<u32>;
var<workgroup> again: u32;

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
  let pairs = (n + 1u) / 2u;
  let players = 2u * pairs;
  let size = n * n;
  let s = matrix * (2u * size + 2u * pairs);
  let v = s + size;
  let turns = v + size;
  var squares = 0.0;
  for (var at = lane; at < size; at += WORKGROUP) {
    let i = at / n;
    let j = at % n;
    let mirrored = (j > i) != (params.upper == 1u) && i != j;
    let value = a[matrix * size + select(at, j * n + i, mirrored)];
    work[s + at] = value;
    work[v + at] = select(0.0, 1.0, i == j);
    squares += value * value;
  }
  parts[lane] = squares;
  settle();
  squares = 0.0;
  for (var l = 0u; l < WORKGROUP; l++) { squares += parts[l]; }
  let least = sqrt(squares) * NEGLIGIBLE;
  for (var sweep = 0u; sweep < SWEEPS; sweep++) {
    for (var round = 0u; round + 1u < players; round++) {
      for (var t = lane; t < pairs; t += WORKGROUP) {
        let pair = jacobi_pair(t, round, players);
        var turn = vec2f(0.0);
        if (pair.y < n) {
          let apq = work[s + pair.x * n + pair.y];
          if (abs(apq) > least) {
            turn = jacobi_turn((work[s + pair.y * n + pair.y] - work[s + pair.x * n + pair.x]) / (2.0 * apq));
            atomicStore(&turned, 1u);
          }
        }
        work[turns + 2u * t] = turn.x;
        work[turns + 2u * t + 1u] = turn.y;
      }
      settle();
      for (var at = lane; at < pairs * n; at += WORKGROUP) {
        let t = at / n;
        let j = at % n;
        let pair = jacobi_pair(t, round, players);
        if (pair.y < n) {
          let d = work[turns + 2u * t];
          let h = work[turns + 2u * t + 1u];
          let x = work[s + pair.x * n + j];
          let y = work[s + pair.y * n + j];
          work[s + pair.x * n + j] = x - d * (y + h * x);
          work[s + pair.y * n + j] = y + d * (x - h * y);
        }
      }
      settle();
      for (var at = lane; at < pairs * n; at += WORKGROUP) {
        let t = at % pairs;
        let i = at / pairs;
        let pair = jacobi_pair(t, round, players);
        if (pair.y < n) {
          let d = work[turns + 2u * t];
          let h = work[turns + 2u * t + 1u];
          let x = work[s + i * n + pair.x];
          let y = work[s + i * n + pair.y];
          work[s + i * n + pair.x] = x - d * (y + h * x);
          work[s + i * n + pair.y] = y + d * (x - h * y);
          let vx = work[v + i * n + pair.x];
          let vy = work[v + i * n + pair.y];
          work[v + i * n + pair.x] = vx - d * (vy + h * vx);
          work[v + i * n + pair.y] = vy + d * (vx - h * vy);
        }
      }
      settle();
    }
    if (lane == 0u) {
      again = atomicLoad(&turned);
      atomicStore(&turned, 0u);
    }
    if (workgroupUniformLoad(&again) == 0u) { break; }
  }
  for (var i = lane; i < n; i += WORKGROUP) {
    let value = work[s + i * n + i];
    var place = 0u;
    for (var j = 0u; j < n; j++) {
      let other = work[s + j * n + j];
      if (other < value || (other == value && j < i)) { place++; }
    }
    values[matrix * n + place] = value;
    for (var row = 0u; row < n; row++) { vectors[matrix * size + row * n + place] = work[v + row * n + i]; }
  }
}
