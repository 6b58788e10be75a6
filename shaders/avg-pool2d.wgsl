// avg-pool2d.wgsl: mean over windows and its gradient, a gather.
//   main: y[p,i,j] = Σ x[p,r,c] over the window of (i,j) / divisor(i,j)
//   grad: dx[p,r,c] = Σ dy[p,i,j] / divisor(i,j) over the windows of (i,j) that hold (r,c)
// The divisor is params.divisor where set; else the window's size, counting padding (but nothing beyond it) only if COUNT_PAD is 1.
const WORKGROUP: u32 = 64u;
override COUNT_PAD: u32 = 1u;

struct Params {
  count: u32, // elements that the entry point writes
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
  divisor: f32, // 0: by the window
}

@group(0) @binding(0) var<storage, read> x: array<f32>;       // main: x [planes, in_rows, in_cols]; grad: dy
@group(0) @binding(1) var<storage, read_write> y: array<f32>; // main: y [planes, out_rows, out_cols]; grad: dx
@group(0) @binding(2) var<uniform> params: Params;

// Part of [start, start + kernel) in padded coordinates that lies in the image, and its length as the divisor counts it.
struct Window {
  first: u32,
  end: u32,
  counted: u32,
}

fn window(place: u32, stride: u32, kernel: u32, pad: u32, size: u32) -> Window {
  let start = place * stride;
  let first = max(start, pad);
  let end = max(min(start + kernel, size + pad), first);
  let counted = select(end - first, min(start + kernel, size + 2u * pad) - start, COUNT_PAD == 1u);
  return Window(first - pad, end - pad, counted);
}

fn divisor(rows: Window, cols: Window) -> f32 {
  return select(params.divisor, f32(rows.counted * cols.counted), params.divisor == 0.0);
}

// The compiler may put pointwise operations on the result here.
fn store(at: u32, value: f32) { y[at] = value; }

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(workgroup_id) wid: vec3u, @builtin(num_workgroups) nwg: vec3u, @builtin(local_invocation_id) lid: vec3u) {
  let index = (wid.y * nwg.x + wid.x) * WORKGROUP + lid.x;
  if (index >= params.count) { return; }
  let rows = window(index / params.out_cols % params.out_rows, params.stride_h, params.kernel_h, params.pad_h, params.in_rows);
  let cols = window(index % params.out_cols, params.stride_w, params.kernel_w, params.pad_w, params.in_cols);
  let plane = index / (params.out_cols * params.out_rows) * params.in_rows * params.in_cols;
  var sum = 0.0;
  for (var r = rows.first; r < rows.end; r++) {
    for (var c = cols.first; c < cols.end; c++) {
      sum += x[plane + r * params.in_cols + c];
    }
  }
  store(index, sum / divisor(rows, cols));
}

@compute @workgroup_size(WORKGROUP)
fn grad(@builtin(workgroup_id) wid: vec3u, @builtin(num_workgroups) nwg: vec3u, @builtin(local_invocation_id) lid: vec3u) {
  let index = (wid.y * nwg.x + wid.x) * WORKGROUP + lid.x;
  if (index >= params.count) { return; }
  let r = index / params.in_cols % params.in_rows + params.pad_h;
  let c = index % params.in_cols + params.pad_w;
  let plane = index / (params.in_cols * params.in_rows) * params.out_rows * params.out_cols;
  // The windows that hold (r, c): those begun less than a kernel before it.
  let i_first = (max(r + 1u, params.kernel_h) - params.kernel_h + params.stride_h - 1u) / params.stride_h;
  let j_first = (max(c + 1u, params.kernel_w) - params.kernel_w + params.stride_w - 1u) / params.stride_w;
  let i_end = min(r / params.stride_h + 1u, params.out_rows);
  let j_end = min(c / params.stride_w + 1u, params.out_cols);
  var sum = 0.0;
  for (var i = i_first; i < i_end; i++) {
    let rows = window(i, params.stride_h, params.kernel_h, params.pad_h, params.in_rows);
    for (var j = j_first; j < j_end; j++) {
      let cols = window(j, params.stride_w, params.kernel_w, params.pad_w, params.in_cols);
      sum += x[plane + i * params.out_cols + j] / divisor(rows, cols);
    }
  }
  store(index, sum);
}
