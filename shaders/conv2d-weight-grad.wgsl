// conv2d-weight-grad.wgsl: gradient of a cross-correlation by its weight, over one chunk of the batch's output rows.
//   dw[s,o,c,p,q] = Σ_{(n,i) in chunk s, j} dy[n,o,i,j] · x[n, c, i·sh + p·dh, j·SW + q·DW]
//   db[s,o] = Σ_{(n,i) in chunk s, j} dy[n,o,i,j]
// Each invocation holds TO output channels × TC input channels × KHT × KWT taps and walks rows of dy by pairs of columns;
// sum-chunks-pair.wgsl adds the chunks. x has its padding (conv2d-weight-grad-pad.wgsl), and rows of both are whole pairs.
const WORKGROUP: u32 = 64u;
const TO: u32 = 8u;
const TC: u32 = 1u;
const KHT: u32 = 3u;
const KWT: u32 = 3u;
const LINES: u32 = 3u; // TC · KHT, rows of x that an invocation reads at once
const ACC: u32 = 72u; // TO · LINES · KWT
const OUT: u32 = 80u; // ACC + TO
const SW: u32 = 1u;
const DW: u32 = 1u;
const SPAN: u32 = 2u; // pairs of a row of x that one pair of dy meets
const KEPT: u32 = 1u; // of them, those that the next pair of dy meets again
const FRESH: u32 = 1u; // SPAN - KEPT
const WINDOW: u32 = 6u; // LINES · SPAN
// The first tap of a tile meets an even column of x (ALIGNED 1), or perhaps an odd one and KWT is 1 (SHIFTED 1).
const ALIGNED: u32 = 1u;
const SHIFTED: u32 = 0u;

struct Params {
  tiles: u32,
  o_tiles: u32,
  c_tiles: u32,
  p_tiles: u32,
  q_tiles: u32,
  chunk_rows: u32, // output rows, counted over the batch, in a chunk
  first_chunk: u32, // where the chunks of this dispatch go
  first_row: u32, // output row at which they begin
  end_row: u32, // output row before which they all end
  first_image: u32, // the first that x holds
  groups: u32,
  group_in: u32,
  group_out: u32,
  in_rows: u32,
  in_pairs: u32, // pairs in a row
  out_rows: u32,
  out_pairs: u32,
  kh: u32,
  kw: u32,
  sh: u32,
  dh: u32,
}

