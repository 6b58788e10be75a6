// conv2d-segments.wgsl: cross-correlation of NCHW images, several channels of a segment of a row by each invocation.
//   y[o,m] = b[o] + Σ_c Σ_p Σ_q w[o,c,p,q] · x[n, c, i·SH + p·DH - pad_top, j·SW + q·DW - pad_left],   m = (n,i,j)
// A segment is TX outputs side by side; segments are numbered through rows and images, so that small images fill a workgroup, too.
// A workgroup computes LO·TO channels of LR segments. A turn of its loop takes all taps of DEPTH channels of x through workgroup
// memory; a lane reads each row of its segment once, for all KW taps. Where a turn's elements lie does not depend on the turn, so
// nothing is divided in the loop. The next turn's elements are loaded while this one's are multiplied.
// Where a workgroup has few outputs, SLICES lanes have the same ones: each adds other channels of a turn, and their sums are added at the end.
// The taps of a large kernel do not fit there: its rows are then divided among PARTS turns of each channel, from the first rows on.
// The sum over the channels may be split into chunks, each in a plane of y; sum-chunks.wgsl adds them.
// Uses: lib/outputs-each.wgsl
const LO: u32 = 8u; // lanes with other channels, and with other segments
const LR: u32 = 8u;
const LANES: u32 = 64u; // LO · LR, those of a slice
const SLICES: u32 = 1u; // a power of two
const THREADS: u32 = 64u; // LANES · SLICES
const TO: u32 = 8u; // channels of a lane: a multiple of four, or fewer than four
const VEC: u32 = 4u; // of these, the ones that lie side by side: 4, or TO if that is less
const VECS: u32 = 2u; // TO / VEC
const OUTS: u32 = 64u; // LO · TO
const TX: u32 = 7u; // outputs of a segment
const ACC: u32 = 56u; // TO · TX
const KW: u32 = 3u;
const PARTS: u32 = 1u; // the turns of a channel of x; if more than one, DEPTH is 1
const ROWS: u32 = 3u; // KH / PARTS
const TAPS: u32 = 9u; // ROWS · KW
const SH: u32 = 1u;
const SW: u32 = 1u;
const DH: u32 = 1u;
const DW: u32 = 1u;
const DEPTH: u32 = 2u; // channels of x in a turn
const OWN_DEPTH: u32 = 2u; // DEPTH / SLICES
const DEPTH_AT_ONCE: u32 = 1u; // the body of a turn is written out if OWN_DEPTH is at most this,
const ROWS_AT_ONCE: u32 = 3u; // and the rows of the kernel if ROWS is
const COLS: u32 = 9u; // columns of x under a segment
const PITCH: u32 = 9u; // COLS or one more, to be odd: rows begin in different banks
const COL_X: u32 = 1u; // steps in these columns from output to output and from tap to tap: SW and DW,
const COL_Q: u32 = 1u; // or KW and 1 if the columns between the taps of neighbours are left out
const COL_RUN: u32 = 9u; // the columns until that leaves a gap, or PITCH; and the step in x from one to the next
const COL_STEP: u32 = 1u;
const APART: u32 = 0u; // 1: no two taps read the same column, so each tap reads its own
const X_ROWS: u32 = 48u; // DEPTH · LR · ROWS
const X_LOADS: u32 = 7u; // ⌈X_ROWS · PITCH / THREADS⌉
const X_TILE: u32 = 448u; // X_LOADS · THREADS
const W_LOADS: u32 = 18u; // ⌈DEPTH · TAPS · OUTS / THREADS⌉
const W_COUNT: u32 = 1152u; // DEPTH · TAPS · OUTS
const W_OUT_RUN: u32 = 18u; // w is loaded in this order: the elements until the next channel of y,
const W_IN_RUN: u32 = 9u; // and until the next channel of x
const W_PITCH: u32 = 68u; // OUTS + VEC, or OUTS if there is one lane of channels
const W_TILE: u32 = 1224u; // DEPTH · TAPS · W_PITCH, or PORTION · (THREADS + 1)
const PORTION: u32 = 56u; // sums of a lane that are added over the slices at a time: those of whole channels
const PORTIONS: u32 = 1u; // ACC / PORTION
const SHORT: u32 = 0u; // 1: DEPTH does not divide every chunk, so the first turn of a chunk is short
const AHEAD: u32 = 1u; // 0: each chunk is a single turn
// 1: a turn stores the next one's elements at its end, so that no register holds them from turn to turn: compilers copy such
// registers and wait for their loads to do so. 0: at its beginning, which spares few turns a last one that is not needed.
const LATE: u32 = 1u;
const BIAS: u32 = 0u; // 1: add b

