// max-pool2d-grad.wgsl: gradient of max pooling, and that gradient's own adjoint; both gather, neither needs atomics.
//   spread: dx[p,r,c] = Σ dy[p,i,j] over the windows that hold (r,c) and whose index is r·in_cols + c
//   pick:   dy[p,i,j] = dx[p, indices[p,i,j]]
const WORKGROUP: u32 = 64u;

struct Params {
  count: u32, // elements written
  in_rows: u32,
  in_cols: u32,
  out_rows: u32,
  out_cols: u32,
  kernel_h: u32,
  kernel_w: u32,
  stride_h: u32,
  stride_w: u32,
  pad_h: u32,
  pad_w: u32,
  dilation_h: u32,
  dilation_w: u32,
}

@group(0) @binding(0) var<storage, read> x: array<f32>;       // spread: dy [planes, out_rows, out_cols]; pick: dx
@group(0) @binding(1) var<storage, read> indices: array<i32>; // [planes, out_rows, out_cols]
@group(0) @binding(2) var<storage, read_write> y: array<f32>; // spread: dx [planes, in_rows, in_cols]; pick: dy
@group(0) @binding(3) var<uniform> params: Params;

@compute @workgroup_size(WORKGROUP)
fn spread(@builtin(workgroup_id) wid: vec3u, @builtin(num_workgroups) nwg: vec3u, @builtin(local_invocation_id) lid: vec3u) {
  let index = (wid.y * nwg.x + wid.x) * WORKGROUP + lid.x;
  if (index >= params.count) { return; }
  let place = index % (params.in_rows * params.in_cols);
  let r = place / params.in_cols + params.pad_h;
  let c = place % params.in_cols + params.pad_w;
  let plane = index / (params.in_rows * params.in_cols) * params.out_rows * params.out_cols;
  // Only windows that can hold (r, c): those begun at most an extent before it.
  let extent_h = (params.kernel_h - 1u) * params.dilation_h;
  let extent_w = (params.kernel_w - 1u) * params.dilation_w;
  let i_first = (max(r, extent_h) - extent_h + params.stride_h - 1u) / params.stride_h;
  let j_first = (max(c, extent_w) - extent_w + params.stride_w - 1u) / params.stride_w;
  let i_end = min(r / params.stride_h + 1u, params.out_rows);
  let j_end = min(c / params.stride_w + 1u, params.out_cols);
  var sum = 0.0;
  for (var i = i_first; i < i_end; i++) {
    for (var j = j_first; j < j_end; j++) {
      let at = plane + i * params.out_cols + j;
      if (u32(indices[at]) == place) { sum += x[at]; }
    }
  }
  y[index] = sum;
}

@compute @workgroup_size(WORKGROUP)
fn pick(@builtin(workgroup_id) wid: vec3u, @builtin(num_workgroups) nwg: vec3u, @builtin(local_invocation_id) lid: vec3u) {
  let index = (wid.y * nwg.x + wid.x) * WORKGROUP + lid.x;
  if (index >= params.count) { return; }
  let size = params.in_rows * params.in_cols;
  let plane = index / (params.out_rows * params.out_cols) * size;
  y[index] = x[plane + min(u32(indices[index]), size - 1u)];
}
