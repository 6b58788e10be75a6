// conv2d-pad.wgsl: copies images into larger planes with zeros around, so that a convolution needs no border tests.
//   y[p,i,j] = x[p, i - pad_top, j - pad_left], or 0 outside of x
const WORKGROUP: u32 = 64u;

struct Params {
  count: u32, // groups of four elements of y in a row, over all rows
  quads: u32, // such groups in a row
  in_rows: u32,
  in_cols: u32,
  out_rows: u32,
  out_cols: u32,
  pad_top: i32,
  pad_left: i32,
}

@group(0) @binding(0) var<storage, read> x: array<f32>;       // [planes, in_rows, in_cols]
@group(0) @binding(1) var<storage, read_write> y: array<f32>; // [planes, out_rows, out_cols]
@group(0) @binding(2) var<uniform> params: Params;

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(workgroup_id) wid: vec3u, @builtin(num_workgroups) nwg: vec3u, @builtin(local_invocation_id) lid: vec3u) {
  let index = (wid.y * nwg.x + wid.x) * WORKGROUP + lid.x;
  if (index >= params.count) { return; }
  let line = index / params.quads;
  let j0 = index % params.quads * 4u;
  // Places left of or above x wrap to huge numbers, so that one comparison tests both ends.
  let iy = line % params.out_rows - u32(params.pad_top);
  let last_row = params.in_rows - 1u;
  let last_col = params.in_cols - 1u;
  let from_row = (line / params.out_rows * params.in_rows + min(iy, last_row)) * params.in_cols;
  for (var j = 0u; j < 4u; j++) { // unroll
    let ix = j0 + j - u32(params.pad_left);
    if (j0 + j < params.out_cols) {
      let value = x[from_row + min(ix, last_col)];
      y[line * params.out_cols + j0 + j] = select(0.0, value, (iy <= last_row) & (ix <= last_col));
    }
  }
}
