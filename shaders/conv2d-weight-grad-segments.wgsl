// conv2d-weight-grad-segments.wgsl: gradient of a cross-correlation by its weight and bias, from segments of rows.
//   dw[s,o,c,p,q] = Σ_{m in chunk s} dy[o,m] · x[n, c, i·SH + p·DH - pad_top, j·SW + q·DW - pad_left],   db[s,o] = Σ_{m in chunk s} dy[o,m]
// where m = (n,i,j). A segment is TX pixels of dy side by side; segments are numbered through rows and images. A line is a channel of
// x with a row p of the kernel. A workgroup sums LO·TO channels × LL·TL lines, a segment a turn, through workgroup memory; a lane reads
// each line's columns once, for all KW taps. Where the next segment lies follows from where this one does, without a division; its
// elements are loaded while this one's are multiplied. sum-chunks-pair.wgsl adds the chunks.
const LO: u32 = 8u; // lanes with other channels, and with other lines
const LL: u32 = 16u;
const THREADS: u32 = 128u; // LO · LL
const TO: u32 = 8u; // channels of a lane, a multiple of four
const QUADS: u32 = 2u; // TO / 4
const OUTS: u32 = 64u; // LO · TO
const TL: u32 = 2u; // lines of a lane
const LINES: u32 = 32u; // LL · TL
const TX: u32 = 7u; // pixels of a segment
const KH: u32 = 3u;
const KW: u32 = 3u;
const ACC: u32 = 48u; // TO · TL · KW
const SH: u32 = 1u;
const SW: u32 = 1u;
const DH: u32 = 1u;
const DW: u32 = 1u;
const COLS: u32 = 9u; // columns of x under a segment
const ROW: u32 = 18u; // TL · COLS
const PITCH: u32 = 9u; // COLS or one more, to be odd: lines begin in different banks
const COL_X: u32 = 1u; // steps in these columns from pixel to pixel and from tap to tap: SW and DW,
const COL_Q: u32 = 1u; // or KW and 1 if the columns between the taps of neighbours are left out
const COL_RUN: u32 = 9u; // the columns until that leaves a gap, or PITCH; and the step in x from one to the next
const COL_STEP: u32 = 1u;
const X_LOADS: u32 = 3u; // ⌈LINES · PITCH / THREADS⌉
const X_TILE: u32 = 384u; // X_LOADS · THREADS
const DY_COUNT: u32 = 448u; // OUTS · TX
const DY_LOADS: u32 = 4u; // ⌈DY_COUNT / THREADS⌉
const O_PITCH: u32 = 17u; // OUTS / 4 + 1
const DY_TILE: u32 = 476u; // TX · O_PITCH · 4

