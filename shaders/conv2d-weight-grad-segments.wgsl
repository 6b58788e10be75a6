// conv2d-weight-grad-segments.wgsl: gradient of a cross-correlation by its weight and bias, from segments of rows.
//   dw[s,o,c,p,q] = Σ_{m in chunk s} dy[o,m] · x[n, c, i·SH + p·DH - pad_top, j·SW + q·DW - pad_left],   db[s,o] = Σ_{m in chunk s} dy[o,m]
// where m = (n,i,j). A segment is TX pixels of dy side by side; segments are numbered through rows and images. A line is a channel of
// x with a row p of the kernel. A workgroup sums LO·TO channels × LL·TL lines, through workgroup memory; a lane reads each line's
// columns once, for all KW taps. Where these sums are too few for a workgroup, each of SLICES groups of lanes sums segments of its own,
// a segment a turn, and the slices are added at the end. Where the next segment lies follows from where this one does, without a
// division; its elements are loaded while this one's are multiplied, and stored at the turn's end: compilers copy registers that hold
// loads from turn to turn, and wait for them. sum-chunks-pair.wgsl or sum-chunks-lanes.wgsl adds the chunks.
const LO: u32 = 8u; // lanes with other channels, and with other lines
const LL: u32 = 16u;
const LANES: u32 = 128u; // LO · LL, those of a slice
const SLICES: u32 = 1u;
const SLICE_RUN: u32 = 1u; // slices that are added without a test, a divisor of SLICES
const THREADS: u32 = 128u; // LANES · SLICES
const TO: u32 = 8u; // channels of a lane
const VEC: u32 = 4u; // those of them that lie side by side, 1, 2 or 4
const VECS: u32 = 2u; // TO / VEC
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
const APART: u32 = 0u; // 1: no two pixels read the same column, so each pixel reads its own
const X_LOADS: u32 = 3u; // ⌈LINES · PITCH / LANES⌉
const X_SLICE: u32 = 384u; // X_LOADS · LANES or more
const X_TILE: u32 = 384u; // SLICES · X_SLICE, or what the sums of the slices take
const DY_COUNT: u32 = 448u; // OUTS · TX
const DY_LOADS: u32 = 4u; // ⌈DY_COUNT / LANES⌉
const O_PITCH: u32 = 17u; // OUTS / VEC + 1, or 1
const DY_SLICE: u32 = 476u; // TX · O_PITCH · VEC or more
const DY_TILE: u32 = 476u; // SLICES · DY_SLICE
const PORTION: u32 = 8u; // sums of a lane that are added over the slices at a time
const PORTIONS: u32 = 6u; // ACC / PORTION

struct Params {
  workgroups: u32,
  o_blocks: u32,
  l_blocks: u32,
  x_tiles: u32, // segments of a row
  segments: u32, // over the batch
  chunk: u32, // segments in a chunk
  step_n: u32, // SLICES segments, in images, rows and columns
  step_i: u32,
  step_j: u32,
  row_end: u32, // x_tiles · TX
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

var<workgroup> x_tile: array<f32, X_TILE>;     // [SLICES, LINES, PITCH]
// Numbers, not vectors: writing to one component may write them all, and neighbours write the others.
var<workgroup> dy_tile: array<f32, DY_TILE>;   // [SLICES, TX, OUTS]

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
  // Where there is one slice, the remainder makes it a constant: the place of its segment is then computed once for all lanes.
  // By these forms the compiler also knows that no index is too large.
  let slice = thread / LANES % SLICES;
  let lane = thread % LANES;
  let lane_o = lane % LO;
  let lane_l = lane / LO;
  let x_slice = slice * X_SLICE;
  let dy_slice = slice * DY_SLICE;
  let lines = params.group_in * KH;
  let plane = params.in_rows * params.in_cols;
  let image = params.out_rows * params.out_cols;
  let x_image = params.groups * params.group_in * plane;
  let dy_image = params.groups * params.group_out * image;
  let begin = chunk * params.chunk;
  let end = min(begin + params.chunk, params.segments);
  // The segment that is loaded: its image, row and first column.
  var valid = SLICES == 1u || begin + slice < end;
  let first = select(begin, begin + slice, valid);
  var n = first / params.x_tiles / params.out_rows;
  var i = first / params.x_tiles % params.out_rows;
  var j = first % params.x_tiles * TX;

