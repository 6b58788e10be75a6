// conv2d-weight-grad-workgroup.wgsl: gradient of a cross-correlation by its weight as an implicit matrix product.
//   dw[s,o,r] = Σ_{k in chunk s} dy[o,k] · x[r,k],   db[s,o] = Σ_{k in chunk s} dy[o,k]
// where k counts the pixels (n,i,j) of dy and r = (c,p,q) the taps, at which x[r,k] = x[n, c, i·sh + p·dh - pad_top, j·sw + q·dw - pad_left].
// A workgroup holds BO channels × BR taps; both operands go through workgroup memory by DEPTH pixels. sum-chunks-pair.wgsl adds the chunks.
const SIDE: u32 = 16u; // invocations along each side of a workgroup, and pixels that are held at a time
const TO: u32 = 4u; // channels of an invocation
const TR: u32 = 4u; // taps of an invocation
const ACC: u32 = 16u; // TO · TR
const O_PITCH: u32 = 65u; // SIDE · TO + 1: rows begin in different banks
const R_PITCH: u32 = 65u; // SIDE · TR + 1
const DY_TILE: u32 = 1040u; // SIDE · O_PITCH
const X_TILE: u32 = 1040u; // SIDE · R_PITCH

struct Params {
  blocks: u32,
  o_blocks: u32,
  r_blocks: u32,
  pixels: u32, // over the batch
  chunk: u32, // pixels in a chunk
  groups: u32,
  group_in: u32,
  group_out: u32,
  in_rows: u32,
  in_cols: u32,
  out_rows: u32,
  out_cols: u32,
  kh: u32,
  kw: u32,
  sh: u32,
  sw: u32,
  dh: u32,
  dw: u32,
  pad_top: i32,
  pad_left: i32,
  steps: u32, // SIDE
}

@group(0) @binding(0) var<storage, read> x: array<f32>;        // [batch, groups·group_in, in_rows, in_cols]
@group(0) @binding(1) var<storage, read> dy: array<f32>;       // [batch, groups·group_out, out_rows, out_cols]
@group(0) @binding(2) var<storage, read_write> dw: array<f32>; // [chunks, groups·group_out, group_in·kh·kw]
@group(0) @binding(3) var<storage, read_write> db: array<f32>; // [chunks, groups·group_out]
@group(0) @binding(4) var<uniform> params: Params;

var<workgroup> dy_tile: array<f32, DY_TILE>; // [SIDE pixels, SIDE · TO channels]
var<workgroup> x_tile: array<f32, X_TILE>;   // [SIDE pixels, SIDE · TR taps]

@compute @workgroup_size(SIDE, SIDE)
fn main(@builtin(workgroup_id) wid: vec3u, @builtin(num_workgroups) nwg: vec3u, @builtin(local_invocation_id) lid: vec3u) {
  var rest = wid.y * nwg.x + wid.x;
  if (rest >= params.blocks) { return; }
  let r0 = rest % params.r_blocks * SIDE * TR;
  rest /= params.r_blocks;
  let o0 = rest % params.o_blocks * SIDE * TO;
  rest /= params.o_blocks;
  let g = rest % params.groups;
  let chunk = rest / params.groups;
  let taps = params.group_in * params.kh * params.kw;
  let plane = params.in_rows * params.in_cols;
  let image = params.out_rows * params.out_cols;

  // What this invocation loads: pixel lid.x of each stretch, for every SIDE-th channel and tap from lid.y on. The places of the taps are
  // kept; with those of the channels, too, Intel's GPUs would run out of registers.
  let o_first = g * params.group_out;
  let o_last = o_first + params.group_out - 1u;
  let o_own = o_first + o0 + lid.y;
  var x_at: array<u32, TR>;
  var x_row: array<u32, TR>;
  var x_col: array<u32, TR>;
  for (var r = 0u; r < TR; r++) { // unroll
    let tap = min(r0 + lid.y + r * SIDE, taps - 1u);
    x_at[r] = (g * params.group_in + tap / (params.kh * params.kw)) * plane;
    // Places left of or above x wrap to huge numbers, so that one comparison tests both ends.
    x_row[r] = tap / params.kw % params.kh * params.dh - u32(params.pad_top);
    x_col[r] = tap % params.kw * params.dw - u32(params.pad_left);
  }

  var acc: array<f32, ACC>;
  var sums: array<f32, TO>;
  let end = min((chunk + 1u) * params.chunk, params.pixels);
  for (var start = chunk * params.chunk; start < end; start += SIDE) {
    let k = start + lid.x;
    let inside = k < end;
    let at = min(k, end - 1u);
    let n = at / image;
    let i = at % image / params.out_cols;
    let j = at % params.out_cols;
    let dy_pixel = n * params.groups * params.group_out * image + at % image;
    let x_image = n * params.groups * params.group_in * plane;
    for (var o = 0u; o < TO; o++) { // unroll
      dy_tile[lid.x * O_PITCH + lid.y + o * SIDE] = select(0.0, dy[min(o_own + o * SIDE, o_last) * image + dy_pixel], inside);
    }
    for (var r = 0u; r < TR; r++) { // unroll
      let iy = i * params.sh + x_row[r];
      let ix = j * params.sw + x_col[r];
      let value = x[x_image + x_at[r] + min(iy, params.in_rows - 1u) * params.in_cols + min(ix, params.in_cols - 1u)];
      x_tile[lid.x * R_PITCH + lid.y + r * SIDE] = select(0.0, value, inside & (iy < params.in_rows) & (ix < params.in_cols));
    }
    workgroupBarrier();
    // A number that compilers do not see: Intel's writes the steps out otherwise, loads all ahead, and runs out of registers.
    for (var d = 0u; d < params.steps; d++) {
      var column: array<f32, TR>;
      for (var r = 0u; r < TR; r++) { // unroll
        column[r] = x_tile[d * R_PITCH + lid.x + r * SIDE];
      }
      for (var o = 0u; o < TO; o++) { // unroll
        let value = dy_tile[d * O_PITCH + lid.y + o * SIDE];
        sums[o] += value;
        for (var r = 0u; r < TR; r++) { // unroll
          acc[o * TR + r] = fma(value, column[r], acc[o * TR + r]);
        }
      }
    }
    workgroupBarrier();
  }
  let part = (chunk * params.groups + g) * params.group_out;
  for (var o = 0u; o < TO; o++) { // unroll
    let channel = o0 + lid.y + o * SIDE;
    if (channel < params.group_out) {
      if (r0 + lid.x == 0u) { db[part + channel] = sums[o]; }
      for (var r = 0u; r < TR; r++) { // unroll
        let tap = r0 + lid.x + r * SIDE;
        if (tap < taps) { dw[(part + channel) * taps + tap] = acc[o * TR + r]; }
      }
    }
  }
}
