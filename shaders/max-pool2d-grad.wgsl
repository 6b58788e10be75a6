// max-pool2d-grad.wgsl: gradient of max pooling, and that gradient's own adjoint; both gather, neither needs atomics.
//   spread: dx[p,r,c] = Σ dy[p,i,j] over the windows that hold (r,c) and whose index is r·in_cols + c
//   deal:   the same for windows that do not overlap: each invocation walks windows, and fills the STRIDE_H × STRIDE_W elements
//           from the start of each to the start of the next
//   pick:   dy[p,i,j] = dx[p, indices[p,i,j]]
const WORKGROUP: u32 = 64u;
const STRIP: u32 = 8u; // columns of an invocation
const WINDOWS_H: u32 = 1u; // most windows that hold one element, along height and width
const WINDOWS_W: u32 = 1u;
const STRIDE_H: u32 = 2u;
const STRIDE_W: u32 = 2u;
override PAD_H: u32 = 0u;
override PAD_W: u32 = 0u;

struct Params {
  count: u32,  // strips
  strips: u32, // strips in a row of what is written; of windows in `deal`
  in_rows: u32,
  in_cols: u32,
  out_rows: u32,
  out_cols: u32,
}

@group(0) @binding(0) var<storage, read> x: array<f32>;       // spread: dy [planes, out_rows, out_cols]; pick: dx
@group(0) @binding(1) var<storage, read> indices: array<i32>; // [planes, out_rows, out_cols]
@group(0) @binding(2) var<storage, read_write> y: array<f32>; // spread: dx [planes, in_rows, in_cols]; pick: dy
@group(0) @binding(3) var<uniform> params: Params;

// The compiler may put pointwise operations on the result here.
fn store(at: u32, value: f32) { y[at] = value; }

@compute @workgroup_size(WORKGROUP)
fn spread(@builtin(workgroup_id) wid: vec3u, @builtin(num_workgroups) nwg: vec3u, @builtin(local_invocation_id) lid: vec3u) {
  let index = (wid.y * nwg.x + wid.x) * WORKGROUP + lid.x;
  if (index >= params.count) { return; }
  let line = index / params.strips;
  let c_first = index % params.strips * STRIP;
  let c_end = min(c_first + STRIP, params.in_cols);
  let row = line % params.in_rows;
  let plane = line / params.in_rows * params.out_rows * params.out_cols;
  let last_row = params.out_rows - 1u;
  let last_col = params.out_cols - 1u;
  // The last window begun at or before an element, in padded coordinates, and those before it while they can hold the element.
  let i_last = (row + PAD_H) / STRIDE_H;
  for (var c = c_first; c < c_end; c++) {
    let place = row * params.in_cols + c;
    let j_last = (c + PAD_W) / STRIDE_W;
    var sum = 0.0;
    for (var a = 0u; a < WINDOWS_H; a++) { // unroll up to 3
      let i = i_last - a; // wraps to a huge number where there is no such window
      for (var e = 0u; e < WINDOWS_W; e++) { // unroll up to 3
        let j = j_last - e;
        let at = plane + min(i, last_row) * params.out_cols + min(j, last_col);
        let chosen = (i <= last_row) & (j <= last_col) & (u32(indices[at]) == place);
        sum += select(0.0, x[at], chosen);
      }
    }
    store(line * params.in_cols + c, sum);
  }
}

@compute @workgroup_size(WORKGROUP)
fn deal(@builtin(workgroup_id) wid: vec3u, @builtin(num_workgroups) nwg: vec3u, @builtin(local_invocation_id) lid: vec3u) {
  let index = (wid.y * nwg.x + wid.x) * WORKGROUP + lid.x;
  if (index >= params.count) { return; }
  let line = index / params.strips;
  let cells = (params.in_cols + PAD_W + STRIDE_W - 1u) / STRIDE_W;
  let rows = (params.in_rows + PAD_H + STRIDE_H - 1u) / STRIDE_H;
  let j_first = index % params.strips * STRIP;
  let i = line % rows;
  let plane = line / rows;
  let dy_line = (plane * params.out_rows + min(i, params.out_rows - 1u)) * params.out_cols;
  let base = plane * params.in_rows * params.in_cols;
  for (var j = j_first; j < min(j_first + STRIP, cells); j++) {
    // Behind the last window lie elements that no window holds.
    let at = dy_line + min(j, params.out_cols - 1u);
    let inside = (i < params.out_rows) & (j < params.out_cols);
    let dy = select(0.0, x[at], inside);
    let place = u32(indices[at]);
    for (var p = 0u; p < STRIDE_H; p++) { // unroll up to 3
      let r = i * STRIDE_H + p - PAD_H; // wraps to a huge number in the padding
      for (var q = 0u; q < STRIDE_W; q++) { // unroll up to 3
        let c = j * STRIDE_W + q - PAD_W;
        let to = r * params.in_cols + c;
        if ((r < params.in_rows) & (c < params.in_cols)) { store(base + to, select(0.0, dy, place == to)); }
      }
    }
  }
}

@compute @workgroup_size(WORKGROUP)
fn pick(@builtin(workgroup_id) wid: vec3u, @builtin(num_workgroups) nwg: vec3u, @builtin(local_invocation_id) lid: vec3u) {
  let index = (wid.y * nwg.x + wid.x) * WORKGROUP + lid.x;
  if (index >= params.count) { return; }
  let line = index / params.strips;
  let j_first = index % params.strips * STRIP;
  let j_end = min(j_first + STRIP, params.out_cols);
  let size = params.in_rows * params.in_cols;
  let plane = line / params.out_rows * size;
  for (var j = j_first; j < j_end; j++) {
    let at = line * params.out_cols + j;
    store(at, x[plane + min(u32(indices[at]), size - 1u)]);
  }
}
