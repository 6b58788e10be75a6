// pointwise.wgsl: y[i] = f(x0[i], x1[i], …), elementwise with broadcasting.
// The compiler replaces the generated block: bindings, and `evaluate`, which loads the arguments, evaluates the expressions and stores.
// `i` counts vec4s where the element count allows, else elements.

// generated-begin
struct Params { count: u32, s0: f32 }
@group(0) @binding(0) var<storage, read> x0: array<f32>;        // [count]
@group(0) @binding(1) var<storage, read_write> y: array<f32>;   // [count]
@group(0) @binding(2) var<uniform> params: Params;
fn evaluate(i: u32) { y[i] = x0[i] * params.s0; }
// generated-end

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = id.y * groups.x * 64u + id.x;
  if (i < params.count) { evaluate(i); }
}
