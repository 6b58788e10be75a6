// batches.wgsl: where an operand of a batched product begins, for up to four batch dimensions with steps of their own.
fn batches_at(z: u32, sizes: vec3u, steps: vec4u) -> u32 {
  let outer = z / sizes.z;
  let outmost = outer / sizes.y;
  return dot(vec4u(outmost / sizes.x, outmost % sizes.x, outer % sizes.y, z % sizes.z), steps);
}
