// max-pool2d-grad.wgsl: gradient of max pooling, and that gradient's own adjoint; both gather, neither needs atomics.
//   spread: dx[p,r,c] = Σ dy[p,i,j] over the windows that hold (r,c) and whose index is r·in_cols + c
//   pick:   dy[p,i,j] = dx[p, indices[p,i,j]]
const WORKGROUP: u32 = 64u;
const STRIP: u32 = 8u; // columns of an invocation
override KERNEL_H: u32 = 2u;
override KERNEL_W: u32 = 2u;
override STRIDE_H: u32 = 2u;
override STRIDE_W: u32 = 2u;
override PAD_H: u32 = 0u;
override PAD_W: u32 = 0u;
override DILATION_H: u32 = 1u;
override DILATION_W: u32 = 1u;

struct Params {
  count: u32,  // strips
  strips: u32, // strips in a row of what is written
  in_rows: u32,
  in_cols: u32,
  out_rows: u32,
  out_cols: u32,
}

@group(0) @binding(0) var<storage, read> x: array<f32>;       // spread: dy [planes, out_rows, out_cols]; pick: dx
@group(0) @binding(1) var<storage, read> indices: array<i32>; // [planes, out_rows, out_cols]
@group(0) @binding(2) var<storage, read_write> y: array<f32>; // spread: dx [planes, in_rows, in_cols]; pick: dy
@group(0) @binding(3) var<uniform> params: Params;

@compute @workgroup_size(WORKGROUP)
fn spread(@builtin(workgroup_id) wid: vec3u, @builtin(num_workgroups) nwg: vec3u, @builtin(local_invocation_id) lid: vec3u) {
  let index = (wid.y * nwg.x + wid.x) * WORKGROUP + lid.x;
  if (index >= params.count) { return; }
  let line = index / params.strips;
  let c_first = index % params.strips * STRIP;
  let c_end = min(c_first + STRIP, params.in_cols);
  let row = line % params.in_rows;
  let plane = line / params.in_rows * params.out_rows * params.out_cols;
  // Only windows that can hold an element: those begun at most an extent before it, in padded coordinates.
  let extent_h = (KERNEL_H - 1u) * DILATION_H;
  let extent_w = (KERNEL_W - 1u) * DILATION_W;
  let r = row + PAD_H;
  let i_first = (max(r, extent_h) - extent_h + STRIDE_H - 1u) / STRIDE_H;
  let i_end = min(r / STRIDE_H + 1u, params.out_rows);
  for (var c = c_first; c < c_end; c++) {
    let place = row * params.in_cols + c;
    let j_first = (max(c + PAD_W, extent_w) - extent_w + STRIDE_W - 1u) / STRIDE_W;
    let j_end = min((c + PAD_W) / STRIDE_W + 1u, params.out_cols);
    var sum = 0.0;
    for (var i = i_first; i < i_end; i++) {
      for (var j = j_first; j < j_end; j++) {
        let at = plane + i * params.out_cols + j;
        sum += select(0.0, x[at], u32(indices[at]) == place);
      }
    }
    y[line * params.in_cols + c] = sum;
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
    y[at] = x[plane + min(u32(indices[at]), size - 1u)];
  }
}
