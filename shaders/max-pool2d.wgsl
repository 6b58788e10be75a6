// max-pool2d.wgsl: maximum over windows, with its place.
//   y[p,i,j] = max x[p,r,c] over the window of (i,j), indices[p,i,j] = r·in_cols + c of the first maximum; a NaN wins
const WORKGROUP: u32 = 64u;

struct Params {
  count: u32, // elements of y
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

@group(0) @binding(0) var<storage, read> x: array<f32>;              // [planes, in_rows, in_cols]
@group(0) @binding(1) var<storage, read_write> y: array<f32>;        // [planes, out_rows, out_cols]
@group(0) @binding(2) var<storage, read_write> indices: array<i32>;  // [planes, out_rows, out_cols]
@group(0) @binding(3) var<uniform> params: Params;

// By bits, because a compiler may assume that no value is NaN.
fn is_nan(value: f32) -> bool {
  return (bitcast<u32>(value) & 0x7fffffffu) > 0x7f800000u;
}

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(workgroup_id) wid: vec3u, @builtin(num_workgroups) nwg: vec3u, @builtin(local_invocation_id) lid: vec3u) {
  let index = (wid.y * nwg.x + wid.x) * WORKGROUP + lid.x;
  if (index >= params.count) { return; }
  let j = index % params.out_cols;
  let i = index / params.out_cols % params.out_rows;
  let plane = index / (params.out_cols * params.out_rows) * params.in_rows * params.in_cols;
  var best = 0.0;
  var place = -1;
  for (var p = 0u; p < params.kernel_h; p++) {
    let r = i * params.stride_h + p * params.dilation_h - params.pad_h; // above the first row it wraps to a huge number
    if (r >= params.in_rows) { continue; }
    for (var q = 0u; q < params.kernel_w; q++) {
      let c = j * params.stride_w + q * params.dilation_w - params.pad_w;
      if (c >= params.in_cols) { continue; }
      let value = x[plane + r * params.in_cols + c];
      if (place < 0 || is_nan(value) || (!is_nan(best) && value > best)) {
        best = value;
        place = i32(r * params.in_cols + c);
      }
    }
  }
  y[index] = best;
  indices[index] = place;
}
