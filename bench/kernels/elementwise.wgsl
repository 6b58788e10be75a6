// elementwise.wgsl: sums of relu(x·a + b)·sigmoid(x) + c over strips of neighbouring elements, a strip an invocation.
override LENGTH: u32 = 256u; // groups of four in a strip; 4 divides it

@group(0) @binding(0) var<storage, read> x: array<vec4f>;
@group(0) @binding(1) var<storage, read> a: array<vec4f>;
@group(0) @binding(2) var<storage, read> b: array<vec4f>;
@group(0) @binding(3) var<storage, read> c: array<vec4f>;
@group(0) @binding(4) var<storage, read_write> sums: array<f32>; // [strips]

fn value(i: u32) -> vec4f {
  let v = x[i];
  return fma(max(fma(v, a[i], b[i]), vec4f()), 1.0 / (1.0 + exp(-v)), c[i]);
}

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u) {
  if (id.x >= arrayLength(&sums)) { return; }
  let first = id.x * LENGTH;
  var sum = vec4f();
  for (var i = first; i < first + LENGTH; i += 4u) {
    sum += value(i);
    sum += value(i + 1u);
    sum += value(i + 2u);
    sum += value(i + 3u);
  }
  sums[id.x] = dot(sum, vec4f(1.0));
}
