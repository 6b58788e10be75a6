// cross-entropy-grad.wgsl: gradient of cross-entropy.wgsl by x, with that of the sum or mean of the rows.
//   dx[i, c] = scale dy[i] share[i] (e^(x[i, c] - m_i - l_i) - [c = t_i]), of a mean / weight
// Uses: lib/math.wgsl
@group(0) @binding(0) var<storage, read> x: array<f32>;          // [n, classes]
@group(0) @binding(1) var<storage, read> labels: array<i32>;     // [n]
@group(0) @binding(2) var<storage, read> shift: array<f32>;      // [n, 2]: m and l
@group(0) @binding(3) var<storage, read> share: array<f32>;      // [n]
@group(0) @binding(4) var<storage, read> weight: array<f32>;     // [1]; unread without MEAN
@group(0) @binding(5) var<storage, read> dy: array<f32>;         // [n], or [1] with REDUCED; unread without DY
@group(0) @binding(6) var<storage, read_write> dx: array<f32>;   // [n, classes]
@group(0) @binding(7) var<uniform> params: Params;

struct Params {
  n: u32,
  classes: u32,
  scale: f32,
}

override MEAN: bool = false;
override REDUCED: bool = false;
override DY: bool = true;

const WORKGROUP: u32 = 64u;

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(workgroup_id) wid: vec3u, @builtin(num_workgroups) nwg: vec3u, @builtin(local_invocation_id) lid: vec3u) {
  let index = (wid.y * nwg.x + wid.x) * WORKGROUP + lid.x;
  if (index >= params.n * params.classes) { return; }
  let i = index / params.classes;
  let c = index % params.classes;
  var factor = params.scale * share[i];
  if (DY) { factor *= dy[select(i, 0u, REDUCED)]; }
  if (MEAN) { factor /= weight[0]; }
  let p = math_exp(x[index] - shift[2u * i] - shift[2u * i + 1u]);
  // A row that counts nothing has no gradient, whatever its scores and the factor are.
  dx[index] = select(factor * (p - select(0.0, 1.0, labels[i] == i32(c))), 0.0, share[i] == 0.0);
}
