// scan-blocks.wgsl: the results of scan.wgsl on GPUs, for few long rows of neighbouring elements. Rows are divided into blocks, and a
// workgroup scans a block: each lane scans RUN neighbours in registers, and then the lanes' last results are joined at doubling distances.
//   totals: t[row, b] = x ∘ … ∘ x over block b       carry: t[row, b] = t[row, 0] ∘ … ∘ t[row, b - 1], one row a workgroup
//   main:   y[row, i] = t[row, b] ∘ x[row, first of b] ∘ … ∘ x[row, i]
// Source of the doubling: Hillis & Steele 1986, "Data parallel algorithms".
// Uses: lib/run-*.wgsl
@group(0) @binding(0) var<storage, read> x: array<Element>;       // [rows, n]; carry: totals
@group(0) @binding(1) var<storage, read> before: array<Element>;  // [rows, blocks]: what carry gives; unread but in main
@group(0) @binding(2) var<storage, read_write> y: array<Element>; // as x; totals and carry: [rows, blocks]
@group(0) @binding(3) var<uniform> params: Params;

struct Params {
  rows: u32,
  n: u32,
  blocks: u32,
}

override REVERSE: bool = false; // from the end; blocks too are counted from there

const WORKGROUP: u32 = 256u;
const RUN: u32 = 16u;

// The last results of the lanes: two sides, which a step reads and writes in turn.
var<workgroup> lasts: array<Element, 2u * WORKGROUP>;

struct Scanned {
  earlier: Element, // over the lanes before this one
  all: Element,
}

// All must call.
fn scanned(lane: u32, own: Element) -> Scanned {
  workgroupBarrier();
  var side = 0u;
  lasts[lane] = own;
  for (var apart = 1u; apart < WORKGROUP; apart *= 2u) {
    workgroupBarrier();
    let here = lasts[side + lane];
    if (lane >= apart) {
      lasts[WORKGROUP - side + lane] = run_step(lasts[side + lane - apart], here);
    } else {
      lasts[WORKGROUP - side + lane] = here;
    }
    side = WORKGROUP - side;
  }
  workgroupBarrier();
  var earlier = run_start();
  if (lane > 0u) { earlier = lasts[side + lane - 1u]; }
  return Scanned(earlier, lasts[side + WORKGROUP - 1u]);
}

// Where element i of a row is.
fn place(row: u32, i: u32) -> u32 { return row * params.n + select(i, params.n - 1u - i, REVERSE); }

@compute @workgroup_size(WORKGROUP)
fn totals(@builtin(workgroup_id) wid: vec3u, @builtin(num_workgroups) nwg: vec3u, @builtin(local_invocation_id) lid: vec3u) {
  let group = wid.y * nwg.x + wid.x;
  if (group >= params.rows * params.blocks) { return; }
  let first = (group % params.blocks * WORKGROUP + lid.x) * RUN;
  var result = run_start();
  for (var k = 0u; k < RUN; k++) { // unroll
    if (first + k < params.n) { result = run_step(result, x[place(group / params.blocks, first + k)]); }
  }
  let found = scanned(lid.x, result);
  if (lid.x == 0u) { y[group] = found.all; }
}

@compute @workgroup_size(WORKGROUP)
fn carry(@builtin(workgroup_id) wid: vec3u, @builtin(num_workgroups) nwg: vec3u, @builtin(local_invocation_id) lid: vec3u) {
  let row = wid.y * nwg.x + wid.x;
  if (row >= params.rows) { return; }
  var before_all = run_start();
  for (var start = 0u; start < params.blocks; start += WORKGROUP) {
    let b = start + lid.x;
    var own = run_start();
    if (b < params.blocks) { own = x[row * params.blocks + b]; }
    let found = scanned(lid.x, own);
    if (b < params.blocks) { y[row * params.blocks + b] = run_step(before_all, found.earlier); }
    before_all = run_step(before_all, found.all);
  }
}

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(workgroup_id) wid: vec3u, @builtin(num_workgroups) nwg: vec3u, @builtin(local_invocation_id) lid: vec3u) {
  let group = wid.y * nwg.x + wid.x;
  if (group >= params.rows * params.blocks) { return; }
  let row = group / params.blocks;
  let first = (group % params.blocks * WORKGROUP + lid.x) * RUN;
  var values: array<Element, RUN>; // scalars
  var result = run_start();
  for (var k = 0u; k < RUN; k++) { // unroll
    values[k] = x[place(row, min(first + k, params.n - 1u))];
  }
  for (var k = 0u; k < RUN; k++) { // unroll
    if (first + k < params.n) { result = run_step(result, values[k]); }
  }
  let found = scanned(lid.x, result);
  result = run_step(before[group], found.earlier);
  for (var k = 0u; k < RUN; k++) { // unroll
    result = run_step(result, values[k]);
    if (first + k < params.n) { y[place(row, first + k)] = result; }
  }
}
