// total.wgsl: the sum of a few thousand numbers, by one invocation.
//   y = SCALE · Σ_i x[i]
override COUNT: u32 = 512u; // groups of four numbers
override SCALE: f32 = 1.0;

@group(0) @binding(0) var<storage, read> x: array<vec4f>;     // [COUNT] groups of four
@group(0) @binding(1) var<storage, read_write> y: array<f32>; // [1]

@compute @workgroup_size(1)
fn main() {
  var sum = vec4f();
  for (var i = 0u; i < COUNT; i++) { sum += x[i]; }
  y[0] = SCALE * dot(sum, vec4f(1.0));
}
