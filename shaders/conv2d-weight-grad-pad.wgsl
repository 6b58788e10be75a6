// conv2d-weight-grad-pad.wgsl: copies images of two tensors into larger planes with zeros around and rows of whole pairs.
//   padded[p,i,j] = from[p, i - top, j - left], or 0 outside of it
const WORKGROUP: u32 = 64u;
const STRETCH: u32 = 8u; // pairs that an invocation copies

struct Params {
  x_count: u32, // stretches of rows
  x_stretches: u32, // of one row
  x_rows: u32,
  x_cols: u32,
  x_padded_rows: u32,
  x_pairs: u32,
  x_top: i32,
  x_left: i32,
  x_first: u32, // plane of x at which the copy begins
  dy_count: u32,
  dy_stretches: u32,
  dy_cols: u32,
  dy_pairs: u32,
}

@group(0) @binding(0) var<storage, read> x: array<f32>;                  // [planes, x_rows, x_cols]
@group(0) @binding(1) var<storage, read> dy: array<f32>;                 // [rows, dy_cols]
@group(0) @binding(2) var<storage, read_write> x_padded: array<vec2f>;   // [planes, x_padded_rows, x_pairs]
@group(0) @binding(3) var<storage, read_write> dy_padded: array<vec2f>;  // [rows, dy_pairs]
@group(0) @binding(4) var<uniform> params: Params;

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(workgroup_id) wid: vec3u, @builtin(num_workgroups) nwg: vec3u, @builtin(local_invocation_id) lid: vec3u) {
  let index = (wid.y * nwg.x + wid.x) * WORKGROUP + lid.x;
  if (index < params.x_count) {
    let line = index / params.x_stretches;
    let first = index % params.x_stretches * STRETCH;
    // Places left of or above x wrap to huge numbers, so that one comparison tests both ends.
    let iy = line % params.x_padded_rows - u32(params.x_top);
    let inside = iy < params.x_rows;
    let last = params.x_cols - 1u;
    let from_row = ((params.x_first + line / params.x_padded_rows) * params.x_rows + min(iy, params.x_rows - 1u)) * params.x_cols;
    for (var j = first; j < min(first + STRETCH, params.x_pairs); j++) {
      let ix = 2u * j - u32(params.x_left);
      let pair = vec2f(x[from_row + min(ix, last)], x[from_row + min(ix + 1u, last)]);
      x_padded[line * params.x_pairs + j] = select(vec2f(0.0), pair, vec2<bool>(inside & (ix <= last), inside & (ix + 1u <= last)));
    }
  } else if (index - params.x_count < params.dy_count) {
    let line = (index - params.x_count) / params.dy_stretches;
    let first = (index - params.x_count) % params.dy_stretches * STRETCH;
    let last = params.dy_cols - 1u;
    for (var j = first; j < min(first + STRETCH, params.dy_pairs); j++) {
      let ix = 2u * j;
      let pair = vec2f(dy[line * params.dy_cols + ix], dy[line * params.dy_cols + min(ix + 1u, last)]);
      dy_padded[line * params.dy_pairs + j] = select(vec2f(pair.x, 0.0), pair, ix + 1u <= last);
    }
  }
}
