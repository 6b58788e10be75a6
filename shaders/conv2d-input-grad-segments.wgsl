// conv2d-input-grad-segments.wgsl: transposed cross-correlation of NCHW images, which is the gradient of a strided one by its input.
//   y[o,i,j] = b[o] + Σ_{c,p,q} w[c,o,p,q] · x[n, c, (i + PAD_TOP - p·DH)/SH, (j + pad_left - q·DW)/SW], whole quotients only
// Rows of y whose places agree modulo the stride, a phase, meet the same rows of the kernel: every P_STEP-th from the first that fits.
// A workgroup computes rows of one phase, so that it multiplies no inserted zero, and the phases with most taps come first. Those
// without taps, which hold the bias, are stored beside the others.
// A segment is TX·SW outputs side by side: TX whole strides, so which taps meet which column is known beforehand.
// A workgroup computes LO·TO channels of LR segments, which are numbered through the phase's rows and images. Its sum goes over lines,
// the rows of taps of a channel of x; a turn of its loop takes up to LINES of them through workgroup memory, those of LINES / taps
// channels. Where a turn's elements lie does not depend on the turn, so nothing is divided in the loop. The next turn's elements are
// loaded while this one's are multiplied, and stored at its end: compilers copy registers that hold loads from turn to turn, and wait
// for them.
// The sum over the channels may be split into chunks, each in a plane of y; sum-chunks.wgsl adds them.
// Uses: lib/outputs-each.wgsl
const LO: u32 = 8u; // lanes with other channels, and with other segments
const LR: u32 = 8u;
const THREADS: u32 = 64u; // LO · LR
const TO: u32 = 8u; // channels of a lane, a multiple of four
const QUADS: u32 = 2u; // TO / 4
const OUTS: u32 = 64u; // LO · TO
const TX: u32 = 4u; // strides of a segment
const WIDTH: u32 = 8u; // TX · SW
const ACC: u32 = 64u; // TO · WIDTH
const KH: u32 = 3u;
const KW: u32 = 3u;
const TAPS: u32 = 9u; // KH · KW
const SH: u32 = 2u;
const SW: u32 = 2u;
const DH: u32 = 1u;
const PAD_TOP: u32 = 1u;
const P_STEP: u32 = 2u; // rows of the kernel from one of a phase to the next: SH / P_COMMON
const P_COMMON: u32 = 1u; // the greatest common divisor of SH and DH
const P_BETWEEN: u32 = 1u; // P_COMMON - 1, or 1 if that is 0
const PHASES: u32 = 2u; // that have taps
const PARTS: u32 = 1u; // phases that a workgroup stores: SH / PHASES, rounded up
const X_STEP: u32 = 1u; // rows of x between those that they meet: DH / P_COMMON
const COLS: u32 = 5u; // columns of x under a segment
const PITCH: u32 = 5u; // COLS or one more, to be odd: rows begin in different banks
const BEFORE: i32 = 0; // columns of x from the first of these to the segment's own first stride
// Column t of a segment and tap q meet if SW divides t + SHIFT - q·DW, in column (t + SHIFT - q·DW) / SW - 1 of these.
const SHIFT: u32 = 3u;
const Q_BACK: u32 = 1u; // DW
const Q_ON: u32 = 1u; // SW - DW % SW
const LINES: u32 = 4u; // of a turn
const IDLE: u32 = 0u; // 1: some phase's number of taps does not divide them, so a turn takes fewer
const LINES_AT_ONCE: u32 = 4u; // they are written out if they are at most this, and no phase takes fewer
const X_ROWS: u32 = 32u; // LINES · LR
const X_LOADS: u32 = 3u; // ⌈X_ROWS · PITCH / THREADS⌉
const X_TILE: u32 = 192u; // X_LOADS · THREADS
const W_LOADS: u32 = 12u; // ⌈LINES · KW · OUTS / THREADS⌉
const W_COUNT: u32 = 768u; // LINES · KW · OUTS
const W_PITCH: u32 = 17u; // OUTS / 4 + 1
const W_TILE: u32 = 816u; // LINES · KW · W_PITCH · 4
const SHORT: u32 = 0u; // 1: a turn's channels do not divide every chunk, so the first turn of a chunk is short
const BIAS: u32 = 0u; // 1: add b

struct Params {
  workgroups: u32,
  s_blocks: u32, // of the phase with most rows
  o_blocks: u32,
  x_tiles: u32, // segments of a row
  batch: u32,
  chunk: u32, // channels in a chunk
  chunks: u32,
  outputs: u32, // elements of y
  groups: u32,
  group_in: u32, // channels of x and of y in a group
  group_out: u32,
  in_rows: u32, // of x
  in_cols: u32,
  out_rows: u32, // of y
  out_cols: u32,
}

