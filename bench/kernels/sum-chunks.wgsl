// sum-chunks.wgsl: adds the parts of a result; each invocation adds those of four elements.
//   y[i] = Σ_s x[s, i]
override CHUNKS: u32 = 32u;
override COUNT: u32 = 1152u; // groups of four elements

@group(0) @binding(0) var<storage, read> x: array<vec4f>;       // [CHUNKS, COUNT] groups of four
@group(0) @binding(1) var<storage, read_write> y: array<vec4f>; // [COUNT] groups of four

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u) {
  if (id.x >= COUNT) { return; }
  var sum = vec4f();
  for (var s = 0u; s < CHUNKS; s++) { sum += x[s * COUNT + id.x]; }
  y[id.x] = sum;
}
