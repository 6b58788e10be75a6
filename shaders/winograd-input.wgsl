// winograd-input.wgsl: patches of 4 × 4, two apart, in the domain of F(2×2, 3×3).
//   v[k,c,t] = (Bᵀ d Bᵀᵀ)[k],   Bᵀ = (1 0 -1 0; 0 1 1 0; 0 -1 1 0; 0 1 0 -1),   d the patch of tile t in channel c, zero outside of x
// Source: Lavin and Gray 2016, arXiv:1509.09308.
const WORKGROUP: u32 = 64u;

struct Params {
  count: u32, // channels · tiles
  tiles: u32, // over the batch
  x_tiles: u32, // in a row
  y_tiles: u32,
  channels: u32,
  in_rows: u32,
  in_cols: u32,
  pad_top: i32,
  pad_left: i32,
}

@group(0) @binding(0) var<storage, read> x: array<f32>;       // [batch, channels, in_rows, in_cols]
@group(0) @binding(1) var<storage, read_write> v: array<f32>; // [16, channels, tiles]
@group(0) @binding(2) var<uniform> params: Params;

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(workgroup_id) wid: vec3u, @builtin(num_workgroups) nwg: vec3u, @builtin(local_invocation_id) lid: vec3u) {
  let index = (wid.y * nwg.x + wid.x) * WORKGROUP + lid.x;
  if (index >= params.count) { return; }
  let c = index / params.tiles;
  let tile = index % params.tiles;
  let n = tile / (params.x_tiles * params.y_tiles);
  // Places left of or above x wrap to huge numbers, so that one comparison tests both ends.
  let iy = tile / params.x_tiles % params.y_tiles * 2u - u32(params.pad_top);
  let ix = tile % params.x_tiles * 2u - u32(params.pad_left);
  let plane = (n * params.channels + c) * params.in_rows;
  let cols = ix + vec4u(0u, 1u, 2u, 3u);
  let inside = cols < vec4u(params.in_cols);
  let at = min(cols, vec4u(params.in_cols - 1u));
  var d: array<vec4f, 4>;
  for (var i = 0u; i < 4u; i++) { // unroll
    let line = (plane + min(iy + i, params.in_rows - 1u)) * params.in_cols;
    let row = vec4f(x[line + at.x], x[line + at.y], x[line + at.z], x[line + at.w]);
    d[i] = select(vec4f(0.0), row, inside & vec4<bool>(iy + i < params.in_rows));
  }
  let rows = array<vec4f, 4>(d[0] - d[2], d[1] + d[2], d[2] - d[1], d[1] - d[3]);
  for (var i = 0u; i < 4u; i++) { // unroll
    let row = rows[i];
    v[(4u * i) * params.count + index] = row.x - row.z;
    v[(4u * i + 1u) * params.count + index] = row.y + row.z;
    v[(4u * i + 2u) * params.count + index] = row.z - row.y;
    v[(4u * i + 3u) * params.count + index] = row.y - row.w;
  }
}
