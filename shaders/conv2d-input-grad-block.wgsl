// conv2d-input-grad-block.wgsl: gradient of a strided cross-correlation by its input, which is the transposed convolution's forward.
//   dx[n,c,i,j] = b[c] + Σ_{o,p,q} w[o,c,p,q] · dy[n,o,(i + pad_top - p)/SH,(j + pad_left - q)/SW], whole quotients only
// A gather without dilation: each invocation computes a block of TY·SH rows × TX·SW columns of TO channels. Blocks begin at
// multiples of the stride, so which taps meet which pixel is known beforehand, and no inserted zero is multiplied.
// Neighbouring lanes have neighbouring blocks of one image's channels, or, with BESIDE 1, neighbouring channels of one block: then the
// lanes of a quad may load what they read of dy for each other (PATCH_SHARED 1).
// Uses: lib/weights-*.wgsl
const WORKGROUP: u32 = 16u;
const BESIDE: u32 = 0u; // 1: neighbouring lanes have neighbouring channels
const PATCH_SHARED: u32 = 0u;
const TY: u32 = 1u;
const TX: u32 = 4u;
const TO: u32 = 8u;
const QUADS: u32 = 2u; // TO / 4, rounded up
const LANES: u32 = 4u; // channels of a quad: 4, or TO where that is less
const HEIGHT: u32 = 2u; // TY · SH
const WIDTH: u32 = 8u; // TX · SW
const STORED: u32 = 1u; // rows whose stores are written out: all where TO is 1, so that no sum leaves its register
const PIXELS: u32 = 16u; // HEIGHT · WIDTH
const ACC: u32 = 128u; // PIXELS · TO
const TC: u32 = 1u; // channels of dy of a turn, which divide those of a group
const KH: u32 = 4u;
const KW: u32 = 4u;
const SH: u32 = 2u;
const SW: u32 = 2u;
const KHP: u32 = 2u; // taps that meet one pixel at most: KH / SH and KW / SW, rounded up
const KWP: u32 = 2u;
const KERNEL: u32 = 16u; // KH · KW
const WEIGHTS: u32 = 64u; // TC · KERNEL · LANES
// Row r of a block and tap p meet in row (r + SHIFT_H - p) / SH of those of dy that are loaded, which begin BEFORE_H rows above
// the block's own: SHIFT_H = pad_top + BEFORE_H·SH. Columns likewise.
const SHIFT_H: u32 = 3u;
const SHIFT_W: u32 = 3u;
const BEFORE_H: u32 = 1u;
const BEFORE_W: u32 = 1u;
const ROWS: u32 = 3u;
const COLS: u32 = 6u;
const PATCH: u32 = 18u; // TC · ROWS · COLS
const QUARTER: u32 = 5u; // PATCH / 4, rounded up: what a lane of a quad loads of a patch that is shared
const VALUES: u32 = 18u; // PATCH, or 4 · QUARTER where it is shared

struct Params {
  lanes: u32, // side by side: blocks, or tiles of channels where BESIDE is 1, and those added so that lanes may share
  tiles: u32, // of the batch
  c_tiles: u32, // of the channels of a group
  x_tiles: u32,
  y_tiles: u32,
  groups: u32,
  group_in: u32,  // channels of dx in a group
  group_out: u32, // channels of dy in a group
  in_rows: u32,      // of dx
  in_cols: u32,
  out_rows: u32, // of dy
  out_cols: u32,
  bias: u32, // 1: add b
}

@group(0) @binding(0) var<storage, read> dy: array<f32>;       // [batch, groups·group_out, out_rows, out_cols]
@group(0) @binding(1) var<storage, read> w: array<f32>;        // [groups·group_out, group_in, KH, KW]
@group(0) @binding(2) var<storage, read> b: array<f32>;        // [groups·group_in]; unread if bias is 0
@group(0) @binding(3) var<storage, read_write> y: array<f32>;  // dx [batch, groups·group_in, rows, cols]
@group(0) @binding(4) var<uniform> params: Params;

