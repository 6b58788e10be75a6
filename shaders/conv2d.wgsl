// conv2d.wgsl: cross-correlation of NCHW images; each invocation computes TY rows × TX columns of TO channels of TN images in
// registers.
//   y[n,o,i,j] = b[o] + Σ_{c,p,q} w[o,c,p,q] · x[n,c, i·SH + p·DH - pad_top, j·SW + q·DW - pad_left]
// The gradient by the input at stride 1 is the same sum over dy, with channels swapped and taps reversed.
// Neighbouring lanes have neighbouring tiles of one image's channels, or, with BESIDE 1, neighbouring channels of one tile: then the
// lanes of a quad may load what they read of x for each other (PATCH_SHARED 1).
// Uses: lib/weights-*.wgsl, lib/outputs-*.wgsl
const WORKGROUP: u32 = 16u;
const BESIDE: u32 = 0u; // 1: neighbouring lanes have neighbouring channels
const PATCH_SHARED: u32 = 0u;
const TN: u32 = 1u;
const TY: u32 = 2u;
const TX: u32 = 7u;
const TO: u32 = 8u;
const WINDOW_H: u32 = 1u; // outputs of which one is kept: their rows and columns, which divide TY and TX
const WINDOW_W: u32 = 1u;
const WINDOWS_H: u32 = 2u; // TY / WINDOW_H
const WINDOWS_W: u32 = 7u; // TX / WINDOW_W
const STORED: u32 = 1u; // images, and windows of a row or column, whose stores are written out: all where TO is 1, so that no sum leaves its register
const QUADS: u32 = 2u; // TO / 4, rounded up
const LANES: u32 = 4u; // channels of a quad: 4, or TO where that is less
const PIXELS: u32 = 14u; // TN · TY · TX
const ACC: u32 = 112u; // PIXELS · TO
const TC: u32 = 1u; // input channels of a turn, which divide those of a group
const KH: u32 = 3u;
const KW: u32 = 3u;
const KHT: u32 = 3u; // kernel rows and taps of a row that are written out; they divide KH and KW
const KWT: u32 = 3u;
const KHS: u32 = 1u; // KH / KHT
const KWS: u32 = 1u; // KW / KWT
const WEIGHTS: u32 = 36u; // TC · KHT · KWT · LANES
const ROWS: u32 = 4u; // rows of x under a tile: (TY - 1)·SH + (KHT - 1)·DH + 1, or those of the image where the tile is the whole
const COLS: u32 = 9u; // columns of x under a tile: (TX - 1)·SW + (KWT - 1)·DW + 1, or those of the image
const PATCH: u32 = 36u; // TN · TC · ROWS · COLS
const QUARTER: u32 = 9u; // PATCH / 4, rounded up: what a lane of a quad loads of a patch that is shared
const VALUES: u32 = 36u; // PATCH, or 4 · QUARTER where it is shared
const SH: u32 = 1u;
const SW: u32 = 1u;
const DH: u32 = 1u;
const DW: u32 = 1u;
const EDGE_TOP: u32 = 0u; // where the tile is the whole image: rows and columns of zeros above and left of it, which are not in the patch
const EDGE_LEFT: u32 = 0u;

struct Params {
  lanes: u32, // side by side: tiles, or tiles of channels where BESIDE is 1, and those added so that lanes may share
  tiles: u32, // of the batch
  o_tiles: u32, // of the channels of a group
  x_tiles: u32,
  y_tiles: u32,
  batch: u32,
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
  bias: u32, // 1: add b
  x_image: u32, // steps in x from image to image, from group to group, and from channel to channel
  x_group: u32,
  x_in: u32,
  y_image: u32, // steps in y from image to image, and from channel to channel over all groups
  y_channel: u32,
}

