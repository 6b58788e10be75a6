// scatter-ends.wgsl: where the terms of each place end in the order of indices by the place that they name. Each step of the search
// divides the terms in question by four, and its three loads wait for memory side by side. For GPUs.
//   ends[k] = number of places ≤ k
@group(0) @binding(0) var<storage, read> sorted: array<u32>;     // places, ascending: [outer, inner, m], or [m] of a shared list
@group(0) @binding(1) var<storage, read_write> ends: array<u32>; // [outer, n, inner], or [n]
@group(0) @binding(2) var<uniform> params: Params;

struct Params {
  count: u32, // of ends
  n: u32,
  m: u32,
  inner: u32, // 1 of a shared list
  first: u32, // the greatest power of four that is not greater than m
}

const WORKGROUP: u32 = 64u;

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(workgroup_id) wid: vec3u, @builtin(num_workgroups) nwg: vec3u, @builtin(local_invocation_id) lid: vec3u) {
  let index = (wid.y * nwg.x + wid.x) * WORKGROUP + lid.x;
  if (index >= params.count) { return; }
  let row = index / params.inner;
  let k = row % params.n;
  let column = (row / params.n * params.inner + index % params.inner) * params.m;
  var found = 0u;
  for (var step = params.first; step > 0u; step /= 4u) {
    let before = vec3u(1u, 2u, 3u) * step + found;
    let last = min(before, vec3u(params.m)) - 1u;
    let others = vec3u(sorted[column + last.x], sorted[column + last.y], sorted[column + last.z]);
    let holds = (others <= vec3u(k)) & (before <= vec3u(params.m));
    let passed = select(vec3u(0u), vec3u(step), holds);
    found += passed.x + passed.y + passed.z;
  }
  ends[index] = found;
}
