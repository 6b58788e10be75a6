// max-pool2d.wgsl: maximum over windows, with its place.
//   y[p,i,j] = max x[p,r,c] over the window of (i,j), indices[p,i,j] = r·in_cols + c of the first maximum, -1 of none; a NaN wins
// Uses: lib/first-max.wgsl
const WORKGROUP: u32 = 64u;
const STRIP: u32 = 8u; // columns of an invocation
const KERNEL_H: u32 = 2u;
const KERNEL_W: u32 = 2u;
const DILATION_H: u32 = 1u;
const DILATION_W: u32 = 1u;
override STRIDE_H: u32 = 2u;
override STRIDE_W: u32 = 2u;
override PAD_H: u32 = 0u;
override PAD_W: u32 = 0u;

struct Params {
  count: u32,  // strips
  strips: u32, // strips in a row of what is written
  in_rows: u32,
  in_cols: u32,
  out_rows: u32,
  out_cols: u32,
}

@group(0) @binding(0) var<storage, read> x: array<f32>;              // [planes, in_rows, in_cols]
@group(0) @binding(1) var<storage, read_write> y: array<f32>;        // [planes, out_rows, out_cols]
@group(0) @binding(2) var<storage, read_write> indices: array<i32>;  // [planes, out_rows, out_cols]
@group(0) @binding(3) var<uniform> params: Params;

// The compiler may put pointwise operations on the result here.
fn store(at: u32, value: f32) { y[at] = value; }

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(workgroup_id) wid: vec3u, @builtin(num_workgroups) nwg: vec3u, @builtin(local_invocation_id) lid: vec3u) {
  let index = (wid.y * nwg.x + wid.x) * WORKGROUP + lid.x;
  if (index >= params.count) { return; }
  let line = index / params.strips;
  let j_first = index % params.strips * STRIP;
  let j_end = min(j_first + STRIP, params.out_cols);
  // Places above or left of x wrap to huge numbers, so that one comparison tests both ends.
  let top = line % params.out_rows * STRIDE_H - PAD_H;
  let plane = line / params.out_rows * params.in_rows * params.in_cols;
  let last_row = params.in_rows - 1u;
  let last_col = params.in_cols - 1u;
  for (var j = j_first; j < j_end; j++) {
    let left = j * STRIDE_W - PAD_W;
    var lowest = 0xff800000u; // -∞, which a window without elements gives; a constant would be refused
    var best = bitcast<f32>(lowest);
    var place = -1;
    for (var p = 0u; p < KERNEL_H; p++) { // unroll up to 3
      let r = top + p * DILATION_H;
      for (var q = 0u; q < KERNEL_W; q++) { // unroll up to 3
        let c = left + q * DILATION_W;
        let at = min(r, last_row) * params.in_cols + min(c, last_col);
        let value = x[plane + at];
        let taken = (r <= last_row) & (c <= last_col) & ((place < 0) | first_max_replaces(value, best));
        best = select(best, value, taken);
        place = select(place, i32(at), taken);
      }
    }
    store(line * params.out_cols + j, best);
    indices[line * params.out_cols + j] = place;
  }
}
