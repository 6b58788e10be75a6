// inherit-fault.wgsl: an optimizer's slot takes over a fault that its update hangs on, unless it has one already. One invocation.
@group(0) @binding(0) var<storage, read_write> origin: array<u32, 8>;
@group(0) @binding(1) var<storage, read_write> slot: array<u32, 8>;

@compute @workgroup_size(1)
fn main() {
  if (origin[0] == 0u || slot[0] != 0u) { return; }
  for (var i = 0u; i < 4u; i++) { slot[i] = origin[i]; }
}
