// pointwise.wgsl: y[i] = f(x0[i], x1[i], …), elementwise with broadcasting.
// The compiler replaces the generated block: bindings, and `element`, which loads the arguments and evaluates the expression.
// `i` counts vec4s where the element count allows, else elements.

// generated-begin
struct Params { count: u32, s0: f32 }
@group(0) @binding(0) var<storage, read> x0: array<f32>;        // [count]
@group(0) @binding(1) var<storage, read_write> y: array<f32>;   // [count]
@group(0) @binding(2) var<uniform> params: Params;
fn element(i: u32) -> f32 { return x0[i] * params.s0; }
// generated-end

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = id.y * groups.x * 64u + id.x;
  if (i < params.count) { y[i] = element(i); }
}