  // What this invocation loads of x: where it lies relative to the place of the segment. Places left of or above x wrap to huge
  // numbers, so that one comparison tests both ends.
  var x_at: array<u32, X_LOADS>; // scalars
  var x_row: array<u32, X_LOADS>; // scalars
  var x_col: array<u32, X_LOADS>; // scalars
  var x_inside: array<bool, X_LOADS>; // scalars
  var x_value: array<f32, X_LOADS>; // scalars
  for (var k = 0u; k < X_LOADS; k++) { // unroll
    let e = k * LANES + lane;
    let line = min(l0 + e / PITCH, lines - 1u);
    x_row[k] = line % KH * DH - u32(params.pad_top);
    x_col[k] = e % PITCH / COL_RUN * SW + e % PITCH % COL_RUN * COL_STEP - u32(params.pad_left);
    x_at[k] = (g * params.group_in + line / KH) * plane + x_row[k] * params.in_cols + x_col[k];
    let iy = i * SH + x_row[k];
    let ix = j * SW + x_col[k];
    x_inside[k] = valid & (iy < params.in_rows) & (ix < params.in_cols);
    x_value[k] = x[select(0u, x_at[k] + n * x_image + i * SH * params.in_cols + j * SW, x_inside[k])];
  }
  // What this invocation loads of dy, and the sums of these elements.
  var dy_at: array<u32, DY_LOADS>; // scalars
  var dy_to: array<u32, DY_LOADS>; // scalars
  var dy_col: array<u32, DY_LOADS>; // scalars
  var dy_value: array<f32, DY_LOADS>; // scalars
  var dy_sum: array<f32, DY_LOADS>; // scalars
  for (var k = 0u; k < DY_LOADS; k++) { // unroll
    let e = min(k * LANES + lane, DY_COUNT - 1u);
    dy_col[k] = e % TX;
    dy_to[k] = dy_slice + e % TX * (VEC * O_PITCH) + e / TX;
    dy_at[k] = (g * params.group_out + min(o0 + e / TX, params.group_out - 1u)) * image;
    dy_value[k] = dy[dy_at[k] + n * dy_image + i * params.out_cols + min(j + dy_col[k], params.out_cols - 1u)];
  }

  var acc: array<f32, ACC>; // scalars
  for (var k = 0u; k < X_LOADS; k++) { // unroll
    x_tile[x_slice + k * LANES + lane] = select(0.0, x_value[k], x_inside[k]);
  }
  for (var k = 0u; k < DY_LOADS; k++) { // unroll
    let value = select(0.0, dy_value[k], valid & (j + dy_col[k] < params.out_cols));
    dy_tile[dy_to[k]] = value;
    dy_sum[k] += value;
  }
  for (var segment = begin; segment < end; segment += SLICES) {
    workgroupBarrier();
    // The next segment; after the last one there is none, so that one is loaded again.
    let more = segment + slice + SLICES < end;
    let next_j = j + params.step_j;
    let wraps = next_j >= params.row_end;
    let next_i = i + params.step_i + select(0u, 1u, wraps);
    let down = next_i >= params.out_rows;
    j = select(j, select(next_j, next_j - params.row_end, wraps), more);
    i = select(i, select(next_i, next_i - params.out_rows, down), more);
    n += select(0u, params.step_n + select(0u, 1u, down), more);
    valid = SLICES == 1u || more;
    let x_base = n * x_image + i * SH * params.in_cols + j * SW;
    let dy_base = n * dy_image + i * params.out_cols;
    for (var k = 0u; k < X_LOADS; k++) { // unroll
      let iy = i * SH + x_row[k];
      let ix = j * SW + x_col[k];
      x_inside[k] = valid & (iy < params.in_rows) & (ix < params.in_cols);
      x_value[k] = x[select(0u, x_at[k] + x_base, x_inside[k])];
    }
    for (var k = 0u; k < DY_LOADS; k++) { // unroll
      dy_value[k] = dy[dy_at[k] + dy_base + min(j + dy_col[k], params.out_cols - 1u)];
    }
    var row: array<f32, ROW>; // scalars
    if (APART < 1) { // constant
      for (var l = 0u; l < TL; l++) { // unroll
        for (var col = 0u; col < COLS; col++) { // unroll
          row[l * COLS + col] = x_tile[x_slice + (l * LL + lane_l) * PITCH + col];
        }
      }
    }
    for (var t = 0u; t < TX; t++) { // unroll
      if (0 < APART) { // constant
        for (var l = 0u; l < TL; l++) { // unroll
          for (var q = 0u; q < KW; q++) { // unroll
            row[l * COLS + t * COL_X + q * COL_Q] = x_tile[x_slice + (l * LL + lane_l) * PITCH + t * COL_X + q * COL_Q];
          }
        }
      }
      for (var k = 0u; k < VECS; k++) { // unroll
        var value: array<f32, VEC>; // scalars
        for (var o = 0u; o < VEC; o++) { // unroll
          value[o] = dy_tile[dy_slice + (t * O_PITCH + k * LO + lane_o) * VEC + o];
        }
        for (var o = 0u; o < VEC; o++) { // unroll
          for (var l = 0u; l < TL; l++) { // unroll
            for (var q = 0u; q < KW; q++) { // unroll
              acc[((k * VEC + o) * TL + l) * KW + q] = fma(value[o], row[l * COLS + t * COL_X + q * COL_Q], acc[((k * VEC + o) * TL + l) * KW + q]);
            }
          }
        }
      }
    }
    workgroupBarrier();
    for (var k = 0u; k < X_LOADS; k++) { // unroll
      x_tile[x_slice + k * LANES + lane] = select(0.0, x_value[k], x_inside[k]);
    }
    // After the last segment its elements are loaded again; they count as 0, so that db does not add them twice.
    for (var k = 0u; k < DY_LOADS; k++) { // unroll
      let value = select(0.0, dy_value[k], more & (j + dy_col[k] < params.out_cols));
      dy_tile[dy_to[k]] = value;
      dy_sum[k] += value;
    }
  }

