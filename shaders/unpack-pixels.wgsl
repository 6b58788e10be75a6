// unpack-pixels.wgsl: a picture's channels out of its pixels.
//   y[c, i, j] = byte c of words[i, j], red the lowest; 255 is 1 in floats
//   of one channel: (19595 R + 38470 G + 7471 B + 2¹⁵) / 2¹⁶, the grey of ITU-R BT.601 as Pillow rounds it
@group(0) @binding(0) var<storage, read> words: array<u32>;    // [rows, row_words]
@group(0) @binding(1) var<storage, read_write> y: array<u32>;  // [channels, rows, columns], floats by their bits
@group(0) @binding(2) var<uniform> params: Params;

struct Params {
  count: u32, // rows · columns
  columns: u32,
  row_words: u32,
  divisor: f32, // 255, where compilers cannot make it a multiplication, which rounds otherwise
}

const WORKGROUP: u32 = 64u;
const CHANNELS: u32 = 3u;
const FLOATS: u32 = 1u;

fn byte(word: u32, c: u32) -> u32 {
  return (word >> (8u * c)) & 255u;
}

fn element(level: u32) -> u32 {
  return select(level, bitcast<u32>(f32(level) / params.divisor), FLOATS == 1u);
}

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(workgroup_id) wid: vec3u, @builtin(num_workgroups) nwg: vec3u, @builtin(local_invocation_id) lid: vec3u) {
  let index = (wid.y * nwg.x + wid.x) * WORKGROUP + lid.x;
  if (index >= params.count) { return; }
  let word = words[index / params.columns * params.row_words + index % params.columns];
  if (CHANNELS == 1u) {
    let grey = 19595u * byte(word, 0u) + 38470u * byte(word, 1u) + 7471u * byte(word, 2u) + 32768u;
    y[index] = element(grey >> 16u);
    return;
  }
  for (var c = 0u; c < CHANNELS; c++) {
    y[c * params.count + index] = element(byte(word, c));
  }
}
