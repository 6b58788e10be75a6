// conv2d-workgroup.wgsl: cross-correlation of NCHW images as an implicit matrix product through workgroup memory.
//   y[o,m] = b[o] + Σ_k w[o,k] · x[k,m]
// where m counts the pixels (n,i,j) of y and k = (c,p,q) the taps, at which x[k,m] = x[n, c, i·sh + p·dh - pad_top, j·sw + q·dw - pad_left].
// A workgroup computes SIDE·TO channels × SIDE·TM pixels; both operands go through workgroup memory by SIDE taps. Where
// outputs are pooled, the TM pixels of an invocation are a window's.
// The sum over the taps may be split into chunks, each in a plane of y; sum-chunks.wgsl adds them.
// Uses: lib/outputs-*.wgsl
const SIDE: u32 = 16u; // invocations along each side of a workgroup, and taps that are held at a time
const TO: u32 = 4u; // channels of an invocation
const TM: u32 = 4u; // pixels of an invocation
const ACC: u32 = 16u; // TO · TM
const PIXELS: u32 = 64u; // SIDE · TM, a divisor of SIDE · SIDE
const STRIDE_K: u32 = 4u; // SIDE · SIDE / PIXELS: taps that the workgroup loads at a time, for all pixels
const LOADS: u32 = 4u; // SIDE / STRIDE_K
const KERNEL: u32 = 9u; // taps of a channel, and of a row: numbers that compilers see, since each element that is loaded is divided by them
const KW: u32 = 3u;
const O_PITCH: u32 = 65u; // SIDE · TO + 1: rows begin in different banks
const W_TILE: u32 = 1040u; // SIDE · O_PITCH
const X_TILE: u32 = 1024u; // SIDE · PIXELS
const WINDOW_H: u32 = 1u; // outputs of which one is kept, rows and columns: 1 each, or TM together
const WINDOW_W: u32 = 1u;
const WINDOW: u32 = 1u; // WINDOW_H · WINDOW_W
const WINDOWS: u32 = 4u; // TM / WINDOW

struct Params {
  workgroups: u32,
  m_blocks: u32,
  o_blocks: u32,
  windows: u32, // over the batch
  taps: u32, // group_in · KERNEL
  chunk: u32, // taps in a chunk, a multiple of SIDE
  outputs: u32, // elements of y
  groups: u32,
  group_in: u32,
  group_out: u32,
  in_rows: u32,
  in_cols: u32,
  out_rows: u32,
  out_cols: u32,
  sh: u32,
  sw: u32,
  dh: u32,
  dw: u32,
  pad_top: i32,
  pad_left: i32,
  w_group: u32, // steps in w from group to group, and from channel to channel of the output and of the input
  w_out: u32,
  w_in: u32,
  tap_first: u32, // place of the first tap, and the step to the next, which wraps around where taps run backwards
  tap_step: u32,
  bias: u32, // 1: add b
  steps: u32, // SIDE
}

@group(0) @binding(0) var<storage, read> x: array<f32>;       // [batch, groups·group_in, in_rows, in_cols]
@group(0) @binding(1) var<storage, read> w: array<f32>;       // channels by the three steps, then [KH, KW]
@group(0) @binding(2) var<storage, read> b: array<f32>;       // [groups·group_out]; unread if bias is 0

var<workgroup> w_tile: array<f32, W_TILE>; // [SIDE taps, SIDE · TO channels]
var<workgroup> x_tile: array<f32, X_TILE>; // [SIDE taps, PIXELS]

