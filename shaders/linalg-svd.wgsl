// linalg-svd.wgsl: A V = U diag(s) for m ≥ n by one-sided rotations; one workgroup a matrix.
//   W = A J₁ J₂ …, V = J₁ J₂ …, where J turns columns p and q of W to a right angle; s are the columns' lengths in the end
// Turned by x − s (y + h x), y + s (x − h y), h = tan θ/2, so that V stays orthogonal: Rutishauser 1966.
// Source: Hestenes 1958; Golub & Van Loan, Matrix Computations, 4th ed., section 8.6.3; the pairs of a round share no column.   Uses: lib/jacobi.wgsl
@group(0) @binding(0) var<storage, read> a: array<f32>;             // [batch, m, n]
@group(0) @binding(1) var<storage, read_write> w: array<f32>;       // [batch, m, n]: U diag(s), scaled
@group(0) @binding(2) var<storage, read_write> values: array<f32>;  // [batch, n]: s, descending
@group(0) @binding(3) var<storage, read_write> v: array<f32>;       // [batch, n, n]
@group(0) @binding(4) var<storage, read_write> work: array<f32>;    // [batch, (m + n + 1) n]: W, V and lengths before they are in order
@group(0) @binding(5) var<uniform> params: Params;

struct Params {
  batch: u32,
  m: u32,
  n: u32,
}

const WORKGROUP: u32 = 64u;
const SWEEPS: u32 = 30u;
// Of the cosine between two columns: float32's precision.
const NEGLIGIBLE: f32 = 1.2e-7;

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
  let m = params.m;
  let n = params.n;
  let lane = lid.x;
  let pairs = (n + 1u) / 2u;
  let players = 2u * pairs;
  let start = matrix * m * n;
  let columns = matrix * (m + n + 1u) * n;
  let turns = columns + m * n;
  let lengths = turns + n * n;
  var most = 0.0;
  for (var at = lane; at < m * n; at += WORKGROUP) { most = max(most, abs(a[start + at])); }
  parts[lane] = most;
  workgroupBarrier();
  most = 0.0;
  for (var l = 0u; l < WORKGROUP; l++) { most = max(most, parts[l]); }
  // A power of two, so that no bit is lost, and no square leaves the range of floats.
  let exponent = select(0, clamp(frexp(most).exp, -120, 120), most > 0.0);
  for (var at = lane; at < m * n; at += WORKGROUP) { work[columns + at] = ldexp(a[start + at], -exponent); }
  for (var at = lane; at < n * n; at += WORKGROUP) { work[turns + at] = select(0.0, 1.0, at / n == at % n); }
  settle();
  for (var sweep = 0u; sweep < SWEEPS; sweep++) {
    for (var round = 0u; round + 1u < players; round++) {
      for (var t = lane; t < pairs; t += WORKGROUP) {
        let pair = jacobi_pair(t, round, players);
        if (pair.y < n) {
          let p = columns + pair.x;
          let q = columns + pair.y;
          var pp = 0.0;
          var qq = 0.0;
          var pq = 0.0;
          for (var i = 0u; i < m; i++) {
            let x = work[p + i * n];
            let y = work[q + i * n];
            pp += x * x;
            qq += y * y;
            pq += x * y;
          }
          if (abs(pq) > NEGLIGIBLE * sqrt(pp) * sqrt(qq)) {
            let turn = jacobi_turn((qq - pp) / (2.0 * pq));
            for (var i = 0u; i < m; i++) {
              let x = work[p + i * n];
              let y = work[q + i * n];
              work[p + i * n] = x - turn.x * (y + turn.y * x);
              work[q + i * n] = y + turn.x * (x - turn.y * y);
            }
            let vp = turns + pair.x;
            let vq = turns + pair.y;
            for (var i = 0u; i < n; i++) {
              let x = work[vp + i * n];
              let y = work[vq + i * n];
              work[vp + i * n] = x - turn.x * (y + turn.y * x);
              work[vq + i * n] = y + turn.x * (x - turn.y * y);
            }
            atomicStore(&turned, 1u);
          }
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
  for (var j = lane; j < n; j += WORKGROUP) {
    var squares = 0.0;
    for (var i = 0u; i < m; i++) {
      let x = work[columns + i * n + j];
      squares += x * x;
    }
    work[lengths + j] = sqrt(squares);
  }
  settle();
  for (var j = lane; j < n; j += WORKGROUP) {
    let length = work[lengths + j];
    var place = 0u;
    for (var k = 0u; k < n; k++) {
      let other = work[lengths + k];
      if (other > length || (other == length && k < j)) { place++; }
    }
    values[matrix * n + place] = ldexp(length, exponent);
    for (var i = 0u; i < m; i++) { w[start + i * n + place] = work[columns + i * n + j]; }
    for (var i = 0u; i < n; i++) { v[matrix * n * n + i * n + place] = work[turns + i * n + j]; }
  }
}
