// layer-norm-affine-grad.wgsl: gradients of layer-norm.wgsl by weight and bias, over one chunk of the rows; one column an invocation
// or, for GPUs, four (quads), with the loads of two rows under way at once.
//   dw[s, i] = Σ_{r in chunk s} dy[r, i] x̂[r, i],   db[s, i] = Σ_{r in chunk s} dy[r, i],   x̂ = (x - mean) / √(variance + eps)
// sum-chunks-pair.wgsl adds the chunks.
@group(0) @binding(0) var<storage, read> dy: array<f32>;        // [rows, n]
@group(0) @binding(1) var<storage, read> x: array<f32>;         // [rows, n]
@group(0) @binding(2) var<storage, read> mean: array<f32>;      // [rows]
@group(0) @binding(3) var<storage, read> variance: array<f32>;  // [rows]
@group(0) @binding(4) var<storage, read_write> dw: array<f32>;  // [chunks, n]
@group(0) @binding(5) var<storage, read_write> db: array<f32>;  // [chunks, n]
@group(0) @binding(6) var<uniform> params: Params;

struct Params {
  rows: u32,
  n: u32,
  chunks: u32,
  chunk: u32, // rows
  eps: f32,
}

const WORKGROUP: u32 = 64u;
const BLOCK: u32 = 64u; // rows summed before their sum joins the chunk's

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(workgroup_id) wid: vec3u, @builtin(num_workgroups) nwg: vec3u, @builtin(local_invocation_id) lid: vec3u) {
  let index = (wid.y * nwg.x + wid.x) * WORKGROUP + lid.x;
  if (index >= params.n * params.chunks) { return; }
  let i = index % params.n;
  var r = index / params.n * params.chunk;
  let end = min(r + params.chunk, params.rows);
  var total = vec2f();
  while (r < end) {
    var part = vec2f();
    let stop = min(r + BLOCK, end);
    for (; r < stop; r++) {
      let g = dy[r * params.n + i];
      part += g * vec2f((x[r * params.n + i] - mean[r]) * inverseSqrt(variance[r] + params.eps), 1.0);
    }
    total += part;
  }
  dw[index] = total.x;
  db[index] = total.y;
}

// The same bindings in fours, for rows whose length 4 divides.
@group(0) @binding(0) var<storage, read> dy4: array<vec4f>;
@group(0) @binding(1) var<storage, read> x4: array<vec4f>;
@group(0) @binding(4) var<storage, read_write> dw4: array<vec4f>;
@group(0) @binding(5) var<storage, read_write> db4: array<vec4f>;

@compute @workgroup_size(WORKGROUP)
fn quads(@builtin(workgroup_id) wid: vec3u, @builtin(num_workgroups) nwg: vec3u, @builtin(local_invocation_id) lid: vec3u) {
  let index = (wid.y * nwg.x + wid.x) * WORKGROUP + lid.x;
  let columns = params.n / 4u;
  if (index >= columns * params.chunks) { return; }
  let i = index % columns;
  var r = index / columns * params.chunk;
  let end = min(r + params.chunk, params.rows);
  var w = vec4f();
  var b = vec4f();
  for (; r + 1u < end; r += 2u) {
    let at = r * columns + i;
    let g = dy4[at];
    let h = dy4[at + columns];
    let p = x4[at];
    let q = x4[at + columns];
    w += g * ((p - mean[r]) * inverseSqrt(variance[r] + params.eps)) + h * ((q - mean[r + 1u]) * inverseSqrt(variance[r + 1u] + params.eps));
    b += g + h;
  }
  if (r < end) {
    let g = dy4[r * columns + i];
    w += g * ((x4[r * columns + i] - mean[r]) * inverseSqrt(variance[r] + params.eps));
    b += g;
  }
  dw4[index] = w;
  db4[index] = b;
}