@compute @workgroup_size(SIDE, SIDE)
fn main(@builtin(workgroup_id) wid: vec3u, @builtin(num_workgroups) nwg: vec3u, @builtin(local_invocation_id) lid: vec3u) {
  var rest = wid.y * nwg.x + wid.x;
  if (rest >= params.workgroups) { return; }
  let m0 = rest % params.m_blocks * SIDE * WINDOWS;
  rest /= params.m_blocks;
  let o0 = rest % params.o_blocks * SIDE * TO;
  rest /= params.o_blocks;
  let g = rest % params.groups;
  let chunk = rest / params.groups;
  let kept_cols = params.out_cols / WINDOW_W;
  let kept_image = params.out_rows / WINDOW_H * kept_cols;
  let plane = params.in_rows * params.in_cols;
  let last_o = params.group_out - 1u;

  // Of x this invocation loads one pixel, for every STRIDE_K-th tap from k_own on.
  let lane = lid.y * SIDE + lid.x;
  let k_own = lane / PIXELS;
  let turn = lane % PIXELS / SIDE;
  let m = min(m0 + turn / WINDOW * SIDE + lid.x, params.windows - 1u);
  let x_image = (m / kept_image * params.groups + g) * params.group_in * plane;
  let oy = m % kept_image / kept_cols * WINDOW_H + turn % WINDOW / WINDOW_W;
  let ox = m % kept_cols * WINDOW_W + turn % WINDOW_W;
  // Places left of or above x wrap to huge numbers, so that one comparison tests both ends.
  let top = oy * params.sh - u32(params.pad_top);
  let left = ox * params.sw - u32(params.pad_left);
  // Of w it loads tap lid.x, for every SIDE-th channel from lid.y on.
  var w_at: array<u32, TO>;
  for (var o = 0u; o < TO; o++) { // unroll
    w_at[o] = g * params.w_group + min(o0 + lid.y + o * SIDE, last_o) * params.w_out + params.tap_first;
  }

  var acc: array<f32, ACC>;
  let k_end = min((chunk + 1u) * params.chunk, params.taps);
  for (var k0 = chunk * params.chunk; k0 < k_end; k0 += SIDE) {
    let w_tap = k0 + lid.x;
    let w_k = min(w_tap, params.taps - 1u);
    let w_offset = w_k / KERNEL * params.w_in + w_k % KERNEL * params.tap_step;
    for (var o = 0u; o < TO; o++) { // unroll
      w_tile[lid.x * O_PITCH + lid.y + o * SIDE] = select(0.0, w[w_at[o] + w_offset], w_tap < params.taps);
    }
    for (var i = 0u; i < LOADS; i++) { // unroll
      let tap = k0 + k_own + i * STRIDE_K;
      let k = min(tap, params.taps - 1u);
      let iy = top + k % KERNEL / KW * params.dh;
      let ix = left + k % KERNEL % KW * params.dw;
      let value = x[x_image + k / KERNEL * plane + min(iy, params.in_rows - 1u) * params.in_cols + min(ix, params.in_cols - 1u)];
      let inside = (tap < params.taps) & (iy < params.in_rows) & (ix < params.in_cols);
      x_tile[(k_own + i * STRIDE_K) * PIXELS + lane % PIXELS] = select(0.0, value, inside);
    }
    workgroupBarrier();
    // A number that compilers do not see: Intel's writes the steps out otherwise, loads all ahead, and runs out of registers.
    for (var d = 0u; d < params.steps; d++) {
      var row: array<f32, TM>;
      for (var t = 0u; t < TM; t++) { // unroll
        row[t] = x_tile[d * PIXELS + lid.x + t * SIDE];
      }
      for (var o = 0u; o < TO; o++) { // unroll
        let weight = w_tile[d * O_PITCH + lid.y + o * SIDE];
        for (var t = 0u; t < TM; t++) { // unroll
          acc[o * TM + t] = fma(weight, row[t], acc[o * TM + t]);
        }
      }
    }
    workgroupBarrier();
  }
  for (var t = 0u; t < WINDOWS; t++) { // unroll
    let window = m0 + t * SIDE + lid.x;
    if (window < params.windows) {
      let cell = window % kept_image;
      let corner = cell / kept_cols * WINDOW_H * params.out_cols + cell % kept_cols * WINDOW_W;
      let first = (window / kept_image * params.groups + g) * params.group_out;
      for (var o = 0u; o < TO; o++) { // unroll
        let channel = o0 + lid.y + o * SIDE;
        if (channel <= last_o) {
          var bias = 0.0;
          if (params.bias == 1u) { bias = b[g * params.group_out + channel]; }
          let at = (first + channel) * params.out_rows * params.out_cols;
          var kept: f32;
          var place: u32;
          for (var e = 0u; e < WINDOW; e++) { // unroll
            let own = corner + e / WINDOW_W * params.out_cols + e % WINDOW_W;
            let value = outputs_finish(at + own, acc[o * TM + t * WINDOW + e] + bias);
            if (e < 1) { // constant
              kept = value;
              place = own;
            }
            if (0 < e) { // constant
              let replaces = outputs_replace(value, kept);
              kept = select(kept, value, replaces);
              place = select(place, own, replaces);
            }
          }
          outputs_keep(chunk * params.outputs + (first + channel) * kept_image + cell, kept, place);
        }
      }
    }
  }
}
