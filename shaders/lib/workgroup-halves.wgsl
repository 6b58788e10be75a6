// lib/workgroup-halves.wgsl: the sum and the maximum of what the invocations of a workgroup hold; every invocation gets them.
// Half of the invocations add what the other half holds, then half of those: the order is fixed. All must call.
// The using file declares:   const WORKGROUP: u32 = 64u;

var<workgroup> workgroup_parts: array<vec2f, WORKGROUP>;

fn workgroup_sum(lane: u32, value: vec2f) -> vec2f {
  workgroupBarrier();
  workgroup_parts[lane] = value;
  for (var half = WORKGROUP / 2u; half > 0u; half /= 2u) {
    workgroupBarrier();
    if (lane < half) { workgroup_parts[lane] += workgroup_parts[lane + half]; }
  }
  workgroupBarrier();
  return workgroup_parts[0];
}

// No value may be NaN.
fn workgroup_max(lane: u32, value: f32) -> f32 {
  workgroupBarrier();
  workgroup_parts[lane].x = value;
  for (var half = WORKGROUP / 2u; half > 0u; half /= 2u) {
    workgroupBarrier();
    if (lane < half) { workgroup_parts[lane].x = max(workgroup_parts[lane].x, workgroup_parts[lane + half].x); }
  }
  workgroupBarrier();
  return workgroup_parts[0].x;
}