struct Params {
  workgroups: u32,
  o_blocks: u32,
  l_blocks: u32,
  x_tiles: u32, // segments of a row
  segments: u32, // over the batch
  chunk: u32, // segments in a chunk
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

var<workgroup> x_tile: array<f32, X_TILE>;     // [LINES, PITCH]
// Numbers, not vectors: writing to one component may write them all, and neighbours write the others.
var<workgroup> dy_tile: array<f32, DY_TILE>;   // [TX, OUTS]

@compute @workgroup_size(THREADS)
fn main(@builtin(workgroup_id) wid: vec3u, @builtin(num_workgroups) nwg: vec3u, @builtin(local_invocation_index) thread: u32) {
  var rest = wid.y * nwg.x + wid.x;
  if (rest >= params.workgroups) { return; }
  let o0 = rest % params.o_blocks * OUTS;
  rest /= params.o_blocks;
  let l0 = rest % params.l_blocks * LINES;
  rest /= params.l_blocks;
  let g = rest % params.groups;
  let chunk = rest / params.groups;
  let lane_o = thread % LO;
  let lane_l = thread / LO;
  let lines = params.group_in * KH;
  let plane = params.in_rows * params.in_cols;
  let image = params.out_rows * params.out_cols;
  let x_image = params.groups * params.group_in * plane;
  let dy_image = params.groups * params.group_out * image;
  let begin = chunk * params.chunk;
  let end = min(begin + params.chunk, params.segments);
  // The segment that is loaded: its image, row and first column.
  var n = begin / params.x_tiles / params.out_rows;
  var i = begin / params.x_tiles % params.out_rows;
  var j = begin % params.x_tiles * TX;

  // What this invocation loads of x: where it lies relative to the place of the segment. Places left of or above x wrap to huge
  // numbers, so that one comparison tests both ends.
  var x_at: array<u32, X_LOADS>; // scalars
  var x_row: array<u32, X_LOADS>; // scalars
  var x_col: array<u32, X_LOADS>; // scalars
  var x_inside: array<bool, X_LOADS>; // scalars
  var x_value: array<f32, X_LOADS>; // scalars
  for (var k = 0u; k < X_LOADS; k++) { // unroll
    let e = k * THREADS + thread;
    let line = min(l0 + e / PITCH, lines - 1u);
    x_row[k] = line % KH * DH - u32(params.pad_top);
    x_col[k] = e % PITCH / COL_RUN * SW + e % PITCH % COL_RUN * COL_STEP - u32(params.pad_left);
    x_at[k] = (g * params.group_in + line / KH) * plane + x_row[k] * params.in_cols + x_col[k];
    let iy = i * SH + x_row[k];
    let ix = j * SW + x_col[k];
    x_inside[k] = (iy < params.in_rows) & (ix < params.in_cols);
    x_value[k] = x[select(0u, x_at[k] + n * x_image + i * SH * params.in_cols + j * SW, x_inside[k])];
  }
  // What this invocation loads of dy, and the sums of these elements.
  var dy_at: array<u32, DY_LOADS>; // scalars
  var dy_to: array<u32, DY_LOADS>; // scalars
  var dy_col: array<u32, DY_LOADS>; // scalars
  var dy_value: array<f32, DY_LOADS>; // scalars
  var dy_sum: array<f32, DY_LOADS>; // scalars
  for (var k = 0u; k < DY_LOADS; k++) { // unroll
    let e = min(k * THREADS + thread, DY_COUNT - 1u);
    dy_col[k] = e % TX;
    dy_to[k] = e % TX * (4u * O_PITCH) + e / TX;
    dy_at[k] = (g * params.group_out + min(o0 + e / TX, params.group_out - 1u)) * image;
    dy_value[k] = dy[dy_at[k] + n * dy_image + i * params.out_cols + min(j + dy_col[k], params.out_cols - 1u)];
  }

  var acc: array<f32, ACC>; // scalars
  for (var segment = begin; segment < end; segment++) {
    workgroupBarrier();
    for (var k = 0u; k < X_LOADS; k++) { // unroll
      x_tile[k * THREADS + thread] = select(0.0, x_value[k], x_inside[k]);
    }
    for (var k = 0u; k < DY_LOADS; k++) { // unroll
      let value = select(0.0, dy_value[k], j + dy_col[k] < params.out_cols);
      dy_tile[dy_to[k]] = value;
      dy_sum[k] += value;
    }
    workgroupBarrier();
    // The next segment; after the last one there is none, so that one is loaded again.
    let more = segment + 1u < end;
    let next = j + TX;
    let wraps = more & (next >= params.out_cols);
    j = select(select(j, next, more), 0u, wraps);
    i += select(0u, 1u, wraps);
    let down = i == params.out_rows;
    i = select(i, 0u, down);
    n += select(0u, 1u, down);
    let x_base = n * x_image + i * SH * params.in_cols + j * SW;
    let dy_base = n * dy_image + i * params.out_cols;
    for (var k = 0u; k < X_LOADS; k++) { // unroll
      let iy = i * SH + x_row[k];
      let ix = j * SW + x_col[k];
      x_inside[k] = (iy < params.in_rows) & (ix < params.in_cols);
      x_value[k] = x[select(0u, x_at[k] + x_base, x_inside[k])];
    }
    for (var k = 0u; k < DY_LOADS; k++) { // unroll
      dy_value[k] = dy[dy_at[k] + dy_base + min(j + dy_col[k], params.out_cols - 1u)];
    }
    var row: array<f32, ROW>; // scalars
    for (var l = 0u; l < TL; l++) { // unroll
      for (var col = 0u; col < COLS; col++) { // unroll
        row[l * COLS + col] = x_tile[(l * LL + lane_l) * PITCH + col];
      }
    }
    for (var t = 0u; t < TX; t++) { // unroll
      for (var k = 0u; k < QUADS; k++) { // unroll
        let quad = (t * O_PITCH + k * LO + lane_o) * 4u;
        let value = vec4f(dy_tile[quad], dy_tile[quad + 1u], dy_tile[quad + 2u], dy_tile[quad + 3u]);
        for (var o = 0u; o < 4u; o++) { // unroll
          for (var l = 0u; l < TL; l++) { // unroll
            for (var q = 0u; q < KW; q++) { // unroll
              acc[((k * 4 + o) * TL + l) * KW + q] = fma(value[o], row[l * COLS + t * COL_X + q * COL_Q], acc[((k * 4 + o) * TL + l) * KW + q]);
            }
          }
        }
      }
    }
  }

  let part = (chunk * params.groups + g) * params.group_out;
  for (var k = 0u; k < QUADS; k++) { // unroll
    for (var o = 0u; o < 4u; o++) { // unroll
      let channel = o0 + (k * LO + lane_o) * 4u + o;
      for (var l = 0u; l < TL; l++) { // unroll
        let line = l0 + l * LL + lane_l;
        if ((channel < params.group_out) & (line < lines)) {
          for (var q = 0u; q < KW; q++) { // unroll
            dw[((part + channel) * lines + line) * KW + q] = acc[((k * 4 + o) * TL + l) * KW + q];
          }
        }
      }
    }
  }
  if (l0 > 0u) { return; }
  workgroupBarrier();
  for (var k = 0u; k < DY_LOADS; k++) { // unroll
    dy_tile[dy_to[k]] = dy_sum[k];
  }
  workgroupBarrier();
  for (var o = thread; o < min(OUTS, params.group_out - o0); o += THREADS) {
    var sum = 0.0;
    for (var t = 0u; t < TX; t++) {
      sum += dy_tile[t * O_PITCH * 4u + o];
    }
    db[part + o0 + o] = sum;
  }
}
