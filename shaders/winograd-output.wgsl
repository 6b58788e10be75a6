// winograd-output.wgsl: products in the domain of F(2×2, 3×3), back as tiles of 2 × 2 of the output.
//   y[o] of tile t = b[o] + Aᵀ m[·,o,t] A,   Aᵀ = (1 1 1 0; 0 1 -1 -1)
// Source: Lavin and Gray 2016, arXiv:1509.09308.
const WORKGROUP: u32 = 64u;

struct Params {
  count: u32, // channels · tiles
  tiles: u32, // over the batch
  x_tiles: u32, // in a row
  y_tiles: u32,
  channels: u32,
  out_rows: u32,
  out_cols: u32,
  bias: u32, // 1: add b
}

@group(0) @binding(0) var<storage, read> m: array<f32>;       // [16, channels, tiles]
@group(0) @binding(1) var<storage, read> b: array<f32>;       // [channels]; unread if bias is 0
@group(0) @binding(2) var<storage, read_write> y: array<f32>; // [batch, channels, out_rows, out_cols]
@group(0) @binding(3) var<uniform> params: Params;

// The compiler may put pointwise operations on the result here.
fn store(at: u32, value: f32) { y[at] = value; }

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(workgroup_id) wid: vec3u, @builtin(num_workgroups) nwg: vec3u, @builtin(local_invocation_id) lid: vec3u) {
  let index = (wid.y * nwg.x + wid.x) * WORKGROUP + lid.x;
  if (index >= params.count) { return; }
  let o = index / params.tiles;
  let tile = index % params.tiles;
  let n = tile / (params.x_tiles * params.y_tiles);
  let oy = tile / params.x_tiles % params.y_tiles * 2u;
  let ox = tile % params.x_tiles * 2u;
  var p: array<vec4f, 4>;
  for (var i = 0u; i < 4u; i++) { // unroll
    let at = 4u * i * params.count + index;
    p[i] = vec4f(m[at], m[at + params.count], m[at + 2u * params.count], m[at + 3u * params.count]);
  }
  var start = 0.0;
  if (params.bias == 1u) { start = b[o]; }
  let rows = array<vec4f, 2>(p[0] + p[1] + p[2], p[1] - p[2] - p[3]);
  for (var i = 0u; i < 2u; i++) { // unroll
    let row = rows[i];
    let at = ((n * params.channels + o) * params.out_rows + oy + i) * params.out_cols + ox;
    if (oy + i < params.out_rows) {
      store(at, start + row.x + row.y + row.z);
      if (ox + 1u < params.out_cols) { store(at + 1u, start + row.y - row.z - row.w); }
    }
  }
}
