// conv2d.wgsl: cross-correlation of NCHW images; each invocation computes TX columns of TO channels of one output row.
//   y[n,o,i,j] = b[o] + Σ_{c,p,q} w[o,c,p,q] · x[n,c, i·SH + p·DH - pad_top, j·SW + q·DW - pad_left]
// The gradient by the input at stride 1 is the same sum over dy, with channels swapped and taps reversed.
// With BORDER 0, x must hold every element that a tile touches: it was padded, or has no padding and whole tiles.
const WORKGROUP: u32 = 64u;
const TX: u32 = 7u;
const TO: u32 = 8u;
const ACC: u32 = 56u; // TX · TO
const KH: u32 = 3u;
const KW: u32 = 3u;
const KHT: u32 = 3u; // kernel rows and taps of a row that are written out; they divide KH and KW
const KWT: u32 = 3u;
const KHS: u32 = 1u; // KH / KHT
const KWS: u32 = 1u; // KW / KWT
const ROW: u32 = 9u; // columns of x under TX outputs and KWT taps: (TX - 1)·SW + (KWT - 1)·DW + 1
const SH: u32 = 1u;
const SW: u32 = 1u;
const DH: u32 = 1u;
const DW: u32 = 1u;
const BORDER: u32 = 1u;

struct Params {
  tiles: u32,
  x_tiles: u32,
  o_tiles: u32,
  batch: u32,
  groups: u32,
  group_in: u32,
  group_out: u32,
  in_rows: u32,
  in_cols: u32,
  out_rows: u32,
  out_cols: u32,
  pad_top: i32,
  pad_left: i32,
  w_group: u32, // steps in w from group to group, and from channel to channel of the output and of the input
  w_out: u32,
  w_in: u32,
  tap_first: u32, // place of the first tap, and the step to the next, which wraps around where taps run backwards
  tap_step: u32,
  bias: u32, // 1: add b
}

@group(0) @binding(0) var<storage, read> x: array<f32>;       // [batch, groups·group_in, in_rows, in_cols]
@group(0) @binding(1) var<storage, read> w: array<f32>;       // channels by the three steps, then [KH, KW]
@group(0) @binding(2) var<storage, read> b: array<f32>;       // [groups·group_out]; unread if bias is 0
@group(0) @binding(3) var<storage, read_write> y: array<f32>; // [batch, groups·group_out, out_rows, out_cols]
@group(0) @binding(4) var<uniform> params: Params;

// The compiler may put pointwise operations on the result here.
fn store(at: u32, value: f32) { y[at] = value; }

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(workgroup_id) wid: vec3u, @builtin(num_workgroups) nwg: vec3u, @builtin(local_invocation_id) lid: vec3u) {
  var rest = (wid.y * nwg.x + wid.x) * WORKGROUP + lid.x;
  if (rest >= params.tiles) { return; }
  let ox = rest % params.x_tiles * TX;
  rest /= params.x_tiles;
  let oy = rest % params.out_rows;
  rest /= params.out_rows;
  let n = rest % params.batch;
  rest /= params.batch;
  let o0 = rest % params.o_tiles * TO;
  let g = rest / params.o_tiles;

  let last_o = params.group_out - 1u;
  // Places left of or above x wrap to huge numbers, so that one comparison tests both ends.
  let last_row = params.in_rows - 1u;
  let last_col = params.in_cols - 1u;
  let left = ox * SW - u32(params.pad_left);
  let top = oy * SH - u32(params.pad_top);
  var acc: array<f32, ACC>;
  for (var o = 0u; o < TO; o++) { // unroll
    var start = 0.0;
    if (params.bias == 1u) { start = b[g * params.group_out + min(o0 + o, last_o)]; }
    for (var t = 0u; t < TX; t++) { // unroll
      acc[o * TX + t] = start;
    }
  }
  for (var c = 0u; c < params.group_in; c++) {
    let plane = ((n * params.groups + g) * params.group_in + c) * params.in_rows;
    let w0 = g * params.w_group + c * params.w_in + params.tap_first;
    for (var rows = 0u; rows < KHS; rows++) { // unroll up to 1
      for (var taps = 0u; taps < KWS; taps++) { // unroll up to 1
        for (var p = 0u; p < KHT; p++) { // unroll
          let kh = rows * KHT + p;
          let iy = top + kh * DH;
          let line = (plane + min(iy, last_row)) * params.in_cols;
          var row: array<f32, ROW>;
          for (var i = 0u; i < ROW; i++) { // unroll
            let ix = left + taps * KWT * DW + i;
            if (BORDER == 0u) {
              row[i] = x[line + ix];
            } else {
              row[i] = select(0.0, x[line + min(ix, last_col)], (iy <= last_row) & (ix <= last_col));
            }
          }
          for (var o = 0u; o < TO; o++) { // unroll
            let w1 = w0 + min(o0 + o, last_o) * params.w_out;
            for (var q = 0u; q < KWT; q++) { // unroll
              let weight = w[w1 + (kh * KW + taps * KWT + q) * params.tap_step];
              for (var t = 0u; t < TX; t++) { // unroll
                acc[o * TX + t] = fma(weight, row[t * SW + q * DW], acc[o * TX + t]);
              }
            }
          }
        }
      }
    }
  }
  for (var o = 0u; o < TO; o++) { // unroll
    if (o0 + o <= last_o) {
      let at = (((n * params.groups + g) * params.group_out + o0 + o) * params.out_rows + oy) * params.out_cols + ox;
      for (var t = 0u; t < TX; t++) { // unroll
        if (ox + t < params.out_cols) { store(at + t, acc[o * TX + t]); }
      }
    }
  }
}