@group(0) @binding(0) var<storage, read> x: array<vec2f>;      // [images, groups·group_in, in_rows, in_pairs]
@group(0) @binding(1) var<storage, read> dy: array<vec2f>;     // [batch, groups·group_out, out_rows, out_pairs]
@group(0) @binding(2) var<storage, read_write> dw: array<f32>; // [chunks, groups·group_out, group_in, kh, kw]
@group(0) @binding(3) var<storage, read_write> db: array<f32>; // [chunks, groups·group_out]
@group(0) @binding(4) var<uniform> params: Params;

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(workgroup_id) wid: vec3u, @builtin(num_workgroups) nwg: vec3u, @builtin(local_invocation_id) lid: vec3u) {
  var rest = (wid.y * nwg.x + wid.x) * WORKGROUP + lid.x;
  if (rest >= params.tiles) { return; }
  let c0 = rest % params.c_tiles * TC;
  rest /= params.c_tiles;
  let q0 = rest % params.q_tiles * KWT;
  rest /= params.q_tiles;
  let p0 = rest % params.p_tiles * KHT;
  rest /= params.p_tiles;
  let o0 = rest % params.o_tiles * TO;
  rest /= params.o_tiles;
  let g = rest % params.groups;
  let chunk = rest / params.groups;
  // A channel past the last repeats that one; its sums are not stored.
  let last_o = params.group_out - 1u;
  let last_c = params.group_in - 1u;
  let odd = q0 * DW % 2u == 1u;

  var acc: array<f32, ACC>;
  var sums: array<f32, TO>;
  var d: array<vec2f, TO>;
  var window: array<vec2f, WINDOW>;
  // Places in the first row of the first image, for each channel and line.
  var dy_at: array<u32, TO>;
  for (var o = 0u; o < TO; o++) { // unroll
    dy_at[o] = (g * params.group_out + min(o0 + o, last_o)) * params.out_rows * params.out_pairs;
  }
  var x_at: array<u32, LINES>;
  for (var c = 0u; c < TC; c++) { // unroll
    for (var p = 0u; p < KHT; p++) { // unroll
      let line = (g * params.group_in + min(c0 + c, last_c)) * params.in_rows + (p0 + p) * params.dh;
      x_at[c * KHT + p] = line * params.in_pairs + q0 * DW / 2u;
    }
  }
  let start = params.first_row + chunk * params.chunk_rows;
  let end = min(start + params.chunk_rows, params.end_row);
  var n = start / params.out_rows;
  var oy = start % params.out_rows;
  for (var i = start; i < end; i++) {
    var dy_row = (n * params.groups * params.group_out * params.out_rows + oy) * params.out_pairs;
    var x_row = ((n - params.first_image) * params.groups * params.group_in * params.in_rows + oy * params.sh) * params.in_pairs;
    let dy_end = dy_row + params.out_pairs;
    let next = oy + 1u == params.out_rows;
    n += u32(next);
    oy = select(oy + 1u, 0u, next);
    for (var l = 0u; l < LINES; l++) { // unroll
      for (var k = 0u; k < KEPT; k++) { // unroll
        window[l * SPAN + k] = x[x_at[l] + x_row + k];
      }
    }
    for (; dy_row < dy_end; dy_row++) {
      for (var o = 0u; o < TO; o++) { // unroll
        let pair = dy[dy_at[o] + dy_row];
        d[o] = pair;
        sums[o] += pair.x + pair.y;
      }
      for (var l = 0u; l < LINES; l++) { // unroll
        for (var k = 0u; k < FRESH; k++) { // unroll
          window[l * SPAN + KEPT + k] = x[x_at[l] + x_row + KEPT + k];
        }
      }
      x_row += SW;
      for (var l = 0u; l < LINES; l++) { // unroll
        for (var a = 0u; a < ALIGNED; a++) { // unroll
          for (var o = 0u; o < TO; o++) { // unroll
            for (var q = 0u; q < KWT; q++) { // unroll
              acc[(o * LINES + l) * KWT + q] += dot(d[o], vec2f(
                window[l * SPAN + q * DW / 2u][q * DW % 2u],
                window[l * SPAN + (q * DW + SW) / 2u][(q * DW + SW) % 2u],
              ));
            }
          }
        }
        for (var s = 0u; s < SHIFTED; s++) { // unroll
          let even = vec2f(window[l * SPAN].x, window[l * SPAN + SW / 2u][SW % 2u]);
          let pair = select(even, vec2f(window[l * SPAN].y, window[l * SPAN + (1u + SW) / 2u][(1u + SW) % 2u]), odd);
          for (var o = 0u; o < TO; o++) { // unroll
            acc[o * LINES + l] += dot(d[o], pair);
          }
        }
      }
      for (var l = 0u; l < LINES; l++) { // unroll
        for (var k = 0u; k < KEPT; k++) { // unroll
          window[l * SPAN + k] = window[l * SPAN + k + SW];
        }
      }
    }
  }
  // A copy that is indexed by the loops below, so that the sums above need not be.
  var out: array<f32, OUT>;
  for (var a = 0u; a < ACC; a++) { // unroll
    out[a] = acc[a];
  }
  for (var o = 0u; o < TO; o++) { // unroll
    out[ACC + o] = sums[o];
  }
  let part = ((params.first_chunk + chunk) * params.groups + g) * params.group_out;
  for (var o = 0u; o < TO; o++) {
    if (o0 + o > last_o) { break; }
    if (c0 + p0 + q0 == 0u) { db[part + o0 + o] = out[ACC + o]; }
    for (var c = 0u; c < TC; c++) {
      if (c0 + c > last_c) { break; }
      for (var p = 0u; p < KHT; p++) {
        if (p0 + p >= params.kh) { break; }
        let at = (((part + o0 + o) * params.group_in + c0 + c) * params.kh + p0 + p) * params.kw + q0;
        for (var q = 0u; q < KWT; q++) {
          if (q0 + q >= params.kw) { break; }
          dw[at + q] = out[(o * LINES + c * KHT + p) * KWT + q];
        }
      }
    }
  }
}
