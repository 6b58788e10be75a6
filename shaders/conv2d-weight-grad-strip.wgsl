// conv2d-weight-grad-strip.wgsl: gradient of a cross-correlation by its weight, over one chunk of the batch's strips of TX columns.
//   dw[s,o,c,p,q] = Σ_{(n,j) in chunk s, i} dy[n,o,i,j] · x[n, c, i·SH + p·DH - pad_top, j·SW + q·DW - pad_left]
//   db[s,o] = Σ_{(n,j) in chunk s, i} dy[n,o,i,j]
// Each of four lanes holds TO output channels × TC input channels × all taps and walks down strips, keeping the rows of x that
// the next row of dy meets again. The lanes of a workgroup have the same output channels, and load dy for each other.
// sum-chunks-pair.wgsl adds the chunks.
enable subgroups;

const WORKGROUP: u32 = 4u; // one quad
const TO: u32 = 8u; // a multiple of 4
const QUADS: u32 = 2u; // TO / 4
const TC: u32 = 1u;
const TX: u32 = 7u;
const SPREAD: u32 = 28u; // 4 · TX
const KH: u32 = 3u;
const KW: u32 = 3u;
const LINES: u32 = 3u; // TC · KH, rows of x that an invocation holds
const ACC: u32 = 72u; // TO · LINES · KW
const SH: u32 = 1u;
const SW: u32 = 1u;
const DH: u32 = 1u;
const DW: u32 = 1u;
const COLS: u32 = 9u; // columns of x under a strip: (TX - 1)·SW + (KW - 1)·DW + 1
const KEPT: u32 = 2u; // rows of a channel of x that the next row of dy meets again, the first of the window
const FRESH: u32 = 1u; // KH - KEPT
const WINDOW: u32 = 27u; // LINES · COLS

struct Params {
  workgroups: u32,
  o_tiles: u32,
  c_tiles: u32, // of four lanes each
  strips: u32, // over the batch
  strips_of_image: u32,
  chunk: u32, // strips in a chunk
  groups: u32,
  group_in: u32,
  group_out: u32,
  in_rows: u32,
  in_cols: u32,
  out_rows: u32,
  out_cols: u32,
  pad_top: i32,
  pad_left: i32,
}