// The compiler may put pointwise operations on the result here.
fn store(at: u32, value: f32) { y[at] = value; }

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(workgroup_id) wid: vec3u, @builtin(num_workgroups) nwg: vec3u, @builtin(local_invocation_id) lid: vec3u) {
  // All lanes go along to the end, since they share what they load: what those past the last block compute is not stored.
  let index = (wid.y * nwg.x + wid.x) * WORKGROUP + lid.x;
  let channel_tiles = params.c_tiles * params.groups;
  let fast = index % params.lanes;
  let slow = index / params.lanes;
  let tile = select(fast, slow, BESIDE == 1u);
  let channel_tile = select(slow, fast, BESIDE == 1u);
  let live = tile < params.tiles && channel_tile < channel_tiles;
  var rest = min(tile, params.tiles - 1u);
  let tile_x = rest % params.x_tiles;
  rest /= params.x_tiles;
  let tile_y = rest % params.y_tiles;
  let n = rest / params.y_tiles;
  let channels = min(channel_tile, channel_tiles - 1u);
  let c0 = channels % params.c_tiles * TO;
  let g = channels / params.c_tiles;

  let last_c = params.group_in - 1u;
  // Places left of or above dy wrap to huge numbers, so that one comparison tests both ends; a mask of bits makes them zero.
  let last_row = params.out_rows - 1u;
  let last_col = params.out_cols - 1u;
  let plane = params.out_rows * params.out_cols;
  var place: array<WeightPlace, QUADS>; // scalars
  for (var k = 0u; k < QUADS; k++) { // unroll
    place[k] = weights_place(c0 + k * 4u, last_c, KERNEL);
  }
  var line: array<u32, ROWS>; // scalars
  var line_mask: array<u32, ROWS>; // scalars
  var column: array<u32, COLS>; // scalars
  var column_mask: array<u32, COLS>; // scalars
  var own: array<u32, QUARTER>; // scalars
  var own_mask: array<u32, QUARTER>; // scalars
  if (PATCH_SHARED < 1) { // constant
    for (var i = 0u; i < ROWS; i++) { // unroll
      let oy = tile_y * TY + i - BEFORE_H;
      line[i] = min(oy, last_row) * params.out_cols;
      line_mask[i] = select(0u, 0xffffffffu, oy <= last_row);
    }
    for (var j = 0u; j < COLS; j++) { // unroll
      let ox = tile_x * TX + j - BEFORE_W;
      column[j] = min(ox, last_col);
      column_mask[j] = select(0u, 0xffffffffu, ox <= last_col);
    }
  }
  if (0 < PATCH_SHARED) { // constant
    for (var e = 0u; e < QUARTER; e++) { // unroll
      let place = min(e * 4u + weights_lane(), PATCH - 1u);
      let oy = tile_y * TY + place / COLS % ROWS - BEFORE_H;
      let ox = tile_x * TX + place % COLS - BEFORE_W;
      own[e] = place / (ROWS * COLS) * plane + min(oy, last_row) * params.out_cols + min(ox, last_col);
      own_mask[e] = select(0u, 0xffffffffu, (oy <= last_row) & (ox <= last_col));
    }
  }
  // Each use of a uniform is a load.
  let group_out = params.group_out;
  let dy_channel = (n * params.groups + g) * group_out;
  let w_step = params.group_in * KERNEL;
  let w_first = g * group_out * w_step;
  var acc: array<f32, ACC>; // scalars
  for (var o0 = 0u; o0 < group_out; o0 += TC) {
    var values: array<f32, VALUES>; // scalars
    if (PATCH_SHARED < 1) { // constant
      for (var d = 0u; d < TC; d++) { // unroll
        let dy0 = (dy_channel + o0 + d) * plane;
        for (var i = 0u; i < ROWS; i++) { // unroll
          for (var j = 0u; j < COLS; j++) { // unroll
            let bits = bitcast<u32>(dy[dy0 + line[i] + column[j]]);
            values[(d * ROWS + i) * COLS + j] = bitcast<f32>(bits & line_mask[i] & column_mask[j]);
          }
        }
      }
    }
    if (0 < PATCH_SHARED) { // constant
      let dy0 = (dy_channel + o0) * plane;
      for (var e = 0u; e < QUARTER; e++) { // unroll
        let four = weights_round(bitcast<f32>(bitcast<u32>(dy[dy0 + own[e]]) & own_mask[e]));
        for (var l = 0u; l < 4u; l++) { // unroll
          values[e * 4u + l] = four[l];
        }
      }
    }
    let w0 = w_first + o0 * w_step;
    for (var k = 0u; k < QUADS; k++) { // unroll
      var weights: array<f32, WEIGHTS>; // scalars
      for (var d = 0u; d < TC; d++) { // unroll
        for (var a = 0u; a < KERNEL; a++) { // unroll
          let four = weights_load(place[k], w0 + d * w_step + a);
          for (var c = 0u; c < LANES; c++) { // unroll
            weights[(d * KERNEL + a) * LANES + c] = four[c];
          }
        }
      }
      for (var c = 0u; c < LANES; c++) { // unroll
        for (var r = 0u; r < HEIGHT; r++) { // unroll
          for (var t = 0u; t < WIDTH; t++) { // unroll
            var sum = acc[(k * 4u + c) * PIXELS + r * WIDTH + t]; // chain
            for (var d = 0u; d < TC; d++) { // unroll
              for (var p = 0u; p < KHP; p++) { // unroll
                for (var q = 0u; q < KWP; q++) { // unroll
                  if ((r + SHIFT_H) % SH + p * SH < KH) { // constant
                    if ((t + SHIFT_W) % SW + q * SW < KW) { // constant
                      sum = fma(
                        weights[((d * KH + (r + SHIFT_H) % SH + p * SH) * KW + (t + SHIFT_W) % SW + q * SW) * LANES + c],
                        values[(d * ROWS + (r + SHIFT_H) / SH - p) * COLS + (t + SHIFT_W) / SW - q],
                        sum,
                      );
                    }
                  }
                }
              }
            }
            acc[(k * 4u + c) * PIXELS + r * WIDTH + t] = sum;
          }
        }
      }
    }
  }
  // A copy that a loop may index: what stores a channel is compiled once, and the accumulators stay in registers.
  var result: array<f32, ACC>;
  for (var a = 0u; a < ACC; a++) { // unroll
    result[a] = acc[a];
  }
  if (live) {
    let rows = params.in_rows;
    let cols = params.in_cols;
    let i0 = tile_y * HEIGHT;
    let j0 = tile_x * WIDTH;
    for (var c = 0u; c < TO; c++) { // unroll up to 1
      if (c0 + c <= last_c) {
        let channel = g * params.group_in + c0 + c;
        var bias = 0.0;
        if (params.bias == 1u) { bias = b[channel]; }
        let at = ((n * params.groups * params.group_in + channel) * rows + i0) * cols + j0;
        for (var r = 0u; r < HEIGHT; r++) { // unroll up to STORED
          if (i0 + r < rows) {
            for (var t = 0u; t < WIDTH; t++) { // unroll
              if (j0 + t < cols) {
                store(at + r * cols + t, result[c * PIXELS + r * WIDTH + t] + bias);
              }
            }
          }
        }
      }
    }
  }
}
