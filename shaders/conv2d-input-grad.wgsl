// conv2d-input-grad.wgsl: gradient of a strided cross-correlation by its input, which is the transposed convolution's forward.
//   dx[n,c,i,j] = b[c] + Σ_{o,p,q} w[o,c,p,q] · dy[n,o,(i + pad_top - p·dh)/sh,(j + pad_left - q·dw)/sw], whole quotients only
// A gather: each invocation computes TX columns of one phase (equal j mod stride), which meet the same taps, of TC channels.
const WORKGROUP: u32 = 64u;
const TX: u32 = 4u;
const TC: u32 = 8u;
const ACC: u32 = 32u; // TX · TC
const BIAS: u32 = 0u;

struct Params {
  tiles: u32,
  x_tiles: u32, // tiles of a row and phase
  c_tiles: u32,
  batch: u32,
  groups: u32,
  group_in: u32,  // channels of dx in a group
  group_out: u32, // channels of dy in a group
  rows: u32,      // of dx
  cols: u32,
  out_rows: u32, // of dy
  out_cols: u32,
  pad_top: i32,
  pad_left: i32,
  stride_h: i32,
  stride_w: i32,
  dilation_h: i32,
  dilation_w: i32,
  kernel_h: u32,
  kernel_w: u32,
}

@group(0) @binding(0) var<storage, read> dy: array<f32>;       // [batch, groups·group_out, out_rows, out_cols]
@group(0) @binding(1) var<storage, read> w: array<f32>;        // [groups·group_out, group_in, kernel_h, kernel_w]
@group(0) @binding(2) var<storage, read> b: array<f32>;        // [groups·group_in]; unread if BIAS is 0
@group(0) @binding(3) var<storage, read_write> dx: array<f32>; // [batch, groups·group_in, rows, cols]
@group(0) @binding(4) var<uniform> params: Params;

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(workgroup_id) wid: vec3u, @builtin(num_workgroups) nwg: vec3u, @builtin(local_invocation_id) lid: vec3u) {
  var rest = (wid.y * nwg.x + wid.x) * WORKGROUP + lid.x;
  if (rest >= params.tiles) { return; }
  let first = i32(rest % params.x_tiles * TX);
  rest /= params.x_tiles;
  let n = rest % params.batch;
  rest /= params.batch;
  let iy = i32(rest % params.rows);
  rest /= params.rows;
  let phase = i32(rest) % params.stride_w;
  rest /= u32(params.stride_w);
  let c0 = rest % params.c_tiles * TC;
  let g = rest / params.c_tiles;

  let last_c = params.group_in - 1u;
  let last_col = params.out_cols - 1u;
  let taps = params.kernel_h * params.kernel_w;
  var acc: array<f32, ACC>;
  for (var c = 0u; c < TC; c++) { // unroll
    var start = 0.0;
    if (BIAS == 1u) { start = b[g * params.group_in + min(c0 + c, last_c)]; }
    for (var t = 0u; t < TX; t++) { // unroll
      acc[c * TX + t] = start;
    }
  }
  for (var p = 0u; p < params.kernel_h; p++) {
    let down = iy + params.pad_top - i32(p) * params.dilation_h;
    if (down < 0 || down % params.stride_h != 0 || down / params.stride_h >= i32(params.out_rows)) { continue; }
    for (var q = 0u; q < params.kernel_w; q++) {
      let across = phase + params.pad_left - i32(q) * params.dilation_w;
      if (across % params.stride_w != 0) { continue; }
      let ox = across / params.stride_w + first;
      for (var o = 0u; o < params.group_out; o++) {
        let channel = g * params.group_out + o;
        let line = ((n * params.groups * params.group_out + channel) * params.out_rows + u32(down / params.stride_h)) * params.out_cols;
        var row: array<f32, TX>;
        for (var t = 0u; t < TX; t++) { // unroll
          let j = u32(ox) + t; // a negative ox wraps to a huge number
          row[t] = select(0.0, dy[line + min(j, last_col)], j <= last_col);
        }
        let w0 = channel * params.group_in * taps + p * params.kernel_w + q;
        for (var c = 0u; c < TC; c++) { // unroll
          let weight = w[w0 + min(c0 + c, last_c) * taps];
          for (var t = 0u; t < TX; t++) { // unroll
            acc[c * TX + t] = fma(weight, row[t], acc[c * TX + t]);
          }
        }
      }
    }
  }
  for (var c = 0u; c < TC; c++) { // unroll
    if (c0 + c <= last_c) {
      let line = (((n * params.groups + g) * params.group_in + c0 + c) * params.rows + u32(iy)) * params.cols;
      for (var t = 0u; t < TX; t++) { // unroll
        let j = phase + (first + i32(t)) * params.stride_w;
        if (j < i32(params.cols)) { dx[line + u32(j)] = acc[c * TX + t]; }
      }
    }
  }
}
