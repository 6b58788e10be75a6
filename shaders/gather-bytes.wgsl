// gather-bytes.wgsl: pictures of bytes picked by index, channels first, as they are or as normalised floats: a batch from a data set on the device.
//   y[i, c, p] = byte e of row index[i], e = p · channels + c;   of floats (byte / divisor - mean[c]) / deviation[c]
//   byte e is in word e / 4, lowest byte first
// Uses: lib/fault.wgsl
@group(0) @binding(0) var<storage, read> words: array<u32>;    // [rows, words_per_row]
@group(0) @binding(1) var<storage, read> indices: array<i32>;  // [n]
@group(0) @binding(2) var<storage, read_write> y: array<u32>;  // [n, channels, row_elements / channels], floats by their bits
@group(0) @binding(3) var<storage, read_write> fault: array<atomic<u32>, 4>;
@group(0) @binding(4) var<uniform> params: Params;

struct Params {
  count: u32, // n · quads
  rows: u32,
  words_per_row: u32,
  row_elements: u32,
  quads: u32, // words that hold a row's elements
  divisor: f32,
  mean0: f32,
  mean1: f32,
  mean2: f32,
  mean3: f32,
  deviation0: f32,
  deviation1: f32,
  deviation2: f32,
  deviation3: f32,
}

const WORKGROUP: u32 = 64u;
const CHANNELS: u32 = 1u; // up to 4
const FLOATS: u32 = 1u;

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(workgroup_id) wid: vec3u, @builtin(num_workgroups) nwg: vec3u, @builtin(local_invocation_id) lid: vec3u) {
  let index = (wid.y * nwg.x + wid.x) * WORKGROUP + lid.x;
  if (index >= params.count) { return; }
  let i = index / params.quads;
  let quad = index % params.quads;
  let row = u32(max(fault_index(indices[i], params.rows), 0));
  let word = words[row * params.words_per_row + quad];
  let stop = min(quad * 4u + 4u, params.row_elements);
  let pixels = params.row_elements / CHANNELS;
  var mean = vec4f(params.mean0, params.mean1, params.mean2, params.mean3);
  var deviation = vec4f(params.deviation0, params.deviation1, params.deviation2, params.deviation3);
  for (var e = quad * 4u; e < stop; e++) {
    let c = e % CHANNELS;
    let level = (word >> (e % 4u * 8u)) & 255u;
    let normalised = (f32(level) / params.divisor - mean[c]) / deviation[c];
    y[i * params.row_elements + c * pixels + e / CHANNELS] = select(level, bitcast<u32>(normalised), FLOATS == 1u);
  }
}
