// conv2d-input-grad.wgsl: gradient of a strided cross-correlation by its input, which is the transposed convolution's forward.
//   dx[n,c,i,j] = b[c] + Σ_{o,p,q} w[o,c,p,q] · dy[n,o,(i + pad_top - p·dh)/sh,(j + pad_left - q·DW)/SW], whole quotients only
// A gather: each invocation computes COLS = TX·SW columns in a row of TC channels. It begins at a multiple of SW, so which
// taps meet which column is known beforehand, and no inserted zero is multiplied.
// The sum over the channels of dy may be split into chunks, each in a plane of y; sum-chunks.wgsl adds them.
const WORKGROUP: u32 = 64u;
const TC: u32 = 8u;
const COLS: u32 = 8u;
const TX: u32 = 4u;
const ACC: u32 = 64u; // TC · COLS
const KW: u32 = 4u;
const SW: u32 = 2u;
const DW: u32 = 1u;
// Column t of a tile and tap q meet in element (t + SHIFT - q·DW) / SW of `row`, which begins BEFORE elements left of
// the tile's first: SHIFT = pad_left + BEFORE·SW.
const SHIFT: u32 = 5u;
const BEFORE: u32 = 2u;
const ROW: u32 = 7u;

struct Params {
  tiles: u32,
  x_tiles: u32,
  c_tiles: u32,
  batch: u32,
  groups: u32,
  group_in: u32,  // channels of dx in a group
  group_out: u32, // channels of dy in a group
  in_rows: u32,      // of dx
  in_cols: u32,
  out_rows: u32, // of dy
  out_cols: u32,
  pad_top: u32,
  stride_h: u32,
  dilation_h: u32,
  kernel_h: u32,
  chunk: u32, // channels of dy in a chunk
  outputs: u32, // elements of dx
  bias: u32, // 1: add b
}

@group(0) @binding(0) var<storage, read> dy: array<f32>;       // [batch, groups·group_out, out_rows, out_cols]
@group(0) @binding(1) var<storage, read> w: array<f32>;        // [groups·group_out, group_in, kernel_h, KW]
@group(0) @binding(2) var<storage, read> b: array<f32>;        // [groups·group_in]; unread if bias is 0
@group(0) @binding(3) var<storage, read_write> y: array<f32>;  // dx [chunks, batch, groups·group_in, rows, cols]
@group(0) @binding(4) var<uniform> params: Params;

// The compiler may put pointwise operations on the result here.
fn store(at: u32, value: f32) { y[at] = value; }

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(workgroup_id) wid: vec3u, @builtin(num_workgroups) nwg: vec3u, @builtin(local_invocation_id) lid: vec3u) {
  var rest = (wid.y * nwg.x + wid.x) * WORKGROUP + lid.x;
  if (rest >= params.tiles) { return; }
  let tile = rest % params.x_tiles;
  rest /= params.x_tiles;
  let n = rest % params.batch;
  rest /= params.batch;
  let iy = rest % params.in_rows;
  rest /= params.in_rows;
  let c0 = rest % params.c_tiles * TC;
  rest /= params.c_tiles;
  let g = rest % params.groups;
  let chunk = rest / params.groups;
  let o_end = min((chunk + 1u) * params.chunk, params.group_out);

  let last_c = params.group_in - 1u;
  let last_col = params.out_cols - 1u;
  let taps = params.kernel_h * KW;
  var acc: array<f32, ACC>; // scalars
  for (var c = 0u; c < TC; c++) { // unroll
    var start = 0.0;
    if (params.bias == 1u) { start = b[g * params.group_in + min(c0 + c, last_c)]; }
    for (var t = 0u; t < COLS; t++) { // unroll
      acc[c * COLS + t] = start;
    }
  }
  for (var p = 0u; p < params.kernel_h; p++) {
    let down = iy + params.pad_top - p * params.dilation_h; // a negative one wraps to a huge number
    let oy = down / params.stride_h;
    if (down % params.stride_h != 0u || oy >= params.out_rows) { continue; }
    for (var o = chunk * params.chunk; o < o_end; o++) {
      let channel = g * params.group_out + o;
      let line = ((n * params.groups * params.group_out + channel) * params.out_rows + oy) * params.out_cols;
      var row: array<f32, ROW>; // scalars
      for (var t = 0u; t < ROW; t++) { // unroll
        let j = tile * TX + t - BEFORE;
        row[t] = select(0.0, dy[line + min(j, last_col)], j <= last_col);
      }
      for (var c = 0u; c < TC; c++) { // unroll
        let w0 = (channel * params.group_in + min(c0 + c, last_c)) * taps + p * KW;
        for (var q = 0u; q < KW; q++) { // unroll
          let weight = w[w0 + q];
          for (var t = 0u; t < COLS; t++) { // unroll
            if ((t + SHIFT - q * DW) % SW < 1) { // constant
              acc[c * COLS + t] = fma(weight, row[(t + SHIFT - q * DW) / SW], acc[c * COLS + t]);
            }
          }
        }
      }
    }
  }
  for (var c = 0u; c < TC; c++) { // unroll
    if (c0 + c <= last_c) {
      let line = chunk * params.outputs + (((n * params.groups + g) * params.group_in + c0 + c) * params.in_rows + iy) * params.in_cols;
      for (var t = 0u; t < COLS; t++) { // unroll
        if (tile * COLS + t < params.in_cols) { store(line + tile * COLS + t, acc[c * COLS + t]); }
      }
    }
  }
}
