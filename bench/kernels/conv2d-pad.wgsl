// conv2d-pad.wgsl: copies images into planes with a border; each invocation copies a row. The border's zeros are there already.
//   y[p, i + 1, j + 4] = x[p, i, j];   rows of x and y are whole pairs
override PLANES: u32 = 512u;
override SIZE: u32 = 28u;

@group(0) @binding(0) var<storage, read> x: array<vec2f>;       // [PLANES, SIZE, SIZE]
@group(0) @binding(1) var<storage, read_write> y: array<vec2f>; // [PLANES, SIZE + 2, SIZE + 8]

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u) {
  if (id.x >= PLANES * SIZE) { return; }
  let width = SIZE / 2u;
  let source = id.x * width;
  let place = (id.x / SIZE * (SIZE + 2u) + id.x % SIZE + 1u) * (width + 4u) + 2u;
  for (var j = 0u; j < width; j++) { y[place + j] = x[source + j]; }
}
