// copy.wgsl: y[i] = x[offset + i], words of any 4-byte type.
@group(0) @binding(0) var<storage, read> x: array<u32>;         // [≥ offset + count]
@group(0) @binding(1) var<storage, read_write> y: array<u32>;   // [count]
struct Params { count: u32, offset: u32 }
@group(0) @binding(2) var<uniform> params: Params;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = id.y * groups.x * 64u + id.x;
  if (i < params.count) { y[i] = x[params.offset + i]; }
}
