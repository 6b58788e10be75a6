// conv2d-depthwise-map.wgsl: cross-correlation of small NCHW images channel by channel; each invocation computes a whole channel.
//   y[n,o,i,j] = b[o] + Σ_{p,q} w[o,p,q] · x[n, o / MULTIPLIER, i·SH + p - PAD_TOP, j·SW + q - PAD_LEFT]
// It loads the channel of x once, without tests, and adds no products of the border; the others in the order of conv2d-depthwise.wgsl.
const WORKGROUP: u32 = 16u;
const KH: u32 = 3u;
const KW: u32 = 3u;
const TAPS: u32 = 9u; // KH · KW
const SH: u32 = 1u;
const SW: u32 = 1u;
const PAD_TOP: u32 = 1u;
const PAD_LEFT: u32 = 1u;
const IN_ROWS: u32 = 4u;
const IN_COLS: u32 = 4u;
const IN_PIXELS: u32 = 16u; // IN_ROWS · IN_COLS
const OUT_ROWS: u32 = 4u;
const OUT_COLS: u32 = 4u;
const ACC: u32 = 16u; // OUT_ROWS · OUT_COLS
const MOVED: u32 = 12u; // ACC - OUT_COLS

struct Params {
  images: u32, // channels of all images
  channels: u32,
  multiplier: u32, // channels of y for each of x
  tap_first: u32, // place of the first tap, and the step to the next, which wraps around where taps run backwards
  tap_step: u32,
  bias: u32, // 1: add b
}

@group(0) @binding(0) var<storage, read> x: array<f32>;       // [batch, channels / multiplier, IN_ROWS, IN_COLS]
@group(0) @binding(1) var<storage, read> w: array<f32>;       // [channels, KH, KW]
@group(0) @binding(2) var<storage, read> b: array<f32>;       // [channels]; unread if bias is 0
@group(0) @binding(3) var<storage, read_write> y: array<f32>; // [batch, channels, OUT_ROWS, OUT_COLS]
@group(0) @binding(4) var<uniform> params: Params;

// The compiler may put pointwise operations on the result here.
fn store(at: u32, value: f32) { y[at] = value; }

// Called before elements of one channel of one image are stored, with one of them: what operations read for all may be here.
fn stage(at: u32) {}

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(workgroup_id) wid: vec3u, @builtin(num_workgroups) nwg: vec3u, @builtin(local_invocation_id) lid: vec3u) {
  let index = (wid.y * nwg.x + wid.x) * WORKGROUP + lid.x;
  if (index >= params.images) { return; }
  let channel = index % params.channels;
  var x_image = index;
  if (params.multiplier > 1u) { x_image = index / params.multiplier; }

  let w0 = channel * TAPS + params.tap_first;
  let tap_step = params.tap_step;
  var weights: array<f32, TAPS>; // scalars
  for (var p = 0u; p < TAPS; p++) { // unroll
    weights[p] = w[w0 + p * tap_step];
  }
  let x0 = x_image * IN_PIXELS;
  var values: array<f32, IN_PIXELS>; // scalars
  for (var v = 0u; v < IN_PIXELS; v++) { // unroll
    values[v] = x[x0 + v];
  }
  var bias = 0.0;
  if (params.bias == 1u) { bias = b[channel]; }

  var acc: array<f32, ACC>; // scalars
  for (var i = 0u; i < OUT_ROWS; i++) { // unroll
    for (var j = 0u; j < OUT_COLS; j++) { // unroll
      var sum = 0.0; // chain
      for (var p = 0u; p < KH; p++) { // unroll
        if (PAD_TOP < i * SH + p + 1) { // constant
          if (i * SH + p < PAD_TOP + IN_ROWS) { // constant
            for (var q = 0u; q < KW; q++) { // unroll
              if (PAD_LEFT < j * SW + q + 1) { // constant
                if (j * SW + q < PAD_LEFT + IN_COLS) { // constant
                  sum = fma(weights[p * KW + q], values[(i * SH + p - PAD_TOP) * IN_COLS + j * SW + q - PAD_LEFT], sum);
                }
              }
            }
          }
        }
      }
      acc[i * OUT_COLS + j] = sum;
    }
  }
  // The code to store a row stands once, and the others move up.
  var at = index * ACC;
  stage(at);
  for (var i = 0u; i < OUT_ROWS; i++) {
    for (var j = 0u; j < OUT_COLS; j++) { // unroll
      store(at + j, acc[j] + bias);
    }
    at += OUT_COLS;
    for (var up = 0u; up < MOVED; up++) { // unroll
      acc[up] = acc[OUT_COLS + up];
    }
  }
}