@group(0) @binding(0) var<storage, read> x: array<f32>;       // [batch, groups·group_in, in_rows, in_cols]
@group(0) @binding(1) var<storage, read> w: array<f32>;       // [groups·group_in, group_out, KH, KW]
@group(0) @binding(2) var<storage, read> b: array<f32>;       // [groups·group_out]; unread if BIAS is 0

var<workgroup> x_tile: array<f32, X_TILE>;   // [LINES, LR, PITCH]
// Numbers, not vectors: writing to one component may write them all, and neighbours write the others.
var<workgroup> w_tile: array<f32, W_TILE>;   // [LINES · KW, OUTS]

// What the rows of a phase leave when they and PAD_TOP are divided by the stride. The phases that no tap may meet are the last.
fn left_of(phase: u32) -> u32 {
  if (phase >= P_STEP) {
    let beyond = phase - P_STEP;
    return beyond / P_BETWEEN * P_COMMON + beyond % P_BETWEEN + 1u;
  }
  return phase * DH % SH;
}

fn first_row(phase: u32) -> u32 { return (left_of(phase) + SH - PAD_TOP % SH) % SH; }

@compute @workgroup_size(THREADS)
fn main(@builtin(workgroup_id) wid: vec3u, @builtin(num_workgroups) nwg: vec3u, @builtin(local_invocation_index) thread: u32) {
  var rest = wid.y * nwg.x + wid.x;
  if (rest >= params.workgroups) { return; }
  let s0 = rest % params.s_blocks * LR;
  rest /= params.s_blocks;
  let o0 = rest % params.o_blocks * OUTS;
  rest /= params.o_blocks;
  let g = rest % params.groups;
  rest /= params.groups;
  let chunk = rest % params.chunks;
  let phase = rest / params.chunks;

  // The first tap of the phase with this number is in this row of the kernel.
  let taps = (KH + P_STEP - 1u - phase) / P_STEP;
  let i0 = first_row(phase);
  // All phases are taken to have as many rows if several are stored together.
  let rows = (params.out_rows + SH - 1u - select(0u, i0, PARTS == 1u)) / SH;
  let segments = params.batch * rows * params.x_tiles;
  if (s0 >= segments) { return; }
  let lane_o = thread % LO;
  let lane_r = thread / LO;

  var acc: array<f32, ACC>; // scalars
  let plane = params.in_rows * params.in_cols;
  // The row of x that the phase's first rows of y and of the kernel meet; it may lie above x.
  let y0 = u32(i32(i0 + PAD_TOP - phase * DH) / i32(SH));
  let depth = LINES / taps;
  let per_tap = 65536u / taps + 1u; // line · per_tap / 65536 is line / taps for the few lines that there are
  let c_end = min((chunk + 1u) * params.chunk, params.group_in);
  let turns = (c_end - chunk * params.chunk + depth - 1u) / depth;
  // Turns end with the chunk. The first may begin before it, with zeros.
  let c_begin = c_end - turns * depth; // may wrap
  let lead = chunk * params.chunk - c_begin;
  let w_step = params.group_out * TAPS;

  // What this invocation loads of x in every turn: a place that moves by `depth` planes.
  var x_at: array<u32, X_LOADS>; // scalars
  var x_inside: array<bool, X_LOADS>; // scalars
  var x_value: array<f32, X_LOADS>; // scalars
  for (var i = 0u; i < X_LOADS; i++) { // unroll
    let e = i * THREADS + thread;
    let place = min(e / PITCH, X_ROWS - 1u);
    let line = place / LR;
    let c = min(line * per_tap / 65536u, depth - 1u);
    let segment = min(s0 + place % LR, segments - 1u);
    let row = segment / params.x_tiles;
    // Places left of or above x wrap to huge numbers, so that one comparison tests both ends.
    let iy = y0 + row % rows - (line - c * taps) * X_STEP;
    let ix = segment % params.x_tiles * TX + e % PITCH - u32(BEFORE);
    x_inside[i] = (iy < params.in_rows) & (ix < params.in_cols);
    x_at[i] = ((row / rows * params.groups + g) * params.group_in + c_begin + c) * plane +
      min(iy, params.in_rows - 1u) * params.in_cols + min(ix, params.in_cols - 1u);
    if (SHORT < 1) { // constant
      x_value[i] = x[x_at[i]];
    }
    if (0 < SHORT) { // constant
      x_value[i] = select(0.0, x[select(0u, x_at[i], c >= lead)], c >= lead);
    }
  }
  // What this invocation loads of w.
  var w_at: array<u32, W_LOADS>; // scalars
  var w_to: array<u32, W_LOADS>; // scalars
  var w_value: array<f32, W_LOADS>; // scalars
  for (var i = 0u; i < W_LOADS; i++) { // unroll
    let e = min(i * THREADS + thread, W_COUNT - 1u);
    let o = e / KW % OUTS;
    let line = e / (KW * OUTS);
    let c = min(line * per_tap / 65536u, depth - 1u);
    let q = e % KW;
    w_to[i] = (line * KW + q) * (4u * W_PITCH) + o;
    w_at[i] = (g * params.group_in + c_begin + c) * w_step + min(o0 + o, params.group_out - 1u) * TAPS +
      (phase + min(line - c * taps, taps - 1u) * P_STEP) * KW + q;
    if (SHORT < 1) { // constant
      w_value[i] = w[w_at[i]];
    }
    if (0 < SHORT) { // constant
      w_value[i] = select(0.0, w[select(0u, w_at[i], c >= lead)], c >= lead);
    }
  }

  for (var i = 0u; i < X_LOADS; i++) { // unroll
    x_tile[i * THREADS + thread] = select(0.0, x_value[i], x_inside[i]);
  }
  for (var i = 0u; i < W_LOADS; i++) { // unroll
    w_tile[w_to[i]] = w_value[i];
  }
  for (var turn = 0u; turn < turns; turn++) {
    workgroupBarrier();
    // After the last turn there is none to load, so the last one's elements are loaded again.
    let step = select(0u, depth, turn + 1u < turns);
    for (var i = 0u; i < X_LOADS; i++) { // unroll
      x_at[i] += step * plane;
      x_value[i] = x[x_at[i]];
    }
    for (var i = 0u; i < W_LOADS; i++) { // unroll
      w_at[i] += step * w_step;
      w_value[i] = w[w_at[i]];
    }
    for (var l = 0u; l < LINES; l++) { // unroll up to LINES_AT_ONCE
      if (0 < IDLE) { // constant
        if (l >= depth * taps) { break; }
      }
      let x_from = (l * LR + lane_r) * PITCH;
      let w_from = l * KW * W_PITCH + lane_o;
      var line: array<f32, COLS>; // scalars
      for (var col = 0u; col < COLS; col++) { // unroll
        line[col] = x_tile[x_from + col];
      }
      for (var q = 0u; q < KW; q++) { // unroll
        for (var k = 0u; k < QUADS; k++) { // unroll
          let quad = (w_from + q * W_PITCH + k * LO) * 4u;
          let weight = vec4f(w_tile[quad], w_tile[quad + 1u], w_tile[quad + 2u], w_tile[quad + 3u]);
          for (var o = 0u; o < 4u; o++) { // unroll
            for (var t = 0u; t < WIDTH; t++) { // unroll
              if ((t + SHIFT + q * Q_ON) % SW < 1) { // constant
                acc[(k * 4 + o) * WIDTH + t] = fma(weight[o], line[(t + SHIFT - q * Q_BACK) / SW - 1], acc[(k * 4 + o) * WIDTH + t]);
              }
            }
          }
        }
      }
    }
    workgroupBarrier();
    for (var i = 0u; i < X_LOADS; i++) { // unroll
      x_tile[i * THREADS + thread] = select(0.0, x_value[i], x_inside[i]);
    }
    for (var i = 0u; i < W_LOADS; i++) { // unroll
      w_tile[w_to[i]] = w_value[i];
    }
  }

  let segment = s0 + lane_r;
  if (segment >= segments) { return; }
  let row = segment / params.x_tiles;
  let j = segment % params.x_tiles * WIDTH;
  let image = params.out_rows * params.out_cols;
  let first = (row / rows * params.groups + g) * params.group_out;
  for (var part = 0u; part < PARTS; part++) { // unroll up to 1
    let stored = phase + part * PHASES;
    let i = row % rows * SH + first_row(stored);
    if (stored < SH && i < params.out_rows) {
      for (var k = 0u; k < QUADS; k++) { // unroll
        for (var o = 0u; o < 4u; o++) { // unroll
          let channel = o0 + (k * LO + lane_o) * 4u + o;
          if (channel < params.group_out) {
            var bias = 0.0;
            if (BIAS == 1u) { bias = b[g * params.group_out + channel]; }
            let at = chunk * params.outputs + (first + channel) * image + i * params.out_cols + j;
            stage(at);
            for (var t = 0u; t < WIDTH; t++) { // unroll
              if (j + t < params.out_cols) {
                outputs_keep(at + t, outputs_finish(at + t, select(0.0, acc[(k * 4 + o) * WIDTH + t], part == 0u) + bias), at + t);
              }
            }
          }
        }
      }
    }
  }
}
