// lib/workgroup-subgroups.wgsl: what workgroup-halves.wgsl has, by the additions of subgroups, which need two barriers whatever the size.
// One invocation of each subgroup leaves its subgroup's result in a place of its own, the others leave nothing; then every subgroup
// combines all places. Which invocations form a subgroup does not matter.
// The using file declares:   const WORKGROUP: u32 = 64u;
enable subgroups;

var<workgroup> workgroup_parts: array<vec2f, WORKGROUP>;

fn workgroup_sum(lane: u32, value: vec2f) -> vec2f {
  let own = subgroupAdd(value);
  workgroupBarrier();
  workgroup_parts[lane] = select(vec2f(), own, subgroupElect());
  workgroupBarrier();
  var total = vec2f();
  let lanes = subgroupAdd(1u);
  for (var i = subgroupExclusiveAdd(1u); i < WORKGROUP; i += lanes) { total += workgroup_parts[i]; }
  return subgroupAdd(total);
}

// No value may be NaN.
fn workgroup_max(lane: u32, value: f32) -> f32 {
  let own = subgroupMax(value);
  workgroupBarrier();
  workgroup_parts[lane].x = own;
  workgroupBarrier();
  var most = own;
  let lanes = subgroupAdd(1u);
  for (var i = subgroupExclusiveAdd(1u); i < WORKGROUP; i += lanes) { most = max(most, workgroup_parts[i].x); }
  return subgroupMax(most);
}
