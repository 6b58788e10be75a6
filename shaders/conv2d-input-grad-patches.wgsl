// conv2d-input-grad-patches.wgsl: lays patches side by side: the end of a transposed cross-correlation whose patches do not overlap.
//   y[c,i,j] = b[c] + z[c,p,q,r,s]   with i + pad_top = r·SH + p, j + pad_left = s·SW + q; b[c] alone where there is no such element
const WORKGROUP: u32 = 64u;
const KH: u32 = 2u;
const KW: u32 = 2u;
const SH: u32 = 2u;
const SW: u32 = 2u;
const BIAS: u32 = 0u; // 1: add b

struct Params {
  count: u32, // elements of y
  channels: u32,
  in_rows: u32, // of z
  in_cols: u32,
  out_rows: u32, // of y
  out_cols: u32,
  pad_top: u32,
  pad_left: u32,
}

@group(0) @binding(0) var<storage, read> z: array<f32>;       // [batch, channels, KH, KW, in_rows, in_cols]
@group(0) @binding(1) var<storage, read> b: array<f32>;       // [channels]; unread if BIAS is 0
@group(0) @binding(2) var<storage, read_write> y: array<f32>; // [batch, channels, out_rows, out_cols]
@group(0) @binding(3) var<uniform> params: Params;

// The compiler may put pointwise operations on the result here.
fn store(at: u32, value: f32) { y[at] = value; }

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(workgroup_id) wid: vec3u, @builtin(num_workgroups) nwg: vec3u, @builtin(local_invocation_id) lid: vec3u) {
  let index = (wid.y * nwg.x + wid.x) * WORKGROUP + lid.x;
  if (index >= params.count) { return; }
  let line = index / params.out_cols;
  let image = line / params.out_rows; // and channel
  let i = line - image * params.out_rows + params.pad_top;
  let j = index - line * params.out_cols + params.pad_left;
  let inside = (i % SH < KH) & (j % SW < KW) & (i / SH < params.in_rows) & (j / SW < params.in_cols);
  let at = (((image * KH + i % SH) * KW + j % SW) * params.in_rows + i / SH) * params.in_cols + j / SW;
  var value = select(0.0, z[select(0u, at, inside)], inside);
  if (BIAS == 1u) { value += b[image % params.channels]; }
  store(index, value);
}
