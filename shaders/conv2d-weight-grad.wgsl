// conv2d-weight-grad.wgsl: gradient of a cross-correlation by its weight, over one chunk of the batch's output rows.
//   dw[s,o,c,p,q] = Σ_{(n,i) in chunk s, j} dy[n,o,i,j] · x[n,c, i·SH + p·DH - pad_top, j·SW + q·DW - pad_left]
//   db[s,o] = Σ_{(n,i) in chunk s, j} dy[n,o,i,j]
// Each invocation holds TO output channels × TC input channels × KHT·KWT taps and walks rows of dy SEG columns at a time;
// sum-chunks-pair.wgsl adds the chunks. With BORDER 0, x must hold every element that a segment touches.
const WORKGROUP: u32 = 64u;
const TO: u32 = 8u;
const TC: u32 = 1u;
const KHT: u32 = 3u; // divides KH
const KWT: u32 = 3u; // divides KW
const ACC: u32 = 72u; // TO · TC · KHT · KWT
const SEG: u32 = 4u;
const SEGS: u32 = 2u; // segments of a row of dy
const DYS: u32 = 32u; // TO · SEG
const ROW: u32 = 6u; // (SEG - 1)·SW + (KWT - 1)·DW + 1
const KH: u32 = 3u;
const KW: u32 = 3u;
const SH: u32 = 1u;
const SW: u32 = 1u;
const DH: u32 = 1u;
const DW: u32 = 1u;
const BORDER: u32 = 1u;
const EDGE: u32 = 1u; // whether SEG does not divide out_cols

struct Params {
  tiles: u32,
  chunks: u32,
  chunk_rows: u32, // output rows, counted over the batch, in a chunk
  o_tiles: u32,
  c_tiles: u32,
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
}

@group(0) @binding(0) var<storage, read> x: array<f32>;        // [batch, groups·group_in, in_rows, in_cols]
@group(0) @binding(1) var<storage, read> dy: array<f32>;       // [batch, groups·group_out, out_rows, out_cols]
@group(0) @binding(2) var<storage, read_write> dw: array<f32>; // [chunks, groups·group_out, group_in, KH, KW]
@group(0) @binding(3) var<storage, read_write> db: array<f32>; // [chunks, groups·group_out]
@group(0) @binding(4) var<uniform> params: Params;

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(workgroup_id) wid: vec3u, @builtin(num_workgroups) nwg: vec3u, @builtin(local_invocation_id) lid: vec3u) {
  var rest = (wid.y * nwg.x + wid.x) * WORKGROUP + lid.x;
  if (rest >= params.tiles) { return; }
  let c0 = rest % params.c_tiles * TC;
  rest /= params.c_tiles;
  let q0 = rest % (KW / KWT) * KWT;
  rest /= KW / KWT;
  let p0 = rest % (KH / KHT) * KHT;
  rest /= KH / KHT;
  let o0 = rest % params.o_tiles * TO;
  rest /= params.o_tiles;
  let chunk = rest % params.chunks;
  let g = rest / params.chunks;

  let last_o = params.group_out - 1u;
  let last_c = params.group_in - 1u;
  // Places left of or above x wrap to huge numbers, so that one comparison tests both ends.
  let last_row = params.in_rows - 1u;
  let last_col = params.in_cols - 1u;
  let first = chunk * params.chunk_rows;
  let end = min(first + params.chunk_rows, params.batch * params.out_rows);
  var acc: array<f32, ACC>;
  var sums: array<f32, TO>;
  for (var i = first; i < end; i++) {
    let n = i / params.out_rows;
    let oy = i % params.out_rows;
    let top = oy * SH + p0 * DH - u32(params.pad_top);
    for (var segment = 0u; segment < SEGS; segment++) { // unroll up to 1
      let ox = segment * SEG;
      var d: array<f32, DYS>;
      for (var o = 0u; o < TO; o++) { // unroll
        let line = (((n * params.groups + g) * params.group_out + min(o0 + o, last_o)) * params.out_rows + oy) * params.out_cols;
        for (var t = 0u; t < SEG; t++) { // unroll
          if (EDGE == 0u) {
            d[o * SEG + t] = dy[line + ox + t];
          } else {
            d[o * SEG + t] = select(0.0, dy[line + min(ox + t, params.out_cols - 1u)], ox + t < params.out_cols);
          }
          sums[o] += d[o * SEG + t];
        }
      }
      let left = ox * SW + q0 * DW - u32(params.pad_left);
      for (var c = 0u; c < TC; c++) { // unroll
        let plane = ((n * params.groups + g) * params.group_in + min(c0 + c, last_c)) * params.in_rows;
        for (var p = 0u; p < KHT; p++) { // unroll
          let iy = top + p * DH;
          let line = (plane + min(iy, last_row)) * params.in_cols;
          var row: array<f32, ROW>;
          for (var t = 0u; t < ROW; t++) { // unroll
            let ix = left + t;
            if (BORDER == 0u) {
              row[t] = x[line + ix];
            } else {
              row[t] = select(0.0, x[line + min(ix, last_col)], (iy <= last_row) & (ix <= last_col));
            }
          }
          for (var o = 0u; o < TO; o++) { // unroll
            for (var q = 0u; q < KWT; q++) { // unroll
              for (var t = 0u; t < SEG; t++) { // unroll
                acc[((o * TC + c) * KHT + p) * KWT + q] = fma(d[o * SEG + t], row[t * SW + q * DW], acc[((o * TC + c) * KHT + p) * KWT + q]);
              }
            }
          }
        }
      }
    }
  }
  let part = (chunk * params.groups + g) * params.group_out;
  for (var o = 0u; o < TO; o++) { // unroll
    if (c0 + p0 + q0 == 0u && o0 + o <= last_o) { db[part + o0 + o] = sums[o]; }
    for (var c = 0u; c < TC; c++) { // unroll
      if (o0 + o <= last_o && c0 + c <= last_c) {
        for (var p = 0u; p < KHT; p++) { // unroll
          for (var q = 0u; q < KWT; q++) { // unroll
            let at = (((part + o0 + o) * params.group_in + c0 + c) * KH + p0 + p) * KW + q0 + q;
            dw[at] = acc[((o * TC + c) * KHT + p) * KWT + q];
          }
        }
      }
    }
  }
}
