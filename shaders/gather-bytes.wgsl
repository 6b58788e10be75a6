// gather-bytes.wgsl: rows of bytes picked by index, as normalised floats: a batch of images from a data set on the device.
//   y[i, e] = (byte e of row index[i] / divisor - mean) / deviation;   byte e is in word e / 4, lowest byte first
// Uses: lib/fault.wgsl
@group(0) @binding(0) var<storage, read> words: array<u32>;    // [rows, words_per_row]
@group(0) @binding(1) var<storage, read> indices: array<i32>;  // [n]
@group(0) @binding(2) var<storage, read_write> y: array<f32>;  // [n, row_elements]
@group(0) @binding(3) var<storage, read_write> fault: array<atomic<u32>, 4>;
@group(0) @binding(4) var<uniform> params: Params;

struct Params {
  count: u32, // n · quads
  rows: u32,
  words_per_row: u32,
  row_elements: u32,
  quads: u32, // words that hold a row's elements
  divisor: f32,
  mean: f32,
  deviation: f32,
}

const WORKGROUP: u32 = 64u;

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(workgroup_id) wid: vec3u, @builtin(num_workgroups) nwg: vec3u, @builtin(local_invocation_id) lid: vec3u) {
  let index = (wid.y * nwg.x + wid.x) * WORKGROUP + lid.x;
  if (index >= params.count) { return; }
  let i = index / params.quads;
  let quad = index % params.quads;
  let row = u32(max(fault_index(indices[i], params.rows), 0));
  let word = words[row * params.words_per_row + quad];
  let stop = min(quad * 4u + 4u, params.row_elements);
  for (var e = quad * 4u; e < stop; e++) {
    let element = f32((word >> (e % 4u * 8u)) & 255u);
    y[i * params.row_elements + e] = (element / params.divisor - params.mean) / params.deviation;
  }
}
