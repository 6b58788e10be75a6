// conv2d-depthwise.wgsl: cross-correlation of NCHW images channel by channel; each invocation computes a strip of TX columns.
//   y[n,o,i,j] = b[o] + Σ_{p,q} w[o,p,q] · x[n, o / MULTIPLIER, i·SH + p - pad_top, j·SW + q - pad_left]
// It walks down the strip: a turn of its loop loads SH rows of x, once, and adds what they give to all OPEN rows of y that they
// touch, of which the uppermost is complete then. So the sums of an output are added by rows of the kernel, tap by tap, as in
// conv2d.wgsl. The gradient by the input at stride 1 is the same sum over dy, with taps reversed.
const WORKGROUP: u32 = 16u;
const TX: u32 = 8u;
const KH: u32 = 3u;
const KW: u32 = 3u;
const TAPS: u32 = 9u; // KH · KW
const SH: u32 = 1u;
const SW: u32 = 1u;
const OPEN: u32 = 3u; // KH / SH, rounded up: rows of y that a turn adds to
const CLOSED: u32 = 2u; // OPEN - 1: turns until the first of a strip is complete
const ACC: u32 = 24u; // OPEN · TX
const MOVED: u32 = 16u; // CLOSED · TX
const COLS: u32 = 10u; // columns of x under a strip: (TX - 1)·SW + KW
const VALUES: u32 = 10u; // SH · COLS

struct Params {
  strips: u32, // of all channels and images
  x_strips: u32,
  y_strips: u32,
  strip_rows: u32,
  channels: u32,
  multiplier: u32, // channels of y for each of x
  in_rows: u32,
  in_cols: u32,
  out_rows: u32,
  out_cols: u32,
  pad_top: i32,
  pad_left: i32,
  tap_first: u32, // place of the first tap, and the step to the next, which wraps around where taps run backwards
  tap_step: u32,
  bias: u32, // 1: add b
}

@group(0) @binding(0) var<storage, read> x: array<f32>;       // [batch, channels / multiplier, in_rows, in_cols]
@group(0) @binding(1) var<storage, read> w: array<f32>;       // [channels, KH, KW]
@group(0) @binding(2) var<storage, read> b: array<f32>;       // [channels]; unread if bias is 0
@group(0) @binding(3) var<storage, read_write> y: array<f32>; // [batch, channels, out_rows, out_cols]
@group(0) @binding(4) var<uniform> params: Params;

// The compiler may put pointwise operations on the result here.
fn store(at: u32, value: f32) { y[at] = value; }

// Called before elements of one channel of one image are stored, with one of them: what operations read for all may be here.
fn stage(at: u32) {}

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(workgroup_id) wid: vec3u, @builtin(num_workgroups) nwg: vec3u, @builtin(local_invocation_id) lid: vec3u) {
  let index = (wid.y * nwg.x + wid.x) * WORKGROUP + lid.x;
  if (index >= params.strips) { return; }
  let line = index / params.x_strips;
  let ox = (index - line * params.x_strips) * TX;
  let image = line / params.y_strips; // and channel
  let oy = (line - image * params.y_strips) * params.strip_rows;
  let channel = image % params.channels;
  var x_image = image;
  if (params.multiplier > 1u) { x_image = image / params.multiplier; }

  var weights: array<f32, TAPS>; // scalars
  for (var p = 0u; p < TAPS; p++) { // unroll
    weights[p] = w[channel * TAPS + params.tap_first + p * params.tap_step];
  }
  // Each use of a uniform is a load. Places left of or above x wrap to huge numbers, so that one comparison tests both ends. A
  // mask of bits makes what is loaded there zero: a select takes longer than the load.
  let in_rows = params.in_rows;
  let in_cols = params.in_cols;
  let out_cols = params.out_cols;
  let last_col = in_cols - 1u;
  let left = ox * SW - u32(params.pad_left);
  let x0 = x_image * in_rows * in_cols;
  var column: array<u32, COLS>; // scalars
  var column_mask: array<u32, COLS>; // scalars
  for (var j = 0u; j < COLS; j++) { // unroll
    column[j] = x0 + min(left + j, last_col);
    column_mask[j] = select(0u, 0xffffffffu, left + j <= last_col);
  }
  var bias = 0.0;
  if (params.bias == 1u) { bias = b[channel]; }

  var acc: array<f32, ACC>; // scalars
  let rows = min(params.strip_rows, params.out_rows - oy);
  var iy = oy * SH - u32(params.pad_top);
  var at = (image * params.out_rows + oy) * out_cols + ox;
  stage(at);
  for (var turn = 0u; turn < rows + CLOSED; turn++) {
    var values: array<f32, VALUES>; // scalars
    for (var v = 0u; v < VALUES; v++) { // unroll
      values[v] = 0.0;
    }
    for (var s = 0u; s < SH; s++) { // unroll
      if (iy + s < in_rows) {
        let row = (iy + s) * in_cols;
        for (var j = 0u; j < COLS; j++) { // unroll
          values[s * COLS + j] = bitcast<f32>(bitcast<u32>(x[row + column[j]]) & column_mask[j]);
        }
      }
    }
    iy += SH;
    // Row a from below of the open ones, which begins with the first row of taps.
    for (var a = 0u; a < OPEN; a++) { // unroll
      for (var t = 0u; t < TX; t++) { // unroll
        var sum = acc[a * TX + t]; // chain
        for (var s = 0u; s < SH; s++) { // unroll
          if (a * SH + s < KH) { // constant
            for (var q = 0u; q < KW; q++) { // unroll
              sum = fma(weights[(a * SH + s) * KW + q], values[s * COLS + t * SW + q], sum);
            }
          }
        }
        acc[a * TX + t] = sum;
      }
    }
    if (turn >= CLOSED) {
      for (var t = 0u; t < TX; t++) { // unroll
        if (ox + t < out_cols) { store(at + t, acc[MOVED + t] + bias); }
      }
      at += out_cols;
    }
    for (var up = 0u; up < MOVED; up++) { // unroll
      acc[ACC - 1 - up] = acc[MOVED - 1 - up];
    }
    for (var t = 0u; t < TX; t++) { // unroll
      acc[t] = 0.0;
    }
  }
}
