// outputs-each.wgsl: the results of a convolution that keeps every output.
// The using file declares its sizes:   struct Params { out_rows: u32, out_cols: u32 };

@group(0) @binding(3) var<storage, read_write> y: array<f32>; // [batch, groups·group_out, out_rows, out_cols]
@group(0) @binding(4) var<uniform> params: Params;

// The compiler may put pointwise operations on the result here.
fn store(at: u32, value: f32) { y[at] = value; }

// Called before elements of one channel of one image are stored, with one of them: what operations read for all may be here.
fn stage(at: u32) {}

fn outputs_finish(at: u32, value: f32) -> f32 { return value; }

fn outputs_replace(value: f32, kept: f32) -> bool { return false; }

fn outputs_keep(at: u32, value: f32, place: u32) { store(at, value); }