  let part = (chunk * params.groups + g) * params.group_out;
  if (SLICES < 2) { // constant
    for (var k = 0u; k < VECS; k++) { // unroll
      for (var o = 0u; o < VEC; o++) { // unroll
        let channel = o0 + (k * LO + lane_o) * VEC + o;
        for (var l = 0u; l < TL; l++) { // unroll
          let line = l0 + l * LL + lane_l;
          if ((channel < params.group_out) & (line < lines)) {
            for (var q = 0u; q < KW; q++) { // unroll
              dw[((part + channel) * lines + line) * KW + q] = acc[((k * VEC + o) * TL + l) * KW + q];
            }
          }
        }
      }
    }
  }
  if (1 < SLICES) { // constant
    for (var b = 0u; b < PORTIONS; b++) { // unroll
      workgroupBarrier();
      for (var p = 0u; p < PORTION; p++) { // unroll
        x_tile[p * THREADS + thread] = acc[b * PORTION + p];
      }
      workgroupBarrier();
      for (var e = thread; e < PORTION * LANES; e += THREADS) {
        let from_lane = e % LANES;
        let at = b * PORTION + e / LANES;
        let vec = at / (KW * TL);
        let channel = o0 + (vec / VEC * LO + from_lane % LO) * VEC + vec % VEC;
        let line = l0 + at / KW % TL * LL + from_lane / LO;
        var sum = 0.0;
        for (var s = 0u; s < SLICES; s += SLICE_RUN) {
          for (var r = 0u; r < SLICE_RUN; r++) { // unroll
            sum += x_tile[e / LANES * THREADS + (s + r) * LANES + from_lane];
          }
        }
        if ((channel < params.group_out) & (line < lines)) {
          dw[((part + channel) * lines + line) * KW + at % KW] = sum;
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
  // Each channel of each slice, and then the slices.
  for (var e = thread; e < OUTS * SLICES; e += THREADS) {
    var sum = 0.0;
    for (var t = 0u; t < TX; t++) {
      sum += dy_tile[e / OUTS * DY_SLICE + t * O_PITCH * VEC + e % OUTS];
    }
    x_tile[e] = sum;
  }
  workgroupBarrier();
  for (var o = thread; o < min(OUTS, params.group_out - o0); o += THREADS) {
    var sum = 0.0;
    for (var s = 0u; s < SLICES; s += SLICE_RUN) {
      for (var r = 0u; r < SLICE_RUN; r++) { // unroll
        sum += x_tile[(s + r) * OUTS + o];
      }
    }
    db[part + o0 + o] = sum;
  }
}