@group(0) @binding(0) var<storage, read> x: array<f32>;       // images, groups and channels by the three steps, then [in_rows, in_cols]
@group(0) @binding(1) var<storage, read> w: array<f32>;       // channels by the three steps, then [KH, KW]
@group(0) @binding(2) var<storage, read> b: array<f32>;       // [groups·group_out]; unread if bias is 0

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(workgroup_id) wid: vec3u, @builtin(num_workgroups) nwg: vec3u, @builtin(local_invocation_id) lid: vec3u) {
  // All lanes go along to the end, since they share what they load, and an early return is dear: what those past the last tile
  // compute is not stored.
  let index = (wid.y * nwg.x + wid.x) * WORKGROUP + lid.x;
  let channel_tiles = params.o_tiles * params.groups;
  let fast = index % params.lanes;
  let slow = index / params.lanes;
  let tile = select(fast, slow, BESIDE == 1u);
  let channel_tile = select(slow, fast, BESIDE == 1u);
  let live = tile < params.tiles && channel_tile < channel_tiles;
  var rest = min(tile, params.tiles - 1u);
  let ox = rest % params.x_tiles * TX;
  rest /= params.x_tiles;
  let oy = rest % params.y_tiles * TY;
  let n0 = rest / params.y_tiles * TN;
  let channels = min(channel_tile, channel_tiles - 1u);
  let o0 = channels % params.o_tiles * TO;
  let g = channels / params.o_tiles;
  let last_n = params.batch - 1u;

  let last_o = params.group_out - 1u;
  // Places left of or above x wrap to huge numbers, so that one comparison tests both ends. A mask of bits makes what is
  // loaded there zero: a select takes longer than the load.
  let last_row = params.in_rows - 1u;
  let last_col = params.in_cols - 1u;
  let left = ox * SW - u32(params.pad_left);
  let top = oy * SH - u32(params.pad_top);
  let plane = params.x_in;
  var place: array<WeightPlace, QUADS>; // scalars
  for (var k = 0u; k < QUADS; k++) { // unroll
    place[k] = weights_place(o0 + k * 4u, last_o, params.w_out);
  }
  // Each use of a uniform is a load.
  let group_in = params.group_in;
  let x_group = g * params.x_group;
  let image = params.x_image;
  let w_first = g * params.w_group + params.tap_first;
  let w_in = params.w_in;
  let tap_step = params.tap_step;
  var acc: array<f32, ACC>; // scalars
  for (var down = 0u; down < KHS; down++) { // unroll up to 1
    for (var across = 0u; across < KWS; across++) { // unroll up to 1
      var line: array<u32, ROWS>; // scalars
      var line_mask: array<u32, ROWS>; // scalars
      var column: array<u32, COLS>; // scalars
      var column_mask: array<u32, COLS>; // scalars
      var own: array<u32, QUARTER>; // scalars
      var own_mask: array<u32, QUARTER>; // scalars
      if (PATCH_SHARED < 1) { // constant
        for (var i = 0u; i < ROWS; i++) { // unroll
          let iy = top + down * KHT * DH + i;
          line[i] = min(iy, last_row) * params.in_cols;
          line_mask[i] = select(0u, 0xffffffffu, iy <= last_row);
        }
        for (var j = 0u; j < COLS; j++) { // unroll
          let ix = left + across * KWT * DW + j;
          column[j] = min(ix, last_col);
          column_mask[j] = select(0u, 0xffffffffu, ix <= last_col);
        }
      }
      if (0 < PATCH_SHARED) { // constant
        let lane = weights_lane();
        for (var e = 0u; e < QUARTER; e++) { // unroll
          // Divisions are dear, also to compile: a remainder is what a product leaves. Both sides of the mask are computed, since each
          // && is a branch, and SwiftShader took 50 s to compile 25 of them, one after the other.
          let place = min(e * 4u + lane, PATCH - 1u);
          let line_of_all = place / COLS;
          let ix = left + across * KWT * DW + (place - line_of_all * COLS);
          if (TN * TC < 2) { // constant
            let iy = top + down * KHT * DH + line_of_all;
            own[e] = n0 * image + min(iy, last_row) * params.in_cols + min(ix, last_col);
            own_mask[e] = select(0u, 0xffffffffu, (iy <= last_row) & (ix <= last_col));
          }
          if (1 < TN * TC) { // constant
            let map = line_of_all / ROWS;
            let iy = top + down * KHT * DH + (line_of_all - map * ROWS);
            let first = min(n0 + map / TC, last_n) * image + map % TC * plane;
            own[e] = first + min(iy, last_row) * params.in_cols + min(ix, last_col);
            own_mask[e] = select(0u, 0xffffffffu, (iy <= last_row) & (ix <= last_col));
          }
        }
      }
      for (var c0 = 0u; c0 < group_in; c0 += TC) {
        var values: array<f32, VALUES>; // scalars
        if (PATCH_SHARED < 1) { // constant
          for (var m = 0u; m < TN; m++) { // unroll
            for (var d = 0u; d < TC; d++) { // unroll
              let x0 = min(n0 + m, last_n) * image + x_group + (c0 + d) * plane;
              for (var i = 0u; i < ROWS; i++) { // unroll
                for (var j = 0u; j < COLS; j++) { // unroll
                  let bits = bitcast<u32>(x[x0 + line[i] + column[j]]);
                  values[((m * TC + d) * ROWS + i) * COLS + j] = bitcast<f32>(bits & line_mask[i] & column_mask[j]);
                }
              }
            }
          }
        }
        if (0 < PATCH_SHARED) { // constant
          let x0 = x_group + c0 * plane;
          for (var e = 0u; e < QUARTER; e++) { // unroll
            let four = weights_round(bitcast<f32>(bitcast<u32>(x[x0 + own[e]]) & own_mask[e]));
            for (var l = 0u; l < 4u; l++) { // unroll
              values[e * 4u + l] = four[l];
            }
          }
        }
        let w0 = w_first + c0 * w_in;
        for (var k = 0u; k < QUADS; k++) { // unroll
          var weights: array<f32, WEIGHTS>; // scalars
          for (var d = 0u; d < TC; d++) { // unroll
            for (var p = 0u; p < KHT; p++) { // unroll
              for (var q = 0u; q < KWT; q++) { // unroll
                let tap = (down * KHT + p) * KW + across * KWT + q;
                let four = weights_load(place[k], w0 + d * w_in + tap * tap_step);
                for (var o = 0u; o < LANES; o++) { // unroll
                  weights[((d * KHT + p) * KWT + q) * LANES + o] = four[o];
                }
              }
            }
          }
          // Accumulator by accumulator, so that each is in a register while its products are added.
          for (var o = 0u; o < LANES; o++) { // unroll
            for (var m = 0u; m < TN; m++) { // unroll
              for (var s = 0u; s < TY; s++) { // unroll
                for (var t = 0u; t < TX; t++) { // unroll
                  var sum = acc[(k * 4u + o) * PIXELS + (m * TY + s) * TX + t]; // chain
                  for (var d = 0u; d < TC; d++) { // unroll
                    for (var p = 0u; p < KHT; p++) { // unroll
                      if (EDGE_TOP < s * SH + p * DH + 1) { // constant
                        if (s * SH + p * DH < EDGE_TOP + ROWS) { // constant
                          for (var q = 0u; q < KWT; q++) { // unroll
                            if (EDGE_LEFT < t * SW + q * DW + 1) { // constant
                              if (t * SW + q * DW < EDGE_LEFT + COLS) { // constant
                                sum = fma(
                                  weights[((d * KHT + p) * KWT + q) * LANES + o],
                                  values[((m * TC + d) * ROWS + s * SH + p * DH - EDGE_TOP) * COLS + t * SW + q * DW - EDGE_LEFT],
                                  sum,
                                );
                              }
                            }
                          }
                        }
                      }
                    }
                  }
                  acc[(k * 4u + o) * PIXELS + (m * TY + s) * TX + t] = sum;
                }
              }
            }
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
    let out_rows = params.out_rows;
    let out_cols = params.out_cols;
    let kept_rows = out_rows / WINDOW_H;
    let kept_cols = out_cols / WINDOW_W;
    for (var o = 0u; o < TO; o++) { // unroll up to 1
      if (o0 + o <= last_o) {
        let channel = g * params.group_out + o0 + o;
        var bias = 0.0;
        if (params.bias == 1u) { bias = b[channel]; }
        let in_image = oy * out_cols + ox;
        for (var m = 0u; m < TN; m++) { // unroll up to STORED
          if (n0 + m <= last_n) {
            let at = ((n0 + m) * params.groups * params.group_out + channel) * out_rows * out_cols + in_image;
            stage(at);
            let kept_in_image = oy / WINDOW_H * kept_cols + ox / WINDOW_W;
            let kept_at = (n0 + m) * params.y_image + channel * params.y_channel + kept_in_image;
            for (var s = 0u; s < WINDOWS_H; s++) { // unroll up to STORED
              if (oy / WINDOW_H + s < kept_rows) {
                for (var t = 0u; t < WINDOWS_W; t++) { // unroll up to STORED
                  if (ox / WINDOW_W + t < kept_cols) {
                    var kept: f32;
                    var kept_place: u32;
                    for (var p = 0u; p < WINDOW_H; p++) { // unroll
                      for (var q = 0u; q < WINDOW_W; q++) { // unroll
                        let offset = (s * WINDOW_H + p) * out_cols + t * WINDOW_W + q;
                        let sum = result[o * PIXELS + (m * TY + s * WINDOW_H + p) * TX + t * WINDOW_W + q] + bias;
                        let value = outputs_finish(at + offset, sum);
                        if (p + q < 1) { // constant
                          kept = value;
                          kept_place = in_image + offset;
                        }
                        if (0 < p + q) { // constant
                          let replaces = outputs_replace(value, kept);
                          kept = select(kept, value, replaces);
                          kept_place = select(kept_place, in_image + offset, replaces);
                        }
                      }
                    }
                    outputs_keep(kept_at + s * kept_cols + t, kept, kept_place);
                  }
                }
              }
            }
          }
        }
      }
    }
  }
}
