// wrap-index.wgsl: the places that indices name, counted from the front; those that name none are reported and become NONE.
//   y = index, or with FROM_END index + limit where it is negative
// Uses: lib/fault.wgsl
@group(0) @binding(0) var<storage, read> indices: array<i32>;
@group(0) @binding(1) var<storage, read_write> y: array<i32>;
@group(0) @binding(2) var<storage, read_write> fault: array<atomic<u32>, 4>;
@group(0) @binding(3) var<uniform> params: Params;

struct Params {
  count: u32,
  limit: u32,
}

override FROM_END: bool = true;
// What is reported, where it is not an index: a class label, or NaN.
override REPORT: u32 = 0u;
override NONE: i32 = -1;

const WORKGROUP: u32 = 64u;

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(workgroup_id) wid: vec3u, @builtin(num_workgroups) nwg: vec3u, @builtin(local_invocation_id) lid: vec3u) {
  let index = (wid.y * nwg.x + wid.x) * WORKGROUP + lid.x;
  if (index >= params.count) { return; }
  let given = indices[index];
  let limit = i32(params.limit);
  let place = select(given, given + limit, FROM_END && given < 0);
  let found = place >= 0 && place < limit;
  if (!found) { fault_report(select(REPORT, select(FAULT_INDEX, FAULT_PLACE, FROM_END), REPORT == 0u), given, limit); }
  y[index] = select(NONE, place, found);
}
