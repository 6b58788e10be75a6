// cross-entropy-grad.wgsl: gradient of cross-entropy.wgsl by x, with that of the sum or mean of the rows.
//   dx[i, c] = scale dy[i] share[i] (e^(x[i, c] - m_i - l_i) - [c = t_i]), of a mean / weight
// One element an invocation (main), or one row (rows; quads: read and written in fours).
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

// The same bindings in fours, for numbers of classes that 4 divides.
@group(0) @binding(0) var<storage, read> x4: array<vec4f>;
@group(0) @binding(6) var<storage, read_write> dx4: array<vec4f>;

fn factor_of(i: u32) -> f32 {
  var factor = params.scale * share[i];
  if (DY) { factor *= dy[select(i, 0u, REDUCED)]; }
  if (MEAN) { factor /= weight[0]; }
  return factor;
}

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(workgroup_id) wid: vec3u, @builtin(num_workgroups) nwg: vec3u, @builtin(local_invocation_id) lid: vec3u) {
  let index = (wid.y * nwg.x + wid.x) * WORKGROUP + lid.x;
  if (index >= params.n * params.classes) { return; }
  let i = index / params.classes;
  let c = index % params.classes;
  let p = math_exp_below(x[index] - shift[2u * i] - shift[2u * i + 1u]);
  // A row that counts nothing has no gradient, whatever its scores and the factor are.
  dx[index] = select(factor_of(i) * (p - select(0.0, 1.0, labels[i] == i32(c))), 0.0, share[i] == 0.0);
}

@compute @workgroup_size(WORKGROUP)
fn rows(@builtin(workgroup_id) wid: vec3u, @builtin(num_workgroups) nwg: vec3u, @builtin(local_invocation_id) lid: vec3u) {
  let i = (wid.y * nwg.x + wid.x) * WORKGROUP + lid.x;
  if (i >= params.n) { return; }
  let first = i * params.classes;
  let classes = params.classes;
  let factor = factor_of(i);
  let nothing = share[i] == 0.0;
  let m = shift[2u * i];
  let l = shift[2u * i + 1u];
  let label = u32(labels[i]);
  for (var c = 0u; c < classes; c++) {
    let p = math_exp_below(x[first + c] - m - l);
    dx[first + c] = select(factor * (p - select(0.0, 1.0, c == label)), 0.0, nothing);
  }
}

@compute @workgroup_size(WORKGROUP)
fn quads(@builtin(workgroup_id) wid: vec3u, @builtin(num_workgroups) nwg: vec3u, @builtin(local_invocation_id) lid: vec3u) {
  let i = (wid.y * nwg.x + wid.x) * WORKGROUP + lid.x;
  if (i >= params.n) { return; }
  let count = params.classes / 4u;
  let first = i * count;
  let factor = factor_of(i);
  let nothing = share[i] == 0.0;
  let m = shift[2u * i];
  let l = shift[2u * i + 1u];
  let label = vec4u(u32(labels[i])) - vec4u(0u, 1u, 2u, 3u);
  for (var c = 0u; c < count; c++) {
    let v = x4[first + c] - m - l;
    let p = vec4f(math_exp_below(v.x), math_exp_below(v.y), math_exp_below(v.z), math_exp_below(v.w));
    let hits = select(vec4f(), vec4f(1.0), label == vec4u(4u * c));
    dx4[first + c] = select(factor * (p - hits), vec4f(), nothing);
  }
}