@group(0) @binding(0) var<storage, read> x: array<f32>;        // [batch, groups·group_in, in_rows, in_cols]
@group(0) @binding(1) var<storage, read> dy: array<f32>;       // [batch, groups·group_out, out_rows, out_cols]
@group(0) @binding(2) var<storage, read_write> dw: array<f32>; // [chunks, groups·group_out, group_in, KH, KW]
@group(0) @binding(3) var<storage, read_write> db: array<f32>; // [chunks, groups·group_out]
@group(0) @binding(4) var<uniform> params: Params;

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(workgroup_id) wid: vec3u, @builtin(num_workgroups) nwg: vec3u, @builtin(subgroup_invocation_id) sid: u32) {
  var rest = wid.y * nwg.x + wid.x;
  if (rest >= params.workgroups) { return; }
  let lane = sid & 3u;
  let c_tile = rest % params.c_tiles;
  let c0 = (c_tile * WORKGROUP + lane) * TC;
  rest /= params.c_tiles;
  let o0 = rest % params.o_tiles * TO;
  rest /= params.o_tiles;
  let g = rest % params.groups;
  let chunk = rest / params.groups;
  // A channel past the last repeats that one; its sums are not stored.
  let last_o = params.group_out - 1u;
  let last_c = params.group_in - 1u;
  // Each use of a uniform is a load.
  let in_cols = params.in_cols;
  let out_rows = params.out_rows;
  let out_cols = params.out_cols;
  let last_row = params.in_rows - 1u;
  let last_col = in_cols - 1u;
  let plane = params.in_rows * in_cols;
  let image = out_rows * out_cols;

  var dy_at: array<u32, QUADS>; // scalars
  for (var k = 0u; k < QUADS; k++) { // unroll
    dy_at[k] = (g * params.group_out + min(o0 + k * 4u + lane, last_o)) * image;
  }
  var x_at: array<u32, TC>; // scalars
  for (var c = 0u; c < TC; c++) { // unroll
    x_at[c] = (g * params.group_in + min(c0 + c, last_c)) * plane;
  }
  var acc: array<f32, ACC>; // scalars
  var sums: array<f32, QUADS>; // scalars
  let end = min((chunk + 1u) * params.chunk, params.strips);
  for (var strip = chunk * params.chunk; strip < end; strip++) {
    let n = strip / params.strips_of_image;
    let ox = strip % params.strips_of_image * TX;
    // Places left of or above x wrap to huge numbers, so that one comparison tests both ends. A mask of bits makes what is
    // loaded there zero: a select takes longer than the load.
    var column: array<u32, COLS>; // scalars
    var column_mask: array<u32, COLS>; // scalars
    for (var j = 0u; j < COLS; j++) { // unroll
      let ix = ox * SW + j - u32(params.pad_left);
      column[j] = min(ix, last_col);
      column_mask[j] = select(0u, 0xffffffffu, ix <= last_col);
    }
    var dy_column: array<u32, TX>; // scalars
    var dy_mask: array<u32, TX>; // scalars
    for (var t = 0u; t < TX; t++) { // unroll
      dy_column[t] = min(ox + t, out_cols - 1u);
      dy_mask[t] = select(0u, 0xffffffffu, ox + t < out_cols);
    }
    let x_image = n * params.groups * params.group_in * plane;
    var dy_row = n * params.groups * params.group_out * image;
    var top = 0u - u32(params.pad_top);
    var window: array<f32, WINDOW>; // scalars
    for (var p = 0u; p < KEPT; p++) { // unroll
      let iy = top + p;
      let line = x_image + min(iy, last_row) * in_cols;
      let mask = select(0u, 0xffffffffu, iy <= last_row);
      for (var c = 0u; c < TC; c++) { // unroll
        for (var j = 0u; j < COLS; j++) { // unroll
          window[(c * KH + p) * COLS + j] = bitcast<f32>(bitcast<u32>(x[x_at[c] + line + column[j]]) & mask & column_mask[j]);
        }
      }
    }
    for (var oy = 0u; oy < out_rows; oy++) {
      for (var p = 0u; p < FRESH; p++) { // unroll
        let iy = top + (KEPT + p) * DH;
        let line = x_image + min(iy, last_row) * in_cols;
        let mask = select(0u, 0xffffffffu, iy <= last_row);
        for (var c = 0u; c < TC; c++) { // unroll
          for (var j = 0u; j < COLS; j++) { // unroll
            let bits = bitcast<u32>(x[x_at[c] + line + column[j]]);
            window[(c * KH + KEPT + p) * COLS + j] = bitcast<f32>(bits & mask & column_mask[j]);
          }
        }
      }
      for (var k = 0u; k < QUADS; k++) { // unroll
        var d: array<f32, SPREAD>; // scalars
        for (var t = 0u; t < TX; t++) { // unroll
          let own = bitcast<f32>(bitcast<u32>(dy[dy_at[k] + dy_row + dy_column[t]]) & dy_mask[t]);
          sums[k] += own;
          d[t * 4u] = quadBroadcast(own, 0u);
          d[t * 4u + 1u] = quadBroadcast(own, 1u);
          d[t * 4u + 2u] = quadBroadcast(own, 2u);
          d[t * 4u + 3u] = quadBroadcast(own, 3u);
        }
        // Accumulator by accumulator, so that each is in a register while its products are added.
        for (var o = 0u; o < 4; o++) { // unroll
          for (var l = 0u; l < LINES; l++) { // unroll
            for (var q = 0u; q < KW; q++) { // unroll
              var sum = acc[((k * 4u + o) * LINES + l) * KW + q]; // chain
              for (var t = 0u; t < TX; t++) { // unroll
                sum = fma(d[t * 4u + o], window[l * COLS + t * SW + q * DW], sum);
              }
              acc[((k * 4u + o) * LINES + l) * KW + q] = sum;
            }
          }
        }
      }
      dy_row += out_cols;
      top += SH;
      for (var p = 0u; p < KEPT; p++) { // unroll
        for (var c = 0u; c < TC; c++) { // unroll
          for (var j = 0u; j < COLS; j++) { // unroll
            window[(c * KH + p) * COLS + j] = window[(c * KH + p + SH) * COLS + j];
          }
        }
      }
    }
  }
  // A copy that is indexed by the loops below, so that the sums above need not be.
  var out: array<f32, ACC>;
  for (var a = 0u; a < ACC; a++) { // unroll
    out[a] = acc[a];
  }
  let part = (chunk * params.groups + g) * params.group_out;
  if (c_tile == 0u) {
    for (var k = 0u; k < QUADS; k++) { // unroll
      if (o0 + k * 4u + lane <= last_o) { db[part + o0 + k * 4u + lane] = sums[k]; }
    }
  }
  for (var o = 0u; o < TO; o++) {
    if (o0 + o > last_o) { break; }
    for (var c = 0u; c < TC; c++) {
      if (c0 + c > last_c) { break; }
      let at = ((part + o0 + o) * params.group_in + c0 + c) * KH * KW;
      for (var tap = 0u; tap < KH * KW; tap++) {
        dw[at + tap] = out[(o * TC + c) * KH * KW + tap];
      }
    }
  }
}
