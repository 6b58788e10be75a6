// avg-pool2d-grad.wgsl: the gradient of avg-pool2d.wgsl for GPUs: one column of LINES neighbouring lines an invocation, where kernel and
// stride are constants, so that nothing divides by a value from memory and the loads of an element are under way at once.
//   dx[p,r,c] = Σ dy[p,i,j] / divisor(i,j) over the windows of (i,j) that hold (r,c)
// The divisor is params.divisor where set; else the window's size, counting padding (but nothing beyond it) only if COUNT_PAD is 1.
const WORKGROUP: u32 = 64u;
const LINES: u32 = 4u; // rows, one after the other through all planes
const KERNEL_H: u32 = 2u;
const KERNEL_W: u32 = 2u;
const STRIDE_H: u32 = 2u;
const STRIDE_W: u32 = 2u;
const WINDOWS_H: u32 = 1u; // most windows that hold one element, along height and width
const WINDOWS_W: u32 = 1u;
override COUNT_PAD: u32 = 1u;
override PAD_H: u32 = 0u;
override PAD_W: u32 = 0u;

struct Params {
  count: u32, // columns of LINES lines
  lines: u32, // planes · in_rows
  in_rows: u32,
  in_cols: u32,
  out_rows: u32,
  out_cols: u32,
  divisor: f32, // 0: by the window
}

@group(0) @binding(0) var<storage, read> dy: array<f32>;      // [planes, out_rows, out_cols]
@group(0) @binding(1) var<storage, read_write> y: array<f32>; // dx [planes, in_rows, in_cols]
@group(0) @binding(2) var<uniform> params: Params;

// Along an axis: 1 / the length of the window begun at `start` (padded) as the divisor counts it, or 1 where it is given; 0 if there is
// no such window or it does not hold `place`.
fn share(start: u32, place: u32, kernel: u32, pad: u32, size: u32, there: bool) -> f32 {
  let margin = pad * COUNT_PAD;
  let counted = select(min(start + kernel, size + pad + margin) - max(start, pad - margin), 1u, params.divisor != 0.0);
  return select(0.0, 1.0 / f32(max(counted, 1u)), there & (place - start < kernel));
}

// The compiler may put pointwise operations on the result here.
fn store(at: u32, value: f32) { y[at] = value; }

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(workgroup_id) wid: vec3u, @builtin(num_workgroups) nwg: vec3u, @builtin(local_invocation_id) lid: vec3u) {
  let index = (wid.y * nwg.x + wid.x) * WORKGROUP + lid.x;
  if (index >= params.count) { return; }
  let by = index / params.in_cols;
  let c = index - by * params.in_cols;
  let across = c + PAD_W;
  let j_last = across / STRIDE_W;
  let last_row = params.out_rows - 1u;
  let last_col = params.out_cols - 1u;
  var columns: array<u32, WINDOWS_W>; // scalars
  var weights: array<f32, WINDOWS_W>; // scalars
  for (var e = 0u; e < WINDOWS_W; e++) { // unroll
    let j = j_last - e; // wraps to a huge number where there is no such window
    columns[e] = min(j, last_col);
    weights[e] = share(j * STRIDE_W, across, KERNEL_W, PAD_W, params.in_cols, j <= last_col);
  }
  var line = by * LINES;
  var plane = line / params.in_rows;
  var r = line - plane * params.in_rows;
  for (var k = 0u; k < LINES; k++) {
    if (line >= params.lines) { break; }
    let down = r + PAD_H;
    let i_last = down / STRIDE_H;
    var sum = 0.0;
    for (var a = 0u; a < WINDOWS_H; a++) { // unroll
      let i = i_last - a;
      let first = (plane * params.out_rows + min(i, last_row)) * params.out_cols;
      var along = 0.0;
      for (var e = 0u; e < WINDOWS_W; e++) { // unroll
        along += select(0.0, weights[e] * dy[first + columns[e]], weights[e] > 0.0);
      }
      let weight = share(i * STRIDE_H, down, KERNEL_H, PAD_H, params.in_rows, i <= last_row);
      sum += select(0.0, along * weight, weight > 0.0);
    }
    store(line * params.in_cols + c, sum / select(1.0, params.divisor, params.divisor != 0.0));
    line++;
    r++;
    if (r == params.in_rows) {
      r = 0u;
      plane++;
    }
  }
}
