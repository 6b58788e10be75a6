// pack-pixels.wgsl: pixels, as canvases take them, out of a picture's channels.
//   level(x) = ⌊255 · min(max(x, 0), 1) + ½⌋ of floats, with NaN as 0; x mod 256 of bytes
//   with alpha, colours are ⌊(level · alpha + 127) / 255⌋: canvases hold them multiplied
@group(0) @binding(0) var<storage, read> x: array<u32>;            // [channels, rows, columns], floats by their bits
@group(0) @binding(1) var<storage, read_write> words: array<u32>;  // [rows, row_words]
@group(0) @binding(2) var<uniform> params: Params;

struct Params {
  count: u32, // rows · columns
  columns: u32,
  row_words: u32,
}

const WORKGROUP: u32 = 64u;
const CHANNELS: u32 = 3u;
const FLOATS: u32 = 1u;
const BLUE_FIRST: u32 = 0u;

fn level(index: u32) -> u32 {
  let bits = x[index];
  if (FLOATS == 0u) { return bits & 255u; }
  if ((bits & 0x7fffffffu) > 0x7f800000u) { return 0u; }
  return u32(clamp(bitcast<f32>(bits), 0.0, 1.0) * 255.0 + 0.5);
}

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(workgroup_id) wid: vec3u, @builtin(num_workgroups) nwg: vec3u, @builtin(local_invocation_id) lid: vec3u) {
  let index = (wid.y * nwg.x + wid.x) * WORKGROUP + lid.x;
  if (index >= params.count) { return; }
  let step = select(params.count, 0u, CHANNELS == 1u);
  var colours = vec3u(level(index), level(index + step), level(index + 2u * step));
  var alpha = 255u;
  if (CHANNELS == 4u) {
    alpha = level(index + 3u * step);
    colours = (colours * alpha + 127u) / 255u;
  }
  let first = select(colours.x, colours.z, BLUE_FIRST == 1u);
  let third = select(colours.z, colours.x, BLUE_FIRST == 1u);
  words[index / params.columns * params.row_words + index % params.columns] =
    first | (colours.y << 8u) | (third << 16u) | (alpha << 24u);
}
