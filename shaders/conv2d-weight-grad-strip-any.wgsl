// conv2d-weight-grad-strip-any.wgsl: what conv2d-weight-grad-strip.wgsl computes, to the same bits, by strips of any width.
//   dw[s,o,c,p,q] = Σ_{(n,j) in chunk s, i} dy[n,o,i,j] · x[n, c, i·SH + p·DH - pad_top, j·SW + q·DW - pad_left]
//   db[s,o] = Σ_{(n,j) in chunk s, i} dy[n,o,i,j]
// Each of four lanes holds 4 output channels × 1 input channel × all taps, and takes TX columns of a row of a strip at a time, then
// what is left of these one by one. The lanes of a workgroup have the same output channels, and load dy for each other.
// sum-chunks-pair.wgsl adds the chunks.
enable subgroups;

const WORKGROUP: u32 = 4u; // one quad
const TX: u32 = 4u;
const SPREAD: u32 = 16u; // 4 · TX
const KH: u32 = 3u;
const KW: u32 = 3u;
const TAPS: u32 = 9u; // KH · KW
const ACC: u32 = 36u; // 4 · TAPS
const SH: u32 = 1u;
const SW: u32 = 1u;
const DH: u32 = 1u;
const DW: u32 = 1u;
const COLS: u32 = 6u; // columns of x under TX of dy: (TX - 1)·SW + (KW - 1)·DW + 1
const WINDOW: u32 = 18u; // KH · COLS

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
  width: u32, // columns of a strip
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
  let channel = c_tile * WORKGROUP + lane;
  rest /= params.c_tiles;
  let o0 = rest % params.o_tiles * 4u;
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
  let width = params.width;
  let last_row = params.in_rows - 1u;
  let last_col = in_cols - 1u;
  let pad_left = u32(params.pad_left);
  let plane = params.in_rows * in_cols;
  let image = out_rows * out_cols;
  let dy_at = (g * params.group_out + min(o0 + lane, last_o)) * image;
  let x_at = (g * params.group_in + min(channel, last_c)) * plane;

  var acc: array<f32, ACC>; // scalars
  var sum_of_dy = 0.0;
  let end = min((chunk + 1u) * params.chunk, params.strips);
  for (var strip = chunk * params.chunk; strip < end; strip++) {
    let n = strip / params.strips_of_image;
    let first = strip % params.strips_of_image * width;
    let x_image = x_at + n * params.groups * params.group_in * plane;
    var dy_row = dy_at + n * params.groups * params.group_out * image;
    var top = 0u - u32(params.pad_top);
    for (var oy = 0u; oy < out_rows; oy++) {
      // Places left of or above x wrap to huge numbers, so that one comparison tests both ends. A mask of bits makes what is
      // loaded there zero: a select takes longer than the load.
      var line: array<u32, KH>; // scalars
      var line_mask: array<u32, KH>; // scalars
      for (var p = 0u; p < KH; p++) { // unroll
        let iy = top + p * DH;
        line[p] = x_image + min(iy, last_row) * in_cols;
        line_mask[p] = select(0u, 0xffffffffu, iy <= last_row);
      }
      var t0 = 0u;
      for (; t0 + TX <= width; t0 += TX) {
        let ox = first + t0;
        var window: array<f32, WINDOW>; // scalars
        for (var j = 0u; j < COLS; j++) { // unroll
          let ix = ox * SW + j - pad_left;
          let column = min(ix, last_col);
          let mask = select(0u, 0xffffffffu, ix <= last_col);
          for (var p = 0u; p < KH; p++) { // unroll
            window[p * COLS + j] = bitcast<f32>(bitcast<u32>(x[line[p] + column]) & line_mask[p] & mask);
          }
        }
        var d: array<f32, SPREAD>; // scalars
        for (var t = 0u; t < TX; t++) { // unroll
          let own = bitcast<f32>(bitcast<u32>(dy[dy_row + min(ox + t, out_cols - 1u)]) & select(0u, 0xffffffffu, ox + t < out_cols));
          sum_of_dy += own;
          d[t * 4u] = quadBroadcast(own, 0u);
          d[t * 4u + 1u] = quadBroadcast(own, 1u);
          d[t * 4u + 2u] = quadBroadcast(own, 2u);
          d[t * 4u + 3u] = quadBroadcast(own, 3u);
        }
        for (var o = 0u; o < 4; o++) { // unroll
          for (var p = 0u; p < KH; p++) { // unroll
            for (var q = 0u; q < KW; q++) { // unroll
              var sum = acc[(o * KH + p) * KW + q]; // chain
              for (var t = 0u; t < TX; t++) { // unroll
                sum = fma(d[t * 4u + o], window[p * COLS + t * SW + q * DW], sum);
              }
              acc[(o * KH + p) * KW + q] = sum;
            }
          }
        }
      }
      for (; t0 < width; t0++) {
        let ox = first + t0;
        let own = bitcast<f32>(bitcast<u32>(dy[dy_row + min(ox, out_cols - 1u)]) & select(0u, 0xffffffffu, ox < out_cols));
        sum_of_dy += own;
        var d: array<f32, 4>; // scalars
        d[0] = quadBroadcast(own, 0u);
        d[1] = quadBroadcast(own, 1u);
        d[2] = quadBroadcast(own, 2u);
        d[3] = quadBroadcast(own, 3u);
        for (var q = 0u; q < KW; q++) { // unroll
          let ix = ox * SW + q * DW - pad_left;
          let column = min(ix, last_col);
          let mask = select(0u, 0xffffffffu, ix <= last_col);
          for (var p = 0u; p < KH; p++) { // unroll
            let value = bitcast<f32>(bitcast<u32>(x[line[p] + column]) & line_mask[p] & mask);
            for (var o = 0u; o < 4; o++) { // unroll
              acc[(o * KH + p) * KW + q] = fma(d[o], value, acc[(o * KH + p) * KW + q]);
            }
          }
        }
      }
      dy_row += out_cols;
      top += SH;
    }
  }
  // A copy that is indexed by the loops below, so that the sums above need not be.
  var out: array<f32, ACC>;
  for (var a = 0u; a < ACC; a++) { // unroll
    out[a] = acc[a];
  }
  let part = (chunk * params.groups + g) * params.group_out;
  if (c_tile == 0u && o0 + lane <= last_o) { db[part + o0 + lane] = sum_of_dy; }
  for (var o = 0u; o < 4u; o++) {
    if (o0 + o > last_o || channel > last_c) { break; }
    let at = ((part + o0 + o) * params.group_in + channel) * TAPS;
    for (var tap = 0u; tap < TAPS; tap++) {
      dw[at + tap] = out[o * TAPS + tap];
    }
  }
}
