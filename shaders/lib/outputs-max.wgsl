// outputs-max.wgsl: the results of a convolution that keeps the maximum of each window of outputs, and its place.
// Uses: lib/first-max.wgsl
// The using file declares its sizes:   struct Params { out_rows: u32, out_cols: u32 };

@group(0) @binding(3) var<storage, read_write> y: array<f32>;       // [batch, groups·group_out, windows of out_rows, of out_cols]
@group(0) @binding(4) var<storage, read_write> indices: array<i32>; // likewise: r·out_cols + c
@group(0) @binding(5) var<uniform> params: Params;

// The compiler may put pointwise operations on what is pooled here, where `at` counts the outputs of the convolution.
fn outputs_finish(at: u32, value: f32) -> f32 { return value; }

// The compiler may put pointwise operations on the maximum here.
fn store(at: u32, value: f32) { y[at] = value; }

fn stage(at: u32) {}

fn outputs_replace(value: f32, kept: f32) -> bool { return first_max_replaces(value, kept); }

fn outputs_keep(at: u32, value: f32, place: u32) {
  store(at, value);
  indices[at] = i32(place);
}