struct Params {
  workgroups: u32,
  s_blocks: u32,
  o_blocks: u32,
  x_tiles: u32, // segments of a row
  segments: u32, // over the batch
  chunk: u32, // channels in a chunk, or parts of channels
  outputs: u32, // elements of y
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
}

@group(0) @binding(0) var<storage, read> x: array<f32>;       // [batch, groups·group_in, in_rows, in_cols]
@group(0) @binding(1) var<storage, read> w: array<f32>;       // channels by the three steps, then [KH, KW]
@group(0) @binding(2) var<storage, read> b: array<f32>;       // [groups·group_out]; unread if BIAS is 0

var<workgroup> x_tile: array<f32, X_TILE>;   // [DEPTH, LR, ROWS, PITCH]
// Numbers, not vectors: writing to one component may write them all, and neighbours write the others.
var<workgroup> w_tile: array<f32, W_TILE>;   // [DEPTH · TAPS, OUTS]

@compute @workgroup_size(THREADS)
fn main(@builtin(workgroup_id) wid: vec3u, @builtin(num_workgroups) nwg: vec3u, @builtin(local_invocation_index) thread: u32) {
  var rest = wid.y * nwg.x + wid.x;
  if (rest >= params.workgroups) { return; }
  let s0 = rest % params.s_blocks * LR;
  rest /= params.s_blocks;
  let o0 = rest % params.o_blocks * OUTS;
  rest /= params.o_blocks;
  let g = rest % params.groups;
  let chunk = rest / params.groups;
  let lane_o = thread % LO;
  // Over all slices.
  let lane_r = thread / LO;
  // Where there is one slice, the remainder makes it a constant.
  let slice = thread / LANES % SLICES;
  let plane = params.in_rows * params.in_cols;
  let c_end = min((chunk + 1u) * params.chunk, params.group_in * PARTS);
  let turns = (c_end - chunk * params.chunk + DEPTH - 1u) / DEPTH;
  // Turns end with the chunk. The first may begin before it, with zeros.
  let c_begin = c_end - turns * DEPTH; // may wrap
  let lead = chunk * params.chunk - c_begin;
  // The part of the first turn, and its first row of the kernel.
  var part = c_begin % PARTS;
  let first_row = part * ROWS;
  // From a turn to the next: rows of x that a part moves down, and that the next channel's first part moves up again.
  let down = ROWS * DH;
  let up = (PARTS - 1u) * down;

  // What this invocation loads of x in every turn: a place that moves by DEPTH planes.
  var x_at: array<u32, X_LOADS>; // scalars
  var x_row: array<u32, X_LOADS>; // scalars
  var x_inside: array<bool, X_LOADS>; // scalars
  var x_value: array<f32, X_LOADS>; // scalars
  for (var i = 0u; i < X_LOADS; i++) { // unroll
    let e = i * THREADS + thread;
    let line = min(e / PITCH, X_ROWS - 1u);
    let c = line / (LR * ROWS);
    let segment = min(s0 + line / ROWS % LR, params.segments - 1u);
    let row = segment / params.x_tiles;
    let j = segment % params.x_tiles * TX;
    // Places left of or above x wrap to huge numbers, so that one comparison tests both ends.
    let iy = row % params.out_rows * SH + (line % ROWS + first_row) * DH - u32(params.pad_top);
    let ix = j * SW + e % PITCH / COL_RUN * SW + e % PITCH % COL_RUN * COL_STEP - u32(params.pad_left);
    x_inside[i] = (iy < params.in_rows) & (ix < params.in_cols);
    let channel = (row / params.out_rows * params.groups + g) * params.group_in + c_begin / PARTS + c;
    if (PARTS < 2) { // constant
      x_at[i] = channel * plane + min(iy, params.in_rows - 1u) * params.in_cols + min(ix, params.in_cols - 1u);
      if (SHORT < 1) { // constant
        x_value[i] = x[x_at[i]];
      }
      if (0 < SHORT) { // constant
        x_value[i] = select(0.0, x[select(0u, x_at[i], c >= lead)], c >= lead);
      }
    }
    if (1 < PARTS) { // constant
      // A place beside x is below it, too, in every part.
      x_row[i] = select(0x80000000u, iy, ix < params.in_cols);
      x_at[i] = channel * plane + iy * params.in_cols + ix;
      x_value[i] = x[select(0u, x_at[i], x_inside[i])];
    }
  }
  // What this invocation loads of w.
  var w_at: array<u32, W_LOADS>; // scalars
  var w_to: array<u32, W_LOADS>; // scalars
  var w_value: array<f32, W_LOADS>; // scalars
  for (var i = 0u; i < W_LOADS; i++) { // unroll
    let e = min(i * THREADS + thread, W_COUNT - 1u);
    let o = e / W_OUT_RUN % OUTS;
    let c = e / W_IN_RUN % DEPTH;
    let tap = e % TAPS;
    w_to[i] = (c * TAPS + tap) * W_PITCH + o;
    w_at[i] = g * params.w_group + min(o0 + o, params.group_out - 1u) * params.w_out + (c_begin / PARTS + c) * params.w_in +
      params.tap_first + (first_row * KW + tap) * params.tap_step;
    if (SHORT < 1) { // constant
      w_value[i] = w[w_at[i]];
    }
    if (0 < SHORT) { // constant
      w_value[i] = select(0.0, w[select(0u, w_at[i], c >= lead)], c >= lead);
    }
  }

  var acc: array<f32, ACC>; // scalars
  if (0 < LATE) { // constant
    for (var i = 0u; i < X_LOADS; i++) { // unroll
      x_tile[i * THREADS + thread] = select(0.0, x_value[i], x_inside[i]);
    }
    for (var i = 0u; i < W_LOADS; i++) { // unroll
      w_tile[w_to[i]] = w_value[i];
    }
  }
  for (var turn = 0u; turn < turns; turn++) {
    workgroupBarrier();
    if (LATE < 1) { // constant
      for (var i = 0u; i < X_LOADS; i++) { // unroll
        x_tile[i * THREADS + thread] = select(0.0, x_value[i], x_inside[i]);
      }
      for (var i = 0u; i < W_LOADS; i++) { // unroll
        w_tile[w_to[i]] = w_value[i];
      }
      workgroupBarrier();
    }
    if (0 < AHEAD) { // constant
      // After the last turn there is none to load, so the last one's elements are loaded again.
      let step = select(0u, DEPTH, turn + 1u < turns);
      if (PARTS < 2) { // constant
        for (var i = 0u; i < X_LOADS; i++) { // unroll
          x_at[i] += step * plane;
          x_value[i] = x[x_at[i]];
        }
        for (var i = 0u; i < W_LOADS; i++) { // unroll
          w_at[i] += step * params.w_in;
          w_value[i] = w[w_at[i]];
        }
      }
      if (1 < PARTS) { // constant
        let wraps = part + 1u == PARTS;
        part = select(part + 1u, 0u, wraps);
        let row_step = step * select(down, 0u - up, wraps);
        let x_step = step * select(down * params.in_cols, plane - up * params.in_cols, wraps);
        let w_step = step * select(TAPS * params.tap_step, params.w_in - (PARTS - 1u) * TAPS * params.tap_step, wraps);
        for (var i = 0u; i < X_LOADS; i++) { // unroll
          x_row[i] += row_step;
          x_at[i] += x_step;
          x_inside[i] = x_row[i] < params.in_rows;
          x_value[i] = x[select(0u, x_at[i], x_inside[i])];
        }
        for (var i = 0u; i < W_LOADS; i++) { // unroll
          w_at[i] += w_step;
          w_value[i] = w[w_at[i]];
        }
      }
    }
    for (var d = 0u; d < OWN_DEPTH; d++) { // unroll up to DEPTH_AT_ONCE
      for (var p = 0u; p < ROWS; p++) { // unroll up to ROWS_AT_ONCE
        // Channels are dealt out one by one, so that turns do not change which slice adds which.
        let x_from = ((d * SLICES * LR + lane_r) * ROWS + p) * PITCH;
        let w_from = ((d * SLICES + slice) * TAPS + p * KW) * W_PITCH + lane_o * VEC;
        var row: array<f32, COLS>; // scalars
        if (APART < 1) { // constant
          for (var col = 0u; col < COLS; col++) { // unroll
            row[col] = x_tile[x_from + col];
          }
        }
        for (var q = 0u; q < KW; q++) { // unroll
          if (0 < APART) { // constant
            for (var t = 0u; t < TX; t++) { // unroll
              row[t * COL_X + q * COL_Q] = x_tile[x_from + t * COL_X + q * COL_Q];
            }
          }
          for (var k = 0u; k < VECS; k++) { // unroll
            let from_at = w_from + q * W_PITCH + k * LO * VEC;
            var weight: array<f32, VEC>; // scalars
            for (var o = 0u; o < VEC; o++) { // unroll
              weight[o] = w_tile[from_at + o];
            }
            for (var o = 0u; o < VEC; o++) { // unroll
              for (var t = 0u; t < TX; t++) { // unroll
                acc[(k * VEC + o) * TX + t] = fma(weight[o], row[t * COL_X + q * COL_Q], acc[(k * VEC + o) * TX + t]);
              }
            }
          }
        }
      }
    }
    if (0 < LATE) { // constant
      workgroupBarrier();
      for (var i = 0u; i < X_LOADS; i++) { // unroll
        x_tile[i * THREADS + thread] = select(0.0, x_value[i], x_inside[i]);
      }
      for (var i = 0u; i < W_LOADS; i++) { // unroll
        w_tile[w_to[i]] = w_value[i];
      }
    }
  }

  if (1 < SLICES) { // constant
    let whole = params.out_rows * params.out_cols;
    for (var h = 0u; h < PORTIONS; h++) { // unroll
      workgroupBarrier();
      for (var p = 0u; p < PORTION; p++) { // unroll
        w_tile[p * (THREADS + 1u) + thread] = acc[h * PORTION + p];
      }
      workgroupBarrier();
      for (var e = thread; e < PORTION * LANES; e += THREADS) {
        let t = e % TX;
        let lane = e / TX % LANES;
        let own = e / (TX * LANES);
        var sum = 0.0;
        for (var s = 0u; s < SLICES; s++) { // unroll
          sum += w_tile[(own * TX + t) * (THREADS + 1u) + s * LANES + lane];
        }
        let vec = h * (PORTION / TX) + own;
        let channel = o0 + (vec / VEC * LO + lane % LO) * VEC + vec % VEC;
        let segment = s0 + lane / LO;
        let row = segment / params.x_tiles;
        let j = segment % params.x_tiles * TX + t;
        if ((segment < params.segments) & (channel < params.group_out) & (j < params.out_cols)) {
          let o = g * params.group_out + channel;
          if (BIAS == 1u) { sum += b[o]; }
          let image = row / params.out_rows * params.groups * params.group_out + o;
          let at = chunk * params.outputs + image * whole + row % params.out_rows * params.out_cols + j;
          stage(at);
          outputs_keep(at, outputs_finish(at, sum), at);
        }
      }
    }
  }
  if (SLICES < 2) { // constant
    let segment = s0 + lane_r;
    if (segment >= params.segments) { return; }
    let row = segment / params.x_tiles;
    let j = segment % params.x_tiles * TX;
    let last = params.out_cols - 1u - j;
    let image = params.out_rows * params.out_cols;
    let first = (row / params.out_rows * params.groups + g) * params.group_out;
    for (var k = 0u; k < VECS; k++) { // unroll
      for (var o = 0u; o < VEC; o++) { // unroll
        let channel = o0 + (k * LO + lane_o) * VEC + o;
        if (channel < params.group_out) {
          var bias = 0.0;
          if (BIAS == 1u) { bias = b[g * params.group_out + channel]; }
          let at = chunk * params.outputs + (first + channel) * image + row % params.out_rows * params.out_cols + j;
          stage(at);
          // All are finished before the first is stored: what operations load for the next ones could not pass a store.
          for (var t = 0u; t < TX; t++) { // unroll
            acc[(k * VEC + o) * TX + t] = outputs_finish(at + min(t, last), acc[(k * VEC + o) * TX + t] + bias);
          }
          for (var t = 0u; t < TX; t++) { // unroll
            if (t <= last) { outputs_keep(at + t, acc[(k * VEC + o) * TX + t], at + t); }
          }
        }
      }
    }
  }
}
