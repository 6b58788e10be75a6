// conv2d-weight-grad-segments-any.wgsl: what conv2d-weight-grad-segments.wgsl computes, to the same bits, by segments of any length and
// by any number of slices, so that images of all sizes share it.
//   dw[s,o,c,p,q] = Σ_{m in chunk s} dy[o,m] · x[n, c, i·SH + p·DH - pad_top, j·SW + q·DW - pad_left],   db[s,o] = Σ_{m in chunk s} dy[o,m]
// A workgroup sums LO·TO channels × LL lines, one slice after another. sum-chunks-pair.wgsl or sum-chunks-lanes.wgsl adds the chunks.
const LO: u32 = 4u; // lanes with other channels, and with other lines
const LL: u32 = 16u;
const THREADS: u32 = 64u; // LO · LL
const TO: u32 = 4u; // channels of a lane
const OUTS: u32 = 16u; // LO · TO
const O_PITCH: u32 = 17u; // OUTS + 1: pixels begin in different banks
const MOST: u32 = 16u; // the most pixels of a segment
const KH: u32 = 3u;
const KW: u32 = 3u;
const ACC: u32 = 12u; // TO · KW
const SH: u32 = 1u;
const SW: u32 = 1u;
const DH: u32 = 1u;
const DW: u32 = 1u;
const PITCH: u32 = 19u; // columns of x under MOST pixels, or one more, to be odd
const COL_X: u32 = 1u; // steps in these columns from pixel to pixel and from tap to tap: SW and DW,
const COL_Q: u32 = 1u; // or KW and 1 if the columns between the taps of neighbours are left out
const COL_RUN: u32 = 19u; // the columns until that leaves a gap, or PITCH; and the step in x from one to the next
const COL_STEP: u32 = 1u;
const X_TILE: u32 = 304u; // LL · PITCH
const DY_TILE: u32 = 272u; // MOST · O_PITCH
const DY_LOADS: u32 = 4u; // OUTS · MOST / THREADS

struct Params {
  workgroups: u32,
  o_blocks: u32,
  l_blocks: u32,
  x_tiles: u32, // segments of a row
  segments: u32, // over the batch
  chunk: u32, // segments in a chunk
  slices: u32,
  pixels: u32, // of a segment
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

var<workgroup> x_tile: array<f32, X_TILE>;     // [LL, PITCH]
var<workgroup> dy_tile: array<f32, DY_TILE>;   // [MOST, O_PITCH]

@compute @workgroup_size(THREADS)
fn main(@builtin(workgroup_id) wid: vec3u, @builtin(num_workgroups) nwg: vec3u, @builtin(local_invocation_index) thread: u32) {
  var rest = wid.y * nwg.x + wid.x;
  if (rest >= params.workgroups) { return; }
  let o0 = rest % params.o_blocks * OUTS;
  rest /= params.o_blocks;
  let l0 = rest % params.l_blocks * LL;
  rest /= params.l_blocks;
  let g = rest % params.groups;
  let chunk = rest / params.groups;
  let lane_o = thread % LO;
  let lane_l = thread / LO;
  let lines = params.group_in * KH;
  let plane = params.in_rows * params.in_cols;
  let image = params.out_rows * params.out_cols;
  let begin = chunk * params.chunk;
  let end = min(begin + params.chunk, params.segments);

  var total: array<f32, ACC>; // scalars
  var bias = 0.0;
  var acc: array<f32, ACC>; // scalars
  var dy_sum: array<f32, DY_LOADS>; // scalars
  for (var slice = 0u; slice < params.slices; slice++) {
    // Not every compiler sets a variable of a loop's body to zero in each turn.
    for (var a = 0u; a < ACC; a++) { // unroll
      acc[a] = 0.0;
    }
    for (var k = 0u; k < DY_LOADS; k++) { // unroll
      dy_sum[k] = 0.0;
    }
    for (var segment = begin + slice; segment < end; segment += params.slices) {
      let row = segment / params.x_tiles;
      let n = row / params.out_rows;
      let i = row % params.out_rows;
      let j = segment % params.x_tiles * params.pixels;
      workgroupBarrier();
      for (var e = thread; e < X_TILE; e += THREADS) {
        let line = min(l0 + e / PITCH, lines - 1u);
        // Places left of or above x wrap to huge numbers, so that one comparison tests both ends.
        let iy = i * SH + line % KH * DH - u32(params.pad_top);
        let ix = j * SW + e % PITCH / COL_RUN * SW + e % PITCH % COL_RUN * COL_STEP - u32(params.pad_left);
        let inside = (iy < params.in_rows) & (ix < params.in_cols);
        let at = ((n * params.groups + g) * params.group_in + line / KH) * plane + iy * params.in_cols + ix;
        x_tile[e] = select(0.0, x[select(0u, at, inside)], inside);
      }
      for (var k = 0u; k < DY_LOADS; k++) { // unroll
        let e = k * THREADS + thread;
        let t = e % MOST;
        let channel = min(o0 + e / MOST, params.group_out - 1u);
        let inside = (t < params.pixels) & (j + t < params.out_cols);
        let at = ((n * params.groups + g) * params.group_out + channel) * image + i * params.out_cols + j + t;
        let value = select(0.0, dy[select(0u, at, inside)], inside);
        dy_tile[t * O_PITCH + e / MOST] = value;
        dy_sum[k] += value;
      }
      workgroupBarrier();
      for (var t = 0u; t < params.pixels; t++) {
        var value: array<f32, TO>; // scalars
        for (var o = 0u; o < TO; o++) { // unroll
          value[o] = dy_tile[t * O_PITCH + o * LO + lane_o];
        }
        for (var q = 0u; q < KW; q++) { // unroll
          let column = x_tile[lane_l * PITCH + t * COL_X + q * COL_Q];
          for (var o = 0u; o < TO; o++) { // unroll
            acc[o * KW + q] = fma(value[o], column, acc[o * KW + q]);
          }
        }
      }
    }
    for (var a = 0u; a < ACC; a++) { // unroll
      total[a] += acc[a];
    }
    if (l0 == 0u) {
      // Each pixel of the segments of this slice, and then their sum.
      workgroupBarrier();
      for (var k = 0u; k < DY_LOADS; k++) { // unroll
        let e = k * THREADS + thread;
        dy_tile[e % MOST * O_PITCH + e / MOST] = dy_sum[k];
      }
      workgroupBarrier();
      var sum = 0.0;
      for (var t = 0u; t < params.pixels; t++) {
        sum += dy_tile[t * O_PITCH + thread % OUTS];
      }
      bias += sum;
    }
  }

  let part = (chunk * params.groups + g) * params.group_out;
  let line = l0 + lane_l;
  for (var o = 0u; o < TO; o++) { // unroll
    let channel = o0 + o * LO + lane_o;
    if ((channel < params.group_out) & (line < lines)) {
      for (var q = 0u; q < KW; q++) { // unroll
        dw[((part + channel) * lines + line) * KW + q] = total[o * KW + q];
      }
    }
  }
  if ((l0 == 0u) & (thread < OUTS) & (o0 + thread < params.group_out)) { db[part + o0 + thread] = bias; }
}
